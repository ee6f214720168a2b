/*
 * Lookups, and the thread that polls the connections to p0f. One lock guards it all:
 * it is held for copying a few bytes, and around system calls that do not block.
 *
 * To wake a thread costs more than all that it then does. So the thread that submits a
 * lookup sends the query itself when it can, and of those that wait for replies one polls
 * for all. The polling thread is left with what nobody waits for.
 */
#include "p0f_client.h"

#include "endpoint.h"
#include "mono.h"
#include "sock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

/* How often the polling thread reads replies that nobody waits for. */
#define CALM_US 5000

TAILQ_HEAD(lookups, p0f_lookup);

struct p0f_client {
	pthread_mutex_t lock;
	pthread_t thread;
	int wake; /* an eventfd: the polling thread is to look what there is to do */
	struct p0f_conns conns;
	struct lookups waiters; /* the oldest first */
	bool being_polled;      /* one of them polls */
	int64_t calm_until;     /* till then the polling thread does not read */
	bool stopping;
	int64_t stop_at;
};

struct lookup_query {
	struct p0f_query query; /* first: see lookup_complete() */
	struct p0f_lookup *lookup;
};

struct p0f_lookup {
	struct p0f_client *client;
	TAILQ_ENTRY(p0f_lookup) link; /* when it waits */
	pthread_cond_t done;
	struct addr addr;
	int timeout_ms;
	bool waits; /* pending, with a thread in p0f_lookup_wait() */
	bool collected;
	unsigned pending;
	int64_t sent_at;
	int64_t answered_at; /* by all */
	enum p0f_answer answer;
	struct p0f_reply reply; /* the best one, when answer is P0F_ANSWERED */
	size_t count;
	struct lookup_query queries[];
};

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
	if (!lookup->waits)
		return;
	lookup->waits = false;
	TAILQ_REMOVE(&lookup->client->waiters, lookup, link);
	pthread_cond_signal(&lookup->done);
}

static void wake(const struct p0f_client *client)
{
	eventfd_write(client->wake, 1);
}

static struct p0f_lookup *lookup_new(
	struct p0f_client *client, const struct addr *addr, int timeout_ms, int64_t now)
{
	size_t count = client->stopping ? 0 : client->conns.count;
	struct p0f_lookup *lookup = calloc(1, sizeof(*lookup) + count * sizeof(lookup->queries[0]));

	if (lookup == NULL)
		return NULL;
	if (mono_cond_init(&lookup->done) != 0) {
		free(lookup);
		return NULL;
	}
	lookup->client = client;
	lookup->addr = *addr;
	lookup->timeout_ms = timeout_ms;
	lookup->sent_at = now;
	lookup->answer = P0F_DOWN;
	lookup->count = count;
	return lookup;
}

/* Ask all p0fs, with the lock held. */
static void lookup_send(struct p0f_lookup *lookup, int64_t now)
{
	const struct p0f_conns *conns = &lookup->client->conns;

	for (size_t i = 0; i < lookup->count; i++) {
		struct lookup_query *asked = &lookup->queries[i];
		enum p0f_answer answer;

		asked->lookup = lookup;
		asked->query.addr = &lookup->addr;
		asked->query.timeout_us = (int64_t)lookup->timeout_ms * 1000;
		answer = p0f_conn_submit(conns->list[i], &asked->query, now);
		if (answer == P0F_ANSWERED)
			lookup->pending++;
		else
			lookup_fail(lookup, answer);
	}
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int timeout_ms(int64_t next, int64_t now)
{
	if (next == INT64_MAX)
		return -1;
	return next <= now ? 0 : (int)((next - now + 999) / 1000);
}

/* Do what is due, and tell when the next thing is. */
static int64_t run_timers(struct p0f_client *client, int64_t now)
{
	bool over = client->stopping && now >= client->stop_at;
	int64_t next = client->stopping && !over ? client->stop_at : INT64_MAX;
	int64_t due;

	due = p0f_conns_run_timers(&client->conns, now, over);
	p0f_conns_want_attention(&client->conns); /* they have it */
	if (now < client->calm_until)
		next = earlier(next, client->calm_until);
	return earlier(next, due);
}

static void *run(void *argument)
{
	struct p0f_client *client = argument;
	struct pollfd fds[P0F_CONNS_MAX + 1];
	struct p0f_conn *polled[P0F_CONNS_MAX];
	int64_t now = mono_us();
	eventfd_t wakes;
	size_t count;

	pthread_mutex_lock(&client->lock);
	for (;;) {
		bool calm = now < client->calm_until;

		int64_t next = run_timers(client, now);

		count = client->conns.count;
		if (client->stopping && count == 0)
			break;
		for (size_t i = 0; i < count; i++) {
			polled[i] = client->conns.list[i];
			fds[i].fd = p0f_conn_poll(polled[i], &fds[i].events, !calm);
			fds[i].revents = 0;
		}
		fds[count] = (struct pollfd){.fd = client->wake, .events = POLLIN};
		int timeout = timeout_ms(next, now);
		pthread_mutex_unlock(&client->lock);
		if (poll(fds, (nfds_t)count + 1, timeout) > 0 && fds[count].revents != 0)
			eventfd_read(client->wake, &wakes);
		pthread_mutex_lock(&client->lock);
		/* only this thread opens and frees connections */
		now = mono_us();
		for (size_t i = 0; i < count; i++) {
			if (fds[i].revents == POLLIN)
				client->calm_until = now + CALM_US;
			/* a reply that somebody polls for is to be there when it looks */
			if (fds[i].revents != POLLIN || !client->being_polled)
				p0f_conn_handle(polled[i], fds[i].revents, now);
		}
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
	client->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (client->wake < 0) {
		free(client);
		return NULL;
	}
	TAILQ_INIT(&client->waiters);
	pthread_mutex_init(&client->lock, NULL);
	error = pthread_create(&client->thread, NULL, run, client);
	if (error != 0) {
		p0f_client_free(client);
		errno = error;
		return NULL;
	}
	return client;
}

static int resolve(struct p0f_address *to, const char *name, char error[P0F_CLIENT_ERROR_SIZE])
{
	struct endpoint endpoint;
	const char *why = endpoint_parse(&endpoint, name);

	to->name = name;
	if (why == NULL)
		why = sock_resolve(&endpoint, &to->address, &to->length);
	if (why == NULL)
		return 0;
	snprintf(error, P0F_CLIENT_ERROR_SIZE, "p0f at %s: %s", name, why);
	return -1;
}

int p0f_client_set_endpoints(struct p0f_client *client, char *const *names, size_t count,
	char error[P0F_CLIENT_ERROR_SIZE])
{
	struct p0f_address addresses[P0F_CONNS_MAX];
	int result = -1;

	if (count <= P0F_CONNS_MAX) {
		for (size_t i = 0; i < count; i++) {
			if (resolve(&addresses[i], names[i], error) < 0)
				return -1;
		}
		pthread_mutex_lock(&client->lock);
		result = p0f_conns_set(&client->conns, addresses, count, lookup_complete);
		pthread_mutex_unlock(&client->lock);
	}
	if (result < 0)
		snprintf(error, P0F_CLIENT_ERROR_SIZE, "too many p0fs, or out of memory");
	else
		wake(client);
	return result;
}

size_t p0f_client_describe(struct p0f_client *client, struct stats_p0f p0fs[P0F_CONNS_MAX])
{
	size_t count;

	pthread_mutex_lock(&client->lock);
	count = p0f_conns_describe(&client->conns, p0fs, mono_us());
	pthread_mutex_unlock(&client->lock);
	return count;
}

struct p0f_lookup *p0f_client_submit(
	struct p0f_client *client, const struct addr *addr, int timeout_ms)
{
	int64_t now = mono_us();
	struct p0f_lookup *lookup;
	bool attention;

	pthread_mutex_lock(&client->lock);
	lookup = lookup_new(client, addr, timeout_ms, now);
	if (lookup != NULL)
		lookup_send(lookup, now);
	attention = p0f_conns_want_attention(&client->conns);
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

/* Read the replies that have come. Returns how many descriptors there are to wait on. */
static nfds_t read_replies(struct p0f_client *client, struct pollfd *fds, int64_t now)
{
	nfds_t count = 0;

	for (size_t i = 0; i < client->conns.count; i++) {
		struct p0f_conn *conn = client->conns.list[i];

		fds[count].fd = p0f_conn_poll(conn, &fds[count].events, true);
		if (fds[count].fd < 0 || (fds[count].events & POLLIN) == 0)
			continue;
		p0f_conn_handle(conn, POLLIN, now);
		fds[count].fd = p0f_conn_poll(conn, &fds[count].events, true);
		if (fds[count].fd >= 0)
			count++;
	}
	if (p0f_conns_want_attention(&client->conns))
		wake(client);
	return count;
}

/*
 * Wait until the lookup is complete, at most until deadline, with the lock held. Whoever
 * begins to wait reads what has come, for all: when there are more threads than processors,
 * it runs, and the one that polls may not yet. When that one is done the next one polls.
 */
static void wait_for_reply(struct p0f_lookup *lookup, int64_t deadline)
{
	struct p0f_client *client = lookup->client;
	struct pollfd fds[P0F_CONNS_MAX];

	lookup->waits = true;
	TAILQ_INSERT_TAIL(&client->waiters, lookup, link);
	for (;;) {
		int64_t now = mono_us();
		nfds_t count = lookup->pending > 0 ? read_replies(client, fds, now) : 0;

		if (lookup->pending == 0 || now >= deadline)
			break;
		if (count == 0 || client->being_polled) {
			mono_cond_wait(&lookup->done, &client->lock, deadline);
			continue;
		}
		client->being_polled = true;
		pthread_mutex_unlock(&client->lock);
		/* not for long: another connection may have come */
		poll(fds, count, timeout_ms(earlier(deadline, now + CALM_US), now));
		pthread_mutex_lock(&client->lock);
		client->being_polled = false;
	}
	if (lookup->waits)
		TAILQ_REMOVE(&client->waiters, lookup, link);
	lookup->waits = false;
	if (!client->being_polled && !TAILQ_EMPTY(&client->waiters))
		pthread_cond_signal(&TAILQ_FIRST(&client->waiters)->done);
}

enum p0f_answer p0f_lookup_wait(
	struct p0f_lookup *lookup, int64_t deadline, struct p0f_reply *reply)
{
	pthread_mutex_t *lock = &lookup->client->lock;
	enum p0f_answer answer;

	pthread_mutex_lock(lock);
	if (lookup->pending > 0)
		wait_for_reply(lookup, deadline);
	if (lookup->pending > 0) {
		lookup_cancel(lookup);
		lookup_fail(lookup, P0F_TIMEOUT);
		lookup->answered_at = mono_us();
	}
	lookup->collected = true;
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
	if (lookup == NULL)
		return;
	pthread_mutex_lock(&lookup->client->lock);
	if (!lookup->collected)
		stats_count(STATS_ABANDONED);
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
	p0f_conns_retire(&client->conns);
	pthread_mutex_unlock(&client->lock);
	wake(client);
	pthread_join(client->thread, NULL);
}

void p0f_client_free(struct p0f_client *client)
{
	close(client->wake);
	pthread_mutex_destroy(&client->lock);
	free(client);
}
