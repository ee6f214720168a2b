#ifndef STATS_FILE_H
#define STATS_FILE_H

#include "conf.h"
#include "p0f_client.h"

/*
 * The file that node_exporter's textfile collector reads (stats_file, stats_interval):
 * a thread writes it at the start, at each interval, after a reload and at the stop.
 * There is one per process.
 */

/*
 * Set the client, which must not be freed before stats_file_stop(), and the configuration. Takes
 * over a reference to conf.
 */
void stats_file_init(struct p0f_client *client, struct conf *conf);

/*
 * Switch to another configuration; a file that it no longer names is removed. Takes over a
 * reference to conf. Any thread may call this.
 */
void stats_file_set_conf(struct conf *conf);

/*
 * Start the thread, which inherits the caller's signal mask. A failure is logged. Call this only
 * once we own the milter socket: until then the file may belong to another instance.
 */
void stats_file_start(void);

/* Write the file a last time, and end the thread, if it was started. */
void stats_file_stop(void);

#endif
