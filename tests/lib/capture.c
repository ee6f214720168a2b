/* Captures stderr for the tests of what is logged. */
#include "capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CAPTURE_SIZE 65536

static int saved_stderr = -1;
static int read_end = -1;

void capture_start(void)
{
	int ends[2];

	fflush(stderr);
	saved_stderr = dup(STDERR_FILENO);
	if (saved_stderr < 0 || pipe(ends) < 0 || dup2(ends[1], STDERR_FILENO) < 0) {
		perror("capture_start");
		exit(99);
	}
	close(ends[1]);
	read_end = ends[0];
}

const char *capture_stop(void)
{
	static char text[CAPTURE_SIZE];
	size_t length = 0;
	ssize_t got;

	fflush(stderr);
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	while ((got = read(read_end, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)got;
	close(read_end);
	text[length] = '\0';
	return text;
}
