#ifndef FIELD_NAME_H
#define FIELD_NAME_H

#include <stddef.h>

/*
 * Returns how many bytes at the start of text, which has size bytes, a field's name may have: RFC
 * 5322, section 3.6.8.
 */
size_t field_name_span(const char *text, size_t size);

/*
 * Check the form of a name, and its length of at most 64 characters. Returns NULL, or what is
 * wrong, as a constant string without the name.
 */
const char *field_name_check_form(const char *name);

/*
 * Check a name for our header: its form, and that it is no header that mail already has, since
 * copies of ours are deleted. Returns as field_name_check_form().
 */
const char *field_name_check(const char *name);

#endif
