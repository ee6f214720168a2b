/*
 * The configuration file. libconfuse reads it; the callbacks here check each value
 * as it is read, so that a message can name its line. No host or user is looked up.
 */
#include "conf.h"

#include "conf_text.h"
#include "endpoint.h"
#include "field_name.h"
#include "printable.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOKUP_TIMEOUT_MAX 10000
#define STALE_AFTER_MAX    (365L * 24 * 3600)
#define STATS_INTERVAL_MAX 3600
#define DEFAULT_SKIP_NETS                                                                          \
	"{\"127.0.0.0/8\", \"::1/128\", \"169.254.0.0/16\", \"fe80::/10\", \"10.0.0.0/8\", "       \
	"\"172.16.0.0/12\", \"192.168.0.0/16\", \"fc00::/7\"}"

/* Where messages of the current parse go: libconfuse has no pointer of ours to pass on. */
static _Thread_local struct {
	const char *name;
	char *error;
} parse;

static void report(cfg_t *cfg, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void report(cfg_t *cfg, const char *format, va_list ap)
{
	int at = snprintf(parse.error, CONF_ERROR_SIZE, "%s:%d: ", parse.name, cfg->line);
	char *text = parse.error + at;
	size_t size;

	if (at <= 0 || at >= CONF_ERROR_SIZE)
		return;
	size = (size_t)(CONF_ERROR_SIZE - at);
	vsnprintf(text, size, format, ap);
	printable_copy(text, size, text);
}

/* The value that has just been read: in a list, the last one. */
static const char *last_value(cfg_opt_t *opt)
{
	return cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
}

static int reject(cfg_t *cfg, cfg_opt_t *opt, const char *why)
{
	cfg_error(cfg, "%s: \"%s\": %s", cfg_opt_name(opt), last_value(opt), why);
	return -1;
}

/* Returns whether text is a decimal number. libconfuse takes 0600 for 384. */
static bool is_decimal(const char *text)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	size_t count = strspn(digits, "0123456789");

	return count > 0 && digits[count] == '\0' && (digits[0] != '0' || count == 1);
}

/* Read the value of an option; result is a long. */
static int take_number(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	static const struct {
		const char *option;
		long most;
	} limits[] = {{"lookup_timeout", LOOKUP_TIMEOUT_MAX}, {"stale_after", STALE_AFTER_MAX},
		{"stats_interval", STATS_INTERVAL_MAX}};
	long value = strtol(text, NULL, 10);
	size_t at = 0;

	while (strcmp(limits[at].option, cfg_opt_name(opt)) != 0)
		at++;
	if (!is_decimal(text)) {
		cfg_error(cfg, "%s: \"%s\": not a decimal number without leading zeros",
			cfg_opt_name(opt), text);
		return -1;
	}
	if (value < 1 || value > limits[at].most) {
		cfg_error(cfg, "%s: %s is not between 1 and %ld", cfg_opt_name(opt), text,
			limits[at].most);
		return -1;
	}
	*(long *)result = value;
	return 0;
}

static int check_socket(cfg_t *cfg, cfg_opt_t *opt)
{
	struct endpoint endpoint;
	const char *why = endpoint_parse(&endpoint, last_value(opt));

	return why == NULL ? 0 : reject(cfg, opt, why);
}

/* Returns whether the endpoint of the last value is in the list before, in any spelling. */
static bool is_listed(cfg_opt_t *opt, const struct endpoint *endpoint)
{
	struct endpoint other;

	for (unsigned i = 0; i + 1 < cfg_opt_size(opt); i++) {
		if (endpoint_parse(&other, cfg_opt_getnstr(opt, i)) == NULL &&
			endpoint_equal(endpoint, &other))
			return true;
	}
	return false;
}

static int check_p0f(cfg_t *cfg, cfg_opt_t *opt)
{
	struct endpoint endpoint;
	const char *why = endpoint_parse(&endpoint, last_value(opt));

	if (why == NULL && endpoint.kind == ENDPOINT_FD)
		why = "p0f cannot be reached through a file descriptor";
	if (why == NULL && endpoint.where[0] == '\0')
		why = "no host: write \"inet:PORT@HOST\"";
	if (why == NULL && is_listed(opt, &endpoint))
		why = "the same p0f a second time";
	if (why == NULL && cfg_opt_size(opt) > P0F_MAX)
		why = "one p0f too many: 16 at most";
	return why == NULL ? 0 : reject(cfg, opt, why);
}

/* Returns -1 when text is not an octal number up to 0777. */
static long parse_mode(const char *text)
{
	size_t digits = strspn(text, "01234567");

	if (digits < 1 || digits > 4 || text[digits] != '\0' || strtol(text, NULL, 8) > 0777)
		return -1;
	return strtol(text, NULL, 8);
}

static int check_mode(cfg_t *cfg, cfg_opt_t *opt)
{
	return parse_mode(last_value(opt)) >= 0
		       ? 0
		       : reject(cfg, opt, "not an octal mode like \"0660\"");
}

static int check_header(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *why = field_name_check(last_value(opt));

	return why == NULL ? 0 : reject(cfg, opt, why);
}

static int check_field(cfg_t *cfg, cfg_opt_t *opt)
{
	return header_field_parse(last_value(opt)) != 0 ? 0 : reject(cfg, opt, "no such field");
}

static int check_network(cfg_t *cfg, cfg_opt_t *opt)
{
	struct cidr cidr;
	const char *why = cidr_parse(&cidr, last_value(opt));

	return why == NULL ? 0 : reject(cfg, opt, why);
}

static int check_stats_file(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *path = last_value(opt);

	if (path[0] != '\0' && path[0] != '/')
		return reject(cfg, opt, "not an absolute path");
	return 0;
}

/* Returns -1 when there is no such target. */
static int parse_log(const char *name)
{
	if (strcmp(name, "stderr") == 0)
		return LOG_TO_STDERR;
	return strcmp(name, "syslog") == 0 ? LOG_TO_SYSLOG : -1;
}

static int check_log(cfg_t *cfg, cfg_opt_t *opt)
{
	return parse_log(last_value(opt)) >= 0 ? 0
					       : reject(cfg, opt, "not \"stderr\" or \"syslog\"");
}

/* Returns -1 when there is no such level. */
static int parse_log_level(const char *name)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {{"error", LOG_ERR}, {"warning", LOG_WARNING}, {"info", LOG_INFO},
		{"debug", LOG_DEBUG}};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(levels[i].name, name) == 0)
			return levels[i].level;
	}
	return -1;
}

static int check_log_level(cfg_t *cfg, cfg_opt_t *opt)
{
	return parse_log_level(last_value(opt)) >= 0
		       ? 0
		       : reject(cfg, opt, "not \"error\", \"warning\", \"info\" or \"debug\"");
}

static const struct {
	const char *option;
	cfg_validate_callback_t check;
} checks[] = {
	{"socket", check_socket},
	{"socket_mode", check_mode},
	{"p0f", check_p0f},
	{"header", check_header},
	{"fields", check_field},
	{"trusted_networks", check_network},
	{"skip_networks", check_network},
	{"log", check_log},
	{"log_level", check_log_level},
	{"stats_file", check_stats_file},
};

/* The defaults stand here, in etc/p0f-milter.conf and in the manual: tests/lint/defaults compares
 * them. */
static cfg_t *make_parser(void)
{
	cfg_opt_t options[] = {
		CFG_STR("socket", "unix:/run/p0f-milter/p0f-milter.sock", CFGF_NONE),
		CFG_STR("socket_mode", "0660", CFGF_NONE),
		CFG_STR("socket_group", "", CFGF_NONE),
		CFG_STR("user", "", CFGF_NONE),
		CFG_STR_LIST("p0f", "{\"/run/p0f/p0f.sock\"}", CFGF_NONE),
		CFG_INT_CB("lookup_timeout", 500, CFGF_NONE, take_number),
		CFG_INT_CB("stale_after", 600, CFGF_NONE, take_number),
		CFG_STR("header", "X-P0F-OS", CFGF_NONE),
		CFG_STR_LIST("fields",
			"{\"flavor\", \"match\", \"distance\", \"uptime\", \"link\"}", CFGF_NONE),
		CFG_STR_LIST("trusted_networks", "{}", CFGF_NONE),
		CFG_STR_LIST("skip_networks", DEFAULT_SKIP_NETS, CFGF_NONE),
		CFG_BOOL("skip_authenticated", cfg_true, CFGF_NONE),
		CFG_BOOL("strip_forged", cfg_true, CFGF_NONE),
		CFG_STR("log", "stderr", CFGF_NONE),
		CFG_STR("log_level", "info", CFGF_NONE),
		CFG_STR("stats_file", "", CFGF_NONE),
		CFG_INT_CB("stats_interval", 15, CFGF_NONE, take_number),
		CFG_END(),
	};
	cfg_t *cfg = cfg_init(options, CFGF_NONE);

	if (cfg == NULL)
		return NULL;
	cfg_set_error_function(cfg, report);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		cfg_set_validate_func(cfg, checks[i].option, checks[i].check);
	return cfg;
}

/* The values below have been checked: they only fail when memory runs out. */
static bool copy_p0fs(struct conf *conf, cfg_t *cfg)
{
	size_t count = cfg_size(cfg, "p0f");

	conf->p0f = calloc(count, sizeof(*conf->p0f));
	if (conf->p0f == NULL)
		return false;
	for (; conf->p0f_count < count; conf->p0f_count++) {
		char *copy = strdup(cfg_getnstr(cfg, "p0f", (unsigned)conf->p0f_count));

		if (copy == NULL)
			return false;
		conf->p0f[conf->p0f_count] = copy;
	}
	return true;
}

static bool copy_networks(struct cidr_list *list, cfg_t *cfg, const char *option)
{
	struct cidr cidr;

	for (unsigned i = 0; i < cfg_size(cfg, option); i++) {
		cidr_parse(&cidr, cfg_getnstr(cfg, option, i));
		if (!cidr_list_add(list, &cidr))
			return false;
	}
	return true;
}

static bool copy_strings(struct conf *conf, cfg_t *cfg)
{
	conf->socket = strdup(cfg_getstr(cfg, "socket"));
	conf->socket_group = strdup(cfg_getstr(cfg, "socket_group"));
	conf->user = strdup(cfg_getstr(cfg, "user"));
	conf->header_name = strdup(cfg_getstr(cfg, "header"));
	conf->header.name = conf->header_name;
	conf->stats_file = strdup(cfg_getstr(cfg, "stats_file"));
	return conf->socket != NULL && conf->socket_group != NULL && conf->user != NULL &&
	       conf->header_name != NULL && conf->stats_file != NULL;
}

static bool fill(struct conf *conf, cfg_t *cfg)
{
	conf->socket_mode = (mode_t)parse_mode(cfg_getstr(cfg, "socket_mode"));
	conf->lookup_timeout = (int)cfg_getint(cfg, "lookup_timeout");
	conf->header.stale_after = (uint32_t)cfg_getint(cfg, "stale_after");
	for (unsigned i = 0; i < cfg_size(cfg, "fields"); i++)
		conf->header.fields |= header_field_parse(cfg_getnstr(cfg, "fields", i));
	conf->skip_authenticated = cfg_getbool(cfg, "skip_authenticated") == cfg_true;
	conf->strip_forged = cfg_getbool(cfg, "strip_forged") == cfg_true;
	conf->log = (enum log_target)parse_log(cfg_getstr(cfg, "log"));
	conf->log_level = parse_log_level(cfg_getstr(cfg, "log_level"));
	conf->stats_interval = (int)cfg_getint(cfg, "stats_interval");
	return copy_strings(conf, cfg) && copy_p0fs(conf, cfg) &&
	       copy_networks(&conf->trusted_networks, cfg, "trusted_networks") &&
	       copy_networks(&conf->skip_networks, cfg, "skip_networks");
}

static struct conf *make_conf(cfg_t *cfg, const char *text, char error[CONF_ERROR_SIZE])
{
	struct conf *conf;

	if (cfg_size(cfg, "p0f") == 0) {
		/* libconfuse does not call the check for an empty list */
		snprintf(error, CONF_ERROR_SIZE, "%s:%d: p0f: the list is empty", parse.name,
			conf_text_line_of(text, "p0f"));
		return NULL;
	}
	conf = calloc(1, sizeof(*conf));
	if (conf != NULL) {
		conf->references = 1;
		if (fill(conf, cfg))
			return conf;
		conf_unref(conf);
	}
	snprintf(error, CONF_ERROR_SIZE, "%s: out of memory", parse.name);
	return NULL;
}

/* Changes the text. */
static struct conf *parse_text(
	const char *name, char *text, size_t length, char error[CONF_ERROR_SIZE])
{
	struct conf *conf = NULL;
	int line;
	const char *why = conf_text_prepare(text, length, &line);
	cfg_t *cfg;

	parse.name = name;
	parse.error = error;
	if (why != NULL) {
		snprintf(error, CONF_ERROR_SIZE, "%s:%d: %s", name, line, why);
		return NULL;
	}
	snprintf(error, CONF_ERROR_SIZE, "%s: out of memory", name);
	cfg = make_parser();
	if (cfg == NULL)
		return NULL;
	error[0] = '\0';
	if (cfg_parse_buf(cfg, text) == CFG_SUCCESS)
		conf = make_conf(cfg, text, error);
	/* cppcheck-suppress knownConditionTrueFalse ; report() may have written it */
	else if (error[0] == '\0') /* libconfuse has no message for an empty name */
		snprintf(error, CONF_ERROR_SIZE, "%s:%d: syntax error", name, cfg->line);
	cfg_free(cfg);
	return conf;
}

struct conf *conf_parse(const char *name, const char *text, char error[CONF_ERROR_SIZE])
{
	char *copy = strdup(text);
	struct conf *conf = NULL;

	snprintf(error, CONF_ERROR_SIZE, "%s: out of memory", name);
	if (copy != NULL)
		conf = parse_text(name, copy, strlen(copy), error);
	free(copy);
	return conf;
}

struct conf *conf_load(const char *path, char error[CONF_ERROR_SIZE])
{
	size_t length = 0;
	char *text = conf_text_read(path, &length, error, CONF_ERROR_SIZE);
	struct conf *conf = NULL;

	if (text != NULL)
		conf = parse_text(path, text, length, error);
	free(text);
	return conf;
}

struct conf *conf_ref(struct conf *conf)
{
	atomic_fetch_add_explicit(&conf->references, 1, memory_order_relaxed);
	return conf;
}

void conf_unref(struct conf *conf)
{
	if (conf == NULL ||
		atomic_fetch_sub_explicit(&conf->references, 1, memory_order_acq_rel) > 1)
		return;
	free(conf->socket);
	free(conf->socket_group);
	free(conf->user);
	for (size_t i = 0; i < conf->p0f_count; i++)
		free(conf->p0f[i]);
	free(conf->p0f);
	free(conf->header_name);
	free(conf->stats_file);
	cidr_list_free(&conf->trusted_networks);
	cidr_list_free(&conf->skip_networks);
	free(conf);
}
