#ifndef DIAL_H
#define DIAL_H

#include "endpoint.h"

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Attempts to connect to an endpoint, without waiting. A host name is looked up at each attempt,
 * on a thread of its own, since a lookup may take long and cannot be cancelled.
 */
struct dial {
	struct endpoint endpoint;
	bool has_name; /* of a host */
	bool resolving;
	struct sockaddr_storage address;
	socklen_t length;
	int fd;            /* the socket, or the descriptor to wait for; -1 after a failure */
	short events;      /* to wait for, as for poll() */
	const char *step;  /* which step failed, such as "cannot connect" */
	const char *error; /* why it failed, as a string not to be freed */
};

enum dial_result {
	DIAL_FAILED,
	DIAL_RESOLVING, /* a name is being looked up; continue when the descriptor is ready */
	DIAL_CONNECTING,
	DIAL_CONNECTED,
};

/* Returns whether name is an endpoint that can be connected. */
bool dial_init(struct dial *dial, const char *name);

/* Returns whether both lead to the same place, even if they are spelled differently. */
bool dial_is_twin(const struct dial *a, const struct dial *b);

/* Start an attempt. The caller owns the descriptor, and closes it to give up. */
enum dial_result dial_start(struct dial *dial);

/* Continue an attempt whose descriptor is ready. */
enum dial_result dial_resume(struct dial *dial);

#endif
