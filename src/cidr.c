/*
 * Networks in CIDR notation, and lists of them. Matching walks through the list: the lists that
 * people write have ten entries, not ten thousand.
 */
#include "cidr.h"

#include <stdlib.h>
#include <string.h>

/* The IPv4 part of a mapped address starts after this many bits. */
#define MAPPED_BITS 96

static bool prefix_parse(const char *text, unsigned *prefix)
{
	unsigned value = 0;
	size_t digits;

	for (digits = 0; text[digits] != '\0'; digits++) {
		if (text[digits] < '0' || text[digits] > '9' || digits == 3)
			return false;
		value = value * 10 + (unsigned)(text[digits] - '0');
	}
	*prefix = value;
	return digits > 0;
}

/* Returns whether all bits of the address after the prefix are zero. */
static bool host_bits_clear(const struct addr *addr, unsigned prefix)
{
	for (unsigned bit = prefix; bit < 128; bit++) {
		if (addr->bytes[bit / 8] & (0x80u >> (bit % 8)))
			return false;
	}
	return true;
}

const char *cidr_parse(struct cidr *cidr, const char *text)
{
	char address[ADDR_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t length = slash != NULL ? (size_t)(slash - text) : strlen(text);
	unsigned width;

	if (length >= sizeof(address))
		return "not an IP address or network";
	memcpy(address, text, length);
	address[length] = '\0';
	if (!addr_parse(&cidr->net, address))
		return "not an IP address or network";
	width = cidr->net.version == 4 ? 32 : 128;
	cidr->prefix = width;
	if (slash == NULL)
		return NULL;
	if (!prefix_parse(slash + 1, &cidr->prefix))
		return "the prefix length is not a number";
	if (width == 32 && strchr(address, ':') != NULL) {
		if (cidr->prefix < MAPPED_BITS)
			return "the prefix length of a mapped network is less than 96";
		cidr->prefix -= MAPPED_BITS;
	}
	if (cidr->prefix > width)
		return width == 32 ? "the prefix length is over 32"
				   : "the prefix length is over 128";
	if (!host_bits_clear(&cidr->net, cidr->prefix))
		return "bits are set after the prefix";
	return NULL;
}

bool cidr_match(const struct cidr *cidr, const struct addr *addr)
{
	size_t bytes = cidr->prefix / 8;
	unsigned rest = cidr->prefix % 8;

	if (addr->version == 0 || addr->version != cidr->net.version)
		return false;
	if (memcmp(addr->bytes, cidr->net.bytes, bytes) != 0)
		return false;
	if (rest == 0)
		return true;
	return (addr->bytes[bytes] ^ cidr->net.bytes[bytes]) >> (8 - rest) == 0;
}

bool cidr_list_match(const struct cidr_list *list, const struct addr *addr)
{
	for (size_t i = 0; i < list->count; i++) {
		if (cidr_match(&list->nets[i], addr))
			return true;
	}
	return false;
}

bool cidr_list_add(struct cidr_list *list, const struct cidr *cidr)
{
	struct cidr *nets = realloc(list->nets, (list->count + 1) * sizeof(*nets));

	if (nets == NULL)
		return false;
	nets[list->count] = *cidr;
	list->nets = nets;
	list->count++;
	return true;
}

void cidr_list_free(struct cidr_list *list)
{
	free(list->nets);
	list->nets = NULL;
	list->count = 0;
}
