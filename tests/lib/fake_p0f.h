#ifndef FAKE_P0F_H
#define FAKE_P0F_H

#include "addr.h"
#include "p0f_wire.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A p0f for the tests: a thread that listens on a real socket, speaks p0f's protocol, and counts
 * every breach of the manners that keep the real p0f alive. The functions are for the test's
 * thread; an order has been carried out when its function returns. A failure to set it up ends
 * the test program.
 */
struct fake_p0f;

enum fake_kind { FAKE_UNIX, FAKE_TCP };

/* What it counts. */
enum fake_count {
	FAKE_CONNECTS,
	FAKE_QUERIES,
	FAKE_ANSWERS,
	FAKE_CLOSES,         /* connections that the client has closed */
	FAKE_UNANSWERED_MAX, /* the most queries that were waiting at one time */

	/* the violations */
	FAKE_SECOND_CONNECTION, /* while the first one is open */
	FAKE_CLOSED_EARLY,      /* with a reply due, or not read */
	FAKE_HALF_CLOSED,
	FAKE_BAD_QUERY,     /* not exactly the 21 bytes of the protocol */
	FAKE_HASTY_CONNECT, /* before the back-off is over */
	FAKE_COUNTS,
};

#define FAKE_SEND_SIZE (2 * P0F_REPLY_SIZE)

/* The answer to one query: a script finds the right reply here, and may spoil it. */
struct fake_send {
	uint8_t bytes[FAKE_SEND_SIZE];
	size_t length;
	bool bytewise; /* send each byte only when the client has taken the one before */
	bool hang_up;  /* close the connection afterwards */
	bool bad;      /* not a reply that ends the client's back-off */
};

typedef void fake_script(void *context, const struct addr *asked, struct fake_send *send);

/* Start to listen. The right reply has the address as os_name, and label as os_flavor. */
struct fake_p0f *fake_p0f_new(enum fake_kind kind, const char *label);
void fake_p0f_free(struct fake_p0f *fake);

/* The endpoint: "/PATH" or "inet:PORT@127.0.0.1". */
const char *fake_p0f_name(const struct fake_p0f *fake);

/* False: die as a process does (the socket's file stays); true: come back. */
void fake_p0f_listen(struct fake_p0f *fake, bool listening);

/* Close the connection, but go on listening. */
void fake_p0f_hang_up(struct fake_p0f *fake);

/* Release the next count of replies, in one write; 0 holds all back, FAKE_ALL ends that. */
#define FAKE_ALL UINT32_MAX
void fake_p0f_release(struct fake_p0f *fake, uint32_t count);

/* Run script for each reply; NULL: none. */
void fake_p0f_set_script(struct fake_p0f *fake, fake_script *script, void *context);

/* Send bytes that belong to no query. */
void fake_p0f_say(struct fake_p0f *fake, const uint8_t *bytes, size_t length);

/* Read all that the client has sent, and wait until it has read all that was sent to it. */
void fake_p0f_sync(struct fake_p0f *fake);

/* The next connection comes from a client without a back-off. */
void fake_p0f_expect_new_client(struct fake_p0f *fake);

/* The newest query. */
void fake_p0f_newest(struct fake_p0f *fake, uint8_t query[P0F_QUERY_SIZE]);

unsigned fake_p0f_count(struct fake_p0f *fake, enum fake_count which);

/* Wait until the count is reached. Returns false after 10 seconds. */
bool fake_p0f_wait(struct fake_p0f *fake, enum fake_count which, unsigned least);

#endif
