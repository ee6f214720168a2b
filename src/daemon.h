#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>

/*
 * What a daemon owes to its system. Each function that returns something returns 0, or
 * -1 with a message in the log.
 */

/*
 * Open /dev/null in the place of each of the descriptors 0 to 2 that is closed: a socket that
 * took its place would get the log. The first thing to do. Returns -1 without a message.
 */
int daemon_secure_descriptors(void);

/* Raise the limit of open files to what is allowed: libmilter's accept() spins at the limit. */
int daemon_raise_limits(void);

/*
 * Where the C library is glibc: give small stacks to the threads to come, and no more malloc
 * arenas than there are processors. glibc keeps the stacks of threads that have ended for the
 * next ones, up to 40 MB of them. libmilter ends threads and makes new ones all the time; with
 * stacks of the usual 8 MB most of them would be mapped anew. Call this when only libmilter's
 * threads are still to come: others may need more, to look up a host's name for one.
 */
void daemon_tune_threads(void);

/* Become the user, with all of the user's groups, for good. An empty name changes nothing. */
int daemon_become(const char *user);

/*
 * Block the signals that we wait for. To be called before the first thread that does not
 * block them itself, on the one that calls daemon_wait_for_stop().
 */
int daemon_block_signals(void);

/* Unblock SIGTERM, SIGINT and SIGHUP: one that has come meanwhile ends the process. */
void daemon_take_signals(void);

/* Wait for SIGTERM, SIGINT, SIGHUP or daemon_interrupt(). */
void daemon_wait_for_stop(void);

/* Returns whether daemon_wait_for_stop() would return at once, for a signal to the process. */
bool daemon_stop_is_pending(void);

/* End daemon_wait_for_stop(). Any thread may call this. */
void daemon_interrupt(void);

/* Start a thread that nobody joins. */
int daemon_start_thread(void *(*run)(void *));

/* Start the thread that calls reload() for each SIGUSR1. */
int daemon_start_reloads(void (*reload)(void));

#endif
