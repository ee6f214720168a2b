#ifndef MAILBOX_H
#define MAILBOX_H

#include "reader.h"

#include <stdint.h>

/*
 * Read a Maildir, or all Maildirs in a directory, an mbox, or a message. "-" reads an mbox,
 * or a message, from standard input. Symbolic links are followed only if they are named
 * here. What cannot be read is noted in the reader's odd.
 */
void mailbox_read(struct reader *reader, const char *path);

/* The work that reading it will be, in the measure of progress; 0 for what is not known. */
uint64_t mailbox_work(struct reader *reader, const char *path);

#endif
