/*
 * Which address a Received header names: the client's, as our own server saw it, not what the
 * client says about itself.
 */
#include "received.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void families(void **state)
{
	static const struct {
		const char *label;
		const char *value;
		enum received_family family;
	} rows[] = {
		{"Postfix",
			"from mx.a.test (mx.a.test [198.51.100.1]) by mx (Postfix) with SMTP id 1",
			RECEIVED_IPV4},
		{"Postfix, IPv6", "from mx.a.test (unknown [IPv6:2001:db8::1]) by mx (Postfix)",
			RECEIVED_IPV6},
		{"Postfix, TLS", "from a (b [198.51.100.1]) (using TLSv1.3 with cipher X) by mx",
			RECEIVED_IPV4},
		{"Sendmail",
			"from a.test (b.test [198.51.100.1] (may be forged)) by mx (8.17/8.17)",
			RECEIVED_IPV4},
		{"Sendmail, ident", "from a.test (IDENT:[2001:db8::1]@b.test [198.51.100.1]) by mx",
			RECEIVED_IPV4},
		{"HELO with an address", "from [IPv6:2001:db8::1] (b.test [198.51.100.1]) by mx",
			RECEIVED_IPV4},
		{"without a comment", "from [198.51.100.1] by mx", RECEIVED_UNKNOWN},
		{"no address", "from a.test (b.test) by mx", RECEIVED_UNKNOWN},
		{"no brackets", "from a.test (198.51.100.1) by mx", RECEIVED_UNKNOWN},
		{"open comment", "from a.test (b.test [198.51.100.1] by mx", RECEIVED_UNKNOWN},
		{"open bracket", "from a.test (b.test [198.51.100.1) by mx", RECEIVED_UNKNOWN},
		{"not an address", "from a.test (b.test [198.51.100]) by mx", RECEIVED_UNKNOWN},
		{"IPv6 without its tag", "from a.test (b.test [2001:db8::1]) by mx",
			RECEIVED_UNKNOWN},
		{"IPv4 with IPv6's tag", "from a.test (b.test [IPv6:198.51.100.1]) by mx",
			RECEIVED_UNKNOWN},
		{"long",
			"from a (b "
			"[1111111111111111111111111111111111111111111111111111111111111111]) by",
			RECEIVED_UNKNOWN},
		{"an escape at the end", "from a (b\\", RECEIVED_UNKNOWN},
		{"local", "by mx (Postfix, from userid 0) id 1", RECEIVED_UNKNOWN},
		{"comment elsewhere", "from a.test by mx (b.test [198.51.100.1])",
			RECEIVED_UNKNOWN},
		{"empty", "", RECEIVED_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (received_family(rows[i].value) != rows[i].family)
			fail_msg("%s: %d", rows[i].label, (int)received_family(rows[i].value));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
