#ifndef ODD_H
#define ODD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What can be odd about a file or a message. */
enum odd_kind {
	/* not read, although it was asked for */
	ODD_UNREADABLE,
	ODD_SPECIAL,
	ODD_NO_MAILDIR,
	ODD_TOO_DEEP,
	/* not read, and harmless */
	ODD_SYMLINK,
	ODD_DEVICE,
	ODD_GONE,
	/* read, but no message */
	ODD_EMPTY,
	ODD_NO_FIELDS,
	ODD_FROM_IN_BODY,
	/* a message, read as far as it goes */
	ODD_NUL,
	ODD_NO_BLANK_LINE,
	ODD_LARGE,
	ODD_FROM_LINE,
	ODD_CRLF,
	ODD_KINDS,
};

/* Counts of each kind. Starts as zeros. */
struct odd {
	uint64_t counts[ODD_KINDS];
};

/*
 * Count one. The first few of each kind are named on standard error: the path, then the reason,
 * which may be NULL.
 */
void odd_note(struct odd *odd, enum odd_kind kind, const char *path, const char *reason);

/* Write on standard error how many were not named. */
void odd_sum_up(const struct odd *odd);

/* Returns whether something that was asked for was not read. */
bool odd_has_failures(const struct odd *odd);

#endif
