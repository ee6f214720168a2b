#ifndef ADDR_H
#define ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* Room for any address as text, with the NUL: INET6_ADDRSTRLEN. */
#define ADDR_TEXT_SIZE 46

/*
 * An IP address. An IPv4-mapped IPv6 address is always held as the IPv4 address
 * that it stands for, so that equal hosts compare equal.
 */
struct addr {
	uint8_t version;   /* 4 or 6; 0: no address */
	uint8_t bytes[16]; /* network order, from the left; the rest is zero */
};

/*
 * Copy the address out of sa, which may be NULL. Returns false, and an address of version 0,
 * unless the family is AF_INET or AF_INET6 (local submission has no peer). The scope of a
 * link-local address is dropped, since p0f keeps none.
 */
bool addr_from_sockaddr(struct addr *addr, const struct sockaddr *sa);

/* Parse an IPv4 or IPv6 address in its usual text form. Returns false when text is neither. */
bool addr_parse(struct addr *addr, const char *text);

/* Write the address as text into buf, "-" for no address. Returns buf. */
const char *addr_format(const struct addr *addr, char buf[ADDR_TEXT_SIZE]);

#endif
