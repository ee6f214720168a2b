/* The one place that decides which bytes may be shown. */
#include "printable.h"

static char printable(char byte)
{
	if (byte < ' ' || byte > '~')
		return '?';
	return byte;
}

const char *printable_copy(char *to, size_t size, const char *text)
{
	size_t length = 0;

	for (; length + 1 < size && text[length] != '\0'; length++)
		to[length] = printable(text[length]);
	to[length] = '\0';
	return to;
}

const char *printable_quote(char *to, size_t size, const char *text)
{
	size_t length = 0;

	for (; *text != '\0'; text++) {
		size_t escapes = *text == '"' || *text == '\\' ? 1 : 0;

		if (length + escapes + 1 >= size)
			break;
		if (escapes > 0)
			to[length++] = '\\';
		to[length++] = printable(*text);
	}
	to[length] = '\0';
	return to;
}
