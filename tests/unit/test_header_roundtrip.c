/*
 * The header's value, read back: from the header of a random reply, a parser that knows RFC
 * 5322's quoted strings gets what p0f said, and nothing else.
 */
#include "header_sample.h"
#include "rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define ROUNDS 100000

static uint32_t number_random(struct rng *rng)
{
	static const uint32_t edges[] = {0, 1, UINT32_MAX, INT32_MAX, 1764000000};

	if (rng_below(rng, 2))
		return edges[rng_below(rng, LENGTH(edges))];
	return rng_next(rng) >> rng_below(rng, 32);
}

/* Any bytes, or mostly those that mean something to the grammar. */
static void string_random(struct rng *rng, char string[P0F_STRING_SIZE])
{
	static const char nasty[] = "\"\\;= \t\r\n?az";
	size_t length = rng_below(rng, P0F_STRING_SIZE);
	bool any = rng_below(rng, 2) != 0;

	if (rng_below(rng, 4) == 0)
		length = rng_below(rng, 2) ? P0F_STRING_SIZE - 1 : 0;
	memset(string, 0, P0F_STRING_SIZE);
	for (size_t i = 0; i < length; i++) {
		if (any)
			string[i] = (char)(1 + rng_below(rng, 255));
		else
			string[i] = nasty[rng_below(rng, sizeof(nasty) - 1)];
	}
}

static void reply_random(struct rng *rng, struct p0f_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->status = rng_below(rng, 20) == 0 ? P0F_STATUS_NO_MATCH : P0F_STATUS_OK;
	if (reply->status == P0F_STATUS_NO_MATCH)
		return;
	reply->first_seen = number_random(rng);
	reply->last_seen = number_random(rng);
	reply->total_conn = number_random(rng);
	reply->uptime_min = number_random(rng);
	reply->up_mod_days = number_random(rng);
	reply->last_nat = number_random(rng);
	reply->last_chg = number_random(rng);
	reply->distance = (int16_t)((int)(rng_next(rng) >> (16 + rng_below(rng, 16))) - 1);
	reply->bad_sw = (uint8_t)rng_next(rng);
	reply->os_match_q = (uint8_t)rng_below(rng, 4);
	string_random(rng, reply->os_name);
	string_random(rng, reply->os_flavor);
	string_random(rng, reply->http_name);
	string_random(rng, reply->http_flavor);
	string_random(rng, reply->link_type);
	string_random(rng, reply->language);
}

static void sample_random(struct rng *rng, struct header_sample *sample)
{
	size_t length = rng_below(rng, 2) ? 8 : 1 + rng_below(rng, 64);

	memset(sample, 0, sizeof(*sample));
	memset(sample->name, 'X', length);
	reply_random(rng, &sample->reply);
	sample->options.name = sample->name;
	sample->options.fields = rng_next(rng) & HEADER_ALL_FIELDS;
	if (rng_below(rng, 4) == 0)
		sample->options.fields = HEADER_ALL_FIELDS;
	sample->options.stale_after = number_random(rng);
	sample->now = (int64_t)sample->reply.last_seen + sample->options.stale_after +
		      (int64_t)rng_below(rng, 7) - 3;
	if (rng_below(rng, 2))
		sample->now = (int64_t)number_random(rng) << rng_below(rng, 4);
}

static void random_replies_read_back(void **state)
{
	struct rng rng = {3};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		char value[HEADER_VALUE_SIZE];
		struct header_sample sample;
		const char *wrong;

		sample_random(&rng, &sample);
		wrong = header_sample_check(&sample, value);
		if (wrong != NULL)
			fail_msg("round %d: %s: %s", round, wrong, value);
	}
}

static void folds_are_checked(void **state)
{
	static const char *const bad[] = {"a\n", "a\nb", "a\n b", "a\n\t", "a\n\t b", "a\rb",
		"a\tb", "a\x7f", "a\xff", "a\n\t\n\tb", "\001"};
	char unfolded[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		if (header_sample_unfold(unfolded, bad[i]))
			fail_msg("unfolded: %s", bad[i]);
	}
	assert_true(header_sample_unfold(unfolded, "\n\tos=\"a\";\n\tb=c"));
	assert_string_equal(unfolded, "os=\"a\"; b=c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_replies_read_back),
		cmocka_unit_test(folds_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
