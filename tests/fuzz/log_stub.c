/*
 * The log, for targets that would fill it: each line is formatted, so that its arguments are
 * read, and then dropped.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

unsigned fuzz_limited_lines;

static void format_line(const char *format, va_list ap)
{
	char line[2048];

	vsnprintf(line, sizeof(line), format, ap);
}

/* The names are the linker's: see ld's --wrap. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

void __wrap_log_write(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void __wrap_log_write(int level, const char *format, ...)
{
	va_list ap;

	(void)level;
	va_start(ap, format);
	format_line(format, ap);
	va_end(ap);
}

void __wrap_log_write_limited(struct log_limit *limit, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void __wrap_log_write_limited(struct log_limit *limit, int level, const char *format, ...)
{
	va_list ap;

	(void)limit;
	(void)level;
	fuzz_limited_lines++;
	va_start(ap, format);
	format_line(format, ap);
	va_end(ap);
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
