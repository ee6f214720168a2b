#ifndef P0F_QUERY_H
#define P0F_QUERY_H

#include "addr.h"

#include <stdint.h>
#include <sys/queue.h>

struct p0f_conn;

/* One address asked of one p0f. Its owner fills addr and timeout_us, and keeps it in place. */
struct p0f_query {
	const struct addr *addr;
	int64_t timeout_us;
	struct p0f_conn *conn;       /* NULL: answered, or never asked */
	int slot;                    /* of the queries in flight; -1: still waiting to be sent */
	TAILQ_ENTRY(p0f_query) link; /* while it waits to be sent */
};

TAILQ_HEAD(p0f_queue, p0f_query);

#endif
