/*
 * p0f_client and a p0f behind a TCP relay.
 */
#include "capture.h"
#include "log.h"
#include "mono.h"
#include "p0f_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_lookups_are_answered(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_fake(fixture, FAKE_TCP);

	fixture_client(fixture);
	for (unsigned n = 0; n < 200; n++)
		fixture_ask_own(fixture, n);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
	fixture_end_client(fixture);
	assert_true(fake_p0f_wait(fake, FAKE_CLOSES, 1));
}

/* The attempts are the timer's, at 100 ms and more; queries make none. */
static void test_attempts_where_nobody_listens(void **state)
{
	enum { FOR_US = 50000, RETRY_US = 100000 };
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_fake(fixture, FAKE_TCP);
	struct p0f_reply reply;
	const char *text;
	int64_t start;
	int64_t took;

	fake_p0f_listen(fake, false);
	log_open(LOG_TO_STDERR, LOG_DEBUG);
	capture_start();
	start = mono_us();
	fixture_client(fixture);
	while (mono_us() - start < FOR_US)
		fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply);
	fixture_end_client(fixture);
	took = mono_us() - start;
	text = capture_stop();
	assert_in_range(fixture_count(text, "cannot connect"), 1, took / RETRY_US + 1);
}

/* Over TCP nobody hurries. A reply ends the back-off: the next is 100 ms, not 800. */
static void test_back_off_over_tcp(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_fake(fixture, FAKE_TCP);
	struct p0f_reply reply;
	int64_t start;

	fixture_client(fixture);
	fixture_expect_back_off(fake);
	fixture_ask_until_own(fixture, 1);
	start = mono_us();
	fake_p0f_hang_up(fake);
	while (fake_p0f_count(fake, FAKE_CONNECTS) < 5)
		fixture_ask(fixture, 2, FIXTURE_LONG_MS, &reply);
	assert_in_range(mono_us() - start, 100000, 600000);
}

/* A listener whose queue is full, so that the next connection is not made. Sets *address. */
static int open_full_listener(int *filler, struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	*address = (struct sockaddr_in){.sin_family = AF_INET};
	address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *)address, length), 0);
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)address, &length), 0);
	*filler = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(*filler, (struct sockaddr *)address, length), 0);
	return listener;
}

/*
 * The connection stays half-made. A lookup waits its time, but not longer than the five
 * seconds after which the client gives up the connection; and stopping waits for nothing.
 */
static void test_connection_is_not_made(void **state)
{
	enum { TIMEOUT_MS = 50 };
	struct fixture *fixture = *state;
	struct sockaddr_in address;
	struct p0f_reply reply;
	char name[64];
	int64_t start;
	int filler;
	int listener = open_full_listener(&filler, &address);

	snprintf(name, sizeof(name), "inet:%u@127.0.0.1", ntohs(address.sin_port));
	fixture_client(fixture);
	fixture_set(fixture, name, NULL);
	start = mono_us();
	assert_int_equal(fixture_ask(fixture, 1, TIMEOUT_MS, &reply), P0F_DOWN);
	assert_in_range(mono_us() - start, TIMEOUT_MS * 1000, 20 * TIMEOUT_MS * 1000);
	/* the next ones need not find out again */
	start = mono_us();
	for (unsigned n = 10; n < 60; n++)
		assert_int_equal(fixture_ask(fixture, n, TIMEOUT_MS, &reply), P0F_DOWN);
	assert_true(mono_us() - start < 20 * TIMEOUT_MS * 1000);
	assert_int_equal(fixture_ask(fixture, 2, FIXTURE_LONG_MS, &reply), P0F_DOWN);
	start = mono_us();
	fixture_end_client(fixture);
	assert_true(mono_us() - start < FIXTURE_LONG_MS * 1000 / 2);
	close(filler);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_lookups_are_answered),
		fixture_test(test_attempts_where_nobody_listens),
		fixture_test(test_back_off_over_tcp),
		fixture_test(test_connection_is_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
