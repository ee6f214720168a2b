/*
 * What the tests of p0f_client share: a client, fake p0fs, and the checks that every
 * test ends with.
 */
#include "p0f_bench.h"

#include "log.h"
#include "mono.h"

#include <dirent.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

static int count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = 0;

	if (folder == NULL)
		return 0; /* no Linux: nothing is checked */
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

int bench_setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	if (bench == NULL)
		return -1;
	log_open(LOG_TO_STDERR, LOG_EMERG);
	bench->descriptors = count_descriptors();
	*state = bench;
	return 0;
}

static const char *violation_names[FAKE_COUNTS] = {
	[FAKE_SECOND_CONNECTION] = "second connection",
	[FAKE_CLOSED_EARLY] = "closed with a reply due",
	[FAKE_HALF_CLOSED] = "half-closed",
	[FAKE_BAD_QUERY] = "bad query",
	[FAKE_HASTY_CONNECT] = "connected too early",
};

unsigned bench_violations(struct fake_p0f *fake)
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

int bench_teardown(void **state)
{
	struct bench *bench = *state;
	int result = 0;
	int left;

	for (size_t i = 0; i < bench->count; i++)
		fake_p0f_release(bench->fakes[i], FAKE_ALL);
	if (bench->client != NULL)
		bench_end_client(bench);
	for (size_t i = 0; i < bench->count; i++) {
		fake_p0f_sync(bench->fakes[i]);
		if (!bench->rude && bench_violations(bench->fakes[i]) > 0) {
			print_violations(bench->fakes[i]);
			result = -1;
		}
		fake_p0f_free(bench->fakes[i]);
	}
	left = count_descriptors() - bench->descriptors;
	if (left != 0) {
		print_error("%d descriptors are left open\n", left);
		result = -1;
	}
	free(bench);
	return result;
}

struct fake_p0f *bench_fake(struct bench *bench, enum fake_kind kind)
{
	static const char *const labels[BENCH_FAKES] = {"a", "b", "c", "d", "e"};
	struct fake_p0f *fake;

	assert_true(bench->count < BENCH_FAKES);
	fake = fake_p0f_new(kind, labels[bench->count % BENCH_FAKES]);
	bench->fakes[bench->count++] = fake;
	return fake;
}

static void set_endpoints(struct bench *bench, char **names, size_t count)
{
	char error[P0F_CLIENT_ERROR_SIZE] = "";

	assert_int_equal(p0f_client_set_endpoints(bench->client, names, count, error), 0);
	assert_string_equal(error, "");
}

void bench_client(struct bench *bench)
{
	char *names[BENCH_FAKES];

	for (size_t i = 0; i < bench->count; i++)
		names[i] = (char *)fake_p0f_name(bench->fakes[i]);
	bench->client = p0f_client_new();
	assert_non_null(bench->client);
	set_endpoints(bench, names, bench->count);
}

void bench_set(struct bench *bench, ...)
{
	char *names[BENCH_FAKES];
	size_t count = 0;
	va_list ap;

	va_start(ap, bench);
	while (count < BENCH_FAKES && (names[count] = va_arg(ap, char *)) != NULL)
		count++;
	va_end(ap);
	set_endpoints(bench, names, count);
}

void bench_end_client(struct bench *bench)
{
	p0f_client_stop(bench->client, BENCH_LONG_MS);
	p0f_client_free(bench->client);
	bench->client = NULL;
}

struct fake_p0f *bench_start(struct bench *bench, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bench_fake(bench, FAKE_UNIX);
	bench_client(bench);
	return bench->fakes[0];
}

struct addr bench_addr(unsigned n)
{
	struct addr addr = {.version = 4, .bytes = {10}};

	addr.bytes[1] = (uint8_t)(n >> 16);
	addr.bytes[2] = (uint8_t)(n >> 8);
	addr.bytes[3] = (uint8_t)n;
	return addr;
}

struct p0f_lookup *bench_submit(struct bench *bench, unsigned n, int timeout_ms)
{
	struct addr addr = bench_addr(n);

	return p0f_client_submit(bench->client, &addr, timeout_ms);
}

enum p0f_answer bench_wait(struct p0f_lookup *lookup, int ms, struct p0f_reply *reply)
{
	enum p0f_answer answer = p0f_lookup_wait(lookup, mono_us() + (int64_t)ms * 1000, reply);

	p0f_lookup_free(lookup);
	return answer;
}

enum p0f_answer bench_ask(struct bench *bench, unsigned n, int ms, struct p0f_reply *reply)
{
	struct p0f_lookup *lookup = bench_submit(bench, n, ms);

	assert_non_null(lookup);
	return bench_wait(lookup, ms, reply);
}

bool bench_is_own(const struct p0f_reply *reply, unsigned n)
{
	struct addr addr = bench_addr(n);
	char text[ADDR_TEXT_SIZE];

	return reply->status == P0F_STATUS_OK &&
	       strcmp(reply->os_name, addr_format(&addr, text)) == 0;
}

static void expect_reply(const struct p0f_reply *reply, unsigned n)
{
	struct addr addr = bench_addr(n);
	char text[ADDR_TEXT_SIZE];

	assert_string_equal(reply->os_name, addr_format(&addr, text));
	assert_true(bench_is_own(reply, n));
}

void bench_expect_own(struct p0f_lookup *lookup, unsigned n)
{
	struct p0f_reply reply;

	assert_non_null(lookup);
	assert_int_equal(bench_wait(lookup, BENCH_LONG_MS, &reply), P0F_ANSWERED);
	expect_reply(&reply, n);
}

void bench_ask_own(struct bench *bench, unsigned n)
{
	bench_expect_own(bench_submit(bench, n, BENCH_LONG_MS), n);
}

void bench_ask_until_own(struct bench *bench, unsigned n)
{
	int64_t give_up = mono_us() + (int64_t)BENCH_LONG_MS * 1000;
	struct p0f_reply reply;

	while (bench_ask(bench, n, BENCH_LONG_MS, &reply) != P0F_ANSWERED) {
		assert_true(mono_us() < give_up);
		sched_yield();
		n++;
	}
	expect_reply(&reply, n);
}

void bench_expect_back_off(struct fake_p0f *fake)
{
	for (unsigned connects = 1; connects <= 4; connects++) {
		assert_true(fake_p0f_wait(fake, FAKE_CONNECTS, connects));
		if (connects < 4)
			fake_p0f_hang_up(fake);
	}
}

unsigned bench_count(const char *text, const char *part)
{
	unsigned count = 0;

	while ((text = strstr(text, part)) != NULL) {
		count++;
		text += strlen(part);
	}
	return count;
}
