#ifndef MAILBOX_H
#define MAILBOX_H

#include "reader.h"

#include <stdint.h>

/*
 * Read a Maildir, or all Maildirs in a directory, an mbox, or a message. "-" reads an mbox, or a
 * message, from standard input. A symbolic link is followed only when it is the path itself. What
 * cannot be read is noted in reader->odd.
 */
void mailbox_read(struct reader *reader, const char *path);

/* How much work reading it will be, in the units of progress.h; 0 when that is not known. */
uint64_t mailbox_work(struct reader *reader, const char *path);

#endif
