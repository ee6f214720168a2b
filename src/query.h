#ifndef QUERY_H
#define QUERY_H

#include "addr.h"
#include "conf.h"

#include <stdbool.h>

/*
 * The command line's -q. Asks each p0f of conf about addr, one after the other, and prints
 * on stdout what it says, then the header it would produce; or all of it as one JSON object.
 * Whether that could be written, the caller checks. Why a p0f does not answer is logged.
 * Returns an exit code: 0 when a p0f names an OS, 1 when none does, EX_UNAVAILABLE when none
 * answers, EX_OSERR.
 */
int query_run(const struct conf *conf, const struct addr *addr, bool json);

#endif
