#ifndef P0F_QUEUE_H
#define P0F_QUEUE_H

#include "addr.h"

#include <stdint.h>

/* Queries that wait to be sent to one p0f, in the order in which they came. No locks. */

struct p0f_conn;

/* One address asked of one p0f. Its owner fills addr and timeout_us, and keeps it in place. */
struct p0f_query {
	const struct addr *addr;
	int64_t timeout_us;
	struct p0f_conn *conn; /* NULL: answered, or never asked */
	int slot;              /* of the queries in flight; -1: still waiting to be sent */
	struct p0f_query *previous;
	struct p0f_query *next;
};

/* Empty when all zero. */
struct p0f_queue {
	struct p0f_query *first;
	struct p0f_query *last;
	unsigned length;
};

/* Add a query at the end. */
void p0f_queue_append(struct p0f_queue *queue, struct p0f_query *query);

/* Take out a query, wherever in the queue it is. */
void p0f_queue_remove(struct p0f_queue *queue, struct p0f_query *query);

#endif
