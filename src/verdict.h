#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>
#include <stdint.h>

/* The headers of spam filters, in order of precedence. */
enum verdict_field {
	VERDICT_STATUS, /* X-Spam-Status: Yes, score=7.1 required=5.0 tests=A,B (SpamAssassin) */
	VERDICT_RESULT, /* X-Spamd-Result: default: False [7.10 / 15.00]; A(6.10)[]; B(1.00)[] */
	VERDICT_FLAG,   /* X-Spam-Flag: YES */
	VERDICT_SPAM,   /* X-Spam: Yes (rspamd, in spam only) */
	VERDICT_REPORT, /* X-Spam-Report: ... * 6.1 A text * 1.0 B text (SpamAssassin): no verdict
			 */
	VERDICT_FIELDS,
};

enum verdict_answer { VERDICT_NONE, VERDICT_HAM, VERDICT_IS_SPAM, VERDICT_UNCLEAR };

/* Points and thresholds in thousandths. */
struct verdict_said {
	enum verdict_answer word;
	bool has_score;
	bool has_required;
	int64_t score;
	int64_t required;
	int64_t unit;    /* the value of the score's last printed digit */
	bool has_tests;  /* the tests are listed */
	bool has_others; /* a test other than ours has hit */
	unsigned hits;   /* of tests named P0F_*, ours */
	bool has_points; /* of each of our tests */
	int64_t ours;    /* their sum */
};

/* What all such fields of one message say. Starts as zeros. */
struct verdict {
	struct verdict_said said[VERDICT_FIELDS];
	bool disagrees; /* two fields of one name were read */
};

/* Parse a field's unfolded value: each fold is a single blank. */
void verdict_take(struct verdict *verdict, enum verdict_field field, const char *value);

/*
 * Returns the verdict that the filter would have given without the points of its tests named
 * P0F_*. Where that cannot be worked out, *leans is set: the verdict is the filter's own, and may
 * lean on them. Returns VERDICT_NONE without a field that says one, and VERDICT_UNCLEAR when two
 * of one name disagree.
 */
enum verdict_answer verdict_decide(const struct verdict *verdict, bool *leans);

#endif
