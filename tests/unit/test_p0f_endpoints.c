/*
 * p0f_client with several p0fs: the best answer wins.
 */
#include "p0f_fixture.h"

#include <string.h>

/* What a fake says of every host. */
struct opinion {
	uint32_t status;
	bool named;
	uint32_t last_seen;
};

static void say_opinion(void *context, const struct addr *asked, struct fake_send *out)
{
	const struct opinion *opinion = context;

	(void)asked;
	memcpy(out->bytes + 4, &opinion->status, sizeof(opinion->status));
	memcpy(out->bytes + 12, &opinion->last_seen, sizeof(opinion->last_seen));
	if (!opinion->named)
		memset(out->bytes + 40, 0, P0F_STRING_SIZE);
}

static const struct {
	const char *label;
	struct opinion better;
	struct opinion worse;
} contests[] = {
	{"named over unnamed, though older", {P0F_STATUS_OK, true, 5}, {P0F_STATUS_OK, false, 9}},
	{"named over no match", {P0F_STATUS_OK, true, 0}, {P0F_STATUS_NO_MATCH, false, 9}},
	{"unnamed over no match", {P0F_STATUS_OK, false, 0}, {P0F_STATUS_NO_MATCH, false, 9}},
	{"the newer of two named", {P0F_STATUS_OK, true, 9}, {P0F_STATUS_OK, true, 5}},
	{"the newer of two unnamed", {P0F_STATUS_OK, false, 9}, {P0F_STATUS_OK, false, 5}},
	{"newer by more than a signed number holds", {P0F_STATUS_OK, true, 0xf0000000},
		{P0F_STATUS_OK, true, 5}},
};

/* Let first answer before second; the better one's reply must win. */
static void run_contest(struct fixture *fixture, const struct opinion *expected,
	struct fake_p0f *better, struct fake_p0f *first, struct fake_p0f *second)
{
	struct p0f_lookup *lookup;
	struct p0f_reply reply;

	fake_p0f_release(first, 0);
	fake_p0f_release(second, 0);
	lookup = fixture_submit(fixture, 1, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(first, FAKE_QUERIES, fake_p0f_count(first, FAKE_ANSWERS) + 1));
	assert_true(fake_p0f_wait(second, FAKE_QUERIES, fake_p0f_count(second, FAKE_ANSWERS) + 1));
	fake_p0f_release(first, 1);
	fake_p0f_release(second, 1);
	assert_int_equal(fixture_wait(lookup, FIXTURE_LONG_MS, &reply), P0F_ANSWERED);
	assert_int_equal(reply.status, expected->status);
	assert_int_equal(reply.last_seen, expected->last_seen);
	assert_int_equal(reply.os_name[0] != '\0', expected->named);
	assert_string_equal(reply.os_flavor, better == fixture->fakes[0] ? "a" : "b");
}

/* Each contest, with either p0f as the better one, and either answering first. */
static void test_best_answer_wins(void **state)
{
	struct fixture *fixture = *state;

	fixture_start(fixture, 2);
	for (size_t i = 0; i < sizeof(contests) / sizeof(contests[0]); i++) {
		print_message("%s\n", contests[i].label);
		for (int place = 0; place < 2; place++) {
			struct fake_p0f *better = fixture->fakes[place];
			struct fake_p0f *worse = fixture->fakes[1 - place];

			fake_p0f_set_script(better, say_opinion, (void *)&contests[i].better);
			fake_p0f_set_script(worse, say_opinion, (void *)&contests[i].worse);
			run_contest(fixture, &contests[i].better, better, better, worse);
			run_contest(fixture, &contests[i].better, better, worse, better);
		}
	}
}

static void test_best_of_five_wins(void **state)
{
	struct opinion opinions[FIXTURE_FAKES];
	struct fixture *fixture = *state;
	struct p0f_reply reply;

	fixture_start(fixture, FIXTURE_FAKES);
	for (uint32_t i = 0; i < FIXTURE_FAKES; i++) {
		opinions[i] = (struct opinion){P0F_STATUS_OK, true, i == 2 ? 100 : i};
		fake_p0f_set_script(fixture->fakes[i], say_opinion, &opinions[i]);
	}
	for (unsigned n = 0; n < 20; n++) {
		assert_int_equal(fixture_ask(fixture, n, FIXTURE_LONG_MS, &reply), P0F_ANSWERED);
		assert_true(fixture_is_own(&reply, n));
		assert_int_equal(reply.last_seen, 100);
	}
}

static void test_no_match_is_an_answer(void **state)
{
	struct opinion none = {P0F_STATUS_NO_MATCH, false, 0};
	struct fixture *fixture = *state;
	struct p0f_reply reply;

	fake_p0f_set_script(fixture_start(fixture, 1), say_opinion, &none);
	assert_int_equal(fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply), P0F_ANSWERED);
	assert_int_equal(reply.status, P0F_STATUS_NO_MATCH);
	assert_string_equal(reply.os_flavor, "");
}

/* The first lookup waits for the silent one; later ones neither wait for it nor are sent to it. */
static void test_one_silent_one_answering(void **state)
{
	enum { TIMEOUT_MS = 200 };
	struct fixture *fixture = *state;
	struct fake_p0f *silent = fixture_start(fixture, 2);
	struct p0f_reply reply;

	fixture_ask_own(fixture, 1);
	fake_p0f_release(silent, 0);
	assert_int_equal(fixture_ask(fixture, 2, TIMEOUT_MS, &reply), P0F_ANSWERED);
	assert_true(fixture_is_own(&reply, 2));
	assert_string_equal(reply.os_flavor, "b");
	for (unsigned n = 3; n < 50; n++) {
		fixture_ask_own(fixture, n);
		fake_p0f_sync(silent);
		assert_int_equal(fake_p0f_count(silent, FAKE_QUERIES), 2);
	}
	fake_p0f_release(silent, FAKE_ALL);
	fake_p0f_sync(silent);
	fixture_ask_own(fixture, 50);
	assert_int_equal(fake_p0f_count(silent, FAKE_QUERIES), 3);
}

static void test_one_dead_one_answering(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *dead = fixture_start(fixture, 2);
	struct p0f_reply reply;

	fake_p0f_listen(dead, false);
	for (unsigned n = 0; n < 50; n++) {
		assert_int_equal(fixture_ask(fixture, n, FIXTURE_LONG_MS, &reply), P0F_ANSWERED);
		assert_true(fixture_is_own(&reply, n));
		assert_string_equal(reply.os_flavor, "b");
	}
}

/* The failure of the p0f that is connected is the one reported, first or last. */
static void test_one_dead_one_silent(void **state)
{
	enum { TIMEOUT_MS = 20 };
	struct fixture *fixture = *state;
	struct p0f_reply reply;

	fixture_start(fixture, 2);
	fixture_ask_own(fixture, 1);
	for (int dead = 0; dead < 2; dead++) {
		fake_p0f_listen(fixture->fakes[dead], false);
		fake_p0f_release(fixture->fakes[1 - dead], 0);
		assert_int_equal(fixture_ask(fixture, 2, TIMEOUT_MS, &reply), P0F_TIMEOUT);
		assert_int_equal(fixture_ask(fixture, 3, TIMEOUT_MS, &reply), P0F_TIMEOUT);
		fake_p0f_release(fixture->fakes[1 - dead], FAKE_ALL);
		fake_p0f_listen(fixture->fakes[dead], true);
		assert_true(fake_p0f_wait(fixture->fakes[dead], FAKE_CONNECTS, 2));
		fake_p0f_sync(fixture->fakes[1 - dead]);
		fixture_ask_until_own(fixture, 4);
	}
}

/* A p0f that dies with the query does not spoil the other's answer, first or last. */
static void test_one_dies_one_answers(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *mortal = fixture_start(fixture, 2);
	struct fake_p0f *other = fixture->fakes[1];
	struct p0f_lookup *lookup;

	for (int dies_first = 0; dies_first < 2; dies_first++) {
		fixture_ask_own(fixture, 0);
		assert_true(fake_p0f_wait(mortal, FAKE_CONNECTS, 1 + (unsigned)dies_first));
		fake_p0f_release(mortal, 0);
		fake_p0f_release(other, 0);
		lookup = fixture_submit(fixture, 1, FIXTURE_LONG_MS);
		fake_p0f_sync(other);
		if (dies_first)
			fake_p0f_listen(mortal, false);
		fake_p0f_release(other, FAKE_ALL);
		fake_p0f_sync(other);
		fake_p0f_listen(mortal, false);
		fixture_expect_own(lookup, 1);
		fake_p0f_release(mortal, FAKE_ALL);
		fake_p0f_listen(mortal, true);
		while (fake_p0f_count(mortal, FAKE_CONNECTS) < 2)
			fixture_ask_own(fixture, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_best_answer_wins),
		fixture_test(test_best_of_five_wins),
		fixture_test(test_no_match_is_an_answer),
		fixture_test(test_one_silent_one_answering),
		fixture_test(test_one_dead_one_answering),
		fixture_test(test_one_dead_one_silent),
		fixture_test(test_one_dies_one_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
