#ifndef ENDPOINT_H
#define ENDPOINT_H

#include <stdbool.h>

/* Room for the path of a UNIX-domain socket, or a host's name, with the NUL. */
#define ENDPOINT_TEXT_SIZE 256

enum endpoint_kind {
	ENDPOINT_UNIX,  /* "/path", "unix:/path" or "local:/path" */
	ENDPOINT_INET,  /* "inet:PORT@HOST" */
	ENDPOINT_INET6, /* "inet6:PORT@HOST" */
	ENDPOINT_FD,    /* "fd:N": a socket that the parent has opened */
};

/* A socket's address in libmilter's notation. Neither host nor path is looked up. */
struct endpoint {
	enum endpoint_kind kind;
	char where[ENDPOINT_TEXT_SIZE]; /* the path, or the host; empty for "inet:PORT" */
	int number;                     /* the port, 1-65535, or the file descriptor */
};

/* Returns whether two endpoints differ in spelling at most. Names are not looked up. */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/* Parse an endpoint. Returns NULL, or what is wrong, as a constant string without the text. */
const char *endpoint_parse(struct endpoint *endpoint, const char *text);

#endif
