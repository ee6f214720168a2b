/*
 * The fake p0f of the unit tests as a program, for the system tests.
 *
 * It prints the path of its socket. Each line on standard input is an order, which it carries out
 * and answers with a line. At the end of the input it prints its counts.
 */
#include "fake_p0f.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hold_back(struct fake_p0f *fake)
{
	fake_p0f_release(fake, 0);
}

static void answer_one(struct fake_p0f *fake)
{
	fake_p0f_release(fake, 1);
}

static void answer_all(struct fake_p0f *fake)
{
	fake_p0f_release(fake, FAKE_ALL);
}

static void die(struct fake_p0f *fake)
{
	fake_p0f_listen(fake, false);
}

static void come_back(struct fake_p0f *fake)
{
	fake_p0f_listen(fake, true);
}

static void await_query(struct fake_p0f *fake)
{
	fake_p0f_wait(fake, FAKE_QUERIES, fake_p0f_count(fake, FAKE_ANSWERS) + 1);
}

/* The former client has ended: first record how. */
static void expect_new_client(struct fake_p0f *fake)
{
	fake_p0f_sync(fake);
	fake_p0f_expect_new_client(fake);
}

static const struct {
	const char *line;
	void (*carry_out)(struct fake_p0f *fake);
} orders[] = {
	{"hold back\n", hold_back},
	{"answer one\n", answer_one},
	{"answer all\n", answer_all},
	{"await a query\n", await_query},
	{"die\n", die},
	{"come back\n", come_back},
	{"hang up\n", fake_p0f_hang_up},
	{"expect a new client\n", expect_new_client},
};

static void obey(struct fake_p0f *fake, const char *line)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (strcmp(line, orders[i].line) == 0) {
			orders[i].carry_out(fake);
			puts("done");
			return;
		}
	}
	fprintf(stderr, "strict_p0f: what is %s", line);
	exit(64);
}

static void print_counts(struct fake_p0f *fake)
{
	static const char *const names[FAKE_COUNTS] = {
		[FAKE_CONNECTS] = "connections",
		[FAKE_QUERIES] = "queries",
		[FAKE_ANSWERS] = "answers",
		[FAKE_CLOSES] = "closes",
		[FAKE_UNANSWERED_MAX] = "in_flight_max",
		[FAKE_SECOND_CONNECTION] = "second_connections",
		[FAKE_CLOSED_EARLY] = "closed_early",
		[FAKE_HALF_CLOSED] = "half_closed",
		[FAKE_BAD_QUERY] = "bad_queries",
		[FAKE_HASTY_CONNECT] = "hasty_connections",
	};

	fake_p0f_sync(fake);
	for (int which = 0; which < FAKE_COUNTS; which++)
		printf("%s %u\n", names[which], fake_p0f_count(fake, (enum fake_count)which));
}

int main(void)
{
	struct fake_p0f *fake = fake_p0f_new(FAKE_UNIX, "strict");
	char line[64];

	setvbuf(stdout, NULL, _IOLBF, 0);
	puts(fake_p0f_name(fake));
	while (fgets(line, sizeof(line), stdin) != NULL)
		obey(fake, line);
	print_counts(fake);
	fake_p0f_free(fake);
	return 0;
}
