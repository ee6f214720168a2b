#ifndef POLICY_H
#define POLICY_H

#include "addr.h"
#include "cidr.h"

#include <stdbool.h>

/* What happens to the messages of a session, and why. */
enum policy {
	POLICY_LOOKUP,        /* ask p0f, and insert the header */
	POLICY_NO_ADDRESS,    /* no IP address: local submission */
	POLICY_TRUSTED,       /* in trusted_networks: our own relay, whose header is kept */
	POLICY_SKIPPED,       /* in skip_networks */
	POLICY_AUTHENTICATED, /* the client has logged in by SMTP AUTH (RFC 4954) */
};

/* Decide at the connect step. An address that is in both lists is trusted. */
enum policy policy_at_connect(const struct addr *peer, const struct cidr_list *trusted_networks,
	const struct cidr_list *skip_networks);

/* Decide again at the end of a message, once it is known whether the client has logged in. */
enum policy policy_at_eom(enum policy at_connect, bool skip_authenticated, const char *auth_authen);

/* Returns whether copies of the header in the incoming message count as forged. */
bool policy_distrusts_copies(enum policy policy);

/* Returns the policy's name for the log. */
const char *policy_name(enum policy policy);

#endif
