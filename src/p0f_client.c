/*
 * Lookups, and the thread that has the connections to p0f. One lock guards everything: it is held
 * while a few bytes are copied, and around system calls that do not block.
 *
 * Only the thread reads replies, runs timers, and opens and closes connections; it sleeps in
 * poll(). A caller that submits a lookup sends the query at once if the connection takes it, and
 * wakes the thread only if something is left to do. A caller that waits for an answer sleeps on
 * the lookup's condition.
 */
#include "p0f_client.h"

#include "mono.h"
#include "p0f_conn.h"
#include "sock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The most connections: those to the p0fs that are asked, and to dropped ones that still owe
 * replies.
 */
#define CONNS_MAX (4 * P0F_MAX)

struct p0f_client {
	pthread_mutex_t lock;
	pthread_t thread;
	int wake[2]; /* a byte sent to the second one wakes the thread */
	struct p0f_conn *conns[CONNS_MAX];
	size_t count;
	bool replaced; /* the list, since the thread began to poll */
	bool stopping;
	int64_t stop_at; /* the latest */
};

struct lookup_query {
	struct p0f_query query; /* first: see lookup_complete() */
	struct p0f_lookup *lookup;
};

/* It lives until its owner has freed it and all of its queries are completed. */
struct p0f_lookup {
	struct p0f_client *client;
	pthread_cond_t done;
	struct addr addr;
	bool freed;
	bool collected; /* later replies are ignored */
	size_t pending; /* queries */
	int64_t sent_at;
	int64_t answered_at; /* by all */
	enum p0f_answer answer;
	struct p0f_reply reply; /* the best one, if answer is P0F_ANSWERED */
	size_t count;
	struct lookup_query queries[];
};

static void lookup_destroy(struct p0f_lookup *lookup)
{
	pthread_cond_destroy(&lookup->done);
	free(lookup);
}

static void lookup_add_reply(struct p0f_lookup *lookup, const struct p0f_reply *reply)
{
	if (lookup->answer != P0F_ANSWERED || p0f_reply_is_better(reply, &lookup->reply)) {
		lookup->answer = P0F_ANSWERED;
		lookup->reply = *reply;
	}
}

/* A failure matters only until some p0f answers. P0F_DOWN, the initial value, never overrides. */
static void lookup_add_failure(struct p0f_lookup *lookup, enum p0f_answer answer)
{
	if (lookup->answer != P0F_ANSWERED && answer != P0F_DOWN)
		lookup->answer = answer;
}

/* A p0f has answered, or failed. Called by p0f_conn, with the lock held. */
static void lookup_complete(
	struct p0f_query *query, enum p0f_answer answer, const struct p0f_reply *reply)
{
	struct p0f_lookup *lookup = ((struct lookup_query *)query)->lookup;

	lookup->pending--;
	query->so_far = P0F_DOWN;
	if (lookup->freed) {
		if (lookup->pending == 0)
			lookup_destroy(lookup);
		return;
	}
	if (lookup->collected)
		return;
	if (answer == P0F_ANSWERED)
		lookup_add_reply(lookup, reply);
	else
		lookup_add_failure(lookup, answer);
	if (lookup->pending == 0) {
		lookup->answered_at = mono_us();
		pthread_cond_signal(&lookup->done);
	}
}

static void wake(const struct p0f_client *client)
{
	/* when it takes no more bytes the thread wakes up anyway */
	(void)send(client->wake[1], "", 1, MSG_NOSIGNAL);
}

static void remove_at(struct p0f_client *client, size_t at)
{
	p0f_conn_free(client->conns[at]);
	client->conns[at] = client->conns[--client->count];
}

/*
 * Do what is due, and remove the connections that are closed. Returns when the next thing is due.
 */
static int64_t run_timers(struct p0f_client *client, int64_t now)
{
	bool too_long = client->stopping && now >= client->stop_at;
	int64_t next = client->stopping ? client->stop_at : INT64_MAX;

	for (size_t i = client->count; i-- > 0;) {
		int64_t due = p0f_conn_run_timers(client->conns[i], now);

		p0f_conn_take_wakeup(client->conns[i]); /* it is awake */
		if (too_long || p0f_conn_is_closed(client->conns[i]))
			remove_at(client, i);
		else if (due < next)
			next = due;
	}
	return next;
}

static int timeout_ms(int64_t next, int64_t now)
{
	if (next == INT64_MAX)
		return -1;
	return next <= now ? 0 : (int)((next - now + 999) / 1000);
}

/* Wait without the lock, until that time or until something happens. */
static void wait_for_events(struct p0f_client *client, struct pollfd *fds, int timeout)
{
	char bytes[64];

	for (size_t i = 0; i < client->count; i++)
		fds[i] = p0f_conn_poll(client->conns[i]);
	fds[client->count] = (struct pollfd){.fd = client->wake[0], .events = POLLIN};
	client->replaced = false;
	nfds_t count = (nfds_t)client->count + 1;
	pthread_mutex_unlock(&client->lock);
	if (poll(fds, count, timeout) > 0 && fds[count - 1].revents != 0)
		(void)recv(client->wake[0], bytes, sizeof(bytes), 0);
	pthread_mutex_lock(&client->lock);
}

static void *run(void *argument)
{
	struct p0f_client *client = argument;
	struct pollfd fds[CONNS_MAX + 1];
	int64_t now = mono_us();
	int64_t next;

	pthread_mutex_lock(&client->lock);
	for (;;) {
		next = run_timers(client, now);
		if (client->stopping && client->count == 0)
			break;
		wait_for_events(client, fds, timeout_ms(next, now));
		now = mono_us();
		/* if fds is outdated, the next poll() finds the events again */
		for (size_t i = 0; !client->replaced && i < client->count; i++)
			p0f_conn_handle(client->conns[i], fds[i].revents, now);
	}
	pthread_mutex_unlock(&client->lock);
	return NULL;
}

struct p0f_client *p0f_client_new(void)
{
	struct p0f_client *client = calloc(1, sizeof(*client));
	int error;

	if (client == NULL)
		return NULL;
	if (sock_pair(client->wake) < 0) {
		free(client);
		return NULL;
	}
	pthread_mutex_init(&client->lock, NULL);
	error = pthread_create(&client->thread, NULL, run, client);
	if (error != 0) {
		p0f_client_free(client);
		errno = error;
		return NULL;
	}
	return client;
}

static struct p0f_conn *find_twin(
	const struct p0f_conn *conn, struct p0f_conn *const *conns, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (p0f_conn_is_twin(conns[i], conn))
			return conns[i];
	}
	return NULL;
}

/*
 * Make room as a last resort: close the connection that was dropped first, even with replies due.
 */
static void make_room(struct p0f_client *client)
{
	size_t at = 0;

	while (!p0f_conn_is_retired(client->conns[at]))
		at++;
	remove_at(client, at);
}

/* A p0f that is already asked keeps its connection, under its new name. */
static void replace_conns(struct p0f_client *client, struct p0f_conn **fresh, size_t count)
{
	client->replaced = true;
	for (size_t i = 0; i < client->count; i++)
		p0f_conn_retire(
			client->conns[i], find_twin(client->conns[i], fresh, count) == NULL);
	for (size_t i = 0; i < count; i++) {
		struct p0f_conn *twin = find_twin(fresh[i], client->conns, client->count);

		if (twin != NULL) {
			p0f_conn_swap_names(twin, fresh[i]);
			p0f_conn_free(fresh[i]);
			continue;
		}
		if (client->count == CONNS_MAX)
			make_room(client);
		client->conns[client->count++] = fresh[i];
	}
}

static void free_conns(struct p0f_conn **conns, size_t count)
{
	for (size_t i = 0; i < count; i++)
		p0f_conn_free(conns[i]);
}

int p0f_client_set_endpoints(struct p0f_client *client, char *const *names, size_t count)
{
	struct p0f_conn *fresh[P0F_MAX];
	bool stopping;

	if (count > P0F_MAX) {
		errno = E2BIG;
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		fresh[i] = p0f_conn_new(names[i], lookup_complete);
		if (fresh[i] == NULL) {
			free_conns(fresh, i);
			return -1;
		}
	}
	pthread_mutex_lock(&client->lock);
	stopping = client->stopping;
	if (!stopping)
		replace_conns(client, fresh, count);
	pthread_mutex_unlock(&client->lock);
	if (stopping) {
		free_conns(fresh, count);
		errno = ECANCELED;
		return -1;
	}
	wake(client);
	return 0;
}

/* Returns whether one has that name. (Bytes that cannot be shown look alike.) */
static bool is_listed(const char *endpoint, const struct stats_p0f *p0fs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(p0fs[i].endpoint, endpoint) == 0)
			return true;
	}
	return false;
}

size_t p0f_client_get_stats(struct p0f_client *client, struct stats_p0f p0fs[P0F_MAX])
{
	int64_t now = mono_us();
	size_t count = 0;

	pthread_mutex_lock(&client->lock);
	for (size_t i = 0; i < client->count; i++) {
		if (p0f_conn_is_retired(client->conns[i]))
			continue;
		p0f_conn_get_stats(client->conns[i], &p0fs[count], now);
		if (!is_listed(p0fs[count].endpoint, p0fs, count))
			count++;
	}
	pthread_mutex_unlock(&client->lock);
	return count;
}

/* With the lock held. */
static struct p0f_lookup *lookup_new(struct p0f_client *client, const struct addr *addr)
{
	size_t size = sizeof(struct p0f_lookup) + client->count * sizeof(struct lookup_query);
	struct p0f_lookup *lookup = calloc(1, size);

	if (lookup == NULL)
		return NULL;
	if (mono_cond_init(&lookup->done) != 0) {
		free(lookup);
		return NULL;
	}
	lookup->client = client;
	lookup->addr = *addr;
	lookup->answer = P0F_DOWN;
	lookup->count = client->count;
	return lookup;
}

/* Ask every p0f, with the lock held. Returns whether the thread has something to do. */
static bool lookup_send(struct p0f_lookup *lookup, int64_t timeout_us)
{
	bool wakeup = false;

	lookup->sent_at = mono_us();
	lookup->pending = lookup->count;
	for (size_t i = 0; i < lookup->count; i++) {
		struct lookup_query *asked = &lookup->queries[i];

		asked->lookup = lookup;
		asked->query.addr = &lookup->addr;
		asked->query.timeout_us = timeout_us;
		p0f_conn_submit(lookup->client->conns[i], &asked->query, lookup->sent_at);
		wakeup |= p0f_conn_take_wakeup(lookup->client->conns[i]);
	}
	return wakeup;
}

struct p0f_lookup *p0f_client_submit(
	struct p0f_client *client, const struct addr *addr, int timeout_ms)
{
	struct p0f_lookup *lookup;
	bool wakeup = false;

	pthread_mutex_lock(&client->lock);
	lookup = lookup_new(client, addr);
	if (lookup != NULL)
		wakeup = lookup_send(lookup, (int64_t)timeout_ms * 1000);
	pthread_mutex_unlock(&client->lock);
	if (wakeup)
		wake(client);
	return lookup;
}

/* Stop waiting, with the lock held. Replies to queries in flight are still read. */
static void lookup_collect(struct p0f_lookup *lookup)
{
	if (lookup->collected)
		return;
	lookup->collected = true;
	if (lookup->pending > 0)
		lookup->answered_at = mono_us();
	for (size_t i = 0; i < lookup->count; i++) {
		lookup_add_failure(lookup, lookup->queries[i].query.so_far);
		lookup->queries[i].query.abandoned = true;
	}
}

enum p0f_answer p0f_lookup_wait(
	struct p0f_lookup *lookup, int64_t deadline, struct p0f_reply *reply)
{
	pthread_mutex_t *lock;
	bool in_time = true;
	enum p0f_answer answer;

	if (lookup == NULL)
		return P0F_DOWN;
	lock = &lookup->client->lock;
	pthread_mutex_lock(lock);
	while (lookup->pending > 0 && !lookup->collected && in_time)
		in_time = mono_cond_wait(&lookup->done, lock, deadline) == 0;
	lookup_collect(lookup);
	answer = lookup->answer;
	if (answer == P0F_ANSWERED)
		*reply = lookup->reply;
	pthread_mutex_unlock(lock);
	if (answer == P0F_ANSWERED)
		stats_observe(STATS_LOOKUP_TIME, lookup->answered_at - lookup->sent_at);
	return answer;
}

void p0f_lookup_free(struct p0f_lookup *lookup)
{
	pthread_mutex_t *lock;

	if (lookup == NULL)
		return;
	lock = &lookup->client->lock;
	pthread_mutex_lock(lock);
	if (!lookup->collected)
		stats_count(STATS_ABANDONED);
	lookup_collect(lookup);
	lookup->freed = true;
	if (lookup->pending == 0)
		lookup_destroy(lookup);
	pthread_mutex_unlock(lock);
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
	pthread_mutex_destroy(&client->lock);
	free(client);
}
