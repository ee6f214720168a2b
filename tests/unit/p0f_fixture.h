#ifndef P0F_FIXTURE_H
#define P0F_FIXTURE_H

#include "fake_p0f.h"
#include "p0f_client.h"
#include "p0f_conn.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define FIXTURE_FAKES 5

/* Long enough never to matter while all is well. */
#define FIXTURE_LONG_MS 8000

/* A client, and the fake p0fs that it asks. */
struct fixture {
	struct fake_p0f *fakes[FIXTURE_FAKES];
	size_t count;
	struct p0f_client *client;
	bool rude; /* the test makes the client break the rules: do not check for violations */
	int descriptors;
};

/* For each test. The teardown also checks for violations and for leaked descriptors. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

#define fixture_test(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

/* All violations that the fake has counted. */
unsigned fixture_violations(struct fake_p0f *fake);

/* Start one more fake p0f; its label is "a", the next one's "b", and so on. */
struct fake_p0f *fixture_fake(struct fixture *fixture, enum fake_kind kind);

/* Start the client, and have it ask all the fakes. */
void fixture_client(struct fixture *fixture);

/* Point the client at these: endpoints, ended by NULL. */
void fixture_set(struct fixture *fixture, ...) __attribute__((sentinel));

/* End the client without haste. */
void fixture_end_client(struct fixture *fixture);

/* A client that is being stopped, and the thread that stops it. */
struct stopper {
	struct p0f_client *client;
	pthread_t thread;
};

/* Stop the client in a thread, without haste. From now on the test owns the client. */
struct stopper fixture_start_to_stop(struct fixture *fixture);

/* The same as all of the above: n fakes and their client. */
struct fake_p0f *fixture_start(struct fixture *fixture, size_t n);

/* The n-th of many addresses. */
struct addr fixture_addr(unsigned n);

/* Submit the n-th address. */
struct p0f_lookup *fixture_submit(struct fixture *fixture, unsigned n, int timeout_ms);

/* Wait at most ms, and free the lookup. */
enum p0f_answer fixture_wait(struct p0f_lookup *lookup, int ms, struct p0f_reply *reply);

/* Both. */
enum p0f_answer fixture_ask(struct fixture *fixture, unsigned n, int ms, struct p0f_reply *reply);

/* Returns whether it is the reply for the n-th address. Any thread may call this. */
bool fixture_is_own(const struct p0f_reply *reply, unsigned n);

/* Wait for the lookup of the n-th address, which must be answered by its own reply. */
void fixture_expect_own(struct p0f_lookup *lookup, unsigned n);

/* Submit it, and expect its own reply. */
void fixture_ask_own(struct fixture *fixture, unsigned n);

/* Ask about addresses from n on until one is answered by its own reply. */
void fixture_ask_until_own(struct fixture *fixture, unsigned n);

/*
 * Hang up on a new client whenever it connects. The fake counts what comes before 100, 200 and
 * 400 ms are over.
 */
void fixture_expect_back_off(struct fake_p0f *fake);

/* Returns how often part occurs in text. */
unsigned fixture_count(const char *text, const char *part);

#endif
