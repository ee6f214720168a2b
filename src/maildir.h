#ifndef MAILDIR_H
#define MAILDIR_H

#include "reader.h"

#include <stdint.h>

/* How deep directories are read, counting the named one. */
#define MAILDIR_DEPTH 64

/*
 * Read the Maildirs in a directory, at any depth, or with counts only count their messages.
 * Closes the descriptor, which is open on the directory; the path is in reader. Returns the
 * number of messages, or -1 when there is no Maildir.
 */
int64_t maildir_walk(struct reader *reader, int fd, bool counts);

#endif
