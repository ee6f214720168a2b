/*
 * The loader of the configuration. The input is a file. What it accepts must be within the limits
 * that the manual gives, and what it refuses must be reported in one line.
 */
#include "conf.h"
#include "endpoint.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

const unsigned fuzz_rounds = 20000;

static bool is_field_name(const char *name)
{
	for (; *name != '\0'; name++) {
		if (*name <= ' ' || *name > '~' || *name == ':')
			return false;
	}
	return true;
}

static void check_p0f(const char *name)
{
	struct endpoint endpoint;

	if (endpoint_parse(&endpoint, name) != NULL || endpoint.kind == ENDPOINT_FD ||
		endpoint.where[0] == '\0')
		fuzz_fail("p0f: %s", name);
}

static void check_networks(const struct cidr_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!cidr_match(&list->nets[i], &list->nets[i].net) ||
			list->nets[i].prefix > (list->nets[i].net.version == 4 ? 32 : 128))
			fuzz_fail("network %zu does not hold its own address", i);
	}
}

static void check_conf(const struct conf *conf)
{
	struct endpoint endpoint;
	size_t length = strlen(conf->header_name);

	if (endpoint_parse(&endpoint, conf->socket) != NULL || conf->socket_mode > 0777)
		fuzz_fail("socket: %s, mode %o", conf->socket, (unsigned)conf->socket_mode);
	if (conf->p0f_count < 1 || conf->p0f_count > 16)
		fuzz_fail("%zu p0fs", conf->p0f_count);
	for (size_t i = 0; i < conf->p0f_count; i++)
		check_p0f(conf->p0f[i]);
	if (conf->lookup_timeout < 1 || conf->lookup_timeout > 10000)
		fuzz_fail("lookup_timeout = %d", conf->lookup_timeout);
	if (conf->header.stale_after < 1 || conf->header.stale_after > 365u * 24 * 3600)
		fuzz_fail("stale_after = %u", conf->header.stale_after);
	if (length < 1 || length > 64 || !is_field_name(conf->header_name) ||
		conf->header.name != conf->header_name)
		fuzz_fail("header = %s", conf->header_name);
	if ((conf->header.fields & ~HEADER_ALL_FIELDS) != 0)
		fuzz_fail("fields = 0x%x", conf->header.fields);
	check_networks(&conf->trusted_networks);
	check_networks(&conf->skip_networks);
	if (conf->log_level < LOG_ERR || conf->log_level > LOG_DEBUG)
		fuzz_fail("log_level = %d", conf->log_level);
}

/* "FILE:LINE: why", with a line that exists. */
static void check_message(const char *error, const uint8_t *data, size_t size)
{
	static const char path[] = "/dev/fd/";
	long lines = 1;
	long line;
	char *end;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	if (strnlen(error, CONF_ERROR_SIZE) == CONF_ERROR_SIZE ||
		strncmp(error, path, strlen(path)) != 0 || strchr(error, ':') == NULL)
		fuzz_fail("the message does not name the file: %s", error);
	line = strtol(strchr(error, ':') + 1, &end, 10);
	if (line < 1 || line > lines || strncmp(end, ": ", 2) != 0 || end[2] == '\0' ||
		strchr(error, '\n') != NULL)
		fuzz_fail("line %ld of %ld, or no reason: %s", line, lines, error);
}

/*
 * conf_text must read strings and comments as libconfuse does. Then what is appended to an
 * accepted text is read, too, and its lines are counted right.
 */
static void check_lexer(const uint8_t *data, size_t size)
{
	static const char more[] = "\n# \"'/*${a}\n/* \"'${a}\n*/ '${a}' nonsense = 1\n";
	char error[CONF_ERROR_SIZE];
	char want[CONF_ERROR_SIZE];
	char *text = malloc(size + sizeof(more));
	int line = 3;

	if (text == NULL)
		fuzz_fail("out of memory");
	memcpy(text, data, size);
	memcpy(text + size, more, sizeof(more));
	for (size_t i = 0; i < size; i++)
		line += data[i] == '\n';
	snprintf(want, sizeof(want), "/dev/fd/:%d: ", line + 1);
	if (conf_parse("/dev/fd/", text, error) != NULL)
		fuzz_fail("what follows is not read");
	if (strncmp(error, want, strlen(want)) != 0)
		fuzz_fail("%s instead of %s...", error, want);
	free(text);
}

/* A file with the input, under a name that can be opened. */
static struct conf *load(const uint8_t *data, size_t size, char error[CONF_ERROR_SIZE])
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/fd/%d", fuzz_file(data, size));
	return conf_load(path, error);
}

/* The same without the file, which takes most of the time, unless the input has a NUL. */
static struct conf *parse(const uint8_t *data, size_t size, char error[CONF_ERROR_SIZE])
{
	char *text = strndup((const char *)data, size);
	struct conf *conf;

	if (text == NULL)
		fuzz_fail("out of memory");
	conf = conf_parse("/dev/fd/", text, error);
	free(text);
	return conf;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[CONF_ERROR_SIZE];
	struct conf *conf = memchr(data, '\0', size) != NULL ? load(data, size, error)
							     : parse(data, size, error);

	if (conf == NULL)
		check_message(error, data, size);
	else
		check_conf(conf);
	if (conf != NULL && memchr(data, '\0', size) == NULL)
		check_lexer(data, size);
	conf_unref(conf);
	return 0;
}
