/*
 * p0f_client: what becomes of its connections when the list of p0fs changes.
 */
#include "capture.h"
#include "log.h"
#include "p0f_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

static void test_p0f_that_stays_keeps_its_connection(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *leaves = fixture_start(fixture, 3);
	struct fake_p0f *stays = fixture->fakes[1];
	struct fake_p0f *stays_too = fixture->fakes[2];

	fixture_ask_own(fixture, 1);
	fixture_set(fixture, fake_p0f_name(stays_too), fake_p0f_name(stays), NULL);
	assert_true(fake_p0f_wait(leaves, FAKE_CLOSES, 1));
	fixture_ask_own(fixture, 2);
	assert_int_equal(fake_p0f_count(leaves, FAKE_QUERIES), 1);
	fake_p0f_expect_new_client(leaves);
	fixture_set(fixture, fake_p0f_name(stays), fake_p0f_name(leaves), fake_p0f_name(stays_too),
		NULL);
	fixture_ask_own(fixture, 3);
	assert_int_equal(fake_p0f_count(leaves, FAKE_QUERIES), 2);
	assert_int_equal(fake_p0f_count(leaves, FAKE_CONNECTS), 2);
	for (size_t i = 1; i < 3; i++) {
		assert_int_equal(fake_p0f_count(fixture->fakes[i], FAKE_QUERIES), 3);
		assert_int_equal(fake_p0f_count(fixture->fakes[i], FAKE_CONNECTS), 1);
		assert_int_equal(fake_p0f_count(fixture->fakes[i], FAKE_CLOSES), 0);
	}
}

/* Put a lookup in flight at the first fake, then remove that fake from the list. */
static struct p0f_lookup *remove_first(struct fixture *fixture)
{
	struct fake_p0f *first = fixture_fake(fixture, FAKE_UNIX);
	struct p0f_lookup *lookup;

	fixture_client(fixture);
	fake_p0f_release(first, 0);
	lookup = fixture_submit(fixture, 1, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(first, FAKE_QUERIES, 1));
	fixture_set(fixture, fake_p0f_name(fixture_fake(fixture, FAKE_UNIX)), NULL);
	/* the answer shows that the client has checked its connections */
	fixture_ask_own(fixture, 2);
	fake_p0f_sync(first);
	assert_int_equal(fake_p0f_count(first, FAKE_CLOSES), 0);
	return lookup;
}

static void test_removed_p0f_is_heard_out(void **state)
{
	struct fixture *fixture = *state;
	struct p0f_lookup *lookup = remove_first(fixture);
	struct fake_p0f *removed = fixture->fakes[0];

	fake_p0f_release(removed, FAKE_ALL);
	fixture_expect_own(lookup, 1);
	assert_true(fake_p0f_wait(removed, FAKE_CLOSES, 1));
	fixture_ask_own(fixture, 3);
	assert_int_equal(fake_p0f_count(removed, FAKE_QUERIES), 1);
	assert_int_equal(fake_p0f_count(fixture->fakes[1], FAKE_QUERIES), 2);
}

/* A new connection would be one too many: the old one is used again. */
static void test_removed_p0f_is_revived(void **state)
{
	struct fixture *fixture = *state;
	struct p0f_lookup *lookup = remove_first(fixture);
	struct fake_p0f *revived = fixture->fakes[0];

	fixture_set(fixture, fake_p0f_name(fixture->fakes[1]), fake_p0f_name(revived), NULL);
	fake_p0f_release(revived, FAKE_ALL);
	fixture_expect_own(lookup, 1);
	fixture_ask_own(fixture, 3);
	fake_p0f_sync(revived);
	assert_int_equal(fake_p0f_count(revived, FAKE_QUERIES), 2);
	assert_int_equal(fake_p0f_count(revived, FAKE_CONNECTS), 1);
	assert_int_equal(fake_p0f_count(revived, FAKE_CLOSES), 0);
}

static void test_duplicates_make_one_connection(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *path = fixture_fake(fixture, FAKE_UNIX);
	struct fake_p0f *tcp = fixture_fake(fixture, FAKE_TCP);
	char spelled[128];

	snprintf(spelled, sizeof(spelled), "unix:%s", fake_p0f_name(path));
	fixture_client(fixture);
	fixture_set(fixture, fake_p0f_name(path), fake_p0f_name(tcp), spelled, fake_p0f_name(tcp),
		fake_p0f_name(path), NULL);
	fixture_ask_own(fixture, 1);
	fixture_ask_own(fixture, 2);
	for (size_t i = 0; i < 2; i++) {
		fake_p0f_sync(fixture->fakes[i]);
		assert_int_equal(fake_p0f_count(fixture->fakes[i], FAKE_CONNECTS), 1);
		assert_int_equal(fake_p0f_count(fixture->fakes[i], FAKE_QUERIES), 2);
	}
}

static void test_no_p0f_at_all(void **state)
{
	struct fixture *fixture = *state;
	struct p0f_reply reply;

	fixture_client(fixture);
	assert_int_equal(fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply), P0F_DOWN);
	fixture_set(fixture, fake_p0f_name(fixture_fake(fixture, FAKE_UNIX)), NULL);
	fixture_ask_own(fixture, 2);
	fixture_set(fixture, NULL);
	assert_true(fake_p0f_wait(fixture->fakes[0], FAKE_CLOSES, 1));
	assert_int_equal(fixture_ask(fixture, 3, FIXTURE_LONG_MS, &reply), P0F_DOWN);
}

/* A list with a bad name and a new p0f: the new one must not be asked either. */
static void test_bad_endpoint_changes_nothing(void **state)
{
	static const struct {
		const char *label;
		const char *name;
	} rows[] = {
		{"not absolute", "p0f.sock"},
		{"no port", "inet:0@127.0.0.1"},
		{"no host", "inet:9"},
		{"a descriptor", "fd:3"},
		{"empty", ""},
	};
	struct fixture *fixture = *state;
	struct fake_p0f *old = fixture_start(fixture, 1);
	struct fake_p0f *new = fixture_fake(fixture, FAKE_UNIX);
	char *names[2] = {(char *)fake_p0f_name(new)};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].label);
		names[1] = (char *)rows[i].name;
		errno = 0;
		assert_int_equal(p0f_client_set_endpoints(fixture->client, names, 2), -1);
		assert_int_equal(errno, EINVAL);
		fixture_ask_own(fixture, i);
	}
	fake_p0f_sync(new);
	fake_p0f_sync(old);
	assert_int_equal(fake_p0f_count(new, FAKE_CONNECTS), 0);
	assert_int_equal(fake_p0f_count(old, FAKE_CONNECTS), 1);
	assert_int_equal(fake_p0f_count(old, FAKE_QUERIES), sizeof(rows) / sizeof(rows[0]));
}

/* Make a list of count p0fs where nobody listens, different ones for each generation. */
static void make_names(char *list[P0F_MAX + 1], size_t count, unsigned generation)
{
	static char names[P0F_MAX + 1][64];

	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "/nonexistent/%u/%zu", generation, i);
		list[i] = names[i];
	}
}

static void test_too_many_endpoints(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	char *list[P0F_MAX + 1];

	make_names(list, P0F_MAX + 1, 0);
	assert_int_equal(p0f_client_set_endpoints(fixture->client, list, P0F_MAX + 1), -1);
	assert_int_equal(errno, E2BIG);
	fixture_ask_own(fixture, 1);
	list[0] = (char *)fake_p0f_name(fake);
	assert_int_equal(p0f_client_set_endpoints(fixture->client, list, P0F_MAX), 0);
	fixture_ask_own(fixture, 2);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
}

/* From any number of p0fs to any number of others, at once and repeatedly. */
static void test_from_all_to_all_others(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct stats_p0f p0fs[P0F_MAX];
	char *list[P0F_MAX + 1];

	for (unsigned generation = 0; generation < 20; generation++) {
		make_names(list, P0F_MAX, generation);
		assert_int_equal(p0f_client_set_endpoints(fixture->client, list, P0F_MAX), 0);
		assert_int_equal(p0f_client_get_stats(fixture->client, p0fs), P0F_MAX);
	}
	fake_p0f_expect_new_client(fake);
	fixture_set(fixture, fake_p0f_name(fake), NULL);
	fixture_ask_own(fixture, 1);
}

/*
 * More p0fs than there is room for are dropped, and each owes a reply: those that were dropped
 * first are not waited for.
 */
static void test_dropped_p0fs_that_owe_replies(void **state)
{
	enum { DROPPED = 4 * P0F_MAX };
	struct fixture *fixture = *state;
	struct fake_p0f *silent[DROPPED];
	struct fake_p0f *last;
	struct p0f_lookup *lookup;
	unsigned early = 0;

	fixture_client(fixture);
	for (unsigned i = 0; i < DROPPED; i++) {
		silent[i] = fake_p0f_new(FAKE_UNIX, "silent");
		fake_p0f_release(silent[i], 0);
		fixture_set(fixture, fake_p0f_name(silent[i]), NULL);
		lookup = fixture_submit(fixture, i, FIXTURE_LONG_MS);
		assert_true(fake_p0f_wait(silent[i], FAKE_QUERIES, 1));
		p0f_lookup_free(lookup);
	}
	last = fixture_fake(fixture, FAKE_UNIX);
	fixture_set(fixture, fake_p0f_name(last), NULL);
	fixture_ask_own(fixture, 1);
	assert_true(fake_p0f_wait(silent[0], FAKE_CLOSED_EARLY, 1));
	for (unsigned i = 1; i < DROPPED; i++) {
		fake_p0f_sync(silent[i]);
		early += fake_p0f_count(silent[i], FAKE_CLOSED_EARLY);
		assert_int_equal(fake_p0f_count(silent[i], FAKE_CLOSES), 0);
	}
	assert_int_equal(early, 0);
	for (unsigned i = 0; i < DROPPED; i++) {
		fake_p0f_release(silent[i], FAKE_ALL);
		assert_true(fake_p0f_wait(silent[i], FAKE_CLOSES, 1));
		fake_p0f_free(silent[i]);
	}
}

/* Returns the name of the only p0f in the statistics. */
static const char *only_name(struct fixture *fixture)
{
	static struct stats_p0f p0fs[P0F_MAX];

	assert_int_equal(p0f_client_get_stats(fixture->client, p0fs), 1);
	return p0fs[0].endpoint;
}

/* The connection stays; log and statistics use its new name. */
static void test_p0f_is_spelled_otherwise(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	enum p0f_answer answer;
	struct p0f_reply reply;
	const char *text;
	char spelled[128];

	snprintf(spelled, sizeof(spelled), "unix:%s", fake_p0f_name(fake));
	fixture_ask_own(fixture, 1);
	assert_string_equal(only_name(fixture), fake_p0f_name(fake));
	fixture_set(fixture, spelled, NULL);
	assert_string_equal(only_name(fixture), spelled);
	fixture_ask_own(fixture, 2);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
	log_open(LOG_TO_STDERR, LOG_INFO);
	capture_start();
	fake_p0f_listen(fake, false);
	do
		answer = fixture_ask(fixture, 3, FIXTURE_LONG_MS, &reply);
	while (answer == P0F_ANSWERED);
	text = capture_stop();
	log_open(LOG_TO_STDERR, LOG_EMERG);
	assert_non_null(strstr(text, spelled));
	fake_p0f_listen(fake, true);
	fixture_ask_until_own(fixture, 4);
}

/* Prometheus refuses two samples of one name: what is not ASCII is shown as "?". */
static void test_names_that_look_alike(void **state)
{
	struct fixture *fixture = *state;

	fixture_client(fixture);
	fixture_set(fixture, "/nonexistent/\xe8", "/nonexistent/\xe9", NULL);
	assert_string_equal(only_name(fixture), "/nonexistent/?");
}

/* While the client waits for a p0f at its stop, no new query is sent. */
static void test_set_while_stopping(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *busy = fixture_start(fixture, 1);
	struct fake_p0f *other = fixture_fake(fixture, FAKE_UNIX);
	char *names[] = {(char *)fake_p0f_name(busy), (char *)fake_p0f_name(other)};
	struct p0f_lookup *lookup;
	struct stopper stopper;

	fake_p0f_release(busy, 0);
	lookup = fixture_submit(fixture, 1, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(busy, FAKE_QUERIES, 1));
	stopper = fixture_start_to_stop(fixture);
	while (p0f_client_set_endpoints(stopper.client, names, 1) == 0)
		sched_yield();
	assert_int_equal(errno, ECANCELED);
	assert_int_equal(p0f_client_set_endpoints(stopper.client, names, 2), -1);
	fake_p0f_release(busy, FAKE_ALL);
	pthread_join(stopper.thread, NULL);
	assert_int_equal(p0f_client_set_endpoints(stopper.client, names, 2), -1);
	fixture_expect_own(lookup, 1);
	p0f_client_free(stopper.client);
	assert_int_equal(fake_p0f_count(busy, FAKE_CONNECTS), 1);
	assert_int_equal(fake_p0f_count(other, FAKE_CONNECTS), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_p0f_that_stays_keeps_its_connection),
		fixture_test(test_removed_p0f_is_heard_out),
		fixture_test(test_removed_p0f_is_revived),
		fixture_test(test_duplicates_make_one_connection),
		fixture_test(test_no_p0f_at_all),
		fixture_test(test_bad_endpoint_changes_nothing),
		fixture_test(test_too_many_endpoints),
		fixture_test(test_from_all_to_all_others),
		fixture_test(test_dropped_p0fs_that_owe_replies),
		fixture_test(test_p0f_is_spelled_otherwise),
		fixture_test(test_names_that_look_alike),
		fixture_test(test_set_while_stopping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
