#ifndef TABLE_H
#define TABLE_H

#include "fingerprint.h"
#include "received.h"
#include "score.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows of a table. What comes when all are taken is counted in one more. */
#define TABLE_ROWS 1000

/* What the rows are. */
enum table_by {
	TABLE_OS_FLAVOR,
	TABLE_OS,
	TABLE_FLAVOR,
	TABLE_MATCH,
	TABLE_DISTANCE,
	TABLE_LINK,
	TABLE_FAMILY,
};

/* Labels beyond the table's width are absent. */
struct table_row {
	struct label labels[2];
	struct score_count count;
	struct score_count group; /* all rows with this first label; by table_sort() */
};

struct table {
	enum table_by by;
	size_t width; /* labels of a row */
	struct score_count all;
	size_t count;
	struct table_row rows[TABLE_ROWS + 1];
};

/* Begin an empty table. */
void table_begin(struct table *table, enum table_by by);

/* The mode by its name on the command line. Returns false when there is none. */
bool table_by_name(enum table_by *by, const char *name);

/* The name of a column of labels. */
const char *table_column(const struct table *table, size_t column);

/* Count a message. */
void table_add(struct table *table, const struct fingerprint *fingerprint,
	enum received_family family, bool is_spam);

/*
 * Sort: what has most messages first, flavors within their OS; distances by their number.
 * Sums up the groups.
 */
void table_sort(struct table *table);

#endif
