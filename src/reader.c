/*
 * What reading mail has in common, however it is stored.
 */
#include "reader.h"

void reader_note(struct reader *reader, enum odd_kind kind, const char *reason)
{
	progress_hide(&reader->progress);
	odd_note(&reader->odd, kind, reader->path, reason);
}

void reader_finish(struct reader *reader, uint64_t work)
{
	const struct message *message = &reader->message;

	if (message->has_nul)
		reader_note(reader, ODD_NUL, NULL);
	if (!message->is_separated)
		reader_note(reader, ODD_NO_BLANK_LINE, NULL);
	if (message->size > MESSAGE_LARGE)
		reader_note(reader, ODD_LARGE, NULL);
	if (message->has_from_line)
		reader_note(reader, ODD_FROM_LINE, NULL);
	if (message->has_crlf)
		reader_note(reader, ODD_CRLF, NULL);
	reader->take(reader->context, message);
	progress_step(&reader->progress, work);
}
