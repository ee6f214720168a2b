#ifndef MATCH_H
#define MATCH_H

#include "p0f_wire.h"

/* What a reply is worth: the values of the header's parameter "match". */
enum match {
	MATCH_NORMAL,
	MATCH_FUZZY,         /* TTL or DF differs from the signature */
	MATCH_GENERIC,       /* a signature that many systems share */
	MATCH_FUZZY_GENERIC, /* both */
	MATCH_NONE,          /* p0f has seen the host, and no signature fits */
	MATCH_UNSEEN,        /* p0f has not seen the host */
	MATCH_COUNT
};

/* Returns what a reply is worth. Its status must be OK or NO_MATCH. */
enum match match_of(const struct p0f_reply *reply);

/* Returns the name that headers, statistics and -q use. */
const char *match_name(enum match match);

#endif
