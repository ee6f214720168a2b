/* From p0f's reply to the value of the header. */
#include "header.h"

#include "match.h"
#include "printable.h"

#include <stdbool.h>
#include <string.h>

/* The longest parameter: a name, and a string of 31 bytes that are all escaped. */
#define PARAM_SIZE 96

static const struct {
	const char *name;
	unsigned bit;
} field_names[] = {
	{"flavor", HEADER_FLAVOR},
	{"match", HEADER_MATCH},
	{"distance", HEADER_DISTANCE},
	{"uptime", HEADER_UPTIME},
	{"link", HEADER_LINK},
	{"up_mod_days", HEADER_UP_MOD_DAYS},
	{"first_seen", HEADER_FIRST_SEEN},
	{"last_seen", HEADER_LAST_SEEN},
	{"total_conn", HEADER_TOTAL_CONN},
	{"last_nat", HEADER_LAST_NAT},
	{"last_chg", HEADER_LAST_CHG},
	{"bad_sw", HEADER_BAD_SW},
	{"http_name", HEADER_HTTP_NAME},
	{"http_flavor", HEADER_HTTP_FLAVOR},
	{"language", HEADER_LANGUAGE},
};

/* A value under construction. */
struct writer {
	char *value;
	size_t length;
	size_t column; /* of the current line, the header's name and ": " included */
	unsigned fields;
};

unsigned header_field_parse(const char *name)
{
	for (size_t i = 0; i < sizeof(field_names) / sizeof(field_names[0]); i++) {
		if (strcmp(field_names[i].name, name) == 0)
			return field_names[i].bit;
	}
	return 0;
}

static void put(struct writer *writer, const char *text)
{
	size_t length = strlen(text);

	memcpy(writer->value + writer->length, text, length + 1);
	writer->length += length;
	writer->column += length;
}

/*
 * Append "; param", on a new line if the current one, with a ";" that may follow, would be too
 * long.
 */
static void put_param(struct writer *writer, const char *param)
{
	static const char fold[] = "\n\t";
	size_t length = strlen(param);
	bool first = writer->length == 0;

	if (writer->length + strlen(";") + strlen(fold) + length >= HEADER_VALUE_SIZE)
		return;
	if (!first)
		put(writer, ";");
	if (writer->column + (first ? 0 : 1) + length + strlen(";") > HEADER_LINE_MAX) {
		put(writer, fold);
		writer->column = 1;
	} else if (!first) {
		put(writer, " ");
	}
	put(writer, param);
}

/*
 * Write a decimal number and its unit. snprintf() would take one more page of stack, in each
 * session's thread.
 */
static void write_number(char *to, uint32_t number, const char *unit)
{
	uint32_t power = 1;

	while (number / power >= 10)
		power *= 10;
	for (; power > 0; power /= 10)
		*to++ = (char)('0' + number / power % 10);
	strcpy(to, unit);
}

static bool is_wanted(const struct writer *writer, unsigned field)
{
	return field == 0 || (writer->fields & field) != 0;
}

static void put_string(struct writer *writer, unsigned field, const char *name, const char *string)
{
	char param[PARAM_SIZE];
	char *text = stpcpy(stpcpy(param, name), "=\"");

	if (string[0] == '\0' || !is_wanted(writer, field))
		return;
	printable_quote(text, (size_t)(param + sizeof(param) - 1 - text), string);
	strcat(text, "\"");
	put_param(writer, param);
}

static void put_number(
	struct writer *writer, unsigned field, const char *name, uint32_t number, const char *unit)
{
	char param[PARAM_SIZE];

	if (number == 0 || !is_wanted(writer, field))
		return;
	write_number(stpcpy(stpcpy(param, name), "="), number, unit);
	put_param(writer, param);
}

static void put_match(struct writer *writer, const struct p0f_reply *reply)
{
	char param[PARAM_SIZE];

	if (!is_wanted(writer, HEADER_MATCH))
		return;
	strcpy(stpcpy(param, "match="), match_name(match_of(reply)));
	put_param(writer, param);
}

static void put_distance(struct writer *writer, const struct p0f_reply *reply)
{
	char param[PARAM_SIZE];

	if (!is_wanted(writer, HEADER_DISTANCE) || reply->distance < 0)
		return;
	write_number(stpcpy(param, "distance="), (uint32_t)reply->distance, "");
	put_param(writer, param);
}

/* The fields that are off by default. */
static void put_others(struct writer *writer, const struct p0f_reply *reply)
{
	put_number(writer, HEADER_UP_MOD_DAYS, "up_mod_days", reply->up_mod_days, "");
	put_number(writer, HEADER_FIRST_SEEN, "first_seen", reply->first_seen, "");
	put_number(writer, HEADER_LAST_SEEN, "last_seen", reply->last_seen, "");
	put_number(writer, HEADER_TOTAL_CONN, "total_conn", reply->total_conn, "");
	put_number(writer, HEADER_LAST_NAT, "last_nat", reply->last_nat, "");
	put_number(writer, HEADER_LAST_CHG, "last_chg", reply->last_chg, "");
	put_number(writer, HEADER_BAD_SW, "bad_sw", reply->bad_sw, "");
	put_string(writer, HEADER_HTTP_NAME, "http_name", reply->http_name);
	put_string(writer, HEADER_HTTP_FLAVOR, "http_flavor", reply->http_flavor);
	put_string(writer, HEADER_LANGUAGE, "language", reply->language);
}

uint32_t header_stale_age(const struct p0f_reply *reply, uint32_t stale_after, int64_t now)
{
	int64_t age = now - (int64_t)reply->last_seen;

	if (reply->status != P0F_STATUS_OK || age <= (int64_t)stale_after)
		return 0;
	return age > UINT32_MAX ? UINT32_MAX : (uint32_t)age;
}

void header_format(char value[HEADER_VALUE_SIZE], const struct header_options *options,
	const struct p0f_reply *reply, int64_t now)
{
	struct writer writer = {
		.value = value, .column = strlen(options->name) + 2, .fields = options->fields};

	value[0] = '\0';
	if (reply->os_name[0] != '\0')
		put_string(&writer, 0, "os", reply->os_name);
	else
		put_param(&writer, "os=unknown");
	put_string(&writer, HEADER_FLAVOR, "flavor", reply->os_flavor);
	put_match(&writer, reply);
	if (reply->status != P0F_STATUS_OK)
		return;
	put_distance(&writer, reply);
	put_number(&writer, HEADER_UPTIME, "uptime", reply->uptime_min, "min");
	put_string(&writer, HEADER_LINK, "link", reply->link_type);
	put_number(&writer, 0, "age", header_stale_age(reply, options->stale_after, now), "s");
	put_others(&writer, reply);
}

void header_unfold(char *value)
{
	char *to = value;

	for (; *value != '\0'; value++) {
		if (*value == '\n')
			continue;
		*to = *value;
		if (*to == '\t')
			*to = ' ';
		to++;
	}
	*to = '\0';
}
