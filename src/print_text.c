/*
 * The table for people.
 */
#include "print.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define NAME_SIZE (PRINT_LABEL_SIZE + 8)
#define NAME_MIN  12
#define NAME_MAX  30
#define BAR_MIN   8
#define BAR_MAX   40

/* The width beside the name: figures, and the bar's brackets. */
#define FIGURES  51
#define BRACKETS 4

/* How wide the columns are. */
struct layout {
	int name;
	int bar; /* 0 for none */
};

/* Flavors are listed under their OS. */
static const char *indent_of(const struct table *table, size_t column)
{
	return table->width == 2 && column == 1 ? "  " : "";
}

static void name_row(
	char name[NAME_SIZE], const struct table *table, const struct label *label, size_t column)
{
	char text[PRINT_LABEL_SIZE];

	print_label(text, label);
	snprintf(name, NAME_SIZE, "%s%s", indent_of(table, column),
		label->kind == LABEL_ABSENT ? "(none)" : text);
}

static struct layout lay_out(const struct table *table, unsigned columns)
{
	struct layout layout = {.name = NAME_MIN};
	char name[NAME_SIZE];

	for (size_t i = 0; i < table->count; i++) {
		for (size_t column = 0; column < table->width; column++) {
			name_row(name, table, &table->rows[i].labels[column], column);
			if ((int)strlen(name) > layout.name)
				layout.name = (int)strlen(name);
		}
	}
	if (layout.name > NAME_MAX)
		layout.name = NAME_MAX;
	layout.bar = (int)columns - layout.name - FIGURES - BRACKETS;
	if (layout.bar > BAR_MAX)
		layout.bar = BAR_MAX;
	if (layout.bar < BAR_MIN)
		layout.bar = 0;
	return layout;
}

/* The share up to its lower bound, and its interval. */
static char bar_cell(double share, struct score_interval interval)
{
	if (share < interval.low)
		return '#';
	return share <= interval.high ? '-' : ' ';
}

/* With a mark at the site's share. */
static void print_bar(FILE *to, int width, struct score_interval interval, double site)
{
	int mark = (int)(site * width);

	fputs("  [", to);
	for (int i = 0; i < width; i++) {
		bool is_mark = i == mark || (mark == width && i + 1 == width);

		fputc(is_mark ? '|' : bar_cell((i + 0.5) / width, interval), to);
	}
	fputc(']', to);
}

static void print_name(FILE *to, const char *name, int width)
{
	if ((int)strlen(name) <= width)
		fprintf(to, "%-*s", width, name);
	else
		fprintf(to, "%.*s...", width - 3, name);
}

/* A row, with the text that takes the place of a score. */
static void print_row(FILE *to, const struct layout *layout, const char *name,
	struct score_count count, double site, const char *suggestion)
{
	struct score_interval interval = score_interval(count);

	print_name(to, name, layout->name);
	fprintf(to, "%9" PRIu64 "%8" PRIu64 "%7.1f%%%7.1f -%5.1f%%%*s", count.messages, count.spam,
		100 * score_share(count), 100 * interval.low, 100 * interval.high,
		*suggestion != '\0' || layout->bar > 0 ? 11 : 0, suggestion);
	if (layout->bar > 0)
		print_bar(to, layout->bar, interval, site);
	fputc('\n', to);
}

static void print_label_row(FILE *to, const struct layout *layout, const struct table *table,
	const struct table_row *row, size_t column, uint64_t min)
{
	struct score_count count = column + 1 == table->width ? row->count : row->group;
	char suggestion[32] = "0 too few";
	char name[NAME_SIZE];
	double points;

	name_row(name, table, &row->labels[column], column);
	if (score_suggest(&points, count, table->all, min))
		snprintf(suggestion, sizeof(suggestion), "%+.2f", points);
	print_row(to, layout, name, count, score_share(table->all), suggestion);
}

/* A row for a flavor adds nothing when the OS has no other flavor and this one has no name. */
static bool is_repetition(const struct table *table, const struct table_row *row)
{
	return table->width == 2 && row->labels[1].kind != LABEL_STRING &&
	       row->count.messages == row->group.messages;
}

static bool begins_group(const struct table *table, const struct table_row *row)
{
	return table->width == 2 &&
	       (row == table->rows || !label_equal(&row->labels[0], &row[-1].labels[0]));
}

static void print_heading(FILE *to, const struct layout *layout, const struct table *table)
{
	char name[32];

	snprintf(name, sizeof(name), "%s%s%s", table_column(table, 0),
		table->width == 2 ? ", " : "", table->width == 2 ? table_column(table, 1) : "");
	fprintf(to, "%-*s%9s%8s%8s%15s%11s\n", layout->name, name, "messages", "spam", "share",
		"95% interval", "score");
}

void print_remarks(FILE *to, const struct summary *summary, const char *prefix)
{
	const struct table *table = &summary->table;

	for (enum summary_apart i = 0; i < APART_KINDS; i++) {
		if (summary->apart[i] > 0)
			fprintf(to, "%s%" PRIu64 " %s\n", prefix, summary->apart[i],
				summary_reason(i));
	}
	if (summary->leaning > 0)
		fprintf(to,
			"%s%" PRIu64 " of those in the table have a verdict that may lean on the "
			"header: what\n%srules named P0F_* added to it is not told\n",
			prefix, summary->leaning, prefix);
	if (table->count > TABLE_ROWS)
		fprintf(to, "%s%" PRIu64 " are in the row (other): there are over %d kinds\n",
			prefix, table->rows[table->count - 1].count.messages, TABLE_ROWS);
}

void print_text(FILE *to, const struct summary *summary, const struct print_options *options)
{
	const struct table *table = &summary->table;
	struct layout layout = lay_out(table, options->columns);

	print_heading(to, &layout, table);
	for (const struct table_row *row = table->rows; row < table->rows + table->count; row++) {
		if (begins_group(table, row))
			print_label_row(to, &layout, table, row, 0, options->min);
		if (!is_repetition(table, row))
			print_label_row(to, &layout, table, row, table->width - 1, options->min);
	}
	print_row(to, &layout, "all", table->all, score_share(table->all), "");
	if (layout.bar > 0)
		fputs("\n[##--|  ] up to its lower bound, the interval, and the share of all "
		      "mail\n",
			to);
	fprintf(to, "\n%" PRIu64 " messages, %" PRIu64 " of them in the table\n", summary->messages,
		table->all.messages);
	print_remarks(to, summary, "  ");
}
