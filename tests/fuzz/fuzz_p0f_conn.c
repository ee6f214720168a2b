/*
 * The connection to p0f, over a socket and a p0f that are the input's: it says who asks
 * what and gives up when, how much the socket takes and gives, what p0f answers and when it
 * goes away, and when the polling thread runs. At the end p0f is well, and everything must
 * be answered, also a query that comes then. No socket, no thread, no wait.
 */
#include "fuzz.h"
#include "p0f_stub.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/un.h>

const unsigned fuzz_rounds = 20000;

#define EVENTS_MAX 400
#define STEPS_MAX  4000 /* of the thread, until all is answered */
#define SETTLE_US  INT64_C(60000000)

/* The thread that polls, as p0f_client has it: what it sleeps on. */
static struct {
	int64_t next;
	int fd;
	short events;
	bool woken;
	bool calm; /* it leaves the replies to those who wait for them */
} thread;

static struct p0f_conn *conn;

/* A query, as its owner has it. */
struct owned {
	struct p0f_query query;
	struct addr addr;
};

static void forget_query(struct ask *ask, enum ask_state state)
{
	struct owned *owned = (struct owned *)ask->query;

	/* its owner may free it now */
	memset(owned, 0x5a, sizeof(*owned));
	free(owned);
	ask->query = NULL;
	ask->state = state;
}

static struct ask *find_ask(const struct p0f_query *query)
{
	for (unsigned i = 0; i < stub.ask_count; i++) {
		if (stub.asks[i].query == query)
			return &stub.asks[i];
	}
	fuzz_fail("a query is completed that is not open");
}

static void check_reply(const struct ask *ask, const struct p0f_reply *reply)
{
	char text[ADDR_TEXT_SIZE];

	if (stub.socket.lied)
		return;
	if (!ask->delivered || ask->reply > REPLY_UNSEEN)
		fuzz_fail("answered without a reply");
	if (reply->status != (ask->reply == REPLY_OK ? P0F_STATUS_OK : P0F_STATUS_NO_MATCH))
		fuzz_fail("another status");
	if (ask->reply == REPLY_OK && strcmp(reply->os_name, addr_format(&ask->addr, text)) != 0)
		fuzz_fail("%s gets the reply for %s", text, reply->os_name);
}

static void complete(struct p0f_query *query, enum p0f_answer answer, const struct p0f_reply *reply)
{
	const struct socket *s = &stub.socket;
	struct ask *ask = find_ask(query);
	bool good = ask->delivered && ask->reply <= REPLY_UNSEEN && !s->lied;

	if (query->conn != NULL)
		fuzz_fail("completed, and still of a connection");
	switch (answer) {
	case P0F_ANSWERED:
		check_reply(ask, reply);
		break;
	case P0F_PROTOCOL_ERROR:
		if (good || !(ask->delivered || s->lied || s->distrusted_at >= 0))
			fuzz_fail("a protocol error by mistake");
		break;
	case P0F_DOWN:
		if (good || s->fd >= 0)
			fuzz_fail("p0f is said to be down by mistake");
		break;
	default:
		fuzz_fail("completed by %d", answer);
	}
	forget_query(ask, ASK_OVER);
}

static struct p0f_conn *make_conn(void)
{
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "/p0f"};
	struct sockaddr_in host = {.sin_family = AF_INET, .sin_port = 1};
	bool local = stub.family == AF_UNIX;
	struct p0f_conn *made =
		p0f_conn_new("p0f", local ? (struct sockaddr *)&path : (struct sockaddr *)&host,
			local ? sizeof(path) : sizeof(host), complete);

	if (made == NULL)
		fuzz_fail("out of memory");
	stub_new_conn();
	thread.woken = true;
	return made;
}

static unsigned count_open(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < stub.ask_count; i++)
		count += stub.asks[i].state == ASK_OPEN;
	return count;
}

/* After whatever was done. */
static void check_conn(void)
{
	struct stats_p0f p0f = {.endpoint = ""};
	unsigned open = count_open();

	if (conn == NULL) {
		if (open > 0 || stub.socket.fd >= 0)
			fuzz_fail("%u queries, or a socket, are left over", open);
		return;
	}
	p0f_conn_describe(conn, &p0f, stub.now);
	if (p0f.in_flight > P0F_CONN_WINDOW || p0f.in_flight < stub.socket.asked_count) {
		if (stub.socket.distrusted_at < 0 && !stub.socket.lied)
			fuzz_fail("%u in flight of %u", p0f.in_flight, stub.socket.asked_count);
	}
	if (p0f.waiting > open || p0f.waiting + p0f.in_flight < open)
		fuzz_fail("%u waiting, %u in flight, of %u", p0f.waiting, p0f.in_flight, open);
	if (p0f.up && (stub.socket.state != SOCKET_OPEN || stub.socket.distrusted_at >= 0))
		fuzz_fail("up, and it is not");
	if (p0f.reconnects != (stub.connects > 0 ? stub.connects - 1 : 0))
		fuzz_fail("reconnects %llu", (unsigned long long)p0f.reconnects);
}

/* The replies that were read are passed on at once. */
static void check_delivered(void)
{
	for (unsigned i = 0; i < stub.ask_count; i++) {
		if (stub.asks[i].delivered && stub.asks[i].state == ASK_OPEN)
			fuzz_fail("query %u waits on, with its reply", i);
	}
	if (stub.socket.distrusted_at >= 0 && count_open() > 0)
		fuzz_fail("queries wait for a p0f that cannot be trusted");
}

static void reap_conn(void)
{
	if (!p0f_conn_is_over(conn))
		return;
	p0f_conn_free(conn);
	conn = NULL;
}

/* The thread has been woken: what it does until it sleeps again. */
static void run_thread(short revents)
{
	thread.woken = false;
	thread.next = INT64_MAX;
	if (conn != NULL) {
		p0f_conn_handle(conn, revents, stub.now);
		check_delivered();
		check_conn();
		thread.next = p0f_conn_run_timers(conn, stub.now);
		if (stub.ending)
			p0f_conn_abort(conn);
		reap_conn();
	}
	thread.fd = -1;
	if (conn != NULL) {
		p0f_conn_wants_attention(conn);
		thread.fd = p0f_conn_poll(conn, &thread.events, !thread.calm);
	}
	if (thread.fd != stub.socket.fd)
		fuzz_fail("it polls descriptor %d, not %d", thread.fd, stub.socket.fd);
	check_conn();
}

/* Returns false when there is nothing to wake it. */
static bool step_thread(void)
{
	short revents = stub_poll(thread.fd, thread.events);

	if (!thread.woken && revents == 0 && stub.now < thread.next)
		return false;
	run_thread(revents);
	return true;
}

static void wake_thread(void)
{
	if (conn != NULL && p0f_conn_wants_attention(conn))
		thread.woken = true;
}

/* Has p0f let the oldest query pass its time? surely: it has; else: it may have. */
static bool is_overdue(bool surely)
{
	for (unsigned i = 0; i < stub.ask_count; i++) {
		const struct ask *ask = &stub.asks[i];

		if (ask->state == ASK_NEVER || ask->delivered || (ask->state == ASK_OVER))
			continue;
		if (surely)
			return ask->sent && stub.now - ask->sent_at > ask->timeout_us;
		if (stub.now - ask->submitted_at > ask->timeout_us)
			return true;
	}
	return false;
}

static void check_refusal(enum p0f_answer answer, const struct ask *ask)
{
	const struct socket *s = &stub.socket;
	bool taken = answer == P0F_ANSWERED;
	bool late = stub.now - stub.tried_at > ask->timeout_us;

	if (answer == P0F_TIMEOUT && s->state != SOCKET_OPEN)
		fuzz_fail("p0f is late, and not connected");
	if (stub.retired || s->distrusted_at >= 0) {
		if (answer != P0F_DOWN)
			fuzz_fail("a query is taken, or late, where none should be asked");
	} else if (s->fd < 0) {
		if (taken && !stub_may_connect(true))
			fuzz_fail("a query is taken while p0f is down");
		if (!taken && !stub.unsure && stub_may_connect(true))
			fuzz_fail("a query is refused, and an attempt to connect is due");
	} else if (s->state != SOCKET_OPEN) {
		if (answer != (late ? P0F_DOWN : P0F_ANSWERED))
			fuzz_fail("%d while connecting", answer);
	} else if (stub_is_healthy()) {
		if (answer == P0F_DOWN || (answer == P0F_TIMEOUT && !is_overdue(false)))
			fuzz_fail("a query is refused by %d", answer);
		if (taken && is_overdue(true))
			fuzz_fail("a query is taken while p0f is silent");
	}
}

/* Ask about an address that no other query has. Returns whether it was taken. */
static bool submit(unsigned how)
{
	static const int64_t timeouts[] = {100000, 1000, 5000, 10000000};
	struct ask *ask = &stub.asks[stub.ask_count];
	struct owned *owned = calloc(1, sizeof(*owned));
	enum p0f_answer answer;

	if (owned == NULL)
		fuzz_fail("out of memory");
	*ask = (struct ask){.timeout_us = timeouts[how % 4], .submitted_at = stub.now};
	ask->addr.version = how / 4 % 2 ? 6 : 4;
	ask->addr.bytes[0] = 10;
	ask->addr.bytes[ask->addr.version == 6 ? 15 : 3] = (uint8_t)stub.ask_count;
	owned->addr = ask->addr;
	owned->query.addr = &owned->addr;
	owned->query.timeout_us = ask->timeout_us;
	ask->query = &owned->query;
	ask->state = ASK_OPEN;
	stub.ask_count++;
	stub.asked_while_down |= stub.socket.fd < 0;
	answer = p0f_conn_submit(conn, &owned->query, stub.now);
	stub.asked_while_down |=
		stub.socket.fd < 0; /* it has looked for replies, and found an end */
	check_refusal(answer, ask);
	if (answer != P0F_ANSWERED && ask->state == ASK_OPEN)
		forget_query(ask, ASK_OVER);
	wake_thread();
	return answer == P0F_ANSWERED;
}

static void do_submit(unsigned how)
{
	unsigned count = how / 8 == 3 ? 2 * P0F_CONN_WINDOW : 1 + how / 8;

	for (; count > 0 && conn != NULL && stub.ask_count < ASKS_MAX - 30; count--)
		submit(how);
}

static void do_cancel(unsigned how)
{
	unsigned skip = how % 8;

	for (unsigned i = 0; i < stub.ask_count; i++) {
		struct ask *ask = &stub.asks[i];

		if (ask->state != ASK_OPEN || skip-- > 0)
			continue;
		p0f_conn_cancel(ask->query);
		if (ask->query->conn != NULL)
			fuzz_fail("cancelled, and still of a connection");
		forget_query(ask, ASK_CANCELLED);
		if (how < 16)
			return;
		skip = 0;
	}
}

/* A thread that waits reads. */
static void read_replies(void)
{
	short events;

	if (conn == NULL || p0f_conn_poll(conn, &events, true) < 0 || (events & POLLIN) == 0)
		return;
	p0f_conn_handle(conn, POLLIN, stub.now);
	check_delivered();
	wake_thread();
}

static void do_step(unsigned how)
{
	thread.calm = how / 8 == 1;
	if (how / 8 == 2)
		read_replies();
	/* poll() may find something, and nothing is there */
	if (how == 31 && thread.fd >= 0 && stub.socket.state == SOCKET_OPEN)
		run_thread(POLLIN);
	else
		step_thread();
}

static void do_pass(unsigned how)
{
	static const int64_t spans_ms[] = {1, 2, 10, 99, 100, 1000, 2000, 5000};

	stub.now += spans_ms[how % 8] * 1000 + (how >= 16);
}

static void do_reply(unsigned how)
{
	static const enum stub_reply replies[] = {
		REPLY_OK, REPLY_OK, REPLY_UNSEEN, REPLY_BAD_STATUS};

	for (unsigned count = how < 24 ? 1 + how / 8 : P0F_CONN_WINDOW; count > 0; count--)
		stub_reply(replies[how % 4], false);
}

static void do_harm(unsigned how)
{
	struct socket *s = &stub.socket;

	switch (how % 8) {
	case 0:
		stub_reply(REPLY_BAD_MAGIC, how >= 16);
		break;
	case 1:
		stub_reply(REPLY_OK, true);
		break;
	case 2:
		stub_hang_up(s->out_length);
		break;
	case 3:
		stub_hang_up(input_u32(&stub.input) % (s->out_length + 1));
		break;
	case 4:
	case 5:
		s->full = !s->full;
		break;
	default:
		if (s->state != SOCKET_CONNECTING)
			break;
		s->state = SOCKET_CONNECTED;
		s->connect_error = how % 8 == 6 ? 0 : ECONNREFUSED;
	}
}

/* As a reload drops the p0f, and as one names it again. */
static void set_retired(bool retired)
{
	stub.retired = retired;
	if (conn != NULL)
		p0f_conn_retire(conn, retired);
	else if (!retired)
		conn = make_conn();
	thread.woken = true;
}

static void do_retire(unsigned how)
{
	if (how == 31) {
		set_retired(true);
		stub.ending = true;
		run_thread(0);
		stub.ending = false;
		if (conn != NULL)
			fuzz_fail("not over after its end");
	} else {
		set_retired(how % 4 == 3);
	}
}

static void do_event(void)
{
	static void (*const events[])(unsigned how) = {
		do_submit, do_step, do_reply, do_step, do_pass, do_cancel, do_harm, do_retire};
	unsigned which = input_byte(&stub.input);

	events[which % 8](which / 8);
	if (which / 8 < 24)
		step_thread();
	check_conn();
}

/* p0f is well, and answers. Returns whether something was done. */
static bool serve(void)
{
	struct socket *s = &stub.socket;

	if (s->state == SOCKET_CONNECTING) {
		s->state = SOCKET_CONNECTED;
		return true;
	}
	if (s->replied == s->asked_count || s->hung_up || s->item_count == ITEMS_MAX)
		return false;
	stub_reply(REPLY_OK, false);
	return true;
}

/* Until nothing is left to do; time passes only as long as timers are due by then. */
static void settle(int64_t until)
{
	for (unsigned steps = 0; steps < STEPS_MAX; steps++) {
		if (step_thread() || serve())
			continue;
		if (thread.next > until)
			return;
		stub.now = thread.next;
	}
	fuzz_fail("the thread spins");
}

static void finish(void)
{
	bool answered = false;

	stub.input.left = 0;
	stub.socket.full = false;
	thread.calm = false;
	thread.woken = true;
	if (stub.retired)
		set_retired(false);
	settle(stub.now + SETTLE_US);
	if (count_open() > 0)
		fuzz_fail("p0f is well, and %u queries are forgotten", count_open());
	for (int64_t until = stub.now + SETTLE_US; !answered && stub.now < until;) {
		settle(stub.now + 1000000);
		stub.now += 1000000;
		settle(stub.now);
		if (stub.ask_count == ASKS_MAX)
			fuzz_fail("p0f is well, and nobody gets an answer");
		answered = submit(0);
		settle(stub.now);
		answered = answered && stub.asks[stub.ask_count - 1].delivered;
	}
	if (!answered || count_open() > 0)
		fuzz_fail("p0f is well, and %u queries are not answered", count_open());
	set_retired(true);
	settle(stub.now + SETTLE_US);
	if (conn != NULL)
		fuzz_fail("retired, and not over");
	check_conn();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stub_reset(data, size, size > 0 && data[0] % 2 ? AF_INET : AF_UNIX);
	input_byte(&stub.input);
	memset(&thread, 0, sizeof(thread));
	conn = make_conn();
	run_thread(0);
	for (unsigned left = EVENTS_MAX; left > 0 && stub.input.left > 0; left--)
		do_event();
	finish();
	return 0;
}
