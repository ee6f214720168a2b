#ifndef P0F_CONN_H
#define P0F_CONN_H

#include "p0f_client.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The one connection to one p0f: a private part of p0f_client, whose lock is held around
 * every call. Times are those of mono_us(). No call here blocks. One thread, the client's,
 * reads, and calls the functions at the end of this file.
 */

/* The most queries in flight. p0f is as fast with 16 as with more. */
#define P0F_CONN_WINDOW 16

struct p0f_conn;

/*
 * One address asked of one p0f. Its owner fills addr and timeout_us, keeps it in place until
 * it is completed, and may set abandoned: it is then no longer sent.
 */
struct p0f_query {
	const struct addr *addr;
	int64_t timeout_us;
	bool abandoned;
	int64_t sent_at;
	enum p0f_answer so_far; /* the answer if it is given up now */
	struct p0f_query *next;
};

/* Called once for each query. reply is set when the answer is P0F_ANSWERED. */
typedef void p0f_complete_fn(struct p0f_query *, enum p0f_answer, const struct p0f_reply *);

/*
 * Create a connection, not yet open, to the p0f at an endpoint. Returns NULL with errno: EINVAL
 * when name is no endpoint, or ENOMEM.
 */
struct p0f_conn *p0f_conn_new(const char *name, p0f_complete_fn *complete);

/* Close it at once, even with replies due, fail its queries, and free it. */
void p0f_conn_free(struct p0f_conn *conn);

/* Returns whether both lead to the same p0f, even if they are spelled differently. */
bool p0f_conn_is_twin(const struct p0f_conn *a, const struct p0f_conn *b);

/* Exchange the names of two connections to the same p0f. */
void p0f_conn_swap_names(struct p0f_conn *a, struct p0f_conn *b);

/*
 * Send the query at once, or queue it. A query that p0f cannot answer is completed before this
 * returns.
 */
void p0f_conn_submit(struct p0f_conn *conn, struct p0f_query *query, int64_t now);

/* With true, take no more queries, and close when no reply is due; with false, take them again. */
void p0f_conn_retire(struct p0f_conn *conn, bool retired);

bool p0f_conn_is_retired(const struct p0f_conn *conn);

/* Returns whether it is retired and closed, and can be freed. */
bool p0f_conn_is_closed(const struct p0f_conn *conn);

void p0f_conn_get_stats(const struct p0f_conn *conn, struct stats_p0f *p0f, int64_t now);

/* Returns whether a call has left work for the client's thread, and clears the flag. */
bool p0f_conn_take_wakeup(struct p0f_conn *conn);

/* Do what is due. Returns when to call again, or INT64_MAX. */
int64_t p0f_conn_run_timers(struct p0f_conn *conn, int64_t now);

/* Returns what to wait for with poll(); its fd may be -1. */
struct pollfd p0f_conn_poll(const struct p0f_conn *conn);

/* Handle the events that poll() found. */
void p0f_conn_handle(struct p0f_conn *conn, short revents, int64_t now);

#endif
