#ifndef FILTER_H
#define FILTER_H

#include "conf.h"
#include "p0f_client.h"

/*
 * The milter: there is one in a process, as libmilter has it.
 *
 * The client must be stopped, but may not be freed, after filter_wait() has returned:
 * libmilter's threads can still be at work.
 */

/* Set the client and the configuration of sessions to come; takes over a reference of conf. */
void filter_init(struct p0f_client *client, struct conf *conf);

/*
 * Give sessions to come another configuration; those under way keep theirs. Takes over
 * a reference of conf. Any thread may call this.
 */
void filter_set_conf(struct conf *conf);

/* Open the socket, in libmilter's notation. Returns 0, or -1 with a message in the log. */
int filter_open_socket(char *socket);

/*
 * Serve. At a stop, libmilter 8.17 destroys the lock of its pool of workers while they use
 * it, and then all of them may wait for it for ever: so this may not return.
 */
void filter_run(void);

/*
 * Take no more connections. Waits for libmilter's listener, which looks up when somebody
 * connects, or every 5 s. Any thread but that of filter_run() may call this.
 */
void filter_stop(void);

/*
 * Wait until the filter has stopped and no session is left, or filter_run() has returned,
 * at most timeout_ms. Returns 0, or -1 when libmilter had given up by itself.
 */
int filter_wait(int timeout_ms);

#endif
