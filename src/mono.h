#ifndef MONO_H
#define MONO_H

#include <stdint.h>
#include <time.h>

/* Microseconds of a clock that nobody sets. */
static inline int64_t mono_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

#endif
