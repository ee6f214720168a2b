/*
 * The connection to one p0f: its states, its back-off, and the queries in flight. Replies carry
 * no address, so an abandoned query keeps its place until its reply has come. p0f dies when a
 * client disconnects while a reply is due, so a healthy connection is not closed before that, and
 * shutdown() is never called.
 */
#include "p0f_conn.h"

#include "dial.h"
#include "log.h"
#include "printable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS INT64_C(1000)
/* Back-off between two attempts to connect: doubled each time, reset by a good reply. */
#define RETRY_MIN_US (100 * MS)
#define RETRY_MAX_US (5000 * MS)

/*
 * Minimum interval between reconnects that are triggered by a query rather than by the timer.
 * Allowed only on a local socket, and only if nobody listened or the last connection was good:
 * the first message after a restart of p0f should get its header.
 */
#define EARLY_RETRY_US (2 * MS)

/* The longest wait for a TCP connection, and for the bytes that an out-of-step p0f still owes. */
#define CONNECT_US (5000 * MS)
#define DRAIN_US   (2000 * MS)

/* Kinds of bad replies: at least as many as there are. */
#define REASONS_MAX 8

enum conn_state {
	CONN_DOWN,    /* no descriptor; timer: try again */
	CONN_DIALING, /* fd is dial.h's; timer: give up */
	CONN_UP,
	CONN_DRAINING, /* out of step: discard the bytes still due, then close; timer: close */
};

/* Queries, the oldest first. */
struct queue {
	struct p0f_query *first;
	struct p0f_query *last;
	unsigned count;
};

struct p0f_conn {
	char *name;
	struct dial dial;
	p0f_complete_fn *complete;

	enum conn_state state;
	int fd;
	bool retired;
	bool wakeup_needed;  /* see p0f_conn_take_wakeup() */
	bool broken;         /* send() failed: the thread closes it */
	bool early_retry_ok; /* see EARLY_RETRY_US */
	bool replied;        /* has answered well on this connection */
	bool flapping;       /* the last connection ended without a good reply */
	uint64_t connects;
	int64_t tried_at;
	int64_t timer_at; /* INT64_MAX: no timer runs */
	int64_t retry_us;

	struct queue waiting; /* to be sent */
	struct queue in_flight;
	uint8_t out[P0F_CONN_WINDOW * P0F_QUERY_SIZE];
	size_t out_length;
	uint8_t in[P0F_CONN_WINDOW * P0F_REPLY_SIZE];
	size_t in_length;
	size_t drain_due; /* bytes */

	bool logged_overdue;
	char failure[128]; /* the last one logged since p0f was well, or empty */
	struct {
		const char *why;
		struct log_limit limit;
	} bad_replies[REASONS_MAX];
};

struct p0f_conn *p0f_conn_new(const char *name, p0f_complete_fn *complete)
{
	struct p0f_conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL)
		return NULL;
	conn->fd = -1;
	conn->complete = complete;
	conn->retry_us = RETRY_MIN_US;
	if (dial_init(&conn->dial, name))
		conn->name = strdup(name);
	else
		errno = EINVAL;
	if (conn->name != NULL)
		return conn;
	free(conn);
	return NULL;
}

bool p0f_conn_is_twin(const struct p0f_conn *a, const struct p0f_conn *b)
{
	return dial_is_twin(&a->dial, &b->dial);
}

void p0f_conn_swap_names(struct p0f_conn *a, struct p0f_conn *b)
{
	char *name = a->name;

	a->name = b->name;
	b->name = name;
}

static void push(struct queue *queue, struct p0f_query *query)
{
	if (queue->first == NULL)
		queue->first = query;
	else
		queue->last->next = query;
	queue->last = query;
	query->next = NULL;
	queue->count++;
}

static struct p0f_query *pop(struct queue *queue)
{
	struct p0f_query *query = queue->first;

	if (query != NULL) {
		queue->first = query->next;
		queue->count--;
	}
	return query;
}

static void fail_all(struct p0f_conn *conn, enum p0f_answer answer)
{
	struct p0f_query *query;

	while ((query = pop(&conn->in_flight)) != NULL || (query = pop(&conn->waiting)) != NULL)
		conn->complete(query, answer, NULL);
}

static void go_down(struct p0f_conn *conn, bool early_retry_ok, int64_t now)
{
	if (conn->fd >= 0)
		close(conn->fd);
	conn->fd = -1;
	conn->state = CONN_DOWN;
	conn->early_retry_ok = early_retry_ok && conn->dial.endpoint.kind == ENDPOINT_UNIX;
	conn->broken = false;
	conn->in_length = 0;
	conn->out_length = 0;
	fail_all(conn, P0F_DOWN);
	conn->timer_at = now + conn->retry_us;
	conn->retry_us = conn->retry_us * 2 < RETRY_MAX_US ? conn->retry_us * 2 : RETRY_MAX_US;
}

void p0f_conn_free(struct p0f_conn *conn)
{
	go_down(conn, false, 0);
	free(conn->name);
	free(conn);
}

/* Log why there is no connection, as a warning if the reason is a new one. */
static void log_failure(struct p0f_conn *conn, const char *what, const char *why)
{
	bool known = strcmp(why, conn->failure) == 0;

	log_write(known ? LOG_DEBUG : LOG_WARNING, "p0f at %s: %s: %s", conn->name, what, why);
	printable_copy(conn->failure, sizeof(conn->failure), why);
}

static void attempt_failed(struct p0f_conn *conn, const char *why, int64_t now)
{
	log_failure(conn, conn->dial.step, why);
	go_down(conn, true, now);
}

/* An open connection has ended. */
static void lost(struct p0f_conn *conn, const char *why, int64_t now)
{
	log_failure(conn, "connection lost", why);
	conn->flapping = !conn->replied;
	go_down(conn, conn->replied, now);
}

/* Returns whether calling send() again may succeed. */
static bool is_passing(int error)
{
	return error == EAGAIN || error == EINTR || error == ENOBUFS || error == ENOMEM;
}

/* Send as much of the buffer as the socket takes. */
static void flush(struct p0f_conn *conn)
{
	ssize_t sent;

	if (conn->out_length == 0)
		return;
	sent = send(conn->fd, conn->out, conn->out_length, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent > 0) {
		conn->out_length -= (size_t)sent;
		memmove(conn->out, conn->out + sent, conn->out_length);
	} else if (sent < 0 && !is_passing(errno)) {
		conn->broken = true;
	}
	if (conn->broken || conn->out_length > 0)
		conn->wakeup_needed = true;
}

/* Move waiting queries into the window. */
static void pump(struct p0f_conn *conn, int64_t now)
{
	struct p0f_query *query;

	while (conn->in_flight.count < P0F_CONN_WINDOW &&
		conn->out_length + P0F_QUERY_SIZE <= sizeof(conn->out) &&
		(query = pop(&conn->waiting)) != NULL) {
		if (query->abandoned) {
			conn->complete(query, P0F_TIMEOUT, NULL);
			continue;
		}
		query->sent_at = now;
		query->so_far = P0F_TIMEOUT;
		push(&conn->in_flight, query);
		p0f_query_encode(conn->out + conn->out_length, query->addr);
		conn->out_length += P0F_QUERY_SIZE;
	}
	flush(conn);
}

/* Returns whether the oldest query is overdue, so that further ones would be useless. */
static bool is_overdue(const struct p0f_conn *conn, int64_t now)
{
	const struct p0f_query *oldest = conn->in_flight.first;

	return oldest != NULL && now - oldest->sent_at > oldest->timeout_us;
}

/* Returns P0F_ANSWERED when p0f can be asked, otherwise the reason why not. */
static enum p0f_answer can_ask(const struct p0f_conn *conn, int64_t timeout_us, int64_t now)
{
	int64_t tried = now - conn->tried_at;

	if (conn->state == CONN_UP)
		return is_overdue(conn, now) ? P0F_TIMEOUT : P0F_ANSWERED;
	if (conn->state == CONN_DIALING)
		return tried > timeout_us ? P0F_DOWN : P0F_ANSWERED;
	if (conn->state == CONN_DOWN &&
		(now >= conn->timer_at || (conn->early_retry_ok && tried >= EARLY_RETRY_US)))
		return P0F_ANSWERED;
	return P0F_DOWN;
}

void p0f_conn_submit(struct p0f_conn *conn, struct p0f_query *query, int64_t now)
{
	enum p0f_answer answer = conn->retired ? P0F_DOWN : can_ask(conn, query->timeout_us, now);

	if (answer == P0F_TIMEOUT && !conn->logged_overdue) {
		log_warnx("p0f at %s does not answer", conn->name);
		conn->logged_overdue = true;
	}
	if (answer != P0F_ANSWERED) {
		conn->complete(query, answer, NULL);
		return;
	}
	query->so_far = conn->state == CONN_UP ? P0F_TIMEOUT : P0F_DOWN;
	push(&conn->waiting, query);
	if (conn->state == CONN_UP && !conn->broken) {
		pump(conn, now);
	} else if (conn->state == CONN_DOWN) {
		conn->timer_at = now;
		conn->wakeup_needed = true;
	}
}

void p0f_conn_retire(struct p0f_conn *conn, bool retired)
{
	conn->retired = retired;
}

bool p0f_conn_is_retired(const struct p0f_conn *conn)
{
	return conn->retired;
}

bool p0f_conn_is_closed(const struct p0f_conn *conn)
{
	return conn->retired && conn->fd < 0;
}

void p0f_conn_get_stats(const struct p0f_conn *conn, struct stats_p0f *p0f, int64_t now)
{
	printable_copy(p0f->endpoint, sizeof(p0f->endpoint), conn->name);
	p0f->up = conn->state == CONN_UP && !is_overdue(conn, now);
	p0f->reconnects = conn->connects > 0 ? conn->connects - 1 : 0;
	p0f->in_flight = conn->in_flight.count;
	p0f->waiting = conn->waiting.count;
}

bool p0f_conn_take_wakeup(struct p0f_conn *conn)
{
	bool needed = conn->wakeup_needed;

	conn->wakeup_needed = false;
	return needed;
}

static void connected(struct p0f_conn *conn, int64_t now)
{
	conn->state = CONN_UP;
	conn->timer_at = INT64_MAX;
	conn->connects++;
	conn->replied = false;
	conn->logged_overdue = false;
	log_write(conn->flapping ? LOG_DEBUG : LOG_INFO, "p0f at %s: connected", conn->name);
	if (!conn->flapping)
		conn->failure[0] = '\0';
	pump(conn, now);
}

/* Act on the progress of an attempt to connect. No timer runs while a name is looked up. */
static void dialed(struct p0f_conn *conn, enum dial_result result, int64_t now)
{
	conn->fd = conn->dial.fd;
	conn->state = CONN_DIALING;
	conn->timer_at = result == DIAL_RESOLVING ? INT64_MAX : now + CONNECT_US;
	if (result == DIAL_CONNECTED)
		connected(conn, now);
	else if (result == DIAL_FAILED)
		attempt_failed(conn, conn->dial.error, now);
}

static void run_timer(struct p0f_conn *conn, int64_t now)
{
	if (conn->state == CONN_DIALING) {
		attempt_failed(conn, strerror(ETIMEDOUT), now);
	} else if (conn->state == CONN_DRAINING) {
		lost(conn, "p0f cannot be understood", now);
	} else {
		conn->tried_at = now;
		dialed(conn, dial_start(&conn->dial), now);
	}
}

int64_t p0f_conn_run_timers(struct p0f_conn *conn, int64_t now)
{
	if (conn->broken)
		lost(conn, "cannot send", now);
	if (conn->retired && conn->state != CONN_DRAINING && conn->in_flight.count == 0) {
		if (conn->state == CONN_DIALING)
			log_failure(conn, conn->dial.step, "no answer yet");
		go_down(conn, false, now);
		return INT64_MAX;
	}
	if (now >= conn->timer_at)
		run_timer(conn, now);
	return conn->broken ? now : conn->timer_at;
}

struct pollfd p0f_conn_poll(const struct p0f_conn *conn)
{
	short events = conn->out_length > 0 ? POLLIN | POLLOUT : POLLIN;

	if (conn->state == CONN_DIALING)
		events = conn->dial.events;
	return (struct pollfd){.fd = conn->fd, .events = events};
}

/* One limit for each reason, so that one does not hide another. Reasons are constant strings. */
static void log_bad_reply(struct p0f_conn *conn, const char *why)
{
	size_t i = 0;

	while (i < REASONS_MAX - 1 && conn->bad_replies[i].why != NULL &&
		conn->bad_replies[i].why != why)
		i++;
	conn->bad_replies[i].why = why;
	log_write_limited(&conn->bad_replies[i].limit, LOG_ERR, "p0f at %s: %s", conn->name, why);
}

/* The bytes received are not p0f's: this connection gives no more answers. */
static void begin_drain(struct p0f_conn *conn, const char *why, int64_t now)
{
	/* a query that was sent only in part is never answered */
	size_t unsent = (conn->out_length + P0F_QUERY_SIZE - 1) / P0F_QUERY_SIZE;
	size_t sent = conn->in_flight.count > unsent ? conn->in_flight.count - unsent : 0;
	size_t due = sent * P0F_REPLY_SIZE;

	log_bad_reply(conn, why);
	fail_all(conn, P0F_PROTOCOL_ERROR);
	conn->drain_due = due > conn->in_length ? due - conn->in_length : 0;
	conn->state = CONN_DRAINING;
	conn->replied = false;
	conn->out_length = 0;
	conn->timer_at = conn->drain_due > 0 ? now + DRAIN_US : now;
}

static void good_reply(struct p0f_conn *conn)
{
	if (conn->flapping)
		log_info("p0f at %s: connected", conn->name);
	conn->flapping = false;
	conn->failure[0] = '\0';
	conn->replied = true;
	conn->retry_us = RETRY_MIN_US;
}

static void take_reply(struct p0f_conn *conn, const uint8_t *bytes, int64_t now)
{
	struct p0f_query *query = pop(&conn->in_flight);
	struct p0f_reply reply;
	const char *why = p0f_reply_decode(&reply, bytes);

	if (why != NULL)
		log_bad_reply(conn, why);
	else
		good_reply(conn);
	if (conn->logged_overdue && !is_overdue(conn, now)) {
		log_info("p0f at %s answers again", conn->name);
		conn->logged_overdue = false;
	}
	conn->complete(query, why == NULL ? P0F_ANSWERED : P0F_PROTOCOL_ERROR, &reply);
}

/* Returns what is wrong with the bytes where a reply should start, or NULL if nothing is so far. */
static const char *find_fault(const struct p0f_conn *conn, const uint8_t *bytes, size_t length)
{
	static const char too_long[] = "its replies are longer than 232 bytes: "
				       "a patched p0f, which cannot be used";
	const char *why = p0f_reply_check_start(bytes, length);

	if (why != NULL)
		return conn->replied ? too_long : why;
	if (conn->in_flight.count == 0)
		return "a reply that nobody has asked for";
	if (conn->in_flight.count == 1 && length > P0F_REPLY_SIZE &&
		p0f_reply_check_start(bytes + P0F_REPLY_SIZE, length - P0F_REPLY_SIZE) != NULL)
		return too_long;
	return NULL;
}

/* Take the complete replies. An error is detected as early as possible. */
static void take_replies(struct p0f_conn *conn, int64_t now)
{
	size_t at = 0;
	const char *why = NULL;

	while (at < conn->in_length) {
		why = find_fault(conn, conn->in + at, conn->in_length - at);
		if (why != NULL || conn->in_length - at < P0F_REPLY_SIZE)
			break;
		take_reply(conn, conn->in + at, now);
		at += P0F_REPLY_SIZE;
	}
	conn->in_length -= at;
	memmove(conn->in, conn->in + at, conn->in_length);
	if (why != NULL)
		begin_drain(conn, why, now);
}

static void receive(struct p0f_conn *conn, int64_t now)
{
	size_t room = sizeof(conn->in) - (conn->state == CONN_UP ? conn->in_length : 0);
	uint8_t *to = conn->in + sizeof(conn->in) - room;
	ssize_t got = recv(conn->fd, to, room, MSG_DONTWAIT);

	if (got < 0) {
		if (!is_passing(errno))
			lost(conn, strerror(errno), now);
	} else if (got == 0) {
		lost(conn, "closed by p0f", now);
	} else if (conn->state == CONN_UP) {
		conn->in_length += (size_t)got;
		take_replies(conn, now);
	} else if ((size_t)got < conn->drain_due) {
		conn->drain_due -= (size_t)got;
	} else {
		conn->timer_at = now;
	}
}

void p0f_conn_handle(struct p0f_conn *conn, short revents, int64_t now)
{
	if (revents == 0 || conn->fd < 0)
		return;
	if (conn->state == CONN_DIALING) {
		dialed(conn, dial_resume(&conn->dial), now);
	} else {
		if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0)
			receive(conn, now);
		if (conn->state == CONN_UP && !conn->broken)
			pump(conn, now);
	}
}
