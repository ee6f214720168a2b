/*
 * IP addresses, as family and bytes: what a sockaddr, a configuration file and
 * p0f's query have in common. Names are never looked up here.
 */
#include "addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* RFC 4291, section 2.5.5.2 */
static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static void addr_set4(struct addr *addr, const void *bytes)
{
	memset(addr, 0, sizeof(*addr));
	addr->version = 4;
	memcpy(addr->bytes, bytes, 4);
}

static void addr_set6(struct addr *addr, const struct in6_addr *in6)
{
	if (memcmp(in6->s6_addr, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		addr_set4(addr, in6->s6_addr + sizeof(mapped_prefix));
		return;
	}
	addr->version = 6;
	memcpy(addr->bytes, in6->s6_addr, 16);
}

bool addr_from_sockaddr(struct addr *addr, const struct sockaddr *sa)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	memset(addr, 0, sizeof(*addr));
	if (sa == NULL)
		return false;
	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&sin, sa, sizeof(sin));
		addr_set4(addr, &sin.sin_addr);
		return true;
	case AF_INET6:
		memcpy(&sin6, sa, sizeof(sin6));
		addr_set6(addr, &sin6.sin6_addr);
		return true;
	default:
		return false;
	}
}

bool addr_parse(struct addr *addr, const char *text)
{
	struct in_addr in;
	struct in6_addr in6;

	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, text, &in) == 1)
		addr_set4(addr, &in);
	else if (inet_pton(AF_INET6, text, &in6) == 1)
		addr_set6(addr, &in6);
	else
		return false;
	return true;
}

const char *addr_format(const struct addr *addr, char buf[ADDR_TEXT_SIZE])
{
	int family = addr->version == 4 ? AF_INET : AF_INET6;

	if (addr->version == 0 || inet_ntop(family, addr->bytes, buf, ADDR_TEXT_SIZE) == NULL)
		strcpy(buf, "-");
	return buf;
}
