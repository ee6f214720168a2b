/*
 * The parser of the header: it accepts what follows the grammar, and nothing else.
 * test_header_roundtrip reads back what the filter writes.
 */
#include "header_parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void reads(void **state)
{
	struct header_params params;

	(void)state;
	assert_true(header_parse(&params, "os=\"a\\\\\\\"; b\"; c=12min; d=\"\""));
	assert_int_equal(params.count, 3);
	assert_string_equal(params.list[0].name, "os");
	assert_string_equal(params.list[0].text, "a\\\"; b");
	assert_true(params.list[0].quoted);
	assert_string_equal(params.list[1].name, "c");
	assert_string_equal(params.list[1].text, "12min");
	assert_false(params.list[1].quoted);
	assert_string_equal(params.list[2].text, "");
	assert_true(params.list[2].quoted);
}

static void refuses(void **state)
{
	static const struct {
		const char *label;
		const char *value;
	} rows[] = {
		{"empty", ""},
		{"no value", "os"},
		{"empty token", "os="},
		{"open string", "os=\"a"},
		{"open escape", "os=\"a\\"},
		{"text after the string", "os=\"a\"b"},
		{"no blank", "os=\"a\";flavor=\"b\""},
		{"two blanks", "os=\"a\";  b=c"},
		{"a separator at the end", "os=\"a\"; "},
		{"a blank at the end", "os=\"a\" "},
		{"a blank before the separator", "os=\"a\" ; b=c"},
		{"a blank at the beginning", " os=a"},
		{"a quote in a token", "os=a\""},
		{"a backslash in a token", "os=a\\"},
		{"a backslash in a name", "o\\s=a"},
		{"no name", "=a"},
		{"a blank in a token", "os=a b"},
		{"a tab in a string", "os=\"a\tb\""},
		{"8 bits in a string", "os=\"\xc3\xa9\""},
		{"8 bits in a token", "os=\xff"},
		{"DEL in a token", "os=a\x7f"},
		{"an escaped control byte", "os=\"\\\001\""},
		{"a long name", "a23456789012345678901234=b"},
		{"a long token",
			"a=1234567890123456789012345678901234567890123456789012345678901234"},
	};
	struct header_params params;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (header_parse(&params, rows[i].value))
			fail_msg("%s: accepted", rows[i].label);
	}
}

static void counts_parameters(void **state)
{
	struct header_params params;
	char value[HEADER_PARAMS_MAX * 8] = "a=1";

	(void)state;
	for (size_t i = 1; i < HEADER_PARAMS_MAX; i++)
		strcat(value, "; a=1");
	assert_true(header_parse(&params, value));
	assert_int_equal(params.count, HEADER_PARAMS_MAX);
	strcat(value, "; a=1");
	assert_false(header_parse(&params, value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(counts_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
