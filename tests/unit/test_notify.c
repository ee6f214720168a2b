/*
 * sd_notify's protocol against real datagram sockets: one at a path and one in the
 * abstract name space; and without a socket, or with one that nobody reads.
 */
#include "notify.h"

#include "capture.h"
#include "descriptors.h"
#include "mono.h"
#include "scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static int setup(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	return scratch_setup(state);
}

static int teardown(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	return scratch_teardown(state);
}

/* Bind a datagram socket to a name as in NOTIFY_SOCKET: "/path" or "@abstract". */
static int receiver_open(const char *name)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	size_t length = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_true(length < sizeof(sun.sun_path));
	memcpy(sun.sun_path, name, length);
	if (name[0] == '@')
		sun.sun_path[0] = '\0';
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
		0);
	return fd;
}

/* One datagram as text, or "". It must not contain a NUL: its length would differ. */
static const char *receiver_read(int fd)
{
	static char text[256];
	ssize_t length = recv(fd, text, sizeof(text) - 1, 0);

	if (length < 0)
		assert_int_equal(errno, EAGAIN);
	text[length > 0 ? length : 0] = '\0';
	assert_int_equal(strlen(text), length > 0 ? length : 0);
	return text;
}

/* Each state is a separate datagram, correct to the last byte, and nothing is logged. */
static void assert_delivers(const char *name)
{
	int fd = receiver_open(name);
	const char *logged;

	setenv("NOTIFY_SOCKET", name, 1);
	capture_start();
	notify_send("READY=1");
	notify_send("STOPPING=1\nSTATUS=bye");
	logged = capture_stop();
	assert_string_equal(logged, "");
	assert_string_equal(receiver_read(fd), "READY=1");
	assert_string_equal(receiver_read(fd), "STOPPING=1\nSTATUS=bye");
	assert_string_equal(receiver_read(fd), "");
	close(fd);
}

static void path_receives(void **state)
{
	char path[108];

	scratch_path(path, sizeof(path), *state, "notify");
	assert_delivers(path);
}

static void longest_path_receives(void **state)
{
	char name[108];
	char path[108];

	/* with the slash 107 characters */
	memset(name, 'n', sizeof(name));
	name[106 - strlen(*state)] = '\0';
	scratch_path(path, sizeof(path), *state, name);
	assert_int_equal(strlen(path), 107);
	assert_delivers(path);
}

static void abstract_name_receives(void **state)
{
	char name[108];

	/* the directory's name is unique */
	snprintf(name, sizeof(name), "@%s", (const char *)*state);
	assert_delivers(name);
}

static void reloading_has_time(void **state)
{
	static const char start[] = "RELOADING=1\nMONOTONIC_USEC=";
	char path[108];
	int64_t before = mono_us();
	int64_t stamp;
	const char *state_text;
	char *end;
	int fd;

	scratch_path(path, sizeof(path), *state, "notify");
	fd = receiver_open(path);
	setenv("NOTIFY_SOCKET", path, 1);
	notify_reloading();
	state_text = receiver_read(fd);
	assert_memory_equal(state_text, start, strlen(start));
	stamp = strtoll(state_text + strlen(start), &end, 10);
	assert_string_equal(end, "");
	assert_in_range(stamp, before, mono_us());
	close(fd);
}

static void nobody_asked_nothing_happens(void **state)
{
	const char *logged;

	(void)state;
	capture_start();
	notify_send("READY=1");
	notify_reloading();
	logged = capture_stop();
	assert_string_equal(logged, "");
}

static void bad_name_is_logged(void **state)
{
	char too_long[109];
	char abstract[109];
	const struct {
		const char *label;
		const char *name;
	} rows[] = {{"empty", ""}, {"relative", "notify"}, {"number", "3"}, {"vsock", "vsock:2:1"},
		{"path of 108", too_long}, {"abstract of 108", abstract}};

	(void)state;
	memset(too_long, 'p', 108);
	too_long[0] = '/';
	too_long[108] = '\0';
	memcpy(abstract, too_long, sizeof(abstract));
	abstract[0] = '@';
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char want[256];
		const char *logged;

		snprintf(want, sizeof(want), "p0f-milter: NOTIFY_SOCKET %s: bad address\n",
			rows[i].name);
		setenv("NOTIFY_SOCKET", rows[i].name, 1);
		capture_start();
		notify_send("READY=1");
		logged = capture_stop();
		if (strcmp(logged, want) != 0)
			fail_msg("%s: %s", rows[i].label, logged);
	}
}

static void missing_socket_is_logged(void **state)
{
	char path[108];
	char want[256];
	const char *logged;

	scratch_path(path, sizeof(path), *state, "missing");
	snprintf(want, sizeof(want), "p0f-milter: NOTIFY_SOCKET %s: %s\n", path, strerror(ENOENT));
	setenv("NOTIFY_SOCKET", path, 1);
	capture_start();
	notify_send("READY=1");
	logged = capture_stop();
	assert_string_equal(logged, want);
}

static void closed_socket_is_logged(void **state)
{
	char path[108];
	char want[256];
	const char *logged;

	scratch_path(path, sizeof(path), *state, "closed");
	snprintf(want, sizeof(want), "p0f-milter: NOTIFY_SOCKET %s: %s\n", path,
		strerror(ECONNREFUSED));
	close(receiver_open(path));
	setenv("NOTIFY_SOCKET", path, 1);
	capture_start();
	notify_send("READY=1");
	logged = capture_stop();
	assert_string_equal(logged, want);
}

static void no_descriptor_is_left(void **state)
{
	const char *const names[] = {"", "relative", "/nonexistent/notify", *state};
	int before = descriptors_open();
	char path[108];
	int fd;

	for (size_t i = 0; i < LENGTH(names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		capture_start();
		notify_send("READY=1");
		capture_stop();
	}
	assert_int_equal(descriptors_open(), before);
	scratch_path(path, sizeof(path), *state, "notify");
	fd = receiver_open(path);
	setenv("NOTIFY_SOCKET", path, 1);
	notify_send("READY=1");
	close(fd);
	assert_int_equal(descriptors_open(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(path_receives, setup, teardown),
		cmocka_unit_test_setup_teardown(longest_path_receives, setup, teardown),
		cmocka_unit_test_setup_teardown(abstract_name_receives, setup, teardown),
		cmocka_unit_test_setup_teardown(reloading_has_time, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_asked_nothing_happens, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_name_is_logged, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_socket_is_logged, setup, teardown),
		cmocka_unit_test_setup_teardown(closed_socket_is_logged, setup, teardown),
		cmocka_unit_test_setup_teardown(no_descriptor_is_left, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
