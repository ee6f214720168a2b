#ifndef HEADER_PARSE_H
#define HEADER_PARSE_H

#include <stdbool.h>
#include <stddef.h>

/* Room for all fields, and as many again for those that a later version may add. */
#define HEADER_PARAMS_MAX 32

/* One parameter, without quotes and escapes. */
struct header_param {
	char name[24];
	bool quoted;
	char text[64];
};

struct header_params {
	size_t count;
	struct header_param list[HEADER_PARAMS_MAX];
};

/*
 * Parse an unfolded value by the grammar in header.h. Returns whether it follows the grammar;
 * params is set only then. The names and values of the parameters are not checked.
 */
bool header_parse(struct header_params *params, const char *value);

#endif
