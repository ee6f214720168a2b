#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The progress of long work, as a line on standard error. Work is counted in bytes to read, or in
 * a Maildir as PROGRESS_MESSAGE per message. All zeros: off.
 */
#define PROGRESS_MESSAGE 8192

struct progress {
	bool on;
	bool is_shown;
	uint64_t work; /* in total; 0 when not known */
	uint64_t done;
	uint64_t messages;
	int64_t started; /* of mono_us() */
	int64_t next;
};

/* Turn it on, and begin. */
void progress_start(struct progress *progress);

/* Count one more message, and the work done for it. Updates the line from time to time. */
void progress_step(struct progress *progress, uint64_t work);

/* Erase the line, so that something else can be written. */
void progress_hide(struct progress *progress);

#endif
