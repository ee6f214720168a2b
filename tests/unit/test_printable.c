/* Which bytes may be shown, where a text is cut, and what is escaped. */
#include "printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Call with a buffer of size bytes; nothing beyond it may be touched. */
static void assert_text(const char *(*function)(char *, size_t, const char *), const char *text,
	size_t size, const char *want)
{
	char buffer[64];

	memset(buffer, 0x5a, sizeof(buffer));
	assert_ptr_equal(function(buffer, size, text), buffer);
	if (strcmp(buffer, want) != 0)
		fail_msg("\"%s\" in %zu bytes: \"%s\" instead of \"%s\"", text, size, buffer, want);
	for (size_t i = size; i < sizeof(buffer); i++)
		assert_int_equal(buffer[i], 0x5a);
}

static void only_printable_ascii_is_kept(void **state)
{
	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char text[] = {'a', (char)byte, 'z', '\0'};
		char want[] = "a?z";

		if (byte >= 0x20 && byte <= 0x7e)
			want[1] = (char)byte;
		assert_text(printable_copy, text, sizeof(text), want);
		if (byte != '"' && byte != '\\')
			assert_text(printable_quote, text, sizeof(text), want);
	}
}

struct row {
	const char *text;
	size_t size;
	const char *want;
};

static void copy_is_cut_to_its_size(void **state)
{
	static const struct row rows[] = {
		{"", 1, ""},
		{"a", 1, ""},
		{"a\\\"\n", 5, "a\\\"?"},
		{"1234567", 8, "1234567"},
		{"12345678", 8, "1234567"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_text(printable_copy, rows[i].text, rows[i].size, rows[i].want);
}

static void quote_is_cut_before_what_does_not_fit(void **state)
{
	static const struct row rows[] = {
		{"", 1, ""},
		{"a", 1, ""},
		{"a\"b\\c\n", 9, "a\\\"b\\\\c?"},
		{"12\"", 5, "12\\\""},
		{"12\"", 4, "12"},
		{"\"", 2, ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_text(printable_quote, rows[i].text, rows[i].size, rows[i].want);
}

static void text_is_mended_in_place(void **state)
{
	char text[] = "a\x1b[31m\xc3\xa9";

	(void)state;
	assert_ptr_equal(printable_copy(text, sizeof(text), text), text);
	assert_string_equal(text, "a?[31m??");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_printable_ascii_is_kept),
		cmocka_unit_test(copy_is_cut_to_its_size),
		cmocka_unit_test(quote_is_cut_before_what_does_not_fit),
		cmocka_unit_test(text_is_mended_in_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
