/*
 * Counts of messages, by what the header says about their clients.
 */
#include "table.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	[TABLE_OS_FLAVOR] = "os",
	[TABLE_OS] = "os",
	[TABLE_FLAVOR] = "flavor",
	[TABLE_MATCH] = "match",
	[TABLE_DISTANCE] = "distance",
	[TABLE_LINK] = "link",
	[TABLE_FAMILY] = "family",
};

void table_begin(struct table *table, enum table_by by)
{
	table->by = by;
	table->width = by == TABLE_OS_FLAVOR ? 2 : 1;
	table->count = 0;
	table->all = (struct score_count){0, 0};
}

bool table_by_name(enum table_by *by, const char *name)
{
	for (enum table_by i = TABLE_OS; i <= TABLE_FAMILY; i++) {
		if (strcmp(names[i], name) == 0) {
			*by = i;
			return true;
		}
	}
	return false;
}

const char *table_column(const struct table *table, size_t column)
{
	return names[column == 0 ? table->by : TABLE_FLAVOR];
}

static struct label family_label(enum received_family family)
{
	static const char *const families[] = {
		[RECEIVED_UNKNOWN] = "unknown", [RECEIVED_IPV4] = "IPv4", [RECEIVED_IPV6] = "IPv6"};
	struct label label = {.kind = LABEL_TOKEN};

	strcpy(label.text, families[family]);
	return label;
}

static struct label first_label(
	enum table_by by, const struct fingerprint *fingerprint, enum received_family family)
{
	switch (by) {
	case TABLE_FLAVOR:
		return fingerprint->flavor;
	case TABLE_MATCH:
		return fingerprint->match;
	case TABLE_DISTANCE:
		return fingerprint->distance;
	case TABLE_LINK:
		return fingerprint->link;
	case TABLE_FAMILY:
		return family_label(family);
	default:
		return fingerprint->os;
	}
}

/* Returns the row with these labels, which may be new; the last row when there is no more room. */
static struct table_row *find_row(struct table *table, const struct label labels[2])
{
	struct table_row *row = table->rows;

	for (size_t i = 0; i < table->count; i++, row++) {
		if (label_equal(&row->labels[0], &labels[0]) &&
			label_equal(&row->labels[1], &labels[1]))
			return row;
	}
	if (table->count > TABLE_ROWS)
		return &table->rows[TABLE_ROWS];
	table->count++;
	row->count = (struct score_count){0, 0};
	for (size_t i = 0; i < 2; i++)
		row->labels[i] =
			table->count <= TABLE_ROWS ? labels[i] : (struct label){LABEL_OTHER, ""};
	return row;
}

static void count_message(struct score_count *count, bool is_spam)
{
	count->messages++;
	count->spam += is_spam;
}

void table_add(struct table *table, const struct fingerprint *fingerprint,
	enum received_family family, bool is_spam)
{
	struct label labels[2] = {first_label(table->by, fingerprint, family)};

	if (table->width == 2)
		labels[1] = fingerprint->flavor;
	count_message(&find_row(table, labels)->count, is_spam);
	count_message(&table->all, is_spam);
}

static int compare_labels(const struct label *a, const struct label *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->text, b->text);
}

/* More messages first. */
static int compare_counts(struct score_count a, struct score_count b)
{
	if (a.messages != b.messages)
		return a.messages > b.messages ? -1 : 1;
	return 0;
}

/* A number with fewer digits is smaller. */
static int compare_numbers(const struct label *a, const struct label *b)
{
	size_t length_a = strlen(a->text);
	size_t length_b = strlen(b->text);

	if (length_a != length_b)
		return length_a < length_b ? -1 : 1;
	return strcmp(a->text, b->text);
}

static int compare_distances(const void *left, const void *right)
{
	const struct label *a = ((const struct table_row *)left)->labels;
	const struct label *b = ((const struct table_row *)right)->labels;

	if (a->kind == LABEL_TOKEN && b->kind == LABEL_TOKEN)
		return compare_numbers(a, b);
	return compare_labels(a, b);
}

static int compare_rows(const void *left, const void *right)
{
	const struct table_row *a = left;
	const struct table_row *b = right;
	int order = (a->labels[0].kind == LABEL_OTHER) - (b->labels[0].kind == LABEL_OTHER);

	if (order == 0)
		order = compare_counts(a->group, b->group);
	if (order == 0)
		order = compare_labels(&a->labels[0], &b->labels[0]);
	if (order == 0)
		order = compare_counts(a->count, b->count);
	return order != 0 ? order : compare_labels(&a->labels[1], &b->labels[1]);
}

static void sum_group(struct table *table, struct table_row *row)
{
	row->group = (struct score_count){0, 0};
	for (size_t i = 0; i < table->count; i++) {
		if (label_equal(&table->rows[i].labels[0], &row->labels[0])) {
			row->group.messages += table->rows[i].count.messages;
			row->group.spam += table->rows[i].count.spam;
		}
	}
}

void table_sort(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		sum_group(table, &table->rows[i]);
	qsort(table->rows, table->count, sizeof(table->rows[0]),
		table->by == TABLE_DISTANCE ? compare_distances : compare_rows);
}
