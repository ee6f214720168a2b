/*
 * p0f_client: replies in pieces, cut off, spoiled, or unsolicited.
 */
#include "p0f_fixture.h"

#include "fake_wire.h"
#include "mono.h"

#include <string.h>

/* What the script below does with the reply. */
struct spoil {
	size_t at;     /* overwrite from here */
	size_t length; /* this many bytes, or none */
	union {
		uint8_t bytes[4];
		uint16_t half; /* in this machine's byte order, as p0f's numbers are */
		uint32_t word;
	};
	size_t send;   /* only so many bytes of the reply; 0: all */
	unsigned skip; /* leave so many replies alone first */
	unsigned once; /* then spoil so many; 0: all that come */
	bool bytewise;
	bool hang_up;
	unsigned done;
};

static void spoil(void *context, const struct addr *asked, struct fake_send *out)
{
	struct spoil *plan = context;
	unsigned number = plan->done++;

	(void)asked;
	if (number < plan->skip || (plan->once > 0 && number >= plan->skip + plan->once))
		return;
	out->bad = true;
	memcpy(out->bytes + plan->at, plan->bytes, plan->length);
	if (plan->send > 0)
		out->length = plan->send;
	out->bytewise = plan->bytewise;
	out->hang_up = plan->hang_up;
}

static void test_reply_byte_by_byte(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct spoil plan = {.bytewise = true};

	fake_p0f_set_script(fake, spoil, &plan);
	for (unsigned n = 0; n < 10; n++)
		fixture_ask_own(fixture, n);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
}

/* The client has read the first part before the second is sent. */
static void test_reply_in_two_parts(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct spoil plan = {0};
	uint8_t whole[P0F_REPLY_SIZE];
	struct p0f_lookup *lookup;
	struct addr addr;

	fake_p0f_set_script(fake, spoil, &plan);
	for (unsigned at = 1; at < P0F_REPLY_SIZE; at++) {
		plan.send = at;
		lookup = fixture_submit(fixture, at, FIXTURE_LONG_MS);
		assert_true(fake_p0f_wait(fake, FAKE_ANSWERS, at));
		fake_p0f_sync(fake);
		addr = fixture_addr(at);
		fake_reply_make(whole, &addr, "a");
		fake_p0f_say(fake, whole + at, sizeof(whole) - at);
		fixture_expect_own(lookup, at);
	}
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
}

/* Part of a reply is no answer, and is not taken for the start of the next one. */
static void test_reply_cut_off(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *lookup;
	struct p0f_reply reply;
	struct spoil plan;

	for (unsigned length = 0; length < P0F_REPLY_SIZE; length++) {
		fixture_ask_until_own(fixture, 1000);
		plan = (struct spoil){.send = length, .hang_up = true};
		fake_p0f_set_script(fake, spoil, &plan);
		/* nothing: hold the reply, and hang up */
		fake_p0f_release(fake, length > 0 ? FAKE_ALL : 0);
		lookup = fixture_submit(fixture, length, FIXTURE_LONG_MS);
		if (length == 0)
			fake_p0f_hang_up(fake);
		assert_int_equal(fixture_wait(lookup, FIXTURE_LONG_MS, &reply), P0F_DOWN);
		fake_p0f_set_script(fake, NULL, NULL);
		fake_p0f_release(fake, FAKE_ALL);
	}
	fixture_ask_until_own(fixture, 2000);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1 + P0F_REPLY_SIZE);
}

static void test_spoiled_replies(void **state)
{
	static const struct {
		const char *label;
		struct spoil plan;
		enum p0f_answer answer;
		bool survives; /* the connection */
	} rows[] = {
		{"all zero magic", {.length = 4}, P0F_PROTOCOL_ERROR, false},
		{"one wrong bit", {.at = 3, .length = 1, .bytes = {0xd0}}, P0F_PROTOCOL_ERROR,
			false},
		{"the query's magic", {.length = 1, .bytes = {1}}, P0F_PROTOCOL_ERROR, false},
		{"other byte order", {.length = 4, .word = 0x02463050}, P0F_PROTOCOL_ERROR, false},
		{"status: bad query", {.at = 4, .length = 4}, P0F_PROTOCOL_ERROR, true},
		{"status: unknown", {.at = 4, .length = 4, .bytes = {0x11}}, P0F_PROTOCOL_ERROR,
			true},
		{"status: a high byte", {.at = 7, .length = 1, .bytes = {1}}, P0F_PROTOCOL_ERROR,
			true},
		{"unknown quality", {.at = 39, .length = 1, .bytes = {4}}, P0F_PROTOCOL_ERROR,
			true},
		{"generic and fuzzy", {.at = 39, .length = 1, .bytes = {3}}, P0F_ANSWERED, true},
		{"distance 255", {.at = 36, .length = 2, .half = 255}, P0F_ANSWERED, true},
	};
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_reply reply;
	struct spoil plan;
	unsigned connects;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].label);
		fixture_ask_until_own(fixture, 1000);
		connects = fake_p0f_count(fake, FAKE_CONNECTS);
		plan = rows[i].plan;
		fake_p0f_set_script(fake, spoil, &plan);
		assert_int_equal(fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply), rows[i].answer);
		fake_p0f_set_script(fake, NULL, NULL);
		if (rows[i].survives)
			fixture_ask_own(fixture, 2);
		else
			assert_true(fake_p0f_wait(fake, FAKE_CONNECTS, connects + 1));
		fixture_ask_until_own(fixture, 3);
		assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), connects + !rows[i].survives);
	}
}

/* Without a name, p0f leaves any value in the byte of the match quality. */
static void spoil_quality_of_nobody(void *context, const struct addr *asked, struct fake_send *out)
{
	(void)context;
	(void)asked;
	out->bytes[39] = 0xff;
	out->bytes[40] = '\0';
}

static void test_quality_without_a_name(void **state)
{
	struct fixture *fixture = *state;
	struct p0f_reply reply;

	fake_p0f_set_script(fixture_start(fixture, 1), spoil_quality_of_nobody, NULL);
	assert_int_equal(fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply), P0F_ANSWERED);
	assert_string_equal(reply.os_name, "");
}

static void fill_strings(void *context, const struct addr *asked, struct fake_send *out)
{
	(void)context;
	(void)asked;
	memset(out->bytes + 40, 'x', P0F_REPLY_SIZE - 40);
}

static void test_strings_without_nul(void **state)
{
	struct fixture *fixture = *state;
	struct p0f_reply reply;
	char expected[P0F_STRING_SIZE] = "";
	const char *const strings[] = {reply.os_name, reply.os_flavor, reply.http_name,
		reply.http_flavor, reply.link_type, reply.language};

	memset(expected, 'x', sizeof(expected) - 1);
	fake_p0f_set_script(fixture_start(fixture, 1), fill_strings, NULL);
	assert_int_equal(fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply), P0F_ANSWERED);
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
		assert_string_equal(strings[i], expected);
}

/* The connection is useless: the client closes it, and opens a new one. */
static void expect_new_connection(struct fixture *fixture)
{
	struct fake_p0f *fake = fixture->fakes[0];

	assert_true(fake_p0f_wait(fake, FAKE_CLOSES, 1));
	/* no query starts an early attempt */
	fixture_ask_until_own(fixture, 200);
	for (unsigned n = 100; n < 120; n++)
		fixture_ask_own(fixture, n);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 2);
}

static void send_twice(void *context, const struct addr *asked, struct fake_send *out)
{
	(void)context;
	(void)asked;
	memcpy(out->bytes + P0F_REPLY_SIZE, out->bytes, P0F_REPLY_SIZE);
	out->length = (size_t)2 * P0F_REPLY_SIZE;
}

static void test_reply_comes_twice(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);

	fake_p0f_set_script(fake, send_twice, NULL);
	fixture_ask_own(fixture, 1);
	assert_true(fake_p0f_wait(fake, FAKE_CLOSES, 1));
	fake_p0f_set_script(fake, NULL, NULL);
	expect_new_connection(fixture);
}

static void test_bytes_that_nobody_asked_for(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	int64_t start;

	fixture_ask_own(fixture, 1);
	start = mono_us();
	/* even a byte that could be the start of a reply */
	fake_p0f_say(fake, (const uint8_t[]){0x02}, 1);
	/* no reply is due: there is nothing to drain, which could take two seconds */
	assert_true(fake_p0f_wait(fake, FAKE_CLOSES, 1));
	assert_true(mono_us() - start < 1500000);
	expect_new_connection(fixture);
}

/* Submit addresses 0 to count - 1, and wait until p0f has them all; it sends no reply. */
static void submit_held(struct fixture *fixture, struct p0f_lookup **lookups, unsigned count)
{
	struct fake_p0f *fake = fixture->fakes[0];

	fake_p0f_release(fake, 0);
	for (unsigned i = 0; i < count; i++)
		lookups[i] = fixture_submit(fixture, i, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, count));
}

/* These lookups have no answer, but the connection is still open. */
static void expect_distrust(struct fixture *fixture, struct p0f_lookup **lookups, unsigned count)
{
	struct p0f_reply reply;

	for (unsigned i = 0; i < count; i++)
		assert_int_equal(
			fixture_wait(lookups[i], FIXTURE_LONG_MS, &reply), P0F_PROTOCOL_ERROR);
	/* no new query may be sent where replies cannot be trusted */
	assert_int_equal(fixture_ask(fixture, 50, FIXTURE_LONG_MS, &reply), P0F_DOWN);
	fake_p0f_sync(fixture->fakes[0]);
	assert_int_equal(fake_p0f_count(fixture->fakes[0], FAKE_CLOSES), 0);
}

/* p0f dies when a connection is closed while replies are due, even a useless one. */
static void test_wrong_magic_is_drained(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct spoil plan = {.length = 4, .skip = 1, .once = 1};
	struct p0f_lookup *lookups[5];
	int64_t start;

	fake_p0f_set_script(fake, spoil, &plan);
	submit_held(fixture, lookups, 5);
	fake_p0f_release(fake, 2);
	fixture_expect_own(lookups[0], 0);
	expect_distrust(fixture, lookups + 1, 4);
	fake_p0f_release(fake, 1);
	fake_p0f_sync(fake);
	assert_int_equal(fake_p0f_count(fake, FAKE_CLOSES), 0);
	start = mono_us();
	fake_p0f_release(fake, FAKE_ALL);
	assert_true(fake_p0f_wait(fake, FAKE_CLOSES, 1));
	/* after the last byte, not after the two seconds that a drain may take */
	assert_true(mono_us() - start < 1500000);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 5);
	expect_new_connection(fixture);
}

/* Four bytes are enough to know; the other 228 must still be drained. */
static void test_wrong_magic_is_seen_early(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct spoil plan = {.length = 4, .send = 4};
	const uint8_t rest[P0F_REPLY_SIZE - 4] = {0};
	struct p0f_lookup *lookup;
	int64_t start;

	fake_p0f_set_script(fake, spoil, &plan);
	submit_held(fixture, &lookup, 1);
	fake_p0f_release(fake, 1);
	expect_distrust(fixture, &lookup, 1);
	fake_p0f_set_script(fake, NULL, NULL);
	fake_p0f_release(fake, FAKE_ALL);
	start = mono_us();
	fake_p0f_say(fake, rest, sizeof(rest));
	assert_true(fake_p0f_wait(fake, FAKE_CLOSES, 1));
	assert_true(mono_us() - start < 1500000);
	expect_new_connection(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_reply_byte_by_byte),
		fixture_test(test_reply_in_two_parts),
		fixture_test(test_reply_cut_off),
		fixture_test(test_spoiled_replies),
		fixture_test(test_quality_without_a_name),
		fixture_test(test_strings_without_nul),
		fixture_test(test_reply_comes_twice),
		fixture_test(test_bytes_that_nobody_asked_for),
		fixture_test(test_wrong_magic_is_drained),
		fixture_test(test_wrong_magic_is_seen_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
