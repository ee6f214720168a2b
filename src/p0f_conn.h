#ifndef P0F_CONN_H
#define P0F_CONN_H

#include "addr.h"
#include "endpoint.h"
#include "p0f_query.h"
#include "p0f_wire.h"
#include "stats.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * The one connection to one p0f: a private part of p0f_client, whose lock is held
 * around every call. Times are those of mono_us(). No call here blocks.
 */

/* Queries in flight at most. p0f is as fast with 16 as with more, and none is lost to it. */
#define P0F_CONN_WINDOW 16

/* What became of a query or of a lookup. */
enum p0f_answer {
	P0F_ANSWERED,       /* there is a reply */
	P0F_TIMEOUT,        /* p0f is connected, and has not answered in time */
	P0F_DOWN,           /* no connection to p0f */
	P0F_PROTOCOL_ERROR, /* what p0f sent is not a reply of p0f's */
};

struct p0f_conn;

/* Called once for each query that was taken, unless it is cancelled first. */
typedef void p0f_complete_fn(struct p0f_query *, enum p0f_answer, const struct p0f_reply *);

/* Make a connection, not yet open. Returns NULL when memory runs out. */
struct p0f_conn *p0f_conn_new(const char *name, const struct sockaddr *address, socklen_t length,
	p0f_complete_fn *complete);

void p0f_conn_free(struct p0f_conn *conn);

/* Does it lead, or would it lead, to this address? */
bool p0f_conn_is_to(const struct p0f_conn *conn, const struct sockaddr *address, socklen_t length);

/*
 * Send the query, or queue it. Returns P0F_ANSWERED when it was taken, otherwise at
 * once why p0f cannot answer.
 */
enum p0f_answer p0f_conn_submit(struct p0f_conn *conn, struct p0f_query *query, int64_t now);

/* Forget a query. When it is in flight its place is kept, so that its reply is dropped in turn. */
void p0f_conn_cancel(struct p0f_query *query);

/* Take no more queries, and close when no reply is due; or (false) take them again. */
void p0f_conn_retire(struct p0f_conn *conn, bool retired);

/* Is it to take no more queries? And is it closed, too, so that it can be freed? */
bool p0f_conn_is_retired(const struct p0f_conn *conn);
bool p0f_conn_is_over(const struct p0f_conn *conn);

/* What statistics tell of it. */
void p0f_conn_describe(const struct p0f_conn *conn, struct stats_p0f *p0f, int64_t now);

/* Close it now, whatever is due. */
void p0f_conn_abort(struct p0f_conn *conn);

/* Has a call left work for the thread that polls? Tells so once. */
bool p0f_conn_wants_attention(struct p0f_conn *conn);

/* For the thread that polls: do what is due. Returns when the next thing is, or INT64_MAX. */
int64_t p0f_conn_run_timers(struct p0f_conn *conn, int64_t now);

/* What to poll (-1: nothing); replies may be left to lie for those who wait for them. */
int p0f_conn_poll(const struct p0f_conn *conn, short *events, bool replies);

/* What poll() has returned for it. POLLIN, where p0f_conn_poll() has it, does no harm. */
void p0f_conn_handle(struct p0f_conn *conn, short revents, int64_t now);

#endif
