/*
 * p0f_wire against p0f's own structure. The input is a reply, and an address to ask about.
 */
#include "fake_wire.h"
#include "fuzz.h"
#include "p0f_wire.h"

const unsigned fuzz_rounds = 200000;

/* p0f's api.h, from the description in its README. */
struct wire_reply {
	uint32_t magic;
	uint32_t status;
	uint32_t first_seen;
	uint32_t last_seen;
	uint32_t total_conn;
	uint32_t uptime_min;
	uint32_t up_mod_days;
	uint32_t last_nat;
	uint32_t last_chg;
	int16_t distance;
	uint8_t bad_sw;
	uint8_t os_match_q;
	uint8_t os_name[32];
	uint8_t os_flavor[32];
	uint8_t http_name[32];
	uint8_t http_flavor[32];
	uint8_t link_type[32];
	uint8_t language[32];
} __attribute__((packed));

_Static_assert(sizeof(struct wire_reply) == P0F_REPLY_SIZE, "the size that p0f's README gives");

static void check_string(const char *name, const char *string, const uint8_t wire[32])
{
	size_t length = strnlen((const char *)wire, 31);

	if (memcmp(string, wire, length) != 0)
		fuzz_fail("%s: another string", name);
	for (size_t i = length; i < P0F_STRING_SIZE; i++) {
		if (string[i] != '\0')
			fuzz_fail("%s: bytes after its end", name);
	}
}

static void check_host(const struct p0f_reply *reply, const struct wire_reply *wire)
{
	if (reply->first_seen != wire->first_seen || reply->last_seen != wire->last_seen ||
		reply->total_conn != wire->total_conn || reply->uptime_min != wire->uptime_min ||
		reply->up_mod_days != wire->up_mod_days || reply->last_nat != wire->last_nat ||
		reply->last_chg != wire->last_chg || reply->distance != wire->distance ||
		reply->bad_sw != wire->bad_sw || reply->os_match_q != wire->os_match_q)
		fuzz_fail("another number");
	check_string("os_name", reply->os_name, wire->os_name);
	check_string("os_flavor", reply->os_flavor, wire->os_flavor);
	check_string("http_name", reply->http_name, wire->http_name);
	check_string("http_flavor", reply->http_flavor, wire->http_flavor);
	check_string("link_type", reply->link_type, wire->link_type);
	check_string("language", reply->language, wire->language);
}

static bool quality_is_known(const struct wire_reply *wire)
{
	return wire->os_name[0] == '\0' || wire->os_match_q <= 3;
}

static void check_reply(const struct wire_reply *wire)
{
	static const struct p0f_reply nothing;
	struct p0f_reply unseen = {.status = P0F_STATUS_NO_MATCH};
	struct p0f_reply reply;
	bool good = wire->status == 0x20 || (wire->status == 0x10 && quality_is_known(wire));

	memset(&reply, 0x5a, sizeof(reply));
	if ((p0f_reply_decode(&reply, (const uint8_t *)wire) == NULL) != good)
		fuzz_fail("status %u, quality %u: taken, or not, by mistake", wire->status,
			wire->os_match_q);
	if (!good && memcmp(&reply, &nothing, sizeof(reply)) != 0)
		fuzz_fail("a bad reply leaves something behind");
	if (!good)
		return;
	if ((uint32_t)reply.status != wire->status)
		fuzz_fail("another status");
	if (wire->status == 0x10)
		check_host(&reply, wire);
	else if (memcmp(&reply, &unseen, sizeof(reply)) != 0)
		fuzz_fail("something is known of a host that p0f has not seen");
}

static void check_query(struct input *input)
{
	struct addr addr = {.version = input_byte(input) % 2 ? 4 : 6};
	uint8_t query[P0F_QUERY_SIZE + 1];

	input_take(input, addr.bytes, addr.version == 4 ? 4 : 16);
	memset(query, 0x5a, sizeof(query));
	p0f_query_encode(query, &addr);
	if (!fake_query_is_right(query) || query[4] != addr.version ||
		memcmp(query + 5, addr.bytes, sizeof(addr.bytes)) != 0)
		fuzz_fail("not the query for the address");
	if (query[P0F_QUERY_SIZE] != 0x5a)
		fuzz_fail("the query is too long");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct wire_reply wire;

	input_take(&input, &wire, sizeof(wire));
	if ((p0f_reply_check_start((const uint8_t *)&wire, sizeof(wire)) == NULL) !=
		(wire.magic == 0x50304602))
		fuzz_fail("magic 0x%x", wire.magic);
	check_reply(&wire);
	check_query(&input);
	return 0;
}
