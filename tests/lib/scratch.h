#ifndef SCRATCH_H
#define SCRATCH_H

#include <stddef.h>

/* A directory for one test: the setup creates it, and sets *state to its path. */
int scratch_setup(void **state);

/* The teardown removes it with everything in it. */
int scratch_teardown(void **state);

/* Write the path of a file in the directory into path. */
void scratch_path(char *path, size_t size, const char *directory, const char *name);

/* Write a file. Like scratch_path(), ends the test program when that fails. */
void scratch_write(const char *path, const void *bytes, size_t size);

#endif
