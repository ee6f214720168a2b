#ifndef HEADER_SAMPLE_H
#define HEADER_SAMPLE_H

#include "header.h"

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

#endif
