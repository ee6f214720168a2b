/*
 * Sockets: the options of new ones, as the system reports them.
 */
#include "sock.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t length = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &length), 0);
	return value;
}

static void assert_flags(int fd)
{
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(option(fd, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
}

static void sockets_do_not_block(void **state)
{
	static const int families[] = {AF_UNIX, AF_INET, AF_INET6};
	int fds[2];

	(void)state;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		int fd = sock_open(families[i]);

		assert_true(fd >= 0);
		assert_flags(fd);
		close(fd);
	}
	assert_int_equal(sock_pair(fds), 0);
	assert_flags(fds[0]);
	assert_flags(fds[1]);
	assert_int_equal(send(fds[0], "x", 1, 0), 1);
	assert_int_equal(recv(fds[1], (char[1]){0}, 1, 0), 1);
	close(fds[0]);
	close(fds[1]);
}

/* A query must not wait for the reply to the previous one, as Nagle's algorithm would. */
static void tcp_sends_at_once_and_notices_a_dead_peer(void **state)
{
	int fd = sock_open(AF_INET);

	(void)state;
	assert_true(option(fd, IPPROTO_TCP, TCP_NODELAY) != 0);
	assert_true(option(fd, SOL_SOCKET, SO_KEEPALIVE) != 0);
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_KEEPIDLE) +
				 option(fd, IPPROTO_TCP, TCP_KEEPINTVL) *
					 option(fd, IPPROTO_TCP, TCP_KEEPCNT),
		30);
#endif
#ifdef TCP_USER_TIMEOUT
	assert_int_equal(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 30000);
#endif
	close(fd);
}

static void addresses_that_need_no_lookup(void **state)
{
	static const struct {
		const char *name;
		bool is_known;
		int family;
	} rows[] = {
		{"/run/p0f.sock", true, AF_UNIX},
		{"inet:2500@127.0.0.1", true, AF_INET},
		{"inet6:2500@::1", true, AF_INET6},
		{"inet:2500@localhost", false, 0},
		{"inet6:2500@127.0.0.1", false, 0},
		{"inet:2500@::1", false, 0},
	};
	struct sockaddr_storage address;
	struct endpoint endpoint;
	socklen_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].name);
		assert_null(endpoint_parse(&endpoint, rows[i].name));
		assert_int_equal(sock_address(&endpoint, &address, &length), rows[i].is_known);
		if (rows[i].is_known)
			assert_int_equal(address.ss_family, rows[i].family);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_do_not_block),
		cmocka_unit_test(tcp_sends_at_once_and_notices_a_dead_peer),
		cmocka_unit_test(addresses_that_need_no_lookup),
	};

	return cmocka_run_group_tests_name("sock", tests, NULL, NULL);
}
