#ifndef HEADER_H
#define HEADER_H

#include "p0f_wire.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The value of the X-P0F-OS header:
 *
 *     value = os *( ";" SP param )
 *     os    = 'os="' name '"' / "os=unknown"
 *     param = flavor / match / distance / uptime / link / age / ...
 *
 *
 * in the order of enum header_field. Strings are quoted as in RFC 5322, section 3.2.4.
 * A parameter for which p0f has no value is left out.
 */
enum header_field {
	HEADER_FLAVOR = 1 << 0,      /* flavor="..." */
	HEADER_MATCH = 1 << 1,       /* match=normal, fuzzy, generic, fuzzy+generic, none, unseen */
	HEADER_DISTANCE = 1 << 2,    /* distance=12, in hops */
	HEADER_UPTIME = 1 << 3,      /* uptime=4321min */
	HEADER_LINK = 1 << 4,        /* link="..." */
	HEADER_UP_MOD_DAYS = 1 << 5, /* up_mod_days=49 */
	HEADER_FIRST_SEEN = 1 << 6,  /* first_seen=1764000000, and so on: p0f's own numbers */
	HEADER_LAST_SEEN = 1 << 7,
	HEADER_TOTAL_CONN = 1 << 8,
	HEADER_LAST_NAT = 1 << 9,
	HEADER_LAST_CHG = 1 << 10,
	HEADER_BAD_SW = 1 << 11,
	HEADER_HTTP_NAME = 1 << 12, /* http_name="..." */
	HEADER_HTTP_FLAVOR = 1 << 13,
	HEADER_LANGUAGE = 1 << 14,
};

#define HEADER_ALL_FIELDS 0x7fffu

/* Enough for every field at its longest, and the NUL. */
#define HEADER_VALUE_SIZE 1024

/* The longest line of a folded header (RFC 5322, section 2.1.1), without its line end. */
#define HEADER_LINE_MAX 78

/* How a reply is written. */
struct header_options {
	const char *name;     /* of the header; it takes room on the first line */
	unsigned fields;      /* bits of enum header_field; os and age are always written */
	uint32_t stale_after; /* seconds */
};

/* Returns the bit of a field by its name in the configuration, or 0 if there is none. */
unsigned header_field_parse(const char *name);

/* Returns the age of p0f's newest SYN of the host, in seconds, if over stale_after, else 0. */
uint32_t header_stale_age(const struct p0f_reply *reply, uint32_t stale_after, int64_t now);

/*
 * Write the header's value, folded with "\n\t", into value. The status of the reply must be OK or
 * NO_MATCH; now is the Unix time in seconds. Apart from the folds, only printable ASCII is
 * written.
 */
void header_format(char value[HEADER_VALUE_SIZE], const struct header_options *options,
	const struct p0f_reply *reply, int64_t now);

/* Unfold in place: "\n\t" becomes a space. */
void header_unfold(char *value);

#endif
