/*
 * Parser of the header's value. It knows the grammar, with RFC 5322's quoted strings, but not how
 * header.c writes it.
 */
#include "header_parse.h"

#include <string.h>

static bool is_printable(char byte)
{
	return byte >= ' ' && byte <= '~';
}

/* Returns what follows the quoted string at this position, or NULL when there is none. */
static const char *parse_quoted(const char *at, char *text, size_t size)
{
	size_t length = 0;

	for (at++; *at != '"'; at++) {
		if (*at == '\\')
			at++;
		if (!is_printable(*at) || length + 1 == size)
			return NULL;
		text[length++] = *at;
	}
	text[length] = '\0';
	return at + 1;
}

/* Returns what follows the token at this position, or NULL when there is none. */
static const char *parse_token(const char *at, char *text, size_t size, const char *end)
{
	size_t length = 0;

	while (is_printable(at[length]) && strchr(end, at[length]) == NULL)
		length++;
	if (length == 0 || length >= size)
		return NULL;
	memcpy(text, at, length);
	text[length] = '\0';
	return at + length;
}

static const char *parse_param(const char *at, struct header_param *param)
{
	at = parse_token(at, param->name, sizeof(param->name), "=;\" \\");
	if (at == NULL || *at++ != '=')
		return NULL;
	param->quoted = *at == '"';
	if (param->quoted)
		return parse_quoted(at, param->text, sizeof(param->text));
	return parse_token(at, param->text, sizeof(param->text), ";\" \\");
}

bool header_parse(struct header_params *params, const char *value)
{
	params->count = 0;
	for (;;) {
		value = parse_param(value, &params->list[params->count++]);
		if (value == NULL)
			return false;
		if (*value == '\0')
			return true;
		if (strncmp(value, "; ", 2) != 0 || params->count == HEADER_PARAMS_MAX)
			return false;
		value += 2;
	}
}
