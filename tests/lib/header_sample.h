#ifndef HEADER_SAMPLE_H
#define HEADER_SAMPLE_H

#include "header.h"

#include <stdbool.h>
#include <stdint.h>

/* What a value is made from. options.name must be this name. */
struct header_sample {
	char name[65];
	struct header_options options;
	struct p0f_reply reply;
	int64_t now;
};

/*
 * Format the sample, and read it back: it must say what p0f said, and fit without a long line.
 * Returns NULL, or what is wrong, as a constant string; the value is in value.
 */
const char *header_sample_check(const struct header_sample *sample, char value[HEADER_VALUE_SIZE]);

/*
 * Unfold as RFC 5322, section 2.2.3, says: "\n\t" becomes a space. to needs as many bytes as the
 * value has, its NUL included. Returns false for any byte that is neither printable ASCII nor
 * part of a fold, and for a line of blanks.
 */
bool header_sample_unfold(char *to, const char *value);

#endif
