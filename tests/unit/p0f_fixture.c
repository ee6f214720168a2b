/*
 * What the tests of p0f_client share: a client, fake p0fs, and the checks that every
 * test ends with.
 */
#include "p0f_fixture.h"

#include "descriptors.h"
#include "log.h"
#include "mono.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (fixture == NULL)
		return -1;
	log_open(LOG_TO_STDERR, LOG_EMERG);
	fixture->descriptors = descriptors_open();
	*state = fixture;
	return 0;
}

static const char *violation_names[FAKE_COUNTS] = {
	[FAKE_SECOND_CONNECTION] = "second connection",
	[FAKE_CLOSED_EARLY] = "closed with a reply due",
	[FAKE_HALF_CLOSED] = "half-closed",
	[FAKE_BAD_QUERY] = "bad query",
	[FAKE_HASTY_CONNECT] = "connected too early",
};

unsigned fixture_violations(struct fake_p0f *fake)
{
	unsigned sum = 0;

	for (int which = FAKE_SECOND_CONNECTION; which < FAKE_COUNTS; which++)
		sum += fake_p0f_count(fake, (enum fake_count)which);
	return sum;
}

static void print_violations(struct fake_p0f *fake)
{
	for (int which = FAKE_SECOND_CONNECTION; which < FAKE_COUNTS; which++) {
		unsigned count = fake_p0f_count(fake, (enum fake_count)which);

		if (count > 0)
			print_error("p0f's client: %s, %u times\n", violation_names[which], count);
	}
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;
	int result = 0;
	int left;

	for (size_t i = 0; i < fixture->count; i++)
		fake_p0f_release(fixture->fakes[i], FAKE_ALL);
	if (fixture->client != NULL)
		fixture_end_client(fixture);
	for (size_t i = 0; i < fixture->count; i++) {
		fake_p0f_sync(fixture->fakes[i]);
		if (!fixture->rude && fixture_violations(fixture->fakes[i]) > 0) {
			print_violations(fixture->fakes[i]);
			result = -1;
		}
		fake_p0f_free(fixture->fakes[i]);
	}
	left = descriptors_open() - fixture->descriptors;
	if (left != 0) {
		print_error("%d descriptors are left open\n", left);
		result = -1;
	}
	free(fixture);
	return result;
}

struct fake_p0f *fixture_fake(struct fixture *fixture, enum fake_kind kind)
{
	static const char *const labels[FIXTURE_FAKES] = {"a", "b", "c", "d", "e"};
	struct fake_p0f *fake;

	assert_true(fixture->count < FIXTURE_FAKES);
	fake = fake_p0f_new(kind, labels[fixture->count % FIXTURE_FAKES]);
	fixture->fakes[fixture->count++] = fake;
	return fake;
}

static void set_endpoints(struct fixture *fixture, char **names, size_t count)
{
	assert_int_equal(p0f_client_set_endpoints(fixture->client, names, count), 0);
}

void fixture_client(struct fixture *fixture)
{
	char *names[FIXTURE_FAKES];

	for (size_t i = 0; i < fixture->count; i++)
		names[i] = (char *)fake_p0f_name(fixture->fakes[i]);
	fixture->client = p0f_client_new();
	assert_non_null(fixture->client);
	set_endpoints(fixture, names, fixture->count);
}

void fixture_set(struct fixture *fixture, ...)
{
	char *names[FIXTURE_FAKES];
	size_t count = 0;
	va_list ap;

	va_start(ap, fixture);
	while (count < FIXTURE_FAKES && (names[count] = va_arg(ap, char *)) != NULL)
		count++;
	va_end(ap);
	set_endpoints(fixture, names, count);
}

void fixture_end_client(struct fixture *fixture)
{
	p0f_client_stop(fixture->client, FIXTURE_LONG_MS);
	p0f_client_free(fixture->client);
	fixture->client = NULL;
}

static void *run_stop(void *client)
{
	p0f_client_stop(client, FIXTURE_LONG_MS);
	return NULL;
}

struct stopper fixture_start_to_stop(struct fixture *fixture)
{
	struct stopper stopper = {.client = fixture->client};

	fixture->client = NULL;
	assert_int_equal(pthread_create(&stopper.thread, NULL, run_stop, stopper.client), 0);
	return stopper;
}

struct fake_p0f *fixture_start(struct fixture *fixture, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fixture_fake(fixture, FAKE_UNIX);
	fixture_client(fixture);
	return fixture->fakes[0];
}

struct addr fixture_addr(unsigned n)
{
	struct addr addr = {.version = 4, .bytes = {10}};

	addr.bytes[1] = (uint8_t)(n >> 16);
	addr.bytes[2] = (uint8_t)(n >> 8);
	addr.bytes[3] = (uint8_t)n;
	return addr;
}

struct p0f_lookup *fixture_submit(struct fixture *fixture, unsigned n, int timeout_ms)
{
	struct addr addr = fixture_addr(n);

	return p0f_client_submit(fixture->client, &addr, timeout_ms);
}

enum p0f_answer fixture_wait(struct p0f_lookup *lookup, int ms, struct p0f_reply *reply)
{
	enum p0f_answer answer = p0f_lookup_wait(lookup, mono_us() + (int64_t)ms * 1000, reply);

	p0f_lookup_free(lookup);
	return answer;
}

enum p0f_answer fixture_ask(struct fixture *fixture, unsigned n, int ms, struct p0f_reply *reply)
{
	struct p0f_lookup *lookup = fixture_submit(fixture, n, ms);

	assert_non_null(lookup);
	return fixture_wait(lookup, ms, reply);
}

bool fixture_is_own(const struct p0f_reply *reply, unsigned n)
{
	struct addr addr = fixture_addr(n);
	char text[ADDR_TEXT_SIZE];

	return reply->status == P0F_STATUS_OK &&
	       strcmp(reply->os_name, addr_format(&addr, text)) == 0;
}

static void expect_reply(const struct p0f_reply *reply, unsigned n)
{
	struct addr addr = fixture_addr(n);
	char text[ADDR_TEXT_SIZE];

	assert_string_equal(reply->os_name, addr_format(&addr, text));
	assert_true(fixture_is_own(reply, n));
}

void fixture_expect_own(struct p0f_lookup *lookup, unsigned n)
{
	struct p0f_reply reply;

	assert_non_null(lookup);
	assert_int_equal(fixture_wait(lookup, FIXTURE_LONG_MS, &reply), P0F_ANSWERED);
	expect_reply(&reply, n);
}

void fixture_ask_own(struct fixture *fixture, unsigned n)
{
	fixture_expect_own(fixture_submit(fixture, n, FIXTURE_LONG_MS), n);
}

void fixture_ask_until_own(struct fixture *fixture, unsigned n)
{
	int64_t give_up = mono_us() + (int64_t)FIXTURE_LONG_MS * 1000;
	struct p0f_reply reply;

	while (fixture_ask(fixture, n, FIXTURE_LONG_MS, &reply) != P0F_ANSWERED) {
		assert_true(mono_us() < give_up);
		sched_yield();
		n++;
	}
	expect_reply(&reply, n);
}

void fixture_expect_back_off(struct fake_p0f *fake)
{
	for (unsigned connects = 1; connects <= 4; connects++) {
		assert_true(fake_p0f_wait(fake, FAKE_CONNECTS, connects));
		if (connects < 4)
			fake_p0f_hang_up(fake);
	}
}

unsigned fixture_count(const char *text, const char *part)
{
	unsigned count = 0;

	while ((text = strstr(text, part)) != NULL) {
		count++;
		text += strlen(part);
	}
	return count;
}
