#ifndef PRINTABLE_H
#define PRINTABLE_H

#include <stddef.h>

/*
 * Text that is safe to show in a header, a log, a terminal or a label. Bytes from p0f or a client
 * may have any value; those outside printable ASCII become "?".
 */

/* Copy text, cut to size - 1 bytes. text and to may be the same. Returns to. */
const char *printable_copy(char *to, size_t size, const char *text);

/*
 * The same with a backslash before each `"` and `\`, as RFC 5322's quoted strings and
 * Prometheus's labels need it; cut before the first byte that does not fit. text and to must
 * differ.
 */
const char *printable_quote(char *to, size_t size, const char *text);

#endif
