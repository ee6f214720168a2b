#ifndef P0F_CONNS_H
#define P0F_CONNS_H

#include "p0f_conn.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * The connections to all the p0fs: a private part of p0f_client, whose lock is held
 * around every call. Only one thread calls p0f_conns_run_timers(), which frees them.
 */

/* p0fs that can be asked at once; those that are being left count too. */
#define P0F_CONNS_MAX 64

/* Empty when all zero. */
struct p0f_conns {
	struct p0f_conn *list[P0F_CONNS_MAX];
	size_t count;
};

/* Where a p0f is. */
struct p0f_address {
	const char *name; /* as configured */
	struct sockaddr_storage address;
	socklen_t length;
};

/*
 * Ask these p0fs from now on. Those that were there before keep their connection, the
 * others retire. Returns 0, or -1 when there is no room, and the p0fs as they were.
 */
int p0f_conns_set(struct p0f_conns *conns, const struct p0f_address *addresses, size_t count,
	p0f_complete_fn *complete);

/* What statistics tell of those that are asked. Returns how many there are. */
size_t p0f_conns_describe(
	const struct p0f_conns *conns, struct stats_p0f p0fs[P0F_CONNS_MAX], int64_t now);

/*
 * Do what is due, and forget the connections that are over; abort: close all that are
 * left. Returns when the next thing is due, or INT64_MAX.
 */
int64_t p0f_conns_run_timers(struct p0f_conns *conns, int64_t now, bool abort);

/* Has a call left work for the thread that polls? Tells so once. */
bool p0f_conns_want_attention(struct p0f_conns *conns);

/* Take no more queries, on any of them. */
void p0f_conns_retire(struct p0f_conns *conns);

#endif
