#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How far long work is, as a line on standard error. Work is counted in bytes to read, a
 * message of a Maildir as PROGRESS_MESSAGE. Starts as zeros: off.
 */
#define PROGRESS_MESSAGE 8192

struct progress {
	bool on;
	bool is_shown;
	uint64_t work; /* in all; 0 when it is not known */
	uint64_t done;
	uint64_t messages;
	int64_t started; /* by mono_us() */
	int64_t next;
};

/* Begin, and turn it on. */
void progress_start(struct progress *progress);

/* One more message is read, after that much work. Shows the line now and then. */
void progress_step(struct progress *progress, uint64_t work);

/* Take the line away, so that something else can be written. */
void progress_hide(struct progress *progress);

#endif
