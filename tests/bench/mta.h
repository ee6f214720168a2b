#ifndef MTA_H
#define MTA_H

#include "addr.h"
#include "cidr.h"
#include "rng.h"
#include "script.h"
#include "tally.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

/*
 * Filters of one kind answer alike; two different ones, or one before and after a restart, may
 * not.
 */
#define MTA_DIALECTS 8

struct dialect {
	struct negotiation negotiation;
	struct script clean;
	struct script forged;
};

/* What the sessions do. */
struct mta_options {
	struct message_shape shape;
	uint64_t sessions;
	unsigned messages; /* in a session; 0: it ends before DATA */
	struct cidr clients;
	uint64_t client_count; /* number of addresses in use, from the start of the network */
	bool random_clients;
	bool keep; /* the next session comes over the same connection (QUIT_NC) */
	unsigned forged_percent;
	unsigned abort_percent;
	unsigned drop_percent;
	int expect;    /* headers inserted in each message: 0, 1, or -1 for either */
	FILE *answers; /* a line per message: client's address, header's value; or NULL */
};

/* All sessions of a run. */
struct mta {
	struct mta_options options;
	struct sockaddr_storage address;
	socklen_t address_length;
	int epoll;
	struct rng rng;
	uint64_t started; /* sessions */
	uint64_t waiting; /* for another attempt to connect */
	struct tally tally;
	struct dialect *dialects[MTA_DIALECTS];
	size_t dialect_count;
};

enum session_state {
	SESSION_OVER,
	SESSION_RETRY, /* at until */
	SESSION_NEGOTIATING,
	SESSION_RUNNING,
	SESSION_IDLE, /* says no more */
};

/* What follows when the script has been sent up to stop. */
enum session_plan { PLAN_FINISH, PLAN_ABORT, PLAN_DROP };

/* One SMTP session after another, over one connection each. */
struct session {
	struct mta *mta;
	int fd;
	enum session_state state;
	bool is_idler; /* connects, then sends nothing for the whole run */
	int64_t since; /* of what is measured next, or of the last attempt to connect */

	struct addr client;
	unsigned messages_left;
	const struct dialect *dialect;
	const struct script *script;
	size_t piece;
	size_t at;
	size_t stop;
	enum session_plan plan;
	enum script_wait wait;
	uint8_t out[1200]; /* sent before the script */
	size_t out_length;
	bool out_is_flushed; /* its last packet needs a reply */

	uint8_t in[4096];
	size_t in_length;
	int inserted; /* in the current message */
	unsigned deleted;
	bool is_well_purged;
};

/* Start the next session in this slot, if any is left. */
void session_start(struct session *session);

/* The descriptor is ready. */
void session_handle(struct session *session);

/* Try to connect again, if it is time. */
void session_tick(struct session *session, int64_t now);

#endif
