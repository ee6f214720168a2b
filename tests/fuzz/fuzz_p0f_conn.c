/*
 * The connection to p0f. The input decides when queries are made and given up, how much the
 * socket takes and gives, what p0f answers and when it disconnects, and when the client's thread
 * runs. No socket, no thread, no wait. These promises are checked:
 *
 * - Each query is completed once: as soon as its reply has been read, and with that reply.
 * - A query is taken while p0f is well, and refused while p0f is overdue.
 * - The thread sleeps only as long as there is nothing to do.
 * - p0f is never harmed: see p0f_stub.h.
 * - When p0f is well, all queries are answered; a dropped p0f's connection is closed once it owes
 *   nothing.
 */
#include "fuzz.h"
#include "p0f_stub.h"

#include <poll.h>

const unsigned fuzz_rounds = 20000;

#define EVENTS_MAX 400
#define STEPS_MAX  4000 /* of the thread, until all is answered */
#define SECOND     INT64_C(1000000)
#define RETRY_MAX  (5 * SECOND)

/* The client's thread: what it sleeps on. */
static struct {
	int64_t next;
	struct pollfd poll; /* as it was when it fell asleep */
	bool woken;
} thread;

static struct p0f_conn *conn;

static unsigned count_open(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < stub.ask_count; i++)
		count += stub.asks[i].open;
	return count;
}

static void check_reply(const struct ask *ask, const struct p0f_reply *reply)
{
	char text[ADDR_TEXT_SIZE];

	if (!ask->delivered || ask->reply > REPLY_UNSEEN)
		fuzz_fail("answered without a reply");
	if (reply->status != (ask->reply == REPLY_OK ? P0F_STATUS_OK : P0F_STATUS_NO_MATCH))
		fuzz_fail("another status");
	if (ask->reply == REPLY_OK && strcmp(reply->os_name, addr_format(&ask->addr, text)) != 0)
		fuzz_fail("%s gets the reply for %s", text, reply->os_name);
}

static void complete(struct p0f_query *query, enum p0f_answer answer, const struct p0f_reply *reply)
{
	struct ask *ask = (struct ask *)query;
	bool good = ask->delivered && ask->reply <= REPLY_UNSEEN;
	bool refused = ask->sent_at == 0;

	if (!ask->open)
		fuzz_fail("completed twice");
	ask->open = false;
	if (stub.lied)
		return;
	if (answer == P0F_ANSWERED)
		check_reply(ask, reply);
	else if (good && !stub.nonsense)
		fuzz_fail("%d, and its reply has been read", answer);
	else if (answer == P0F_PROTOCOL_ERROR && !ask->delivered && !stub.nonsense)
		fuzz_fail("a protocol error by mistake");
	else if (answer == P0F_DOWN && stub_is_well() && !stub.retired)
		fuzz_fail("p0f is said to be down by mistake");
	else if (answer == P0F_TIMEOUT && !refused)
		fuzz_fail("p0f is said to be late, and the query is in flight");
	memset(&ask->query, 0x5a, sizeof(ask->query)); /* it belongs to the owner again */
}

/* What must hold whenever the thread has nothing to do. */
static void check_sleep(void)
{
	bool owes =
		stub.state == SOCKET_OPEN && (stub.due > 0 || stub.query_length > 0 || stub.full);

	if (conn == NULL)
		return;
	if (stub.failed)
		fuzz_fail("a dead connection is kept");
	if (stub.nonsense && !stub.lied && stub.due <= 0)
		fuzz_fail("a connection is kept that is of no use, and owes nothing");
	if (stub.retired && !owes && !stub.nonsense && !stub.lied)
		fuzz_fail("a dropped p0f is kept, and owes nothing");
	if (stub.state == SOCKET_NONE && count_open() > 0)
		fuzz_fail("queries wait for an attempt to connect that is not made");
	if (stub.state == SOCKET_NONE && thread.next > stub.now + RETRY_MAX)
		fuzz_fail("no attempt to connect is planned");
	if (stub_is_well() && !stub.full && stub.asked_count == 0 && stub.out_length == 0 &&
		count_open() > 0)
		fuzz_fail("%u queries are forgotten", count_open());
}

static void check_stats(void)
{
	struct stats_p0f p0f;
	unsigned open = count_open();

	if (conn == NULL) {
		if (open > 0 || stub.fd >= 0)
			fuzz_fail("%u queries, or a socket, are left over", open);
		return;
	}
	p0f_conn_get_stats(conn, &p0f, stub.now);
	if (p0f.in_flight > P0F_CONN_WINDOW || p0f.in_flight + p0f.waiting != open)
		fuzz_fail("%u in flight, %u waiting, of %u", p0f.in_flight, p0f.waiting, open);
	if (p0f.up && (stub.state != SOCKET_OPEN || (stub.nonsense && !stub.lied)))
		fuzz_fail("up, and it is not");
}

/* What was read must be passed on at once. */
static void check_delivered(void)
{
	for (unsigned i = 0; i < stub.ask_count; i++) {
		if (stub.asks[i].delivered && stub.asks[i].open && !stub.lied)
			fuzz_fail("query %u waits on, with its reply", i);
	}
	if (stub.nonsense && !stub.lied && count_open() > 0)
		fuzz_fail("queries wait for a p0f that is out of step");
}

/* What the thread does once it is awake. */
static void run_thread(short revents)
{
	thread.woken = false;
	thread.next = INT64_MAX;
	thread.poll = (struct pollfd){.fd = -1};
	if (conn == NULL)
		return;
	p0f_conn_handle(conn, revents, stub.now);
	check_delivered();
	check_stats();
	thread.next = p0f_conn_run_timers(conn, stub.now);
	p0f_conn_take_wakeup(conn);
	if (p0f_conn_is_closed(conn)) {
		p0f_conn_free(conn);
		conn = NULL;
	} else {
		thread.poll = p0f_conn_poll(conn);
	}
	check_stats();
}

/* Returns false when nothing wakes it. */
static bool step_thread(void)
{
	short revents = 0;

	if (conn != NULL)
		revents = stub_poll(thread.poll);
	if (!thread.woken && revents == 0 && stub.now < thread.next) {
		check_sleep();
		return false;
	}
	run_thread(revents);
	return true;
}

/* Returns whether the oldest query is overdue, for certain or perhaps. */
static bool is_overdue(bool surely)
{
	for (unsigned i = 0; i < stub.ask_count; i++) {
		const struct ask *ask = &stub.asks[i];

		if (!ask->open)
			continue;
		if (surely)
			return ask->sent_at > 0 && stub.now - ask->sent_at > ask->query.timeout_us;
		if (stub.now - ask->submitted_at > ask->query.timeout_us)
			return true;
	}
	return false;
}

static void submit(unsigned how)
{
	static const int64_t timeouts[] = {100000, 1000, 5000, 10000000};
	struct ask *ask = &stub.asks[stub.ask_count];
	bool well = stub_is_well() && !stub.retired;
	bool late = is_overdue(true);
	bool perhaps_late = is_overdue(false);

	*ask = (struct ask){.open = true, .submitted_at = stub.now, .addr = {.version = 4}};
	ask->addr.bytes[0] = 10;
	ask->addr.bytes[2] = (uint8_t)(stub.ask_count >> 8);
	ask->addr.bytes[3] = (uint8_t)stub.ask_count;
	ask->query.addr = &ask->addr;
	ask->query.timeout_us = timeouts[how % 4];
	stub.ask_count++;
	stub.asked_while_down |= stub.fd < 0;
	p0f_conn_submit(conn, &ask->query, stub.now);
	if (stub.retired && ask->open)
		fuzz_fail("a dropped p0f is asked");
	if (well && !ask->open && !perhaps_late)
		fuzz_fail("a query is refused, and p0f is well");
	if (well && ask->open && late)
		fuzz_fail("a query is taken, and p0f is overdue");
	thread.woken |= p0f_conn_take_wakeup(conn);
	check_stats();
}

static void do_submit(unsigned how)
{
	unsigned count = how / 8 == 3 ? 2 * P0F_CONN_WINDOW : 1 + how / 8;

	for (; count > 0 && conn != NULL && stub.ask_count < ASKS_MAX - 30; count--)
		submit(how);
}

/* Let some owners give up. */
static void do_abandon(unsigned how)
{
	unsigned skip = how % 8;

	for (unsigned i = 0; i < stub.ask_count; i++) {
		if (!stub.asks[i].open || skip-- > 0)
			continue;
		stub.asks[i].query.abandoned = true;
		if (how < 16)
			return;
		skip = 0;
	}
}

static void do_step(unsigned how)
{
	/* poll() may report an event that is no longer there */
	if (how == 31 && stub.state == SOCKET_OPEN && !stub.failed)
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
		stub_reply(replies[how % 4]);
}

static void do_harm(unsigned how)
{
	switch (how % 8) {
	case 0:
		stub_reply(REPLY_BAD_MAGIC);
		break;
	case 1:
		stub_say(how >= 16 ? input_byte(&stub.input) + 1 : 0);
		break;
	case 2:
		stub_hang_up(sizeof(stub.out));
		break;
	case 3:
		stub_hang_up(input_u32(&stub.input) % (stub.out_length + 1));
		break;
	case 4:
	case 5:
		stub.full = stub.state == SOCKET_OPEN && !stub.full;
		break;
	default:
		stub.ready = stub.state == SOCKET_DIALING;
	}
}

static void make_conn(void)
{
	conn = p0f_conn_new(stub.local ? "/p0f" : "inet:1@127.0.0.1", complete);
	if (conn == NULL)
		fuzz_fail("out of memory");
	stub.tried_at = stub.down_at = stub.now - RETRY_MAX;
}

/* A reload drops the p0f, or names it again; the client wakes its thread. */
static void set_retired(bool retired)
{
	stub.retired = retired;
	if (conn != NULL)
		p0f_conn_retire(conn, retired);
	else if (!retired)
		make_conn();
	thread.woken = true;
}

static void do_retire(unsigned how)
{
	if (how == 31 && conn != NULL) {
		stub.ending = true;
		p0f_conn_free(conn);
		stub.ending = false;
		conn = NULL;
		thread.poll.fd = -1;
		check_stats();
	}
	set_retired(how == 31 || how % 4 == 3);
}

static void do_event(void)
{
	static void (*const events[])(unsigned how) = {
		do_submit, do_step, do_reply, do_step, do_pass, do_abandon, do_harm, do_retire};
	unsigned which = input_byte(&stub.input);

	events[which % 8](which / 8);
	if (which / 8 < 24)
		step_thread();
	check_stats();
}

/* p0f is well and answers. Returns whether something was done. */
static bool serve(void)
{
	if (stub.state == SOCKET_DIALING && !stub.ready) {
		stub.ready = true;
		return true;
	}
	return stub_reply(REPLY_OK);
}

/* Run until nothing is left to do; time passes only while timers are due by then. */
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

/* From now on p0f is well. */
static void finish(void)
{
	stub.input.left = 0;
	stub.full = false;
	if (stub.retired || conn == NULL)
		set_retired(false);
	settle(stub.now + 10 * SECOND);
	if (count_open() > 0)
		fuzz_fail("p0f is well, and %u queries are forgotten", count_open());
	submit(0);
	settle(stub.now + 2 * RETRY_MAX);
	submit(0);
	settle(stub.now);
	if (!stub.asks[stub.ask_count - 1].delivered)
		fuzz_fail("p0f is well, and a query is not answered");
	set_retired(true);
	settle(stub.now);
	if (conn != NULL)
		fuzz_fail("a dropped p0f is kept");
	check_stats();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	stub_reset(data, size);
	memset(&thread, 0, sizeof(thread));
	make_conn();
	run_thread(0);
	for (unsigned left = EVENTS_MAX; left > 0 && stub.input.left > 0; left--)
		do_event();
	finish();
	return 0;
}
