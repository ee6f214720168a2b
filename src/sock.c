/*
 * From an endpoint to a socket that can be connected.
 */
#include "sock.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

/* A peer that vanished without a word is noticed after about this long. */
#define TCP_DEAD_S 30

static const char *resolve_path(
	const struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)address;

	sun->sun_family = AF_UNIX;
	memcpy(sun->sun_path, endpoint->where, strlen(endpoint->where) + 1);
	*length = sizeof(*sun);
	return NULL;
}

static const char *resolve_host(
	const struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
		.ai_family = endpoint->kind == ENDPOINT_INET6 ? AF_INET6 : AF_INET,
		.ai_flags = AI_NUMERICSERV};
	struct addrinfo *found;
	char port[16];
	int error;

	snprintf(port, sizeof(port), "%d", endpoint->number);
	error = getaddrinfo(endpoint->where, port, &hints, &found);
	if (error != 0)
		return gai_strerror(error);
	memcpy(address, found->ai_addr, found->ai_addrlen);
	*length = found->ai_addrlen;
	freeaddrinfo(found);
	return NULL;
}

const char *sock_resolve(
	const struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
	memset(address, 0, sizeof(*address));
	return endpoint->kind == ENDPOINT_UNIX ? resolve_path(endpoint, address, length)
					       : resolve_host(endpoint, address, length);
}

static void set_option(int fd, int level, int option, int value)
{
	/* without it all works, only a dead peer is noticed later */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static void watch_tcp(int fd)
{
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, TCP_DEAD_S / 2);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, TCP_DEAD_S / 6);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
#endif
#ifdef TCP_USER_TIMEOUT
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, TCP_DEAD_S * 1000);
#endif
}

int sock_open(int family)
{
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		close(fd);
		return -1;
	}
	if (family != AF_UNIX)
		watch_tcp(fd);
	return fd;
}
