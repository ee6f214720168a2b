#ifndef RNG_H
#define RNG_H

#include <stdint.h>

/*
 * Random numbers for property tests: xorshift64*. They are the same in every run, so the number
 * of a failed round is enough to reproduce it.
 */
struct rng {
	uint64_t state; /* not 0 */
};

static inline uint32_t rng_next(struct rng *rng)
{
	rng->state ^= rng->state >> 12;
	rng->state ^= rng->state << 25;
	rng->state ^= rng->state >> 27;
	return (uint32_t)((rng->state * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

/* Returns a number from 0 to limit - 1. */
static inline unsigned rng_below(struct rng *rng, unsigned limit)
{
	return (unsigned)(((uint64_t)rng_next(rng) * limit) >> 32);
}

#endif
