/*
 * The p0f of the tests. Only its thread touches the sockets: a test leaves its orders in the
 * structure, and the thread carries them out in its next round.
 */
#include "fake_p0f.h"

#include "fake_wire.h"
#include "mono.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define WAIT_US (INT64_C(10) * 1000000)
#define DUE_MAX 256 /* far more than any client may have in flight */

/* The back-off that p0f_conn.c promises. */
#define RETRY_MIN_US 100000
#define RETRY_MAX_US 5000000

struct fake_p0f {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	int wake[2];
	enum fake_kind kind;
	const char *label;
	void *folder;
	char name[108];
	struct sockaddr_storage address;
	socklen_t address_length;

	/* the test's orders */
	unsigned orders;
	unsigned orders_done;
	bool quit;
	bool want_listener;
	bool want_hang_up;
	uint32_t allowed; /* replies that may go out */
	fake_script *script;
	void *context;
	const uint8_t *say;
	size_t say_length;

	int listener;
	int conn;
	uint8_t in[P0F_QUERY_SIZE];
	size_t in_length;
	uint8_t newest[P0F_QUERY_SIZE];
	struct addr due[DUE_MAX];
	unsigned due_head;
	unsigned due_count;
	unsigned counts[FAKE_COUNTS];
	uint8_t together[DUE_MAX * FAKE_SEND_SIZE]; /* see answer() */

	bool good;          /* the connection has had a good reply */
	int64_t touched_at; /* before the last bytes that were sent on the connection */
	int64_t next_at;    /* the client must not connect before */
	int64_t retry_us;   /* the client's back-off after the next loss, at least */
};

static void must(bool done, const char *what)
{
	if (done)
		return;
	perror(what);
	abort();
}

/*
 * The connection has ended; the client cannot have known before the time since. It may reconnect
 * at once to a p0f that was good and went away, but not over TCP.
 */
static void forget_conn(struct fake_p0f *fake, int64_t since, bool good)
{
	close(fake->conn);
	fake->conn = -1;
	fake->in_length = 0;
	fake->due_count = 0;
	fake->next_at = good && fake->kind == FAKE_UNIX ? 0 : since + fake->retry_us;
	fake->retry_us = fake->retry_us * 2 < RETRY_MAX_US ? fake->retry_us * 2 : RETRY_MAX_US;
}

static void hang_up(struct fake_p0f *fake)
{
	if (fake->conn >= 0)
		forget_conn(fake, mono_us(), fake->good);
}

static void set_listener(struct fake_p0f *fake)
{
	int one = 1;

	if (!fake->want_listener && fake->listener >= 0) {
		close(fake->listener);
		fake->listener = -1;
		hang_up(fake);
	}
	if (!fake->want_listener || fake->listener >= 0)
		return;
	fake->listener = socket(fake->address.ss_family, SOCK_STREAM, 0);
	must(fake->listener >= 0, "socket");
	if (fake->kind == FAKE_UNIX)
		unlink(fake->name);
	setsockopt(fake->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* connections inherit it; it fails for other sockets than TCP */
	setsockopt(fake->listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	must(bind(fake->listener, (struct sockaddr *)&fake->address, fake->address_length) == 0,
		"bind");
	must(listen(fake->listener, 8) == 0, "listen");
	must(fcntl(fake->listener, F_SETFL, O_NONBLOCK) == 0, "fcntl");
}

/* A peer that has shut down only one direction has not hung up. TCP cannot tell the two apart. */
static bool is_half_closed(const struct fake_p0f *fake)
{
	struct pollfd fd = {.fd = fake->conn, .events = POLLIN};

	return fake->kind == FAKE_UNIX && poll(&fd, 1, 0) == 1 && (fd.revents & POLLHUP) == 0;
}

/* The client has ended the connection: got is what recv() has returned. */
static void client_closed(struct fake_p0f *fake, ssize_t got)
{
	if (got == 0 && is_half_closed(fake))
		fake->counts[FAKE_HALF_CLOSED]++;
	/* an error: it disconnected without having read everything */
	if (fake->due_count > 0 || got < 0)
		fake->counts[FAKE_CLOSED_EARLY]++;
	if (fake->in_length > 0)
		fake->counts[FAKE_BAD_QUERY]++;
	fake->counts[FAKE_CLOSES]++;
	forget_conn(fake, fake->touched_at, false);
}

static void take_query(struct fake_p0f *fake)
{
	struct addr *asked = &fake->due[(fake->due_head + fake->due_count) % DUE_MAX];

	memcpy(fake->newest, fake->in, sizeof(fake->newest));
	fake->in_length = 0;
	fake->counts[FAKE_QUERIES]++;
	if (!fake_query_is_right(fake->newest) || fake->due_count == DUE_MAX) {
		fake->counts[FAKE_BAD_QUERY]++;
		return;
	}
	asked->version = fake->newest[4];
	memcpy(asked->bytes, fake->newest + 5, sizeof(asked->bytes));
	if (++fake->due_count > fake->counts[FAKE_UNANSWERED_MAX])
		fake->counts[FAKE_UNANSWERED_MAX] = fake->due_count;
}

static void read_queries(struct fake_p0f *fake)
{
	ssize_t got;

	while (fake->conn >= 0) {
		got = recv(fake->conn, fake->in + fake->in_length,
			sizeof(fake->in) - fake->in_length, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {
			client_closed(fake, got);
			return;
		}
		fake->in_length += (size_t)got;
		if (fake->in_length == sizeof(fake->in))
			take_query(fake);
	}
}

/* Wait until the client has read everything; with TCP, until everything has arrived. */
static void wait_until_read(const struct fake_p0f *fake)
{
	int64_t give_up = mono_us() + WAIT_US;
	int unread = 0;

	while (fake->conn >= 0 && ioctl(fake->conn, TIOCOUTQ, &unread) == 0 && unread > 0 &&
		mono_us() < give_up)
		sched_yield();
}

static bool send_all(struct fake_p0f *fake, const uint8_t *bytes, size_t length, size_t step)
{
	size_t at = 0;
	ssize_t sent;

	fake->touched_at = mono_us();
	while (at < length) {
		size_t part = length - at < step ? length - at : step;

		sent = send(fake->conn, bytes + at, part, MSG_NOSIGNAL);
		if (sent < 0)
			return false; /* it is gone: the next recv() shows how */
		at += (size_t)sent;
		if (step == 1)
			wait_until_read(fake);
	}
	return true;
}

/* Prepare the answer to the oldest query. */
static void make_send(const struct fake_p0f *fake, struct fake_send *out)
{
	const struct addr *asked = &fake->due[fake->due_head];

	memset(out, 0, sizeof(*out));
	fake_reply_make(out->bytes, asked, fake->label);
	out->length = P0F_REPLY_SIZE;
	if (fake->script != NULL)
		fake->script(fake->context, asked, out);
}

static void count_answer(struct fake_p0f *fake, const struct fake_send *out)
{
	fake->due_head = (fake->due_head + 1) % DUE_MAX;
	fake->due_count--;
	if (fake->allowed != FAKE_ALL)
		fake->allowed--;
	fake->counts[FAKE_ANSWERS]++;
	if (out->bad)
		return;
	fake->good = true;
	fake->retry_us = RETRY_MIN_US;
}

/* Answer what is due, in one write unless a reply needs special treatment. */
static void answer(struct fake_p0f *fake)
{
	uint8_t *together = fake->together;
	struct fake_send out;
	size_t length = 0;

	while (fake->conn >= 0 && fake->due_count > 0 && fake->allowed > 0) {
		make_send(fake, &out);
		if (out.bytewise || out.hang_up) {
			if (!send_all(fake, together, length, length) ||
				!send_all(
					fake, out.bytes, out.length, out.bytewise ? 1 : out.length))
				return;
			length = 0;
		} else {
			memcpy(together + length, out.bytes, out.length);
			length += out.length;
		}
		count_answer(fake, &out);
		if (out.hang_up)
			hang_up(fake);
	}
	/* a failure counts as a violation once the end is read */
	if (fake->conn >= 0 && length > 0 && !send_all(fake, together, length, length))
		fake->due_count++;
}

static void accept_client(struct fake_p0f *fake)
{
	int conn = fake->listener >= 0 ? accept(fake->listener, NULL, NULL) : -1;

	if (conn < 0)
		return;
	fake->counts[FAKE_CONNECTS]++;
	if (fake->conn >= 0) {
		fake->counts[FAKE_SECOND_CONNECTION]++;
		close(conn);
		return;
	}
	if (mono_us() < fake->next_at)
		fake->counts[FAKE_HASTY_CONNECT]++;
	fake->conn = conn;
	fake->touched_at = 0;
	fake->good = false;
}

static void obey(struct fake_p0f *fake)
{
	set_listener(fake);
	if (fake->want_hang_up)
		hang_up(fake);
	fake->want_hang_up = false;
	if (fake->say != NULL && fake->conn >= 0)
		send_all(fake, fake->say, fake->say_length, fake->say_length);
	fake->say = NULL;
}

static void *run(void *argument)
{
	struct fake_p0f *fake = argument;
	struct pollfd fds[3];
	unsigned orders;
	char bytes[64];

	pthread_mutex_lock(&fake->lock);
	while (!fake->quit) {
		orders = fake->orders;
		/* first the end of the old connection, then the new one, in the client's order */
		read_queries(fake);
		obey(fake);
		accept_client(fake);
		read_queries(fake);
		answer(fake);
		if (orders != fake->orders_done)
			wait_until_read(fake);
		fake->orders_done = orders;
		pthread_cond_broadcast(&fake->changed);
		fds[0] = (struct pollfd){.fd = fake->wake[0], .events = POLLIN};
		fds[1] = (struct pollfd){.fd = fake->listener, .events = POLLIN};
		fds[2] = (struct pollfd){.fd = fake->conn, .events = POLLIN};
		pthread_mutex_unlock(&fake->lock);
		if (poll(fds, 3, -1) > 0 && fds[0].revents != 0)
			must(read(fake->wake[0], bytes, sizeof(bytes)) > 0, "read");
		pthread_mutex_lock(&fake->lock);
	}
	fake->want_listener = false;
	set_listener(fake);
	hang_up(fake);
	pthread_mutex_unlock(&fake->lock);
	return NULL;
}

/* Have the orders carried out, which were given with the lock held. Releases the lock. */
static void order(struct fake_p0f *fake)
{
	unsigned mine = ++fake->orders;

	must(write(fake->wake[1], "", 1) == 1, "write");
	while ((int)(fake->orders_done - mine) < 0)
		pthread_cond_wait(&fake->changed, &fake->lock);
	pthread_mutex_unlock(&fake->lock);
}

static void set_path(struct fake_p0f *fake)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)&fake->address;

	must(scratch_setup(&fake->folder) == 0, "scratch_setup");
	scratch_path(fake->name, sizeof(fake->name), fake->folder, "p0f.sock");
	sun->sun_family = AF_UNIX;
	strcpy(sun->sun_path, fake->name);
	fake->address_length = sizeof(*sun);
}

/* Let the kernel choose a port, and keep it for every later start. */
static void set_port(struct fake_p0f *fake)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)&fake->address;

	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fake->address_length = sizeof(*sin);
	set_listener(fake);
	must(getsockname(fake->listener, (struct sockaddr *)sin, &fake->address_length) == 0,
		"getsockname");
	snprintf(fake->name, sizeof(fake->name), "inet:%u@127.0.0.1", ntohs(sin->sin_port));
}

struct fake_p0f *fake_p0f_new(enum fake_kind kind, const char *label)
{
	struct fake_p0f *fake = calloc(1, sizeof(*fake));
	pthread_condattr_t attributes;

	must(fake != NULL, "calloc");
	fake->kind = kind;
	fake->label = label;
	fake->listener = -1;
	fake->conn = -1;
	fake->allowed = FAKE_ALL;
	fake->want_listener = true;
	fake->retry_us = RETRY_MIN_US;
	pthread_mutex_init(&fake->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&fake->changed, &attributes);
	must(pipe(fake->wake) == 0, "pipe");
	if (kind == FAKE_UNIX)
		set_path(fake);
	else
		set_port(fake);
	set_listener(fake);
	must(pthread_create(&fake->thread, NULL, run, fake) == 0, "pthread_create");
	return fake;
}

void fake_p0f_free(struct fake_p0f *fake)
{
	pthread_mutex_lock(&fake->lock);
	fake->quit = true;
	must(write(fake->wake[1], "", 1) == 1, "write");
	pthread_mutex_unlock(&fake->lock);
	pthread_join(fake->thread, NULL);
	if (fake->kind == FAKE_UNIX)
		scratch_teardown(&fake->folder);
	close(fake->wake[0]);
	close(fake->wake[1]);
	pthread_cond_destroy(&fake->changed);
	pthread_mutex_destroy(&fake->lock);
	free(fake);
}

const char *fake_p0f_name(const struct fake_p0f *fake)
{
	return fake->name;
}

void fake_p0f_listen(struct fake_p0f *fake, bool listening)
{
	pthread_mutex_lock(&fake->lock);
	fake->want_listener = listening;
	order(fake);
}

void fake_p0f_hang_up(struct fake_p0f *fake)
{
	pthread_mutex_lock(&fake->lock);
	fake->want_hang_up = true;
	order(fake);
}

void fake_p0f_release(struct fake_p0f *fake, uint32_t count)
{
	pthread_mutex_lock(&fake->lock);
	fake->allowed = count;
	order(fake);
}

void fake_p0f_set_script(struct fake_p0f *fake, fake_script *script, void *context)
{
	pthread_mutex_lock(&fake->lock);
	fake->script = script;
	fake->context = context;
	order(fake);
}

void fake_p0f_say(struct fake_p0f *fake, const uint8_t *bytes, size_t length)
{
	pthread_mutex_lock(&fake->lock);
	fake->say = bytes;
	fake->say_length = length;
	order(fake);
}

void fake_p0f_sync(struct fake_p0f *fake)
{
	pthread_mutex_lock(&fake->lock);
	order(fake);
}

void fake_p0f_expect_new_client(struct fake_p0f *fake)
{
	pthread_mutex_lock(&fake->lock);
	fake->next_at = 0;
	fake->retry_us = RETRY_MIN_US;
	pthread_mutex_unlock(&fake->lock);
}

void fake_p0f_newest(struct fake_p0f *fake, uint8_t query[P0F_QUERY_SIZE])
{
	pthread_mutex_lock(&fake->lock);
	memcpy(query, fake->newest, P0F_QUERY_SIZE);
	pthread_mutex_unlock(&fake->lock);
}

unsigned fake_p0f_count(struct fake_p0f *fake, enum fake_count which)
{
	unsigned count;

	pthread_mutex_lock(&fake->lock);
	count = fake->counts[which];
	pthread_mutex_unlock(&fake->lock);
	return count;
}

bool fake_p0f_wait(struct fake_p0f *fake, enum fake_count which, unsigned least)
{
	int64_t end = mono_us() + WAIT_US;
	struct timespec until = {.tv_sec = end / 1000000, .tv_nsec = end % 1000000 * 1000};
	int error = 0;

	pthread_mutex_lock(&fake->lock);
	while (fake->counts[which] < least && error == 0)
		error = pthread_cond_timedwait(&fake->changed, &fake->lock, &until);
	pthread_mutex_unlock(&fake->lock);
	return error == 0;
}
