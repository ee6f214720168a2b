/*
 * The socket's path: what may be there, and what may be removed. The files are real ones in a
 * directory of their own.
 */
#include "listener.h"

#include "capture.h"
#include "scratch.h"
#include "sock.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static char path[80], notation[96];

static int setup(void **state)
{
	if (scratch_setup(state) < 0)
		return -1;
	scratch_path(path, sizeof(path), *state, "socket");
	snprintf(notation, sizeof(notation), "unix:%s", path);
	return 0;
}

/* A listening socket at the path; closing it makes it stale. */
static int listen_there(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void make_file(void)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void test_nothing_there(void **state)
{
	(void)state;
	assert_int_equal(listener_clear(notation), 0);
	assert_int_equal(listener_clear("inet:8891@127.0.0.1"), 0);
}

static void test_stale_socket(void **state)
{
	(void)state;
	close(listen_there());
	assert_int_equal(listener_clear(notation), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_somebody_listens(void **state)
{
	int fd = listen_there();

	(void)state;
	assert_int_equal(listener_clear(notation), -1);
	assert_int_equal(access(path, F_OK), 0);
	close(fd);
}

/* A listener whose queue of connections is full still counts as one. */
static void test_busy_listener(void **state)
{
	int fd = listen_there(), clients[16];
	size_t count = 0;
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)state;
	memcpy(address.sun_path, path, strlen(path) + 1);
	do {
		assert_true(count < sizeof(clients) / sizeof(clients[0]));
		clients[count] = sock_open(AF_UNIX);
	} while (connect(clients[count++], (struct sockaddr *)&address, sizeof(address)) == 0);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(listener_clear(notation), -1);
	assert_int_equal(access(path, F_OK), 0);
	while (count > 0)
		close(clients[--count]);
	close(fd);
}

static void test_plain_file(void **state)
{
	char below[120];

	(void)state;
	make_file();
	assert_int_equal(listener_clear(notation), -1);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(below, sizeof(below), "%s/socket", notation);
	assert_int_equal(listener_clear(below), -1);
}

static void test_given_descriptor(void **state)
{
	int fd = listen_there(), other = socket(AF_UNIX, SOCK_STREAM, 0);
	char text[32];

	(void)state;
	snprintf(text, sizeof(text), "fd:%d", fd);
	assert_int_equal(listener_clear(text), 0);
	assert_int_equal(listener_permit(text, 0600, "no such group"), 0);
	snprintf(text, sizeof(text), "fd:%d", other);
	assert_int_equal(listener_clear(text), -1);
	close(fd);
	close(other);
}

static void test_permit(void **state)
{
	const struct group *gr = getgrgid(getegid());
	struct stat st;

	(void)state;
	assert_non_null(gr);
	assert_int_equal(listener_permit(notation, 0660, ""), -1);
	assert_int_equal(listener_permit(notation, 0660, gr->gr_name), -1);
	make_file();
	assert_int_equal(listener_permit(notation, 0660, "no such group"), -1);
	assert_int_equal(listener_permit(notation, 0660, gr->gr_name), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(st.st_gid, getegid());
}

/* A socket that systemd passes must be the one that the configuration names. */
static void test_activation(void **state)
{
	static const struct {
		const char *label, *pid, *count, *socket;
		bool warns;
	} rows[] = {
		{"none passed", NULL, NULL, "unix:/run/sock", false},
		{"for another process", "1", "1", "unix:/run/sock", false},
		{"not named", "", "1", "unix:/run/sock", true},
		{"named", "", "1", "fd:3", false},
		{"the second one named", "", "2", "fd:4", false},
		{"one that was not passed", "", "1", "fd:4", true},
		{"none of several named", "", "3", "inet:8891@localhost", true},
	};
	char pid[16];

	(void)state;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *logged;

		unsetenv("LISTEN_PID");
		unsetenv("LISTEN_FDS");
		if (rows[i].pid != NULL)
			setenv("LISTEN_PID", rows[i].pid[0] != '\0' ? rows[i].pid : pid, 1);
		if (rows[i].count != NULL)
			setenv("LISTEN_FDS", rows[i].count, 1);
		capture_start();
		listener_check_activation(rows[i].socket);
		logged = capture_stop();
		if ((strstr(logged, rows[i].socket) != NULL) != rows[i].warns)
			fail_msg("%s: %s", rows[i].label, logged);
	}
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
}

#define CONNECTIONS 5

static int accepted[2 * CONNECTIONS];
static _Atomic size_t accepted_count;

/* As libmilter does. */
static void *accept_all(void *fd)
{
	struct pollfd queue = {.fd = *(int *)fd, .events = POLLIN};

	listener_enter();
	for (;;) {
		if (poll(&queue, 1, 5000) <= 0)
			continue;
		accepted[accepted_count] = accept(queue.fd, NULL, NULL);
		accepted_count++;
	}
	return NULL;
}

/* The kernel queues the connection, whether anybody accepts it or not. */
static int connect_to(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
	return fd;
}

/*
 * A socket that was passed to us outlives the stop. Connections in its queue are accepted first,
 * and then no others; accepted ones are counted until they are closed.
 */
static void test_close(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0), kept, on = 0;
	int clients[CONNECTIONS + 1];
	struct pollfd queue = {.events = POLLIN};
	pthread_t thread;
	char text[32];

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(listen(fd, 2 * CONNECTIONS), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	kept = dup(fd);
	snprintf(text, sizeof(text), "fd:%d", fd);
	assert_int_equal(listener_find(text), 0);
	assert_int_equal(pthread_create(&thread, NULL, accept_all, &fd), 0);
	for (int i = 0; i < CONNECTIONS; i++)
		clients[i] = connect_to(&address);
	assert_int_equal(listener_close(), CONNECTIONS);
	assert_int_equal(accepted_count, CONNECTIONS);
	length = sizeof(on);
	assert_int_equal(getsockopt(accepted[0], IPPROTO_TCP, TCP_NODELAY, &on, &length), 0);
	assert_true(on);
	clients[CONNECTIONS] = connect_to(&address);
	assert_int_equal(listener_finish(20), CONNECTIONS);
	queue.fd = kept;
	assert_int_equal(poll(&queue, 1, 0), 1);
	for (int i = 0; i < CONNECTIONS; i++) {
		assert_int_equal(listener_finish(0), CONNECTIONS - i);
		close(accepted[i]);
	}
	assert_int_equal(listener_finish(60000), 0);
	assert_int_equal(accepted_count, CONNECTIONS);
	for (int i = 0; i <= CONNECTIONS; i++)
		close(clients[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_there, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_stale_socket, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_somebody_listens, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_busy_listener, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_plain_file, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_given_descriptor, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_permit, setup, scratch_teardown),
		cmocka_unit_test(test_activation),
		cmocka_unit_test(test_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
