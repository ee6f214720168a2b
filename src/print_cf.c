/*
 * The table as rules for SpamAssassin. A rule reads the whole header by its grammar, so
 * that it hits the messages of its row and no others: one header, with no age, of a client
 * that p0f has seen.
 */
#include "print.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* SpamAssassin takes 50 characters. "__1001" may follow. */
#define NAME_MAX  40
#define NAME_SIZE 50

/* A quoted string, in the header and in a pattern. */
#define STRING "\"(?:[^\"\\\\]|\\\\.)*\""
#define ANY_OS "(?:unknown|" STRING ")"

/* Any other parameters except this one and those that set a message apart. */
#define OTHERS_BEGIN "(?:;\\s+(?!age=|match=unseen"
#define OTHERS_END   ")[^=;\"\\\\\\s]+=(?:" STRING "|[^;\"\\\\\\s]+))*"
#define OTHERS       OTHERS_BEGIN OTHERS_END

/* Append the characters that a name may have. Any run of others becomes one "_". */
static void append_name(char name[NAME_SIZE], const char *text)
{
	size_t length = strlen(name);

	for (; *text != '\0' && length < NAME_MAX; text++) {
		if (isalnum((unsigned char)*text))
			name[length++] = (char)toupper((unsigned char)*text);
		else if (name[length - 1] != '_')
			name[length++] = '_';
	}
	name[length] = '\0';
}

/* By its labels alone, so that several rows may get the same name. */
static void name_base(char name[NAME_SIZE], const struct table *table, const struct table_row *row)
{
	strcpy(name, "P0F_SITE_");
	append_name(name, table_column(table, 0));
	for (size_t i = 0; i < table->width; i++) {
		append_name(name, "_");
		append_name(
			name, row->labels[i].kind == LABEL_ABSENT ? "none" : row->labels[i].text);
	}
	while (name[strlen(name) - 1] == '_')
		name[strlen(name) - 1] = '\0';
}

static void name_rule(char name[NAME_SIZE], const struct table *table, const struct table_row *row)
{
	char other[NAME_SIZE];
	unsigned number = 1;

	name_base(name, table, row);
	for (const struct table_row *at = table->rows; at < row; at++) {
		name_base(other, table, at);
		number += strcmp(other, name) == 0;
	}
	/* a name made of labels never has two underscores in succession */
	if (number > 1)
		snprintf(name + strlen(name), NAME_SIZE - strlen(name), "__%u", number);
}

/* Write a byte of the header in a pattern between slashes; "#" would begin a comment. */
static void print_byte(FILE *to, char byte)
{
	if (isalnum((unsigned char)byte) || strchr(" _-\",:;=", byte) != NULL)
		fputc(byte, to);
	else if (strchr(".()/+*?[]{}|^$\\", byte) != NULL)
		fprintf(to, "\\%c", byte);
	else
		fprintf(to, "\\x%02x", (unsigned)(unsigned char)byte);
}

/* A label as the header has it. */
static void print_value(FILE *to, const struct label *label)
{
	bool is_string = label->kind == LABEL_STRING;

	if (is_string)
		fputc('"', to);
	for (const char *at = label->text; *at != '\0'; at++) {
		if (is_string && (*at == '"' || *at == '\\'))
			print_byte(to, '\\');
		print_byte(to, *at);
	}
	if (is_string)
		fputc('"', to);
}

/* The parameters after the OS: with this one, or without it. */
static void print_params(FILE *to, const char *name, const struct label *label)
{
	if (label->kind == LABEL_ABSENT) {
		fprintf(to, OTHERS_BEGIN "|%s=" OTHERS_END, name);
		return;
	}
	fprintf(to, OTHERS ";\\s+%s=", name);
	print_value(to, label);
	fputs(OTHERS, to);
}

static void print_pattern(FILE *to, const struct table *table, const struct table_row *row)
{
	bool has_os = table->by == TABLE_OS || table->by == TABLE_OS_FLAVOR;

	fputs("/^\\s*os=", to);
	if (has_os)
		print_value(to, &row->labels[0]);
	else
		fputs(ANY_OS, to);
	if (table->by == TABLE_OS || table->by == TABLE_FAMILY)
		fputs(OTHERS, to);
	else
		print_params(
			to, table_column(table, table->width - 1), &row->labels[table->width - 1]);
	fputs("\\s*$/\n", to);
}

/* The client's address is not in our header, but SpamAssassin knows it. */
static void print_family(FILE *to, const char *name, const struct print_options *options,
	const struct table *table, const struct table_row *row)
{
	bool is_ipv4 = strcmp(row->labels[0].text, "IPv4") == 0;

	fprintf(to, "header   __%s_OURS %s =~ ", name, options->header);
	print_pattern(to, table, row);
	fprintf(to, "header   __%s_PEER X-Spam-Relays-External =~ /^\\[ ip=%s /\n", name,
		is_ipv4 ? "\\d+\\.\\d+\\.\\d+\\.\\d+" : "[\\da-fA-F]*:[\\da-fA-F:.]*");
	fprintf(to, "meta     %s (__%s_OURS && __%s_PEER)\n", name, name, name);
}

static void print_header_rule(FILE *to, const char *name, const struct print_options *options,
	const struct table *table, const struct table_row *row)
{
	fprintf(to, "header   %s %s =~ ", name, options->header);
	print_pattern(to, table, row);
}

static bool has_rule(const struct table *table, const struct table_row *row)
{
	if (table->by == TABLE_FAMILY && strcmp(row->labels[0].text, "unknown") == 0)
		return false;
	return row->labels[0].kind != LABEL_OTHER;
}

static void print_rule(FILE *to, const struct table *table, const struct table_row *row,
	double points, const struct print_options *options)
{
	char name[NAME_SIZE];

	name_rule(name, table, row);
	fprintf(to, "\n# %" PRIu64 " messages, %" PRIu64 " of them spam\n", row->count.messages,
		row->count.spam);
	if (table->by == TABLE_FAMILY)
		print_family(to, name, options, table, row);
	else
		print_header_rule(to, name, options, table, row);
	fprintf(to, "describe %s p0f: here %.1f %% of such mail is spam\n", name,
		100 * score_share(row->count));
	if (points < 0)
		fprintf(to, "tflags   %s nice\n", name);
	fprintf(to, "score    %s %.2f\n", name, points);
}

void print_cf(FILE *to, const struct summary *summary, const struct print_options *options)
{
	const struct table *table = &summary->table;
	double points;

	fprintf(to,
		"# Scores by p0f-milter-report " VERSION " from %" PRIu64 " messages, %" PRIu64
		" of them spam.\n"
		"# They take the place of the rules that p0f-milter brings: set the scores of "
		"those\n"
		"# to 0. Rows that suggest nothing have no rule.\n",
		table->all.messages, table->all.spam);
	fprintf(to, "# %" PRIu64 " messages were read.\n", summary->messages);
	print_remarks(to, summary, "#   ");
	for (const struct table_row *row = table->rows; row < table->rows + table->count; row++) {
		if (score_suggest(&points, row->count, table->all, options->min) && points != 0 &&
			has_rule(table, row))
			print_rule(to, table, row, points, options);
	}
}
