/*
 * What the configuration refuses: each error with its file and line; test_conf_text.c has what is
 * refused before libconfuse reads it. Our own wording is checked; of libconfuse's, only that
 * there is some.
 */
#include "conf.h"
#include "descriptors.h"

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define NO_KIND    "not \"/PATH\", \"unix:/PATH\", \"inet:PORT@HOST\" or \"inet6:PORT@HOST\""
#define TAKEN      "mail has headers of this name, and they would be deleted"
#define NO_DECIMAL "not a decimal number without leading zeros"
#define VARIABLES  "\"${\": variables of the environment are not used here"
#define BAD_HEADER "not the name of a header (RFC 5322, section 3.6.8)"
#define BAD_LENGTH "the name of a header has 1 to 64 characters"
#define BAD_MODE   "not an octal mode like \"0660\""
#define BAD_LEVEL  "not \"error\", \"warning\", \"info\" or \"debug\""
#define PORT_RANGE "the port must be a number from 1 to 65535"
#define NAME65     "X2345678901234567890123456789012345678901234567890123456789012345"

struct row {
	const char *text;
	int line;
	const char *want; /* NULL: libconfuse's words */
};

/* A good file must be read correctly after each bad one. */
static void assert_still_works(const char *after)
{
	char error[CONF_ERROR_SIZE] = "";
	struct conf *conf = conf_parse("good.conf", "user = \"bob\"\nstale_after = 7", error);

	if (conf == NULL || strcmp(conf->user, "bob") != 0 || conf->header.stale_after != 7)
		fail_msg("the parse after this fails: %s\n%s", after, error);
	conf_unref(conf);
}

static void assert_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char error[CONF_ERROR_SIZE] = "";
		char want[CONF_ERROR_SIZE];
		size_t length;

		if (conf_parse("test.conf", rows[i].text, error) != NULL)
			fail_msg("accepted: %s", rows[i].text);
		length = (size_t)snprintf(want, sizeof(want), "test.conf:%d: %s", rows[i].line,
			rows[i].want != NULL ? rows[i].want : "");
		if (strncmp(error, want, length) != 0 ||
			(error[length] == '\0') == (rows[i].want == NULL))
			fail_msg("%s\ngives: %s\ninstead of: %s", rows[i].text, error, want);
		assert_still_works(rows[i].text);
	}
}

static void unknown_option_is_refused(void **state)
{
	static const struct row rows[] = {
		{"nonsense = 1", 1, NULL},
		{"\n\nSocket = \"/a\"", 3, NULL},
		{"user = \"a\"\ntimeout = 5\nuser = \"b\"", 2, NULL},
		{"include(\"/etc/passwd\")", 1, NULL},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

static void wrong_type_is_refused(void **state)
{
	static const struct row rows[] = {
		{"lookup_timeout = {5}", 1, NULL},
		{"\n\nskip_authenticated = 3", 3, NULL},
		{"strip_forged = perhaps", 1, NULL},
		{"strip_forged = {true}", 1, NULL},
		{"socket = {\"/a\"}", 1, NULL},
		{"user = {\"a\", \"b\"}", 1, NULL},
		{"fields = {{\"match\"}}", 1, NULL},
		{"user { }", 1, NULL},
		{"user(\"a\")", 1, NULL},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

static void broken_syntax_is_refused(void **state)
{
	static const struct row rows[] = {
		{"user = \"a", 1, NULL},
		{"\nuser = \"a\n\n", 2, "a string without end"},
		{"user = 'a", 1, NULL},
		{"fields = {\"match\"", 1, NULL},
		{"\nfields = {\"match\",", 2, NULL},
		{"fields = {\"match\"\nuser = \"a\"", 2, NULL},
		{"fields = {,}", 1, NULL},
		{"user = \"a\"\n}", 2, NULL},
		{"user = \"a\";", 1, NULL},
		{"user", 1, NULL},
		{"user =", 1, NULL},
		{"\nuser = \"${USER}\"", 2, VARIABLES},
		{"user \"a\"", 1, NULL},
		{"= \"a\"", 1, NULL},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

/* libconfuse alone gets these wrong. */
static void lines_are_counted_through_comments(void **state)
{
	static const struct row rows[] = {
		{"# a\n\n# b\n\nnonsense = 1", 5, NULL},
		{"user = \"a\" # a\nnonsense = 1", 2, NULL},
		{"user = a#b\nnonsense = 1", 2, NULL},
		{"// a\nnonsense = 1", 2, NULL},
		{"/* a\n\n */ nonsense = 1", 3, NULL},
		{"fields = {\"match\", # a\n// b\n\"link\"}\nnonsense = 1", 4, NULL},
		{"user = \"#\\\"/*\"\nnonsense = 1", 2, NULL},
		{"user = '//'\nnonsense = 1", 2, NULL},
		{"socket = unix:/a//b\nnonsense = 1", 2, NULL},
		{"user = a*// b\nnonsense = 1", 2, NULL},
		{"user = a*/* b\n*/\nnonsense = 1", 3, NULL},
		{"\nuser = a*/* b\n", 2, "a comment without end"},
		{"\n/* a\nuser = \"a\"\n", 2, "a comment without end"},
		{"log = stderr\n\"a\nuser = a\n", 2, "a string without end"},
		{"\nuser = 'a", 2, "a string without end"},
		{"\n\"\" = 3", 2, "syntax error"},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

static void bad_endpoint_is_refused(void **state)
{
	static const struct row rows[] = {
		{"socket = \"\"", 1, "socket: \"\": " NO_KIND},
		{"\nsocket = \"localhost:8891\"", 2, "socket: \"localhost:8891\": " NO_KIND},
		{"socket = \"unix:a\"", 1,
			"socket: \"unix:a\": the path of a socket must be absolute"},
		{"socket = \"inet:0@h\"", 1, "socket: \"inet:0@h\": " PORT_RANGE},
		{"socket = \"fd:x\"", 1, "socket: \"fd:x\": the file descriptor must be a number"},
		{"p0f = {\"p0f.sock\"}", 1, "p0f: \"p0f.sock\": " NO_KIND},
		{"p0f = {\"/a\",\n\"/b\",\n\"inet:65536@h\"}", 3,
			"p0f: \"inet:65536@h\": " PORT_RANGE},
		{"p0f = {\"\"}", 1, "p0f: \"\": " NO_KIND},
		{"p0f = {\"fd:3\"}", 1,
			"p0f: \"fd:3\": p0f cannot be reached through a file descriptor"},
		{"p0f = {\"inet:1234\"}", 1,
			"p0f: \"inet:1234\": no host: write \"inet:PORT@HOST\""},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

static void p0f_that_is_listed_twice_is_refused(void **state)
{
	static const struct row rows[] = {
		{"p0f = {\"/a\",\n\"/b\",\n\"/a\"}", 3, "p0f: \"/a\": the same p0f a second time"},
		{"p0f = {\"/a\", \"unix:/a\"}", 1, "p0f: \"unix:/a\": the same p0f a second time"},
		{"p0f = {\"inet:1@h\", \"inet:1@H\"}", 1,
			"p0f: \"inet:1@H\": the same p0f a second time"},
		{"p0f = {\"/a\"}\np0f += {\"/a\"}", 2, "p0f: \"/a\": the same p0f a second time"},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

static void more_p0fs_than_can_be_asked_are_refused(void **state)
{
	char text[1024] = "p0f = {";
	char want[128];
	struct row row = {text, P0F_MAX + 1, want};

	(void)state;
	for (int i = 1; i <= P0F_MAX + 1; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "\"/p0f-%d\",\n", i);
	strcat(text, "}");
	snprintf(want, sizeof(want), "p0f: \"/p0f-%d\": one p0f too many: 16 at most", P0F_MAX + 1);
	assert_rows(&row, 1);
}

static void empty_list_of_p0f_is_refused(void **state)
{
	static const struct row rows[] = {
		{"p0f = {}", 1, "p0f: the list is empty"},
		{"\n\np0f = {}\n", 3, "p0f: the list is empty"},
		{"user = \"a\"\n \tp0f={}\nuser = \"b\"", 2, "p0f: the list is empty"},
		{"p0f = {\"/a\"}\n\np0f = {}", 3, "p0f: the list is empty"},
		{"#p0f = {\"/a\"}\n# p0f = {}\np0f = {\n}\n#p0f = {}", 3, "p0f: the list is empty"},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

static void bad_network_is_refused(void **state)
{
	static const struct row rows[] = {
		{"trusted_networks = {\"mx.example.org\"}", 1,
			"trusted_networks: \"mx.example.org\": not an IP address or network"},
		{"skip_networks = {\"10.0.0.0/8\",\n\"10.0.0.1/8\",\n\"::1\"}", 2,
			"skip_networks: \"10.0.0.1/8\": bits are set after the prefix"},
		{"skip_networks = {\"10.0.0.0/33\"}", 1,
			"skip_networks: \"10.0.0.0/33\": the prefix length is over 32"},
		{"skip_networks = {\"::1/\"}", 1,
			"skip_networks: \"::1/\": the prefix length is not a number"},
		{"skip_networks = {\"\"}", 1, "skip_networks: \"\": not an IP address or network"},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

/* libconfuse also accepts octal and hexadecimal numbers, which is rarely what was meant. */
static void number_that_is_not_decimal_is_refused(void **state)
{
	static const struct row rows[] = {
		{"lookup_timeout = \"soon\"", 1, "lookup_timeout: \"soon\": " NO_DECIMAL},
		{"\nlookup_timeout = 1.5", 2, "lookup_timeout: \"1.5\": " NO_DECIMAL},
		{"lookup_timeout = 10s", 1, "lookup_timeout: \"10s\": " NO_DECIMAL},
		{"lookup_timeout = \"\"", 1, "lookup_timeout: \"\": " NO_DECIMAL},
		{"lookup_timeout = \" 5\"", 1, "lookup_timeout: \" 5\": " NO_DECIMAL},
		{"lookup_timeout = \"+5\"", 1, "lookup_timeout: \"+5\": " NO_DECIMAL},
		{"lookup_timeout = -", 1, "lookup_timeout: \"-\": " NO_DECIMAL},
		{"\nstale_after = 0600", 2, "stale_after: \"0600\": " NO_DECIMAL},
		{"stats_interval = 010", 1, "stats_interval: \"010\": " NO_DECIMAL},
		{"stats_interval = 0x10", 1, "stats_interval: \"0x10\": " NO_DECIMAL},
		{"stats_interval = 00", 1, "stats_interval: \"00\": " NO_DECIMAL},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

static void number_out_of_range_is_refused(void **state)
{
	static const struct row rows[] = {
		{"lookup_timeout = 0", 1, "lookup_timeout: 0 is not between 1 and 10000"},
		{"lookup_timeout = -1", 1, "lookup_timeout: -1 is not between 1 and 10000"},
		{"\nlookup_timeout = 10001", 2, "lookup_timeout: 10001 is not between 1 and 10000"},
		{"lookup_timeout = 4294967297", 1,
			"lookup_timeout: 4294967297 is not between 1 and 10000"},
		{"stale_after = 99999999999999999999", 1,
			"stale_after: 99999999999999999999 is not between 1 and 31536000"},
		{"stale_after = -99999999999999999999", 1,
			"stale_after: -99999999999999999999 is not between 1 and 31536000"},
		{"stale_after = 0", 1, "stale_after: 0 is not between 1 and 31536000"},
		{"stale_after = -1", 1, "stale_after: -1 is not between 1 and 31536000"},
		{"\n\nstale_after = 31536001", 3,
			"stale_after: 31536001 is not between 1 and 31536000"},
		{"stats_interval = 0", 1, "stats_interval: 0 is not between 1 and 3600"},
		{"\nstats_interval = 3601", 2, "stats_interval: 3601 is not between 1 and 3600"},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

static void bad_word_is_refused(void **state)
{
	static const struct row rows[] = {
		{"socket_mode = \"\"", 1, "socket_mode: \"\": " BAD_MODE},
		{"socket_mode = \"rw\"", 1, "socket_mode: \"rw\": " BAD_MODE},
		{"socket_mode = \"0668\"", 1, "socket_mode: \"0668\": " BAD_MODE},
		{"\nsocket_mode = \"01000\"", 2, "socket_mode: \"01000\": " BAD_MODE},
		{"socket_mode = \"-1\"", 1, "socket_mode: \"-1\": " BAD_MODE},
		{"socket_mode = \"0x1ff\"", 1, "socket_mode: \"0x1ff\": " BAD_MODE},
		{"header = \"\"", 1, "header: \"\": " BAD_LENGTH},
		{"header = \"" NAME65 "\"", 1, "header: \"" NAME65 "\": " BAD_LENGTH},
		{"header = \"X P0F\"", 1, "header: \"X P0F\": " BAD_HEADER},
		{"header = \"X-P0F:\"", 1, "header: \"X-P0F:\": " BAD_HEADER},
		{"header = \"X\\r\\nY\"", 1, "header: \"X??Y\": " BAD_HEADER},
		{"header = \"X\177\"", 1, "header: \"X?\": " BAD_HEADER},
		{"header = \"X\303\251\"", 1, "header: \"X??\": " BAD_HEADER},
		{"\nheader = \"Subject\"", 2, "header: \"Subject\": " TAKEN},
		{"header = \"x-spam-status\"", 1, "header: \"x-spam-status\": " TAKEN},
		{"fields = {\"match\",\n\"colour\"}", 2, "fields: \"colour\": no such field"},
		{"fields = {\"os\"}", 1, "fields: \"os\": no such field"},
		{"fields = {\"\"}", 1, "fields: \"\": no such field"},
		{"stats_file = \"a.prom\"", 1, "stats_file: \"a.prom\": not an absolute path"},
		{"\nstats_file = \"./a\"", 2, "stats_file: \"./a\": not an absolute path"},
		{"log = \"file\"", 1, "log: \"file\": not \"stderr\" or \"syslog\""},
		{"log = \"\"", 1, "log: \"\": not \"stderr\" or \"syslog\""},
		{"\nlog_level = \"notice\"", 2, "log_level: \"notice\": " BAD_LEVEL},
		{"log_level = \"Info\"", 1, "log_level: \"Info\": " BAD_LEVEL},
	};

	(void)state;
	assert_rows(rows, LENGTH(rows));
}

static void overlong_message_is_cut(void **state)
{
	static const char want[] = "test.conf:1: header: \"xxx";
	char text[4096] = "header = \"";
	char error[CONF_ERROR_SIZE + 1];
	size_t start = strlen(text);

	(void)state;
	memset(text + start, 'x', sizeof(text) - start);
	strcpy(text + sizeof(text) - 2, "\"");
	memset(error, 0x5a, sizeof(error));
	assert_null(conf_parse("test.conf", text, error));
	assert_int_equal(error[CONF_ERROR_SIZE], 0x5a);
	assert_non_null(memchr(error, '\0', CONF_ERROR_SIZE));
	assert_memory_equal(error, want, strlen(want));
}

/* conf_load() must fail with the path, followed by this text. */
static void assert_load_fails(const char *path, const char *rest)
{
	int before = descriptors_open();
	char error[CONF_ERROR_SIZE] = "";
	char want[CONF_ERROR_SIZE];
	struct conf *conf = conf_load(path, error);

	snprintf(want, sizeof(want), "%s:%s", path, rest);
	assert_null(conf);
	assert_string_equal(error, want);
	assert_int_equal(descriptors_open(), before);
}

static void file_is_loaded(void **state)
{
	static const char text[] = "user = \"alice\"\n";
	char error[CONF_ERROR_SIZE] = "";
	char path[256];
	struct conf *conf;

	scratch_path(path, sizeof(path), *state, "good.conf");
	scratch_write(path, text, strlen(text));
	conf = conf_load(path, error);
	assert_non_null(conf);
	assert_string_equal(conf->user, "alice");
	conf_unref(conf);
	scratch_write(path, "", 0);
	conf = conf_load(path, error);
	assert_non_null(conf);
	conf_unref(conf);
}

static void error_in_file_has_path_and_line(void **state)
{
	static const char text[] = "\n\nlog = \"file\"\n";
	char path[256];

	scratch_path(path, sizeof(path), *state, "bad.conf");
	scratch_write(path, text, strlen(text));
	assert_load_fails(path, "3: log: \"file\": not \"stderr\" or \"syslog\"");
}

static void file_that_is_no_text_has_path_and_line(void **state)
{
	static const char text[] = "\n\nuser = \"a\0b\"\n";
	char path[256];

	scratch_path(path, sizeof(path), *state, "nul.conf");
	scratch_write(path, text, sizeof(text) - 1);
	assert_load_fails(path, "3: a NUL byte");
	scratch_path(path, sizeof(path), *state, "missing.conf");
	assert_load_fails(path, " No such file or directory");
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_option_is_refused),
		cmocka_unit_test(wrong_type_is_refused),
		cmocka_unit_test(broken_syntax_is_refused),
		cmocka_unit_test(lines_are_counted_through_comments),
		cmocka_unit_test(bad_endpoint_is_refused),
		cmocka_unit_test(p0f_that_is_listed_twice_is_refused),
		cmocka_unit_test(more_p0fs_than_can_be_asked_are_refused),
		cmocka_unit_test(empty_list_of_p0f_is_refused),
		cmocka_unit_test(bad_network_is_refused),
		cmocka_unit_test(number_that_is_not_decimal_is_refused),
		cmocka_unit_test(number_out_of_range_is_refused),
		cmocka_unit_test(bad_word_is_refused),
		cmocka_unit_test(overlong_message_is_cut),
		FILE_TEST(file_is_loaded),
		FILE_TEST(error_in_file_has_path_and_line),
		FILE_TEST(file_that_is_no_text_has_path_and_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
