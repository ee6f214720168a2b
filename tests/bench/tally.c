/*
 * What a run has counted.
 */
#include "tally.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const failure_names[FAILURES] = {
	[FAILED_REFUSED] = "refused",
	[FAILED_CUT] = "cut",
	[FAILED_PROTOCOL] = "protocol",
	[FAILED_VERDICT] = "verdict",
	[FAILED_MISSING] = "missing",
	[FAILED_SURPLUS] = "surplus",
	[FAILED_NOT_PURGED] = "not_purged",
};

void samples_add(struct samples *samples, int64_t us)
{
	if (samples->count == samples->size) {
		samples->size = samples->size == 0 ? 4096 : samples->size * 2;
		samples->values =
			realloc(samples->values, samples->size * sizeof(*samples->values));
		if (samples->values == NULL) {
			perror("load");
			exit(71);
		}
	}
	samples->values[samples->count++] = (uint32_t)us;
}

static int compare(const void *a, const void *b)
{
	const uint32_t *left = a;
	const uint32_t *right = b;

	return (*left > *right) - (*left < *right);
}

static void samples_print(struct samples *samples, const char *name, FILE *to)
{
	static const unsigned percentiles[] = {50, 95, 99};

	if (samples->count > 0)
		qsort(samples->values, samples->count, sizeof(*samples->values), compare);
	for (size_t i = 0; i < sizeof(percentiles) / sizeof(percentiles[0]); i++) {
		size_t at = samples->count * percentiles[i] / 100;

		fprintf(to, ", \"%s_us_p%u\": %" PRIu32, name, percentiles[i],
			samples->count > 0 ? samples->values[at] : 0);
	}
}

void tally_answer(struct tally *tally, const char *value)
{
	size_t length = strcspn(value, ";");
	struct answer *answer = tally->answers;

	while (answer < tally->answers + tally->answer_count &&
		(strncmp(answer->os, value, length) != 0 || answer->os[length] != '\0'))
		answer++;
	if (answer == tally->answers + tally->answer_count) {
		if (tally->answer_count == TALLY_ANSWERS || length >= sizeof(answer->os))
			return;
		memcpy(answer->os, value, length);
		tally->answer_count++;
	}
	answer->count++;
}

static void print_string(const char *string, FILE *to)
{
	putc('"', to);
	for (; *string != '\0'; string++) {
		if (*string == '"' || *string == '\\')
			putc('\\', to);
		if (*string >= ' ' && *string <= '~')
			putc(*string, to);
	}
	putc('"', to);
}

void tally_print(struct tally *tally, double seconds, FILE *to)
{
	fprintf(to, "\"seconds\": %.3f, \"messages_per_second\": %.1f", seconds,
		(double)tally->messages / seconds);
	fprintf(to,
		", \"sessions\": %" PRIu64 ", \"mailing\": %" PRIu64 ", \"messages\": %" PRIu64
		", \"aborted\": %" PRIu64 ", \"dropped\": %" PRIu64 ", \"inserted\": %" PRIu64
		", \"deleted\": %" PRIu64,
		tally->sessions, tally->mailing, tally->messages, tally->aborted, tally->dropped,
		tally->inserted, tally->deleted);
	for (int which = 0; which < FAILURES; which++)
		fprintf(to, ", \"%s\": %" PRIu64, failure_names[which], tally->failures[which]);
	samples_print(&tally->connect, "connect", to);
	samples_print(&tally->end_of_message, "eom", to);
	fprintf(to, ", \"answers\": {");
	for (size_t i = 0; i < tally->answer_count; i++) {
		fprintf(to, "%s", i > 0 ? ", " : "");
		print_string(tally->answers[i].os, to);
		fprintf(to, ": %" PRIu64, tally->answers[i].count);
	}
	fprintf(to, "}");
}
