/*
 * The configuration's values: the defaults, which the shipped file must repeat, what each option
 * accepts, and the ownership of memory. test_conf_errors.c has what is refused.
 */
#include "conf.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define OPTION_COUNT 17
#define DEFAULT_FIELDS                                                                             \
	(HEADER_FLAVOR | HEADER_MATCH | HEADER_DISTANCE | HEADER_UPTIME | HEADER_LINK)

static struct conf *conf_of(const char *text)
{
	char error[CONF_ERROR_SIZE] = "";
	struct conf *conf = conf_parse("test.conf", text, error);

	if (conf == NULL)
		fail_msg("%s:\n%s", error, text);
	return conf;
}

static void assert_networks(
	const char *label, const struct cidr_list *list, const char *const *want, size_t count)
{
	if (list->count != count)
		fail_msg("%s: %zu networks", label, list->count);
	for (size_t i = 0; i < count; i++) {
		char address[ADDR_TEXT_SIZE];
		char text[64];

		snprintf(text, sizeof(text), "%s/%u", addr_format(&list->nets[i].net, address),
			list->nets[i].prefix);
		if (strcmp(text, want[i]) != 0)
			fail_msg("%s: %s instead of %s", label, text, want[i]);
	}
}

static void defaults_are_as_documented(void **state)
{
	static const char *const skipped[] = {"127.0.0.0/8", "::1/128", "169.254.0.0/16",
		"fe80::/10", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"};
	struct conf *conf = conf_of("");

	(void)state;
	assert_string_equal(conf->socket, "unix:/run/p0f-milter/p0f-milter.sock");
	assert_int_equal(conf->socket_mode, 0660);
	assert_string_equal(conf->socket_group, "");
	assert_string_equal(conf->user, "");
	assert_int_equal(conf->p0f_count, 1);
	assert_string_equal(conf->p0f[0], "/run/p0f/p0f.sock");
	assert_int_equal(conf->lookup_timeout, 500);
	assert_int_equal(conf->header.stale_after, 600);
	assert_string_equal(conf->header_name, "X-P0F-OS");
	assert_ptr_equal(conf->header.name, conf->header_name);
	assert_int_equal(conf->header.fields, DEFAULT_FIELDS);
	assert_networks("trusted_networks", &conf->trusted_networks, NULL, 0);
	assert_networks("skip_networks", &conf->skip_networks, skipped, LENGTH(skipped));
	assert_true(conf->skip_authenticated);
	assert_true(conf->strip_forged);
	assert_int_equal(conf->log, LOG_TO_STDERR);
	assert_int_equal(conf->log_level, LOG_INFO);
	assert_string_equal(conf->stats_file, "");
	assert_int_equal(conf->stats_interval, 15);
	conf_unref(conf);
}

static void assert_same_networks(
	const char *label, const struct cidr_list *a, const struct cidr_list *b)
{
	if (a->count != b->count)
		fail_msg("%s: other networks", label);
	for (size_t i = 0; i < a->count; i++) {
		if (a->nets[i].prefix != b->nets[i].prefix ||
			memcmp(&a->nets[i].net, &b->nets[i].net, sizeof(struct addr)) != 0)
			fail_msg("%s: network %zu differs", label, i);
	}
}

static void assert_same(const struct conf *a, const struct conf *b)
{
	assert_string_equal(a->socket, b->socket);
	assert_int_equal(a->socket_mode, b->socket_mode);
	assert_string_equal(a->socket_group, b->socket_group);
	assert_string_equal(a->user, b->user);
	assert_int_equal(a->p0f_count, b->p0f_count);
	for (size_t i = 0; i < a->p0f_count; i++)
		assert_string_equal(a->p0f[i], b->p0f[i]);
	assert_int_equal(a->lookup_timeout, b->lookup_timeout);
	assert_int_equal(a->header.stale_after, b->header.stale_after);
	assert_string_equal(a->header_name, b->header_name);
	assert_int_equal(a->header.fields, b->header.fields);
	assert_same_networks("trusted_networks", &a->trusted_networks, &b->trusted_networks);
	assert_same_networks("skip_networks", &a->skip_networks, &b->skip_networks);
	assert_int_equal(a->skip_authenticated, b->skip_authenticated);
	assert_int_equal(a->strip_forged, b->strip_forged);
	assert_int_equal(a->log, b->log);
	assert_int_equal(a->log_level, b->log_level);
	assert_string_equal(a->stats_file, b->stats_file);
	assert_int_equal(a->stats_interval, b->stats_interval);
}

/* The path of the shipped file, relative to this source. */
static const char *shipped_path(void)
{
	static char path[1024];
	const char *slash = strrchr(__FILE__, '/');
	int length = slash != NULL ? (int)(slash - __FILE__) : 1;

	snprintf(path, sizeof(path), "%.*s/../../etc/p0f-milter.conf", length,
		slash != NULL ? __FILE__ : ".");
	return path;
}

/*
 * Uncomment a line of the shipped file that has an option: its name follows the "#" directly,
 * while prose has a blank there. "#\t" continues the option above. Returns whether an option
 * begins.
 */
static bool line_uncomment(char *line)
{
	size_t name;
	bool option;

	if (line[0] != '#')
		return false;
	name = strspn(line + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");
	option = name > 0 && strncmp(line + 1 + name, " =", 2) == 0;
	if (option || line[1] == '\t')
		line[0] = ' ';
	return option;
}

static void shipped_file_repeats_defaults(void **state)
{
	static char text[65536];
	char error[CONF_ERROR_SIZE] = "";
	FILE *file = fopen(shipped_path(), "r");
	struct conf *defaults = conf_of("");
	struct conf *conf;
	size_t length = 0;
	int options = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(text + length, (int)(sizeof(text) - length), file) != NULL) {
		options += line_uncomment(text + length);
		length += strlen(text + length);
	}
	fclose(file);
	assert_int_equal(options, OPTION_COUNT);
	conf = conf_of(text);
	assert_same(conf, defaults);
	conf_unref(conf);
	conf = conf_load(shipped_path(), error);
	if (conf != NULL)
		assert_same(conf, defaults);
	else
		fail_msg("%s", error);
	conf_unref(conf);
	conf_unref(defaults);
}

static void every_option_is_taken(void **state)
{
	static const char *const trusted[] = {"192.0.2.0/24", "2001:db8::1/128"};
	static const char *const skipped[] = {"198.51.100.7/32"};
	struct conf *conf = conf_of("socket = \"inet:8891@localhost\"\n"
				    "socket_mode = \"0600\"\n"
				    "socket_group = \"mail\"\n"
				    "user = \"nobody\"\n"
				    "p0f = {\"/a\", \"inet:1@h\",\n\t\"unix:/b\"}\n"
				    "lookup_timeout = 250\n"
				    "stale_after = 60\n"
				    "header = \"X-OS\"\n"
				    "fields = {\"language\", \"bad_sw\"}\n"
				    "trusted_networks = {\"192.0.2.0/24\", \"2001:db8::1\"}\n"
				    "skip_networks = {\"198.51.100.7\"}\n"
				    "skip_authenticated = false\n"
				    "strip_forged = false\n"
				    "log = \"syslog\"\n"
				    "log_level = \"debug\"\n");

	(void)state;
	assert_string_equal(conf->socket, "inet:8891@localhost");
	assert_int_equal(conf->socket_mode, 0600);
	assert_string_equal(conf->socket_group, "mail");
	assert_string_equal(conf->user, "nobody");
	assert_int_equal(conf->p0f_count, 3);
	assert_string_equal(conf->p0f[0], "/a");
	assert_string_equal(conf->p0f[1], "inet:1@h");
	assert_string_equal(conf->p0f[2], "unix:/b");
	assert_int_equal(conf->lookup_timeout, 250);
	assert_int_equal(conf->header.stale_after, 60);
	assert_string_equal(conf->header_name, "X-OS");
	assert_string_equal(conf->header.name, "X-OS");
	assert_int_equal(conf->header.fields, HEADER_LANGUAGE | HEADER_BAD_SW);
	assert_networks("trusted_networks", &conf->trusted_networks, trusted, 2);
	assert_networks("skip_networks", &conf->skip_networks, skipped, 1);
	assert_false(conf->skip_authenticated);
	assert_false(conf->strip_forged);
	assert_int_equal(conf->log, LOG_TO_SYSLOG);
	assert_int_equal(conf->log_level, LOG_DEBUG);
	conf_unref(conf);
}

static void each_switch_is_its_own(void **state)
{
	struct conf *keep = conf_of("skip_authenticated = true\nstrip_forged = false");
	struct conf *strip = conf_of("skip_authenticated = no\nstrip_forged = on");

	(void)state;
	assert_true(keep->skip_authenticated);
	assert_false(keep->strip_forged);
	assert_false(strip->skip_authenticated);
	assert_true(strip->strip_forged);
	conf_unref(keep);
	conf_unref(strip);
}

static void numbers_at_their_limits_are_taken(void **state)
{
	struct conf *least = conf_of("lookup_timeout = 1\nstale_after = 1\nsocket_mode = \"0\"");
	struct conf *most =
		conf_of("lookup_timeout = 10000\nstale_after = 31536000\nsocket_mode = \"0777\"");

	(void)state;
	assert_int_equal(least->lookup_timeout, 1);
	assert_int_equal(least->header.stale_after, 1);
	assert_int_equal(least->socket_mode, 0);
	assert_int_equal(most->lookup_timeout, 10000);
	assert_int_equal(most->header.stale_after, 31536000);
	assert_int_equal(most->socket_mode, 0777);
	conf_unref(least);
	conf_unref(most);
}

static void header_name_at_its_limits_is_taken(void **state)
{
	static const char *const names[] = {"X", "!#$%&'*+-.^_`|~09azAZ",
		"X234567890123456789012345678901234567890123456789012345678901234"};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		char text[128];
		struct conf *conf;

		snprintf(text, sizeof(text), "header = \"%s\"", names[i]);
		conf = conf_of(text);
		assert_string_equal(conf->header_name, names[i]);
		conf_unref(conf);
	}
}

static void every_field_is_taken(void **state)
{
	static const struct {
		const char *list;
		unsigned want;
	} rows[] = {
		{"", 0},
		{"\"match\"", HEADER_MATCH},
		{"\"match\", \"match\"", HEADER_MATCH},
		{"\"link\", \"flavor\"", HEADER_FLAVOR | HEADER_LINK},
		{"\"flavor\", \"match\", \"distance\", \"uptime\", \"link\", \"up_mod_days\", "
		 "\"first_seen\", \"last_seen\", \"total_conn\", \"last_nat\", \"last_chg\", "
		 "\"bad_sw\", \"http_name\", \"http_flavor\", \"language\"",
			HEADER_ALL_FIELDS},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[512];
		struct conf *conf;

		snprintf(text, sizeof(text), "fields = {%s}", rows[i].list);
		conf = conf_of(text);
		if (conf->header.fields != rows[i].want)
			fail_msg("%s: 0x%x", rows[i].list, conf->header.fields);
		conf_unref(conf);
	}
}

static void every_log_level_is_taken(void **state)
{
	static const struct {
		const char *name;
		int want;
	} rows[] = {{"error", LOG_ERR}, {"warning", LOG_WARNING}, {"info", LOG_INFO},
		{"debug", LOG_DEBUG}};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[64];
		struct conf *conf;

		snprintf(text, sizeof(text), "log_level = \"%s\"", rows[i].name);
		conf = conf_of(text);
		if (conf->log_level != rows[i].want)
			fail_msg("%s: %d", rows[i].name, conf->log_level);
		conf_unref(conf);
	}
}

static void empty_lists_are_taken(void **state)
{
	struct conf *conf = conf_of("skip_networks = {}\ntrusted_networks = {}\nfields = {}");

	(void)state;
	assert_int_equal(conf->skip_networks.count, 0);
	assert_int_equal(conf->trusted_networks.count, 0);
	assert_int_equal(conf->header.fields, 0);
	conf_unref(conf);
}

static void last_assignment_wins(void **state)
{
	struct conf *conf = conf_of("user = \"a\"\nuser = \"b\"\np0f = {}\np0f = {\"/c\"}");

	(void)state;
	assert_string_equal(conf->user, "b");
	assert_int_equal(conf->p0f_count, 1);
	assert_string_equal(conf->p0f[0], "/c");
	conf_unref(conf);
}

/* A dollar sign is no variable after a backslash, in single quotes, in a comment, or alone. */
static void dollars_are_taken(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{"user = \"\\${HOME}\"", "${HOME}"},
		{"user = \"$\\{HOME}\"", "${HOME}"},
		{"user = '${HOME}'", "${HOME}"},
		{"user = \"$HOME\"", "$HOME"},
		{"# ${HOME}\nuser = \"a\" /* ${HOME} */", "a"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct conf *conf = conf_of(rows[i].text);

		assert_string_equal(conf->user, rows[i].want);
		conf_unref(conf);
	}
}

static void as_many_p0fs_as_can_be_asked_are_taken(void **state)
{
	char text[1024] = "p0f = {\"/a\"}\np0f = {\"/a\", \"/A\", \"inet:1@h\", \"inet6:1@h\"";
	struct conf *conf;

	(void)state;
	for (int i = 4; i < P0F_MAX; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ", \"/p0f-%d\"", i);
	strcat(text, "}");
	conf = conf_of(text);
	assert_int_equal(conf->p0f_count, P0F_MAX);
	conf_unref(conf);
}

static void comments_are_passed_over(void **state)
{
	struct conf *conf = conf_of("# user = \"a\"\n// user = \"b\"\n/* user = \"c\"\n*/\n"
				    "user = \"d\" # user = \"e\"\n");

	(void)state;
	assert_string_equal(conf->user, "d");
	conf_unref(conf);
}

static void references_are_counted(void **state)
{
	struct conf *conf = conf_of("user = \"kept\"");

	(void)state;
	assert_int_equal(conf->references, 1);
	assert_ptr_equal(conf_ref(conf), conf);
	assert_ptr_equal(conf_ref(conf), conf);
	assert_int_equal(conf->references, 3);
	conf_unref(conf);
	conf_unref(conf);
	assert_int_equal(conf->references, 1);
	assert_string_equal(conf->user, "kept");
	conf_unref(conf);
	conf_unref(NULL);
}

static void *ref_and_unref(void *conf)
{
	for (int i = 0; i < 20000; i++)
		conf_unref(conf_ref(conf));
	return NULL;
}

static void any_thread_may_take_references(void **state)
{
	struct conf *conf = conf_of("");
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < LENGTH(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ref_and_unref, conf), 0);
	for (size_t i = 0; i < LENGTH(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(conf->references, 1);
	conf_unref(conf);
}

/* A session keeps its configuration through reloads, of whatever kind. */
static void reload_gives_independent_object(void **state)
{
	char text[] = "user = \"old\"\np0f = {\"/old\"}\ntrusted_networks = {\"192.0.2.0/24\"}";
	char name[] = "old.conf";
	char error[CONF_ERROR_SIZE];
	struct conf *old = conf_parse(name, text, error);
	struct conf *new;

	(void)state;
	assert_non_null(old);
	memset(text, 'x', sizeof(text) - 1);
	memset(name, 'x', sizeof(name) - 1);
	assert_null(conf_parse("test.conf", "user = \"bad\"\nnonsense", error));
	new = conf_of("user = \"new\"");
	assert_ptr_not_equal(new, old);
	assert_string_equal(new->user, "new");
	assert_string_equal(new->p0f[0], "/run/p0f/p0f.sock");
	assert_int_equal(new->trusted_networks.count, 0);
	conf_unref(new);
	assert_string_equal(old->user, "old");
	assert_int_equal(old->p0f_count, 1);
	assert_string_equal(old->p0f[0], "/old");
	assert_int_equal(old->trusted_networks.count, 1);
	assert_string_equal(old->header.name, "X-P0F-OS");
	conf_unref(old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_as_documented),
		cmocka_unit_test(shipped_file_repeats_defaults),
		cmocka_unit_test(every_option_is_taken),
		cmocka_unit_test(each_switch_is_its_own),
		cmocka_unit_test(numbers_at_their_limits_are_taken),
		cmocka_unit_test(header_name_at_its_limits_is_taken),
		cmocka_unit_test(every_field_is_taken),
		cmocka_unit_test(every_log_level_is_taken),
		cmocka_unit_test(empty_lists_are_taken),
		cmocka_unit_test(last_assignment_wins),
		cmocka_unit_test(comments_are_passed_over),
		cmocka_unit_test(dollars_are_taken),
		cmocka_unit_test(as_many_p0fs_as_can_be_asked_are_taken),
		cmocka_unit_test(references_are_counted),
		cmocka_unit_test(any_thread_may_take_references),
		cmocka_unit_test(reload_gives_independent_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
