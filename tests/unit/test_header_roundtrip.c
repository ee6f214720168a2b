/*
 * The header's value, read back: what a reader that knows RFC 5322's quoted strings gets
 * from a random reply's header is what p0f said, and nothing else reached the message.
 */
#include "header.h"
#include "rng.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define ROUNDS     100000
#define PARAMS_MAX 20

/* One parameter as a reader of the header sees it. */
struct param {
	char name[24];
	bool quoted;
	char text[64];
};

struct params {
	size_t count;
	struct param list[PARAMS_MAX];
};

/* One round's input. */
struct sample {
	char name[65];
	struct header_options options;
	struct p0f_reply reply;
	int64_t now;
};

/* --- the reader --- */

/* Read a quoted string, its escapes undone. Returns what follows, or NULL when it is no quoted
 * string. */
static const char *quoted_read(const char *at, char *text, size_t size)
{
	size_t length = 0;

	for (at++; *at != '"'; at++) {
		if (*at == '\\')
			at++;
		if (*at == '\0' || length + 1 == size)
			return NULL;
		text[length++] = *at;
	}
	text[length] = '\0';
	return at + 1;
}

static const char *token_read(const char *at, char *text, size_t size, const char *end)
{
	size_t length = strcspn(at, end);

	if (length == 0 || length >= size)
		return NULL;
	memcpy(text, at, length);
	text[length] = '\0';
	return at + length;
}

/* Read an unfolded value. Returns false when it does not follow the grammar. */
static bool value_read(struct params *params, const char *at)
{
	memset(params, 0, sizeof(*params));
	for (;;) {
		struct param *param = &params->list[params->count++];

		at = token_read(at, param->name, sizeof(param->name), "=;\" ");
		if (at == NULL || *at++ != '=')
			return false;
		param->quoted = *at == '"';
		if (param->quoted)
			at = quoted_read(at, param->text, sizeof(param->text));
		else
			at = token_read(at, param->text, sizeof(param->text), ";\" \\");
		if (at == NULL)
			return false;
		if (*at == '\0')
			return true;
		if (strncmp(at, "; ", 2) != 0 || params->count == PARAMS_MAX)
			return false;
		at += 2;
	}
}

/*
 * Unfold as RFC 5322 has it: a line end goes, the blank after it stays. Returns false for
 * any byte that is neither printable ASCII nor of a fold, and for a line of blanks.
 */
static bool value_unfold(char *to, const char *value)
{
	for (const char *at = value; *at != '\0'; at++) {
		if (*at >= ' ' && *at <= '~') {
			*to++ = *at;
			continue;
		}
		if (*at != '\n' || at[1] != '\t' || at[2] <= ' ')
			return false;
		/* before the first parameter there is the header's own blank */
		if (at != value)
			*to++ = ' ';
		at++;
	}
	*to = '\0';
	return true;
}

static size_t longest_line(const struct sample *sample, const char *value)
{
	size_t column = strlen(sample->name) + 2;
	size_t longest = column;

	for (; *value != '\0'; value++) {
		column = *value == '\n' ? 0 : column + 1;
		longest = column > longest ? column : longest;
	}
	return longest;
}

/* --- what must be read --- */

static void want_text(struct params *params, const char *name, bool quoted, const char *text)
{
	struct param *param = &params->list[params->count++];

	snprintf(param->name, sizeof(param->name), "%s", name);
	snprintf(param->text, sizeof(param->text), "%s", text);
	param->quoted = quoted;
}

static void want_string(struct params *params, unsigned on, const char *name, const char *string)
{
	char text[P0F_STRING_SIZE];
	size_t length = strlen(string);

	if (on == 0 || length == 0)
		return;
	for (size_t i = 0; i <= length; i++) {
		unsigned char byte = (unsigned char)string[i];

		text[i] = string[i];
		if (byte != '\0' && (byte < 32 || byte > 126))
			text[i] = '?';
	}
	want_text(params, name, true, text);
}

static void want_number(
	struct params *params, unsigned on, const char *name, int64_t number, const char *unit)
{
	char text[32];

	if (on == 0 || number == 0)
		return;
	snprintf(text, sizeof(text), "%" PRId64 "%s", number, unit);
	want_text(params, name, false, text);
}

static void want_match(struct params *params, const struct p0f_reply *reply)
{
	static const char *const names[] = {"normal", "fuzzy", "generic", "fuzzy+generic"};

	if (reply->status == P0F_STATUS_NO_MATCH)
		want_text(params, "match", false, "unseen");
	else if (reply->os_name[0] == '\0')
		want_text(params, "match", false, "none");
	else
		want_text(params, "match", false, names[reply->os_match_q]);
}

static void want_others(struct params *params, unsigned fields, const struct p0f_reply *reply)
{
	want_number(params, fields & HEADER_UP_MOD_DAYS, "up_mod_days", reply->up_mod_days, "");
	want_number(params, fields & HEADER_FIRST_SEEN, "first_seen", reply->first_seen, "");
	want_number(params, fields & HEADER_LAST_SEEN, "last_seen", reply->last_seen, "");
	want_number(params, fields & HEADER_TOTAL_CONN, "total_conn", reply->total_conn, "");
	want_number(params, fields & HEADER_LAST_NAT, "last_nat", reply->last_nat, "");
	want_number(params, fields & HEADER_LAST_CHG, "last_chg", reply->last_chg, "");
	want_number(params, fields & HEADER_BAD_SW, "bad_sw", reply->bad_sw, "");
	want_string(params, fields & HEADER_HTTP_NAME, "http_name", reply->http_name);
	want_string(params, fields & HEADER_HTTP_FLAVOR, "http_flavor", reply->http_flavor);
	want_string(params, fields & HEADER_LANGUAGE, "language", reply->language);
}

static void want_all(struct params *params, const struct sample *sample)
{
	const struct p0f_reply *reply = &sample->reply;
	unsigned fields = sample->options.fields;
	int64_t age = sample->now - (int64_t)reply->last_seen;

	memset(params, 0, sizeof(*params));
	if (reply->os_name[0] == '\0')
		want_text(params, "os", false, "unknown");
	want_string(params, 1, "os", reply->os_name);
	want_string(params, fields & HEADER_FLAVOR, "flavor", reply->os_flavor);
	if (fields & HEADER_MATCH)
		want_match(params, reply);
	if (reply->status == P0F_STATUS_NO_MATCH)
		return;
	if (reply->distance == 0 && (fields & HEADER_DISTANCE))
		want_text(params, "distance", false, "0");
	if (reply->distance > 0)
		want_number(params, fields & HEADER_DISTANCE, "distance", reply->distance, "");
	want_number(params, fields & HEADER_UPTIME, "uptime", reply->uptime_min, "min");
	want_string(params, fields & HEADER_LINK, "link", reply->link_type);
	if (age > (int64_t)sample->options.stale_after)
		want_number(params, 1, "age", age > UINT32_MAX ? UINT32_MAX : age, "s");
	want_others(params, fields, reply);
}

static bool params_equal(const struct params *a, const struct params *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (strcmp(a->list[i].name, b->list[i].name) != 0 ||
			strcmp(a->list[i].text, b->list[i].text) != 0 ||
			a->list[i].quoted != b->list[i].quoted)
			return false;
	}
	return true;
}

/* --- random input --- */

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

static void sample_random(struct rng *rng, struct sample *sample)
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
		char value[HEADER_VALUE_SIZE + 1];
		char unfolded[HEADER_VALUE_SIZE];
		struct sample sample;
		struct params want;
		struct params got;

		sample_random(&rng, &sample);
		want_all(&want, &sample);
		memset(value, 0x5a, sizeof(value));
		header_format(value, &sample.options, &sample.reply, sample.now);
		if (value[HEADER_VALUE_SIZE] != 0x5a ||
			memchr(value, '\0', HEADER_VALUE_SIZE) == NULL)
			fail_msg("round %d: the value does not fit", round);
		if (longest_line(&sample, value) > 78)
			fail_msg("round %d: a line is too long: %s", round, value);
		if (!value_unfold(unfolded, value))
			fail_msg("round %d: a forbidden byte: %s", round, value);
		if (!value_read(&got, unfolded))
			fail_msg("round %d: not of the grammar: %s", round, value);
		if (!params_equal(&got, &want))
			fail_msg("round %d: something else is read: %s", round, value);
	}
}

/* The reader must be able to say no, or the test above proves nothing. */
static void reader_refuses_other_grammar(void **state)
{
	static const char *const bad[] = {"", "os", "os=", "os=\"a", "os=\"a\\", "os=\"a\"b",
		"os=\"a\";flavor=\"b\"", "os=\"a\"; ", "os=\"a\" ; b=c", "os=a\"", "=a", "os=a b",
		" os=a", "os=\"a\";  b=c"};
	static const char *const folds[] = {"a\n", "a\nb", "a\n b", "a\n\t", "a\n\t b", "a\rb",
		"a\tb", "a\x7f", "a\xff", "a\n\t\n\tb", "\001"};
	struct params params;
	char unfolded[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		if (value_read(&params, bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
	for (size_t i = 0; i < LENGTH(folds); i++) {
		if (value_unfold(unfolded, folds[i]))
			fail_msg("unfolded: %s", folds[i]);
	}
	assert_true(value_unfold(unfolded, "\n\tos=\"a\\\\\\\"; b\";\n\tc=12min"));
	assert_true(value_read(&params, unfolded));
	assert_int_equal(params.count, 2);
	assert_string_equal(params.list[0].text, "a\\\"; b");
	assert_string_equal(params.list[1].text, "12min");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_refuses_other_grammar),
		cmocka_unit_test(random_replies_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
