/*
 * Socket addresses in libmilter's notation, as the configuration has them. Only the form is
 * checked here.
 */
#include "endpoint.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

static const struct {
	const char *prefix;
	enum endpoint_kind kind;
} kinds[] = {
	{"unix:", ENDPOINT_UNIX},
	{"local:", ENDPOINT_UNIX},
	{"inet:", ENDPOINT_INET},
	{"inet6:", ENDPOINT_INET6},
	{"fd:", ENDPOINT_FD},
};

/* Parse a decimal number of at most five digits that ends at end. Returns -1 when it is none. */
static int number_parse(const char *text, const char *end)
{
	int value = 0;

	if (text == end || end - text > 5)
		return -1;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		value = value * 10 + (*text - '0');
	}
	return value;
}

static const char *parse_path(struct endpoint *endpoint, const char *path)
{
	struct sockaddr_un sun;

	if (path[0] != '/')
		return "the path of a socket must be absolute";
	if (strlen(path) >= sizeof(sun.sun_path))
		return "the path of the socket is too long";
	strcpy(endpoint->where, path);
	return NULL;
}

static const char *parse_inet(struct endpoint *endpoint, const char *text)
{
	const char *at = strchr(text, '@');
	const char *end = at != NULL ? at : text + strlen(text);

	endpoint->number = number_parse(text, end);
	if (endpoint->number < 1 || endpoint->number > 65535)
		return "the port must be a number from 1 to 65535";
	if (at == NULL)
		return NULL;
	if (at[1] == '\0')
		return "no host after the \"@\"";
	if (strlen(at + 1) >= sizeof(endpoint->where))
		return "the name of the host is too long";
	strcpy(endpoint->where, at + 1);
	return NULL;
}

static const char *parse_fd(struct endpoint *endpoint, const char *text)
{
	endpoint->number = number_parse(text, text + strlen(text));
	return endpoint->number < 0 ? "the file descriptor must be a number" : NULL;
}

const char *endpoint_parse(struct endpoint *endpoint, const char *text)
{
	memset(endpoint, 0, sizeof(*endpoint));
	if (text[0] == '/')
		return parse_path(endpoint, text);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t length = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, length) != 0)
			continue;
		endpoint->kind = kinds[i].kind;
		switch (endpoint->kind) {
		case ENDPOINT_UNIX:
			return parse_path(endpoint, text + length);
		case ENDPOINT_FD:
			return parse_fd(endpoint, text + length);
		default:
			return parse_inet(endpoint, text + length);
		}
	}
	return "not \"/PATH\", \"unix:/PATH\", \"inet:PORT@HOST\" or \"inet6:PORT@HOST\"";
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	if (a->kind != b->kind || a->number != b->number)
		return false;
	if (a->kind == ENDPOINT_UNIX)
		return strcmp(a->where, b->where) == 0;
	return strcasecmp(a->where, b->where) == 0;
}
