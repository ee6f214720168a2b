/*
 * Intervals and scores, checked against figures worked out elsewhere, the equation that Wilson's
 * bounds solve, and random data.
 */
#include "rng.h"
#include "score.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static int near(double a, double b, double distance)
{
	return fabs(a - b) <= distance;
}

/* Worked out in Python, with the closed form. */
static void intervals(void **state)
{
	static const struct {
		struct score_count count;
		double low;
		double high;
	} rows[] = {
		{{10, 0}, 0, 0.2775328},
		{{10, 1}, 0.0178762, 0.4041500},
		{{10, 5}, 0.2365931, 0.7634069},
		{{10, 10}, 0.7224672, 1},
		{{100, 81}, 0.7222115, 0.8748525},
		{{1000, 993}, 0.9856217, 0.9966051},
		{{0, 0}, 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct score_interval interval = score_interval(rows[i].count);

		if (!near(interval.low, rows[i].low, 1e-6) ||
			!near(interval.high, rows[i].high, 1e-6))
			fail_msg("row %zu: %.7f to %.7f", i, interval.low, interval.high);
	}
}

/* A bound b of n messages with the share p: (p - b)^2 = z^2 b (1 - b) / n. */
static void bounds_solve_the_equation(void **state)
{
	(void)state;
	for (uint64_t n = 1; n < 200; n++) {
		for (uint64_t s = 0; s <= n; s++) {
			struct score_interval interval = score_interval((struct score_count){n, s});
			double p = (double)s / (double)n;
			double z = 1.959963984540054;

			assert_true(interval.low <= p && p <= interval.high);
			assert_true(near((p - interval.low) * (p - interval.low),
				z * z * interval.low * (1 - interval.low) / (double)n, 1e-12));
			assert_true(near((p - interval.high) * (p - interval.high),
				z * z * interval.high * (1 - interval.high) / (double)n, 1e-12));
		}
	}
}

static void suggestions(void **state)
{
	static const struct {
		const char *label;
		struct score_count count;
		struct score_count site;
		uint64_t min;
		int is_told;
		double points;
	} rows[] = {
		/* the bound of 100 of 105 is 0.8933, its odds are 8.38 to 1: 3.07 doublings */
		{"spam", {105, 100}, {1000, 500}, 50, 1, 1.53},
		{"ham", {105, 5}, {1000, 500}, 50, 1, -1.00},
		{"some ham", {100, 30}, {1000, 500}, 50, 1, -0.30},
		{"as all mail", {100, 50}, {1000, 500}, 50, 0, 0},
		{"a little more", {100, 58}, {1000, 500}, 50, 0, 0},
		{"spam, where most is", {1000, 990}, {10000, 9000}, 50, 1, 1.29},
		{"too few", {49, 49}, {1000, 500}, 50, 0, 0},
		{"enough", {50, 50}, {1000, 500}, 50, 1, 1.85},
		{"few, and few asked for", {8, 8}, {1000, 500}, 8, 1, 0.53},
		{"the highest", {100000, 100000}, {200000, 100000}, 50, 1, 2.50},
		{"the lowest", {100000, 0}, {200000, 100000}, 50, 1, -1.00},
		{"only spam", {100, 100}, {100, 100}, 50, 0, 0},
		{"only ham", {100, 0}, {1000, 0}, 50, 0, 0},
		{"nothing", {0, 0}, {0, 0}, 1, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		double points = 99;
		int is_told = score_suggest(&points, rows[i].count, rows[i].site, rows[i].min);

		if (is_told != rows[i].is_told || !near(points, rows[i].points, 1e-9))
			fail_msg("%s: %d, %.4f", rows[i].label, is_told, points);
	}
}

/* The labels of 100 corpora of 5 kinds are random. */
static void chance_suggests_nothing(void **state)
{
	unsigned suggested = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct rng rng = {seed};
		struct score_count counts[5] = {{0, 0}};
		struct score_count all = {0, 0};
		double points;

		for (unsigned i = 0; i < 2000; i++) {
			struct score_count *count = &counts[rng_below(&rng, 5)];
			unsigned is_spam = rng_below(&rng, 10) < 4;

			count->messages++;
			count->spam += is_spam;
			all.messages++;
			all.spam += is_spam;
		}
		for (unsigned i = 0; i < 5; i++)
			suggested += score_suggest(&points, counts[i], all, 50);
	}
	if (suggested > 25)
		fail_msg("%u of 500 rows suggest something", suggested);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals),
		cmocka_unit_test(bounds_solve_the_equation),
		cmocka_unit_test(suggestions),
		cmocka_unit_test(chance_suggests_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
