#ifndef CIDR_H
#define CIDR_H

#include "addr.h"

#include <stdbool.h>
#include <stddef.h>

/* A network (RFC 4632): an address whose bits after the prefix are zero. */
struct cidr {
	struct addr net;
	unsigned prefix; /* in bits: 0-32 for IPv4, 0-128 for IPv6 */
};

/* A list of networks; an empty one matches nothing. */
struct cidr_list {
	struct cidr *nets;
	size_t count;
};

/*
 * Parse "ADDRESS" or "ADDRESS/BITS". A mapped network (::ffff:10.0.0.0/104) becomes the IPv4
 * network that it stands for. Returns NULL, or what is wrong, as a constant string without the
 * text itself. Host bits that are set are an error.
 */
const char *cidr_parse(struct cidr *cidr, const char *text);

/*
 * Returns whether the network, or one in the list, contains the address; none contains version 0.
 */
bool cidr_match(const struct cidr *cidr, const struct addr *addr);
bool cidr_list_match(const struct cidr_list *list, const struct addr *addr);

/* Append a network. Returns false, and leaves the list unchanged, when memory runs out. */
bool cidr_list_add(struct cidr_list *list, const struct cidr *cidr);

/* Free the list's memory, and empty it. */
void cidr_list_free(struct cidr_list *list);

#endif
