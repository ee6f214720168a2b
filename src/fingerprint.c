/*
 * What a header says about the client, and whether it may be counted. header_parse knows the
 * grammar, this module knows the parameters.
 */
#include "fingerprint.h"

#include "header_parse.h"
#include "match.h"

#include <stddef.h>
#include <string.h>

static bool is_token(const struct header_param *param, const char *text)
{
	return !param->quoted && strcmp(param->text, text) == 0;
}

static bool is_os(const struct header_param *param)
{
	return param->quoted ? param->text[0] != '\0' : is_token(param, "unknown");
}

static bool is_string(const struct header_param *param)
{
	return param->quoted && param->text[0] != '\0';
}

static bool is_match(const struct header_param *param)
{
	for (enum match match = MATCH_NORMAL; match < MATCH_COUNT; match++) {
		if (is_token(param, match_name(match)))
			return true;
	}
	return false;
}

static bool is_number(const struct header_param *param, const char *unit)
{
	size_t digits = strspn(param->text, "0123456789");

	return !param->quoted && digits > 0 && digits <= 10 &&
	       (digits == 1 || param->text[0] != '0') && strcmp(param->text + digits, unit) == 0;
}

static bool is_distance(const struct header_param *param)
{
	return is_number(param, "");
}

static bool is_age(const struct header_param *param)
{
	return is_number(param, "s");
}

static const struct header_param *find(const struct header_params *params, const char *name)
{
	for (size_t i = 0; i < params->count; i++) {
		if (strcmp(params->list[i].name, name) == 0)
			return &params->list[i];
	}
	return NULL;
}

/* A name that occurs twice would be ambiguous. */
static bool has_twice(const struct header_params *params)
{
	for (size_t i = 0; i < params->count; i++) {
		if (find(params, params->list[i].name) != &params->list[i])
			return true;
	}
	return false;
}

/* Copy a parameter, if present. Returns false when it is present but malformed. */
static bool take(struct label *label, const struct header_params *params, const char *name,
	bool (*is_good)(const struct header_param *))
{
	const struct header_param *param = find(params, name);

	label->kind = LABEL_ABSENT;
	label->text[0] = '\0';
	if (param == NULL)
		return true;
	label->kind = param->quoted ? LABEL_STRING : LABEL_TOKEN;
	strcpy(label->text, param->text);
	return is_good(param);
}

enum fingerprint_kind fingerprint_read(struct fingerprint *fingerprint, const char *value)
{
	struct header_params params;
	struct label age;

	if (!header_parse(&params, value) || strcmp(params.list[0].name, "os") != 0 ||
		has_twice(&params))
		return FINGERPRINT_BAD;
	if (!take(&fingerprint->os, &params, "os", is_os) ||
		!take(&fingerprint->flavor, &params, "flavor", is_string) ||
		!take(&fingerprint->match, &params, "match", is_match) ||
		!take(&fingerprint->distance, &params, "distance", is_distance) ||
		!take(&fingerprint->link, &params, "link", is_string) ||
		!take(&age, &params, "age", is_age))
		return FINGERPRINT_BAD;
	if (strcmp(fingerprint->match.text, match_name(MATCH_UNSEEN)) == 0)
		return FINGERPRINT_UNSEEN;
	return age.kind == LABEL_ABSENT ? FINGERPRINT_GOOD : FINGERPRINT_STALE;
}

bool label_equal(const struct label *a, const struct label *b)
{
	return a->kind == b->kind && strcmp(a->text, b->text) == 0;
}
