/*
 * p0f_client with a p0f behind a TCP relay.
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

/* Only the timer starts attempts, after 100 ms and more; queries start none. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_lookups_are_answered),
		fixture_test(test_attempts_where_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
