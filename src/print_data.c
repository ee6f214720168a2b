/*
 * The table for other programs.
 */
#include "print.h"

#include <inttypes.h>
#include <string.h>

void print_label(char text[PRINT_LABEL_SIZE], const struct label *label)
{
	bool is_quoted = label->kind == LABEL_STRING && strcmp(label->text, "unknown") == 0;

	if (label->kind == LABEL_OTHER)
		strcpy(text, "(other)");
	else
		snprintf(text, PRINT_LABEL_SIZE, is_quoted ? "\"%s\"" : "%s", label->text);
}

static void print_csv_label(FILE *to, const struct label *label)
{
	char text[PRINT_LABEL_SIZE];

	print_label(text, label);
	if (strpbrk(text, "\",") == NULL) {
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (const char *at = text; *at != '\0'; at++)
		fputs(*at == '"' ? "\"\"" : (char[]){*at, '\0'}, to);
	fputc('"', to);
}

void print_csv(FILE *to, const struct summary *summary, const struct print_options *options)
{
	const struct table *table = &summary->table;

	for (size_t i = 0; i < table->width; i++)
		fprintf(to, "%s,", table_column(table, i));
	fputs("messages,spam,share,low,high,score\n", to);
	for (const struct table_row *row = table->rows; row < table->rows + table->count; row++) {
		struct score_interval interval = score_interval(row->count);
		double points;

		score_suggest(&points, row->count, table->all, options->min);
		for (size_t i = 0; i < table->width; i++) {
			print_csv_label(to, &row->labels[i]);
			fputc(',', to);
		}
		fprintf(to, "%" PRIu64 ",%" PRIu64 ",%.4f,%.4f,%.4f,%.2f\n", row->count.messages,
			row->count.spam, score_share(row->count), interval.low, interval.high,
			points);
	}
}

/* Labels are printable ASCII. */
static void print_json_label(FILE *to, const struct table *table, const struct label *label)
{
	char text[PRINT_LABEL_SIZE];

	print_label(text, label);
	if (label->kind == LABEL_ABSENT) {
		fputs("null", to);
		return;
	}
	if (table->by == TABLE_DISTANCE && label->kind == LABEL_TOKEN) {
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (const char *at = text; *at != '\0'; at++)
		fprintf(to, *at == '"' || *at == '\\' ? "\\%c" : "%c", *at);
	fputc('"', to);
}

void print_json(FILE *to, const struct summary *summary, const struct print_options *options)
{
	const struct table *table = &summary->table;
	const char *separator = "[\n";

	for (const struct table_row *row = table->rows; row < table->rows + table->count; row++) {
		struct score_interval interval = score_interval(row->count);
		double points;

		score_suggest(&points, row->count, table->all, options->min);
		fprintf(to, "%s {", separator);
		separator = ",\n";
		for (size_t i = 0; i < table->width; i++) {
			fprintf(to, "\"%s\": ", table_column(table, i));
			print_json_label(to, table, &row->labels[i]);
			fputs(", ", to);
		}
		fprintf(to,
			"\"messages\": %" PRIu64 ", \"spam\": %" PRIu64
			", \"share\": %.4f, \"low\": %.4f, \"high\": %.4f, \"score\": %.2f}",
			row->count.messages, row->count.spam, score_share(row->count), interval.low,
			interval.high, points);
	}
	fputs(table->count > 0 ? "\n]\n" : "[]\n", to);
}
