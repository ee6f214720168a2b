/*
 * The statistics: how names of operating systems become labels, and how many there may be; the
 * histograms' buckets; and a file that cannot be written. The counts are global: the tests look
 * at what has been added, and the test of the limit is the last.
 */
#include "stats.h"
#include "stats_file.h"

#include "capture.h"
#include "printable.h"
#include "scratch.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define NAMES   64
#define THREADS 4
#define ROUNDS  500

static const struct addr ipv4 = {.version = 4};
static const struct addr ipv6 = {.version = 6};

/* The statistics as they are now; valid until the next call. */
static const char *print(const struct stats_p0f *p0fs, size_t count)
{
	static char text[65536];
	FILE *to = fmemopen(text, sizeof(text), "w");

	assert_non_null(to);
	stats_print(to, 1700000000, p0fs, count);
	assert_int_equal(fclose(to), 0);
	return text;
}

/* Returns the number after a name and its labels; 0 when they are missing. */
static double number(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = text; (at = strstr(at, name)) != NULL; at++) {
		if ((at == text || at[-1] == '\n') && at[length] == ' ')
			return strtod(at + length, NULL);
	}
	return 0;
}

static double now(const char *name)
{
	return number(print(NULL, 0), name);
}

static void count_os(const char *name)
{
	struct p0f_reply reply = {.status = P0F_STATUS_OK};

	snprintf(reply.os_name, sizeof(reply.os_name), "%s", name);
	stats_count_header(&reply, &ipv4);
}

static void counters_add_up(void **state)
{
	(void)state;
	stats_count(STATS_SESSIONS);
	for (int i = 0; i < 8; i++)
		stats_count(STATS_REMOVED);
	assert_true(now("p0f_milter_sessions_total") == 1);
	assert_true(now("p0f_milter_forged_headers_removed_total") == 8);
	assert_true(now("p0f_milter_start_time_seconds") == 1700000000);
}

static void os_name_becomes_label(void **state)
{
	static const struct {
		const char *name;
		const char *label;
	} rows[] = {
		{"Linux", "Linux"},
		{"a \"b\"", "a \\\"b\\\""},
		{"a\\b", "a\\\\b"},
		{"\\\"", "\\\\\\\""},
		{"a\nb\x7f", "a?b?"},
		{"\xc3\xa9", "??"},
		{" ~{}=,", " ~{}=,"},
		{"1234567890123456789012345678901", "1234567890123456789012345678901"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char want[128];

		snprintf(want, sizeof(want), "p0f_milter_os_total{os=\"%s\"}", rows[i].label);
		count_os(rows[i].name);
		if (now(want) != 1)
			fail_msg("no %s in\n%s", want, print(NULL, 0));
	}
}

static void endpoint_becomes_label(void **state)
{
	struct stats_p0f p0f = {.up = true, .reconnects = 3, .in_flight = 4, .waiting = 5};
	const char *text;

	(void)state;
	printable_copy(p0f.endpoint, sizeof(p0f.endpoint), "/a\"b\\\n");
	text = print(&p0f, 1);
	assert_true(number(text, "p0f_milter_p0f_up{endpoint=\"/a\\\"b\\\\?\"}") == 1);
	assert_true(
		number(text, "p0f_milter_p0f_reconnects_total{endpoint=\"/a\\\"b\\\\?\"}") == 3);
	assert_true(
		number(text, "p0f_milter_p0f_queries_in_flight{endpoint=\"/a\\\"b\\\\?\"}") == 4);
	assert_true(number(text, "p0f_milter_p0f_queries_waiting{endpoint=\"/a\\\"b\\\\?\"}") == 5);
}

static void match_metric(char *name, size_t size, const char *match, bool is_v6)
{
	snprintf(name, size, "p0f_milter_match_total{family=\"%s\",match=\"%s\"}",
		is_v6 ? "ipv6" : "ipv4", match);
}

static void header_is_counted_by_match_and_family(void **state)
{
	static const struct {
		struct p0f_reply reply;
		const char *match;
	} rows[] = {
		{{.status = P0F_STATUS_OK, .os_name = "m"}, "normal"},
		{{.status = P0F_STATUS_OK, .os_name = "m", .os_match_q = 1}, "fuzzy"},
		{{.status = P0F_STATUS_OK, .os_name = "m", .os_match_q = 2}, "generic"},
		{{.status = P0F_STATUS_OK, .os_name = "m", .os_match_q = 3}, "fuzzy+generic"},
		{{.status = P0F_STATUS_OK}, "none"},
		{{.status = P0F_STATUS_NO_MATCH}, "unseen"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows) * 2; i++) {
		bool is_v6 = i % 2 == 1;
		char name[96], other[96];
		double before, other_before;

		match_metric(name, sizeof(name), rows[i / 2].match, is_v6);
		match_metric(other, sizeof(other), rows[i / 2].match, !is_v6);
		before = now(name);
		other_before = now(other);
		stats_count_header(&rows[i / 2].reply, is_v6 ? &ipv6 : &ipv4);
		if (now(name) != before + 1 || now(other) != other_before)
			fail_msg("%s does not count", name);
	}
}

/* The upper bounds, and how they are written. */
static const struct {
	int64_t us;
	const char *le;
} buckets[] = {
	{25, "2.5e-05"},
	{50, "5e-05"},
	{100, "0.0001"},
	{250, "0.00025"},
	{500, "0.0005"},
	{1000, "0.001"},
	{2500, "0.0025"},
	{5000, "0.005"},
	{10000, "0.01"},
	{25000, "0.025"},
	{50000, "0.05"},
	{100000, "0.1"},
	{250000, "0.25"},
	{500000, "0.5"},
	{1000000, "1"},
	{2500000, "2.5"},
	{5000000, "5"},
	{10000000, "10"},
};

/* A bucket counts everything up to and including its bound. */
static void bucket_includes_its_bound(void **state)
{
	int64_t sum = 0;
	char sum_text[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(buckets); i++) {
		stats_observe(STATS_LOOKUP_TIME, buckets[i].us);
		stats_observe(STATS_LOOKUP_TIME, buckets[i].us + 1);
		sum += 2 * buckets[i].us + 1;
	}
	for (size_t i = 0; i < LENGTH(buckets); i++) {
		char name[96];

		snprintf(name, sizeof(name), "p0f_milter_lookup_duration_seconds_bucket{le=\"%s\"}",
			buckets[i].le);
		if (now(name) != (double)(2 * i + 1))
			fail_msg("%s in\n%s", name, print(NULL, 0));
	}
	assert_true(now("p0f_milter_lookup_duration_seconds_bucket{le=\"+Inf\"}") == 36);
	assert_true(now("p0f_milter_lookup_duration_seconds_count") == 36);
	snprintf(sum_text, sizeof(sum_text),
		"\np0f_milter_lookup_duration_seconds_sum %lld.%06lld\n", (long long)sum / 1000000,
		(long long)sum % 1000000);
	assert_non_null(strstr(print(NULL, 0), sum_text));
	assert_true(now("p0f_milter_eom_wait_seconds_count") == 0);
}

/* A clock that does not move, or steps back, adds only to the count. */
static void no_time_is_counted(void **state)
{
	(void)state;
	stats_observe(STATS_EOM_TIME, 0);
	stats_observe(STATS_EOM_TIME, -5);
	assert_true(now("p0f_milter_eom_wait_seconds_bucket{le=\"2.5e-05\"}") == 2);
	assert_true(now("p0f_milter_eom_wait_seconds_count") == 2);
	assert_non_null(strstr(print(NULL, 0), "\np0f_milter_eom_wait_seconds_sum 0.000000\n"));
}

static void *count_names(void *unused)
{
	(void)unused;
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < 10; i++) {
			char name[P0F_STRING_SIZE];

			snprintf(name, sizeof(name), "thread %d", i);
			count_os(name);
		}
	}
	return NULL;
}

static void threads_add_a_name_once(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_names, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (int i = 0; i < 10; i++) {
		char name[64];

		snprintf(name, sizeof(name), "p0f_milter_os_total{os=\"thread %d\"}", i);
		assert_true(now(name) == THREADS * ROUNDS);
	}
}

static int os_labels(void)
{
	const char *at = print(NULL, 0);
	int count = 0;

	for (; (at = strstr(at, "\np0f_milter_os_total{")) != NULL; at++)
		count++;
	return count;
}

/* Fills the table, so it must be the last. */
static void names_beyond_the_limit_are_other(void **state)
{
	char name[P0F_STRING_SIZE];
	char label[64];
	int added = 0;

	(void)state;
	count_os("other");
	assert_true(now("p0f_milter_os_total{os=\"other\"}") == 1);
	while (os_labels() < NAMES + 1) {
		snprintf(name, sizeof(name), "name %d", added++);
		assert_true(added <= NAMES);
		count_os(name);
	}
	snprintf(label, sizeof(label), "p0f_milter_os_total{os=\"%s\"}", name);
	assert_true(now(label) == 1);
	assert_true(now("p0f_milter_os_total{os=\"other\"}") == 1);
	count_os("one more");
	count_os("another");
	count_os(name);
	assert_int_equal(os_labels(), NAMES + 1);
	assert_true(now(label) == 2);
	assert_true(now("p0f_milter_os_total{os=\"other\"}") == 3);
}

static struct conf *parse(const char *path)
{
	char text[512];
	char error[CONF_ERROR_SIZE] = "";
	struct conf *conf;

	snprintf(text, sizeof(text), "stats_file = \"%s\"\nstats_interval = 3600", path);
	conf = conf_parse("test.conf", text, error);
	if (conf == NULL)
		fail_msg("%s", error);
	return conf;
}

/* Start and stop, so that the file is written at least once. Returns what was logged. */
static const char *write_stats_file(const char *path)
{
	struct p0f_client *client = p0f_client_new();
	const char *said;

	assert_non_null(client);
	stats_file_init(client, parse(path));
	capture_start();
	stats_file_start();
	stats_file_stop();
	said = capture_stop();
	stats_file_set_conf(NULL);
	p0f_client_stop(client, 0);
	p0f_client_free(client);
	return said;
}

static void write_old(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs("old\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void assert_old(const char *path)
{
	char line[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	assert_int_equal(fclose(file), 0);
	assert_string_equal(line, "old\n");
}

/* As on a full disk: part of it can be written. */
static void short_write_leaves_the_former_file(void **state)
{
	struct rlimit before;
	struct rlimit limit;
	char path[256];
	char beside[256];
	char want[512];
	const char *said;

	scratch_path(path, sizeof(path), *state, "p0f.prom");
	scratch_path(beside, sizeof(beside), *state, "p0f.prom.new");
	write_old(path);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 1000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	said = write_stats_file(path);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	snprintf(want, sizeof(want), "p0f-milter: stats_file %s: cannot write it: File too large\n",
		path);
	assert_string_equal(said, want);
	assert_old(path);
	assert_int_not_equal(access(beside, F_OK), 0);
}

static void failing_rename_leaves_nothing(void **state)
{
	char path[256];
	char beside[256];

	scratch_path(path, sizeof(path), *state, "p0f.prom");
	scratch_path(beside, sizeof(beside), *state, "p0f.prom.new");
	assert_int_equal(mkdir(path, 0755), 0);
	write_stats_file(path);
	assert_int_not_equal(access(beside, F_OK), 0);
	assert_int_equal(rmdir(path), 0);
}

/* A link in place of the new file must not redirect the writer. */
static void link_is_not_followed(void **state)
{
	char path[256];
	char beside[256];
	char other[256];
	struct stat st;

	scratch_path(path, sizeof(path), *state, "p0f.prom");
	scratch_path(beside, sizeof(beside), *state, "p0f.prom.new");
	scratch_path(other, sizeof(other), *state, "other");
	write_old(other);
	assert_int_equal(symlink(other, beside), 0);
	write_stats_file(path);
	assert_old(other);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_not_equal(access(beside, F_OK), 0);
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_add_up),
		cmocka_unit_test(os_name_becomes_label),
		cmocka_unit_test(endpoint_becomes_label),
		cmocka_unit_test(header_is_counted_by_match_and_family),
		cmocka_unit_test(bucket_includes_its_bound),
		cmocka_unit_test(no_time_is_counted),
		cmocka_unit_test(threads_add_a_name_once),
		FILE_TEST(short_write_leaves_the_former_file),
		FILE_TEST(failing_rename_leaves_nothing),
		FILE_TEST(link_is_not_followed),
		cmocka_unit_test(names_beyond_the_limit_are_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
