/*
 * Addresses: reading from a sockaddr, parsing and formatting. On each of these paths, a mapped
 * address must become the IPv4 address that it stands for.
 */
#include "addr.h"
#include "rng.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What a caller's variable may contain before. */
static struct addr addr_garbage(void)
{
	struct addr addr;

	memset(&addr, 0xa5, sizeof(addr));
	return addr;
}

static struct sockaddr_in sockaddr4(const char *text, in_port_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};

	assert_int_equal(inet_pton(AF_INET, text, &sin.sin_addr), 1);
	return sin;
}

static struct sockaddr_in6 sockaddr6(const char *text, in_port_t port, uint32_t scope)
{
	struct sockaddr_in6 sin6 = {
		.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_scope_id = scope};

	assert_int_equal(inet_pton(AF_INET6, text, &sin6.sin6_addr), 1);
	return sin6;
}

/* Equal to the last byte, including the unused ones. */
static void assert_addr(const char *label, const struct addr *got, const struct addr *want)
{
	char got_text[ADDR_TEXT_SIZE];
	char want_text[ADDR_TEXT_SIZE];

	if (got->version == want->version && memcmp(got->bytes, want->bytes, 16) == 0)
		return;
	fail_msg("%s: version %d, %s instead of version %d, %s", label, got->version,
		addr_format(got, got_text), want->version, addr_format(want, want_text));
}

static const struct {
	const char *label;
	const char *text;
	sa_family_t family;
	struct addr want;
} sockaddrs[] = {
	{"IPv4", "192.0.2.1", AF_INET, {4, {192, 0, 2, 1}}},
	{"IPv4, all zero", "0.0.0.0", AF_INET, {4, {0}}},
	{"IPv4, all ones", "255.255.255.255", AF_INET, {4, {255, 255, 255, 255}}},
	{"IPv6", "2001:db8::1", AF_INET6, {6, {0x20, 1, 0x0d, 0xb8, [15] = 1}}},
	{"IPv6, all zero", "::", AF_INET6, {6, {0}}},
	{"IPv6, every byte", "102:304:506:708:90a:b0c:d0e:f10", AF_INET6,
		{6, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}},
	{"mapped", "::ffff:192.0.2.1", AF_INET6, {4, {192, 0, 2, 1}}},
	{"mapped, all zero", "::ffff:0.0.0.0", AF_INET6, {4, {0}}},
	{"compatible, not mapped", "::192.0.2.1", AF_INET6, {6, {[12] = 192, 0, 2, 1}}},
	{"one bit off mapped", "::fffe:192.0.2.1", AF_INET6,
		{6, {[10] = 0xff, 0xfe, 192, 0, 2, 1}}},
	{"a bit before mapped", "8000::ffff:192.0.2.1", AF_INET6,
		{6, {[0] = 0x80, [10] = 0xff, 0xff, 192, 0, 2, 1}}},
	{"NAT64, not mapped", "64:ff9b::192.0.2.1", AF_INET6,
		{6, {0, 0x64, 0xff, 0x9b, [12] = 192, 0, 2, 1}}},
};

static void assert_gives(const char *label, const void *sa, const struct addr *want)
{
	struct addr addr = addr_garbage();

	if (!addr_from_sockaddr(&addr, sa))
		fail_msg("%s: refused", label);
	assert_addr(label, &addr, want);
}

static void sockaddr_gives_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(sockaddrs); i++) {
		if (sockaddrs[i].family == AF_INET) {
			struct sockaddr_in sin = sockaddr4(sockaddrs[i].text, 25);

			assert_gives(sockaddrs[i].label, &sin, &sockaddrs[i].want);
		} else {
			struct sockaddr_in6 sin6 = sockaddr6(sockaddrs[i].text, 25, 0);

			assert_gives(sockaddrs[i].label, &sin6, &sockaddrs[i].want);
		}
	}
}

static void other_families_give_none(void **state)
{
	static const struct addr none = {0};
	static const struct {
		const char *label;
		sa_family_t family;
	} families[] = {{"AF_UNIX", AF_UNIX}, {"AF_UNSPEC", AF_UNSPEC}, {"unknown", 0xffff}};
	struct addr addr = addr_garbage();

	(void)state;
	assert_false(addr_from_sockaddr(&addr, NULL));
	assert_addr("NULL", &addr, &none);
	for (size_t i = 0; i < LENGTH(families); i++) {
		struct sockaddr sa;

		memset(&sa, 0x5a, sizeof(sa));
		sa.sa_family = families[i].family;
		addr = addr_garbage();
		if (addr_from_sockaddr(&addr, &sa))
			fail_msg("%s: taken for an IP address", families[i].label);
		assert_addr(families[i].label, &addr, &none);
	}
}

static void scope_is_dropped(void **state)
{
	struct sockaddr_in6 eth0 = sockaddr6("fe80::1", 25, 2);
	struct sockaddr_in6 eth1 = sockaddr6("fe80::1", 25, 3);
	struct addr first = addr_garbage();
	struct addr second = addr_garbage();
	struct addr want = {6, {0xfe, 0x80, [15] = 1}};

	(void)state;
	assert_true(addr_from_sockaddr(&first, (struct sockaddr *)&eth0));
	assert_true(addr_from_sockaddr(&second, (struct sockaddr *)&eth1));
	assert_addr("scope 2", &first, &want);
	assert_addr("scope 3", &second, &want);
}

static void port_does_not_matter(void **state)
{
	static const in_port_t ports[] = {0, 1, 25, 65535};
	struct addr want = {4, {127, 0, 0, 1}};

	(void)state;
	for (size_t i = 0; i < LENGTH(ports); i++) {
		struct sockaddr_in sin = sockaddr4("127.0.0.1", ports[i]);
		struct addr addr = addr_garbage();

		assert_true(addr_from_sockaddr(&addr, (struct sockaddr *)&sin));
		assert_addr("port", &addr, &want);
	}
}

/* A struct sockaddr needs less alignment than the structures that it stands for. */
static void sockaddr_needs_no_more_alignment(void **state)
{
	_Alignas(struct sockaddr_in6) char buffer[64];
	struct sockaddr_in sin = sockaddr4("192.0.2.1", 25);
	struct sockaddr_in6 sin6 = sockaddr6("2001:db8::1", 25, 0);
	struct addr want4 = {4, {192, 0, 2, 1}};
	struct addr want6 = {6, {0x20, 1, 0x0d, 0xb8, [15] = 1}};
	struct addr addr;

	(void)state;
	for (size_t at = 0; at < 16; at += _Alignof(struct sockaddr)) {
		memcpy(buffer + at, &sin, sizeof(sin));
		assert_true(addr_from_sockaddr(&addr, (void *)(buffer + at)));
		assert_addr("IPv4", &addr, &want4);
		memcpy(buffer + at, &sin6, sizeof(sin6));
		assert_true(addr_from_sockaddr(&addr, (void *)(buffer + at)));
		assert_addr("IPv6", &addr, &want6);
	}
}

static void text_gives_address(void **state)
{
	static const struct {
		const char *text;
		struct addr want;
	} rows[] = {
		{"192.0.2.1", {4, {192, 0, 2, 1}}},
		{"0.0.0.0", {4, {0}}},
		{"::", {6, {0}}},
		{"::1", {6, {[15] = 1}}},
		{"2001:DB8::1", {6, {0x20, 1, 0x0d, 0xb8, [15] = 1}}},
		{"2001:0db8:0000:0000:0000:0000:0000:0001", {6, {0x20, 1, 0x0d, 0xb8, [15] = 1}}},
		{"::ffff:192.0.2.1", {4, {192, 0, 2, 1}}},
		{"::ffff:c000:201", {4, {192, 0, 2, 1}}},
		{"0:0:0:0:0:ffff:192.0.2.1", {4, {192, 0, 2, 1}}},
		{"::192.0.2.1", {6, {[12] = 192, 0, 2, 1}}},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct addr addr = addr_garbage();

		if (!addr_parse(&addr, rows[i].text))
			fail_msg("\"%s\": refused", rows[i].text);
		assert_addr(rows[i].text, &addr, &rows[i].want);
	}
}

static void junk_is_refused(void **state)
{
	static const char *const junk[] = {"", " ", "localhost", "192.0.2", "192.0.2.256",
		"192.0.2.1.1", "192.0.2.1 ", " 192.0.2.1", "192.0.2.1/32", "192.0.2.1:25",
		"192.0.2.-1", "0x7f.0.0.1", "3221225985", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"::1::", ":::", ":", "::10000", "::g", "[::1]", "fe80::1%eth0", "IPv6:::1", "-",
		"::ffff:192.0.2", "::ffff:192.0.2.256"};
	static const struct addr none = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(junk); i++) {
		struct addr addr = addr_garbage();

		if (addr_parse(&addr, junk[i]))
			fail_msg("\"%s\": taken for an address", junk[i]);
		assert_addr(junk[i], &addr, &none);
	}
}

static void address_gives_text(void **state)
{
	static const struct {
		struct addr addr;
		const char *want;
	} rows[] = {
		{{0}, "-"},
		{{4, {0}}, "0.0.0.0"},
		{{4, {192, 0, 2, 1}}, "192.0.2.1"},
		{{4, {255, 255, 255, 255}}, "255.255.255.255"},
		{{6, {0}}, "::"},
		{{6, {0x20, 1, 0x0d, 0xb8, [15] = 1}}, "2001:db8::1"},
		{{6, {0xfe, 0x80, [15] = 0xff}}, "fe80::ff"},
		{{6, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			     0xff, 0xff, 0xff}},
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char text[ADDR_TEXT_SIZE];

		assert_ptr_equal(addr_format(&rows[i].addr, text), text);
		assert_string_equal(text, rows[i].want);
	}
}

static void text_reads_back(void **state)
{
	struct rng rng = {1};

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct addr addr = {.version = round % 2 != 0 ? 4 : 6};
		struct addr again = addr_garbage();
		char text[ADDR_TEXT_SIZE];

		/* many zeros, since the text form abbreviates them */
		for (size_t i = 0; i < (addr.version == 4 ? 4 : 16); i++)
			addr.bytes[i] = rng_below(&rng, 2) ? (uint8_t)rng_next(&rng) : 0;
		addr_format(&addr, text);
		if (!addr_parse(&again, text))
			fail_msg("round %d: \"%s\": refused", round, text);
		assert_addr(text, &again, &addr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockaddr_gives_address),
		cmocka_unit_test(other_families_give_none),
		cmocka_unit_test(scope_is_dropped),
		cmocka_unit_test(port_does_not_matter),
		cmocka_unit_test(sockaddr_needs_no_more_alignment),
		cmocka_unit_test(text_gives_address),
		cmocka_unit_test(junk_is_refused),
		cmocka_unit_test(address_gives_text),
		cmocka_unit_test(text_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
