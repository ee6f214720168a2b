/*
 * The thread that writes the log: nobody waits for a stopped reader, lost lines are counted, and
 * lines written before the end are not lost. stderr is a pipe here, and syslog() is replaced.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* More than the pipe and the buffers take. */
#define MANY 5000

#define LINE "a line that is as long as those about messages usually are, number %u of many"

#define LOST "p0f-milter: lines lost, since the log was not read in time: "

static int saved_stderr, read_end;
static FILE *reader;

/* syslogd, which may be stopped. */
static pthread_mutex_t syslogd = PTHREAD_MUTEX_INITIALIZER;
static unsigned syslog_lines;

static void syslog_take(void)
{
	pthread_mutex_lock(&syslogd);
	syslog_lines++;
	pthread_mutex_unlock(&syslogd);
}

void syslog(int priority, const char *format, ...)
{
	(void)priority;
	(void)format;
	syslog_take();
}

#ifdef __GLIBC__
/* The same, for code that is built with _FORTIFY_SOURCE. */
void __syslog_chk(int priority, int flag, const char *format, ...); /* NOLINT */

void __syslog_chk(int priority, int flag, const char *format, ...) /* NOLINT */
{
	(void)priority;
	(void)flag;
	(void)format;
	syslog_take();
}
#endif

static int setup(void **state)
{
	int ends[2];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_open(LOG_TO_STDERR, LOG_DEBUG);
	saved_stderr = dup(STDERR_FILENO);
	if (saved_stderr < 0 || pipe(ends) < 0 || dup2(ends[1], STDERR_FILENO) < 0)
		return -1;
	close(ends[1]);
	read_end = ends[0];
	reader = fdopen(read_end, "r");
	return reader != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	fclose(reader);
	return 0;
}

static int start(void **state)
{
	(void)state;
	log_start();
	return 0;
}

static void write_many(void)
{
	for (unsigned i = 0; i < MANY; i++)
		log_info(LINE, i);
}

static const char *read_line(void)
{
	static char line[256];

	assert_non_null(fgets(line, sizeof(line), reader));
	return line;
}

/* Read all lines, in order. Returns how many were lost. */
static unsigned read_many(void)
{
	unsigned count = 0, lost = 0;

	while (count + lost < MANY) {
		const char *line = read_line();
		char want[256];

		if (strncmp(line, LOST, strlen(LOST)) == 0) {
			lost += (unsigned)strtoul(line + strlen(LOST), NULL, 10);
			continue;
		}
		snprintf(want, sizeof(want), "p0f-milter: " LINE "\n", count + lost);
		assert_string_equal(line, want);
		count++;
	}
	assert_int_equal(count + lost, MANY);
	return lost;
}

/* It would hang here if anybody waited. */
static void reader_stands_still(void **state)
{
	(void)state;
	write_many();
	log_flush();
	assert_in_range(read_many(), 1, MANY - 1);
	log_info("goes on");
	assert_string_equal(read_line(), "p0f-milter: goes on\n");
}

/* A pipe that another process has made non-blocking is waited for, too. */
static void stderr_is_non_blocking(void **state)
{
	(void)state;
	assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK), 0);
	write_many();
	read_many();
}

static void flush_leaves_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		log_info("%d", i);
	log_flush();
	/* all of it is in the pipe by now, so none of this waits */
	assert_int_equal(fcntl(read_end, F_SETFL, O_NONBLOCK), 0);
	for (int i = 0; i < 100; i++) {
		char want[64];

		snprintf(want, sizeof(want), "p0f-milter: %d\n", i);
		assert_string_equal(read_line(), want);
	}
}

static void syslogd_stands_still(void **state)
{
	(void)state;
	log_open(LOG_TO_SYSLOG, LOG_DEBUG);
	pthread_mutex_lock(&syslogd);
	write_many();
	log_open(LOG_TO_SYSLOG, LOG_DEBUG); /* as a reload does */
	log_flush();
	assert_int_equal(syslog_lines, 0);
	pthread_mutex_unlock(&syslogd);
	log_flush();
	assert_in_range(syslog_lines, 2, MANY);
}

static void errno_is_appended_and_kept(void **state)
{
	(void)state;
	errno = ENOENT;
	log_err("file %s", "name");
	assert_int_equal(errno, ENOENT);
	log_errx("file %s", "name");
	assert_int_equal(errno, ENOENT);
	assert_string_equal(read_line(), "p0f-milter: file name: No such file or directory\n");
	assert_string_equal(read_line(), "p0f-milter: file name\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reader_stands_still, setup, teardown),
		cmocka_unit_test_setup_teardown(stderr_is_non_blocking, setup, teardown),
		cmocka_unit_test_setup_teardown(flush_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(syslogd_stands_still, setup, teardown),
		cmocka_unit_test_setup_teardown(errno_is_appended_and_kept, setup, teardown),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
