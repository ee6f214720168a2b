#ifndef HEADER_PARSE_H
#define HEADER_PARSE_H

#include <stdbool.h>
#include <stddef.h>

/* All fields, and as many again that a later version may add. */
#define HEADER_PARAMS_MAX 32

/* One parameter, its quotes and escapes undone. */
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
 * Read an unfolded value of the grammar in header.h. Returns whether it follows it: params
 * are of use only then. Which parameters there are, and what they say, is not judged.
 */
bool header_parse(struct header_params *params, const char *value);

/*
 * Unfold as RFC 5322, section 2.2.3, has it: "\n\t" becomes a blank. Room for as many bytes
 * as the value has, with its NUL, is needed in to. Returns false for any byte that is
 * neither printable ASCII nor of a fold, and for a line of blanks.
 */
bool header_parse_unfold(char *to, const char *value);

#endif
