#ifndef MAILDIR_H
#define MAILDIR_H

#include "reader.h"

#include <stdint.h>

/* Directories that deep are read, the named one included. */
#define MAILDIR_DEPTH 64

/*
 * Read the Maildirs in a directory, at any depth, or only count their messages if counts
 * says so. The descriptor is open on the directory, and is closed; the path is in reader.
 * Returns the number of messages, or -1 when there is no Maildir.
 */
int64_t maildir_walk(struct reader *reader, int fd, bool counts);

#endif
