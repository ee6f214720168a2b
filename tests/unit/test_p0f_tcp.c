/*
 * p0f_client and a p0f behind a TCP relay.
 */
#include "capture.h"
#include "log.h"
#include "mono.h"
#include "p0f_bench.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_lookups_are_answered(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_fake(bench, FAKE_TCP);

	bench_client(bench);
	for (unsigned n = 0; n < 200; n++)
		bench_ask_own(bench, n);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
	bench_end_client(bench);
	assert_true(fake_p0f_wait(fake, FAKE_CLOSES, 1));
}

/* The attempts are the timer's, at 100 ms and more; queries make none. */
static void test_attempts_where_nobody_listens(void **state)
{
	enum { FOR_US = 50000, RETRY_US = 100000 };
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_fake(bench, FAKE_TCP);
	struct p0f_reply reply;
	const char *text;
	int64_t start;
	int64_t took;

	fake_p0f_listen(fake, false);
	log_open(LOG_TO_STDERR, LOG_DEBUG);
	capture_start();
	start = mono_us();
	bench_client(bench);
	while (mono_us() - start < FOR_US)
		bench_ask(bench, 1, BENCH_LONG_MS, &reply);
	bench_end_client(bench);
	took = mono_us() - start;
	text = capture_stop();
	assert_in_range(bench_count(text, "cannot connect"), 1, took / RETRY_US + 1);
}

/* Over TCP nobody hurries. A reply ends the back-off: the next is 100 ms, not 800. */
static void test_back_off_over_tcp(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_fake(bench, FAKE_TCP);
	struct p0f_reply reply;
	int64_t start;

	bench_client(bench);
	bench_expect_back_off(fake);
	bench_ask_until_own(bench, 1);
	start = mono_us();
	fake_p0f_hang_up(fake);
	while (fake_p0f_count(fake, FAKE_CONNECTS) < 5)
		bench_ask(bench, 2, BENCH_LONG_MS, &reply);
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
	struct bench *bench = *state;
	struct sockaddr_in address;
	struct p0f_reply reply;
	char name[64];
	int64_t start;
	int filler;
	int listener = open_full_listener(&filler, &address);

	snprintf(name, sizeof(name), "inet:%u@127.0.0.1", ntohs(address.sin_port));
	bench_client(bench);
	bench_set(bench, name, NULL);
	start = mono_us();
	assert_int_equal(bench_ask(bench, 1, TIMEOUT_MS, &reply), P0F_TIMEOUT);
	assert_in_range(mono_us() - start, TIMEOUT_MS * 1000, 20 * TIMEOUT_MS * 1000);
	/* the next ones need not find out again */
	start = mono_us();
	for (unsigned n = 10; n < 60; n++)
		assert_int_not_equal(bench_ask(bench, n, TIMEOUT_MS, &reply), P0F_ANSWERED);
	assert_true(mono_us() - start < 20 * TIMEOUT_MS * 1000);
	assert_int_equal(bench_ask(bench, 2, BENCH_LONG_MS, &reply), P0F_DOWN);
	/* until it tries again */
	while (bench_ask(bench, 3, TIMEOUT_MS, &reply) == P0F_DOWN)
		assert_true(mono_us() - start < BENCH_LONG_MS * 1000);
	start = mono_us();
	bench_end_client(bench);
	assert_true(mono_us() - start < BENCH_LONG_MS * 1000 / 2);
	close(filler);
	close(listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(test_lookups_are_answered),
		bench_test(test_attempts_where_nobody_listens),
		bench_test(test_back_off_over_tcp),
		bench_test(test_connection_is_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
