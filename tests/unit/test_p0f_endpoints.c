/*
 * p0f_client with several p0fs: whose answer wins, and what becomes of the connections
 * when the list of p0fs changes.
 */
#include "p0f_bench.h"

#include <stdio.h>
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

/* Let first answer before second; the reply must be that of the better one. */
static void run_contest(struct bench *bench, const struct opinion *expected,
	struct fake_p0f *better, struct fake_p0f *first, struct fake_p0f *second)
{
	struct p0f_lookup *lookup;
	struct p0f_reply reply;

	fake_p0f_release(first, 0);
	fake_p0f_release(second, 0);
	lookup = bench_submit(bench, 1, BENCH_LONG_MS);
	assert_true(fake_p0f_wait(first, FAKE_QUERIES, fake_p0f_count(first, FAKE_ANSWERS) + 1));
	assert_true(fake_p0f_wait(second, FAKE_QUERIES, fake_p0f_count(second, FAKE_ANSWERS) + 1));
	fake_p0f_release(first, 1);
	fake_p0f_release(second, 1);
	assert_int_equal(bench_wait(lookup, BENCH_LONG_MS, &reply), P0F_ANSWERED);
	assert_int_equal(reply.status, expected->status);
	assert_int_equal(reply.last_seen, expected->last_seen);
	assert_int_equal(reply.os_name[0] != '\0', expected->named);
	assert_string_equal(reply.os_flavor, better == bench->fakes[0] ? "a" : "b");
}

/* Each contest with either p0f as the better one, and either as the first to answer. */
static void test_best_answer_wins(void **state)
{
	struct bench *bench = *state;

	bench_start(bench, 2);
	for (size_t i = 0; i < sizeof(contests) / sizeof(contests[0]); i++) {
		print_message("%s\n", contests[i].label);
		for (int place = 0; place < 2; place++) {
			struct fake_p0f *better = bench->fakes[place];
			struct fake_p0f *worse = bench->fakes[1 - place];

			fake_p0f_set_script(better, say_opinion, (void *)&contests[i].better);
			fake_p0f_set_script(worse, say_opinion, (void *)&contests[i].worse);
			run_contest(bench, &contests[i].better, better, better, worse);
			run_contest(bench, &contests[i].better, better, worse, better);
		}
	}
}

static void test_best_of_five_wins(void **state)
{
	struct opinion opinions[BENCH_FAKES];
	struct bench *bench = *state;
	struct p0f_reply reply;

	bench_start(bench, BENCH_FAKES);
	for (uint32_t i = 0; i < BENCH_FAKES; i++) {
		opinions[i] = (struct opinion){P0F_STATUS_OK, true, i == 2 ? 100 : i};
		fake_p0f_set_script(bench->fakes[i], say_opinion, &opinions[i]);
	}
	for (unsigned n = 0; n < 20; n++) {
		assert_int_equal(bench_ask(bench, n, BENCH_LONG_MS, &reply), P0F_ANSWERED);
		assert_true(bench_is_own(&reply, n));
		assert_int_equal(reply.last_seen, 100);
	}
}

static void test_no_match_is_an_answer(void **state)
{
	struct opinion none = {P0F_STATUS_NO_MATCH, false, 0};
	struct bench *bench = *state;
	struct p0f_reply reply;

	fake_p0f_set_script(bench_start(bench, 1), say_opinion, &none);
	assert_int_equal(bench_ask(bench, 1, BENCH_LONG_MS, &reply), P0F_ANSWERED);
	assert_int_equal(reply.status, P0F_STATUS_NO_MATCH);
	assert_string_equal(reply.os_flavor, "");
}

/* The first lookup waits for the silent one, the next are not held up, nor sent to it. */
static void test_one_silent_one_answering(void **state)
{
	enum { TIMEOUT_MS = 200 };
	struct bench *bench = *state;
	struct fake_p0f *silent = bench_start(bench, 2);
	struct p0f_reply reply;

	bench_ask_own(bench, 1);
	fake_p0f_release(silent, 0);
	assert_int_equal(bench_ask(bench, 2, TIMEOUT_MS, &reply), P0F_ANSWERED);
	assert_true(bench_is_own(&reply, 2));
	assert_string_equal(reply.os_flavor, "b");
	for (unsigned n = 3; n < 50; n++) {
		bench_ask_own(bench, n);
		fake_p0f_sync(silent);
		assert_int_equal(fake_p0f_count(silent, FAKE_QUERIES), 2);
	}
	fake_p0f_release(silent, FAKE_ALL);
	fake_p0f_sync(silent);
	bench_ask_own(bench, 50);
	assert_int_equal(fake_p0f_count(silent, FAKE_QUERIES), 3);
}

static void test_one_dead_one_answering(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *dead = bench_start(bench, 2);
	struct p0f_reply reply;

	fake_p0f_listen(dead, false);
	for (unsigned n = 0; n < 50; n++) {
		assert_int_equal(bench_ask(bench, n, BENCH_LONG_MS, &reply), P0F_ANSWERED);
		assert_true(bench_is_own(&reply, n));
		assert_string_equal(reply.os_flavor, "b");
	}
}

/* A p0f that dies with the query takes nothing from the other's answer, first or last. */
static void test_one_dies_one_answers(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *mortal = bench_start(bench, 2);
	struct fake_p0f *other = bench->fakes[1];
	struct p0f_lookup *lookup;

	for (int dies_first = 0; dies_first < 2; dies_first++) {
		bench_ask_own(bench, 0);
		assert_true(fake_p0f_wait(mortal, FAKE_CONNECTS, 1 + (unsigned)dies_first));
		fake_p0f_release(mortal, 0);
		fake_p0f_release(other, 0);
		lookup = bench_submit(bench, 1, BENCH_LONG_MS);
		fake_p0f_sync(other);
		if (dies_first)
			fake_p0f_listen(mortal, false);
		fake_p0f_release(other, FAKE_ALL);
		fake_p0f_sync(other);
		fake_p0f_listen(mortal, false);
		bench_expect_own(lookup, 1);
		fake_p0f_release(mortal, FAKE_ALL);
		fake_p0f_listen(mortal, true);
		while (fake_p0f_count(mortal, FAKE_CONNECTS) < 2)
			bench_ask_own(bench, 2);
	}
}

static void test_p0f_that_stays_keeps_its_connection(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *leaves = bench_start(bench, 3);
	struct fake_p0f *stays = bench->fakes[1];
	struct fake_p0f *stays_too = bench->fakes[2];

	bench_ask_own(bench, 1);
	bench_set(bench, fake_p0f_name(stays_too), fake_p0f_name(stays), NULL);
	assert_true(fake_p0f_wait(leaves, FAKE_CLOSES, 1));
	bench_ask_own(bench, 2);
	assert_int_equal(fake_p0f_count(leaves, FAKE_QUERIES), 1);
	fake_p0f_expect_new_client(leaves);
	bench_set(
		bench, fake_p0f_name(stays), fake_p0f_name(leaves), fake_p0f_name(stays_too), NULL);
	bench_ask_own(bench, 3);
	assert_int_equal(fake_p0f_count(leaves, FAKE_QUERIES), 2);
	assert_int_equal(fake_p0f_count(leaves, FAKE_CONNECTS), 2);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(fake_p0f_count(bench->fakes[i], FAKE_QUERIES), 3);
		assert_int_equal(fake_p0f_count(bench->fakes[i], FAKE_CONNECTS), 1);
		assert_int_equal(fake_p0f_count(bench->fakes[i], FAKE_CLOSES), 0);
	}
}

/* Have a lookup in flight with the first fake, which has then been removed from the list. */
static struct p0f_lookup *remove_first(struct bench *bench)
{
	struct fake_p0f *first = bench_fake(bench, FAKE_UNIX);
	struct p0f_lookup *lookup;

	bench_client(bench);
	fake_p0f_release(first, 0);
	lookup = bench_submit(bench, 1, BENCH_LONG_MS);
	assert_true(fake_p0f_wait(first, FAKE_QUERIES, 1));
	bench_set(bench, fake_p0f_name(bench_fake(bench, FAKE_UNIX)), NULL);
	/* that this is answered shows that the client has gone through its connections */
	bench_ask_own(bench, 2);
	fake_p0f_sync(first);
	assert_int_equal(fake_p0f_count(first, FAKE_CLOSES), 0);
	return lookup;
}

static void test_removed_p0f_is_heard_out(void **state)
{
	struct bench *bench = *state;
	struct p0f_lookup *lookup = remove_first(bench);
	struct fake_p0f *removed = bench->fakes[0];

	fake_p0f_release(removed, FAKE_ALL);
	bench_expect_own(lookup, 1);
	assert_true(fake_p0f_wait(removed, FAKE_CLOSES, 1));
	bench_ask_own(bench, 3);
	assert_int_equal(fake_p0f_count(removed, FAKE_QUERIES), 1);
	assert_int_equal(fake_p0f_count(bench->fakes[1], FAKE_QUERIES), 2);
}

/* One connection more would be one too many: the old one is taken into service again. */
static void test_removed_p0f_is_revived(void **state)
{
	struct bench *bench = *state;
	struct p0f_lookup *lookup = remove_first(bench);
	struct fake_p0f *revived = bench->fakes[0];

	bench_set(bench, fake_p0f_name(bench->fakes[1]), fake_p0f_name(revived), NULL);
	fake_p0f_release(revived, FAKE_ALL);
	bench_expect_own(lookup, 1);
	bench_ask_own(bench, 3);
	fake_p0f_sync(revived);
	assert_int_equal(fake_p0f_count(revived, FAKE_QUERIES), 2);
	assert_int_equal(fake_p0f_count(revived, FAKE_CONNECTS), 1);
	assert_int_equal(fake_p0f_count(revived, FAKE_CLOSES), 0);
}

static void test_duplicates_make_one_connection(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *path = bench_fake(bench, FAKE_UNIX);
	struct fake_p0f *tcp = bench_fake(bench, FAKE_TCP);
	char spelled[128];

	snprintf(spelled, sizeof(spelled), "unix:%s", fake_p0f_name(path));
	bench_client(bench);
	bench_set(bench, fake_p0f_name(path), fake_p0f_name(tcp), spelled, fake_p0f_name(tcp),
		fake_p0f_name(path), NULL);
	bench_ask_own(bench, 1);
	bench_ask_own(bench, 2);
	for (size_t i = 0; i < 2; i++) {
		fake_p0f_sync(bench->fakes[i]);
		assert_int_equal(fake_p0f_count(bench->fakes[i], FAKE_CONNECTS), 1);
		assert_int_equal(fake_p0f_count(bench->fakes[i], FAKE_QUERIES), 2);
	}
}

static void test_no_p0f_at_all(void **state)
{
	struct bench *bench = *state;
	struct p0f_reply reply;

	bench_client(bench);
	assert_int_equal(bench_ask(bench, 1, BENCH_LONG_MS, &reply), P0F_DOWN);
	bench_set(bench, fake_p0f_name(bench_fake(bench, FAKE_UNIX)), NULL);
	bench_ask_own(bench, 2);
	bench_set(bench, NULL);
	assert_true(fake_p0f_wait(bench->fakes[0], FAKE_CLOSES, 1));
	assert_int_equal(bench_ask(bench, 3, BENCH_LONG_MS, &reply), P0F_DOWN);
}

/* A list with a bad name, whose other p0f is new: that one must not be asked either. */
static void test_bad_endpoint_changes_nothing(void **state)
{
	static const struct {
		const char *label;
		const char *name;
	} rows[] = {
		{"no IPv4 address", "inet:9@::1"},
		{"no IPv6 address", "inet6:9@127.0.0.1"},
		{"no name that there can be", "inet:9@a..b"},
		{"not absolute", "p0f.sock"},
		{"no port", "inet:0@127.0.0.1"},
		{"empty", ""},
	};
	struct bench *bench = *state;
	struct fake_p0f *old = bench_start(bench, 1);
	struct fake_p0f *new = bench_fake(bench, FAKE_UNIX);
	char error[P0F_CLIENT_ERROR_SIZE];
	char *names[2] = {(char *)fake_p0f_name(new)};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].label);
		names[1] = (char *)rows[i].name;
		strcpy(error, "");
		assert_int_equal(p0f_client_set_endpoints(bench->client, names, 2, error), -1);
		assert_non_null(strstr(error, rows[i].name));
		assert_true(strlen(error) > strlen(rows[i].name));
		bench_ask_own(bench, i);
	}
	fake_p0f_sync(new);
	fake_p0f_sync(old);
	assert_int_equal(fake_p0f_count(new, FAKE_CONNECTS), 0);
	assert_int_equal(fake_p0f_count(old, FAKE_CONNECTS), 1);
	assert_int_equal(fake_p0f_count(old, FAKE_QUERIES), sizeof(rows) / sizeof(rows[0]));
}

/* There is room for 64; those that are being left count until they are closed. */
static void test_too_many_endpoints(void **state)
{
	enum { ROOM = 64 };
	static char names[ROOM + 1][64];
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	char error[P0F_CLIENT_ERROR_SIZE];
	char *list[ROOM + 1];

	bench_ask_own(bench, 1);
	for (size_t i = 0; i < ROOM + 1; i++) {
		snprintf(names[i], sizeof(names[i]), "/nonexistent/%zu", i);
		list[i] = names[i];
	}
	for (size_t count = ROOM; count <= ROOM + 1; count++) {
		strcpy(error, "");
		assert_int_equal(p0f_client_set_endpoints(bench->client, list, count, error), -1);
		assert_non_null(strstr(error, "too many"));
		bench_ask_own(bench, 2);
	}
	/* what the failed attempts had added is gone: as many others have room */
	for (size_t i = 0; i < ROOM - 1; i++)
		snprintf(names[i], sizeof(names[i]), "/nonexistent/another/%zu", i);
	list[ROOM - 1] = (char *)fake_p0f_name(fake);
	assert_int_equal(p0f_client_set_endpoints(bench->client, list, ROOM, error), 0);
	bench_ask_own(bench, 3);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(test_best_answer_wins),
		bench_test(test_best_of_five_wins),
		bench_test(test_no_match_is_an_answer),
		bench_test(test_one_silent_one_answering),
		bench_test(test_one_dead_one_answering),
		bench_test(test_one_dies_one_answers),
		bench_test(test_p0f_that_stays_keeps_its_connection),
		bench_test(test_removed_p0f_is_heard_out),
		bench_test(test_removed_p0f_is_revived),
		bench_test(test_duplicates_make_one_connection),
		bench_test(test_no_p0f_at_all),
		bench_test(test_bad_endpoint_changes_nothing),
		bench_test(test_too_many_endpoints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
