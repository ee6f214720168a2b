#ifndef TABLE_H
#define TABLE_H

#include "fingerprint.h"
#include "received.h"
#include "score.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows of a table. Messages that need more are counted in one extra row. */
#define TABLE_ROWS 1000

/* What each row stands for. */
enum table_by {
	TABLE_OS_FLAVOR,
	TABLE_OS,
	TABLE_FLAVOR,
	TABLE_MATCH,
	TABLE_DISTANCE,
	TABLE_LINK,
	TABLE_FAMILY,
};

/* Labels beyond the table's width are not used. */
struct table_row {
	struct label labels[2];
	struct score_count count;
	struct score_count group; /* of all rows with this first label; by table_sort() */
};

struct table {
	enum table_by by;
	size_t width; /* labels per row */
	struct score_count all;
	size_t count;
	struct table_row rows[TABLE_ROWS + 1];
};

/* Begin an empty table. */
void table_begin(struct table *table, enum table_by by);

/* Find the mode by its name on the command line. Returns false when there is none. */
bool table_by_name(enum table_by *by, const char *name);

/* Returns the name of a column of labels. */
const char *table_column(const struct table *table, size_t column);

/* Count a message. */
void table_add(struct table *table, const struct fingerprint *fingerprint,
	enum received_family family, bool is_spam);

/*
 * Sort by the number of messages, flavors within their OS; distances by their number. Sets the
 * sums of the groups.
 */
void table_sort(struct table *table);

#endif
