#ifndef MESSAGE_H
#define MESSAGE_H

#include "lines.h"
#include "received.h"
#include "verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a field that is read no more is kept. Postfix cuts a header field at 60,000 bytes. */
#define MESSAGE_VALUE_SIZE 65536

/* A header section over this is called large. */
#define MESSAGE_LARGE 1000000

/* What the header section of one message says. */
struct message {
	const char *name; /* of our header */
	size_t name_length;
	unsigned count; /* of our header */
	bool cut;       /* value is not all of it */
	struct verdict verdict;
	enum received_family family; /* by the first Received below our header */
	uint64_t size;               /* of the header section */
	bool has_fields;
	bool has_nul;
	bool has_crlf;
	bool has_from_line; /* "From " or ">From ", as an mbox has it */
	bool is_separated;  /* a blank line follows */
	/* the field under way */
	int field;
	bool has_received;
	size_t length;
	/* the texts */
	char value[1024]; /* of the first header of ours, unfolded */
	char buffer[MESSAGE_VALUE_SIZE];
};

/* Begin a message. The name stays the caller's. */
void message_begin(struct message *message, const char *name);

/*
 * Take the next line. Returns whether the header section goes on: a blank line ends it, and
 * so does one that is no field.
 */
bool message_take(struct message *message, const struct line *line);

/* The header section is over: to be called once, before the message is looked at. */
void message_end(struct message *message);

#endif
