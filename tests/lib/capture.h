#ifndef CAPTURE_H
#define CAPTURE_H

/*
 * What the code under test writes to stderr, through a pipe: at most what a pipe holds.
 * Between the two calls nothing may be asserted, or cmocka's message would be captured
 * too.
 */
void capture_start(void);

/* Put stderr back. Returns what was written, valid until the next call. */
const char *capture_stop(void);

#endif
