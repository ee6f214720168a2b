/*
 * The bytes of p0f's API, and nothing else: no socket, no clock. header.c decides what may be
 * written into a header; here a string is just bytes.
 */
#include "p0f_wire.h"

#include <string.h>

#define QUERY_MAGIC UINT32_C(0x50304601)
#define REPLY_MAGIC UINT32_C(0x50304602)

/* The offsets of the fields in a reply: p0f's structure is packed. */
enum reply_offset {
	AT_STATUS = 4,
	AT_FIRST_SEEN = 8,
	AT_LAST_SEEN = 12,
	AT_TOTAL_CONN = 16,
	AT_UPTIME_MIN = 20,
	AT_UP_MOD_DAYS = 24,
	AT_LAST_NAT = 28,
	AT_LAST_CHG = 32,
	AT_DISTANCE = 36,
	AT_BAD_SW = 38,
	AT_OS_MATCH_Q = 39,
	AT_OS_NAME = 40,
	AT_OS_FLAVOR = 72,
	AT_HTTP_NAME = 104,
	AT_HTTP_FLAVOR = 136,
	AT_LINK_TYPE = 168,
	AT_LANGUAGE = 200,
};

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t swap32(uint32_t value)
{
	return value << 24 | (value & 0xff00u) << 8 | (value >> 8 & 0xff00u) | value >> 24;
}

static void get_string(char string[P0F_STRING_SIZE], const uint8_t *at)
{
	const uint8_t *nul = memchr(at, '\0', P0F_STRING_SIZE - 1);
	size_t length = nul != NULL ? (size_t)(nul - at) : P0F_STRING_SIZE - 1;

	memcpy(string, at, length);
	memset(string + length, 0, P0F_STRING_SIZE - length);
}

void p0f_query_encode(uint8_t query[P0F_QUERY_SIZE], const struct addr *addr)
{
	uint32_t magic = QUERY_MAGIC;

	memcpy(query, &magic, sizeof(magic));
	query[4] = addr->version;
	memcpy(query + 5, addr->bytes, sizeof(addr->bytes));
}

const char *p0f_reply_check_start(const uint8_t *bytes, size_t length)
{
	const uint32_t magic = REPLY_MAGIC;
	const uint32_t swapped = swap32(magic);
	size_t there = length < sizeof(magic) ? length : sizeof(magic);

	if (memcmp(bytes, &magic, there) == 0)
		return NULL;
	if (memcmp(bytes, &swapped, there) == 0)
		return "p0f runs on a machine of the other byte order";
	return "the reply does not start with p0f's magic number";
}

static void get_host(struct p0f_reply *reply, const uint8_t *bytes)
{
	reply->first_seen = get32(bytes + AT_FIRST_SEEN);
	reply->last_seen = get32(bytes + AT_LAST_SEEN);
	reply->total_conn = get32(bytes + AT_TOTAL_CONN);
	reply->uptime_min = get32(bytes + AT_UPTIME_MIN);
	reply->up_mod_days = get32(bytes + AT_UP_MOD_DAYS);
	reply->last_nat = get32(bytes + AT_LAST_NAT);
	reply->last_chg = get32(bytes + AT_LAST_CHG);
	memcpy(&reply->distance, bytes + AT_DISTANCE, sizeof(reply->distance));
	reply->bad_sw = bytes[AT_BAD_SW];
	reply->os_match_q = bytes[AT_OS_MATCH_Q];
	get_string(reply->os_name, bytes + AT_OS_NAME);
	get_string(reply->os_flavor, bytes + AT_OS_FLAVOR);
	get_string(reply->http_name, bytes + AT_HTTP_NAME);
	get_string(reply->http_flavor, bytes + AT_HTTP_FLAVOR);
	get_string(reply->link_type, bytes + AT_LINK_TYPE);
	get_string(reply->language, bytes + AT_LANGUAGE);
}

const char *p0f_reply_decode(struct p0f_reply *reply, const uint8_t bytes[P0F_REPLY_SIZE])
{
	uint32_t status = get32(bytes + AT_STATUS);

	memset(reply, 0, sizeof(*reply));
	switch (status) {
	case P0F_STATUS_OK:
		break;
	case P0F_STATUS_NO_MATCH:
		reply->status = P0F_STATUS_NO_MATCH;
		return NULL;
	case P0F_STATUS_BAD_QUERY:
		return "p0f calls our query bad";
	default:
		return "the reply has an unknown status";
	}
	/* os_match_q means nothing while no OS is named */
	if (bytes[AT_OS_NAME] != '\0' &&
		(bytes[AT_OS_MATCH_Q] & ~(P0F_MATCH_FUZZY | P0F_MATCH_GENERIC)) != 0)
		return "the reply has an unknown match quality";
	reply->status = P0F_STATUS_OK;
	get_host(reply, bytes);
	return NULL;
}

bool p0f_reply_is_better(const struct p0f_reply *a, const struct p0f_reply *b)
{
	bool a_named = a->os_name[0] != '\0';
	bool b_named = b->os_name[0] != '\0';

	if (a_named != b_named)
		return a_named;
	if (a->status != b->status)
		return a->status == P0F_STATUS_OK;
	return a->last_seen > b->last_seen;
}
