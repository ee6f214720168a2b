#ifndef QUERY_H
#define QUERY_H

#include "addr.h"
#include "conf.h"

#include <stdbool.h>

/*
 * The command line's -q. Asks each p0f in conf about addr, one after the other, and prints each
 * answer and the header it would produce on stdout, or everything as one JSON object. The caller
 * checks whether the output could be written. Failures to get an answer are logged. Returns an
 * exit code: 0 when a p0f names an OS, 1 when none does, EX_UNAVAILABLE when none answers, or
 * EX_OSERR.
 */
int query_run(const struct conf *conf, const struct addr *addr, bool json);

#endif
