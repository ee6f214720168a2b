/*
 * The header, read back by a parser of its grammar. The input is a reply, the options and the
 * clock.
 */
#include "fuzz.h"
#include "header_sample.h"

const unsigned fuzz_rounds = 50000;

static void take_string(struct input *input, char string[P0F_STRING_SIZE])
{
	size_t length = input_below(input, P0F_STRING_SIZE);
	char bytes[P0F_STRING_SIZE] = "";

	input_take(input, bytes, length);
	memset(string, 0, P0F_STRING_SIZE);
	memcpy(string, bytes, strnlen(bytes, P0F_STRING_SIZE - 1));
}

static void take_host(struct input *input, struct p0f_reply *reply)
{
	reply->first_seen = input_u32(input);
	reply->last_seen = input_u32(input);
	reply->total_conn = input_u32(input);
	reply->uptime_min = input_u32(input);
	reply->up_mod_days = input_u32(input);
	reply->last_nat = input_u32(input);
	reply->last_chg = input_u32(input);
	reply->distance = (int16_t)input_u32(input);
	reply->bad_sw = input_byte(input);
	reply->os_match_q = (uint8_t)input_below(input, 4);
	take_string(input, reply->os_name);
	take_string(input, reply->os_flavor);
	take_string(input, reply->link_type);
	take_string(input, reply->http_name);
	take_string(input, reply->http_flavor);
	take_string(input, reply->language);
}

/* Names of 1 to 64 characters: conf takes no others. */
static void take_options(struct input *input, struct header_sample *sample)
{
	memset(sample->name, 'X', 1 + input_below(input, sizeof(sample->name) - 1));
	sample->options.name = sample->name;
	sample->options.fields = ~input_u32(input) & HEADER_ALL_FIELDS;
	sample->options.stale_after = input_u32(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct header_sample sample = {.reply.status = P0F_STATUS_NO_MATCH};
	char value[HEADER_VALUE_SIZE];
	const char *wrong;

	take_options(&input, &sample);
	sample.now = (int64_t)input_u32(&input) << input_below(&input, 4);
	if (input_below(&input, 8) != 7) {
		sample.reply.status = P0F_STATUS_OK;
		take_host(&input, &sample.reply);
	}
	wrong = header_sample_check(&sample, value);
	if (wrong != NULL)
		fuzz_fail("%s: %s", wrong, value);
	return 0;
}
