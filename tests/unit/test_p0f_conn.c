/*
 * The connection to one p0f, on a clock of the test's own: attempts to connect, back-off,
 * time-outs, and the end of a dropped one.
 */
#include "capture.h"
#include "conn_fixture.h"
#include "log.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const int64_t back_off[] = {
	100 * MS, 200 * MS, 400 * MS, 800 * MS, 1600 * MS, 3200 * MS, 5000 * MS, 5000 * MS};
#define BACK_OFFS (sizeof(back_off) / sizeof(back_off[0]))

static void nobody_listens(void **state)
{
	(void)state;
	start();
	for (size_t i = 0; i < BACK_OFFS; i++) {
		assert_int_equal(t.next - t.now, back_off[i]);
		pass(back_off[i]);
	}
	listen_at_path();
	expect_retry(5000 * MS);
	assert_true(accept_client());
	expect_well();
}

/* A connection that ends without a reply is no success; one good reply is. */
static void connections_end(void **state)
{
	(void)state;
	listen_at_path();
	start();
	for (size_t i = 0; i < BACK_OFFS; i++) {
		assert_true(accept_client());
		ask_p0f();
		hang_up();
		pass(50 * MS);
		expect_failure(ask_p0f(), P0F_DOWN); /* and starts no attempt */
		expect_retry(back_off[i] - 50 * MS);
	}
	assert_true(accept_client());
	expect_well();
	hang_up();
	expect_retry(100 * MS);
	assert_true(accept_client());
}

/* A reply that cannot be used does not end the back-off. */
static void bad_replies_are_no_success(void **state)
{
	const uint32_t bad_query[2] = {0x50304602, P0F_STATUS_BAD_QUERY};
	struct ask *one;

	(void)state;
	listen_at_path();
	start();
	for (size_t i = 0; i < BACK_OFFS; i++) {
		assert_true(accept_client());
		one = ask_p0f();
		say(bad_query, sizeof(bad_query));
		say((uint8_t[P0F_REPLY_SIZE]){0}, P0F_REPLY_SIZE - sizeof(bad_query));
		expect_failure(one, P0F_PROTOCOL_ERROR);
		hang_up();
		expect_retry(back_off[i]);
	}
}

/* A query starts an early attempt, so that the first message after a restart has its header. */
static void queries_start_attempts(void **state)
{
	struct ask *one;

	(void)state;
	start();
	pass(100 * MS);
	listen_at_path();
	pass(2 * MS - 1);
	expect_failure(ask_p0f(), P0F_DOWN);
	assert_false(accept_client());
	pass(1);
	one = ask_p0f();
	assert_true(accept_client());
	reply(one, P0F_REPLY_SIZE);
	expect_answer(one);
	hang_up();
	pass(2 * MS);
	one = ask_p0f();
	assert_true(accept_client());
	reply(one, P0F_REPLY_SIZE);
	expect_answer(one);
}

static void queries_start_no_attempts_over_tcp(void **state)
{
	(void)state;
	listen_at_port();
	start();
	assert_true(accept_client());
	pass(0);
	expect_well();
	hang_up();
	pass(50 * MS);
	expect_failure(ask_p0f(), P0F_DOWN);
	expect_retry(50 * MS);
	assert_true(accept_client());
}

/* A listener whose queue is full: the connection stays half-made. */
static void connection_is_not_made(void **state)
{
	int fillers[2];
	struct sockaddr_in sin;
	socklen_t length = sizeof(sin);
	struct ask *one;

	(void)state;
	listen_at_port();
	assert_int_equal(listen(t.listener, 0), 0);
	assert_int_equal(getsockname(t.listener, (struct sockaddr *)&sin, &length), 0);
	for (int i = 0; i < 2; i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)&sin, length);
	}
	log_open(LOG_TO_STDERR, LOG_INFO);
	capture_start();
	start();
	assert_int_equal(t.next - t.now, 5000 * MS);
	one = ask_p0f();
	pass(TIMEOUT);
	assert_false(one->done);
	assert_int_equal(one->query.so_far, P0F_DOWN);
	assert_false(ask_p0f()->done);
	pass(1);
	expect_failure(ask_p0f(), P0F_DOWN); /* it is known to be silent */
	pass(5000 * MS - TIMEOUT - 2);
	assert_false(one->done);
	pass(1);
	expect_failure(one, P0F_DOWN);
	assert_non_null(strstr(capture_stop(), "cannot connect: Connection timed out\n"));
	assert_int_equal(t.next - t.now, 100 * MS);
	for (int i = 0; i < 2; i++)
		close(fillers[i]);
}

static void overdue(void **state)
{
	struct ask *late;

	(void)state;
	listen_at_path();
	start();
	assert_true(accept_client());
	late = ask_p0f();
	pass(TIMEOUT);
	assert_false(ask_p0f()->done);
	pass(1);
	expect_failure(ask_p0f(), P0F_TIMEOUT);
	reply(late, P0F_REPLY_SIZE);
	expect_answer(late);
	pass(TIMEOUT); /* the second query is the oldest now */
	expect_failure(ask_p0f(), P0F_TIMEOUT);
	reply(&t.asks[1], P0F_REPLY_SIZE);
	expect_answer(&t.asks[1]);
	expect_well();
}

/* An abandoned query is not sent; one that has been sent keeps its place. */
static void abandoned(void **state)
{
	(void)state;
	listen_at_path();
	start();
	assert_true(accept_client());
	for (unsigned i = 0; i < P0F_CONN_WINDOW + 3; i++)
		ask_p0f();
	t.asks[1].query.abandoned = true;
	t.asks[P0F_CONN_WINDOW].query.abandoned = true;
	for (unsigned i = 0; i < 3; i++) {
		reply(&t.asks[i], P0F_REPLY_SIZE);
		expect_answer(&t.asks[i]);
	}
	expect_failure(&t.asks[P0F_CONN_WINDOW], P0F_TIMEOUT);
	for (unsigned i = 3; i < P0F_CONN_WINDOW + 3; i++) {
		if (i != P0F_CONN_WINDOW)
			reply(&t.asks[i], P0F_REPLY_SIZE);
	}
	expect_answer(&t.asks[P0F_CONN_WINDOW + 2]);
}

/* Connect, ask p0f, and drop it. Returns the query. */
static struct ask *drop_with_reply_due(void)
{
	struct ask *ask;

	listen_at_path();
	start();
	assert_true(accept_client());
	ask = ask_p0f();
	p0f_conn_retire(t.conn, true);
	run();
	return ask;
}

/* A dropped p0f's connection is closed once it owes nothing: when its last reply has been read. */
static void dropped(void **state)
{
	struct ask *one = drop_with_reply_due();

	(void)state;
	expect_failure(ask_p0f(), P0F_DOWN);
	pass(60000 * MS);
	assert_false(is_closed());
	reply(one, P0F_REPLY_SIZE);
	expect_answer(one);
	assert_null(t.conn);
	assert_true(is_closed());
}

static void dropped_and_taken_back(void **state)
{
	struct ask *one = drop_with_reply_due();

	(void)state;
	p0f_conn_retire(t.conn, false);
	reply(one, P0F_REPLY_SIZE);
	expect_answer(one);
	expect_well();
	assert_false(is_closed());
}

/* When nothing is due, the connection is closed at once, and no attempt follows. */
static void dropped_with_nothing_due(void **state)
{
	(void)state;
	for (int connected = 0; connected < 2; connected++) {
		if (connected)
			listen_at_path();
		start();
		assert_int_equal(connected, t.listener >= 0 && accept_client());
		p0f_conn_retire(t.conn, true);
		run();
		assert_null(t.conn);
	}
	assert_true(is_closed());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		conn_test(nobody_listens),
		conn_test(connections_end),
		conn_test(bad_replies_are_no_success),
		conn_test(queries_start_attempts),
		conn_test(queries_start_no_attempts_over_tcp),
		conn_test(connection_is_not_made),
		conn_test(overdue),
		conn_test(abandoned),
		conn_test(dropped),
		conn_test(dropped_and_taken_back),
		conn_test(dropped_with_nothing_due),
	};

	return cmocka_run_group_tests_name("p0f_conn", tests, NULL, NULL);
}
