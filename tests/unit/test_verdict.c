/*
 * What a filter's own headers say about a message, and what is left without the points of rules
 * named P0F_*.
 */
#include "verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define HAM  VERDICT_HAM
#define SPAM VERDICT_IS_SPAM

struct row {
	const char *label;
	const char *status;
	const char *result;
	const char *flag;
	const char *spam;
	const char *report;
	enum verdict_answer answer;
	bool leans;
};

static void check(const struct row *row)
{
	const char *const values[] = {row->status, row->result, row->flag, row->spam, row->report};
	struct verdict verdict;
	enum verdict_answer answer;
	bool leans;

	memset(&verdict, 0, sizeof(verdict));
	for (int i = 0; i < VERDICT_FIELDS; i++) {
		if (values[i] != NULL)
			verdict_take(&verdict, (enum verdict_field)i, values[i]);
	}
	answer = verdict_decide(&verdict, &leans);
	if (answer != row->answer || leans != row->leans)
		fail_msg("%s: answer %d, leans %d", row->label, (int)answer, (int)leans);
}

static void check_all(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&rows[i]);
}

static const struct row status_rows[] = {
	{"ham", "No, score=-0.2 required=5.0 tests=A,B autolearn=ham version=4.0", .answer = HAM},
	{"spam", "Yes, score=7.1 required=5.0 tests=A,B autolearn=no", .answer = SPAM},
	{"no tests hit", "No, score=0.0 required=5.0 tests=none", .answer = HAM},
	{"the word counts, not the score", "Yes, score=1.0 required=5.0 tests=A", .answer = SPAM},
	{"lower case", "yes, score=7 required=5 tests=A", .answer = SPAM},
	{"old name of the score", "Yes, hits=7.1 required=5.0 tests=A=6.1,P0F_X=3", .answer = HAM},
	{"no tests named", "Yes, score=7.10", .answer = SPAM, .leans = true},
	{"not a verdict", "Maybe", .answer = VERDICT_NONE},
	{"a longer word", "Note: x", .answer = VERDICT_NONE},
	{"empty", "", .answer = VERDICT_NONE},
	{"ours tip it", "Yes, score=5.5 required=5.0 tests=A=4.7,P0F_X=0.8", .answer = HAM},
	{"ours do not tip it", "Yes, score=7.1 required=5.0 tests=A=6.3,P0F_X=0.8", .answer = SPAM},
	{"exactly required", "Yes, score=5.8 required=5.0 tests=A=5,P0F_X=0.8", .answer = SPAM},
	{"thousandths", "Yes, score=5.0 required=5.0 tests=A=5.0,P0F_X=0.001,P0F_Y=0.001",
		.answer = SPAM},
	{"a tenth", "Yes, score=5.0 required=5.0 tests=A=4.9,P0F_X=0.1", .answer = HAM},
	{"below zero", "No, score=4.5 required=5.0 tests=A=5.5,P0F_UNIX=-1.0", .answer = SPAM},
	{"below zero, far", "No, score=1.5 required=5.0 tests=A=2.5,P0F_UNIX=-1.0", .answer = HAM},
	{"their sum", "Yes, score=6.0 required=5.0 tests=P0F_A=0.9,B=4.5,P0F_C=0.6", .answer = HAM},
	{"their sum is 0", "Yes, score=6.0 required=5.0 tests=P0F_A=1,B=6,P0F_C=-1",
		.answer = SPAM},
	{"in brackets (amavisd)",
		"Yes, score=5.5 tagged_above=-999 required=5.2 tests=[A=4.7, P0F_X=0.8] "
		"autolearn=no",
		.answer = HAM},
	{"folded after a comma", "Yes, score=5.5 required=5.0 tests=A=4.7, B=0.0, P0F_X=0.8 x=y",
		.answer = HAM},
	{"the list ends at a blank", "Yes, score=5.5 required=5.0 tests=A=5.5 P0F_X=0.8",
		.answer = SPAM},
	{"another's name", "Yes, score=5.5 required=5.0 tests=A=4.7,XP0F_X=0.8", .answer = SPAM},
	{"without points", "Yes, score=5.5 required=5.0 tests=A,P0F_X", .answer = SPAM,
		.leans = true},
	{"without points, ham", "No, score=1.5 required=5.0 tests=A,P0F_X", .answer = HAM,
		.leans = true},
	{"without points, others only", "Yes, score=5.5 required=5.0 tests=A,B", .answer = SPAM},
	{"without points, ours only", "Yes, score=5.5 required=5.0 tests=P0F_A,P0F_X",
		.answer = HAM},
	{"ours only, nothing required", "Yes, score=5.5 required=0.0 tests=P0F_A", .answer = SPAM},
	{"some points", "Yes, score=5.5 required=5.0 tests=P0F_A=1,P0F_X,B", .answer = SPAM,
		.leans = true},
	{"points that are no number", "Yes, score=5.5 required=5.0 tests=P0F_A=x,B", .answer = SPAM,
		.leans = true},
	{"nothing required is given", "Yes, score=5.5 tests=A=4.7,P0F_X=0.8", .answer = SPAM,
		.leans = true},
	{"no score is given", "Yes, required=5.0 tests=A=4.7,P0F_X=0.8", .answer = SPAM,
		.leans = true},
	{"ham cannot lean on points above zero", "No, score=1 tests=A=0.2,P0F_X=0.8",
		.answer = HAM},
	{"a large number", "Yes, score=99999999999999999999 required=5 tests=P0F_X=99999999999",
		.answer = HAM},
};

static const struct row result_rows[] = {
	{"ham", .result = "default: False [4.20 / 15.00]; A(4.20)[]", .answer = HAM},
	{"rejected", .result = "default: True [16.20 / 15.00]; A(16.20)[]", .answer = SPAM},
	{"ours tip it", .result = "default: True [15.50 / 15.00]; P0F_X(1.00)[]; A(14.50)[]",
		.answer = HAM},
	{"ours do not", .result = "default: True [16.50 / 15.00]; A(15.50)[]; P0F_X(1.00)[]",
		.answer = SPAM},
	{"options",
		.result = "default: True [15.50 / 15.00]; A(14.50)[x:(y),z;P0F_Z(9)]; "
			  "P0F_X(0.40)[]",
		.answer = SPAM},
	{"options that are open",
		.result = "default: True [15.50 / 15.00]; A(15.50)[x; P0F_X(1.00)", .answer = SPAM},
	{"below zero", .result = "default: False [14.50 / 15.00]; A(15.50)[]; P0F_UNIX(-1.00)[]",
		.answer = SPAM},
	{"below zero, far", .result = "default: False [4.50 / 15.00]; P0F_UNIX(-1.00)[]",
		.answer = HAM, .leans = true},
	{"marked", .result = "default: False [7.20 / 15.00]; A(7.20)[]", .spam = "Yes",
		.answer = SPAM},
	{"marked, by a threshold that is not given",
		.result = "default: False [6.20 / 15.00]; A(5.20)[]; P0F_X(1.00)[]", .spam = "Yes",
		.answer = SPAM, .leans = true},
	{"with rspamd's status", .status = "Yes, score=7.20",
		.result = "default: False [7.20 / 15.00]; A(7.20)[]", .answer = SPAM},
	{"with rspamd's status, ham", .status = "No, score=1.20",
		.result = "default: False [1.20 / 15.00]; A(1.20)[]", .answer = HAM},
	{"SpamAssassin beside rspamd", .status = "No, score=1.20 required=5.0 tests=A=1.2",
		.result = "default: True [17.20 / 15.00]; A(17.20)[]", .answer = HAM},
	{"no symbols", .result = "default: False [0.00 / 15.00]", .answer = HAM, .leans = true},
	{"not a result", .result = "default: False", .answer = VERDICT_NONE},
	{"empty", .result = "", .answer = VERDICT_NONE},
};

static const struct row flags_rows[] = {
	{"none", .answer = VERDICT_NONE},
	{"flag", .flag = "YES", .answer = SPAM, .leans = true},
	{"flag, ham", .flag = "NO", .answer = HAM, .leans = true},
	{"X-Spam", .spam = "Yes", .answer = SPAM, .leans = true},
	{"X-Spam, another word", .spam = "spam@example.test", .answer = VERDICT_NONE},
	{"the flag before X-Spam", .flag = "NO", .spam = "Yes", .answer = HAM, .leans = true},
	{"the status before the flag", "Yes, score=5.5 required=5.0 tests=A=4.7,P0F_X=0.8",
		.flag = "YES", .answer = HAM},
};

#define NO_POINTS "Yes, score=5.5 required=5.0 tests=A,P0F_X,P0F_Y"

static const struct row report_rows[] = {
	{"ours tip it", NO_POINTS, .report = "* 4.7 A text * 0.7 P0F_X text * 0.1 P0F_Y text",
		.answer = HAM},
	{"ours do not", NO_POINTS, .report = "* 5.5 A text * 0.0 P0F_X text *  0.0 P0F_Y text",
		.answer = SPAM},
	{"below zero", NO_POINTS, .report = "* 6.5 A text * -0.9 P0F_X a * -0.1 P0F_Y b",
		.answer = SPAM},
	{"one is missing", NO_POINTS, .report = "* 4.7 A text * 0.7 P0F_X text", .answer = SPAM,
		.leans = true},
	{"one too many", NO_POINTS,
		.report = "* 4.7 A x * 9 P0F_Z y * 0.7 P0F_X text * 0.1 P0F_Y text", .answer = SPAM,
		.leans = true},
	{"no points", NO_POINTS, .report = "* P0F_X text * P0F_Y text *", .answer = SPAM,
		.leans = true},
	{"nothing", NO_POINTS, .report = "", .answer = SPAM, .leans = true},
	{"the tests' own points count", "Yes, score=5.5 required=5.0 tests=A=5.0,P0F_X=0.5",
		.report = "* 0.9 P0F_X text", .answer = SPAM},
	{"no verdict", .report = "* 4.7 A text", .answer = VERDICT_NONE},
};

static void report(void **state)
{
	(void)state;
	check_all(report_rows, LENGTH(report_rows));
}

static void status(void **state)
{
	(void)state;
	check_all(status_rows, LENGTH(status_rows));
}

static void result(void **state)
{
	(void)state;
	check_all(result_rows, LENGTH(result_rows));
}

static void flags(void **state)
{
	(void)state;
	check_all(flags_rows, LENGTH(flags_rows));
}

static void two_of_a_name(void **state)
{
	struct verdict verdict = {.disagrees = false};
	bool leans;

	(void)state;
	verdict_take(&verdict, VERDICT_STATUS, "No, score=1.0 required=5.0 tests=A");
	verdict_take(&verdict, VERDICT_STATUS, "No, score=2.0 required=5.0 tests=A");
	assert_int_equal(verdict_decide(&verdict, &leans), HAM);
	verdict_take(&verdict, VERDICT_STATUS, "nonsense");
	assert_int_equal(verdict_decide(&verdict, &leans), HAM);
	verdict_take(&verdict, VERDICT_STATUS, "Yes, score=6.0 required=5.0 tests=A");
	assert_int_equal(verdict_decide(&verdict, &leans), VERDICT_UNCLEAR);
	assert_false(leans);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status),
		cmocka_unit_test(result),
		cmocka_unit_test(flags),
		cmocka_unit_test(report),
		cmocka_unit_test(two_of_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
