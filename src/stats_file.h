#ifndef STATS_FILE_H
#define STATS_FILE_H

#include "conf.h"
#include "p0f_client.h"

/*
 * The file that node_exporter's textfile collector reads (stats_file, stats_interval):
 * a thread writes it at the start, at each interval, after a reload and at the stop.
 * There is one in a process.
 */

/*
 * Set the client, which may not be freed before the stop, and the configuration; takes
 * over a reference of conf.
 */
void stats_file_init(struct p0f_client *client, struct conf *conf);

/*
 * Continue with another configuration; a file that it no longer names is removed. Takes
 * over a reference of conf. Any thread may call this.
 */
void stats_file_set_conf(struct conf *conf);

/*
 * Start the thread, which inherits the caller's signal mask; if that fails, the log says so.
 * Call only once we own the milter socket: until then the file may belong to another
 * instance.
 */
void stats_file_start(void);

/* Write the file once more, and end the thread, if it was started. */
void stats_file_stop(void);

#endif
