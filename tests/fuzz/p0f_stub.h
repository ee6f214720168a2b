#ifndef P0F_STUB_H
#define P0F_STUB_H

#include "fuzz.h"
#include "p0f_conn.h"

/*
 * p0f and the socket to it, for fuzz_p0f_conn. What p0f sends, when it goes away, and how
 * much a call takes or gives is the input's. A call that the connection must not make at
 * this moment is a finding.
 */

#define ASKS_MAX 256

/* What p0f sends: the first three are replies, the last one ends all trust. */
enum stub_reply { REPLY_OK, REPLY_UNSEEN, REPLY_BAD_STATUS, REPLY_BAD_MAGIC };

enum ask_state { ASK_NEVER, ASK_OPEN, ASK_CANCELLED, ASK_OVER };

/* A query, in the order of their submission; it is over with its connection at the latest. */
struct ask {
	struct p0f_query *query; /* while it is open */
	struct addr addr;        /* tells which one it is */
	enum ask_state state;
	enum stub_reply reply; /* its own, when replied */
	int64_t timeout_us;
	int64_t submitted_at;
	int64_t sent_at;
	bool sent;      /* all its bytes */
	bool replied;   /* p0f has written a reply */
	bool delivered; /* all the reply's bytes are read */
};

/* One that p0f has written: for a query, or (-1) for none. */
struct item {
	int ask;
	enum stub_reply reply;
};

#define ITEMS_MAX (2 * P0F_CONN_WINDOW)

enum socket_state {
	SOCKET_NEW,
	SOCKET_CONNECTING,
	SOCKET_CONNECTED, /* or not; nobody has asked yet */
	SOCKET_OPEN,
};

/* The socket, of which there is one at most. */
struct socket {
	int fd; /* -1: none */
	enum socket_state state;
	int connect_error; /* when connected */
	bool full;         /* takes no bytes */
	bool hung_up;      /* p0f has gone, after what it wrote */
	bool told;         /* a call has failed, or said that it has */
	uint8_t query[P0F_QUERY_SIZE];
	size_t query_length;
	int asked[ASKS_MAX]; /* queries without a delivered reply */
	unsigned asked_count;
	unsigned replied; /* the first so many of them, by items */
	struct item items[ITEMS_MAX];
	unsigned item_count;
	size_t item_read; /* bytes of the first item */
	uint8_t out[ITEMS_MAX * P0F_REPLY_SIZE];
	size_t out_length;
	int64_t due;           /* bytes of replies */
	int64_t distrusted_at; /* what is not p0f's was read then; -1: it was not */
	bool lied;             /* a reply for no query was read while others were due */
	bool proven;           /* a good reply was read */
};

struct stub {
	struct input input;
	int64_t now;
	int family;
	bool retired; /* the connection may be closed when nothing is due */
	bool ending;  /* it may, whatever is due */
	struct ask asks[ASKS_MAX];
	unsigned ask_count;
	struct socket socket;
	uint64_t connects; /* that succeeded */

	/* the attempts to connect */
	int next_fd;
	int64_t tried_at;
	int64_t down_at;
	int64_t back_off;      /* from down_at to the next attempt */
	int64_t next_back_off; /* after that */
	bool may_hurry;
	bool unsure; /* of may_hurry */
	bool asked_while_down;
};

extern struct stub stub;

/* All as at the start of an input. */
void stub_reset(const uint8_t *data, size_t size, int family);

/* A connection that knows nothing of earlier ones. */
void stub_new_conn(void);

/* p0f writes a reply to its oldest query without one, or when extra is set to none. */
void stub_reply(enum stub_reply reply, bool extra);

/* p0f goes away: that many of the bytes that it wrote are still read. */
void stub_hang_up(size_t left);

/* What poll() tells of the socket. */
short stub_poll(int fd, short events);

/* Is the connection such that its queries must be answered? */
bool stub_is_healthy(void);

/* May an attempt to connect start now? A query (asked) may hurry it. */
bool stub_may_connect(bool asked);

#endif
