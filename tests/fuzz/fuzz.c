/*
 * What the targets share.
 */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void fuzz_fail(const char *format, ...)
{
	va_list ap;

	fputs("FINDING: ", stderr);
	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

int fuzz_file(const uint8_t *data, size_t size)
{
	static FILE *file;

	if (file == NULL)
		file = tmpfile();
	if (file == NULL || ftruncate(fileno(file), 0) < 0 ||
		pwrite(fileno(file), data, size, 0) != (ssize_t)size)
		fuzz_fail("no room for a file");
	return fileno(file);
}
