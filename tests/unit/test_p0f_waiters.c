/*
 * p0f_client while a thread waits for one p0f: work for another p0f is still done in time.
 */
#include "p0f_fixture.h"

#include "mono.h"

#include <pthread.h>
#include <string.h>

#define ROUNDS 20

struct waiter {
	pthread_t thread;
	struct p0f_lookup *lookup;
	enum p0f_answer answer;
	struct p0f_reply reply;
};

static void *wait_for_reply(void *argument)
{
	struct waiter *waiter = argument;

	waiter->answer = fixture_wait(waiter->lookup, FIXTURE_LONG_MS, &waiter->reply);
	return NULL;
}

/* Ask both p0fs about the n-th address, while neither answers, and wait in a thread. */
static void start_to_wait(struct fixture *fixture, struct waiter *waiter, unsigned n)
{
	unsigned asked[2];

	for (size_t i = 0; i < 2; i++) {
		fake_p0f_release(fixture->fakes[i], 0);
		asked[i] = fake_p0f_count(fixture->fakes[i], FAKE_QUERIES);
	}
	waiter->lookup = fixture_submit(fixture, n, FIXTURE_LONG_MS);
	for (size_t i = 0; i < 2; i++)
		assert_true(fake_p0f_wait(fixture->fakes[i], FAKE_QUERIES, asked[i] + 1));
	assert_int_equal(pthread_create(&waiter->thread, NULL, wait_for_reply, waiter), 0);
}

/* The p0f that the thread waits for answers at last. */
static void end_to_wait(struct fake_p0f *stays, struct waiter *waiter, unsigned n)
{
	fake_p0f_release(stays, FAKE_ALL);
	pthread_join(waiter->thread, NULL);
	assert_int_equal(waiter->answer, P0F_ANSWERED);
	assert_true(fixture_is_own(&waiter->reply, n));
}

static void test_dropped_p0f_is_left_after_its_last_reply(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *dropped = fixture_start(fixture, 2);
	struct fake_p0f *stays = fixture->fakes[1];
	struct waiter waiter;

	for (unsigned n = 0; n < ROUNDS; n++) {
		fake_p0f_expect_new_client(dropped);
		fixture_set(fixture, fake_p0f_name(dropped), fake_p0f_name(stays), NULL);
		start_to_wait(fixture, &waiter, n);
		fixture_set(fixture, fake_p0f_name(stays), NULL);
		fake_p0f_release(dropped, FAKE_ALL);
		assert_true(fake_p0f_wait(dropped, FAKE_CLOSES, n + 1));
		end_to_wait(stays, &waiter, n);
	}
}

static void test_stop_ends_after_the_last_reply(void **state)
{
	struct fixture *fixture = *state;
	struct waiter waiter;
	struct stopper stopper;
	int64_t start;

	fixture_fake(fixture, FAKE_UNIX);
	fixture_fake(fixture, FAKE_UNIX);
	for (unsigned n = 0; n < ROUNDS; n++) {
		fake_p0f_expect_new_client(fixture->fakes[0]);
		fake_p0f_expect_new_client(fixture->fakes[1]);
		fixture_client(fixture);
		start_to_wait(fixture, &waiter, n);
		start = mono_us();
		stopper = fixture_start_to_stop(fixture);
		fake_p0f_release(fixture->fakes[0], FAKE_ALL);
		end_to_wait(fixture->fakes[1], &waiter, n);
		pthread_join(stopper.thread, NULL);
		assert_true(mono_us() - start < FIXTURE_LONG_MS * 1000 / 2);
		for (size_t i = 0; i < 2; i++)
			assert_true(fake_p0f_wait(fixture->fakes[i], FAKE_CLOSES, n + 1));
		p0f_client_free(stopper.client);
	}
}

static void spoil_magic(void *context, const struct addr *asked, struct fake_send *out)
{
	(void)context;
	(void)asked;
	out->bad = true;
	memset(out->bytes, 0, 4);
}

/*
 * A connection that is out of step is closed after the last byte, not after the two seconds of a
 * drain.
 */
static void test_drain_ends_with_the_last_byte(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *spoiled = fixture_start(fixture, 2);
	struct p0f_lookup *second;
	struct waiter waiter;
	int64_t start;

	for (unsigned n = 0; n < ROUNDS / 4; n++) {
		assert_true(fake_p0f_wait(spoiled, FAKE_CONNECTS, n + 1));
		fixture_ask_own(fixture, 100 + n);
		fake_p0f_set_script(spoiled, spoil_magic, NULL);
		start_to_wait(fixture, &waiter, 2 * n);
		second = fixture_submit(fixture, 2 * n + 1, FIXTURE_LONG_MS);
		assert_true(fake_p0f_wait(spoiled, FAKE_QUERIES, 3 * n + 3));
		fake_p0f_release(spoiled, 1);
		fake_p0f_sync(spoiled);
		start = mono_us();
		fake_p0f_release(spoiled, FAKE_ALL);
		assert_true(fake_p0f_wait(spoiled, FAKE_CLOSES, n + 1));
		assert_true(mono_us() - start < 1500000);
		end_to_wait(fixture->fakes[1], &waiter, 2 * n);
		fixture_expect_own(second, 2 * n + 1);
		fake_p0f_set_script(spoiled, NULL, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_dropped_p0f_is_left_after_its_last_reply),
		fixture_test(test_stop_ends_after_the_last_reply),
		fixture_test(test_drain_ends_with_the_last_byte),
	};

	return cmocka_run_group_tests_name("p0f_client: waiters", tests, NULL, NULL);
}
