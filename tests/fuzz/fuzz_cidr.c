/*
 * Networks, checked by a second implementation. The input is an address, followed by the text of
 * a network.
 */
#include "cidr.h"
#include "fuzz.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

const unsigned fuzz_rounds = 50000;

#define TEXT_MAX 100

/* An address of either family, as the IPv6 address that stands for it (RFC 4291, 2.5.5.2). */
struct wide {
	uint8_t bytes[16];
};

struct network {
	struct wide net;
	unsigned prefix; /* of 128 */
};

static struct wide widen(const struct addr *addr)
{
	struct wide wide = {{[10] = 0xff, [11] = 0xff}};

	if (addr->version == 4)
		memcpy(wide.bytes + 12, addr->bytes, 4);
	else
		memcpy(wide.bytes, addr->bytes, 16);
	return wide;
}

static bool bit(const struct wide *wide, unsigned n)
{
	return wide->bytes[n / 8] >> (7 - n % 8) & 1;
}

static bool bits_equal(const struct wide *a, const struct wide *b, unsigned count)
{
	for (unsigned n = 0; n < count; n++) {
		if (bit(a, n) != bit(b, n))
			return false;
	}
	return true;
}

/* Parse a network. Returns false when it is none. */
static bool network_read(struct network *network, const char *text)
{
	static const struct wide zero;
	struct wide clear;
	char copy[TEXT_MAX + 1];
	char *slash;
	bool narrow;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash != NULL)
		*slash++ = '\0';
	network->net = (struct wide){{[10] = 0xff, [11] = 0xff}};
	narrow = inet_pton(AF_INET, copy, network->net.bytes + 12) == 1;
	if (!narrow && inet_pton(AF_INET6, copy, network->net.bytes) != 1)
		return false;
	network->prefix = 128;
	if (slash != NULL) {
		if (strlen(slash) < 1 || strlen(slash) > 3 ||
			strspn(slash, "0123456789") != strlen(slash))
			return false;
		network->prefix = (unsigned)strtoul(slash, NULL, 10) + (narrow ? 96 : 0);
	}
	if (network->prefix > 128)
		return false;
	/* a network of IPv6 may not hold those of IPv4 by its text alone */
	if (network->prefix < 96 &&
		bits_equal(&network->net, &(struct wide){{[10] = 0xff, [11] = 0xff}}, 96))
		return false;
	clear = network->net;
	for (unsigned n = 0; n < network->prefix; n++)
		clear.bytes[n / 8] &= (uint8_t) ~(0x80u >> n % 8);
	return memcmp(&clear, &zero, sizeof(clear)) == 0;
}

/* A network of IPv6 holds no IPv4 address, not even ::/0. */
static bool network_holds(const struct network *network, const struct addr *addr)
{
	struct wide wide = widen(addr);
	bool mapped = bits_equal(&network->net, &(struct wide){{[10] = 0xff, [11] = 0xff}}, 96);

	if (addr->version == 0 || (addr->version == 4) != (mapped && network->prefix >= 96))
		return false;
	return bits_equal(&network->net, &wide, network->prefix);
}

static void check_text(const char *text, struct addr *addr)
{
	struct network network;
	struct cidr cidr;
	struct cidr_list list = {NULL, 0};
	bool good = network_read(&network, text);

	if ((cidr_parse(&cidr, text) == NULL) != good)
		fuzz_fail("%s: should be %s", text, good ? "taken" : "refused");
	if (!good)
		return;
	for (unsigned n = 0; n <= 128; n++) {
		/* first the address itself, then the network's own with one bit changed */
		if (n > 0) {
			unsigned at = (n - 1) % (cidr.net.version == 4 ? 32 : 128);

			*addr = cidr.net;
			addr->bytes[at / 8] ^= (uint8_t)(0x80u >> at % 8);
		}
		if (cidr_match(&cidr, addr) != network_holds(&network, addr))
			fuzz_fail("%s: whether an address is in it, bit %u", text, n);
	}
	if (!cidr_list_add(&list, &cidr) || !cidr_list_match(&list, &cidr.net) || list.count != 1)
		fuzz_fail("%s: a list", text);
	cidr_list_free(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t versions[] = {4, 6, 0};
	struct input input = {data, size};
	char text[TEXT_MAX + 1] = "";
	struct addr addr = {.version = versions[input_below(&input, 3)]};

	input_take(&input, addr.bytes, addr.version == 4 ? 4 : 16);
	input_take(&input, text, TEXT_MAX);
	check_text(text, &addr);
	return 0;
}
