/*
 * The connection to one p0f, on a clock of the test's own: bytes that are no reply, and what the
 * log says.
 */
#include "capture.h"
#include "conn_fixture.h"
#include "fake_wire.h"
#include "log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAD_MAGIC  "the reply does not start with p0f's magic number\n"
#define BAD_QUERY  "p0f calls our query bad\n"
#define BAD_STATUS "the reply has an unknown status\n"
#define LONG       "its replies are longer than 232 bytes: a patched p0f, which cannot be used\n"
#define UNASKED    "a reply that nobody has asked for\n"

static const uint8_t zeros[P0F_REPLY_SIZE];

/* From now on the log is captured. Do not assert before log_stop(). */
static void log_start_capture(void)
{
	log_open(LOG_TO_STDERR, LOG_INFO);
	capture_start();
}

/* Returns what has been logged. */
static const char *log_stop(void)
{
	const char *text = capture_stop();

	log_open(LOG_TO_STDERR, LOG_EMERG);
	return text;
}

static unsigned count(const char *text, const char *part)
{
	unsigned found = 0;

	while ((text = strstr(text, part)) != NULL) {
		found++;
		text += strlen(part);
	}
	return found;
}

static void connect_client(void)
{
	listen_at_path();
	start();
	assert_true(accept_client());
}

/* p0f is out of step: what it still owes is read, then the connection is closed at once. */
static void drained_to_the_last_byte(void **state)
{
	(void)state;
	connect_client();
	for (int i = 0; i < 3; i++)
		ask_p0f();
	say(zeros, 4);
	for (int i = 0; i < 3; i++)
		expect_failure(&t.asks[i], P0F_PROTOCOL_ERROR);
	expect_failure(ask_p0f(), P0F_DOWN);
	say(zeros, P0F_REPLY_SIZE - 4);
	say(zeros, P0F_REPLY_SIZE);
	say(zeros, P0F_REPLY_SIZE - 1);
	assert_false(is_closed());
	say(zeros, 1);
	assert_true(is_closed());
	expect_retry(100 * MS);
	assert_true(accept_client());
	expect_well();
}

static void drained_for_two_seconds_at_most(void **state)
{
	(void)state;
	connect_client();
	ask_p0f();
	ask_p0f();
	say(zeros, P0F_REPLY_SIZE);
	pass(2000 * MS - 1);
	assert_false(is_closed());
	pass(1);
	assert_true(is_closed());
}

/* The connection to a dropped p0f is closed once it owes nothing, even if it is out of step. */
static void dropped_and_drained(void **state)
{
	(void)state;
	connect_client();
	ask_p0f();
	say(zeros, 4);
	p0f_conn_retire(t.conn, true);
	run();
	assert_false(is_closed());
	say(zeros, P0F_REPLY_SIZE - 4);
	assert_null(t.conn);
	assert_true(is_closed());
}

/* The next connection is silent, too, which is logged again. */
static void silence_is_logged_once_for_a_connection(void **state)
{
	const char *text;

	(void)state;
	listen_at_path();
	log_start_capture();
	start();
	for (int i = 0; i < 2; i++) {
		accept_client();
		reply(ask_p0f(), P0F_REPLY_SIZE);
		ask_p0f();
		pass(TIMEOUT + 1);
		ask_p0f();
		ask_p0f();
		hang_up();
		pass(100 * MS);
	}
	text = log_stop();
	assert_int_equal(count(text, "does not answer\n"), 2);
	assert_int_equal(count(text, "connection lost: "), 2);
	assert_int_equal(count(text, ": connected\n"), 3);
	assert_int_equal(count(text, "\n"), 7);
}

/* Each reason why there is no connection is logged, and not again while it lasts. */
static void failures_are_logged_once_each(void **state)
{
	FILE *file;
	const char *text;

	(void)state;
	log_start_capture();
	start();
	pass(100 * MS);
	pass(200 * MS);
	file = fopen(t.name, "w"); /* where nobody listens */
	pass(400 * MS);
	pass(800 * MS);
	fclose(file);
	unlink(t.name);
	listen_at_path();
	pass(1600 * MS);
	text = log_stop();
	assert_int_equal(count(text, "cannot connect: No such file or directory\n"), 1);
	assert_int_equal(count(text, "cannot connect: Connection refused\n"), 1);
	assert_int_equal(count(text, ": connected\n"), 1);
	assert_int_equal(count(text, "\n"), 3);
}

/* A p0f that hangs up on every client is logged once, and again when it is well. */
static void flapping_is_logged_once(void **state)
{
	const char *text;

	(void)state;
	listen_at_path();
	log_start_capture();
	start();
	for (int i = 0; i < 5; i++) {
		accept_client();
		hang_up();
		pass(5000 * MS);
	}
	accept_client();
	reply(ask_p0f(), P0F_REPLY_SIZE);
	text = log_stop();
	assert_int_equal(count(text, "connection lost: closed by p0f\n"), 1);
	assert_int_equal(count(text, ": connected\n"), 2);
	assert_int_equal(count(text, "\n"), 3);
}

static void send_bad_status(uint32_t status)
{
	uint8_t bytes[P0F_REPLY_SIZE];
	const struct ask *one = ask_p0f();

	fake_reply_make(bytes, &one->addr, "");
	memcpy(bytes + 4, &status, sizeof(status));
	say(bytes, sizeof(bytes));
}

/* One bad reply per minute is logged, but it does not hide another kind. */
static void bad_replies_have_a_limit_each(void **state)
{
	const char *text;

	(void)state;
	connect_client();
	log_start_capture();
	for (int i = 0; i < 5; i++) {
		send_bad_status(P0F_STATUS_BAD_QUERY);
		send_bad_status(0x11);
	}
	text = log_stop();
	assert_int_equal(count(text, BAD_QUERY), 1);
	assert_int_equal(count(text, BAD_STATUS), 1);
	assert_int_equal(count(text, "\n"), 2);
}

static const struct {
	const char *label;
	size_t first;  /* bytes that come at once: the reply, then zeros */
	size_t second; /* zeros that come later */
	bool asked_two;
	enum p0f_answer answer; /* to the first query */
	const char *logged;
} long_replies[] = {
	{"234 bytes", 234, 0, false, P0F_PROTOCOL_ERROR, LONG},
	{"243 bytes", 243, 0, false, P0F_PROTOCOL_ERROR, LONG},
	{"one byte more", 233, 0, false, P0F_PROTOCOL_ERROR, LONG},
	{"the rest comes later", 232, 2, false, P0F_ANSWERED, LONG},
	{"another one is due", 234, 0, true, P0F_ANSWERED, LONG},
	{"another one is due, and the rest comes later", 232, 11, true, P0F_ANSWERED, LONG},
};

static void patched_p0f_is_named(void **state)
{
	char text[1024];
	struct ask *one;

	(void)state;
	for (size_t i = 0; i < sizeof(long_replies) / sizeof(long_replies[0]); i++) {
		print_message("%s\n", long_replies[i].label);
		connect_client();
		log_start_capture();
		one = ask_p0f();
		if (long_replies[i].asked_two)
			ask_p0f();
		reply(one, long_replies[i].first);
		if (long_replies[i].second > 0)
			say(zeros, long_replies[i].second);
		snprintf(text, sizeof(text), "%s", log_stop());
		expect_failure(one, long_replies[i].answer);
		assert_int_equal(count(text, long_replies[i].logged), 1);
		p0f_conn_free(t.conn);
		t.conn = NULL;
		close(t.listener);
	}
}

/* A reply that starts as p0f's do, and bytes that do not, before any good reply. */
static void other_bytes_are_named(void **state)
{
	const uint32_t magic = 0x50304602;
	const char *text;

	(void)state;
	connect_client();
	log_start_capture();
	say(&magic, sizeof(magic));
	pass(100 * MS);
	accept_client();
	ask_p0f();
	say(zeros, sizeof(zeros));
	text = log_stop();
	assert_int_equal(count(text, UNASKED), 1);
	assert_int_equal(count(text, BAD_MAGIC), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		conn_test(drained_to_the_last_byte),
		conn_test(drained_for_two_seconds_at_most),
		conn_test(dropped_and_drained),
		conn_test(silence_is_logged_once_for_a_connection),
		conn_test(failures_are_logged_once_each),
		conn_test(flapping_is_logged_once),
		conn_test(bad_replies_have_a_limit_each),
		conn_test(patched_p0f_is_named),
		conn_test(other_bytes_are_named),
	};

	return cmocka_run_group_tests_name("p0f_conn: faults", tests, NULL, NULL);
}
