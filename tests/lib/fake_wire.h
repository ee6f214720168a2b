#ifndef FAKE_WIRE_H
#define FAKE_WIRE_H

#include "addr.h"
#include "p0f_wire.h"

#include <stdbool.h>
#include <stdint.h>

/* The protocol as p0f's README describes it, written independently of p0f_wire.c. */

/* Returns whether p0f would answer the query. An IPv4 address must be padded with zeros. */
bool fake_query_is_right(const uint8_t query[P0F_QUERY_SIZE]);

/*
 * The reply for a host that p0f knows: os_name is the address as text, os_flavor the
 * label, and each number (from 1001) is different, so that no field can pass for another.
 */
void fake_reply_make(uint8_t bytes[P0F_REPLY_SIZE], const struct addr *asked, const char *label);

#endif
