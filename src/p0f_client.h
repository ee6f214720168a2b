#ifndef P0F_CLIENT_H
#define P0F_CLIENT_H

#include "addr.h"
#include "p0f_wire.h"
#include "stats.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Asks one or more p0fs about addresses. It has one thread and one connection per p0f, which it
 * opens, keeps and reopens by itself. Any thread may call the functions below, unless a contract
 * says otherwise. Only p0f_lookup_wait() and p0f_client_stop() wait for the network.
 */
struct p0f_client;

/* A question to every p0f about one address. The caller that submitted it owns it. */
struct p0f_lookup;

/* What became of a lookup. */
enum p0f_answer {
	P0F_ANSWERED,       /* there is a reply */
	P0F_TIMEOUT,        /* p0f is connected, but did not answer in time */
	P0F_DOWN,           /* no connection to p0f */
	P0F_PROTOCOL_ERROR, /* what came is not a reply of p0f's */
};

/*
 * Start a client that has no p0f yet. Returns NULL with errno. Its thread inherits the
 * caller's signal mask.
 */
struct p0f_client *p0f_client_new(void);

/*
 * From now on ask the p0fs at these endpoints (see endpoint.h), at most P0F_MAX. Those that were
 * asked before keep their connections; a dropped p0f's is closed when no reply is due. A host
 * whose name cannot be looked up counts as a p0f that is down. Returns 0, or -1 with errno and
 * the p0fs unchanged: out of memory, a bad endpoint, or a client that is being stopped.
 */
int p0f_client_set_endpoints(struct p0f_client *client, char *const *names, size_t count);

/* Describe the p0fs that are asked, for stats_print(). Returns their number. */
size_t p0f_client_get_stats(struct p0f_client *client, struct stats_p0f p0fs[P0F_MAX]);

/*
 * Ask about addr, of version 4 or 6. A p0f that leaves a query unanswered for timeout_ms
 * is not asked again until it answers. Returns NULL when memory runs out.
 */
struct p0f_lookup *p0f_client_submit(
	struct p0f_client *client, const struct addr *addr, int timeout_ms);

/*
 * Wait until every p0f has answered or failed, or until deadline (mono_us()); queries that are
 * still open then are given up. The best reply wins (see p0f_reply_is_better()). *reply is set
 * when P0F_ANSWERED is returned. One thread at a time per lookup. NULL, a lookup that could not be
 * submitted, is P0F_DOWN at once.
 */
enum p0f_answer p0f_lookup_wait(
	struct p0f_lookup *lookup, int64_t deadline, struct p0f_reply *reply);

/* Give up the open queries, and free the lookup. NULL is allowed. */
void p0f_lookup_free(struct p0f_lookup *lookup);

/*
 * Take no more lookups (they fail at once), wait at most drain_ms for the replies that
 * are due, close, and end the thread. Call this once.
 */
void p0f_client_stop(struct p0f_client *client, int drain_ms);

/* Free a stopped client that has no lookups. */
void p0f_client_free(struct p0f_client *client);

#endif
