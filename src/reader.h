#ifndef READER_H
#define READER_H

#include "lines.h"
#include "message.h"
#include "odd.h"
#include "progress.h"

#include <stdint.h>

/* Room for the path of a file, for messages. */
#define READER_PATH_SIZE 32768

/*
 * Reads mailboxes of all kinds, message by message: some 200 kB, however many messages there are.
 * Starts as zeros, with the first three members set.
 */
struct reader {
	const char *header; /* the name of our header */
	/* called for each message; both pointers are valid only during the call */
	void (*take)(void *context, const struct message *message);
	void *context;
	struct odd odd;
	struct progress progress;
	char path[READER_PATH_SIZE]; /* of what is being read */
	struct lines lines;
	struct message message;
};

/*
 * Note something odd about what is being read, below the line of progress. The reason may be
 * NULL.
 */
void reader_note(struct reader *reader, enum odd_kind kind, const char *reason);

/* End a message, which took that much work: note what is odd about it, and pass it on. */
void reader_finish(struct reader *reader, uint64_t work);

#endif
