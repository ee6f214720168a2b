/*
 * What the header of a reply must say: worked out from the reply, independently of header.c.
 */
#include "header_sample.h"

#include "fingerprint.h"
#include "header_parse.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static size_t longest_line(const struct header_sample *sample, const char *value)
{
	size_t column = strlen(sample->name) + 2;
	size_t longest = column;

	for (; *value != '\0'; value++) {
		column = *value == '\n' ? 0 : column + 1;
		longest = column > longest ? column : longest;
	}
	return longest;
}

static void want_text(struct header_params *params, const char *name, bool quoted, const char *text)
{
	struct header_param *param = &params->list[params->count++];

	snprintf(param->name, sizeof(param->name), "%s", name);
	snprintf(param->text, sizeof(param->text), "%s", text);
	param->quoted = quoted;
}

static void want_string(
	struct header_params *params, unsigned on, const char *name, const char *string)
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

static void want_number(struct header_params *params, unsigned on, const char *name, int64_t number,
	const char *unit)
{
	char text[32];

	if (on == 0 || number == 0)
		return;
	snprintf(text, sizeof(text), "%" PRId64 "%s", number, unit);
	want_text(params, name, false, text);
}

static void want_match(struct header_params *params, const struct p0f_reply *reply)
{
	static const char *const names[] = {"normal", "fuzzy", "generic", "fuzzy+generic"};

	if (reply->status == P0F_STATUS_NO_MATCH)
		want_text(params, "match", false, "unseen");
	else if (reply->os_name[0] == '\0')
		want_text(params, "match", false, "none");
	else
		want_text(params, "match", false, names[reply->os_match_q]);
}

static void want_others(
	struct header_params *params, unsigned fields, const struct p0f_reply *reply)
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

static void want_all(struct header_params *params, const struct header_sample *sample)
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

static bool params_equal(const struct header_params *a, const struct header_params *b)
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

bool header_sample_unfold(char *to, const char *value)
{
	for (const char *at = value; *at != '\0'; at++) {
		if (*at >= ' ' && *at <= '~') {
			*to++ = *at;
			continue;
		}
		if (*at != '\n' || at[1] != '\t' || at[2] <= ' ')
			return false;
		/* the first parameter follows the header's own blank */
		if (at != value)
			*to++ = ' ';
		at++;
	}
	*to = '\0';
	return true;
}

const char *header_sample_check(const struct header_sample *sample, char value[HEADER_VALUE_SIZE])
{
	char guarded[HEADER_VALUE_SIZE + 1];
	char unfolded[HEADER_VALUE_SIZE];
	struct fingerprint fingerprint;
	struct header_params want;
	struct header_params got;

	want_all(&want, sample);
	memset(guarded, 0x5a, sizeof(guarded));
	header_format(guarded, &sample->options, &sample->reply, sample->now);
	if (guarded[HEADER_VALUE_SIZE] != 0x5a ||
		memchr(guarded, '\0', HEADER_VALUE_SIZE) == NULL) {
		value[0] = '\0';
		return "the value does not fit";
	}
	memcpy(value, guarded, HEADER_VALUE_SIZE);
	if (longest_line(sample, value) > 78)
		return "a line is too long";
	if (!header_sample_unfold(unfolded, value))
		return "a forbidden byte";
	if (!header_parse(&got, unfolded))
		return "not of the grammar";
	if (fingerprint_read(&fingerprint, unfolded) == FINGERPRINT_BAD)
		return "not what the report reads";
	return params_equal(&got, &want) ? NULL : "something else is read";
}
