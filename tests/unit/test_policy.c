/*
 * Which mail gets the header: every combination of the kind of address, the two lists, a login
 * and skip_authenticated, checked against a table.
 */
#include "policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Peers, each with a network that contains it and one that does not. */
static const struct {
	const char *label;
	const char *address; /* NULL: no address */
	const char *holds;
	const char *misses;
} peers[] = {
	{"none", NULL, "0.0.0.0/0", "::/0"},
	{"IPv4", "192.0.2.1", "192.0.2.0/24", "198.51.100.0/24"},
	{"mapped", "::ffff:192.0.2.1", "192.0.2.0/24", "::/0"},
	{"IPv6", "2001:db8::1", "2001:db8::/32", "0.0.0.0/0"},
};

static struct addr peer_addr(size_t peer)
{
	struct addr addr = {0};

	if (peers[peer].address != NULL)
		assert_true(addr_parse(&addr, peers[peer].address));
	return addr;
}

static void list_add(struct cidr_list *list, const char *text)
{
	struct cidr cidr;

	assert_null(cidr_parse(&cidr, text));
	assert_true(cidr_list_add(list, &cidr));
}

/* Entries that do not matter must change nothing. */
static enum policy connect_policy(size_t peer, bool trusted, bool skipped, bool others)
{
	struct cidr_list trusted_networks = {0};
	struct cidr_list skip_networks = {0};
	struct addr addr = peer_addr(peer);
	enum policy policy;

	if (others) {
		list_add(&trusted_networks, peers[peer].misses);
		list_add(&skip_networks, peers[peer].misses);
	}
	if (trusted)
		list_add(&trusted_networks, peers[peer].holds);
	if (skipped)
		list_add(&skip_networks, peers[peer].holds);
	policy = policy_at_connect(&addr, &trusted_networks, &skip_networks);
	cidr_list_free(&trusted_networks);
	cidr_list_free(&skip_networks);
	return policy;
}

/* By kind of address, by trusted, by skipped. */
static const enum policy at_connect[LENGTH(peers)][2][2] = {
	{{POLICY_NO_ADDRESS, POLICY_NO_ADDRESS}, {POLICY_NO_ADDRESS, POLICY_NO_ADDRESS}},
	{{POLICY_LOOKUP, POLICY_SKIPPED}, {POLICY_TRUSTED, POLICY_TRUSTED}},
	{{POLICY_LOOKUP, POLICY_SKIPPED}, {POLICY_TRUSTED, POLICY_TRUSTED}},
	{{POLICY_LOOKUP, POLICY_SKIPPED}, {POLICY_TRUSTED, POLICY_TRUSTED}},
};

static void address_and_lists_decide_at_connect(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LENGTH(peers) * 8; i++) {
		size_t peer = i / 8;
		bool trusted = (i & 1) != 0;
		bool skipped = (i & 2) != 0;
		bool others = (i & 4) != 0;
		enum policy policy = connect_policy(peer, trusted, skipped, others);

		if (policy != at_connect[peer][trusted][skipped])
			fail_msg("%s, trusted %d, skipped %d, others %d: %s", peers[peer].label,
				trusted, skipped, others, policy_name(policy));
	}
}

static void login_decides_at_eom(void **state)
{
	static const struct {
		enum policy at_connect;
		bool skip_authenticated;
		const char *auth_authen;
		enum policy want;
	} rows[] = {
		{POLICY_LOOKUP, true, "user", POLICY_AUTHENTICATED},
		{POLICY_LOOKUP, true, "", POLICY_LOOKUP},
		{POLICY_LOOKUP, true, NULL, POLICY_LOOKUP},
		{POLICY_LOOKUP, false, "user", POLICY_LOOKUP},
		{POLICY_LOOKUP, false, "", POLICY_LOOKUP},
		{POLICY_LOOKUP, false, NULL, POLICY_LOOKUP},
		{POLICY_TRUSTED, true, "user", POLICY_TRUSTED},
		{POLICY_TRUSTED, true, NULL, POLICY_TRUSTED},
		{POLICY_TRUSTED, false, "user", POLICY_TRUSTED},
		{POLICY_TRUSTED, false, NULL, POLICY_TRUSTED},
		{POLICY_SKIPPED, true, "user", POLICY_SKIPPED},
		{POLICY_SKIPPED, true, NULL, POLICY_SKIPPED},
		{POLICY_SKIPPED, false, "user", POLICY_SKIPPED},
		{POLICY_SKIPPED, false, NULL, POLICY_SKIPPED},
		{POLICY_NO_ADDRESS, true, "user", POLICY_NO_ADDRESS},
		{POLICY_NO_ADDRESS, true, NULL, POLICY_NO_ADDRESS},
		{POLICY_NO_ADDRESS, false, "user", POLICY_NO_ADDRESS},
		{POLICY_NO_ADDRESS, false, NULL, POLICY_NO_ADDRESS},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		enum policy policy = policy_at_eom(
			rows[i].at_connect, rows[i].skip_authenticated, rows[i].auth_authen);

		if (policy != rows[i].want)
			fail_msg("%s, skip_authenticated %d, login \"%s\": %s",
				policy_name(rows[i].at_connect), rows[i].skip_authenticated,
				rows[i].auth_authen != NULL ? rows[i].auth_authen : "NULL",
				policy_name(policy));
	}
}

/*
 * From connect to end of message: only a peer that is in no list, and not logged in, is looked
 * up.
 */
static void lookup_needs_all_conditions(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LENGTH(peers) * 16; i++) {
		size_t peer = i / 16;
		bool trusted = (i & 1) != 0;
		bool skipped = (i & 2) != 0;
		const char *auth_authen = (i & 4) != 0 ? "user" : NULL;
		bool skip_authenticated = (i & 8) != 0;
		bool want = peers[peer].address != NULL && !trusted && !skipped &&
			    !(auth_authen != NULL && skip_authenticated);
		enum policy policy = policy_at_eom(connect_policy(peer, trusted, skipped, true),
			skip_authenticated, auth_authen);

		if ((policy == POLICY_LOOKUP) != want)
			fail_msg("%s, trusted %d, skipped %d, login %d, skip_authenticated %d: %s",
				peers[peer].label, trusted, skipped, auth_authen != NULL,
				skip_authenticated, policy_name(policy));
	}
}

static void policy_has_name_and_view_of_copies(void **state)
{
	static const struct {
		const char *name;
		enum policy policy;
		bool distrusts;
	} rows[] = {
		{"lookup", POLICY_LOOKUP, true},
		{"no address", POLICY_NO_ADDRESS, true},
		{"trusted", POLICY_TRUSTED, false},
		{"skipped", POLICY_SKIPPED, true},
		{"authenticated", POLICY_AUTHENTICATED, true},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_string_equal(policy_name(rows[i].policy), rows[i].name);
		if (policy_distrusts_copies(rows[i].policy) != rows[i].distrusts)
			fail_msg("%s: copies", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_and_lists_decide_at_connect),
		cmocka_unit_test(login_decides_at_eom),
		cmocka_unit_test(lookup_needs_all_conditions),
		cmocka_unit_test(policy_has_name_and_view_of_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
