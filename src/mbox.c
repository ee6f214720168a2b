/*
 * An mbox (RFC 4155, mboxo, mboxrd): a line "From " after a blank line begins a message.
 * Not all programs that write one put a ">" before such lines in a text, so that a time of
 * day must be in the line, or one word at most, and a header field must follow.
 */
#include "mbox.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Where the reader is. */
struct mbox {
	struct reader *reader;
	bool in_header;
	bool after_blank;   /* the line before was blank */
	uint64_t number;    /* of the message, from 1 */
	uint64_t bytes;     /* read when the last message was finished */
	size_t path_length; /* the file's own */
};

static bool begins_with_from(const struct line *line)
{
	return line->begins && line->length >= 5 && memcmp(line->text, "From ", 5) == 0;
}

static bool has_time(const struct line *line)
{
	for (size_t i = 5; i + 3 < line->length; i++) {
		if (isdigit((unsigned char)line->text[i]) && line->text[i + 1] == ':' &&
			isdigit((unsigned char)line->text[i + 2]) &&
			isdigit((unsigned char)line->text[i + 3]))
			return true;
	}
	return false;
}

/* "From " and at most one word: Thunderbird writes none, and scripts just an address. */
static bool is_short(const struct line *line)
{
	size_t length = line->length;

	if (line->text[length - 1] == '\r')
		length--;
	return memchr(line->text + 5, ' ', length - 5) == NULL;
}

static bool is_separator(const struct line *line)
{
	return begins_with_from(line) && (is_short(line) || has_time(line));
}

static void begin(struct mbox *mbox)
{
	struct reader *reader = mbox->reader;

	mbox->number++;
	mbox->in_header = true;
	snprintf(reader->path + mbox->path_length, sizeof(reader->path) - mbox->path_length,
		": message %" PRIu64, mbox->number);
	message_begin(&reader->message, reader->header);
}

static void finish(struct mbox *mbox)
{
	struct reader *reader = mbox->reader;

	mbox->in_header = false;
	message_end(&reader->message);
	if (!reader->message.has_fields) {
		mbox->number--;
		reader_note(reader, ODD_FROM_IN_BODY, NULL);
		return;
	}
	reader_finish(reader, reader->lines.bytes - mbox->bytes);
	mbox->bytes = reader->lines.bytes;
}

static void take(struct mbox *mbox, const struct line *line)
{
	if (is_separator(line) && (mbox->in_header || mbox->after_blank)) {
		if (mbox->in_header)
			finish(mbox);
		begin(mbox);
	} else if (mbox->in_header && !message_take(&mbox->reader->message, line)) {
		finish(mbox);
	}
	mbox->after_blank = line->begins && line->ends &&
			    (line->length == 0 || (line->length == 1 && *line->text == '\r'));
}

/* A file that does not begin with "From " is one message. Its body is not read. */
static void read_message(struct reader *reader, struct line *line)
{
	message_begin(&reader->message, reader->header);
	while (message_take(&reader->message, line) && lines_next(&reader->lines, line))
		;
	message_end(&reader->message);
	if (reader->message.has_fields)
		reader_finish(reader, PROGRESS_MESSAGE);
	else
		reader_note(reader, ODD_NO_FIELDS, NULL);
}

void mbox_read(struct reader *reader)
{
	struct mbox mbox = {.reader = reader, .path_length = strlen(reader->path)};
	struct line line;

	if (!lines_next(&reader->lines, &line)) {
		if (reader->lines.error == 0)
			reader_note(reader, ODD_EMPTY, NULL);
	} else if (!begins_with_from(&line)) {
		read_message(reader, &line);
	} else {
		begin(&mbox);
		while (lines_next(&reader->lines, &line))
			take(&mbox, &line);
		if (mbox.in_header)
			finish(&mbox);
	}
	reader->path[mbox.path_length] = '\0';
	if (reader->lines.error != 0)
		reader_note(reader, ODD_UNREADABLE, strerror(reader->lines.error));
}
