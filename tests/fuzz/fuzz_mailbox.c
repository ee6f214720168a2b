/*
 * A file of mail, an mbox or a message. The input is read once by large and once by small reads,
 * and both must find the same. The messages are counted in a table whose sums must agree.
 */
#include "fuzz.h"
#include "mbox.h"
#include "summary.h"

#include <stdlib.h>
#include <unistd.h>

const unsigned fuzz_rounds = 100000;

static struct reader reader;
static struct summary summaries[2];

static void take(void *context, const struct message *message)
{
	if (message->count > 0 && strlen(message->value) >= sizeof(message->value))
		fuzz_fail("a value without an end");
	if (!message->has_fields)
		fuzz_fail("a message without a field");
	summary_take(context, message, VERDICT_NONE);
}

static void check_row(const struct table *table, const struct table_row *row)
{
	struct score_interval interval = score_interval(row->count);
	double share = score_share(row->count);
	double points;
	bool is_told = score_suggest(&points, row->count, table->all, 1);

	if (row->count.messages == 0 || row->count.spam > row->count.messages)
		fuzz_fail("a row that counts nothing, or too much spam");
	if (interval.low < 0 || interval.low > share || interval.high < share || interval.high > 1)
		fuzz_fail("an interval without its share");
	if (points < SCORE_LOWEST || points > SCORE_HIGHEST || (!is_told && points != 0))
		fuzz_fail("a score of %f", points);
}

static void check(const struct summary *summary)
{
	const struct table *table = &summary->table;
	uint64_t messages = 0;
	uint64_t spam = 0;
	uint64_t apart = 0;

	for (size_t i = 0; i < table->count; i++) {
		check_row(table, &table->rows[i]);
		messages += table->rows[i].count.messages;
		spam += table->rows[i].count.spam;
	}
	for (size_t i = 0; i < APART_KINDS; i++)
		apart += summary->apart[i];
	if (messages != table->all.messages || spam != table->all.spam)
		fuzz_fail("the rows have another sum");
	if (apart + messages != summary->messages || summary->leaning > messages)
		fuzz_fail("messages are missing");
}

static void read_all(int fd, size_t chunk, struct summary *summary)
{
	memset(&reader.odd, 0, sizeof(reader.odd));
	/* name nothing, or each input would write a line on standard error */
	for (size_t i = 0; i < ODD_KINDS; i++)
		reader.odd.counts[i] = 1000;
	reader.header = "X-P0F-OS";
	reader.take = take;
	reader.context = summary;
	strcpy(reader.path, "file");
	summary_begin(summary, TABLE_OS_FLAVOR);
	if (lseek(fd, 0, SEEK_SET) != 0)
		fuzz_fail("lseek");
	lines_open(&reader.lines, fd, chunk);
	mbox_read(&reader);
	table_sort(&summary->table);
	check(summary);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = fuzz_file(data, size);
	size_t chunk = size > 0 ? 1 + data[size - 1] % 64 : 1;

	read_all(fd, LINES_BUFFER, &summaries[0]);
	read_all(fd, chunk, &summaries[1]);
	if (summaries[0].messages != summaries[1].messages ||
		memcmp(summaries[0].apart, summaries[1].apart, sizeof(summaries[0].apart)) != 0 ||
		summaries[0].table.all.messages != summaries[1].table.all.messages ||
		summaries[0].table.all.spam != summaries[1].table.all.spam ||
		summaries[0].table.count != summaries[1].table.count)
		fuzz_fail("reads of %zu bytes see something else", chunk);
	return 0;
}
