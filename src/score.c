/*
 * What a kind of client is worth. With p the share of spam among its mail, and s among all mail,
 * Bayes' rule says
 *
 *     P(kind | spam) / P(kind | ham) = (p / (1 - p)) / (s / (1 - s))
 *
 * The logarithm of that ratio is the evidence. It grows with p, so the bounds of p's interval
 * give its bounds. The one nearer to 0 is what the counts vouch for.
 */
#include "score.h"

#include <math.h>

/* The normal distribution's quantile of 97.5 %. */
#define Z 1.959963984540054

double score_share(struct score_count count)
{
	return count.messages == 0 ? 0 : (double)count.spam / (double)count.messages;
}

/* E. B. Wilson: Probable inference, the law of succession, and statistical inference (1927). */
struct score_interval score_interval(struct score_count count)
{
	double n = (double)count.messages;
	double p = score_share(count);
	double middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
	double reach = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n);
	struct score_interval interval = {middle - reach, middle + reach};

	if (count.messages == 0 || count.spam == 0)
		interval.low = 0;
	if (count.messages == 0 || count.spam == count.messages)
		interval.high = 1;
	return interval;
}

static double log2_odds(double share)
{
	return log2(share / (1 - share));
}

bool score_suggest(double *points, struct score_count count, struct score_count site, uint64_t min)
{
	struct score_interval interval = score_interval(count);
	double share = score_share(site);
	double bound = interval.low > share ? interval.low : interval.high;
	double score;

	*points = 0;
	if (count.messages < min || (interval.low <= share && share <= interval.high))
		return false;
	score = SCORE_PER_DOUBLING * (log2_odds(bound) - log2_odds(share));
	score = fmin(fmax(score, SCORE_LOWEST), SCORE_HIGHEST);
	*points = round(score * 100) / 100 + 0.0; /* no -0 */
	return true;
}
