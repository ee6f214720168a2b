#ifndef FINGERPRINT_H
#define FINGERPRINT_H

#include <stdbool.h>

/* A value from a header: 'os="unknown"' is a label of p0f's database, 'os=unknown' is not. */
enum label_kind { LABEL_ABSENT, LABEL_TOKEN, LABEL_STRING, LABEL_OTHER };

struct label {
	enum label_kind kind;
	char text[64];
};

enum fingerprint_kind {
	FINGERPRINT_GOOD,
	FINGERPRINT_UNSEEN, /* match=unseen: p0f has not seen the client */
	FINGERPRINT_STALE,  /* with age=: may be about another machine */
	FINGERPRINT_BAD,    /* not a header that the filter would write */
};

/* What a header says. Only os is never absent. */
struct fingerprint {
	struct label os;
	struct label flavor;
	struct label match;
	struct label distance;
	struct label link;
};

/* Parse an unfolded value. The fingerprint is set unless FINGERPRINT_BAD is returned. */
enum fingerprint_kind fingerprint_read(struct fingerprint *fingerprint, const char *value);

bool label_equal(const struct label *a, const struct label *b);

#endif
