/*
 * Which client handed a message over, by the Received header that our own mail server wrote.
 */
#include "received.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Returns the end of the comment that begins here, or NULL. Comments nest. */
static const char *comment_end(const char *at)
{
	unsigned depth = 0;

	for (; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '(')
			depth++;
		else if (*at == ')' && --depth == 0)
			return at;
	}
	return NULL;
}

static enum received_family family_of(const char *text, size_t length)
{
	unsigned char bytes[16];
	char address[64];

	if (length >= sizeof(address))
		return RECEIVED_UNKNOWN;
	memcpy(address, text, length);
	address[length] = '\0';
	if (strncasecmp(address, "IPv6:", 5) == 0)
		return inet_pton(AF_INET6, address + 5, bytes) == 1 ? RECEIVED_IPV6
								    : RECEIVED_UNKNOWN;
	return inet_pton(AF_INET, address, bytes) == 1 ? RECEIVED_IPV4 : RECEIVED_UNKNOWN;
}

enum received_family received_family(const char *value)
{
	const char *at = value;
	const char *open = NULL;
	const char *end;

	if (strncasecmp(at, "from ", 5) != 0)
		return RECEIVED_UNKNOWN;
	at += 5;
	at += strcspn(at, " ");
	if (strncmp(at, " (", 2) != 0)
		return RECEIVED_UNKNOWN;
	at++;
	end = comment_end(at);
	if (end == NULL)
		return RECEIVED_UNKNOWN;
	/* the last one: before it, Sendmail writes what the client's ident server says */
	for (; at < end; at++)
		open = *at == '[' ? at + 1 : open;
	if (open == NULL)
		return RECEIVED_UNKNOWN;
	return family_of(open, strcspn(open, "]"));
}
