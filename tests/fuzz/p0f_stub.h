#ifndef P0F_STUB_H
#define P0F_STUB_H

#include "fuzz.h"
#include "p0f_conn.h"

/*
 * p0f and the socket to it, for fuzz_p0f_conn. The input decides what p0f sends, when it
 * disconnects, and how much a call takes or gives. A call that could kill p0f, or that makes no
 * sense, is a finding.
 */

#define ASKS_MAX 256

/* What p0f writes for a query: the first two are good replies, the last is nonsense. */
enum stub_reply { REPLY_OK, REPLY_UNSEEN, REPLY_BAD_STATUS, REPLY_BAD_MAGIC };

/* A query, by its number: the last bytes of its address. */
struct ask {
	struct p0f_query query;
	struct addr addr;
	bool open; /* not completed yet */
	int64_t submitted_at;
	int64_t sent_at;       /* 0: not yet, all its bytes */
	enum stub_reply reply; /* once it is delivered */
	bool delivered;        /* its whole reply has been read */
};

enum socket_state { SOCKET_NONE, SOCKET_DIALING, SOCKET_OPEN };

struct stub {
	struct input input;
	int64_t now;
	bool local; /* no network is between */
	bool retired;
	bool ending; /* the connection may be closed with replies due */
	struct ask asks[ASKS_MAX];
	unsigned ask_count;

	int fd; /* of the socket; there is at most one */
	enum socket_state state;
	bool ready;    /* to be resumed, while dialing */
	bool full;     /* takes no bytes */
	bool hung_up;  /* p0f has disconnected, after what it wrote */
	bool failed;   /* a call has reported that it is dead */
	bool lied;     /* an unsolicited reply has been read */
	bool nonsense; /* bytes have been read that start no reply */
	int64_t nonsense_at;
	uint8_t query[P0F_QUERY_SIZE];
	size_t query_length;
	unsigned asked[ASKS_MAX]; /* p0f has read these, and not answered */
	unsigned asked_count;
	int64_t due;            /* bytes of replies that the connection has to read */
	uint8_t out[16 * 1024]; /* written by p0f, and not read */
	size_t out_length;
	struct {
		int ask; /* -1: none */
		enum stub_reply reply;
		size_t left; /* bytes */
	} items[ASKS_MAX];   /* what out consists of */
	unsigned item_count;

	int64_t tried_at;
	int64_t down_at;
	bool asked_while_down;
};

extern struct stub stub;

void stub_reset(const uint8_t *data, size_t size);

/* p0f answers its oldest query. Returns whether there was one. */
bool stub_reply(enum stub_reply reply);

/* p0f writes something unsolicited: a reply, or (bytes > 0) that many bytes. */
void stub_say(size_t bytes);

/* p0f disconnects; that many of the bytes that it wrote can still be read. */
void stub_hang_up(size_t left);

/* What poll() finds. */
short stub_poll(struct pollfd poll);

/* Returns whether p0f is connected and well, as far as the client can know. */
bool stub_is_well(void);

#endif
