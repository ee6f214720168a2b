/*
 * What a header says about the client: which values the filter can have written, and which of
 * them are about this client.
 */
#include "fingerprint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void kinds(void **state)
{
	static const struct {
		const char *label;
		const char *value;
		enum fingerprint_kind kind;
	} rows[] = {
		{"os alone", "os=\"Linux\"", FINGERPRINT_GOOD},
		{"unknown", "os=unknown; match=none", FINGERPRINT_GOOD},
		{"all",
			"os=\"a\"; flavor=\"b\"; match=fuzzy+generic; distance=0; uptime=1min; "
			"link=\"c\"",
			FINGERPRINT_GOOD},
		{"others", "os=\"a\"; total_conn=4; language=\"x\"; newer=thing", FINGERPRINT_GOOD},
		{"unseen", "os=unknown; match=unseen", FINGERPRINT_UNSEEN},
		{"stale", "os=\"a\"; match=normal; age=900s", FINGERPRINT_STALE},
		{"age in a string", "os=\"a; age=900s\"; match=normal", FINGERPRINT_GOOD},
		{"not the grammar", "os=\"a", FINGERPRINT_BAD},
		{"os not first", "match=none; os=unknown", FINGERPRINT_BAD},
		{"another token", "os=Linux", FINGERPRINT_BAD},
		{"empty os", "os=\"\"", FINGERPRINT_BAD},
		{"empty flavor", "os=\"a\"; flavor=\"\"", FINGERPRINT_BAD},
		{"flavor as a token", "os=\"a\"; flavor=b", FINGERPRINT_BAD},
		{"link as a token", "os=\"a\"; link=b", FINGERPRINT_BAD},
		{"another match", "os=\"a\"; match=good", FINGERPRINT_BAD},
		{"match in quotes", "os=\"a\"; match=\"normal\"", FINGERPRINT_BAD},
		{"distance below zero", "os=\"a\"; distance=-1", FINGERPRINT_BAD},
		{"distance in quotes", "os=\"a\"; distance=\"1\"", FINGERPRINT_BAD},
		{"distance with a zero", "os=\"a\"; distance=01", FINGERPRINT_BAD},
		{"distance with a unit", "os=\"a\"; distance=1s", FINGERPRINT_BAD},
		{"a long distance", "os=\"a\"; distance=12345678901", FINGERPRINT_BAD},
		{"age without a unit", "os=\"a\"; age=900", FINGERPRINT_BAD},
		{"two flavors", "os=\"a\"; flavor=\"b\"; flavor=\"c\"", FINGERPRINT_BAD},
		{"two of another", "os=\"a\"; x=1; x=1", FINGERPRINT_BAD},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct fingerprint fingerprint;

		if (fingerprint_read(&fingerprint, rows[i].value) != rows[i].kind)
			fail_msg("%s", rows[i].label);
	}
}

static void labels(void **state)
{
	struct fingerprint a;
	struct fingerprint b;

	(void)state;
	assert_int_equal(fingerprint_read(&a, "os=\"unknown\"; flavor=\"x\\\"y\"; distance=12"),
		FINGERPRINT_GOOD);
	assert_int_equal(
		fingerprint_read(&b, "os=unknown; match=none; link=\"DSL\""), FINGERPRINT_GOOD);
	assert_int_equal(a.os.kind, LABEL_STRING);
	assert_int_equal(b.os.kind, LABEL_TOKEN);
	assert_false(label_equal(&a.os, &b.os));
	assert_true(label_equal(&a.link, &b.flavor));
	assert_string_equal(a.flavor.text, "x\"y");
	assert_string_equal(a.distance.text, "12");
	assert_string_equal(b.link.text, "DSL");
	assert_int_equal(b.flavor.kind, LABEL_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
