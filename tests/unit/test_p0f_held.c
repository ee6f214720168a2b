/*
 * Lookups that are held: when they are sent, and that they are not when nobody wants them.
 */
#include "p0f_bench.h"

#include "mono.h"

#include <time.h>

static struct p0f_lookup *submit_held(struct bench *bench, unsigned n)
{
	struct addr addr = bench_addr(n);

	return p0f_client_submit(bench->client, &addr, BENCH_LONG_MS, true);
}

static void test_sent_when_it_is_waited_for(void **state)
{
	struct bench *bench = *state;

	bench_start(bench, 1);
	bench_expect_own(submit_held(bench, 1), 1);
}

static void test_sent_when_it_is_wanted(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	struct p0f_lookup *lookup;

	bench_ask_own(bench, 0); /* it is connected */
	lookup = submit_held(bench, 1);
	p0f_lookup_send(lookup);
	fake_p0f_sync(fake);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 2);
	p0f_lookup_send(lookup); /* once is enough */
	bench_expect_own(lookup, 1);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 2);
}

static void test_sent_when_p0f_has_seen_the_syn(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	struct timespec pause = {.tv_nsec = 30000000};
	struct p0f_lookup *lookups[3];
	int64_t began;

	bench_ask_own(bench, 9);
	nanosleep(&pause, NULL); /* the thread falls asleep, of which nothing tells */
	began = mono_us();
	for (unsigned i = 0; i < 3; i++)
		lookups[i] = submit_held(bench, i);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, 2));
	assert_true(mono_us() - began >= P0F_CLIENT_SETTLE_US);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, 4));
	for (unsigned i = 0; i < 3; i++)
		bench_expect_own(lookups[i], i);
}

/* On a machine that is slow it may be sent before it is freed: that is tried again. */
static void test_never_sent_when_nobody_wants_it(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	int64_t began;
	unsigned asked;

	bench_ask_own(bench, 0);
	do {
		asked = fake_p0f_count(fake, FAKE_QUERIES);
		began = mono_us();
		for (unsigned i = 0; i < 20; i++)
			p0f_lookup_free(submit_held(bench, i));
	} while (mono_us() - began >= P0F_CLIENT_SETTLE_US);
	/* queries go out in their order: none has gone before this one */
	bench_ask_own(bench, 1);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), asked + 1);
}

static void test_sent_to_the_p0f_of_its_time(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *old = bench_start(bench, 1);
	struct fake_p0f *new = bench_fake(bench, FAKE_UNIX);
	struct p0f_lookup *lookup;

	bench_ask_own(bench, 0);
	lookup = submit_held(bench, 1);
	bench_set(bench, fake_p0f_name(new), NULL);
	bench_expect_own(lookup, 1);
	assert_int_equal(fake_p0f_count(old, FAKE_QUERIES), 2);
	assert_int_equal(fake_p0f_count(new, FAKE_QUERIES), 0);
}

/* The connection that is over leaves the list, at whose end a lookup would have looked. */
static void test_p0fs_go_while_it_is_held(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *left;
	struct fake_p0f *kept;
	struct p0f_lookup *lookup;

	bench_start(bench, 2);
	left = bench->fakes[0];
	kept = bench->fakes[1];
	bench_ask_own(bench, 0);
	bench_set(bench, fake_p0f_name(kept), NULL);
	lookup = submit_held(bench, 1);
	assert_true(fake_p0f_wait(left, FAKE_CLOSES, 1));
	bench_expect_own(lookup, 1);
	assert_int_equal(fake_p0f_count(kept, FAKE_QUERIES), 2);
}

static void test_client_stops_while_it_is_held(void **state)
{
	struct bench *bench = *state;
	struct p0f_reply reply;
	struct p0f_lookup *lookup;

	bench_start(bench, 1);
	lookup = submit_held(bench, 1);
	p0f_client_stop(bench->client, BENCH_LONG_MS);
	assert_int_not_equal(bench_wait(lookup, BENCH_LONG_MS, &reply), P0F_TIMEOUT);
	p0f_client_free(bench->client);
	bench->client = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(test_sent_when_it_is_waited_for),
		bench_test(test_sent_when_it_is_wanted),
		bench_test(test_sent_when_p0f_has_seen_the_syn),
		bench_test(test_never_sent_when_nobody_wants_it),
		bench_test(test_sent_to_the_p0f_of_its_time),
		bench_test(test_p0fs_go_while_it_is_held),
		bench_test(test_client_stops_while_it_is_held),
	};

	return cmocka_run_group_tests_name("p0f_client: held", tests, NULL, NULL);
}
