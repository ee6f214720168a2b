/*
 * Attempts to connect. Host names are looked up by our own getaddrinfo(): the test decides what
 * it finds, and when.
 */
#define _GNU_SOURCE /* pthread_setattr_default_np() */

#include "dial.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* As much as a module of nsswitch.conf(5) may need. */
#define MODULE_STACK (1 << 20)

static _Atomic int error;        /* what a lookup returns */
static _Atomic uint16_t port;    /* the port that it finds, on this machine */
static _Atomic unsigned lookups; /* begun */
static _Atomic unsigned finished;
static pthread_mutex_t pause_lookups = PTHREAD_MUTEX_INITIALIZER;

static int make_address(const char *address, const char *service, struct addrinfo **found)
{
	struct sockaddr_in *sin = calloc(1, sizeof(*sin));

	*found = calloc(1, sizeof(**found));
	if (sin == NULL || *found == NULL)
		abort();
	sin->sin_family = AF_INET;
	sin->sin_port = htons((uint16_t)strtoul(service, NULL, 10));
	(*found)->ai_addr = (struct sockaddr *)sin;
	(*found)->ai_addrlen = sizeof(*sin);
	if (inet_pton(AF_INET, address, &sin->sin_addr) == 1)
		return 0;
	freeaddrinfo(*found);
	return EAI_NONAME;
}

static int look_up(struct addrinfo **found)
{
	volatile char stack[MODULE_STACK];
	char service[16];
	int result = error;

	for (size_t i = 0; i < sizeof(stack); i += 1024)
		stack[i] = 1;
	lookups++;
	pthread_mutex_lock(&pause_lookups);
	pthread_mutex_unlock(&pause_lookups);
	snprintf(service, sizeof(service), "%d", port);
	if (result == 0)
		result = make_address("127.0.0.1", service, found);
	finished++;
	return result;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
	struct addrinfo **found)
{
	if ((hints->ai_flags & AI_NUMERICHOST) != 0)
		return make_address(node, service, found);
	return look_up(found);
}

void freeaddrinfo(struct addrinfo *found)
{
	free(found->ai_addr);
	free(found);
}

static int listen_at(uint16_t *at)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(sin);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(listener, (struct sockaddr *)&sin, length), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&sin, &length), 0);
	*at = ntohs(sin.sin_port);
	return listener;
}

/* Continue until the attempt has ended. */
static enum dial_result finish(struct dial *dial, enum dial_result result)
{
	while (result == DIAL_RESOLVING || result == DIAL_CONNECTING) {
		struct pollfd fd = {.fd = dial->fd, .events = dial->events};

		assert_int_equal(poll(&fd, 1, 10000), 1);
		result = dial_resume(dial);
	}
	return result;
}

static void numbers_and_paths_need_no_lookup(void **state)
{
	struct dial dial;
	uint16_t at;
	int listener = listen_at(&at);
	char name[64];

	(void)state;
	lookups = 0;
	snprintf(name, sizeof(name), "inet:%d@127.0.0.1", at);
	assert_true(dial_init(&dial, name));
	assert_int_equal(finish(&dial, dial_start(&dial)), DIAL_CONNECTED);
	close(dial.fd);
	assert_true(dial_init(&dial, "/nonexistent/p0f.sock"));
	assert_int_equal(dial_start(&dial), DIAL_FAILED);
	assert_string_equal(dial.step, "cannot connect");
	assert_string_equal(dial.error, "No such file or directory");
	assert_int_equal(dial.fd, -1);
	assert_int_equal(lookups, 0);
	close(listener);
}

/* Each attempt looks up the name, so a host that moves is found. */
static void names_are_looked_up_each_time(void **state)
{
	struct dial dial;
	uint16_t at[2];
	int listeners[2] = {listen_at(&at[0]), listen_at(&at[1])};

	(void)state;
	lookups = 0;
	assert_true(dial_init(&dial, "inet:2500@p0f.example"));
	for (int i = 0; i < 2; i++) {
		int fd;

		port = at[i];
		assert_int_equal(dial_start(&dial), DIAL_RESOLVING);
		assert_int_equal(finish(&dial, DIAL_RESOLVING), DIAL_CONNECTED);
		fd = accept(listeners[i], NULL, NULL);
		assert_true(fd >= 0);
		close(fd);
		close(dial.fd);
	}
	assert_int_equal(lookups, 2);
	close(listeners[0]);
	close(listeners[1]);
}

static void names_that_cannot_be_looked_up(void **state)
{
	static const int errors[] = {EAI_NONAME, EAI_AGAIN, EAI_FAIL};
	struct dial dial;

	(void)state;
	assert_true(dial_init(&dial, "inet:2500@p0f.example"));
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		error = errors[i];
		assert_int_equal(finish(&dial, dial_start(&dial)), DIAL_FAILED);
		assert_string_equal(dial.step, "cannot look up the host");
		assert_string_equal(dial.error, gai_strerror(errors[i]));
		assert_int_equal(dial.fd, -1);
	}
	error = 0;
}

/* Nothing waits for a lookup that is given up; it ends later, without harm. */
static void lookup_is_given_up(void **state)
{
	struct dial dial;

	(void)state;
	lookups = finished = 0;
	assert_true(dial_init(&dial, "inet:2500@p0f.example"));
	pthread_mutex_lock(&pause_lookups);
	for (unsigned i = 1; i <= 3; i++) {
		struct pollfd fd;

		assert_int_equal(dial_start(&dial), DIAL_RESOLVING);
		while (lookups < i)
			usleep(100);
		fd = (struct pollfd){.fd = dial.fd, .events = dial.events};
		assert_int_equal(poll(&fd, 1, 0), 0);
		close(dial.fd);
	}
	assert_int_equal(finished, 0);
	pthread_mutex_unlock(&pause_lookups);
	while (finished < 3)
		usleep(100);
}

static void twins(void **state)
{
	static const struct {
		const char *a, *b;
		bool are_twins;
	} rows[] = {
		{"/run/p0f", "unix:/run/p0f", true},
		{"/run/p0f", "local:/run/p0f", true},
		{"/run/p0f", "/run/P0f", false},
		{"inet:1@127.0.0.1", "inet:1@127.0.0.1", true},
		{"inet:1@127.0.0.1", "inet:2@127.0.0.1", false},
		{"inet:1@127.0.0.1", "inet:1@127.0.0.2", false},
		{"inet:1@host.example", "inet:1@HOST.example", true},
		{"inet:1@host.example", "inet:2@host.example", false},
		{"inet:1@host.example", "inet6:1@host.example", false},
		{"inet:1@host.example", "inet:1@127.0.0.1", false},
		{"/run/p0f", "inet:1@127.0.0.1", false},
	};
	struct dial a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s and %s\n", rows[i].a, rows[i].b);
		assert_true(dial_init(&a, rows[i].a));
		assert_true(dial_init(&b, rows[i].b));
		assert_int_equal(dial_is_twin(&a, &b), rows[i].are_twins);
		assert_int_equal(dial_is_twin(&b, &a), rows[i].are_twins);
	}
}

/* Other threads have small stacks. */
static int shrink_stacks(void **state)
{
	(void)state;
#ifdef __GLIBC__
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, MODULE_STACK / 4);
	pthread_setattr_default_np(&attributes);
	pthread_attr_destroy(&attributes);
#endif
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_paths_need_no_lookup),
		cmocka_unit_test(names_are_looked_up_each_time),
		cmocka_unit_test(names_that_cannot_be_looked_up),
		cmocka_unit_test(lookup_is_given_up),
		cmocka_unit_test(twins),
	};

	return cmocka_run_group_tests_name("dial", tests, shrink_stacks, NULL);
}
