/*
 * The configuration's text: what is no text, or would be misread, with its line; what comments
 * become; and files that cannot be read.
 */
#include "conf_text.h"
#include "descriptors.h"

#include "scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define FILE_SIZE_MAX ((size_t)1024 * 1024)

#define VARIABLES "\"${\": variables of the environment are not used here"
#define BOM       "a byte order mark (BOM): save the file without one"
#define UTF16     "UTF-16: save the file as plain text (ASCII or UTF-8)"
#define STRING    "a string without end"
#define COMMENT   "a comment without end"
#define NUL       "a NUL byte"

/* A text with its length, since it may contain NULs. */
#define TEXT(literal) literal, sizeof(literal) - 1

static void text_is_refused_with_line(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		int line;
		const char *want;
	} rows[] = {
		{TEXT("\0"), 1, NUL},
		{TEXT("user = \"a\"\n\0"), 2, NUL},
		{TEXT("\n\nuser = \"a\0b\"\n"), 3, NUL},
		{TEXT("#\0\nuser = \"a\"\n"), 1, NUL},
		{TEXT("\xef\xbb\xbfuser = \"a\""), 1, BOM},
		{TEXT("\xff\xfeu\0s\0"), 1, UTF16},
		{TEXT("\xfe\xff\0u\0s"), 1, UTF16},
		{TEXT("\nuser = \"a\n\n"), 2, STRING},
		{TEXT("\n\nuser = 'a"), 3, STRING},
		{TEXT("user = \"a\\\""), 1, STRING},
		{TEXT("\n/* a\n"), 2, COMMENT},
		{TEXT("\nuser = a*/* b\n"), 2, COMMENT},
		{TEXT("header = \"X-${HOME}\""), 1, VARIABLES},
		{TEXT("\nuser = ${USER}"), 2, VARIABLES},
		{TEXT("user = a${USER}"), 1, VARIABLES},
		{TEXT("fields = {\"match\",\n\"a\n${B:-link}\"}"), 3, VARIABLES},
		{TEXT("user = \"\\\\${USER}\""), 1, VARIABLES},
		{TEXT("user = \"$${USER}\""), 1, VARIABLES},
		{TEXT("user = \"${\""), 1, VARIABLES},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[128];
		const char *why;
		int line = 0;

		memcpy(text, rows[i].bytes, rows[i].length + 1);
		why = conf_text_prepare(text, rows[i].length, &line);
		if (why == NULL || strcmp(why, rows[i].want) != 0 || line != rows[i].line)
			fail_msg("%s\ngives %d: %s\ninstead of %d: %s", rows[i].bytes, line,
				why != NULL ? why : "nothing", rows[i].line, rows[i].want);
	}
}

static void comments_become_blanks(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{"", ""},
		{"# a\nb", "   \nb"},
		{"a # b", "a    "},
		{"a#b", "a  "},
		{"// a\nb", "    \nb"},
		{"a = /* b\n ${c} */ d", "a =     \n         d"},
		{"a = unix:/b//c", "a = unix:/b//c"},
		{"a = \"#//\" # '", "a = \"#//\"    "},
		{"a = '${b}' # ${c}", "a = '${b}'       "},
		{"a = \"\\${b}\"", "a = \"\\${b}\""},
		{"a = $b { c }", "a = $b { c }"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[64];
		int line;

		strcpy(text, rows[i].text);
		assert_null(conf_text_prepare(text, strlen(text), &line));
		assert_string_equal(text, rows[i].want);
	}
}

static void option_is_found(void **state)
{
	static const struct {
		const char *text;
		int want;
	} rows[] = {
		{"", 1},
		{"user = \"a\"", 1},
		{"\n\np0f = {}", 3},
		{"\n \tp0f={}\np0fs = {}", 2},
		{"p0f = {\"/a\"}\n\np0f\n= {}", 3},
		{"p0f = {\"/a\"}\np0f += {}\n", 2},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		assert_int_equal(conf_text_line_of(rows[i].text, "p0f"), rows[i].want);
}

static void assert_read_fails(const char *path, const char *why)
{
	int before = descriptors_open();
	char error[512] = "";
	char want[512];
	size_t length;

	snprintf(want, sizeof(want), "%s: %s", path, why);
	assert_null(conf_text_read(path, &length, error, sizeof(error)));
	assert_string_equal(error, want);
	assert_int_equal(descriptors_open(), before);
}

static void missing_file_is_an_error(void **state)
{
	char path[256];

	scratch_path(path, sizeof(path), *state, "missing.conf");
	assert_read_fails(path, strerror(ENOENT));
	assert_read_fails(*state, strerror(EISDIR));
}

static void unreadable_file_is_an_error(void **state)
{
	bool root = geteuid() == 0;
	char path[256];

	scratch_path(path, sizeof(path), *state, "secret.conf");
	scratch_write(path, "", 0);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(chmod(*state, 0755), 0);
	/* root may read everything: become nobody for a while */
	if (root)
		assert_int_equal(seteuid(65534), 0);
	assert_read_fails(path, strerror(EACCES));
	if (root)
		assert_int_equal(seteuid(0), 0);
}

static void file_may_have_one_mebibyte(void **state)
{
	char *text = malloc(FILE_SIZE_MAX + 1);
	char error[512];
	char path[256];
	size_t length;
	char *read;

	assert_non_null(text);
	memset(text, '\n', FILE_SIZE_MAX + 1);
	scratch_path(path, sizeof(path), *state, "large.conf");
	scratch_write(path, text, FILE_SIZE_MAX);
	read = conf_text_read(path, &length, error, sizeof(error));
	assert_non_null(read);
	assert_int_equal(length, FILE_SIZE_MAX);
	assert_memory_equal(read, text, FILE_SIZE_MAX);
	assert_int_equal(read[length], '\0');
	free(read);
	scratch_write(path, text, FILE_SIZE_MAX + 1);
	free(text);
	assert_read_fails(path, "over 1 MiB: not a configuration");
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_refused_with_line),
		cmocka_unit_test(comments_become_blanks),
		cmocka_unit_test(option_is_found),
		FILE_TEST(missing_file_is_an_error),
		FILE_TEST(unreadable_file_is_an_error),
		FILE_TEST(file_may_have_one_mebibyte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
