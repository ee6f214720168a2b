/*
 * A lexer in front of libconfuse's. It knows strings and comments as libconfuse does, but no more
 * of the syntax: libconfuse decides what is an option and what is a value.
 */
#include "conf_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE_MAX ((size_t)1024 * 1024)

enum token { TOKEN_OTHER, TOKEN_STRING, TOKEN_COMMENT };

/* Returns false with errno; EFBIG for a file over FILE_SIZE_MAX. */
static bool read_all(FILE *file, char *text, size_t *length)
{
	*length = fread(text, 1, FILE_SIZE_MAX + 1, file);
	if (ferror(file))
		return false;
	if (*length > FILE_SIZE_MAX) {
		errno = EFBIG;
		return false;
	}
	text[*length] = '\0';
	return true;
}

/* Returns NULL with errno. */
static char *read_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "re");
	char *text;
	int error;

	if (file == NULL)
		return NULL;
	text = malloc(FILE_SIZE_MAX + 1);
	error = text == NULL || !read_all(file, text, length) ? errno : 0;
	fclose(file);
	if (error == 0)
		return text;
	free(text);
	errno = error;
	return NULL;
}

char *conf_text_read(const char *path, size_t *length, char *error, size_t error_size)
{
	char *text = read_file(path, length);

	if (text == NULL)
		snprintf(error, error_size, "%s: %s", path,
			errno == EFBIG ? "over 1 MiB: not a configuration" : strerror(errno));
	return text;
}

static int count_lines(const char *text, size_t length)
{
	int lines = 0;

	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	return lines;
}

/* Returns NULL, or what is wrong. */
static const char *check_encoding(const char *text)
{
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		return "a byte order mark (BOM): save the file without one";
	if (strncmp(text, "\xff\xfe", 2) == 0 || strncmp(text, "\xfe\xff", 2) == 0)
		return "UTF-16: save the file as plain text (ASCII or UTF-8)";
	return NULL;
}

/* A comment may begin only between words, except for one with "#". */
static enum token token_at(const char *text, bool between_words)
{
	if (*text == '"' || *text == '\'')
		return TOKEN_STRING;
	if (*text == '#')
		return TOKEN_COMMENT;
	if (between_words && (strncmp(text, "//", 2) == 0 || strncmp(text, "/*", 2) == 0))
		return TOKEN_COMMENT;
	return TOKEN_OTHER;
}

/* Returns the length of the quoted string at text; 0 when it does not end. */
static size_t string_length(const char *text)
{
	size_t length = 1;

	while (text[length] != '\0' && text[length] != text[0])
		length += text[length] == '\\' && text[length + 1] != '\0' ? 2 : 1;
	return text[length] != '\0' ? length + 1 : 0;
}

/* Returns the length of the comment at text; 0 when it does not end. */
static size_t comment_length(const char *text)
{
	const char *end;

	if (strncmp(text, "/*", 2) != 0)
		return strcspn(text, "\n");
	end = strstr(text + 2, "*/");
	return end != NULL ? (size_t)(end + 2 - text) : 0;
}

static size_t token_length(enum token token, const char *text)
{
	switch (token) {
	case TOKEN_STRING:
		return string_length(text);
	case TOKEN_COMMENT:
		return comment_length(text);
	default:
		return 1;
	}
}

/* Returns where libconfuse would insert an environment variable, or NULL. */
static const char *find_variable(enum token token, const char *text, size_t length)
{
	const char *end = text + length;

	if (token == TOKEN_OTHER)
		return strncmp(text, "${", 2) == 0 ? text : NULL;
	if (*text != '"')
		return NULL;
	for (; text < end; text++) {
		if (strncmp(text, "${", 2) == 0)
			return text;
		if (*text == '\\')
			text++;
	}
	return NULL;
}

/* Walk through the tokens, and overwrite the comments. */
static const char *blank_comments(char *text, int *line)
{
	bool between_words = true;
	size_t length;

	for (*line = 1; *text != '\0'; text += length) {
		enum token token = token_at(text, between_words);
		const char *variable;

		length = token_length(token, text);
		if (length == 0)
			return token == TOKEN_STRING ? "a string without end"
						     : "a comment without end";
		variable = find_variable(token, text, length);
		if (variable != NULL) {
			*line += count_lines(text, (size_t)(variable - text));
			return "\"${\": variables of the environment are not used here";
		}
		between_words = token != TOKEN_OTHER || strchr(" \t\r\n={}(),+*", *text) != NULL;
		*line += count_lines(text, length);
		for (size_t i = 0; token == TOKEN_COMMENT && i < length; i++)
			text[i] = text[i] == '\n' ? '\n' : ' ';
	}
	return NULL;
}

const char *conf_text_prepare(char *text, size_t length, int *line)
{
	const char *why = check_encoding(text);

	*line = 1;
	if (why != NULL)
		return why;
	if (strlen(text) < length) {
		*line += count_lines(text, strlen(text));
		return "a NUL byte";
	}
	return blank_comments(text, line);
}

int conf_text_line_of(const char *text, const char *option)
{
	size_t length = strlen(option);
	int found = 1;

	for (int line = 1; text != NULL && *text != '\0'; line++) {
		const char *name = text + strspn(text, " \t");

		if (strncmp(name, option, length) == 0 && strchr(" \t\n+=", name[length]) != NULL)
			found = line;
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return found;
}
