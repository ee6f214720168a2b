#ifndef P0F_WIRE_H
#define P0F_WIRE_H

#include "addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * p0f's API, as described by section 4 of p0f 3's README and its api.h: a query of 21 bytes, a
 * reply of 232. Numbers are in the byte order of p0f's machine. A reply carries no address: only
 * its position connects it to its query.
 */
#define P0F_QUERY_SIZE  21
#define P0F_REPLY_SIZE  232
#define P0F_STRING_SIZE 32

/* The most p0fs that one filter asks. */
#define P0F_MAX 16

/* status, as on the wire */
enum p0f_status {
	P0F_STATUS_BAD_QUERY = 0x00,
	P0F_STATUS_OK = 0x10,
	P0F_STATUS_NO_MATCH = 0x20,
};

/* os_match_q, a set of bits: none of them is a normal match */
enum p0f_match {
	P0F_MATCH_FUZZY = 0x01,   /* TTL or DF differs from the signature */
	P0F_MATCH_GENERIC = 0x02, /* a generic signature */
};

/* A reply, with p0f's own names. Everything after status is zero unless status is OK. */
struct p0f_reply {
	enum p0f_status status;
	uint32_t first_seen;  /* Unix time, seconds */
	uint32_t last_seen;   /* Unix time of the newest SYN, seconds */
	uint32_t total_conn;  /* connections */
	uint32_t uptime_min;  /* minutes; 0: not known */
	uint32_t up_mod_days; /* days after which the uptime wraps round */
	uint32_t last_nat;    /* Unix time; 0: never */
	uint32_t last_chg;    /* Unix time; 0: never */
	int16_t distance;     /* hops; -1: not known */
	uint8_t bad_sw;       /* 0, 1 (OS differs) or 2 (mismatch) */
	uint8_t os_match_q;   /* bits of enum p0f_match */
	char os_name[P0F_STRING_SIZE];
	char os_flavor[P0F_STRING_SIZE];
	char http_name[P0F_STRING_SIZE];
	char http_flavor[P0F_STRING_SIZE];
	char link_type[P0F_STRING_SIZE];
	char language[P0F_STRING_SIZE];
};

/* Write the query for addr, whose version must be 4 or 6. */
void p0f_query_encode(uint8_t query[P0F_QUERY_SIZE], const struct addr *addr);

/*
 * Returns what is wrong with the start of a reply, as a constant string, or NULL when its first
 * bytes, as many as length says (1 or more), are p0f's. After a wrong start nothing on that
 * connection can be trusted.
 */
const char *p0f_reply_check_start(const uint8_t *bytes, size_t length);

/*
 * Decode a reply whose start has been checked. Strings end with a NUL, after at most 31 bytes of
 * any value. Returns NULL, or what is wrong, as a constant string; *reply is then all zero.
 */
const char *p0f_reply_decode(struct p0f_reply *reply, const uint8_t bytes[P0F_REPLY_SIZE]);

/*
 * Returns whether a says more than b: first comes a reply that names an OS, then one from a p0f
 * that has seen the host, then the one with the newer SYN.
 */
bool p0f_reply_is_better(const struct p0f_reply *a, const struct p0f_reply *b);

#endif
