#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>

/*
 * Text that may be shown: in a header, a log, a terminal, a label. Bytes of p0f's or of a
 * client's may have any value; those outside printable ASCII become "?".
 */

/* Copy text, cut to size - 1 bytes. text may be to itself. Returns to. */
const char *printable_copy(char *to, size_t size, const char *text);

/*
 * The same with a backslash before each `"` and `\`, as RFC 5322's quoted strings and
 * Prometheus's labels want it; cut before the byte that does not fit. text may not be to.
 */
const char *printable_quote(char *to, size_t size, const char *text);

#endif
