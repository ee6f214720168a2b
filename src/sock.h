#ifndef SOCK_H
#define SOCK_H

#include "endpoint.h"

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Set the address of a path or of a numeric host. Never waits: returns false when the endpoint
 * has a host name, which must be looked up.
 */
bool sock_address(
	const struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length);

/*
 * Set the address of an endpoint of kind UNIX, INET or INET6. A host name is looked up, which may
 * take long; the first address is used. Returns NULL, or what is wrong, as a string not to be
 * freed.
 */
const char *sock_resolve(
	const struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length);

/*
 * Open a stream socket, non-blocking and closed on exec. A TCP socket sends small queries at
 * once, and notices within half a minute that its peer is gone. Returns -1 with errno.
 */
int sock_open(int family);

/*
 * Open a pair of connected local sockets with the same flags. Returns 0, or -1 with errno.
 */
int sock_pair(int fds[2]);

#endif
