#ifndef POLICY_H
#define POLICY_H

#include "addr.h"
#include "cidr.h"

#include <stdbool.h>

/* What happens to the messages of a session, and why. */
enum policy {
	POLICY_LOOKUP,        /* ask p0f, and insert the header */
	POLICY_NO_ADDRESS,    /* the peer has no IP address: local submission */
	POLICY_TRUSTED,       /* in trusted_networks: a relay of ours, its header is kept */
	POLICY_SKIPPED,       /* in skip_networks */
	POLICY_AUTHENTICATED, /* the client has logged in by SMTP AUTH (RFC 4954) */
};

/* Decide at the connect step. A network that is in both lists is trusted. */
enum policy policy_at_connect(const struct addr *peer, const struct cidr_list *trusted_networks,
	const struct cidr_list *skip_networks);

/* Decide again at the end of a message, when it is known whether the client has logged in. */
enum policy policy_at_eom(enum policy at_connect, bool skip_authenticated, const char *auth_authen);

/* Returns whether copies of the header that came with the message count as forged. */
bool policy_distrusts_copies(enum policy policy);

/* Returns a word for it, for logs. */
const char *policy_name(enum policy policy);

#endif
