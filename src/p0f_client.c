/*
 * Lookups, and the thread that polls the connections to p0f. One lock guards it all:
 * it is held for copying a few bytes, and around system calls that do not block. The
 * thread that submits a lookup sends the query itself when it can, which saves a
 * wake-up for each message.
 */
#include "p0f_client.h"

#include "endpoint.h"
#include "mono.h"
#include "sock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct p0f_client {
	pthread_mutex_t lock;
	pthread_condattr_t condattr;
	pthread_t thread;
	int wake[2]; /* a pipe: the polling thread reads from [0] */
	struct p0f_conn *conns[P0F_CLIENT_CONNS_MAX];
	size_t count;
	bool stopping;
	int64_t stop_at;
};

struct lookup_query {
	struct p0f_query query; /* first: see lookup_complete() */
	struct p0f_lookup *lookup;
};

struct p0f_lookup {
	struct p0f_client *client;
	pthread_cond_t done;
	struct addr addr;
	int64_t submitted_at;
	int64_t answered_at; /* by all */
	unsigned pending;
	bool waited_for;
	enum p0f_answer answer;
	struct p0f_reply reply; /* the best one, when answer is P0F_ANSWERED */
	size_t count;
	struct lookup_query queries[];
};

bool p0f_reply_is_better(const struct p0f_reply *a, const struct p0f_reply *b)
{
	bool a_named = a->os_name[0] != '\0';
	bool b_named = b->os_name[0] != '\0';

	if (a_named != b_named)
		return a_named;
	if (a->status != b->status)
		return a->status == P0F_STATUS_OK;
	return a->last_seen > b->last_seen;
}

static void lookup_take(struct p0f_lookup *lookup, const struct p0f_reply *reply)
{
	if (lookup->answer != P0F_ANSWERED || p0f_reply_is_better(reply, &lookup->reply)) {
		lookup->answer = P0F_ANSWERED;
		lookup->reply = *reply;
	}
}

/* A failure only counts while no p0f has answered; to be down, as at first, says the least. */
static void lookup_fail(struct p0f_lookup *lookup, enum p0f_answer answer)
{
	if (lookup->answer != P0F_ANSWERED && answer != P0F_DOWN)
		lookup->answer = answer;
}

/* A p0f has answered, or failed. Called by p0f_conn, with the lock held. */
static void lookup_complete(
	struct p0f_query *query, enum p0f_answer answer, const struct p0f_reply *reply)
{
	struct p0f_lookup *lookup = ((struct lookup_query *)query)->lookup;

	if (answer == P0F_ANSWERED)
		lookup_take(lookup, reply);
	else
		lookup_fail(lookup, answer);
	if (--lookup->pending > 0)
		return;
	lookup->answered_at = mono_us();
	if (lookup->waited_for)
		pthread_cond_signal(&lookup->done);
}

/* A full pipe wakes the thread as well as one more byte would. */
static void wake(const struct p0f_client *client)
{
	if (write(client->wake[1], "", 1) < 0)
		return;
}

static void drain_wakes(const struct p0f_client *client)
{
	char bytes[64];

	while (read(client->wake[0], bytes, sizeof(bytes)) == (ssize_t)sizeof(bytes))
		;
}

static void forget_conn(struct p0f_client *client, size_t at)
{
	p0f_conn_free(client->conns[at]);
	client->conns[at] = client->conns[--client->count];
}

/* Run the timers, and forget the connections that are over. Returns the next time to act. */
static int64_t run_timers(struct p0f_client *client, int64_t now)
{
	int64_t next = client->stopping ? client->stop_at : INT64_MAX;
	size_t at = 0;

	while (at < client->count) {
		struct p0f_conn *conn = client->conns[at];
		int64_t due = p0f_conn_run_timers(conn, now);

		if (client->stopping && now >= client->stop_at)
			p0f_conn_abort(conn);
		if (p0f_conn_is_over(conn)) {
			forget_conn(client, at);
			continue;
		}
		p0f_conn_wants_attention(conn);
		next = due < next ? due : next;
		at++;
	}
	return next;
}

static int timeout_ms(int64_t next, int64_t now)
{
	if (next == INT64_MAX)
		return -1;
	return next <= now ? 0 : (int)((next - now + 999) / 1000);
}

static void *run(void *argument)
{
	struct p0f_client *client = argument;
	struct pollfd fds[P0F_CLIENT_CONNS_MAX + 1];
	struct p0f_conn *polled[P0F_CLIENT_CONNS_MAX];
	int64_t now;
	int64_t next;
	size_t count;

	pthread_mutex_lock(&client->lock);
	for (;;) {
		now = mono_us();
		next = run_timers(client, now);
		count = client->count;
		if (client->stopping && count == 0)
			break;
		for (size_t i = 0; i < count; i++) {
			polled[i] = client->conns[i];
			fds[i].fd = p0f_conn_poll(polled[i], &fds[i].events);
			fds[i].revents = 0;
		}
		fds[count] = (struct pollfd){.fd = client->wake[0], .events = POLLIN};
		pthread_mutex_unlock(&client->lock);
		if (poll(fds, (nfds_t)count + 1, timeout_ms(next, now)) > 0 &&
			fds[count].revents != 0)
			drain_wakes(client);
		pthread_mutex_lock(&client->lock);
		/* only this thread frees connections, or opens and closes their descriptors */
		now = mono_us();
		for (size_t i = 0; i < count; i++)
			p0f_conn_handle(polled[i], fds[i].revents, now);
	}
	pthread_mutex_unlock(&client->lock);
	return NULL;
}

static int open_wake_pipe(int fds[2])
{
	if (pipe(fds) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		if (fcntl(fds[i], F_SETFD, FD_CLOEXEC) < 0 ||
			fcntl(fds[i], F_SETFL, O_NONBLOCK) < 0) {
			close(fds[0]);
			close(fds[1]);
			return -1;
		}
	}
	return 0;
}

struct p0f_client *p0f_client_new(void)
{
	struct p0f_client *client = calloc(1, sizeof(*client));
	int error;

	if (client == NULL)
		return NULL;
	if (open_wake_pipe(client->wake) < 0) {
		free(client);
		return NULL;
	}
	pthread_mutex_init(&client->lock, NULL);
	pthread_condattr_init(&client->condattr);
	pthread_condattr_setclock(&client->condattr, CLOCK_MONOTONIC);
	error = pthread_create(&client->thread, NULL, run, client);
	if (error != 0) {
		p0f_client_free(client);
		errno = error;
		return NULL;
	}
	return client;
}

static int resolve(const char *name, struct sockaddr_storage *address, socklen_t *length,
	char error[P0F_CLIENT_ERROR_SIZE])
{
	struct endpoint endpoint;
	const char *why = endpoint_parse(&endpoint, name);

	if (why == NULL)
		why = sock_resolve(&endpoint, address, length);
	if (why == NULL)
		return 0;
	snprintf(error, P0F_CLIENT_ERROR_SIZE, "p0f at %s: %s", name, why);
	return -1;
}

static struct p0f_conn *find_conn(
	const struct p0f_client *client, const struct sockaddr_storage *address, socklen_t length)
{
	for (size_t i = 0; i < client->count; i++) {
		if (p0f_conn_is_to(client->conns[i], (const struct sockaddr *)address, length))
			return client->conns[i];
	}
	return NULL;
}

/* Make the connections that are not there yet. Returns how many, or -1 when there is no room. */
static int add_conns(struct p0f_client *client, char *const *names,
	const struct sockaddr_storage *addresses, const socklen_t *lengths, size_t count)
{
	int added = 0;

	for (size_t i = 0; i < count; i++) {
		struct p0f_conn *conn = NULL;

		if (find_conn(client, &addresses[i], lengths[i]) != NULL)
			continue;
		if (client->count < P0F_CLIENT_CONNS_MAX)
			conn = p0f_conn_new(names[i], (const struct sockaddr *)&addresses[i],
				lengths[i], lookup_complete);
		if (conn == NULL) {
			/* nothing has seen the new ones yet */
			while (added-- > 0)
				forget_conn(client, client->count - 1);
			return -1;
		}
		client->conns[client->count++] = conn;
		added++;
	}
	return added;
}

int p0f_client_set_endpoints(struct p0f_client *client, char *const *names, size_t count,
	char error[P0F_CLIENT_ERROR_SIZE])
{
	struct sockaddr_storage addresses[P0F_CLIENT_CONNS_MAX];
	socklen_t lengths[P0F_CLIENT_CONNS_MAX];
	int added = -1;

	if (count <= P0F_CLIENT_CONNS_MAX) {
		for (size_t i = 0; i < count; i++) {
			if (resolve(names[i], &addresses[i], &lengths[i], error) < 0)
				return -1;
		}
		pthread_mutex_lock(&client->lock);
		added = add_conns(client, names, addresses, lengths, count);
		if (added >= 0) {
			for (size_t i = 0; i < client->count; i++)
				p0f_conn_retire(client->conns[i], true);
			for (size_t i = 0; i < count; i++)
				p0f_conn_retire(
					find_conn(client, &addresses[i], lengths[i]), false);
		}
		pthread_mutex_unlock(&client->lock);
	}
	if (added < 0) {
		snprintf(error, P0F_CLIENT_ERROR_SIZE, "too many p0fs, or out of memory");
		return -1;
	}
	wake(client);
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

size_t p0f_client_describe(struct p0f_client *client, struct stats_p0f p0fs[P0F_CLIENT_CONNS_MAX])
{
	int64_t now = mono_us();
	size_t count = 0;

	pthread_mutex_lock(&client->lock);
	for (size_t i = 0; i < client->count; i++) {
		if (p0f_conn_is_retired(client->conns[i]))
			continue;
		p0f_conn_describe(client->conns[i], &p0fs[count], now);
		if (!is_described(p0fs[count].endpoint, p0fs, count))
			count++;
	}
	pthread_mutex_unlock(&client->lock);
	return count;
}

static struct p0f_lookup *lookup_new(
	struct p0f_client *client, const struct addr *addr, size_t count, int64_t now)
{
	struct p0f_lookup *lookup = calloc(1, sizeof(*lookup) + count * sizeof(lookup->queries[0]));

	if (lookup == NULL)
		return NULL;
	if (pthread_cond_init(&lookup->done, &client->condattr) != 0) {
		free(lookup);
		return NULL;
	}
	lookup->client = client;
	lookup->addr = *addr;
	lookup->submitted_at = now;
	lookup->answer = P0F_DOWN;
	lookup->count = count;
	return lookup;
}

struct p0f_lookup *p0f_client_submit(
	struct p0f_client *client, const struct addr *addr, int timeout_ms)
{
	int64_t now = mono_us();
	struct p0f_lookup *lookup;
	bool attention = false;

	pthread_mutex_lock(&client->lock);
	lookup = lookup_new(client, addr, client->stopping ? 0 : client->count, now);
	for (size_t i = 0; lookup != NULL && i < lookup->count; i++) {
		struct lookup_query *asked = &lookup->queries[i];
		enum p0f_answer answer;

		asked->lookup = lookup;
		asked->query.addr = &lookup->addr;
		asked->query.timeout_us = (int64_t)timeout_ms * 1000;
		answer = p0f_conn_submit(client->conns[i], &asked->query, now);
		if (answer == P0F_ANSWERED)
			lookup->pending++;
		else
			lookup_fail(lookup, answer);
		attention |= p0f_conn_wants_attention(client->conns[i]);
	}
	pthread_mutex_unlock(&client->lock);
	if (attention)
		wake(client);
	return lookup;
}

/* Give up what is pending, with the lock held. */
static void lookup_cancel(struct p0f_lookup *lookup)
{
	for (size_t i = 0; lookup->pending > 0 && i < lookup->count; i++)
		p0f_conn_cancel(&lookup->queries[i].query);
	lookup->pending = 0;
}

enum p0f_answer p0f_lookup_wait(
	struct p0f_lookup *lookup, int64_t deadline, struct p0f_reply *reply)
{
	pthread_mutex_t *lock = &lookup->client->lock;
	struct timespec until = {
		.tv_sec = deadline / 1000000, .tv_nsec = deadline % 1000000 * 1000};
	enum p0f_answer answer;

	pthread_mutex_lock(lock);
	lookup->waited_for = true;
	while (lookup->pending > 0) {
		if (pthread_cond_timedwait(&lookup->done, lock, &until) != 0)
			break;
	}
	if (lookup->pending > 0) {
		lookup_cancel(lookup);
		lookup_fail(lookup, P0F_TIMEOUT);
		lookup->answered_at = mono_us();
	}
	answer = lookup->answer;
	if (answer == P0F_ANSWERED)
		*reply = lookup->reply;
	pthread_mutex_unlock(lock);
	if (answer == P0F_ANSWERED)
		stats_observe(STATS_LOOKUP_TIME, lookup->answered_at - lookup->submitted_at);
	return answer;
}

void p0f_lookup_free(struct p0f_lookup *lookup)
{
	if (lookup == NULL)
		return;
	pthread_mutex_lock(&lookup->client->lock);
	lookup_cancel(lookup);
	pthread_mutex_unlock(&lookup->client->lock);
	pthread_cond_destroy(&lookup->done);
	free(lookup);
}

void p0f_client_stop(struct p0f_client *client, int drain_ms)
{
	pthread_mutex_lock(&client->lock);
	client->stopping = true;
	client->stop_at = mono_us() + (int64_t)drain_ms * 1000;
	for (size_t i = 0; i < client->count; i++)
		p0f_conn_retire(client->conns[i], true);
	pthread_mutex_unlock(&client->lock);
	wake(client);
	pthread_join(client->thread, NULL);
}

void p0f_client_free(struct p0f_client *client)
{
	close(client->wake[0]);
	close(client->wake[1]);
	pthread_condattr_destroy(&client->condattr);
	pthread_mutex_destroy(&client->lock);
	free(client);
}
