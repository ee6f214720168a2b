#ifndef DIAL_H
#define DIAL_H

#include "endpoint.h"

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Attempts to connect to an endpoint, without waiting. The name of a host is looked up at
 * each attempt, on a thread of its own: the system may take long over it, and cannot be
 * stopped.
 */
struct dial {
	struct endpoint endpoint;
	bool has_name; /* of a host */
	bool resolving;
	struct sockaddr_storage address;
	socklen_t length;
	int fd;            /* the socket, or what to wait for; -1 after a failure */
	short events;      /* to wait for, as poll() has them */
	const char *step;  /* what fails, if it does: "cannot connect", or the like */
	const char *error; /* why it has failed, as a string that nobody frees */
};

enum dial_result {
	DIAL_FAILED,
	DIAL_RESOLVING, /* a name is looked up; go on when the descriptor is ready */
	DIAL_CONNECTING,
	DIAL_CONNECTED,
};

/* Returns whether name is an endpoint that can be connected. */
bool dial_init(struct dial *dial, const char *name);

/* Returns whether both lead to the same place, perhaps under other names. */
bool dial_is_twin(const struct dial *a, const struct dial *b);

/* Begin an attempt. The descriptor is the caller's; to give up, close it. */
enum dial_result dial_start(struct dial *dial);

/* Go on with an attempt whose descriptor is ready. */
enum dial_result dial_resume(struct dial *dial);

#endif
