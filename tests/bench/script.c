/*
 * The milter protocol as Postfix 3.7 speaks it. Two of its habits affect the cost. The macros of
 * a step are sent even if the step itself is declined. Packets that need no reply are buffered
 * until one does, until 4,096 bytes are full, or until smtpd passes the connection to cleanup at
 * the DATA command.
 */
#include "script.h"

#include <arpa/inet.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Postfix's VSTREAM_BUFSIZE. */
#define BUFFER_SIZE 4096

/* The most macros in a list. */
#define MACROS_MAX 16

static const char *const default_macros[SCRIPT_MACRO_LISTS] = {
	[SMFIM_CONNECT] = "j {daemon_name} {daemon_addr} v _",
	[SMFIM_HELO] = "{tls_version} {cipher} {cipher_bits} {cert_subject} {cert_issuer}",
	[SMFIM_ENVFROM] = ("i {auth_type} {auth_authen} {auth_author} {mail_addr} {mail_host} "
			   "{mail_mailer}"),
	[SMFIM_ENVRCPT] = "i {rcpt_addr} {rcpt_host} {rcpt_mailer}",
	[SMFIM_DATA] = "i",
	[SMFIM_EOM] = "i",
	[SMFIM_EOH] = "i",
};

/* The macros that have a value, for a client that is not logged in; i only from DATA on. */
static const struct {
	const char *name;
	const char *value;
} macro_values[] = {
	{"i", "4F2A63083F"},
	{"j", "mx.example.test"},
	{"_", "unknown [198.51.100.7]"},
	{"v", "Postfix 3.7.11"},
	{"{daemon_name}", "mx.example.test"},
	{"{daemon_addr}", "127.0.0.1"},
	{"{client_addr}", "198.51.100.7"},
	{"{mail_addr}", "sender@example.test"},
	{"{mail_host}", "example.test"},
	{"{mail_mailer}", "virtual"},
	{"{rcpt_addr}", "inbox@example.test"},
	{"{rcpt_host}", "example.test"},
	{"{rcpt_mailer}", "virtual"},
};

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ntohl(value);
}

int negotiation_parse(struct negotiation *negotiation, const uint8_t *data, size_t length)
{
	size_t at = 12;

	memset(negotiation, 0, sizeof(*negotiation));
	if (length < at)
		return -1;
	negotiation->steps = get32(data + 8);
	while (at < length) {
		size_t size;
		uint32_t list;

		if (length - at < 5)
			return -1;
		list = get32(data + at);
		at += 4;
		size = strnlen((const char *)data + at, length - at) + 1;
		if (size > length - at || list >= SCRIPT_MACRO_LISTS || size > SCRIPT_MACRO_SIZE)
			return -1;
		memcpy(negotiation->macros[list], data + at, size);
		at += size;
	}
	return 0;
}

static void *grow(void *array, size_t size)
{
	array = realloc(array, size);
	if (array == NULL) {
		perror("load");
		exit(71);
	}
	return array;
}

static void flush(struct script *script, enum script_wait wait)
{
	if (script->flushed == script->length && wait == WAIT_NOTHING)
		return;
	script->pieces = grow(script->pieces, (script->piece_count + 1) * sizeof(*script->pieces));
	script->pieces[script->piece_count++] = (struct piece){script->length, wait};
	script->flushed = script->length;
}

static void put(struct script *script, const void *bytes, size_t count)
{
	const uint8_t *from = bytes;

	while (count > 0) {
		size_t room = BUFFER_SIZE - (script->length - script->flushed);
		size_t part = count < room ? count : room;

		if (script->length + part > script->size) {
			script->size = 2 * (script->length + part);
			script->bytes = grow(script->bytes, script->size);
		}
		memcpy(script->bytes + script->length, from, part);
		script->length += part;
		from += part;
		count -= part;
		if (part == room)
			flush(script, WAIT_NOTHING);
	}
}

static void put_packet(struct script *script, char command, const void *data, size_t length)
{
	uint32_t size = htonl((uint32_t)length + 1);

	put(script, &size, sizeof(size));
	put(script, &command, 1);
	put(script, data, length);
	script->packets =
		grow(script->packets, (script->packet_count + 1) * sizeof(*script->packets));
	script->packets[script->packet_count++] = script->length;
}

static const char *macro_value(const char *name, bool has_queue_id)
{
	for (size_t i = 0; i < sizeof(macro_values) / sizeof(macro_values[0]); i++) {
		if (strcmp(macro_values[i].name, name) == 0)
			return i == 0 && !has_queue_id ? NULL : macro_values[i].value;
	}
	return NULL;
}

/* The data of SMFIC_MACRO. If the filter's list is empty, Postfix uses its own. */
static size_t format_macros(uint8_t *data, const struct negotiation *negotiation, int list,
	char command, bool has_queue_id)
{
	const char *chosen = negotiation->macros[list];
	char names[SCRIPT_MACRO_SIZE];
	char *rest = names;
	char *name;
	size_t length = 1;

	snprintf(names, sizeof(names), "%s", chosen[0] != '\0' ? chosen : default_macros[list]);
	data[0] = (uint8_t)command;
	while ((name = strtok_r(rest, " ,", &rest)) != NULL) {
		const char *value = macro_value(name, has_queue_id);

		if (value != NULL)
			length += (size_t)sprintf(
				(char *)data + length, "%s%c%s%c", name, '\0', value, '\0');
	}
	return length;
}

static void put_macros(struct script *script, const struct negotiation *negotiation, int list,
	char command, bool has_queue_id)
{
	uint8_t data[MACROS_MAX * 64];

	put_packet(script, SMFIC_MACRO, data,
		format_macros(data, negotiation, list, command, has_queue_id));
}

struct step {
	char command;
	int list;
	uint32_t unwanted;
	uint32_t no_reply;
};

/* A step and its macros. Those of the SMTP commands are sent even when the step is not. */
static void put_step(struct script *script, const struct negotiation *negotiation,
	const struct step *step, const void *data, size_t length)
{
	bool is_command = strchr("HMRT", step->command) != NULL;
	bool has_queue_id = strchr("HMR", step->command) == NULL;

	if (is_command || (negotiation->steps & step->unwanted) == 0)
		put_macros(script, negotiation, step->list, step->command, has_queue_id);
	if ((negotiation->steps & step->unwanted) != 0)
		return;
	put_packet(script, step->command, data, length);
	if ((negotiation->steps & step->no_reply) == 0)
		flush(script, step->command == SMFIC_BODYEOB ? WAIT_VERDICT : WAIT_REPLY);
}

static void put_envelope(struct script *script, const struct negotiation *negotiation)
{
	static const struct step helo = {SMFIC_HELO, SMFIM_HELO, SMFIP_NOHELO, SMFIP_NR_HELO};
	static const struct step mail = {SMFIC_MAIL, SMFIM_ENVFROM, SMFIP_NOMAIL, SMFIP_NR_MAIL};
	static const struct step rcpt = {SMFIC_RCPT, SMFIM_ENVRCPT, SMFIP_NORCPT, SMFIP_NR_RCPT};
	static const struct step data = {SMFIC_DATA, SMFIM_DATA, SMFIP_NODATA, SMFIP_NR_DATA};

	put_step(script, negotiation, &helo, "client.test", 12);
	script->mail = script->length;
	put_step(script, negotiation, &mail, "<sender@example.test>", 22);
	put_step(script, negotiation, &rcpt, "<inbox@example.test>", 21);
	put_step(script, negotiation, &data, "", 0);
	flush(script, WAIT_NOTHING);
}

/* The forged copies are in the middle. */
static void put_headers(struct script *script, const struct negotiation *negotiation,
	const struct message_shape *shape)
{
	static const struct step header = {SMFIC_HEADER, SMFIM_EOH, SMFIP_NOHDRS, SMFIP_NR_HDR};
	static const struct step end = {SMFIC_EOH, SMFIM_EOH, SMFIP_NOEOH, SMFIP_NR_EOH};
	char data[256];

	for (unsigned i = 0; i < shape->headers + shape->copies; i++) {
		bool forged = i >= shape->headers / 2 && i < shape->headers / 2 + shape->copies;
		int length;

		if (forged)
			length = sprintf(data, "%s%cos=\"forged\"%c", shape->forged, '\0', '\0');
		else
			length = sprintf(data, "X-Header-%u%c%060u%c", i, '\0', i, '\0');
		put_step(script, negotiation, &header, data, (size_t)length);
	}
	put_step(script, negotiation, &end, "", 0);
}

static void put_body(struct script *script, const struct negotiation *negotiation, size_t left)
{
	static const struct step body = {SMFIC_BODY, SMFIM_EOM, SMFIP_NOBODY, SMFIP_NR_BODY};
	static const struct step end = {SMFIC_BODYEOB, SMFIM_EOM, 0, 0};
	static uint8_t chunk[MILTER_CHUNK_SIZE];

	memset(chunk, 'x', sizeof(chunk));
	while (left > 0) {
		size_t size = left < sizeof(chunk) ? left : sizeof(chunk);

		put_step(script, negotiation, &body, chunk, size);
		left -= size;
	}
	put_step(script, negotiation, &end, "", 0);
}

void script_make(struct script *script, const struct negotiation *negotiation,
	const struct message_shape *shape)
{
	memset(script, 0, sizeof(*script));
	put_envelope(script, negotiation);
	put_headers(script, negotiation, shape);
	put_body(script, negotiation, shape->body);
}

void script_free(struct script *script)
{
	free(script->bytes);
	free(script->pieces);
	free(script->packets);
}

size_t script_packet(uint8_t *bytes, char command)
{
	memset(bytes, 0, 3);
	bytes[3] = 1;
	bytes[4] = (uint8_t)command;
	return 5;
}

static size_t put_length(uint8_t *bytes, size_t length)
{
	uint32_t size = htonl((uint32_t)length);

	memcpy(bytes, &size, sizeof(size));
	return sizeof(size) + length;
}

size_t script_connect(
	uint8_t *bytes, const struct negotiation *negotiation, int version, const char *address)
{
	static const char host[] = "client.test";
	uint8_t *to = bytes;
	char *data;
	int length;

	to[4] = SMFIC_MACRO;
	to += put_length(
		to, 1 + format_macros(to + 5, negotiation, SMFIM_CONNECT, SMFIC_CONNECT, false));
	if ((negotiation->steps & SMFIP_NOCONNECT) != 0)
		return (size_t)(to - bytes);
	data = (char *)to + 4;
	length = sprintf(data, "%c%s%c%c%c%c%s%s", SMFIC_CONNECT, host, '\0',
		version == 4 ? SMFIA_INET : SMFIA_INET6, 40000 >> 8, 40000 & 0xff,
		version == 4 ? "" : "IPv6:", address);
	to += put_length(to, (size_t)length + 1);
	return (size_t)(to - bytes);
}
