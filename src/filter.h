#ifndef FILTER_H
#define FILTER_H

#include "conf.h"
#include "p0f_client.h"

/*
 * The milter. libmilter allows one per process, and its threads cannot be ended: the client
 * may be stopped, but must not be freed, once filter_run() has been called.
 */

/* Set the client, and the configuration for new sessions. Takes over a reference to conf. */
void filter_init(struct p0f_client *client, struct conf *conf);

/*
 * Give new sessions another configuration; those under way keep theirs. Takes over a reference to
 * conf. Any thread may call this.
 */
void filter_set_conf(struct conf *conf);

/* Open the socket, in libmilter's notation. Returns 0, or -1 with a message in the log. */
int filter_open_socket(char *socket);

/* Serve. Returns -1 when libmilter gives up by itself. */
int filter_run(void);

#endif
