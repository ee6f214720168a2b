#ifndef MESSAGE_H
#define MESSAGE_H

#include "lines.h"
#include "received.h"
#include "verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How much of a field's value is kept. Postfix cuts a header field at 60,000 bytes. */
#define MESSAGE_VALUE_SIZE 65536

/* A header section over this size is counted as large. */
#define MESSAGE_LARGE 1000000

/* What the header section of one message says. */
struct message {
	const char *name; /* of our header */
	size_t name_length;
	unsigned count; /* of our header */
	bool cut;       /* value is cut */
	struct verdict verdict;
	enum received_family family; /* from the first Received below our header */
	uint64_t size;               /* of the header section */
	bool has_fields;
	bool has_nul;
	bool has_crlf;
	bool has_from_line; /* "From " or ">From ", as in an mbox */
	bool is_separated;  /* it was ended by a blank line */
	/* the field being read */
	int field;
	bool has_received;
	size_t length;
	/* the texts */
	char value[1024]; /* of our first header, unfolded */
	char buffer[MESSAGE_VALUE_SIZE];
};

/* Begin a message. The name must outlive it. */
void message_begin(struct message *message, const char *name);

/*
 * Take the next line. Returns whether the header section continues: a blank line ends it, and so
 * does a line that is no field.
 */
bool message_take(struct message *message, const struct line *line);

/* End the header section. Call this once, before using the message. */
void message_end(struct message *message);

#endif
