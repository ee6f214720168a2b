#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

/* Returns how many of the first 256 descriptors are open. */
int descriptors_open(void);

#endif
