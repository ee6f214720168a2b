#ifndef STATS_H
#define STATS_H

#include "addr.h"
#include "p0f_wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

/*
 * What the filter counts from its start on. Any thread may count at any time, at the cost
 * of an atomic addition: no lock, no allocation, no system call.
 */
enum stats_counter {
	STATS_SESSIONS,   /* connect steps */
	STATS_MESSAGES,   /* that reached their end */
	STATS_NO_ADDRESS, /* messages that p0f was not asked about: see enum policy */
	STATS_TRUSTED,
	STATS_SKIPPED,
	STATS_AUTHENTICATED,
	STATS_REJECTED,       /* messages */
	STATS_INSERTED,       /* headers */
	STATS_REMOVED,        /* copies of the header */
	STATS_FOUND,          /* lookups: p0f names an OS */
	STATS_NO_OS,          /* it has seen the host, and no signature fits */
	STATS_UNSEEN,         /* it has not seen the host */
	STATS_STALE,          /* it has, but not lately */
	STATS_TIMEOUT,        /* it has not answered in time */
	STATS_DOWN,           /* there is no connection to it */
	STATS_PROTOCOL_ERROR, /* it cannot be understood */
	STATS_ABANDONED,      /* no message needed the answer: there was none, or it was skipped */
	STATS_RELOADED,
	STATS_NOT_RELOADED,
	STATS_COUNTERS
};

/* Durations, in us. */
enum stats_histogram {
	STATS_LOOKUP_TIME, /* from a lookup's submission to the answer, if there is one */
	STATS_EOM_TIME,    /* how long the MTA waits at the end of a message */
	STATS_HISTOGRAMS
};

#define STATS_ENDPOINT_SIZE 256

/* The present state of one p0f. */
struct stats_p0f {
	char endpoint[STATS_ENDPOINT_SIZE]; /* made by printable_copy(): labels must be UTF-8 */
	bool up;                            /* connected, and no answer is overdue */
	uint64_t reconnects;
	unsigned in_flight; /* queries sent and not yet answered */
	unsigned waiting;   /* queries still to be sent */
};

void stats_count(enum stats_counter counter);
void stats_observe(enum stats_histogram histogram, int64_t us);

/* Count a header that was made of this reply, for this peer: by OS, "match" and address family. */
void stats_count_header(const struct p0f_reply *reply, const struct addr *peer);

/*
 * Write all numbers in Prometheus's text format (version 0.0.4), with the time of the start
 * and the p0fs, whose endpoints must all differ. Whether it was written, the caller checks.
 */
void stats_print(FILE *to, time_t started, const struct stats_p0f *p0fs, size_t count);

#endif
