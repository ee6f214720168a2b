/*
 * The connection to one p0f: its states, its back-off, and the queue of queries in
 * flight. Replies carry no address, so an abandoned query keeps its place in the queue
 * until its reply has come. p0f dies when a client goes away with a reply due: nothing here
 * closes a healthy connection before that is over, and nothing ever calls shutdown().
 */
#include "p0f_conn.h"

#include "log.h"
#include "printable.h"
#include "sock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS INT64_C(1000)

/* Back-off between two attempts to connect: doubled each time, reset by a good reply. */
#define RETRY_MIN_US (100 * MS)
#define RETRY_MAX_US (5000 * MS)

/*
 * A query may hurry an attempt to connect this often, where nobody listened or a good
 * connection has ended: the first message after p0f's restart shall have its header. It
 * may not where connections end without a reply, and not over TCP.
 */
#define HURRY_US (2 * MS)

/* The longest wait for a TCP connection, and for what a p0f gone wrong still sends. */
#define CONNECT_US (5000 * MS)
#define DRAIN_US   (2000 * MS)

enum conn_state {
	CONN_DOWN,       /* no descriptor; retry_at says when to try */
	CONN_CONNECTING, /* TCP only: a connection to a path is there at once */
	CONN_UP,
	CONN_DRAINING, /* not to be trusted: swallow what is due, then close */
};

/* A query in flight; query is NULL when nobody waits for the reply any more. */
struct slot {
	struct p0f_query *query;
	int64_t sent_at;
	int64_t timeout_us;
};

struct p0f_conn {
	char *name;
	struct sockaddr_storage address;
	socklen_t address_length;
	p0f_complete_fn *complete;

	enum conn_state state;
	int fd;
	bool retired;
	bool attention;    /* see p0f_conn_wants_attention() */
	bool broken;       /* send() failed: to be closed by the polling thread */
	bool may_hurry;    /* a query may start an attempt to connect before its time */
	bool told_down;    /* it is in the log that p0f is down */
	bool told_silent;  /* it is in the log that p0f does not answer */
	bool no_reply_yet; /* on this connection */
	bool flapping;     /* the last connection ended without a reply */
	struct log_limit bad_replies;
	uint64_t connects;
	int64_t tried_at;
	int64_t retry_at; /* in CONNECTING and DRAINING: when to give up */
	int64_t retry_us;

	struct slot ring[P0F_CONN_WINDOW];
	unsigned head;
	unsigned in_flight;
	struct p0f_queue waiting; /* to be sent, the oldest first */
	unsigned waiting_count;

	uint8_t out[P0F_CONN_WINDOW * P0F_QUERY_SIZE];
	size_t out_length;
	uint8_t in[P0F_CONN_WINDOW * P0F_REPLY_SIZE];
	size_t in_length;
	size_t drain_due; /* bytes, in DRAINING */
};

struct p0f_conn *p0f_conn_new(const char *name, const struct sockaddr *address, socklen_t length,
	p0f_complete_fn *complete)
{
	struct p0f_conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL)
		return NULL;
	conn->name = strdup(name);
	if (conn->name == NULL) {
		free(conn);
		return NULL;
	}
	memcpy(&conn->address, address, length);
	conn->address_length = length;
	conn->complete = complete;
	conn->fd = -1;
	TAILQ_INIT(&conn->waiting);
	conn->retry_us = RETRY_MIN_US;
	return conn;
}

void p0f_conn_free(struct p0f_conn *conn)
{
	free(conn->name);
	free(conn);
}

bool p0f_conn_is_to(const struct p0f_conn *conn, const struct sockaddr *address, socklen_t length)
{
	return conn->address_length == length && memcmp(&conn->address, address, length) == 0;
}

static void finish(struct p0f_conn *conn, struct p0f_query *query, enum p0f_answer answer,
	const struct p0f_reply *reply)
{
	query->conn = NULL;
	conn->complete(query, answer, reply);
}

/* Take the oldest query in flight off the ring. Returns NULL when it was cancelled. */
static struct p0f_query *ring_pop(struct p0f_conn *conn)
{
	struct p0f_query *query = conn->ring[conn->head].query;

	conn->head = (conn->head + 1) % P0F_CONN_WINDOW;
	conn->in_flight--;
	return query;
}

static void leave_queue(struct p0f_conn *conn, struct p0f_query *query)
{
	TAILQ_REMOVE(&conn->waiting, query, link);
	conn->waiting_count--;
}

static void fail_all(struct p0f_conn *conn, enum p0f_answer answer)
{
	struct p0f_query *query;

	while (conn->in_flight > 0) {
		query = ring_pop(conn);
		if (query != NULL)
			finish(conn, query, answer, NULL);
	}
	while ((query = TAILQ_FIRST(&conn->waiting)) != NULL) {
		leave_queue(conn, query);
		finish(conn, query, answer, NULL);
	}
}

static void go_down(struct p0f_conn *conn, int64_t now)
{
	if (conn->fd >= 0)
		close(conn->fd);
	conn->fd = -1;
	conn->state = CONN_DOWN;
	conn->attention = true;
	conn->broken = false;
	conn->in_length = 0;
	conn->out_length = 0;
	fail_all(conn, P0F_DOWN);
	conn->retry_at = now + conn->retry_us;
	conn->retry_us = conn->retry_us * 2 < RETRY_MAX_US ? conn->retry_us * 2 : RETRY_MAX_US;
}

/* The attempt to connect has failed. Only the first failure of a row is news. */
static void connect_failed(struct p0f_conn *conn, int error, int64_t now)
{
	conn->may_hurry = conn->address.ss_family == AF_UNIX;
	log_write(conn->told_down ? LOG_DEBUG : LOG_WARNING, "p0f at %s: cannot connect: %s",
		conn->name, strerror(error));
	conn->told_down = true;
	go_down(conn, now);
}

/* An open connection has ended. */
static void lost(struct p0f_conn *conn, const char *why, int64_t now)
{
	log_write(conn->flapping ? LOG_DEBUG : LOG_WARNING, "p0f at %s: connection lost: %s",
		conn->name, why);
	conn->told_down = true;
	conn->flapping = conn->no_reply_yet;
	conn->may_hurry = conn->address.ss_family == AF_UNIX && !conn->flapping;
	go_down(conn, now);
}

/* Is this a failure of send() that may not come again? */
static bool is_passing(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOBUFS ||
	       error == ENOMEM;
}

/* Send what is in the buffer, as far as the socket takes it. */
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
		conn->attention = true;
}

/* Move waiting queries into the window. */
static void pump(struct p0f_conn *conn, int64_t now)
{
	struct p0f_query *query;
	unsigned at;

	while ((query = TAILQ_FIRST(&conn->waiting)) != NULL && conn->in_flight < P0F_CONN_WINDOW &&
		conn->out_length + P0F_QUERY_SIZE <= sizeof(conn->out)) {
		leave_queue(conn, query);
		at = (conn->head + conn->in_flight) % P0F_CONN_WINDOW;
		conn->ring[at] = (struct slot){query, now, query->timeout_us};
		query->slot = (int)at;
		conn->in_flight++;
		p0f_query_encode(conn->out + conn->out_length, query->addr);
		conn->out_length += P0F_QUERY_SIZE;
	}
	flush(conn);
}

/* Has p0f let the oldest query pass its time? Then it would be no use to ask more. */
static bool is_silent(const struct p0f_conn *conn, int64_t now)
{
	const struct slot *oldest = &conn->ring[conn->head];

	return conn->in_flight > 0 && now - oldest->sent_at > oldest->timeout_us;
}

static void tell_silent(struct p0f_conn *conn)
{
	if (!conn->told_silent)
		log_warning("p0f at %s does not answer", conn->name);
	conn->told_silent = true;
}

enum p0f_answer p0f_conn_submit(struct p0f_conn *conn, struct p0f_query *query, int64_t now)
{
	if (conn->state == CONN_UP && is_silent(conn, now))
		p0f_conn_handle(conn, POLLIN, now); /* the reply may lie there unread */
	if (conn->retired || conn->state == CONN_DRAINING)
		return P0F_DOWN;
	if (conn->state == CONN_DOWN) {
		if (now < conn->retry_at) {
			if (!conn->may_hurry || now - conn->tried_at < HURRY_US)
				return P0F_DOWN;
			conn->retry_at = now;
		}
		conn->attention = true;
	} else if (conn->state == CONN_CONNECTING && now - conn->tried_at > query->timeout_us) {
		return P0F_DOWN;
	} else if (is_silent(conn, now)) {
		tell_silent(conn);
		return P0F_TIMEOUT;
	}
	query->conn = conn;
	query->slot = -1;
	TAILQ_INSERT_TAIL(&conn->waiting, query, link);
	conn->waiting_count++;
	if (conn->state == CONN_UP && !conn->broken)
		pump(conn, now);
	return P0F_ANSWERED;
}

void p0f_conn_cancel(struct p0f_query *query)
{
	struct p0f_conn *conn = query->conn;

	if (conn == NULL)
		return;
	if (query->slot >= 0)
		conn->ring[query->slot].query = NULL;
	else
		leave_queue(conn, query);
	query->conn = NULL;
}

void p0f_conn_retire(struct p0f_conn *conn, bool retired)
{
	conn->retired = retired;
	conn->attention = true;
}

bool p0f_conn_is_over(const struct p0f_conn *conn)
{
	return conn->retired && conn->fd < 0;
}

bool p0f_conn_is_retired(const struct p0f_conn *conn)
{
	return conn->retired;
}

void p0f_conn_describe(const struct p0f_conn *conn, struct stats_p0f *p0f, int64_t now)
{
	printable_copy(p0f->endpoint, sizeof(p0f->endpoint), conn->name);
	p0f->up = conn->state == CONN_UP && !is_silent(conn, now);
	p0f->reconnects = conn->connects > 0 ? conn->connects - 1 : 0;
	p0f->in_flight = conn->in_flight;
	p0f->waiting = conn->waiting_count;
}

void p0f_conn_abort(struct p0f_conn *conn)
{
	go_down(conn, 0);
}

bool p0f_conn_wants_attention(struct p0f_conn *conn)
{
	bool attention = conn->attention;

	conn->attention = false;
	return attention;
}

static void connected(struct p0f_conn *conn, int64_t now)
{
	conn->state = CONN_UP;
	conn->connects++;
	conn->told_down = false;
	conn->told_silent = false;
	conn->no_reply_yet = true;
	log_write(conn->flapping ? LOG_DEBUG : LOG_INFO, "p0f at %s: connected", conn->name);
	pump(conn, now);
}

static void start_connecting(struct p0f_conn *conn, int64_t now)
{
	bool there = false;

	conn->tried_at = now;
	conn->fd = sock_open(conn->address.ss_family);
	if (conn->fd >= 0)
		there = connect(conn->fd, (struct sockaddr *)&conn->address,
				conn->address_length) == 0;
	if (there) {
		connected(conn, now);
	} else if (conn->fd >= 0 && errno == EINPROGRESS) {
		conn->state = CONN_CONNECTING;
		conn->retry_at = now + CONNECT_US;
	} else {
		connect_failed(conn, errno, now);
	}
}

static void finish_connecting(struct p0f_conn *conn, int64_t now)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	if (error != 0)
		connect_failed(conn, error, now);
	else
		connected(conn, now);
}

int64_t p0f_conn_run_timers(struct p0f_conn *conn, int64_t now)
{
	if (conn->broken)
		lost(conn, "cannot send", now);
	if (conn->retired && conn->state != CONN_DRAINING && conn->in_flight == 0) {
		go_down(conn, now);
		return INT64_MAX;
	}
	if (conn->state == CONN_UP)
		return INT64_MAX;
	if (now >= conn->retry_at) {
		switch (conn->state) {
		case CONN_DOWN:
			start_connecting(conn, now);
			break;
		case CONN_CONNECTING:
			connect_failed(conn, ETIMEDOUT, now);
			break;
		default:
			lost(conn, "p0f cannot be understood", now);
		}
	}
	return conn->state == CONN_UP ? INT64_MAX : conn->retry_at;
}

int p0f_conn_poll(const struct p0f_conn *conn, short *events, bool replies)
{
	*events = POLLIN;
	if (conn->state == CONN_CONNECTING)
		*events = POLLOUT;
	else if (conn->state == CONN_UP)
		*events = (short)((replies ? POLLIN : 0) | (conn->out_length > 0 ? POLLOUT : 0));
	return conn->fd;
}

/* What came is not p0f's. Nobody gets an answer from this connection any more. */
static void distrust(struct p0f_conn *conn, const char *why, int64_t now)
{
	size_t due = (size_t)conn->in_flight * P0F_REPLY_SIZE;

	log_write_limited(&conn->bad_replies, LOG_ERR, "p0f at %s: %s", conn->name, why);
	fail_all(conn, P0F_PROTOCOL_ERROR);
	conn->drain_due = due > conn->in_length ? due - conn->in_length : 0;
	conn->state = CONN_DRAINING;
	conn->attention = true;
	conn->no_reply_yet = true;
	conn->out_length = 0;
	conn->retry_at = conn->drain_due > 0 ? now + DRAIN_US : now;
}

static void take_reply(struct p0f_conn *conn, const uint8_t *bytes, int64_t now)
{
	struct p0f_query *query = ring_pop(conn);
	struct p0f_reply reply;
	const char *why = p0f_reply_decode(&reply, bytes);

	if (why != NULL) {
		log_write_limited(&conn->bad_replies, LOG_ERR, "p0f at %s: %s", conn->name, why);
	} else {
		conn->flapping = false;
		conn->no_reply_yet = false;
		conn->retry_us = RETRY_MIN_US;
	}
	if (conn->told_silent && !is_silent(conn, now)) {
		log_info("p0f at %s answers again", conn->name);
		conn->told_silent = false;
	}
	if (query != NULL)
		finish(conn, query, why == NULL ? P0F_ANSWERED : P0F_PROTOCOL_ERROR, &reply);
}

/* Take the replies that are complete. The magic number is checked as soon as it is there. */
static void take_replies(struct p0f_conn *conn, int64_t now)
{
	size_t at = 0;
	const char *why = NULL;

	while (why == NULL && at < conn->in_length) {
		if (conn->in_flight == 0)
			why = "a reply that nobody has asked for";
		else if (conn->in_length - at < sizeof(uint32_t))
			break;
		else
			why = p0f_reply_check_magic(conn->in + at);
		if (why != NULL || conn->in_length - at < P0F_REPLY_SIZE)
			break;
		take_reply(conn, conn->in + at, now);
		at += P0F_REPLY_SIZE;
	}
	conn->in_length -= at;
	memmove(conn->in, conn->in + at, conn->in_length);
	if (why != NULL)
		distrust(conn, why, now);
}

static void receive(struct p0f_conn *conn, int64_t now)
{
	size_t room = sizeof(conn->in) - (conn->state == CONN_UP ? conn->in_length : 0);
	uint8_t *to = conn->in + sizeof(conn->in) - room;
	ssize_t got = recv(conn->fd, to, room, MSG_DONTWAIT);

	if (got < 0) {
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			lost(conn, strerror(errno), now);
	} else if (got == 0) {
		lost(conn, "closed by p0f", now);
	} else if (conn->state == CONN_UP) {
		conn->in_length += (size_t)got;
		take_replies(conn, now);
	} else if ((size_t)got < conn->drain_due) {
		conn->drain_due -= (size_t)got;
	} else {
		conn->retry_at = now;
	}
}

void p0f_conn_handle(struct p0f_conn *conn, short revents, int64_t now)
{
	if (revents == 0 || conn->fd < 0)
		return;
	if (conn->state == CONN_CONNECTING) {
		finish_connecting(conn, now);
		return;
	}
	if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		receive(conn, now);
	if (conn->state == CONN_UP && !conn->broken)
		pump(conn, now);
}
