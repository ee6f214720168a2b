/*
 * Messages to stderr or to syslog. Under systemd the lines on stderr carry the
 * priority that journald understands (sd-daemon(3)); elsewhere they carry our name.
 */
#include "log.h"

#include "mono.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE       1024
#define COUNT_SIZE      64 /* of a line: room for how often it was withheld */
#define LIMIT_PERIOD_US (INT64_C(60) * 1000000)

static _Atomic int log_level = LOG_INFO;
static _Atomic int log_target = LOG_TO_STDERR;
static _Atomic bool log_to_journal;

/* Is stderr the stream that journald gave us? (systemd.exec(5), JOURNAL_STREAM) */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device;
	unsigned long long inode;
	struct stat st;
	char *end;

	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return false;
	device = strtoull(stream, &end, 10);
	if (*end != ':')
		return false;
	inode = strtoull(end + 1, &end, 10);
	return *end == '\0' && st.st_dev == device && st.st_ino == inode;
}

void log_open(enum log_target target, int level)
{
	/* for libmilter too, which logs to syslog whatever we do */
	openlog("p0f-milter", LOG_PID, LOG_MAIL);
	log_to_journal = stderr_is_journal();
	log_target = (int)target;
	log_level = level;
}

bool log_enabled(int level)
{
	return level <= atomic_load_explicit(&log_level, memory_order_relaxed);
}

static void make_printable(char *line)
{
	for (; *line != '\0'; line++) {
		if ((unsigned char)*line < ' ' || *line == 0x7f)
			*line = '?';
	}
}

/* One write() a line, so that the lines of several threads do not mix. */
static void write_stderr(int level, const char *line)
{
	char out[LINE_SIZE + 32];
	int length;

	if (log_to_journal)
		length = snprintf(out, sizeof(out), "<%d>%s\n", level, line);
	else
		length = snprintf(out, sizeof(out), "p0f-milter: %s\n", line);
	/* when the log cannot be written there is nobody to tell */
	if (write(STDERR_FILENO, out, (size_t)length) < 0)
		return;
}

static void write_line(int level, char *line)
{
	make_printable(line);
	if (log_target == LOG_TO_SYSLOG)
		syslog(level, "%s", line);
	else
		write_stderr(level, line);
}

void log_write(int level, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	write_line(level, line);
}

void log_write_limited(struct log_limit *limit, int level, const char *format, ...)
{
	char line[LINE_SIZE];
	int64_t now = mono_us();
	int64_t next = limit->next_us;
	unsigned withheld;
	va_list ap;

	if (!log_enabled(level))
		return;
	if (now < next ||
		!atomic_compare_exchange_strong(&limit->next_us, &next, now + LIMIT_PERIOD_US)) {
		limit->withheld++;
		return;
	}
	va_start(ap, format);
	vsnprintf(line, sizeof(line) - COUNT_SIZE, format, ap);
	va_end(ap);
	withheld = atomic_exchange(&limit->withheld, 0);
	if (withheld > 0)
		snprintf(line + strlen(line), COUNT_SIZE,
			" (and %u more times since the last such line)", withheld);
	write_line(level, line);
}
