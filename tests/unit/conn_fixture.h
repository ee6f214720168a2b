#ifndef CONN_FIXTURE_H
#define CONN_FIXTURE_H

#include "p0f_conn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/*
 * For tests of p0f_conn on a clock of their own. The test plays both p0f and the client's thread,
 * so that nothing happens by itself, and nothing has to wait.
 */

#define MS      INT64_C(1000)
#define TIMEOUT (500 * MS) /* of each query */
#define ASKS    40

/* A query. */
struct ask {
	struct p0f_query query; /* first */
	struct addr addr;
	bool done;
	enum p0f_answer answer;
	char os_name[P0F_STRING_SIZE];
};

/* Made anew for each test. */
struct conn_fixture {
	void *folder;
	char name[128]; /* p0f's endpoint */
	int listener;
	int peer; /* p0f's end of the connection */
	int64_t now;
	int64_t next; /* when the next timer is due */
	struct p0f_conn *conn;
	struct ask asks[ASKS];
	unsigned count;
};

extern struct conn_fixture t;

int conn_setup(void **state);
int conn_teardown(void **state);

#define conn_test(test) cmocka_unit_test_setup_teardown(test, conn_setup, conn_teardown)

/* Listen as p0f: at the path in t.name, or at a port that the kernel chooses. */
void listen_at_path(void);
void listen_at_port(void);

/* Returns whether the client has connected, and accepts the connection. */
bool accept_client(void);

/* Make the connection, and let it begin. */
void start(void);

/* Do what the client's thread does until it would wait. A closed connection is freed. */
void run(void);

/* Let time pass, then run. */
void pass(int64_t us);

/* Submit a query. */
struct ask *ask_p0f(void);

/* Send the first bytes of the reply for a query, or all and zeros after it. */
void reply(const struct ask *to, size_t length);

/* Send these bytes as p0f. */
void say(const void *bytes, size_t length);

void hang_up(void);

/* Returns whether the client has closed the connection. Reads everything that it has sent. */
bool is_closed(void);

/* Expect that the query was answered by its own reply, or has failed. */
void expect_answer(const struct ask *ask);
void expect_failure(const struct ask *ask, enum p0f_answer answer);

/* Ask, and answer. */
void expect_well(void);

/* Expect the next attempt to connect so much later, and not before. */
void expect_retry(int64_t after);

#endif
