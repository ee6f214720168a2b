#ifndef SUMMARY_H
#define SUMMARY_H

#include "message.h"
#include "table.h"
#include "verdict.h"

#include <stdint.h>

/* Why a message is not in the table. */
enum summary_apart {
	APART_NO_HEADER,
	APART_SEVERAL,
	APART_BAD,
	APART_STALE,
	APART_UNSEEN,
	APART_NO_VERDICT,
	APART_UNCLEAR,
	APART_KINDS,
};

/* All that is known about the mail that was read. */
struct summary {
	uint64_t messages;
	uint64_t apart[APART_KINDS];
	uint64_t leaning; /* in the table, with a verdict that may lean on the header */
	struct table table;
};

/* Start with nothing read. */
void summary_begin(struct summary *summary, enum table_by by);

/*
 * Count a message. The folder is VERDICT_HAM or VERDICT_IS_SPAM where the folder decides, or
 * VERDICT_NONE to use the message's own verdict.
 */
void summary_take(
	struct summary *summary, const struct message *message, enum verdict_answer folder);

/* Returns a phrase that says why messages of that kind are not in the table. */
const char *summary_reason(enum summary_apart apart);

#endif
