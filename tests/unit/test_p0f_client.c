/*
 * p0f_client with one healthy p0f: lookups, the order of replies, giving up, and stopping.
 */
#include "p0f_fixture.h"

#include "mono.h"

#include <pthread.h>
#include <string.h>

static void test_one_lookup_is_answered(void **state)
{
	struct fixture *fixture = *state;
	struct p0f_reply reply;

	fixture_start(fixture, 1);
	assert_int_equal(fixture_ask(fixture, 7, FIXTURE_LONG_MS, &reply), P0F_ANSWERED);
	assert_int_equal(reply.status, P0F_STATUS_OK);
	assert_int_equal(reply.last_seen, 1002);
	assert_int_equal(reply.distance, 11);
	assert_string_equal(reply.os_name, "10.0.0.7");
	assert_string_equal(reply.os_flavor, "a");
	assert_int_equal(fake_p0f_count(fixture->fakes[0], FAKE_QUERIES), 1);
}

static void test_queries_are_those_of_the_protocol(void **state)
{
	static const struct {
		const char *label;
		const char *text;
		const char *os_name; /* as the fake has understood it */
		uint8_t bytes[17];   /* the query without its magic */
	} rows[] = {
		{"IPv4", "192.0.2.1", "192.0.2.1", {4, 192, 0, 2, 1}},
		{"IPv4, all ones", "255.255.255.255", "255.255.255.255", {4, 255, 255, 255, 255}},
		{"IPv6", "2001:db8::1:2", "2001:db8::1:2",
			{6, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2}},
		{"mapped IPv4", "::ffff:192.0.2.9", "192.0.2.9", {4, 192, 0, 2, 9}},
	};
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	const uint32_t magic = 0x50304601;
	uint8_t query[P0F_QUERY_SIZE];
	struct p0f_reply reply;
	struct p0f_lookup *lookup;
	struct addr addr;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].label);
		assert_true(addr_parse(&addr, rows[i].text));
		lookup = p0f_client_submit(fixture->client, &addr, FIXTURE_LONG_MS);
		assert_int_equal(fixture_wait(lookup, FIXTURE_LONG_MS, &reply), P0F_ANSWERED);
		assert_string_equal(reply.os_name, rows[i].os_name);
		fake_p0f_newest(fake, query);
		assert_memory_equal(query, &magic, 4);
		assert_memory_equal(query + 4, rows[i].bytes, 17);
	}
}

#define THREADS 8
#define BATCHES 250
#define BATCH   5 /* THREADS * BATCH is more than the window */

struct worker {
	struct fixture *fixture;
	pthread_t thread;
	unsigned first; /* of this worker's addresses */
	unsigned own;   /* lookups answered by their own reply */
};

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct p0f_lookup *lookups[BATCH];
	struct p0f_reply reply;
	unsigned n = worker->first;

	for (int batch = 0; batch < BATCHES; batch++, n += BATCH) {
		for (unsigned i = 0; i < BATCH; i++)
			lookups[i] = fixture_submit(worker->fixture, n + i, FIXTURE_LONG_MS);
		for (unsigned i = 0; i < BATCH; i++) {
			if (fixture_wait(lookups[i], FIXTURE_LONG_MS, &reply) == P0F_ANSWERED &&
				fixture_is_own(&reply, n + i))
				worker->own++;
		}
	}
	return NULL;
}

static void test_threads_get_their_own_replies(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct worker workers[THREADS];

	for (unsigned i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){.fixture = fixture, .first = i * BATCHES * BATCH};
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(workers[i].thread, NULL);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(workers[i].own, BATCHES * BATCH);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), THREADS * BATCHES * BATCH);
	assert_in_range(fake_p0f_count(fake, FAKE_UNANSWERED_MAX), 1, P0F_CONN_WINDOW);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
}

/*
 * Counts in *context the queries for fixture_addr(0), (1), (2) and so on, as long as they come in
 * this order.
 */
static void count_in_order(void *context, const struct addr *asked, struct fake_send *out)
{
	unsigned *next = context;
	struct addr expected = fixture_addr(*next);

	(void)out;
	if (memcmp(asked, &expected, sizeof(expected)) == 0)
		++*next;
}

static void test_window_is_kept(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *lookups[100];
	unsigned in_order = 0;

	fixture_ask_own(fixture, 1000);
	fake_p0f_set_script(fake, count_in_order, &in_order);
	fake_p0f_release(fake, 0);
	/* there is a connection: submit sends what it may at once */
	for (unsigned i = 0; i < 100; i++)
		lookups[i] = fixture_submit(fixture, i, FIXTURE_LONG_MS);
	fake_p0f_sync(fake);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 1 + P0F_CONN_WINDOW);
	fake_p0f_release(fake, 1);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, 2 + P0F_CONN_WINDOW));
	fake_p0f_release(fake, FAKE_ALL);
	for (unsigned i = 0; i < 100; i++)
		fixture_expect_own(lookups[i], i);
	assert_int_equal(fake_p0f_count(fake, FAKE_UNANSWERED_MAX), P0F_CONN_WINDOW);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 101);
	assert_int_equal(in_order, 100);
}

static void test_two_replies_in_one_write(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *one;
	struct p0f_lookup *two;

	fake_p0f_release(fake, 0);
	one = fixture_submit(fixture, 1, FIXTURE_LONG_MS);
	two = fixture_submit(fixture, 2, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, 2));
	fake_p0f_release(fake, 2);
	fixture_expect_own(two, 2);
	fixture_expect_own(one, 1);
}

/* Their replies still come, and must not go to other lookups. */
static void test_lookups_freed_in_flight(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *lookups[10];

	fake_p0f_release(fake, 0);
	for (unsigned i = 0; i < 10; i++)
		lookups[i] = fixture_submit(fixture, i, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, 10));
	for (unsigned i = 0; i < 10; i += 2)
		p0f_lookup_free(lookups[i]);
	p0f_lookup_free(NULL); /* is allowed */
	assert_int_equal(p0f_lookup_wait(NULL, 0, NULL), P0F_DOWN);
	fake_p0f_release(fake, FAKE_ALL);
	for (unsigned i = 1; i < 10; i += 2)
		fixture_expect_own(lookups[i], i);
	for (unsigned i = 100; i < 140; i++)
		fixture_ask_own(fixture, i);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
}

/*
 * A query that is given up before it is sent is never sent: the first, one in the middle, the
 * last.
 */
static void test_lookups_freed_before_they_are_sent(void **state)
{
	enum { UNSENT = 10, ALL = P0F_CONN_WINDOW + UNSENT };
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *lookups[ALL];

	fake_p0f_release(fake, 0);
	for (unsigned i = 0; i < ALL; i++)
		lookups[i] = fixture_submit(fixture, i, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, P0F_CONN_WINDOW));
	for (unsigned i = P0F_CONN_WINDOW; i < ALL; i += 3) {
		p0f_lookup_free(lookups[i]);
		lookups[i] = NULL;
	}
	fake_p0f_release(fake, FAKE_ALL);
	for (unsigned i = 0; i < ALL; i++) {
		if (lookups[i] != NULL)
			fixture_expect_own(lookups[i], i);
	}
	fixture_ask_own(fixture, 100);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), ALL - 4 + 1);
}

/* A lookup that has been answered may be waited for and freed at any later time. */
static void test_answer_stays_with_the_lookup(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *lookup = fixture_submit(fixture, 5, FIXTURE_LONG_MS);
	struct p0f_reply reply;

	assert_true(fake_p0f_wait(fake, FAKE_ANSWERS, 1));
	fake_p0f_sync(fake);
	/* a deadline that has passed does not take the answer away */
	assert_int_equal(p0f_lookup_wait(lookup, 0, &reply), P0F_ANSWERED);
	assert_true(fixture_is_own(&reply, 5));
	fake_p0f_hang_up(fake);
	assert_int_equal(p0f_lookup_wait(lookup, 0, &reply), P0F_ANSWERED);
	p0f_lookup_free(lookup);
}

/* The script of a p0f that has seen nobody, so that the other p0f's answer is used. */
static void say_no_match(void *context, const struct addr *asked, struct fake_send *out)
{
	const uint32_t status = P0F_STATUS_NO_MATCH;

	(void)context;
	(void)asked;
	memcpy(out->bytes + 4, &status, sizeof(status));
}

/*
 * The client looks at both connections in one pass: once the idle one is closed, the one with
 * replies due has been spared.
 */
static void test_stop_waits_for_the_replies(void **state)
{
	struct fixture *fixture = *state;
	struct stopper stopper;
	struct fake_p0f *busy = fixture_start(fixture, 2);
	struct fake_p0f *idle = fixture->fakes[1];
	struct p0f_lookup *lookups[3];

	fake_p0f_set_script(idle, say_no_match, NULL);
	fake_p0f_release(busy, 0);
	for (unsigned i = 0; i < 3; i++)
		lookups[i] = fixture_submit(fixture, i, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(busy, FAKE_QUERIES, 3));
	assert_true(fake_p0f_wait(idle, FAKE_ANSWERS, 3));
	stopper = fixture_start_to_stop(fixture);
	assert_true(fake_p0f_wait(idle, FAKE_CLOSES, 1));
	fake_p0f_sync(busy);
	assert_int_equal(fake_p0f_count(busy, FAKE_CLOSES), 0);
	fake_p0f_release(busy, FAKE_ALL);
	pthread_join(stopper.thread, NULL);
	assert_true(fake_p0f_wait(busy, FAKE_CLOSES, 1));
	for (unsigned i = 0; i < 3; i++)
		fixture_expect_own(lookups[i], i);
	p0f_client_free(stopper.client);
}

static void test_stop_waits_no_longer_than_it_may(void **state)
{
	enum { DRAIN_MS = 100 };
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *lookup;
	struct p0f_reply reply;
	int64_t start;
	int64_t took;

	fake_p0f_release(fake, 0);
	lookup = fixture_submit(fixture, 1, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, 1));
	start = mono_us();
	p0f_client_stop(fixture->client, DRAIN_MS);
	took = mono_us() - start;
	assert_true(took >= DRAIN_MS * 1000);
	assert_true(took < 20 * DRAIN_MS * 1000);
	assert_int_equal(fixture_wait(lookup, FIXTURE_LONG_MS, &reply), P0F_DOWN);
	p0f_client_free(fixture->client);
	fixture->client = NULL;
	/* the only rude end */
	assert_true(fake_p0f_wait(fake, FAKE_CLOSED_EARLY, 1));
	assert_int_equal(fixture_violations(fake), 1);
	fixture->rude = true;
}

static void test_submits_after_stop_fail_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_reply reply;
	int64_t start;

	fixture_ask_own(fixture, 1);
	p0f_client_stop(fixture->client, FIXTURE_LONG_MS);
	start = mono_us();
	assert_int_equal(fixture_ask(fixture, 2, FIXTURE_LONG_MS, &reply), P0F_DOWN);
	assert_true(mono_us() - start < FIXTURE_LONG_MS * 1000 / 2);
	p0f_client_free(fixture->client);
	fixture->client = NULL;
	assert_true(fake_p0f_wait(fake, FAKE_CLOSES, 1));
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 1);
}

static void test_stop_with_lookups_not_yet_sent(void **state)
{
	enum { ALL = P0F_CONN_WINDOW + 4 };
	struct fixture *fixture = *state;
	struct stopper stopper;
	struct fake_p0f *busy = fixture_start(fixture, 2);
	struct fake_p0f *idle = fixture->fakes[1];
	struct p0f_lookup *lookups[ALL];
	struct p0f_reply reply;
	enum p0f_answer answer;

	fake_p0f_set_script(idle, say_no_match, NULL);
	fake_p0f_release(busy, 0);
	for (unsigned i = 0; i < ALL; i++)
		lookups[i] = fixture_submit(fixture, i, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(busy, FAKE_QUERIES, P0F_CONN_WINDOW));
	assert_true(fake_p0f_wait(idle, FAKE_ANSWERS, ALL));
	stopper = fixture_start_to_stop(fixture);
	assert_true(fake_p0f_wait(idle, FAKE_CLOSES, 1));
	fake_p0f_release(busy, FAKE_ALL);
	pthread_join(stopper.thread, NULL);
	for (unsigned i = 0; i < ALL; i++) {
		answer = fixture_wait(lookups[i], FIXTURE_LONG_MS, &reply);
		assert_int_equal(answer, P0F_ANSWERED);
		/* what was not sent need not be sent */
		if (i < P0F_CONN_WINDOW || reply.status == P0F_STATUS_OK)
			assert_true(fixture_is_own(&reply, i));
	}
	p0f_client_free(stopper.client);
}

static void test_clients_come_and_go(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_fake(fixture, FAKE_UNIX);

	for (unsigned i = 0; i < 50; i++) {
		fake_p0f_expect_new_client(fake);
		fixture_client(fixture);
		fixture_ask_own(fixture, i);
		fixture_end_client(fixture);
		assert_true(fake_p0f_wait(fake, FAKE_CLOSES, i + 1));
	}
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_one_lookup_is_answered),
		fixture_test(test_queries_are_those_of_the_protocol),
		fixture_test(test_threads_get_their_own_replies),
		fixture_test(test_window_is_kept),
		fixture_test(test_two_replies_in_one_write),
		fixture_test(test_lookups_freed_in_flight),
		fixture_test(test_lookups_freed_before_they_are_sent),
		fixture_test(test_answer_stays_with_the_lookup),
		fixture_test(test_stop_waits_for_the_replies),
		fixture_test(test_stop_waits_no_longer_than_it_may),
		fixture_test(test_submits_after_stop_fail_at_once),
		fixture_test(test_stop_with_lookups_not_yet_sent),
		fixture_test(test_clients_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
