#ifndef MBOX_H
#define MBOX_H

#include "reader.h"

/*
 * Read the messages of an mbox, or the single message of a file that is not an mbox. The lines
 * are open; the path is in reader.
 */
void mbox_read(struct reader *reader);

#endif
