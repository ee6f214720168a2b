#ifndef SOCK_H
#define SOCK_H

#include "endpoint.h"

#include <sys/socket.h>

/*
 * The address of an endpoint of kind UNIX, INET or INET6. A host's name is looked up,
 * which may take long; the first address is taken. Returns NULL, or what is wrong, as a
 * string that nobody frees.
 */
const char *sock_resolve(
	const struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length);

/*
 * A stream socket, non-blocking and closed on exec; one of TCP notices within half a
 * minute that its peer is gone. Returns -1 with errno.
 */
int sock_open(int family);

#endif
