/*
 * Networks: the notation, which addresses a network contains, and lists. The property test
 * compares the match with one that looks at each bit separately.
 */
#include "cidr.h"
#include "rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define NOT_AN_ADDRESS "not an IP address or network"
#define NOT_A_NUMBER   "the prefix length is not a number"
#define OVER_32        "the prefix length is over 32"
#define OVER_128       "the prefix length is over 128"
#define UNDER_96       "the prefix length of a mapped network is less than 96"
#define BITS_SET       "bits are set after the prefix"

static struct cidr net_of(const char *text)
{
	struct cidr cidr;
	const char *why;

	memset(&cidr, 0xa5, sizeof(cidr));
	why = cidr_parse(&cidr, text);
	if (why != NULL)
		fail_msg("\"%s\": %s", text, why);
	return cidr;
}

static struct addr addr_of(const char *text)
{
	struct addr addr;

	if (!addr_parse(&addr, text))
		fail_msg("\"%s\": not an address", text);
	return addr;
}

static void network_is_read(void **state)
{
	static const struct {
		const char *text;
		const char *net;
		unsigned prefix;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", 32},
		{"192.0.2.1/32", "192.0.2.1", 32},
		{"192.0.2.0/31", "192.0.2.0", 31},
		{"192.0.2.0/24", "192.0.2.0", 24},
		{"192.0.2.0/024", "192.0.2.0", 24},
		{"10.0.0.0/8", "10.0.0.0", 8},
		{"128.0.0.0/1", "128.0.0.0", 1},
		{"0.0.0.0/0", "0.0.0.0", 0},
		{"::1", "::1", 128},
		{"::1/128", "::1", 128},
		{"2001:db8::/32", "2001:db8::", 32},
		{"fe80::/10", "fe80::", 10},
		{"fc00::/7", "fc00::", 7},
		{"8000::/1", "8000::", 1},
		{"::/0", "::", 0},
		{"::ffff:192.0.2.1", "192.0.2.1", 32},
		{"::ffff:192.0.2.1/128", "192.0.2.1", 32},
		{"::ffff:10.0.0.0/104", "10.0.0.0", 8},
		{"::ffff:0:0/96", "0.0.0.0", 0},
		{"0000:0000:0000:0000:0000:ffff:255.255.255.255/128", "255.255.255.255", 32},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct cidr cidr = net_of(rows[i].text);
		char text[ADDR_TEXT_SIZE];

		addr_format(&cidr.net, text);
		if (strcmp(text, rows[i].net) != 0 || cidr.prefix != rows[i].prefix)
			fail_msg("\"%s\": %s/%u", rows[i].text, text, cidr.prefix);
	}
}

static const struct {
	const char *text;
	const char *want;
} junk[] = {
	{"", NOT_AN_ADDRESS},
	{"/", NOT_AN_ADDRESS},
	{"/8", NOT_AN_ADDRESS},
	{"10/8", NOT_AN_ADDRESS},
	{"10.0.0/24", NOT_AN_ADDRESS},
	{"localhost", NOT_AN_ADDRESS},
	{"mx.example.org/24", NOT_AN_ADDRESS},
	{" 10.0.0.0/8", NOT_AN_ADDRESS},
	{"10.0.0.0 /8", NOT_AN_ADDRESS},
	{"[::1]", NOT_AN_ADDRESS},
	{"fe80::1%eth0/128", NOT_AN_ADDRESS},
	{"10.0.0.0/255.0.0.0", NOT_A_NUMBER},
	{"10.0.0.0/", NOT_A_NUMBER},
	{"10.0.0.0/ 8", NOT_A_NUMBER},
	{"10.0.0.0/8 ", NOT_A_NUMBER},
	{"10.0.0.0/+8", NOT_A_NUMBER},
	{"10.0.0.0/-8", NOT_A_NUMBER},
	{"10.0.0.0/8/8", NOT_A_NUMBER},
	{"10.0.0.0/0x8", NOT_A_NUMBER},
	{"10.0.0.0/0008", NOT_A_NUMBER},
	{"10.0.0.0/4294967304", NOT_A_NUMBER},
	{"10.0.0.0/18446744073709551624", NOT_A_NUMBER},
	{"10.0.0.0/33", OVER_32},
	{"10.0.0.0/128", OVER_32},
	{"10.0.0.0/999", OVER_32},
	{"::/129", OVER_128},
	{"::1/129", OVER_128},
	{"::1/999", OVER_128},
	{"::ffff:10.0.0.0/129", OVER_32},
	{"::ffff:10.0.0.0/95", UNDER_96},
	{"::ffff:10.0.0.0/8", UNDER_96},
	{"::ffff:0:0/0", UNDER_96},
	{"10.0.0.1/8", BITS_SET},
	{"192.0.2.1/31", BITS_SET},
	{"192.0.2.128/24", BITS_SET},
	{"128.0.0.0/0", BITS_SET},
	{"0.0.0.1/0", BITS_SET},
	{"::1/127", BITS_SET},
	{"::1/0", BITS_SET},
	{"8000::/0", BITS_SET},
	{"2001:db8:8000::/32", BITS_SET},
	{"::ffff:10.0.0.1/104", BITS_SET},
	{"::ffff:10.128.0.0/104", BITS_SET},
};

static void junk_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(junk); i++) {
		struct cidr cidr;
		const char *why = cidr_parse(&cidr, junk[i].text);

		if (why == NULL || strcmp(why, junk[i].want) != 0)
			fail_msg("\"%s\": \"%s\" instead of \"%s\"", junk[i].text,
				why != NULL ? why : "accepted", junk[i].want);
	}
}

static void overlong_text_is_refused(void **state)
{
	struct cidr cidr;
	char text[300];

	(void)state;
	for (size_t length = 1; length < sizeof(text); length++) {
		memset(text, '1', length);
		text[length] = '\0';
		if (cidr_parse(&cidr, text) == NULL)
			fail_msg("%zu digits: accepted", length);
		text[length - 1] = '/';
		if (cidr_parse(&cidr, text) == NULL)
			fail_msg("%zu digits and a slash: accepted", length - 1);
	}
}

static const struct {
	const char *net;
	const char *address;
	bool want;
} matches[] = {
	{"0.0.0.0/0", "0.0.0.0", true},
	{"0.0.0.0/0", "255.255.255.255", true},
	{"0.0.0.0/0", "::", false},
	{"0.0.0.0/0", "::ffff:192.0.2.1", true},
	{"::/0", "::", true},
	{"::/0", "ffff::", true},
	{"::/0", "0.0.0.0", false},
	{"::/0", "::ffff:192.0.2.1", false},
	{"128.0.0.0/1", "128.0.0.0", true},
	{"128.0.0.0/1", "127.255.255.255", false},
	{"10.0.0.0/8", "10.255.255.255", true},
	{"10.0.0.0/8", "11.0.0.0", false},
	{"10.0.0.0/8", "9.255.255.255", false},
	{"10.0.0.0/8", "::ffff:10.1.2.3", true},
	{"10.0.0.0/8", "a00::", false},
	{"172.16.0.0/12", "172.16.0.0", true},
	{"172.16.0.0/12", "172.31.255.255", true},
	{"172.16.0.0/12", "172.15.255.255", false},
	{"172.16.0.0/12", "172.32.0.0", false},
	{"192.0.2.128/25", "192.0.2.128", true},
	{"192.0.2.128/25", "192.0.2.127", false},
	{"192.0.2.0/31", "192.0.2.1", true},
	{"192.0.2.0/31", "192.0.2.2", false},
	{"192.0.2.1/32", "192.0.2.1", true},
	{"192.0.2.1/32", "192.0.2.0", false},
	{"192.0.2.1", "192.0.2.1", true},
	{"192.0.2.1", "192.0.2.3", false},
	{"::1/128", "::1", true},
	{"::1/128", "::", false},
	{"::1/128", "::3", false},
	{"2001:db8::/127", "2001:db8::1", true},
	{"2001:db8::/127", "2001:db8::2", false},
	{"fe80::/10", "febf:ffff::1", true},
	{"fe80::/10", "fec0::", false},
	{"fe80::/10", "fe7f::", false},
	{"fc00::/7", "fdff::1", true},
	{"fc00::/7", "fe00::", false},
	{"::ffff:10.0.0.0/104", "10.9.8.7", true},
	{"::ffff:10.0.0.0/104", "11.0.0.0", false},
	{"::ffff:0:0/96", "192.0.2.1", true},
	{"::ffff:0:0/96", "2001:db8::1", false},
};

static void network_holds_its_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(matches); i++) {
		struct cidr cidr = net_of(matches[i].net);
		struct addr addr = addr_of(matches[i].address);

		if (cidr_match(&cidr, &addr) != matches[i].want)
			fail_msg("%s in %s: %d", matches[i].address, matches[i].net,
				!matches[i].want);
	}
}

static void no_address_is_in_no_network(void **state)
{
	static const char *const nets[] = {"0.0.0.0/0", "::/0", "0.0.0.0/32", "::/128"};
	const struct cidr nothing = {0};
	struct addr none = {0};

	(void)state;
	assert_false(cidr_match(&nothing, &none));
	for (size_t i = 0; i < LENGTH(nets); i++) {
		struct cidr cidr = net_of(nets[i]);

		if (cidr_match(&cidr, &none))
			fail_msg("%s holds what is no address", nets[i]);
	}
}

/* The same, bit by bit. */
static bool naive_match(const struct cidr *cidr, const struct addr *addr)
{
	if (cidr->net.version != addr->version)
		return false;
	for (unsigned bit = 0; bit < cidr->prefix; bit++) {
		unsigned net_bit = cidr->net.bytes[bit / 8] >> (7 - bit % 8) & 1u;
		unsigned addr_bit = addr->bytes[bit / 8] >> (7 - bit % 8) & 1u;

		if (net_bit != addr_bit)
			return false;
	}
	return true;
}

static void bit_flip(struct addr *addr, unsigned bit)
{
	addr->bytes[bit / 8] ^= (uint8_t)(0x80u >> (bit % 8));
}

static struct addr addr_random(struct rng *rng)
{
	struct addr addr = {.version = rng_below(rng, 2) ? 4 : 6};

	for (size_t i = 0; i < (addr.version == 4 ? 4 : 16); i++)
		addr.bytes[i] = (uint8_t)rng_next(rng);
	/* no mapped address here: it would be parsed as IPv4 */
	if (addr.version == 6)
		addr.bytes[0] |= 1;
	return addr;
}

/* A random network, its text, and the text with one bit set after the prefix. */
static void network_random(struct rng *rng, struct cidr *cidr, char text[64], char bad[64])
{
	char address[ADDR_TEXT_SIZE];
	unsigned width;
	unsigned bit;

	cidr->net = addr_random(rng);
	width = cidr->net.version == 4 ? 32 : 128;
	cidr->prefix = rng_below(rng, width + 1);
	for (bit = cidr->prefix; bit < width; bit++)
		cidr->net.bytes[bit / 8] &= (uint8_t) ~(0x80u >> (bit % 8));
	snprintf(text, 64, "%s/%u", addr_format(&cidr->net, address), cidr->prefix);
	bad[0] = '\0';
	if (cidr->prefix < width) {
		struct addr dirty = cidr->net;

		bit_flip(&dirty, cidr->prefix + rng_below(rng, width - cidr->prefix));
		snprintf(bad, 64, "%s/%u", addr_format(&dirty, address), cidr->prefix);
	}
}

/* An address in the network, then perhaps with one bit changed, or any address. */
static struct addr addr_near(struct rng *rng, const struct cidr *cidr)
{
	struct addr addr = addr_random(rng);
	unsigned width = cidr->net.version == 4 ? 32 : 128;

	if (rng_below(rng, 4) == 0)
		return addr;
	addr = cidr->net;
	for (unsigned bit = cidr->prefix; bit < width; bit++) {
		if (rng_below(rng, 2))
			bit_flip(&addr, bit);
	}
	if (rng_below(rng, 2))
		bit_flip(&addr, rng_below(rng, width));
	return addr;
}

static void match_agrees_with_naive_match(void **state)
{
	struct rng rng = {2};
	unsigned in = 0;
	unsigned out = 0;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		char text[64];
		char bad[64];
		struct cidr want;
		struct cidr cidr;
		struct addr addr;

		network_random(&rng, &want, text, bad);
		cidr = net_of(text);
		if (cidr.prefix != want.prefix || cidr.net.version != want.net.version ||
			memcmp(cidr.net.bytes, want.net.bytes, 16) != 0)
			fail_msg("round %d: %s was read otherwise", round, text);
		if (bad[0] != '\0' && cidr_parse(&want, bad) == NULL)
			fail_msg("round %d: %s: accepted", round, bad);
		addr = addr_near(&rng, &cidr);
		if (cidr_match(&cidr, &addr) != naive_match(&cidr, &addr))
			fail_msg("round %d: %s, %s", round, text, addr_format(&addr, bad));
		*(naive_match(&cidr, &addr) ? &in : &out) += 1;
	}
	assert_true(in > 10000);
	assert_true(out > 10000);
}

static void list_add(struct cidr_list *list, const char *text)
{
	struct cidr cidr = net_of(text);

	assert_true(cidr_list_add(list, &cidr));
}

static bool list_holds(const struct cidr_list *list, const char *text)
{
	struct addr addr = addr_of(text);

	return cidr_list_match(list, &addr);
}

static void list_holds_what_any_network_holds(void **state)
{
	struct cidr_list list = {0};

	(void)state;
	assert_false(list_holds(&list, "0.0.0.0"));
	list_add(&list, "10.0.0.0/8");
	list_add(&list, "2001:db8::/32");
	list_add(&list, "192.0.2.1");
	assert_int_equal(list.count, 3);
	assert_true(list_holds(&list, "10.1.1.1"));
	assert_true(list_holds(&list, "2001:db8::1"));
	assert_true(list_holds(&list, "192.0.2.1"));
	assert_true(list_holds(&list, "::ffff:192.0.2.1"));
	assert_false(list_holds(&list, "192.0.2.2"));
	assert_false(list_holds(&list, "2001:db9::1"));
	assert_false(cidr_list_match(&list, &(struct addr){0}));
	cidr_list_free(&list);
}

static void list_keeps_many_networks(void **state)
{
	struct cidr_list list = {0};
	char text[32];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "10.%d.%d.0/24", i / 250, i % 250);
		list_add(&list, text);
	}
	assert_int_equal(list.count, 1000);
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "10.%d.%d.77", i / 250, i % 250);
		if (!list_holds(&list, text))
			fail_msg("%s has been lost", text);
	}
	assert_false(list_holds(&list, "10.4.0.77"));
	cidr_list_free(&list);
}

static void freed_list_is_empty(void **state)
{
	struct cidr_list list = {0};

	(void)state;
	cidr_list_free(&list);
	list_add(&list, "0.0.0.0/0");
	cidr_list_free(&list);
	assert_null(list.nets);
	assert_int_equal(list.count, 0);
	assert_false(list_holds(&list, "192.0.2.1"));
	list_add(&list, "192.0.2.1");
	assert_true(list_holds(&list, "192.0.2.1"));
	cidr_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(network_is_read),
		cmocka_unit_test(junk_is_refused),
		cmocka_unit_test(overlong_text_is_refused),
		cmocka_unit_test(network_holds_its_addresses),
		cmocka_unit_test(no_address_is_in_no_network),
		cmocka_unit_test(match_agrees_with_naive_match),
		cmocka_unit_test(list_holds_what_any_network_holds),
		cmocka_unit_test(list_keeps_many_networks),
		cmocka_unit_test(freed_list_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
