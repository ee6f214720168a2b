#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line that is longer than this comes in pieces. */
#define LINES_BUFFER 65536

/* A file that is read by lines, in constant memory. */
struct lines {
	int fd;
	size_t chunk;   /* bytes to ask for in each read() */
	uint64_t bytes; /* read so far */
	int error;      /* errno of the read that failed, or 0 */
	bool is_over;
	bool in_line;
	size_t at;
	size_t end;
	char buffer[LINES_BUFFER];
};

/* A line, or a piece of one, without its "\n". Valid until the next call. May contain NULs. */
struct line {
	const char *text;
	size_t length;
	bool begins;
	bool ends; /* false for a piece, and at the end of a file without "\n" */
};

/* Read from an open descriptor, at most chunk bytes at a time. The caller closes it. */
void lines_open(struct lines *lines, int fd, size_t chunk);

/* Returns false at the end of the file, or when it cannot be read: see error. */
bool lines_next(struct lines *lines, struct line *line);

#endif
