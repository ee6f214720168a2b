#ifndef DAEMON_H
#define DAEMON_H

#include <sys/types.h>

/*
 * What a daemon owes to its system. Each function that returns something returns 0, or
 * -1 with a message in the log.
 */

/* Raise the limit of open files to what is allowed: libmilter's accept() spins at the limit. */
int daemon_raise_limits(void);

/*
 * Before the first thread, where the C library is glibc: give small stacks to the threads to
 * come, and no more malloc arenas than there are processors. glibc keeps the stacks of threads
 * that have ended for the next ones, up to 40 MB of them. libmilter ends threads and makes
 * new ones all the time; with stacks of the usual 8 MB most of them would be mapped anew.
 */
void daemon_tune_threads(void);

/* Become the user, with all of the user's groups, for good. An empty name changes nothing. */
int daemon_become(const char *user);

/*
 * Make way for a socket in libmilter's notation: remove one that nobody listens on.
 * Fails when another process listens, or when something else has that name. For
 * "fd:N", N must be a listening socket.
 */
int daemon_clear_socket(const char *socket);

/* Set mode and group of a socket that is a path; an empty group changes nothing. */
int daemon_permit_socket(const char *socket, mode_t mode, const char *group);

/*
 * Block the signals that we wait for. To be called before the first thread is made, on the
 * one that calls daemon_wait_for_stop().
 */
int daemon_block_signals(void);

/*
 * Wait for SIGTERM, SIGINT, SIGHUP or daemon_interrupt(). A thread of libmilter's waits for
 * these signals, too; the system prefers the process's first thread, so that is the one to
 * call this.
 */
void daemon_wait_for_stop(void);

/* End daemon_wait_for_stop(). Any thread may call this. */
void daemon_interrupt(void);

/* Start a thread that nobody joins. */
int daemon_start_thread(void *(*run)(void *));

/* Start the thread that calls reload() for each SIGUSR1. */
int daemon_start_reloads(void (*reload)(void));

#endif
