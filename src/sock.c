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

/* A peer that vanished silently is noticed after about this long. */
#define TCP_DEAD_S 30

static void set_path(
	const struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)address;

	sun->sun_family = AF_UNIX;
	memcpy(sun->sun_path, endpoint->where, strlen(endpoint->where) + 1);
	*length = sizeof(*sun);
}

/* Returns 0, or an error of getaddrinfo(). */
static int look_up(const struct endpoint *endpoint, int flags, struct sockaddr_storage *address,
	socklen_t *length)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
		.ai_family = endpoint->kind == ENDPOINT_INET6 ? AF_INET6 : AF_INET,
		.ai_flags = AI_NUMERICSERV | flags};
	struct addrinfo *found;
	char port[16];
	int error;

	memset(address, 0, sizeof(*address));
	if (endpoint->kind == ENDPOINT_UNIX) {
		set_path(endpoint, address, length);
		return 0;
	}
	snprintf(port, sizeof(port), "%d", endpoint->number);
	error = getaddrinfo(endpoint->where, port, &hints, &found);
	if (error != 0)
		return error;
	memcpy(address, found->ai_addr, found->ai_addrlen);
	*length = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

bool sock_address(
	const struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
	return look_up(endpoint, AI_NUMERICHOST, address, length) == 0;
}

const char *sock_resolve(
	const struct endpoint *endpoint, struct sockaddr_storage *address, socklen_t *length)
{
	int error = look_up(endpoint, 0, address, length);

	return error != 0 ? gai_strerror(error) : NULL;
}

static void set_option(int fd, int level, int option, int value)
{
	/* without it, a dead peer is only noticed later */
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

static int set_flags(int fd)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -1 : fcntl(fd, F_SETFL, O_NONBLOCK);
}

int sock_open(int family)
{
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	if (set_flags(fd) < 0) {
		close(fd);
		return -1;
	}
	if (family != AF_UNIX)
		watch_tcp(fd);
	return fd;
}

int sock_pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return -1;
	if (set_flags(fds[0]) == 0 && set_flags(fds[1]) == 0)
		return 0;
	close(fds[0]);
	close(fds[1]);
	return -1;
}
