#ifndef LISTENER_H
#define LISTENER_H

#include <sys/types.h>

/*
 * The socket that MTAs connect to, named in libmilter's notation. libmilter opens it and accepts;
 * this module does what libmilter leaves out. There is one per process. The functions that return
 * int return 0, or -1 with a message in the log. Only the main thread calls them, except for
 * listener_enter().
 */

/*
 * Make way for the socket: remove a path that nobody listens on. Fails when another process
 * listens there, or when the path is no socket. For "fd:N", N must be a listening socket.
 */
int listener_clear(const char *socket);

/* Set the mode and group of a socket at a path; an empty group changes nothing. */
int listener_permit(const char *socket, mode_t mode, const char *group);

/* Find the descriptor that libmilter has opened or was given. */
int listener_find(const char *socket);

/* Log a warning when the service manager has passed a socket that nobody will serve. */
void listener_check_activation(const char *socket);

/* Call this first on the accepting thread, which must not end before the process does. */
void listener_enter(void);

/*
 * Take no more connections: those that wait in a socket of the service manager's stay there
 * for the next instance; those that wait in a socket of our own are accepted first, and its
 * path is removed. Needs a thread in listener_enter(). Returns how many are open that were
 * accepted.
 */
unsigned listener_close(void);

/*
 * After listener_close(), wait until the connections that were accepted are closed, at most
 * timeout_ms. Returns how many are left.
 */
unsigned listener_finish(int timeout_ms);

#endif
