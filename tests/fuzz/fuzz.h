#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A fuzz target is this function, which libFuzzer or smoke.c calls for each input. It keeps no
 * state between inputs.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* How many inputs smoke.c makes from the corpus: enough for a second or two. */
extern const unsigned fuzz_rounds;

/* Report what must never happen, and abort. */
void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/*
 * Returns the descriptor of a file with the input, wherever its offset is. The file stays the same
 * one: its name is for messages only.
 */
int fuzz_file(const uint8_t *data, size_t size);

/* An input is read from the front; after its end it reads as zero. */
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

/* Returns a number from 0 to limit - 1, made from one byte. */
static inline unsigned input_below(struct input *input, unsigned limit)
{
	return input_byte(input) % limit;
}

/* From log_stub.c: how many rate-limited lines were written. */
extern unsigned fuzz_limited_lines;

#endif
