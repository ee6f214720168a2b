#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>

/*
 * What a daemon owes its system. The functions that return int return 0, or -1 with a message in
 * the log.
 */

/*
 * Open /dev/null on those of the descriptors 0 to 2 that are closed: otherwise a socket could
 * become descriptor 2 and receive the log. Call this first. Returns -1 without a message.
 */
int daemon_secure_descriptors(void);

/* Raise the limit of open files to the hard limit: libmilter's accept() loop spins at the limit. */
int daemon_raise_limits(void);

/*
 * With glibc, give new threads small stacks, and malloc at most one arena per processor. glibc
 * keeps up to 40 MB of the stacks of ended threads for reuse. libmilter ends and starts threads
 * all the time; with the usual stacks of 8 MB most would have to be mapped anew. Call this when
 * only libmilter's threads are left to start: others may need larger stacks, such as one that
 * looks up a host name.
 */
void daemon_tune_threads(void);

/* Become the user, with all of the user's groups, permanently. An empty name changes nothing. */
int daemon_become(const char *user);

/*
 * Block the signals that we wait for. Call this on the thread that will call
 * daemon_wait_for_stop(), before any thread starts that does not block them itself.
 */
int daemon_block_signals(void);

/* Unblock SIGTERM, SIGINT and SIGHUP: one that is pending ends the process. */
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
