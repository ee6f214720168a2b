#ifndef FIELD_NAME_H
#define FIELD_NAME_H

/*
 * Check a name for our header: its form (RFC 5322, section 3.6.8), its length of at most 64
 * characters, and that it is no header that mail already has, since copies of ours are deleted.
 * Returns NULL, or what is wrong, as a constant string without the name.
 */
const char *field_name_check(const char *name);

#endif
