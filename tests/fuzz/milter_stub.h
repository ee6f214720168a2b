#ifndef MILTER_STUB_H
#define MILTER_STUB_H

#include "conf.h"
#include "fuzz.h"
#include "p0f_client.h"

#include <libmilter/mfapi.h>

/*
 * What is below the filter, for fuzz_filter: libmilter, p0f's client, the log, the clocks and
 * memory. The input decides what they answer and which calls fail. A call that the filter must
 * not make at this moment is a finding.
 */

/* What a peer is to the configuration of its session. */
enum peer_kind { PEER_ASKED, PEER_TRUSTED, PEER_SKIPPED, PEER_NO_ADDRESS };

/* A context of libmilter's, and what is known about its session. */
struct smfi_str {
	void *private;
	struct conf *conf; /* its own */
	const char *login;
	enum peer_kind kind;
	unsigned copies;        /* of the header, in the current message */
	struct p0f_reply reply; /* p0f's newest, when answered */
	bool open;              /* there is a session */
	bool answered;
	bool final; /* and there is nothing to ask again */
	struct addr peer;
};

struct stub {
	struct input input;
	struct smfiDesc filter; /* as registered */
	int64_t now_us;         /* of both clocks */
	unsigned lookups;       /* not yet freed */
	unsigned replies;       /* of p0f's */

	/* the current callback: its name, or NULL; and what it has done */
	const char *callback;
	SMFICTX *ctx;
	int64_t began_us;
	bool starved; /* of memory */
	unsigned submitted;
	unsigned inserted;
	unsigned removed;
	unsigned refused; /* deletions and insertions */
	unsigned rejected;
	unsigned macros;
	char value[HEADER_VALUE_SIZE];
};

extern struct stub stub;

/* Reset everything for a new input, except the callbacks. */
void stub_reset(const uint8_t *data, size_t size);

/* A callback begins, and ends. */
void stub_enter(const char *callback, SMFICTX *ctx);
void stub_leave(void);

#endif
