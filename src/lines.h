#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line may be longer than this: it then comes in pieces. */
#define LINES_BUFFER 65536

/* A file, read by lines in as much memory whatever its size. */
struct lines {
	int fd;
	size_t chunk;   /* bytes that a read asks for */
	uint64_t bytes; /* read so far */
	int error;      /* errno of the read that failed, or 0 */
	bool is_over;
	bool in_line;
	size_t at;
	size_t end;
	char buffer[LINES_BUFFER];
};

/* A line, or a piece of one, without its "\n". Valid until the next call. May hold NULs. */
struct line {
	const char *text;
	size_t length;
	bool begins;
	bool ends; /* false for a piece, and at the end of a file without "\n" */
};

/* Read from an open descriptor, which stays the caller's, at most chunk bytes at a time. */
void lines_open(struct lines *lines, int fd, size_t chunk);

/* Returns false at the end of the file, and when it cannot be read: see error. */
bool lines_next(struct lines *lines, struct line *line);

#endif
