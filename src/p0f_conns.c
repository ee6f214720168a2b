#include "p0f_conns.h"

#include <string.h>

static void forget(struct p0f_conns *conns, size_t at)
{
	p0f_conn_free(conns->list[at]);
	conns->list[at] = conns->list[--conns->count];
}

static struct p0f_conn *find(const struct p0f_conns *conns, const struct p0f_address *to)
{
	for (size_t i = 0; i < conns->count; i++) {
		if (p0f_conn_is_to(
			    conns->list[i], (const struct sockaddr *)&to->address, to->length))
			return conns->list[i];
	}
	return NULL;
}

int p0f_conns_set(struct p0f_conns *conns, const struct p0f_address *addresses, size_t count,
	p0f_complete_fn *complete)
{
	size_t before = conns->count;

	for (size_t i = 0; i < count; i++) {
		const struct p0f_address *to = &addresses[i];
		struct p0f_conn *conn = NULL;

		if (find(conns, to) != NULL)
			continue;
		if (conns->count < P0F_CONNS_MAX)
			conn = p0f_conn_new(to->name, (const struct sockaddr *)&to->address,
				to->length, complete);
		if (conn == NULL) {
			/* nothing has seen the new ones yet */
			while (conns->count > before)
				forget(conns, conns->count - 1);
			return -1;
		}
		conns->list[conns->count++] = conn;
	}
	p0f_conns_retire(conns);
	for (size_t i = 0; i < count; i++)
		p0f_conn_retire(find(conns, &addresses[i]), false);
	return 0;
}

/* Is there one of that name? (A name of several addresses may have been given twice.) */
static bool is_described(const char *endpoint, const struct stats_p0f *p0fs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(p0fs[i].endpoint, endpoint) == 0)
			return true;
	}
	return false;
}

size_t p0f_conns_describe(
	const struct p0f_conns *conns, struct stats_p0f p0fs[P0F_CONNS_MAX], int64_t now)
{
	size_t count = 0;

	for (size_t i = 0; i < conns->count; i++) {
		if (p0f_conn_is_retired(conns->list[i]))
			continue;
		p0f_conn_describe(conns->list[i], &p0fs[count], now);
		if (!is_described(p0fs[count].endpoint, p0fs, count))
			count++;
	}
	return count;
}

int64_t p0f_conns_run_timers(struct p0f_conns *conns, int64_t now, bool abort)
{
	int64_t next = INT64_MAX;
	size_t at = 0;

	while (at < conns->count) {
		struct p0f_conn *conn = conns->list[at];
		int64_t due = p0f_conn_run_timers(conn, now);

		if (abort)
			p0f_conn_abort(conn);
		if (p0f_conn_is_over(conn)) {
			forget(conns, at);
			continue;
		}
		next = due < next ? due : next;
		at++;
	}
	return next;
}

bool p0f_conns_want_attention(struct p0f_conns *conns)
{
	bool attention = false;

	for (size_t i = 0; i < conns->count; i++)
		attention |= p0f_conn_wants_attention(conns->list[i]);
	return attention;
}

void p0f_conns_retire(struct p0f_conns *conns)
{
	for (size_t i = 0; i < conns->count; i++)
		p0f_conn_retire(conns->list[i], true);
}
