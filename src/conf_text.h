#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include <stddef.h>

/* The text of a configuration file, before libconfuse reads it. */

/* Read a whole file. Returns its text, which the caller frees, or NULL with "PATH: why" in error.
 */
char *conf_text_read(const char *path, size_t *length, char *error, size_t error_size);

/*
 * Refuse what libconfuse would misread: a byte order mark, a NUL, a string or a comment without
 * an end, and "${", which it replaces from the environment. Overwrites the comments with blanks,
 * because libconfuse 3.3 counts their lines wrong. Returns NULL, or what is wrong, as a constant
 * string, and sets *line.
 */
const char *conf_text_prepare(char *text, size_t length, int *line);

/* Returns the line of the last assignment to an option in a prepared text; 1 if there is none. */
int conf_text_line_of(const char *text, const char *option);

#endif
