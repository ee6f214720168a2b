/*
 * Files and messages that are not as they should be: each kind is counted, and the first ones are
 * named.
 */
#include "odd.h"

#include "printable.h"

#include <inttypes.h>
#include <stddef.h>

/* Named of each kind. A mailbox may have a hundred thousand. */
#define NAMED_MAX 5

static const char *const texts[ODD_KINDS] = {
	[ODD_UNREADABLE] = "cannot be read",
	[ODD_SPECIAL] = "neither a file nor a directory (use - for a pipe)",
	[ODD_NO_MAILDIR] = "no Maildir in this directory",
	[ODD_TOO_DEEP] = "directories too deep",
	[ODD_SYMLINK] = "symbolic link, not followed",
	[ODD_DEVICE] = "no plain file, not read",
	[ODD_GONE] = "gone before it was read",
	[ODD_EMPTY] = "empty",
	[ODD_NO_FIELDS] = "no message: has no header field",
	[ODD_FROM_IN_BODY] = "a line \"From \" that begins no message",
	[ODD_NUL] = "a NUL in the header section",
	[ODD_NO_BLANK_LINE] = "no blank line after the header section",
	[ODD_LARGE] = "a header section of over 1 MB",
	[ODD_FROM_LINE] = "a line \"From \" in the header section",
	[ODD_CRLF] = "lines that end in CR LF",
};

void odd_note(struct odd *odd, enum odd_kind kind, const char *path, const char *reason)
{
	char shown[4096];

	if (odd->counts[kind]++ >= NAMED_MAX)
		return;
	fprintf(stderr, "p0f-milter-report: %s: %s%s%s\n",
		printable_copy(shown, sizeof(shown), path), texts[kind], reason != NULL ? ": " : "",
		reason != NULL ? reason : "");
}

void odd_sum_up(const struct odd *odd)
{
	for (size_t i = 0; i < ODD_KINDS; i++) {
		if (odd->counts[i] > NAMED_MAX)
			fprintf(stderr, "p0f-milter-report: %" PRIu64 " in all: %s\n",
				odd->counts[i], texts[i]);
	}
}

bool odd_has_failures(const struct odd *odd)
{
	for (size_t i = 0; i <= ODD_TOO_DEEP; i++) {
		if (odd->counts[i] > 0)
			return true;
	}
	return false;
}
