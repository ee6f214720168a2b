#ifndef MONO_H
#define MONO_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* A clock that is never set, in microseconds. */
static inline int64_t mono_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Initialise a condition for mono_cond_wait(). Returns 0 or an error number. */
static inline int mono_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;
	int error = pthread_condattr_init(&attributes);

	if (error != 0)
		return error;
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	error = pthread_cond_init(cond, &attributes);
	pthread_condattr_destroy(&attributes);
	return error;
}

/* pthread_cond_timedwait() until a time on the clock of mono_us(). */
static inline int mono_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t until)
{
	struct timespec then = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};

	return pthread_cond_timedwait(cond, mutex, &then);
}

#endif
