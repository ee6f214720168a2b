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
 * What the filter counts since its start. Any thread may count at any time, at the cost of an
 * atomic addition: no lock, no allocation, no system call.
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
	STATS_REMOVED,        /* copies of the header that were deleted */
	STATS_FOUND,          /* lookups: p0f named an OS */
	STATS_NO_OS,          /* p0f saw the host, but no signature fits */
	STATS_UNSEEN,         /* p0f did not see the host */
	STATS_STALE,          /* p0f saw the host, but not lately */
	STATS_TIMEOUT,        /* p0f did not answer in time */
	STATS_DOWN,           /* no connection to p0f */
	STATS_PROTOCOL_ERROR, /* p0f's reply makes no sense */
	STATS_ABANDONED,      /* the answer was not needed: no message, or only skipped ones */
	STATS_RELOADED,
	STATS_NOT_RELOADED,
	STATS_COUNTERS
};

/* Durations, in us. */
enum stats_histogram {
	STATS_LOOKUP_TIME, /* from submitting a lookup to its answer, if any */
	STATS_EOM_TIME,    /* that the MTA waits at the end of a message */
	STATS_HISTOGRAMS
};

#define STATS_ENDPOINT_SIZE 256

/* The present state of one p0f. */
struct stats_p0f {
	char endpoint[STATS_ENDPOINT_SIZE]; /* made by printable_copy(): labels must be UTF-8 */
	bool up;                            /* connected, and no reply is overdue */
	uint64_t reconnects;
	unsigned in_flight; /* queries sent but not yet answered */
	unsigned waiting;   /* queries not yet sent */
};

void stats_count(enum stats_counter counter);
void stats_observe(enum stats_histogram histogram, int64_t us);

/* Count a header made from this reply for this peer: by OS, "match" and address family. */
void stats_count_header(const struct p0f_reply *reply, const struct addr *peer);

/*
 * Write all numbers in Prometheus's text format (version 0.0.4), with the time of the start
 * and the p0fs, whose endpoints must all differ. The caller checks whether that worked.
 */
void stats_print(FILE *to, time_t started, const struct stats_p0f *p0fs, size_t count);

#endif
