#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * What a fuzz target is: this function, which libFuzzer or smoke.c calls for each input.
 * It keeps no state from one input to the next.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Inputs that smoke.c makes out of the corpus: enough for a second or two. */
extern const unsigned fuzz_rounds;

/* Say what must never be, and abort. */
void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* An input is read from the front; what is not there reads as zero. */
struct input {
	const uint8_t *at;
	size_t left;
};

static inline void input_take(struct input *input, void *to, size_t size)
{
	size_t there = size < input->left ? size : input->left;

	memset(to, 0, size);
	if (there > 0)
		memcpy(to, input->at, there);
	input->at += there;
	input->left -= there;
}

static inline uint8_t input_byte(struct input *input)
{
	uint8_t byte;

	input_take(input, &byte, sizeof(byte));
	return byte;
}

static inline uint32_t input_u32(struct input *input)
{
	uint32_t number;

	input_take(input, &number, sizeof(number));
	return number;
}

/* A number from 0 to limit - 1, out of one byte. */
static inline unsigned input_below(struct input *input, unsigned limit)
{
	return input_byte(input) % limit;
}

/* By log_stub.c: how many lines were written of those that are limited. */
extern unsigned fuzz_limited_lines;

#endif
