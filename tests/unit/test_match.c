/* What a reply is worth, and the names that rules, dashboards and readers rely on. */
#include "match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void reply_has_match_and_name(void **state)
{
	static const struct {
		struct p0f_reply reply;
		enum match match;
		const char *name;
	} rows[] = {
		{{.status = P0F_STATUS_OK, .os_name = "a"}, MATCH_NORMAL, "normal"},
		{{.status = P0F_STATUS_OK, .os_name = "a", .os_match_q = 1}, MATCH_FUZZY, "fuzzy"},
		{{.status = P0F_STATUS_OK, .os_name = "a", .os_match_q = 2}, MATCH_GENERIC,
			"generic"},
		{{.status = P0F_STATUS_OK, .os_name = "a", .os_match_q = 3}, MATCH_FUZZY_GENERIC,
			"fuzzy+generic"},
		{{.status = P0F_STATUS_OK, .os_name = "a", .os_match_q = 0xfc}, MATCH_NORMAL,
			"normal"},
		{{.status = P0F_STATUS_OK, .os_name = "a", .os_match_q = 0xff}, MATCH_FUZZY_GENERIC,
			"fuzzy+generic"},
		{{.status = P0F_STATUS_OK}, MATCH_NONE, "none"},
		{{.status = P0F_STATUS_OK, .os_match_q = 2}, MATCH_NONE, "none"},
		{{.status = P0F_STATUS_NO_MATCH}, MATCH_UNSEEN, "unseen"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(match_of(&rows[i].reply), rows[i].match);
		assert_string_equal(match_name(rows[i].match), rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reply_has_match_and_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
