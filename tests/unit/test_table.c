/*
 * Counting: which row a message belongs to, the order of the rows, and their limit.
 */
#include "table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct table table;

static void add(const char *value, enum received_family family, bool is_spam)
{
	struct fingerprint fingerprint;

	if (fingerprint_read(&fingerprint, value) == FINGERPRINT_BAD)
		fail_msg("not a header: %s", value);
	table_add(&table, &fingerprint, family, is_spam);
}

static void check_row(
	size_t at, const char *first, const char *second, uint64_t messages, uint64_t spam)
{
	const struct table_row *row = &table.rows[at];

	assert_true(at < table.count);
	assert_string_equal(row->labels[0].text, first);
	if (table.width == 2)
		assert_string_equal(row->labels[1].text, second);
	assert_int_equal(row->count.messages, messages);
	assert_int_equal(row->count.spam, spam);
}

static void flavors_within_their_os(void **state)
{
	(void)state;
	table_begin(&table, TABLE_OS_FLAVOR);
	add("os=\"A\"; flavor=\"1\"", RECEIVED_UNKNOWN, true);
	add("os=\"B\"; flavor=\"1\"", RECEIVED_UNKNOWN, true);
	add("os=\"B\"; flavor=\"1\"", RECEIVED_UNKNOWN, false);
	add("os=\"A\"; flavor=\"2\"", RECEIVED_UNKNOWN, true);
	add("os=\"A\"", RECEIVED_UNKNOWN, false);
	add("os=\"A\"; flavor=\"2\"", RECEIVED_UNKNOWN, true);
	table_sort(&table);
	assert_int_equal(table.count, 4);
	check_row(0, "A", "2", 2, 2);
	check_row(1, "A", "", 1, 0);
	check_row(2, "A", "1", 1, 1);
	check_row(3, "B", "1", 2, 1);
	assert_int_equal(table.rows[1].group.messages, 4);
	assert_int_equal(table.rows[1].group.spam, 3);
	assert_int_equal(table.all.messages, 6);
	assert_int_equal(table.all.spam, 4);
}

static void each_mode(void **state)
{
	static const struct {
		const char *name;
		const char *label;
	} rows[] = {
		{"os", "A"},
		{"flavor", "B"},
		{"match", "fuzzy"},
		{"distance", "12"},
		{"link", "C"},
		{"family", "IPv6"},
	};
	enum table_by by;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_true(table_by_name(&by, rows[i].name));
		table_begin(&table, by);
		assert_string_equal(table_column(&table, 0), rows[i].name);
		add("os=\"A\"; flavor=\"B\"; match=fuzzy; distance=12; link=\"C\"", RECEIVED_IPV6,
			true);
		check_row(0, rows[i].label, NULL, 1, 1);
	}
	assert_false(table_by_name(&by, "color"));
}

static void distances_by_number(void **state)
{
	static const char *const values[] = {"os=\"A\"; distance=12", "os=\"A\"; distance=9",
		"os=\"A\"", "os=\"A\"; distance=100", "os=\"A\"; distance=10"};
	static const char *const order[] = {"", "9", "10", "12", "100"};

	(void)state;
	table_begin(&table, TABLE_DISTANCE);
	for (size_t i = 0; i < LENGTH(values); i++)
		add(values[i], RECEIVED_UNKNOWN, false);
	table_sort(&table);
	for (size_t i = 0; i < LENGTH(order); i++)
		check_row(i, order[i], NULL, 1, 0);
}

static void a_name_is_not_a_token(void **state)
{
	(void)state;
	table_begin(&table, TABLE_OS);
	add("os=unknown", RECEIVED_UNKNOWN, false);
	add("os=\"unknown\"", RECEIVED_UNKNOWN, true);
	assert_int_equal(table.count, 2);
}

static void rows_have_an_end(void **state)
{
	char value[64];

	(void)state;
	table_begin(&table, TABLE_OS);
	for (unsigned i = 0; i < TABLE_ROWS + 5; i++) {
		snprintf(value, sizeof(value), "os=\"%u\"", i);
		for (unsigned times = 0; times < 7; times++)
			add(value, RECEIVED_UNKNOWN, times == 0);
	}
	table_sort(&table);
	assert_int_equal(table.count, TABLE_ROWS + 1);
	/* at the end, although it has most messages */
	assert_int_equal(table.rows[TABLE_ROWS].labels[0].kind, LABEL_OTHER);
	check_row(TABLE_ROWS, "", NULL, 35, 5);
	check_row(0, "0", NULL, 7, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flavors_within_their_os),
		cmocka_unit_test(each_mode),
		cmocka_unit_test(distances_by_number),
		cmocka_unit_test(a_name_is_not_a_token),
		cmocka_unit_test(rows_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
