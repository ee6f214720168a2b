/*
 * The header section of a message, line by line. Fields that are not needed are not kept.
 */
#include "message.h"

#include "field_name.h"

#include <string.h>
#include <strings.h>

/* What a field is: a verdict_field, or one of these. */
enum { FIELD_OTHER = -1, FIELD_OURS = VERDICT_FIELDS, FIELD_RECEIVED };

void message_begin(struct message *message, const char *name)
{
	/* all but the texts, which are large */
	memset(message, 0, offsetof(struct message, value));
	message->value[0] = '\0';
	message->name = name;
	message->name_length = strlen(name);
	message->field = FIELD_OTHER;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* Returns the length of the field's name, or 0 when the line is no field. Sets *colon. */
static size_t name_length(const struct line *line, size_t *colon)
{
	size_t length = field_name_span(line->text, line->length);

	*colon = length;
	while (*colon < line->length && is_blank(line->text[*colon]))
		++*colon;
	return *colon < line->length && line->text[*colon] == ':' ? length : 0;
}

/* For most fields the length of the name is enough. */
#define IS_FIELD(name, length, wanted)                                                             \
	((length) == sizeof(wanted) - 1 && strncasecmp(name, wanted, sizeof(wanted) - 1) == 0)

static int field_by_name(const struct message *message, const char *name, size_t length)
{
	if (length == message->name_length && strncasecmp(name, message->name, length) == 0)
		return FIELD_OURS;
	if (IS_FIELD(name, length, "X-Spam-Status"))
		return VERDICT_STATUS;
	if (IS_FIELD(name, length, "X-Spamd-Result"))
		return VERDICT_RESULT;
	if (IS_FIELD(name, length, "X-Spam-Flag"))
		return VERDICT_FLAG;
	if (IS_FIELD(name, length, "X-Spam"))
		return VERDICT_SPAM;
	if (IS_FIELD(name, length, "X-Spam-Report"))
		return VERDICT_REPORT;
	if (IS_FIELD(name, length, "Received") && message->count > 0 && !message->has_received)
		return FIELD_RECEIVED;
	return FIELD_OTHER;
}

/* Append to the current value. A NUL is replaced, so that it does not end the value. */
static void append(struct message *message, const char *text, size_t length)
{
	size_t room = sizeof(message->buffer) - 1 - message->length;

	length = length < room ? length : room;
	for (size_t i = 0; i < length; i++)
		message->buffer[message->length++] = (char)(text[i] != '\0' ? text[i] : '\1');
}

static void keep_ours(struct message *message)
{
	if (message->count++ > 0)
		return;
	message->cut = message->length >= sizeof(message->value);
	if (message->cut)
		message->length = sizeof(message->value) - 1;
	memcpy(message->value, message->buffer, message->length);
	message->value[message->length] = '\0';
}

/* The current field is complete. */
static void end_field(struct message *message)
{
	int field = message->field;

	message->field = FIELD_OTHER;
	if (field == FIELD_OTHER)
		return;
	while (message->length > 0 && is_blank(message->buffer[message->length - 1]))
		message->length--;
	message->buffer[message->length] = '\0';
	if (field == FIELD_OURS) {
		keep_ours(message);
	} else if (field == FIELD_RECEIVED) {
		message->has_received = true;
		message->family = received_family(message->buffer);
	} else {
		verdict_take(&message->verdict, (enum verdict_field)field, message->buffer);
	}
}

/* A fold becomes one blank; blanks before a value are dropped. */
static void append_line(struct message *message, const char *text, size_t length)
{
	if (message->field == FIELD_OTHER)
		return;
	while (length > 0 && is_blank(*text)) {
		text++;
		length--;
	}
	if (message->length > 0 && length > 0)
		append(message, " ", 1);
	append(message, text, length);
}

static bool is_from_line(const struct line *line)
{
	return (line->length >= 5 && memcmp(line->text, "From ", 5) == 0) ||
	       (line->length >= 6 && memcmp(line->text, ">From ", 6) == 0);
}

/* A line that begins a field, or ends the header section. */
static bool take_first_piece(struct message *message, const struct line *line)
{
	size_t colon;
	size_t length = name_length(line, &colon);

	end_field(message);
	if (length == 0 && is_from_line(line)) {
		message->has_from_line = true;
		return true;
	}
	if (length == 0)
		return false;
	message->has_fields = true;
	message->field = field_by_name(message, line->text, length);
	message->length = 0;
	append_line(message, line->text + colon + 1, line->length - colon - 1);
	return true;
}

bool message_take(struct message *message, const struct line *line)
{
	struct line bare = *line;

	if (bare.ends && bare.length > 0 && bare.text[bare.length - 1] == '\r') {
		bare.length--;
		message->has_crlf = true;
	}
	message->size += line->length + line->ends;
	if (bare.begins && bare.length == 0) {
		message->is_separated = line->ends;
		return false;
	}
	if (!message->has_nul && memchr(bare.text, '\0', bare.length) != NULL)
		message->has_nul = true;
	if (!bare.begins) {
		if (message->field != FIELD_OTHER)
			append(message, bare.text, bare.length);
		return true;
	}
	if (!is_blank(bare.text[0]))
		return take_first_piece(message, &bare);
	append_line(message, bare.text, bare.length);
	return true;
}

void message_end(struct message *message)
{
	end_field(message);
}
