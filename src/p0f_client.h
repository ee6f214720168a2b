#ifndef P0F_CLIENT_H
#define P0F_CLIENT_H

#include "addr.h"
#include "p0f_wire.h"
#include "stats.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Asks one p0f or several about addresses. It has one thread and, to each p0f, one
 * connection, which it opens, keeps and reopens by itself. Any thread may call the
 * functions below, except where a contract says otherwise. None waits for the network,
 * except p0f_lookup_wait() and p0f_client_stop().
 */
struct p0f_client;

/* One address asked of every p0f. It belongs to the caller that submitted it. */
struct p0f_lookup;

/* What became of a lookup. */
enum p0f_answer {
	P0F_ANSWERED,       /* there is a reply */
	P0F_TIMEOUT,        /* p0f is connected, and has not answered in time */
	P0F_DOWN,           /* no connection to p0f */
	P0F_PROTOCOL_ERROR, /* what p0f sent is not a reply of p0f's */
};

/*
 * Start a client that has no p0f yet. Returns NULL with errno. Its thread inherits the
 * caller's signal mask.
 */
struct p0f_client *p0f_client_new(void);

/*
 * Ask the p0fs at these endpoints (see endpoint.h), P0F_MAX at most, from now on. Those that
 * were asked before keep their connection; the others' is closed when no reply is due. A host
 * whose name cannot be looked up is a p0f that is down. Returns 0, or -1 with errno and the
 * p0fs unchanged: out of memory, an endpoint that is none, or the client stops.
 */
int p0f_client_set_endpoints(struct p0f_client *client, char *const *names, size_t count);

/* Describe the p0fs that are asked, for stats_print(). Returns how many there are. */
size_t p0f_client_get_stats(struct p0f_client *client, struct stats_p0f p0fs[P0F_MAX]);

/*
 * Ask about addr, of version 4 or 6. A p0f that leaves a query unanswered for timeout_ms
 * is asked no more until it answers again. Returns NULL when memory runs out.
 */
struct p0f_lookup *p0f_client_submit(
	struct p0f_client *client, const struct addr *addr, int timeout_ms);

/*
 * Wait until every p0f has answered or failed, at most until deadline (mono_us()). The
 * best reply wins (see p0f_reply_is_better()). *reply is set when P0F_ANSWERED is
 * returned. What is still open then is given up. One thread at a time for a lookup.
 */
enum p0f_answer p0f_lookup_wait(
	struct p0f_lookup *lookup, int64_t deadline, struct p0f_reply *reply);

/* Give up what is open, and free the lookup. NULL is allowed. */
void p0f_lookup_free(struct p0f_lookup *lookup);

/*
 * Take no more lookups (they fail at once), wait at most drain_ms for the replies that
 * are due, close, and end the thread. Once.
 */
void p0f_client_stop(struct p0f_client *client, int drain_ms);

/* Free a stopped client that has no lookups. */
void p0f_client_free(struct p0f_client *client);

#endif
