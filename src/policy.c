/*
 * Which mail gets the header. Nothing but the rules is here, without socket or libmilter, so that
 * a table can test them.
 */
#include "policy.h"

#include <stddef.h>

enum policy policy_at_connect(const struct addr *peer, const struct cidr_list *trusted_networks,
	const struct cidr_list *skip_networks)
{
	if (peer->version == 0)
		return POLICY_NO_ADDRESS;
	if (cidr_list_match(trusted_networks, peer))
		return POLICY_TRUSTED;
	if (cidr_list_match(skip_networks, peer))
		return POLICY_SKIPPED;
	return POLICY_LOOKUP;
}

enum policy policy_at_eom(enum policy at_connect, bool skip_authenticated, const char *auth_authen)
{
	bool authenticated = auth_authen != NULL && auth_authen[0] != '\0';

	if (at_connect == POLICY_LOOKUP && skip_authenticated && authenticated)
		return POLICY_AUTHENTICATED;
	return at_connect;
}

bool policy_distrusts_copies(enum policy policy)
{
	return policy != POLICY_TRUSTED;
}

const char *policy_name(enum policy policy)
{
	static const char *const names[] = {
		[POLICY_LOOKUP] = "lookup",
		[POLICY_NO_ADDRESS] = "no address",
		[POLICY_TRUSTED] = "trusted",
		[POLICY_SKIPPED] = "skipped",
		[POLICY_AUTHENTICATED] = "authenticated",
	};

	return names[policy];
}
