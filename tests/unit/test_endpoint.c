/*
 * Endpoints: each kind in libmilter's notation, the limits of ports, paths and hosts'
 * names, and what is refused, with which message.
 */
#include "endpoint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define NO_KIND       "not \"/PATH\", \"unix:/PATH\", \"inet:PORT@HOST\" or \"inet6:PORT@HOST\""
#define NOT_ABSOLUTE  "the path of a socket must be absolute"
#define PATH_TOO_LONG "the path of the socket is too long"
#define BAD_PORT      "the port must be a number from 1 to 65535"
#define NO_HOST       "no host after the \"@\""
#define HOST_TOO_LONG "the name of the host is too long"
#define BAD_FD        "the file descriptor must be a number"

static void endpoint_is_read(void **state)
{
	static const struct {
		const char *text;
		const char *where;
		enum endpoint_kind kind;
		int number;
	} rows[] = {
		{"/run/p0f/p0f.sock", "/run/p0f/p0f.sock", ENDPOINT_UNIX, 0},
		{"unix:/run/p0f/p0f.sock", "/run/p0f/p0f.sock", ENDPOINT_UNIX, 0},
		{"local:/run/p0f/p0f.sock", "/run/p0f/p0f.sock", ENDPOINT_UNIX, 0},
		{"unix:/inet:25@host", "/inet:25@host", ENDPOINT_UNIX, 0},
		{"inet:1@localhost", "localhost", ENDPOINT_INET, 1},
		{"inet:65535@192.0.2.1", "192.0.2.1", ENDPOINT_INET, 65535},
		{"inet:8891", "", ENDPOINT_INET, 8891},
		{"inet:00025@mx.example.org", "mx.example.org", ENDPOINT_INET, 25},
		{"inet6:8891@::1", "::1", ENDPOINT_INET6, 8891},
		{"inet6:65535", "", ENDPOINT_INET6, 65535},
		{"fd:0", "", ENDPOINT_FD, 0},
		{"fd:3", "", ENDPOINT_FD, 3},
		{"fd:99999", "", ENDPOINT_FD, 99999},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct endpoint endpoint;
		const char *why;

		memset(&endpoint, 0xa5, sizeof(endpoint));
		why = endpoint_parse(&endpoint, rows[i].text);
		if (why != NULL)
			fail_msg("\"%s\": %s", rows[i].text, why);
		if (endpoint.kind != rows[i].kind || endpoint.number != rows[i].number ||
			strcmp(endpoint.where, rows[i].where) != 0)
			fail_msg("\"%s\": kind %d, number %d, \"%s\"", rows[i].text,
				(int)endpoint.kind, endpoint.number, endpoint.where);
	}
}

static const struct {
	const char *text;
	const char *want;
} junk[] = {
	{"", NO_KIND},
	{" /run/p0f.sock", NO_KIND},
	{"run/p0f.sock", NO_KIND},
	{"8891", NO_KIND},
	{"localhost:8891", NO_KIND},
	{"UNIX:/run/p0f.sock", NO_KIND},
	{"unix", NO_KIND},
	{"inet5:25@host", NO_KIND},
	{"unix:", NOT_ABSOLUTE},
	{"local:", NOT_ABSOLUTE},
	{"unix:p0f.sock", NOT_ABSOLUTE},
	{"unix: /p0f.sock", NOT_ABSOLUTE},
	{"inet:", BAD_PORT},
	{"inet:@host", BAD_PORT},
	{"inet:0@host", BAD_PORT},
	{"inet:0", BAD_PORT},
	{"inet:65536@host", BAD_PORT},
	{"inet:99999@host", BAD_PORT},
	{"inet:100000@host", BAD_PORT},
	{"inet:4294967321@host", BAD_PORT},
	{"inet:-1@host", BAD_PORT},
	{"inet:+25@host", BAD_PORT},
	{"inet: 25@host", BAD_PORT},
	{"inet:25 @host", BAD_PORT},
	{"inet:2x5@host", BAD_PORT},
	{"inet:smtp@host", BAD_PORT},
	{"inet:host:25", BAD_PORT},
	{"inet6:0@::1", BAD_PORT},
	{"inet6:65536", BAD_PORT},
	{"inet:25@", NO_HOST},
	{"inet6:25@", NO_HOST},
	{"fd:", BAD_FD},
	{"fd:-1", BAD_FD},
	{"fd:3x", BAD_FD},
	{"fd: 3", BAD_FD},
	{"fd:3@host", BAD_FD},
	{"fd:100000", BAD_FD},
};

static void junk_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(junk); i++) {
		struct endpoint endpoint;
		const char *why = endpoint_parse(&endpoint, junk[i].text);

		if (why == NULL || strcmp(why, junk[i].want) != 0)
			fail_msg("\"%s\": \"%s\" instead of \"%s\"", junk[i].text,
				why != NULL ? why : "accepted", junk[i].want);
	}
}

static void every_port_is_read(void **state)
{
	struct endpoint endpoint;
	char text[32];

	(void)state;
	for (int port = 1; port <= 65535; port++) {
		snprintf(text, sizeof(text), "inet:%d@h", port);
		if (endpoint_parse(&endpoint, text) != NULL || endpoint.number != port)
			fail_msg("port %d: %d", port, endpoint.number);
	}
}

/* Append filler to text until it has this length. */
static void text_fill(char *text, size_t length, char filler)
{
	size_t at = strlen(text);

	memset(text + at, filler, length - at);
	text[length] = '\0';
}

static void path_must_fit_sun_path(void **state)
{
	static const char *const prefixes[] = {"", "unix:", "local:"};
	const size_t most = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;

	(void)state;
	for (size_t i = 0; i < LENGTH(prefixes); i++) {
		size_t prefix = strlen(prefixes[i]);
		struct endpoint endpoint;
		char text[1024];

		snprintf(text, sizeof(text), "%s/", prefixes[i]);
		text_fill(text, prefix + most, 'p');
		assert_null(endpoint_parse(&endpoint, text));
		assert_string_equal(endpoint.where, text + prefix);
		text_fill(text, prefix + most + 1, 'p');
		assert_string_equal(endpoint_parse(&endpoint, text), PATH_TOO_LONG);
		text_fill(text, sizeof(text) - 1, 'p');
		assert_string_equal(endpoint_parse(&endpoint, text), PATH_TOO_LONG);
	}
}

static void host_must_fit(void **state)
{
	struct endpoint endpoint;
	char text[1024] = "inet:25@";
	size_t prefix = strlen(text);

	(void)state;
	text_fill(text, prefix + ENDPOINT_TEXT_SIZE - 1, 'h');
	assert_null(endpoint_parse(&endpoint, text));
	assert_string_equal(endpoint.where, text + prefix);
	text_fill(text, prefix + ENDPOINT_TEXT_SIZE, 'h');
	assert_string_equal(endpoint_parse(&endpoint, text), HOST_TOO_LONG);
	text_fill(text, sizeof(text) - 1, 'h');
	assert_string_equal(endpoint_parse(&endpoint, text), HOST_TOO_LONG);
}

static void spellings_are_compared(void **state)
{
	static const struct {
		const char *a;
		const char *b;
		bool equal;
	} rows[] = {
		{"/a", "unix:/a", true},
		{"local:/a", "unix:/a", true},
		{"/a", "/A", false},
		{"/a", "/ab", false},
		{"inet:1@host", "inet:1@HOST", true},
		{"inet:1@host", "inet:2@host", false},
		{"inet:1@host", "inet:1@hosts", false},
		{"inet:1@host", "inet6:1@host", false},
		{"fd:3", "fd:3", true},
		{"fd:3", "fd:4", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct endpoint a, b;

		assert_null(endpoint_parse(&a, rows[i].a));
		assert_null(endpoint_parse(&b, rows[i].b));
		if (endpoint_equal(&a, &b) != rows[i].equal ||
			endpoint_equal(&b, &a) != rows[i].equal)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(endpoint_is_read),
		cmocka_unit_test(junk_is_refused),
		cmocka_unit_test(every_port_is_read),
		cmocka_unit_test(path_must_fit_sun_path),
		cmocka_unit_test(host_must_fit),
		cmocka_unit_test(spellings_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
