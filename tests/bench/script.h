#ifndef SCRIPT_H
#define SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What Postfix 3.7 sends to a filter for one message, as bytes that are made once and
 * sent many times. Commands, replies and flags: libmilter/mfdef.h.
 */

/* The macro lists that a filter can choose, by its number of the step (SMFIM_*). */
#define SCRIPT_MACRO_LISTS 7
#define SCRIPT_MACRO_SIZE  256

/* What Postfix offers. */
#define SCRIPT_ACTIONS UINT32_C(0x1ff)
#define SCRIPT_STEPS   UINT32_C(0x1fffff)

/* What the filter has answered to the offer. */
struct negotiation {
	uint32_t steps; /* SMFIP_*: steps that it declines, and those without a reply */
	char macros[SCRIPT_MACRO_LISTS][SCRIPT_MACRO_SIZE]; /* empty: Postfix's default */
};

struct message_shape {
	unsigned headers;
	size_t body;
	const char *forged; /* name of a header that only the filter may write */
	unsigned copies;    /* of it */
};

/* What Postfix waits for before it goes on. */
enum script_wait {
	WAIT_NOTHING,
	WAIT_REPLY,
	WAIT_VERDICT, /* the replies to the end of the message */
};

/* A piece of the script that is written at once. */
struct piece {
	size_t end;
	enum script_wait wait;
};

struct script {
	uint8_t *bytes;
	size_t length;
	size_t size;
	struct piece *pieces;
	size_t piece_count;
	size_t *packets; /* where each one ends */
	size_t packet_count;
	size_t flushed; /* while it is made: the end of the last piece */
	size_t mail;    /* where the MAIL step starts, and so a later message of the session */
};

/* Read the data of an SMFIC_OPTNEG reply. Returns 0, or -1 when it is malformed. */
int negotiation_parse(struct negotiation *negotiation, const uint8_t *data, size_t length);

/* Make the script of a message. Like all of the bench, exits when memory runs out. */
void script_make(struct script *script, const struct negotiation *negotiation,
	const struct message_shape *shape);

void script_free(struct script *script);

/*
 * Write the connect step of a client of that address into bytes, which has room for
 * 1,024. Returns the length.
 */
size_t script_connect(
	uint8_t *bytes, const struct negotiation *negotiation, int version, const char *address);

/* Append a packet without data. Returns the length. */
size_t script_packet(uint8_t *bytes, char command);

#endif
