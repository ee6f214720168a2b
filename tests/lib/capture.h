#ifndef CAPTURE_H
#define CAPTURE_H

/*
 * Captures what the code under test writes to stderr, at most as much as a pipe holds. Do not
 * assert between the two calls: cmocka's message would be captured, too.
 */
void capture_start(void);

/* Restore stderr. Returns what was written, valid until the next call. */
const char *capture_stop(void);

#endif
