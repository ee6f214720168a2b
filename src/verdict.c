/*
 * The verdict of SpamAssassin or rspamd on a message, without the points of its rules on our
 * header: otherwise the header would prove itself.
 */
#include "verdict.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* No filter has a score that large. */
#define POINTS_MAX 1000000

static bool begins_with(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* A whole word. */
static bool is_word(const char *text, const char *word)
{
	return begins_with(text, word) && !isalnum((unsigned char)text[strlen(word)]);
}

static enum verdict_answer read_word(const char *text, const char *yes, const char *no)
{
	if (is_word(text, yes))
		return VERDICT_IS_SPAM;
	return is_word(text, no) ? VERDICT_HAM : VERDICT_NONE;
}

/*
 * Parse a decimal number as thousandths; further digits are cut off. Sets *unit, unless it is
 * NULL, to the value of its last digit. Returns whether there is a number.
 */
static bool read_points(const char *text, int64_t *points, int64_t *unit)
{
	bool is_negative = *text == '-';
	int64_t value = 0;
	int64_t worth = 1000;

	if (*text == '-' || *text == '+')
		text++;
	if (!isdigit((unsigned char)text[*text == '.']))
		return false;
	for (; isdigit((unsigned char)*text); text++)
		value = value < POINTS_MAX ? value * 10 + (*text - '0') : value;
	value *= 1000;
	if (*text == '.') {
		for (text++; isdigit((unsigned char)*text) && worth > 1; text++) {
			worth /= 10;
			value += (*text - '0') * worth;
		}
	}
	*points = is_negative ? -value : value;
	if (unit != NULL)
		*unit = worth;
	return true;
}

/* Returns what follows " name=" in a list of such assignments, or NULL. */
static const char *find_value(const char *text, const char *name)
{
	size_t length = strlen(name);

	for (; *text != '\0'; text += strcspn(text, BLANKS)) {
		text += strspn(text, BLANKS);
		if (strncasecmp(text, name, length) == 0 && text[length] == '=')
			return text + length + 1;
	}
	return NULL;
}

/* Count one test, with its points if they are given. */
static void take_test(struct verdict_said *said, const char *name, const char *points)
{
	int64_t value;

	if (!begins_with(name, "P0F_")) {
		said->has_others = true;
		return;
	}
	said->hits++;
	if (points != NULL && read_points(points, &value, NULL))
		said->ours += value;
	else
		said->has_points = false;
}

/* tests=A,B,C or tests=A=0.1,B=2, perhaps with blanks after the commas, perhaps in [...]. */
static void take_tests(struct verdict_said *said, const char *list)
{
	list += *list == '[';
	said->has_tests = true;
	said->has_points = true;
	while (*list != '\0') {
		size_t length = strcspn(list, ",] \t");
		size_t name = strcspn(list, "=,] \t");

		if (length > 0 && !is_word(list, "none"))
			take_test(said, list, name < length ? list + name + 1 : NULL);
		list += length;
		list += strspn(list, BLANKS);
		if (*list != ',')
			break;
		list++;
		list += strspn(list, BLANKS);
	}
}

static void take_status(struct verdict_said *said, const char *value)
{
	const char *score = find_value(value, "score");
	const char *required = find_value(value, "required");
	const char *tests = find_value(value, "tests");

	if (score == NULL)
		score = find_value(value, "hits");
	said->word = read_word(value, "Yes", "No");
	said->has_score = score != NULL && read_points(score, &said->score, &said->unit);
	said->has_required = required != NULL && read_points(required, &said->required, NULL);
	if (tests != NULL)
		take_tests(said, tests);
}

/* Returns what follows the ";" after this symbol. Its options may contain anything but "];". */
static const char *next_symbol(const char *at)
{
	const char *options;

	at += strcspn(at, ";[");
	options = *at == '[' ? strstr(at, "];") : NULL;
	if (options != NULL)
		at = options + 1;
	else
		at += *at == '[' ? strlen(at) : 0;
	at += *at == ';';
	return at + strspn(at, BLANKS);
}

/* SYMBOL(0.50)[option, ...]; SYMBOL(...)[...] */
static void take_symbols(struct verdict_said *said, const char *list)
{
	said->has_tests = true;
	said->has_points = true;
	for (list = next_symbol(list); *list != '\0'; list = next_symbol(list)) {
		size_t length = strcspn(list, "(;[" BLANKS);

		if (length > 0)
			take_test(said, list, list[length] == '(' ? list + length + 1 : NULL);
	}
}

/* The threshold is rspamd's for "reject", and True means reject. */
static void take_result(struct verdict_said *said, const char *value)
{
	const char *word = strchr(value, ':');
	const char *score = strchr(value, '[');
	const char *slash = strchr(value, '/');
	const char *list = strchr(value, ';');

	if (word == NULL || score == NULL || slash == NULL || slash < score)
		return;
	word++;
	said->word = read_word(word + strspn(word, BLANKS), "True", "False");
	score++;
	slash++;
	said->has_score = read_points(score + strspn(score, BLANKS), &said->score, &said->unit);
	said->has_required = read_points(slash + strspn(slash, BLANKS), &said->required, NULL);
	if (list != NULL)
		take_symbols(said, list);
}

/* "* POINTS NAME text", as often as a test has hit; the text is not to be trusted. */
static void take_report(struct verdict_said *said, const char *value)
{
	for (const char *at = strchr(value, '*'); at != NULL; at = strchr(at, '*')) {
		const char *points = at + 1 + strspn(at + 1, BLANKS);
		const char *name = points + strcspn(points, BLANKS);

		name += strspn(name, BLANKS);
		if (begins_with(name, "P0F_"))
			take_test(said, name, points);
		at++;
	}
}

void verdict_take(struct verdict *verdict, enum verdict_field field, const char *value)
{
	struct verdict_said *said = &verdict->said[field];
	struct verdict_said now = {.word = VERDICT_NONE};

	switch (field) {
	case VERDICT_STATUS:
		take_status(&now, value);
		break;
	case VERDICT_RESULT:
		take_result(&now, value);
		break;
	case VERDICT_REPORT:
		now.has_points = true;
		take_report(&now, value);
		break;
	default:
		now.word = read_word(value, "Yes", "No");
	}
	if (said->word != VERDICT_NONE && now.word != VERDICT_NONE && said->word != now.word)
		verdict->disagrees = true;
	if (said->word == VERDICT_NONE && !(field == VERDICT_REPORT && said->has_points))
		*said = now;
}

/* Rounded to the digits that the score was printed with, since its last one was rounded. */
static int64_t without_ours(const struct verdict_said *said)
{
	int64_t rest = said->score - said->ours;
	int64_t half = said->unit / 2;

	return (rest >= 0 ? rest + half : rest - half) / said->unit * said->unit;
}

/*
 * Returns the verdict without our points or, where that cannot be worked out, word with *leans
 * set.
 */
static enum verdict_answer take_off(
	const struct verdict_said *said, enum verdict_answer word, bool has_required, bool *leans)
{
	bool is_spam = word == VERDICT_IS_SPAM;

	*leans = false;
	if (!said->has_tests) {
		*leans = true;
		return word;
	}
	if (said->hits == 0)
		return word;
	if (!said->has_points) {
		*leans = said->has_others || !has_required;
		return *leans || said->required <= 0 ? word : VERDICT_HAM;
	}
	if (said->ours == 0 || (said->ours > 0) != is_spam)
		return word;
	*leans = !said->has_score || !has_required;
	if (*leans || (said->score >= said->required) != is_spam)
		return word;
	return without_ours(said) >= said->required ? VERDICT_IS_SPAM : VERDICT_HAM;
}

/* SpamAssassin's verdict. Points that are not with the tests may be in its report. */
static enum verdict_answer decide_status(const struct verdict *verdict, bool *leans)
{
	struct verdict_said status = verdict->said[VERDICT_STATUS];
	const struct verdict_said *report = &verdict->said[VERDICT_REPORT];

	if (!status.has_points && report->has_points && report->hits == status.hits) {
		status.has_points = true;
		status.ours = report->ours;
	}
	return take_off(&status, status.word, status.has_required, leans);
}

enum verdict_answer verdict_decide(const struct verdict *verdict, bool *leans)
{
	const struct verdict_said *status = &verdict->said[VERDICT_STATUS];
	const struct verdict_said *result = &verdict->said[VERDICT_RESULT];
	enum verdict_answer flag = verdict->said[VERDICT_FLAG].word;
	enum verdict_answer answer;

	*leans = false;
	if (verdict->disagrees)
		return VERDICT_UNCLEAR;
	if (flag == VERDICT_NONE)
		flag = verdict->said[VERDICT_SPAM].word;
	if (status->word != VERDICT_NONE && (status->has_tests || result->word == VERDICT_NONE))
		return decide_status(verdict, leans);
	if (result->word == VERDICT_NONE) {
		*leans = flag != VERDICT_NONE;
		return flag;
	}
	/*
	 * rspamd also marks spam that it does not reject, by a threshold that the header does not
	 * give
	 */
	if (status->word != VERDICT_NONE)
		flag = status->word;
	if (result->word == VERDICT_HAM && flag == VERDICT_IS_SPAM)
		return take_off(result, flag, false, leans);
	answer = take_off(result, result->word, true, leans);
	if (answer == VERDICT_HAM && result->word == VERDICT_HAM && result->ours < 0)
		*leans = true;
	return answer;
}
