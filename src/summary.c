/*
 * Which messages count, and which are set apart: nothing is guessed.
 */
#include "summary.h"

#include <stdbool.h>
#include <string.h>

void summary_begin(struct summary *summary, enum table_by by)
{
	summary->messages = 0;
	summary->leaning = 0;
	memset(summary->apart, 0, sizeof(summary->apart));
	table_begin(&summary->table, by);
}

/* Returns why the header does not count, or APART_KINDS when it does. */
static enum summary_apart read_header(
	const struct message *message, struct fingerprint *fingerprint)
{
	if (message->count == 0)
		return APART_NO_HEADER;
	if (message->count > 1)
		return APART_SEVERAL;
	if (message->cut)
		return APART_BAD;
	switch (fingerprint_read(fingerprint, message->value)) {
	case FINGERPRINT_GOOD:
		return APART_KINDS;
	case FINGERPRINT_STALE:
		return APART_STALE;
	case FINGERPRINT_UNSEEN:
		return APART_UNSEEN;
	default:
		return APART_BAD;
	}
}

static enum summary_apart read_verdict(
	const struct message *message, enum verdict_answer folder, bool *is_spam, bool *leans)
{
	enum verdict_answer answer = folder;

	*leans = false;
	if (answer == VERDICT_NONE)
		answer = verdict_decide(&message->verdict, leans);
	*is_spam = answer == VERDICT_IS_SPAM;
	if (answer == VERDICT_NONE)
		return APART_NO_VERDICT;
	return answer == VERDICT_UNCLEAR ? APART_UNCLEAR : APART_KINDS;
}

void summary_take(
	struct summary *summary, const struct message *message, enum verdict_answer folder)
{
	struct fingerprint fingerprint;
	bool is_spam = false;
	bool leans = false;
	enum summary_apart apart = read_header(message, &fingerprint);

	if (apart == APART_KINDS)
		apart = read_verdict(message, folder, &is_spam, &leans);
	summary->messages++;
	if (apart != APART_KINDS) {
		summary->apart[apart]++;
		return;
	}
	summary->leaning += leans;
	table_add(&summary->table, &fingerprint, message->family, is_spam);
}

const char *summary_reason(enum summary_apart apart)
{
	static const char *const reasons[] = {
		[APART_NO_HEADER] = "without the header",
		[APART_SEVERAL] = "with more than one such header",
		[APART_BAD] = "with a header that p0f-milter does not write",
		[APART_STALE] = "with an age: p0f's answer is of an earlier connection",
		[APART_UNSEEN] = "of clients that p0f has not seen (match=unseen)",
		[APART_NO_VERDICT] = "without a verdict",
		[APART_UNCLEAR] = "with verdicts that disagree",
	};

	return reasons[apart];
}
