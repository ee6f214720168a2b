#ifndef TALLY_H
#define TALLY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What went wrong, and how often. */
enum failure {
	FAILED_REFUSED,    /* nobody listens, or nobody accepts */
	FAILED_CUT,        /* the filter has closed the connection */
	FAILED_PROTOCOL,   /* what it sent is no reply, or not one that was due */
	FAILED_VERDICT,    /* it does not accept the message */
	FAILED_MISSING,    /* no header */
	FAILED_SURPLUS,    /* a header that was not expected, or two */
	FAILED_NOT_PURGED, /* forged copies are not deleted, or not from the last one up */
	FAILURES,
};

/* Samples in microseconds. */
struct samples {
	uint32_t *values;
	size_t count;
	size_t size;
};

/* How often the header named each OS. */
#define TALLY_ANSWERS 64
struct answer {
	char os[48];
	uint64_t count;
};

struct tally {
	uint64_t sessions; /* SMTP sessions that have ended */
	uint64_t mailing;  /* those that have passed a message to the filter */
	uint64_t messages; /* with a verdict */
	uint64_t aborted;
	uint64_t dropped;
	uint64_t inserted;
	uint64_t deleted;
	uint64_t failures[FAILURES];
	struct samples connect;
	struct samples end_of_message;
	struct answer answers[TALLY_ANSWERS];
	size_t answer_count;
};

void samples_add(struct samples *samples, int64_t us);

/* Count the OS that the value of a header names. */
void tally_answer(struct tally *tally, const char *value);

/* Write the counters as members of a JSON object, without its braces. */
void tally_print(struct tally *tally, double seconds, FILE *to);

#endif
