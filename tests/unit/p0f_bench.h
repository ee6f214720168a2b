#ifndef P0F_BENCH_H
#define P0F_BENCH_H

#include "fake_p0f.h"
#include "p0f_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define BENCH_FAKES 5

/* Long enough never to matter while all is well. */
#define BENCH_LONG_MS 8000

/* A client and the fake p0fs it asks. */
struct bench {
	struct fake_p0f *fakes[BENCH_FAKES];
	size_t count;
	struct p0f_client *client;
	bool rude; /* the test makes the client break the rules: no check for violations */
	int descriptors;
};

/* For each test. The teardown also checks for violations and for leaked descriptors. */
int bench_setup(void **state);
int bench_teardown(void **state);

#define bench_test(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

/* All violations that the fake has counted. */
unsigned bench_violations(struct fake_p0f *fake);

/* Start one more fake p0f; its label is "a", the next one's "b", and so on. */
struct fake_p0f *bench_fake(struct bench *bench, enum fake_kind kind);

/* Start the client, and have it ask all the fakes. */
void bench_client(struct bench *bench);

/* Point the client at these: endpoints, ended by NULL. */
void bench_set(struct bench *bench, ...) __attribute__((sentinel));

/* End the client without haste. */
void bench_end_client(struct bench *bench);

/* The same as all of the above: n fakes and their client. */
struct fake_p0f *bench_start(struct bench *bench, size_t n);

/* The n-th of many addresses. */
struct addr bench_addr(unsigned n);

/* Submit the n-th address. */
struct p0f_lookup *bench_submit(struct bench *bench, unsigned n, int timeout_ms);

/* Wait at most ms, and free the lookup. */
enum p0f_answer bench_wait(struct p0f_lookup *lookup, int ms, struct p0f_reply *reply);

/* Both. */
enum p0f_answer bench_ask(struct bench *bench, unsigned n, int ms, struct p0f_reply *reply);

/* Is it the reply for the n-th address? Any thread may ask. */
bool bench_is_own(const struct p0f_reply *reply, unsigned n);

/* Wait for the lookup of the n-th address, which must be answered by its own reply. */
void bench_expect_own(struct p0f_lookup *lookup, unsigned n);

/* Submit it and expect its own reply. */
void bench_ask_own(struct bench *bench, unsigned n);

/* Ask about addresses from n on until one is answered, by its own reply. */
void bench_ask_until_own(struct bench *bench, unsigned n);

/*
 * Hang up on a client that has just been made, whenever it connects. The fake counts
 * what comes before 100, 200 and 400 ms are over.
 */
void bench_expect_back_off(struct fake_p0f *fake);

/* How often does part occur in text? */
unsigned bench_count(const char *text, const char *part);

#endif
