#ifndef HEADER_READER_H
#define HEADER_READER_H

#include "header.h"

#include <stdbool.h>
#include <stddef.h>

#define HEADER_PARAMS_MAX 20

/* One parameter as a reader of the header sees it. */
struct header_param {
	char name[24];
	bool quoted;
	char text[64];
};

struct header_params {
	size_t count;
	struct header_param list[HEADER_PARAMS_MAX];
};

/* What a value is made from; the name in options is this one. */
struct header_sample {
	char name[65];
	struct header_options options;
	struct p0f_reply reply;
	int64_t now;
};

/* Read an unfolded value. Returns false when it does not follow the grammar. */
bool header_read(struct header_params *params, const char *at);

/*
 * Unfold as RFC 5322 has it: a line end goes, the blank after it stays. Returns false for
 * any byte that is neither printable ASCII nor of a fold, and for a line of blanks.
 */
bool header_read_unfold(char *to, const char *value);

/*
 * Format the sample, and read it back: it must say what p0f said, fit, and have no long
 * line. Returns NULL, or what is wrong, as a constant string; the value is in value.
 */
const char *header_sample_check(const struct header_sample *sample, char value[HEADER_VALUE_SIZE]);

#endif
