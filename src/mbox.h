#ifndef MBOX_H
#define MBOX_H

#include "reader.h"

/*
 * Read the messages of an mbox, or the one of a file that is none: the lines are opened,
 * the path is in reader.
 */
void mbox_read(struct reader *reader);

#endif
