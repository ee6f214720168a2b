/*
 * A file's lines, one after another. Unlike getline(), it needs no more memory for a line of
 * gigabytes, and reads no more than it needs.
 */
#include "lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void lines_open(struct lines *lines, int fd, size_t chunk)
{
	lines->fd = fd;
	lines->chunk = chunk < LINES_BUFFER ? chunk : LINES_BUFFER;
	lines->bytes = 0;
	lines->error = 0;
	lines->is_over = false;
	lines->in_line = false;
	lines->at = 0;
	lines->end = 0;
}

/* Read more, after the bytes that are left. */
static void fill(struct lines *lines)
{
	size_t room;
	ssize_t count;

	memmove(lines->buffer, lines->buffer + lines->at, lines->end - lines->at);
	lines->end -= lines->at;
	lines->at = 0;
	room = LINES_BUFFER - lines->end;
	do
		count = read(lines->fd, lines->buffer + lines->end,
			room < lines->chunk ? room : lines->chunk);
	while (count < 0 && errno == EINTR);
	if (count < 0)
		lines->error = errno;
	if (count <= 0) {
		lines->is_over = true;
		return;
	}
	lines->end += (size_t)count;
	lines->bytes += (uint64_t)count;
}

bool lines_next(struct lines *lines, struct line *line)
{
	size_t searched = 0;
	const char *newline = NULL;

	for (;;) {
		size_t left = lines->end - lines->at;

		if (left > searched)
			newline =
				memchr(lines->buffer + lines->at + searched, '\n', left - searched);
		searched = left;
		if (newline != NULL || lines->is_over || left == LINES_BUFFER)
			break;
		fill(lines);
	}
	line->text = lines->buffer + lines->at;
	line->length = newline != NULL ? (size_t)(newline - line->text) : searched;
	line->begins = !lines->in_line;
	line->ends = newline != NULL;
	lines->in_line = newline == NULL;
	lines->at += line->length + (newline != NULL);
	return newline != NULL || line->length > 0;
}
