/*
 * p0f_client with a socket that does not take everything at once. The small queries always fit
 * into a real one, so send() is replaced here for the client, which alone uses MSG_DONTWAIT.
 */
#include "p0f_fixture.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/socket.h>

static _Atomic size_t most;    /* bytes that one send() takes; 0: no limit */
static _Atomic int failures;   /* calls that fail, after one that does not */
static _Atomic int fail_errno; /* with this error */
static _Atomic bool failed;    /* the last call failed */

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
	if ((flags & MSG_DONTWAIT) != 0) {
		if (failures > 0 && !failed) {
			failures--;
			failed = true;
			errno = fail_errno;
			return -1;
		}
		failed = false;
		if (most > 0 && length > most)
			length = most;
	}
	return sendto(fd, bytes, length, flags, NULL, 0);
}

static int setup(void **state)
{
	most = 0;
	failures = 0;
	failed = false;
	return fixture_setup(state);
}

/* More lookups than the window has room for, with all queries in pieces. */
static void ask_many(struct fixture *fixture)
{
	enum { ALL = 3 * P0F_CONN_WINDOW };
	struct p0f_lookup *lookups[ALL];

	for (unsigned n = 0; n < ALL; n++)
		lookups[n] = fixture_submit(fixture, n, FIXTURE_LONG_MS);
	for (unsigned n = 0; n < ALL; n++)
		fixture_expect_own(lookups[n], n);
	assert_int_equal(fake_p0f_count(fixture->fakes[0], FAKE_CONNECTS), 1);
}

static void test_queries_in_pieces(void **state)
{
	static const size_t pieces[] = {1, 2, 20, 22, 100};

	fixture_start(*state, 1);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		print_message("%zu bytes\n", pieces[i]);
		most = pieces[i];
		ask_many(*state);
		/* alone, so that no other query pushes it on */
		fixture_ask_own(*state, 1000);
	}
}

static void test_socket_is_full_now_and_then(void **state)
{
	static const struct {
		const char *label;
		int error;
	} rows[] = {{"EAGAIN", EAGAIN}, {"EINTR", EINTR}};

	fixture_start(*state, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].label);
		fail_errno = rows[i].error;
		failures = 40;
		most = 30;
		ask_many(*state);
		assert_true(failures < 40);
	}
}

/* A query that waits in the client's buffer may be given up; it is still sent. */
static void test_lookup_freed_while_it_is_sent(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);

	fixture_ask_own(fixture, 100);
	most = 5;
	for (unsigned n = 0; n < 5; n++)
		p0f_lookup_free(fixture_submit(fixture, n, FIXTURE_LONG_MS));
	fixture_ask_own(fixture, 101);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 7);
}

/* What send() reports for a dead peer; the client reconnects. */
static void test_send_fails(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_reply reply;

	fixture_ask_own(fixture, 1);
	fail_errno = EPIPE;
	failures = 1;
	assert_int_equal(fixture_ask(fixture, 2, FIXTURE_LONG_MS, &reply), P0F_DOWN);
	/* the fake has not answered lately: it cannot know that an early attempt is allowed */
	assert_true(fake_p0f_wait(fake, FAKE_CLOSES, 1));
	fake_p0f_expect_new_client(fake);
	fixture_ask_until_own(fixture, 3);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_queries_in_pieces, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_socket_is_full_now_and_then, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(
			test_lookup_freed_while_it_is_sent, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_send_fails, setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
