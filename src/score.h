#ifndef SCORE_H
#define SCORE_H

#include <stdbool.h>
#include <stdint.h>

/* Points of SpamAssassin: half a point for each doubling of the odds, within these limits. */
#define SCORE_PER_DOUBLING 0.5
#define SCORE_HIGHEST      2.5
#define SCORE_LOWEST       (-1.0)

/* Messages, and how many of them are spam. */
struct score_count {
	uint64_t messages;
	uint64_t spam;
};

struct score_interval {
	double low;
	double high;
};

/* The share of spam, from 0 to 1; 0 without messages. */
double score_share(struct score_count count);

/* Wilson's interval of the share, at 95 %; 0 to 1 without messages. */
struct score_interval score_interval(struct score_count count);

/*
 * What belonging to these messages is worth at a site with that share of spam: points, rounded to
 * hundredths, from the bound of the interval that is nearer to the site's share. Returns false,
 * and 0 points, when the counts do not decide: with fewer than min messages, or when the interval
 * contains the site's share.
 */
bool score_suggest(double *points, struct score_count count, struct score_count site, uint64_t min);

#endif
