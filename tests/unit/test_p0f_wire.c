/*
 * The bytes of p0f's API: queries to the last byte, and replies built here from the
 * offsets of p0f's api.h, field by field and byte value by byte value.
 */
#include "p0f_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define BAD_QUERY       "p0f calls our query bad"
#define UNKNOWN_STATUS  "the reply has an unknown status"
#define UNKNOWN_QUALITY "the reply has an unknown match quality"
#define OTHER_ORDER     "p0f runs on a machine of the other byte order"
#define NO_MAGIC        "the reply does not start with p0f's magic number"

/* Numbers are in the order of this machine. */
static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void put16(uint8_t *at, int16_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void put_text(uint8_t *at, const char *text)
{
	strcpy((char *)at, text);
}

/* A reply whose fields are all zero but magic and status. */
static void reply_start(uint8_t bytes[P0F_REPLY_SIZE], uint32_t status)
{
	memset(bytes, 0, P0F_REPLY_SIZE);
	put32(bytes, 0x50304602);
	put32(bytes + 4, status);
}

static struct p0f_reply reply_garbage(void)
{
	struct p0f_reply reply;

	memset(&reply, 0xa5, sizeof(reply));
	return reply;
}

static struct p0f_reply reply_decoded(const uint8_t bytes[P0F_REPLY_SIZE])
{
	struct p0f_reply reply = reply_garbage();

	assert_null(p0f_reply_check_start(bytes, P0F_REPLY_SIZE));
	assert_null(p0f_reply_decode(&reply, bytes));
	return reply;
}

/* The reply must be refused with this message, and leave nothing behind. */
static void assert_refused(
	const char *label, unsigned number, const uint8_t *bytes, const char *want)
{
	static const struct p0f_reply zero;
	struct p0f_reply reply = reply_garbage();
	const char *why = p0f_reply_decode(&reply, bytes);

	if (why == NULL || strcmp(why, want) != 0)
		fail_msg("%s 0x%x: \"%s\" instead of \"%s\"", label, number,
			why != NULL ? why : "accepted", want);
	if (memcmp(&reply, &zero, sizeof(reply)) != 0)
		fail_msg("%s 0x%x: the reply is not all zero", label, number);
}

static void query_is_exact(void **state)
{
	static const struct {
		const char *text;
		uint8_t want[17]; /* what follows the magic */
	} rows[] = {
		{"192.0.2.1", {4, 192, 0, 2, 1}},
		{"255.254.253.252", {4, 255, 254, 253, 252}},
		{"::ffff:192.0.2.1", {4, 192, 0, 2, 1}},
		{"::1", {6, [16] = 1}},
		{"102:304:506:708:90a:b0c:d0e:f10",
			{6, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t query[P0F_QUERY_SIZE + 1];
		uint8_t magic[4];
		struct addr addr;

		memset(query, 0xa5, sizeof(query));
		put32(magic, 0x50304601);
		assert_true(addr_parse(&addr, rows[i].text));
		p0f_query_encode(query, &addr);
		if (memcmp(query, magic, 4) != 0 || memcmp(query + 4, rows[i].want, 17) != 0)
			fail_msg("%s: other bytes", rows[i].text);
		assert_int_equal(query[P0F_QUERY_SIZE], 0xa5);
	}
}

/* The only test with a little-endian machine's bytes as they are on the wire. */
static void query_starts_with_magic_in_host_order(void **state)
{
	const uint16_t one = 1;
	uint8_t query[P0F_QUERY_SIZE];
	struct addr addr = {4, {0}};

	(void)state;
	p0f_query_encode(query, &addr);
	if (*(const uint8_t *)&one == 1)
		assert_memory_equal(query, "\x01\x46\x30\x50", 4);
	else
		assert_memory_equal(query, "\x50\x30\x46\x01", 4);
}

static void magic_is_checked(void **state)
{
	static const struct {
		uint32_t magic;
		const char *want;
	} rows[] = {
		{0x50304602, NULL},
		{0x02463050, OTHER_ORDER},
		{0x50304601, NO_MAGIC}, /* that of a query */
		{0x01463050, NO_MAGIC},
		{0x50304603, NO_MAGIC},
		{0x00000000, NO_MAGIC},
		{0xffffffff, NO_MAGIC},
		{0x48545450, NO_MAGIC},
		{0x30500246, NO_MAGIC}, /* halves swapped, bytes not */
		{0x46025030, NO_MAGIC},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t bytes[4];
		const char *why;

		put32(bytes, rows[i].magic);
		why = p0f_reply_check_start(bytes, sizeof(bytes));
		if (why != rows[i].want &&
			(why == NULL || rows[i].want == NULL || strcmp(why, rows[i].want) != 0))
			fail_msg("0x%08x: %s", (unsigned)rows[i].magic,
				why != NULL ? why : "accepted");
	}
}

static void every_bit_of_magic_counts(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		uint8_t bytes[4];

		put32(bytes, UINT32_C(0x50304602) ^ UINT32_C(1) << bit);
		if (p0f_reply_check_start(bytes, sizeof(bytes)) == NULL)
			fail_msg("bit %u can be wrong", bit);
	}
}

/* Each byte that has arrived must be right, and a wrong one is noticed at once. */
static void start_is_checked_byte_by_byte(void **state)
{
	uint8_t bytes[4];

	(void)state;
	put32(bytes, 0x50304602);
	for (size_t length = 1; length <= sizeof(bytes); length++) {
		assert_null(p0f_reply_check_start(bytes, length));
		bytes[length - 1] ^= 0x80;
		assert_string_equal(p0f_reply_check_start(bytes, length), NO_MAGIC);
		bytes[length - 1] ^= 0x80;
	}
	put32(bytes, 0x02463050);
	for (size_t length = 1; length <= sizeof(bytes); length++)
		assert_string_equal(p0f_reply_check_start(bytes, length), OTHER_ORDER);
}

static void unknown_status_is_refused(void **state)
{
	static const uint32_t large[] = {0x100, 0x110, 0x1000, 0x10000000, 0x20000000, 0x00100000,
		0x00200000, 0x80000010, 0x80000020, 0xffffffff};
	uint8_t bytes[P0F_REPLY_SIZE];

	(void)state;
	for (unsigned status = 0; status < 256; status++) {
		if (status == 0x10 || status == 0x20)
			continue;
		memset(bytes, 'x', sizeof(bytes));
		put32(bytes + 4, status);
		assert_refused("status", status, bytes, status == 0 ? BAD_QUERY : UNKNOWN_STATUS);
	}
	for (size_t i = 0; i < LENGTH(large); i++) {
		memset(bytes, 'x', sizeof(bytes));
		put32(bytes + 4, large[i]);
		assert_refused("status", large[i], bytes, UNKNOWN_STATUS);
	}
}

/* p0f leaves the rest of such a reply unchanged. */
static void no_match_tells_nothing_else(void **state)
{
	const struct p0f_reply want = {.status = P0F_STATUS_NO_MATCH};
	uint8_t bytes[P0F_REPLY_SIZE];
	struct p0f_reply reply;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	put32(bytes, 0x50304602);
	put32(bytes + 4, 0x20);
	reply = reply_decoded(bytes);
	assert_memory_equal(&reply, &want, sizeof(reply));
}

static void empty_reply_is_all_zero(void **state)
{
	const struct p0f_reply want = {.status = P0F_STATUS_OK};
	uint8_t bytes[P0F_REPLY_SIZE];
	struct p0f_reply reply;

	(void)state;
	reply_start(bytes, 0x10);
	reply = reply_decoded(bytes);
	assert_memory_equal(&reply, &want, sizeof(reply));
}

static void quality_with_name_must_be_known(void **state)
{
	uint8_t bytes[P0F_REPLY_SIZE];

	(void)state;
	for (unsigned quality = 0; quality < 256; quality++) {
		reply_start(bytes, 0x10);
		put_text(bytes + 40, "Linux");
		put_text(bytes + 200, "English");
		bytes[39] = (uint8_t)quality;
		if (quality <= 3)
			assert_int_equal(reply_decoded(bytes).os_match_q, quality);
		else
			assert_refused("quality", quality, bytes, UNKNOWN_QUALITY);
	}
}

static void quality_without_name_is_anything(void **state)
{
	uint8_t bytes[P0F_REPLY_SIZE];

	(void)state;
	for (unsigned quality = 0; quality < 256; quality++) {
		struct p0f_reply reply;

		reply_start(bytes, 0x10);
		put_text(bytes + 41, "left over");
		bytes[39] = (uint8_t)quality;
		bytes[36] = bytes[37] = 0xff;
		reply = reply_decoded(bytes);
		assert_int_equal(reply.status, P0F_STATUS_OK);
		assert_int_equal(reply.distance, -1);
		assert_string_equal(reply.os_name, "");
	}
}

static void each_field_has_its_offset(void **state)
{
	static const char *const strings[] = {
		"Windows", "7 or 8", "Firefox", "10.x or newer", "Ethernet or modem", "English"};
	uint8_t bytes[P0F_REPLY_SIZE];
	struct p0f_reply reply;

	(void)state;
	reply_start(bytes, 0x10);
	for (size_t i = 0; i < 7; i++)
		put32(bytes + 8 + 4 * i, 0x11213141u + 0x01010101u * (uint32_t)i);
	put16(bytes + 36, 0x0102);
	bytes[38] = 2;
	bytes[39] = 3;
	for (size_t i = 0; i < LENGTH(strings); i++)
		put_text(bytes + 40 + 32 * i, strings[i]);
	reply = reply_decoded(bytes);
	assert_int_equal(reply.status, P0F_STATUS_OK);
	assert_int_equal(reply.first_seen, 0x11213141);
	assert_int_equal(reply.last_seen, 0x12223242);
	assert_int_equal(reply.total_conn, 0x13233343);
	assert_int_equal(reply.uptime_min, 0x14243444);
	assert_int_equal(reply.up_mod_days, 0x15253545);
	assert_int_equal(reply.last_nat, 0x16263646);
	assert_int_equal(reply.last_chg, 0x17273747);
	assert_int_equal(reply.distance, 0x0102);
	assert_int_equal(reply.bad_sw, 2);
	assert_int_equal(reply.os_match_q, 3);
	assert_string_equal(reply.os_name, "Windows");
	assert_string_equal(reply.os_flavor, "7 or 8");
	assert_string_equal(reply.http_name, "Firefox");
	assert_string_equal(reply.http_flavor, "10.x or newer");
	assert_string_equal(reply.link_type, "Ethernet or modem");
	assert_string_equal(reply.language, "English");
}

static void distance_has_a_sign(void **state)
{
	static const int16_t distances[] = {-1, 0, 1, 12, 255, INT16_MAX, INT16_MIN};
	uint8_t bytes[P0F_REPLY_SIZE];

	(void)state;
	for (size_t i = 0; i < LENGTH(distances); i++) {
		reply_start(bytes, 0x10);
		put16(bytes + 36, distances[i]);
		if (reply_decoded(bytes).distance != distances[i])
			fail_msg("%d came out otherwise", distances[i]);
	}
}

static void number_uses_all_bits(void **state)
{
	uint8_t bytes[P0F_REPLY_SIZE];
	struct p0f_reply reply;

	(void)state;
	reply_start(bytes, 0x10);
	memset(bytes + 8, 0xff, 28);
	bytes[38] = 0xff;
	reply = reply_decoded(bytes);
	assert_true(reply.first_seen == UINT32_MAX && reply.last_seen == UINT32_MAX);
	assert_true(reply.total_conn == UINT32_MAX && reply.uptime_min == UINT32_MAX);
	assert_true(reply.up_mod_days == UINT32_MAX && reply.last_nat == UINT32_MAX);
	assert_true(reply.last_chg == UINT32_MAX && reply.bad_sw == 0xff);
}

static const struct {
	const char *label;
	size_t wire;
	size_t field;
} strings_of_reply[] = {
	{"os_name", 40, offsetof(struct p0f_reply, os_name)},
	{"os_flavor", 72, offsetof(struct p0f_reply, os_flavor)},
	{"http_name", 104, offsetof(struct p0f_reply, http_name)},
	{"http_flavor", 136, offsetof(struct p0f_reply, http_flavor)},
	{"link_type", 168, offsetof(struct p0f_reply, link_type)},
	{"language", 200, offsetof(struct p0f_reply, language)},
};

/*
 * Decode a reply with these 32 bytes in field i; that field must be want, and no other may
 * change.
 */
static void assert_string(size_t i, const char *label, const void *string, const void *want)
{
	struct p0f_reply expected = {.status = P0F_STATUS_OK};
	uint8_t bytes[P0F_REPLY_SIZE];
	struct p0f_reply reply;

	reply_start(bytes, 0x10);
	memcpy(bytes + strings_of_reply[i].wire, string, P0F_STRING_SIZE);
	memcpy((char *)&expected + strings_of_reply[i].field, want, P0F_STRING_SIZE);
	reply = reply_decoded(bytes);
	if (memcmp(&reply, &expected, sizeof(reply)) != 0)
		fail_msg("%s: %s", strings_of_reply[i].label, label);
}

static void string_has_any_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(strings_of_reply); i++) {
		for (unsigned byte = 1; byte < 256; byte++) {
			char string[P0F_STRING_SIZE] = {'a', (char)byte, 'z'};
			char only[P0F_STRING_SIZE] = {(char)byte};

			assert_string(i, "a byte in the middle has changed", string, string);
			assert_string(i, "a byte alone has changed", only, only);
		}
	}
}

static void string_ends_at_nul(void **state)
{
	char want[P0F_STRING_SIZE];
	char string[P0F_STRING_SIZE];

	(void)state;
	for (size_t i = 0; i < LENGTH(strings_of_reply); i++) {
		for (size_t length = 0; length < P0F_STRING_SIZE; length++) {
			memset(string, 'y', sizeof(string));
			string[length] = '\0';
			memset(want, 0, sizeof(want));
			memcpy(want, string, length);
			assert_string(i, "not what stands before the NUL", string, want);
		}
	}
}

static void string_without_nul_is_cut(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";

	(void)state;
	for (size_t i = 0; i < LENGTH(strings_of_reply); i++)
		assert_string(i, "not cut at 31 bytes", letters, "abcdefghijklmnopqrstuvwxyz01234");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query_is_exact),
		cmocka_unit_test(query_starts_with_magic_in_host_order),
		cmocka_unit_test(magic_is_checked),
		cmocka_unit_test(every_bit_of_magic_counts),
		cmocka_unit_test(start_is_checked_byte_by_byte),
		cmocka_unit_test(unknown_status_is_refused),
		cmocka_unit_test(no_match_tells_nothing_else),
		cmocka_unit_test(empty_reply_is_all_zero),
		cmocka_unit_test(quality_with_name_must_be_known),
		cmocka_unit_test(quality_without_name_is_anything),
		cmocka_unit_test(each_field_has_its_offset),
		cmocka_unit_test(distance_has_a_sign),
		cmocka_unit_test(number_uses_all_bits),
		cmocka_unit_test(string_has_any_bytes),
		cmocka_unit_test(string_ends_at_nul),
		cmocka_unit_test(string_without_nul_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
