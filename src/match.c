/* The one table of the names that a match has. */
#include "match.h"

enum match match_of(const struct p0f_reply *reply)
{
	static const enum match named[] = {
		[0] = MATCH_NORMAL,
		[P0F_MATCH_FUZZY] = MATCH_FUZZY,
		[P0F_MATCH_GENERIC] = MATCH_GENERIC,
		[P0F_MATCH_FUZZY | P0F_MATCH_GENERIC] = MATCH_FUZZY_GENERIC,
	};

	if (reply->status != P0F_STATUS_OK)
		return MATCH_UNSEEN;
	if (reply->os_name[0] == '\0')
		return MATCH_NONE;
	return named[reply->os_match_q & (P0F_MATCH_FUZZY | P0F_MATCH_GENERIC)];
}

const char *match_name(enum match match)
{
	static const char *const names[MATCH_COUNT] = {
		[MATCH_NORMAL] = "normal",
		[MATCH_FUZZY] = "fuzzy",
		[MATCH_GENERIC] = "generic",
		[MATCH_FUZZY_GENERIC] = "fuzzy+generic",
		[MATCH_NONE] = "none",
		[MATCH_UNSEEN] = "unseen",
	};

	return names[match];
}
