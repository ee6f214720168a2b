/*
 * The header's value, as exact strings: each field, each form, the folds and their edge cases.
 * test_header_roundtrip.c reads random values back.
 */
#include "header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define NOW         INT64_C(1764000000)
#define STALE_AFTER 600

#define DEFAULT_FIELDS                                                                             \
	(HEADER_FLAVOR | HEADER_MATCH | HEADER_DISTANCE | HEADER_UPTIME | HEADER_LINK)

/* 31 bytes, each of which is escaped. */
#define QUOTES "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\""
#define ESCAPED                                                                                    \
	"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"" \
	"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\""

/* 20, 31 and 64 characters */
#define NAME20 "twenty characters..."
#define NAME31 "a name of thirty-one characters"
#define NAME64 "X-P0F-OS-A-Name-As-Long-As-The-Configuration-Allows-64-Character"

/* A reply of status OK with a SYN in this second. */
#define OK_NOW .status = P0F_STATUS_OK, .last_seen = NOW

struct row {
	const char *label;
	struct p0f_reply reply;
	const char *want;
};

/* Format with a name and fields; nothing beyond the value may be touched. */
static void assert_format(const char *label, const char *name, unsigned fields,
	const struct p0f_reply *reply, const char *want)
{
	const struct header_options options = {name, fields, STALE_AFTER};
	char value[HEADER_VALUE_SIZE + 1];

	memset(value, 0x5a, sizeof(value));
	header_format(value, &options, reply, NOW);
	assert_int_equal(value[HEADER_VALUE_SIZE], 0x5a);
	if (strcmp(value, want) != 0)
		fail_msg("%s:\n%s: %s\ninstead of\n%s: %s", label, name, value, name, want);
}

static void assert_rows(const struct row *rows, size_t count, unsigned fields)
{
	for (size_t i = 0; i < count; i++)
		assert_format(rows[i].label, "X-P0F-OS", fields, &rows[i].reply, rows[i].want);
}

static void design_example_is_exact(void **state)
{
	const struct p0f_reply reply = {OK_NOW, .first_seen = NOW - 60, .total_conn = 1,
		.uptime_min = 4321, .up_mod_days = 49, .distance = 12, .os_name = "Windows",
		.os_flavor = "7 or 8", .link_type = "Ethernet or modem", .language = "English"};

	(void)state;
	assert_format("example", "X-P0F-OS", DEFAULT_FIELDS, &reply,
		"os=\"Windows\"; flavor=\"7 or 8\"; match=normal; distance=12;\n"
		"\tuptime=4321min; link=\"Ethernet or modem\"");
}

static void match_tells_quality_and_status(void **state)
{
	static const struct row rows[] = {
		{"normal", {OK_NOW, .os_name = "Linux", .os_match_q = 0},
			"os=\"Linux\"; match=normal"},
		{"fuzzy", {OK_NOW, .os_name = "Linux", .os_match_q = 1},
			"os=\"Linux\"; match=fuzzy"},
		{"generic", {OK_NOW, .os_name = "Linux", .os_match_q = 2},
			"os=\"Linux\"; match=generic"},
		{"both", {OK_NOW, .os_name = "Linux", .os_match_q = 3},
			"os=\"Linux\"; match=fuzzy+generic"},
		{"no signature", {OK_NOW}, "os=unknown; match=none"},
		{"no signature, any quality", {OK_NOW, .os_match_q = 0xff},
			"os=unknown; match=none"},
		{"host not seen", {.status = P0F_STATUS_NO_MATCH}, "os=unknown; match=unseen"},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows), HEADER_MATCH);
}

static void unseen_has_nothing_else(void **state)
{
	static const struct p0f_reply reply = {.status = P0F_STATUS_NO_MATCH};

	(void)state;
	assert_format("none", "X-P0F-OS", 0, &reply, "os=unknown");
	assert_format("default", "X-P0F-OS", DEFAULT_FIELDS, &reply, "os=unknown; match=unseen");
	assert_format("all", "X-P0F-OS", HEADER_ALL_FIELDS, &reply, "os=unknown; match=unseen");
}

static void strings_are_quoted(void **state)
{
	static const struct row rows[] = {
		{"plain", {OK_NOW, .os_name = "Mac OS X"}, "os=\"Mac OS X\""},
		{"label that says unknown", {OK_NOW, .os_name = "unknown"}, "os=\"unknown\""},
		{"blank", {OK_NOW, .os_name = " "}, "os=\" \""},
		{"quote", {OK_NOW, .os_name = "a\"b"}, "os=\"a\\\"b\""},
		{"backslash", {OK_NOW, .os_name = "a\\b"}, "os=\"a\\\\b\""},
		{"backslash at the end", {OK_NOW, .os_name = "a\\"}, "os=\"a\\\\\""},
		{"quote behind a backslash", {OK_NOW, .os_name = "\\\""}, "os=\"\\\\\\\"\""},
		{"edges of printable ASCII", {OK_NOW, .os_name = "\x1f\x20\x7e\x7f"},
			"os=\"? ~?\""},
		{"control characters", {OK_NOW, .os_name = "\001\t\r\n\033"}, "os=\"?????\""},
		{"8-bit", {OK_NOW, .os_name = "\x80\xa0\xc3\xa9\xff"}, "os=\"?????\""},
		{"a header of its own", {OK_NOW, .os_name = "x\r\nSubject: y"},
			"os=\"x??Subject: y\""},
		{"a parameter of its own", {OK_NOW, .os_flavor = "x\"; match=normal; y=\""},
			"os=unknown; flavor=\"x\\\"; match=normal; y=\\\"\""},
		{"flavor without name", {OK_NOW, .os_flavor = "3.x"}, "os=unknown; flavor=\"3.x\""},
		{"empty strings", {OK_NOW}, "os=unknown"},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows), HEADER_FLAVOR | HEADER_LINK | HEADER_LANGUAGE);
}

static void unknown_numbers_are_left_out(void **state)
{
	static const struct row rows[] = {
		{"distance -1", {OK_NOW, .distance = -1}, "os=unknown"},
		{"distance at its least", {OK_NOW, .distance = INT16_MIN}, "os=unknown"},
		{"distance 0", {OK_NOW, .distance = 0}, "os=unknown; distance=0"},
		{"distance 255", {OK_NOW, .distance = 255}, "os=unknown; distance=255"},
		{"distance at its most", {OK_NOW, .distance = INT16_MAX},
			"os=unknown; distance=32767"},
		{"uptime 0", {OK_NOW, .distance = -1, .uptime_min = 0}, "os=unknown"},
		{"uptime 1", {OK_NOW, .distance = -1, .uptime_min = 1}, "os=unknown; uptime=1min"},
		{"uptime at its most", {OK_NOW, .distance = -1, .uptime_min = UINT32_MAX},
			"os=unknown; uptime=4294967295min"},
		{"never a NAT", {OK_NOW, .distance = -1, .last_nat = 0}, "os=unknown"},
		{"NAT", {OK_NOW, .distance = -1, .last_nat = 1}, "os=unknown; last_nat=1"},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows), HEADER_DISTANCE | HEADER_UPTIME | HEADER_LAST_NAT);
}

static void age_tells_stale_replies(void **state)
{
	static const struct row rows[] = {
		{"now", {OK_NOW, .os_name = "Linux"}, "os=\"Linux\""},
		{"at the edge",
			{.status = P0F_STATUS_OK, .os_name = "Linux", .last_seen = NOW - 600},
			"os=\"Linux\""},
		{"over it", {.status = P0F_STATUS_OK, .os_name = "Linux", .last_seen = NOW - 601},
			"os=\"Linux\"; age=601s"},
		{"future", {.status = P0F_STATUS_OK, .os_name = "Linux", .last_seen = NOW + 5000},
			"os=\"Linux\""},
		{"never", {.status = P0F_STATUS_OK}, "os=unknown; age=1764000000s"},
		{"unseen", {.status = P0F_STATUS_NO_MATCH}, "os=unknown"},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows), 0);
}

/* A reply with everything, and its parameters in order. */
static const struct p0f_reply full = {.status = P0F_STATUS_OK,
	.first_seen = 1763000000,
	.last_seen = NOW - 900,
	.total_conn = 77,
	.uptime_min = 4321,
	.up_mod_days = 49,
	.last_nat = 1763100000,
	.last_chg = 1763200000,
	.distance = 12,
	.bad_sw = 2,
	.os_match_q = 3,
	.os_name = "Windows",
	.os_flavor = "7 or 8",
	.http_name = "Firefox",
	.http_flavor = "10.x or newer",
	.link_type = "Ethernet or modem",
	.language = "English"};

static const struct {
	const char *name;
	unsigned bit; /* 0: always written */
	const char *param;
} params[] = {
	{"os", 0, "os=\"Windows\""},
	{"flavor", HEADER_FLAVOR, "; flavor=\"7 or 8\""},
	{"match", HEADER_MATCH, "; match=fuzzy+generic"},
	{"distance", HEADER_DISTANCE, "; distance=12"},
	{"uptime", HEADER_UPTIME, "; uptime=4321min"},
	{"link", HEADER_LINK, "; link=\"Ethernet or modem\""},
	{"age", 0, "; age=900s"},
	{"up_mod_days", HEADER_UP_MOD_DAYS, "; up_mod_days=49"},
	{"first_seen", HEADER_FIRST_SEEN, "; first_seen=1763000000"},
	{"last_seen", HEADER_LAST_SEEN, "; last_seen=1763999100"},
	{"total_conn", HEADER_TOTAL_CONN, "; total_conn=77"},
	{"last_nat", HEADER_LAST_NAT, "; last_nat=1763100000"},
	{"last_chg", HEADER_LAST_CHG, "; last_chg=1763200000"},
	{"bad_sw", HEADER_BAD_SW, "; bad_sw=2"},
	{"http_name", HEADER_HTTP_NAME, "; http_name=\"Firefox\""},
	{"http_flavor", HEADER_HTTP_FLAVOR, "; http_flavor=\"10.x or newer\""},
	{"language", HEADER_LANGUAGE, "; language=\"English\""},
};

static void every_set_of_fields_is_written_in_order(void **state)
{
	(void)state;
	for (unsigned fields = 0; fields <= HEADER_ALL_FIELDS; fields++) {
		const struct header_options options = {"X-P0F-OS", fields, STALE_AFTER};
		char want[HEADER_VALUE_SIZE] = "";
		char value[HEADER_VALUE_SIZE];

		for (size_t i = 0; i < LENGTH(params); i++) {
			if (params[i].bit == 0 || (fields & params[i].bit) != 0)
				strcat(want, params[i].param);
		}
		header_format(value, &options, &full, NOW);
		header_unfold(value);
		if (strcmp(value, want) != 0)
			fail_msg("fields 0x%x:\n%s\ninstead of\n%s", fields, value, want);
	}
}

static void fields_have_names(void **state)
{
	static const char *const junk[] = {"", " ", "os", "age", "Flavor", "FLAVOR", "flavo",
		"flavors", " flavor", "flavor ", "flavor,match", "bad-sw", "uptime_min",
		"distance="};
	unsigned all = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(params); i++) {
		unsigned bit = header_field_parse(params[i].name);

		if (bit != params[i].bit)
			fail_msg("%s: 0x%x", params[i].name, bit);
		all |= bit;
	}
	assert_int_equal(all, HEADER_ALL_FIELDS);
	for (size_t i = 0; i < LENGTH(junk); i++) {
		if (header_field_parse(junk[i]) != 0)
			fail_msg("\"%s\" is a field", junk[i]);
	}
}

static const struct {
	const char *label;
	const char *name;
	struct p0f_reply reply;
	const char *want;
} folds[] = {
	{"78 with the semicolon", "X-P0F-OS", {OK_NOW, .os_name = NAME31, .os_flavor = NAME20},
		"os=\"" NAME31 "\"; flavor=\"" NAME20 "\";\n\tmatch=normal"},
	{"79 with the semicolon", "X-P0F-OSX", {OK_NOW, .os_name = NAME31, .os_flavor = NAME20},
		"os=\"" NAME31 "\";\n\tflavor=\"" NAME20 "\"; match=normal"},
	{"first parameter at 78", "X-P0F-OS", {OK_NOW, .os_name = QUOTES},
		"os=\"" ESCAPED "\";\n\tmatch=normal"},
	{"first parameter at 79", "X-P0F-OSX", {OK_NOW, .os_name = QUOTES},
		"\n\tos=\"" ESCAPED "\";\n\tmatch=normal"},
	{"longest name, unknown", NAME64, {OK_NOW}, "os=unknown;\n\tmatch=none"},
	{"longest name", NAME64, {OK_NOW, .os_name = "Windows"},
		"\n\tos=\"Windows\"; match=normal"},
	{"shortest name", "X", {OK_NOW, .os_name = QUOTES}, "os=\"" ESCAPED "\";\n\tmatch=normal"},
};

static void long_lines_are_folded(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(folds); i++)
		assert_format(folds[i].label, folds[i].name, HEADER_FLAVOR | HEADER_MATCH,
			&folds[i].reply, folds[i].want);
}

/* Everything at once, and each string at its longest: nothing is lost, no line is too long. */
static void longest_value_fits(void **state)
{
	static const struct p0f_reply longest = {P0F_STATUS_OK, UINT32_MAX, 0, UINT32_MAX,
		UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, INT16_MAX, UINT8_MAX, 3, QUOTES,
		QUOTES, QUOTES, QUOTES, QUOTES, QUOTES};
	char line[80 + HEADER_VALUE_SIZE];

	(void)state;
	for (int length = 1; length <= 64; length++) {
		char name[65];
		const struct header_options options = {name, HEADER_ALL_FIELDS, 1};

		snprintf(name, sizeof(name), "%.*s", length, NAME64);
		snprintf(line, sizeof(line), "%s: ", name);
		header_format(line + strlen(line), &options, &longest, INT64_MAX);
		if (strstr(line, "age=4294967295s") == NULL ||
			strstr(line, "language=\"" ESCAPED "\"") == NULL)
			fail_msg("something is missing: %s", line);
		for (char *at = strtok(line, "\n"); at != NULL; at = strtok(NULL, "\n")) {
			if (strlen(at) > 78)
				fail_msg("%zu characters: %s", strlen(at), at);
		}
	}
}

static void stale_age_is_exact(void **state)
{
	static const struct {
		const char *label;
		int64_t now;
		enum p0f_status status;
		uint32_t last_seen;
		uint32_t stale_after;
		uint32_t want;
	} rows[] = {
		{"fresh", 1000, P0F_STATUS_OK, 1000, 600, 0},
		{"at the edge", 1600, P0F_STATUS_OK, 1000, 600, 0},
		{"over it", 1601, P0F_STATUS_OK, 1000, 600, 601},
		{"future", 999, P0F_STATUS_OK, 1000, 600, 0},
		{"far future", 0, P0F_STATUS_OK, UINT32_MAX, 600, 0},
		{"limit of 0, same second", 1000, P0F_STATUS_OK, 1000, 0, 0},
		{"limit of 0, the next", 1001, P0F_STATUS_OK, 1000, 0, 1},
		{"largest limit", UINT32_MAX, P0F_STATUS_OK, 0, UINT32_MAX, 0},
		{"largest age", UINT32_MAX, P0F_STATUS_OK, 0, 600, UINT32_MAX},
		{"after 2106", INT64_C(1) << 32, P0F_STATUS_OK, 0, 600, UINT32_MAX},
		{"far after it", (INT64_C(5) << 32) + 7, P0F_STATUS_OK, 0, 600, UINT32_MAX},
		{"clock before 1970", -5000, P0F_STATUS_OK, 1000, 600, 0},
		{"unseen", 5000, P0F_STATUS_NO_MATCH, 0, 600, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct p0f_reply reply = {.status = rows[i].status, .last_seen = rows[i].last_seen};
		uint32_t age = header_stale_age(&reply, rows[i].stale_after, rows[i].now);

		if (age != rows[i].want)
			fail_msg("%s: %u instead of %u", rows[i].label, (unsigned)age,
				(unsigned)rows[i].want);
	}
}

static void unfold_joins_lines(void **state)
{
	static const struct {
		const char *folded;
		const char *want;
	} rows[] = {
		{"", ""},
		{"os=unknown", "os=unknown"},
		{"os=unknown; match=none", "os=unknown; match=none"},
		{"a;\n\tb", "a; b"},
		{"a;\n\tb; c;\n\td", "a; b; c; d"},
		{"\n\ta", " a"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char value[64];

		snprintf(value, sizeof(value), "%s", rows[i].folded);
		header_unfold(value);
		assert_string_equal(value, rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(design_example_is_exact),
		cmocka_unit_test(match_tells_quality_and_status),
		cmocka_unit_test(unseen_has_nothing_else),
		cmocka_unit_test(strings_are_quoted),
		cmocka_unit_test(unknown_numbers_are_left_out),
		cmocka_unit_test(age_tells_stale_replies),
		cmocka_unit_test(every_set_of_fields_is_written_in_order),
		cmocka_unit_test(fields_have_names),
		cmocka_unit_test(long_lines_are_folded),
		cmocka_unit_test(longest_value_fits),
		cmocka_unit_test(stale_age_is_exact),
		cmocka_unit_test(unfold_joins_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
