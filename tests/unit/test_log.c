/*
 * The log: levels, the two forms of a line on stderr, syslog, control characters, long lines, and
 * the limit of one line per minute. stderr is a pipe here, and syslog is replaced, so nothing
 * reaches the machine's own log.
 */
#include "log.h"

#include "capture.h"
#include "mono.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define PREFIX "p0f-milter: "

/* The arguments of the last call of syslog(). */
static char syslog_line[2048];
static int syslog_priority;
static char syslog_ident[32];
static int syslog_facility;

void openlog(const char *ident, int option, int facility)
{
	(void)option;
	snprintf(syslog_ident, sizeof(syslog_ident), "%s", ident);
	syslog_facility = facility;
}

static void syslog_record(int priority, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void syslog_record(int priority, const char *format, va_list ap)
{
	syslog_priority = priority;
	vsnprintf(syslog_line, sizeof(syslog_line), format, ap);
}

void syslog(int priority, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	syslog_record(priority, format, ap);
	va_end(ap);
}

#ifdef __GLIBC__
/* The same, for code that is built with _FORTIFY_SOURCE. */
void __syslog_chk(int priority, int flag, const char *format, ...) /* NOLINT */
	__attribute__((format(printf, 3, 4)));

void __syslog_chk(int priority, int flag, const char *format, ...) /* NOLINT */
{
	va_list ap;

	(void)flag;
	va_start(ap, format);
	syslog_record(priority, format, ap);
	va_end(ap);
}
#endif

static int setup(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_open(LOG_TO_STDERR, LOG_DEBUG);
	syslog_line[0] = '\0';
	return 0;
}

/* Must be the first: the other tests call log_open(). */
static void default_is_stderr_and_info(void **state)
{
	const char *got;

	(void)state;
	capture_start();
	log_debug("no");
	log_info("yes");
	got = capture_stop();
	assert_string_equal(got, PREFIX "yes\n");
	assert_true(log_enabled(LOG_INFO));
	assert_false(log_enabled(LOG_DEBUG));
}

static void level_decides_what_is_written(void **state)
{
	static const struct {
		const char *label;
		int level;
		const char *want;
	} rows[] = {
		{"error", LOG_ERR, PREFIX "e\n"},
		{"warning", LOG_WARNING, PREFIX "e\n" PREFIX "w\n"},
		{"info", LOG_INFO, PREFIX "e\n" PREFIX "w\n" PREFIX "i\n"},
		{"debug", LOG_DEBUG, PREFIX "e\n" PREFIX "w\n" PREFIX "i\n" PREFIX "d\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *got;

		log_open(LOG_TO_STDERR, rows[i].level);
		capture_start();
		log_errx("%s", "e");
		log_warnx("%s", "w");
		log_info("%s", "i");
		log_debug("%s", "d");
		got = capture_stop();
		if (strcmp(got, rows[i].want) != 0)
			fail_msg("%s: %s", rows[i].label, got);
	}
}

static void enabled_agrees_with_written(void **state)
{
	static const int levels[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

	(void)state;
	for (size_t i = 0; i < LENGTH(levels); i++) {
		log_open(LOG_TO_STDERR, levels[i]);
		for (size_t j = 0; j < LENGTH(levels); j++) {
			const char *got;

			capture_start();
			log_write(levels[j], "line");
			got = capture_stop();
			assert_int_equal(log_enabled(levels[j]), j <= i);
			assert_int_equal(got[0] != '\0', j <= i);
		}
	}
}

static void debug_evaluates_only_when_written(void **state)
{
	int evaluated = 0;
	const char *got;

	(void)state;
	log_open(LOG_TO_STDERR, LOG_INFO);
	capture_start();
	log_debug("%d", ++evaluated);
	log_open(LOG_TO_STDERR, LOG_DEBUG);
	log_debug("%d", ++evaluated);
	got = capture_stop();
	assert_string_equal(got, PREFIX "1\n");
	assert_int_equal(evaluated, 1);
}

/* Set JOURNAL_STREAM for the captured stderr, with both numbers off by so much. */
static void journal_stream_set(unsigned long long device_off, unsigned long long inode_off)
{
	struct stat st;
	char stream[64];

	if (fstat(STDERR_FILENO, &st) != 0)
		return;
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev + device_off,
		(unsigned long long)st.st_ino + inode_off);
	setenv("JOURNAL_STREAM", stream, 1);
}

static void journal_gets_priorities(void **state)
{
	const char *got;

	(void)state;
	capture_start();
	journal_stream_set(0, 0);
	log_open(LOG_TO_STDERR, LOG_DEBUG);
	log_errx("e");
	log_warnx("w");
	log_info("i");
	log_debug("d");
	got = capture_stop();
	assert_string_equal(got, "<3>e\n<4>w\n<6>i\n<7>d\n");
}

static void other_stream_gets_prefix(void **state)
{
	static const struct {
		const char *label;
		unsigned long long device_off;
		unsigned long long inode_off;
	} rows[] = {{"other inode", 0, 1}, {"other device", 1, 0}};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *got;

		capture_start();
		journal_stream_set(rows[i].device_off, rows[i].inode_off);
		log_open(LOG_TO_STDERR, LOG_INFO);
		log_info("line");
		got = capture_stop();
		if (strcmp(got, PREFIX "line\n") != 0)
			fail_msg("%s: %s", rows[i].label, got);
	}
}

static void junk_in_journal_stream_gets_prefix(void **state)
{
	static const char *const junk[] = {"", ":", "1", "1:", ":1", "a:b", "8:x"};

	(void)state;
	for (size_t i = 0; i < LENGTH(junk); i++) {
		const char *got;

		setenv("JOURNAL_STREAM", junk[i], 1);
		capture_start();
		log_open(LOG_TO_STDERR, LOG_INFO);
		log_info("line");
		got = capture_stop();
		if (strcmp(got, PREFIX "line\n") != 0)
			fail_msg("\"%s\": %s", junk[i], got);
	}
}

static void syslog_gets_line_and_priority(void **state)
{
	static const int levels[] = {LOG_ERR, LOG_WARNING, LOG_INFO};
	const char *got;

	(void)state;
	for (size_t i = 0; i < LENGTH(levels); i++) {
		capture_start();
		log_open(LOG_TO_SYSLOG, LOG_INFO);
		log_write(levels[i], "100%% of %d\n", 7);
		log_debug("no");
		got = capture_stop();
		assert_string_equal(got, "");
		assert_string_equal(syslog_line, "100% of 7?");
		assert_int_equal(syslog_priority, levels[i]);
	}
	assert_string_equal(syslog_ident, "p0f-milter");
	assert_int_equal(syslog_facility, LOG_MAIL);
}

static void only_printable_ascii_is_written(void **state)
{
	const char *got;

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		bool printable = byte >= 32 && byte <= 126;
		char want[32];

		snprintf(want, sizeof(want), PREFIX "a%cz\n", printable ? byte : '?');
		capture_start();
		log_info("a%cz", byte);
		got = capture_stop();
		if (strcmp(got, want) != 0)
			fail_msg("byte %d: %s", byte, got);
	}
}

/* Lengths around every possible limit: always one line, and always its beginning. */
static void overlong_line_is_cut(void **state)
{
	static char text[5000];
	bool cut = false;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)('a' + i % 26);
	for (size_t length = 900; length < sizeof(text); length++) {
		const char *got;
		size_t end;

		capture_start();
		log_info("%.*s", (int)length, text);
		got = capture_stop();
		end = strcspn(got, "\n");
		if (strncmp(got, PREFIX, strlen(PREFIX)) != 0 || strcmp(got + end, "\n") != 0 ||
			end > strlen(PREFIX) + length || end > 1100 || end < 900 ||
			memcmp(got + strlen(PREFIX), text, end - strlen(PREFIX)) != 0)
			fail_msg("%zu characters: %s", length, got);
		cut = cut || end < strlen(PREFIX) + length;
	}
	assert_true(cut);
}

static void limited_line_comes_once(void **state)
{
	struct log_limit limit = {0};
	int64_t before = mono_us();
	const char *got;

	(void)state;
	capture_start();
	for (int i = 0; i < 5; i++)
		log_write_limited(&limit, LOG_WARNING, "line %d", i);
	got = capture_stop();
	assert_string_equal(got, PREFIX "line 0\n");
	assert_int_equal(limit.withheld, 4);
	assert_in_range(limit.next_us, before + 60000000, mono_us() + 60000000);
}

static void limited_line_tells_count(void **state)
{
	struct log_limit limit = {0};
	const char *got;

	(void)state;
	capture_start();
	for (int i = 0; i < 4; i++)
		log_write_limited(&limit, LOG_WARNING, "line");
	limit.next_us = mono_us(); /* a minute has passed */
	for (int i = 0; i < 3; i++)
		log_write_limited(&limit, LOG_WARNING, "line");
	limit.next_us = mono_us();
	log_write_limited(&limit, LOG_WARNING, "line");
	limit.next_us = mono_us();
	log_write_limited(&limit, LOG_WARNING, "line");
	got = capture_stop();
	assert_string_equal(got,
		PREFIX "line\n" PREFIX "line (and 3 more times since the last such line)\n" PREFIX
		       "line (and 2 more times since the last such line)\n" PREFIX "line\n");
}

static void limits_are_independent(void **state)
{
	struct log_limit first = {0};
	struct log_limit second = {0};
	const char *got;

	(void)state;
	capture_start();
	log_write_limited(&first, LOG_WARNING, "first");
	log_write_limited(&second, LOG_WARNING, "second");
	log_write_limited(&first, LOG_WARNING, "first");
	log_warnx("unlimited");
	got = capture_stop();
	assert_string_equal(got, PREFIX "first\n" PREFIX "second\n" PREFIX "unlimited\n");
}

/* A line that is not written must not use up the minute. */
static void disabled_line_does_not_count(void **state)
{
	struct log_limit limit = {0};
	const char *got;

	(void)state;
	log_open(LOG_TO_STDERR, LOG_INFO);
	capture_start();
	log_write_limited(&limit, LOG_DEBUG, "no");
	log_write_limited(&limit, LOG_DEBUG, "no");
	log_write_limited(&limit, LOG_INFO, "yes");
	got = capture_stop();
	assert_string_equal(got, PREFIX "yes\n");
}

static void *write_thousand(void *limit)
{
	for (int i = 0; i < 1000; i++)
		log_write_limited(limit, LOG_WARNING, "line");
	return NULL;
}

static void threads_share_a_limit(void **state)
{
	static const char first[] = PREFIX "line (and ";
	struct log_limit limit = {0};
	pthread_t threads[4];
	size_t started = 0;
	unsigned long counted = 0;
	const char *got;

	(void)state;
	capture_start();
	while (started < LENGTH(threads) &&
		pthread_create(&threads[started], NULL, write_thousand, &limit) == 0)
		started++;
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	got = capture_stop();
	assert_int_equal(started, LENGTH(threads));
	/* the first line counts those that were left out while it was being made */
	if (strncmp(got, first, strlen(first)) == 0)
		counted = strtoul(got + strlen(first), NULL, 10);
	else
		assert_string_equal(got, PREFIX "line\n");
	assert_ptr_equal(strchr(got, '\n'), got + strlen(got) - 1);
	assert_int_equal(counted + limit.withheld, 3999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_is_stderr_and_info),
		cmocka_unit_test_setup(level_decides_what_is_written, setup),
		cmocka_unit_test_setup(enabled_agrees_with_written, setup),
		cmocka_unit_test_setup(debug_evaluates_only_when_written, setup),
		cmocka_unit_test_setup(journal_gets_priorities, setup),
		cmocka_unit_test_setup(other_stream_gets_prefix, setup),
		cmocka_unit_test_setup(junk_in_journal_stream_gets_prefix, setup),
		cmocka_unit_test_setup(syslog_gets_line_and_priority, setup),
		cmocka_unit_test_setup(only_printable_ascii_is_written, setup),
		cmocka_unit_test_setup(overlong_line_is_cut, setup),
		cmocka_unit_test_setup(limited_line_comes_once, setup),
		cmocka_unit_test_setup(limited_line_tells_count, setup),
		cmocka_unit_test_setup(limits_are_independent, setup),
		cmocka_unit_test_setup(disabled_line_does_not_count, setup),
		cmocka_unit_test_setup(threads_share_a_limit, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
