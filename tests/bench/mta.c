/*
 * The sessions of an MTA: each does what Postfix does with its connection to a filter,
 * or, on request, what no MTA should do.
 */
#include "mta.h"

#include "mono.h"
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

/* Between two attempts to connect. */
#define RETRY_US 2000

static void put_packet(struct session *session, char command)
{
	session->out_length += script_packet(session->out + session->out_length, command);
}

static void session_close(struct session *session)
{
	if (session->fd >= 0)
		close(session->fd);
	session->fd = -1;
	session->in_length = 0;
	session->out_length = 0;
	session->out_is_flushed = false;
	session->script = NULL;
	session->wait = WAIT_NOTHING;
}

static void session_end(struct session *session)
{
	session_close(session);
	session->mta->tally.sessions++;
	session->state = SESSION_OVER;
}

static void session_retry(struct session *session)
{
	session_close(session);
	session->state = SESSION_RETRY;
	session->since = mono_us();
	session->mta->waiting++;
}

static void session_fail(struct session *session, enum failure failure)
{
	session->mta->tally.failures[failure]++;
	session_retry(session);
}

/* The n-th address of the network. */
static struct addr nth_client(const struct cidr *net, uint64_t n)
{
	struct addr addr = net->net;

	for (int at = addr.version == 4 ? 3 : 15; at >= 0 && n > 0; at--, n >>= 8)
		addr.bytes[at] |= (uint8_t)n;
	return addr;
}

static void choose_client(struct session *session)
{
	struct mta *mta = session->mta;
	uint64_t n = mta->options.random_clients ? rng_next(&mta->rng) : mta->started - 1;

	session->client = nth_client(&mta->options.clients, n % mta->options.client_count);
	session->messages_left = mta->options.messages;
}

static void session_connect(struct session *session)
{
	struct mta *mta = session->mta;
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = session};
	uint32_t offer[3] = {htonl(SMFI_PROT_VERSION), htonl(SCRIPT_ACTIONS), htonl(SCRIPT_STEPS)};

	session->since = mono_us();
	session->fd = sock_open(mta->address.ss_family);
	errno = 0;
	if (session->fd < 0 ||
		(connect(session->fd, (struct sockaddr *)&mta->address, mta->address_length) < 0 &&
			errno != EINPROGRESS) ||
		epoll_ctl(mta->epoll, EPOLL_CTL_ADD, session->fd, &event) < 0) {
		/* EAGAIN: the filter's backlog is full, where Postfix would wait */
		if (errno == EAGAIN)
			session_retry(session);
		else
			session_fail(session, FAILED_REFUSED);
		return;
	}
	session->state = SESSION_NEGOTIATING;
	session->out_length = script_packet(session->out, SMFIC_OPTNEG);
	session->out[3] = 1 + sizeof(offer);
	memcpy(session->out + session->out_length, offer, sizeof(offer));
	session->out_length += sizeof(offer);
	session_handle(session);
}

void session_start(struct session *session)
{
	struct mta *mta = session->mta;

	session->state = SESSION_OVER;
	if (!session->is_idler) {
		if (mta->started == mta->options.sessions)
			return;
		mta->started++;
	}
	choose_client(session);
	session_connect(session);
}

void session_tick(struct session *session, int64_t now)
{
	if (session->state != SESSION_RETRY || now - session->since < RETRY_US)
		return;
	session->mta->waiting--;
	session->messages_left = session->mta->options.messages;
	session_connect(session);
}

static const struct dialect *dialect_get(struct mta *mta, const struct negotiation *negotiation)
{
	struct message_shape clean = mta->options.shape;
	struct dialect *dialect;

	clean.copies = 0;
	for (size_t i = 0; i < mta->dialect_count; i++) {
		if (memcmp(&mta->dialects[i]->negotiation, negotiation, sizeof(*negotiation)) == 0)
			return mta->dialects[i];
	}
	dialect = mta->dialect_count < MTA_DIALECTS ? malloc(sizeof(*dialect)) : NULL;
	if (dialect == NULL)
		return NULL;
	dialect->negotiation = *negotiation;
	script_make(&dialect->clean, negotiation, &clean);
	script_make(&dialect->forged, negotiation, &mta->options.shape);
	mta->dialects[mta->dialect_count++] = dialect;
	return dialect;
}

static bool happens(struct mta *mta, unsigned percent)
{
	return percent > 0 && rng_below(&mta->rng, 100) < percent;
}

/* An abort happens between two packets, a drop anywhere. */
static void choose_plan(struct session *session)
{
	struct mta *mta = session->mta;
	const struct script *script = session->script;
	size_t packet = 0;

	session->plan = PLAN_FINISH;
	session->stop = script->length;
	if (happens(mta, mta->options.drop_percent)) {
		session->plan = PLAN_DROP;
		session->stop = session->at +
				rng_below(&mta->rng, (unsigned)(script->length - session->at + 1));
	} else if (happens(mta, mta->options.abort_percent)) {
		session->plan = PLAN_ABORT;
		while (script->packets[packet] <= session->at)
			packet++;
		packet += rng_below(&mta->rng, (unsigned)(script->packet_count - packet - 1));
		session->stop = script->packets[packet];
	}
}

static void message_begin(struct session *session, bool is_first)
{
	struct mta *mta = session->mta;

	session->script = happens(mta, mta->options.forged_percent) ? &session->dialect->forged
								    : &session->dialect->clean;
	session->at = is_first ? 0 : session->script->mail;
	session->piece = 0;
	while (session->script->pieces[session->piece].end <= session->at)
		session->piece++;
	session->inserted = 0;
	session->deleted = 0;
	session->is_well_purged = true;
	choose_plan(session);
}

/* The connect step. An MTA like Postfix sends it only when it must. */
static void smtp_begin(struct session *session)
{
	const struct negotiation *negotiation = &session->dialect->negotiation;
	char client[ADDR_TEXT_SIZE];

	session->state = SESSION_RUNNING;
	session->out_is_flushed = (negotiation->steps & (SMFIP_NR_CONN | SMFIP_NOCONNECT)) == 0;
	if (session->messages_left > 0 || session->is_idler || session->out_is_flushed)
		session->out_length +=
			script_connect(session->out + session->out_length, negotiation,
				session->client.version, addr_format(&session->client, client));
	if (session->messages_left > 0 && !session->is_idler) {
		message_begin(session, true);
		session->mta->tally.mailing++;
	}
}

/* End the session after its last message. */
static void smtp_end(struct session *session)
{
	struct mta *mta = session->mta;

	put_packet(session, SMFIC_ABORT);
	if (mta->options.keep && mta->started < mta->options.sessions) {
		put_packet(session, SMFIC_QUIT_NC);
		mta->tally.sessions++;
		mta->started++;
		choose_client(session);
		smtp_begin(session);
		return;
	}
	put_packet(session, SMFIC_ABORT);
	put_packet(session, SMFIC_QUIT);
	session->script = NULL;
}

static void message_end(struct session *session)
{
	session->wait = WAIT_NOTHING;
	if (--session->messages_left == 0) {
		smtp_end(session);
		return;
	}
	put_packet(session, SMFIC_ABORT);
	message_begin(session, false);
}

static void check_message(struct session *session)
{
	struct mta *mta = session->mta;
	unsigned copies =
		session->script == &session->dialect->forged ? mta->options.shape.copies : 0;
	int expected = mta->options.expect;

	if (expected >= 0 && session->inserted < expected)
		mta->tally.failures[FAILED_MISSING]++;
	if (session->inserted > (expected >= 0 ? expected : 1))
		mta->tally.failures[FAILED_SURPLUS]++;
	if (session->deleted != copies || !session->is_well_purged)
		mta->tally.failures[FAILED_NOT_PURGED]++;
}

static void take_verdict(struct session *session, char reply)
{
	struct tally *tally = &session->mta->tally;

	samples_add(&tally->end_of_message, mono_us() - session->since);
	tally->messages++;
	if (reply != SMFIR_CONTINUE && reply != SMFIR_ACCEPT)
		tally->failures[FAILED_VERDICT]++;
	else
		check_message(session);
	message_end(session);
}

/* Returns whether it is our header: its name is that of the forged copies. */
static int take_insertion(struct session *session, const uint8_t *data, size_t length)
{
	struct mta *mta = session->mta;
	const char *name = (const char *)data + 4;
	const char *value;
	char client[ADDR_TEXT_SIZE];

	value = length > 5 ? memchr(name, '\0', length - 4) : NULL;
	if (value == NULL || data[length - 1] != '\0' || memcmp(data, "\0\0\0\0", 4) != 0)
		return -1;
	value++;
	if (strcmp(name, mta->options.shape.forged) != 0 || value[0] == '\0' ||
		value + strlen(value) + 1 != (const char *)data + length)
		return -1;
	session->inserted++;
	mta->tally.inserted++;
	tally_answer(&mta->tally, value);
	if (mta->options.answers != NULL) {
		fprintf(mta->options.answers, "%s ", addr_format(&session->client, client));
		for (; *value != '\0'; value++)
			putc(*value == '\n' || *value == '\t' ? ' ' : *value, mta->options.answers);
		putc('\n', mta->options.answers);
	}
	return 0;
}

/* A deletion must name the last remaining copy. */
static int take_deletion(struct session *session, const uint8_t *data, size_t length)
{
	const char *forged = session->mta->options.shape.forged;
	uint32_t index;

	if (length != 4 + strlen(forged) + 2 || strcmp((const char *)data + 4, forged) != 0)
		return -1;
	memcpy(&index, data, sizeof(index));
	if (ntohl(index) + session->deleted != session->mta->options.shape.copies)
		session->is_well_purged = false;
	session->deleted++;
	session->mta->tally.deleted++;
	return 0;
}

static int take_eom_reply(struct session *session, char reply, const uint8_t *data, size_t length)
{
	switch (reply) {
	case SMFIR_INSHEADER:
		return take_insertion(session, data, length);
	case SMFIR_CHGHEADER:
		return take_deletion(session, data, length);
	case SMFIR_PROGRESS:
		return 0;
	case SMFIR_CONTINUE:
	case SMFIR_ACCEPT:
	case SMFIR_REJECT:
	case SMFIR_TEMPFAIL:
	case SMFIR_DISCARD:
	case SMFIR_REPLYCODE:
		take_verdict(session, reply);
		return 0;
	default:
		return -1;
	}
}

static int take_packet(struct session *session, const uint8_t *packet, size_t length)
{
	struct negotiation negotiation;

	if (session->state == SESSION_NEGOTIATING) {
		if (packet[0] == SMFIC_OPTNEG &&
			negotiation_parse(&negotiation, packet + 1, length - 1) == 0)
			session->dialect = dialect_get(session->mta, &negotiation);
		if (session->dialect == NULL)
			return -1;
		samples_add(&session->mta->tally.connect, mono_us() - session->since);
		smtp_begin(session);
		return 0;
	}
	if (session->wait == WAIT_VERDICT)
		return take_eom_reply(session, (char)packet[0], packet + 1, length - 1);
	if (session->wait != WAIT_REPLY || packet[0] != SMFIR_CONTINUE || length != 1)
		return -1;
	session->wait = WAIT_NOTHING;
	return 0;
}

/* Take the replies that are complete. Returns 0, or -1 when one is malformed or not due. */
static int take_packets(struct session *session)
{
	size_t at = 0;
	uint32_t length;

	while (session->in_length - at >= 5) {
		memcpy(&length, session->in + at, sizeof(length));
		length = ntohl(length);
		if (length == 0 || length > sizeof(session->in) - 4)
			return -1;
		if (session->in_length - at - 4 < length)
			break;
		if (take_packet(session, session->in + at + 4, length) < 0)
			return -1;
		at += 4 + length;
	}
	session->in_length -= at;
	memmove(session->in, session->in + at, session->in_length);
	return 0;
}

/* Read everything available. Returns 0, or -1 when the session has failed. */
static int receive(struct session *session)
{
	ssize_t got;

	while (session->fd >= 0) {
		got = recv(session->fd, session->in + session->in_length,
			sizeof(session->in) - session->in_length, MSG_DONTWAIT);
		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (got <= 0) {
			session_fail(session,
				errno == ECONNREFUSED && got < 0 ? FAILED_REFUSED : FAILED_CUT);
			return -1;
		}
		session->in_length += (size_t)got;
		if (take_packets(session) < 0) {
			session_fail(session, FAILED_PROTOCOL);
			return -1;
		}
	}
	return 0;
}

/* The script has been sent as far as the plan goes. */
static void follow_plan(struct session *session)
{
	struct tally *tally = &session->mta->tally;

	if (session->plan == PLAN_DROP) {
		tally->dropped++;
		session_end(session);
	} else if (session->plan == PLAN_ABORT) {
		tally->aborted++;
		message_end(session);
	}
}

/* Returns whether nothing waits to be sent and no reply is due. */
static void rest(struct session *session)
{
	if (session->script != NULL && session->at == session->stop)
		follow_plan(session);
	else if (session->is_idler && session->dialect != NULL)
		session->state = SESSION_IDLE;
	else if (session->script == NULL && session->state == SESSION_RUNNING)
		session_end(session);
}

/* Account for count bytes sent. */
static void advance(struct session *session, size_t count)
{
	size_t of_out = count < session->out_length ? count : session->out_length;
	const struct script *script = session->script;

	session->out_length -= of_out;
	memmove(session->out, session->out + of_out, session->out_length);
	if (session->out_length == 0 && session->out_is_flushed) {
		session->out_is_flushed = false;
		session->wait = WAIT_REPLY;
	}
	session->at += count - of_out;
	if (script == NULL || session->piece == script->piece_count ||
		session->at < script->pieces[session->piece].end)
		return;
	session->wait = script->pieces[session->piece++].wait;
	if (session->wait == WAIT_VERDICT)
		session->since = mono_us();
	if (session->plan == PLAN_DROP && session->at == session->stop)
		session->wait = WAIT_NOTHING;
}

/* Collect what can be written at once. */
static int gather(const struct session *session, struct iovec parts[2])
{
	const struct script *script = session->script;
	size_t end;

	parts[0] = (struct iovec){(void *)session->out, session->out_length};
	if (script == NULL || session->out_is_flushed || session->at == session->stop)
		return session->out_length > 0;
	end = script->pieces[session->piece].end;
	if (end > session->stop)
		end = session->stop;
	parts[1] = (struct iovec){script->bytes + session->at, end - session->at};
	return 2;
}

static void transmit(struct session *session)
{
	struct iovec parts[2];
	struct msghdr message = {.msg_iov = parts};
	ssize_t sent;

	while (session->fd >= 0 && session->wait == WAIT_NOTHING &&
		session->state != SESSION_IDLE) {
		message.msg_iovlen = (size_t)gather(session, parts);
		if (message.msg_iovlen == 0) {
			if (session->state == SESSION_NEGOTIATING)
				return;
			rest(session);
			continue;
		}
		sent = sendmsg(session->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0) {
			if (errno != EAGAIN && errno != EWOULDBLOCK)
				session_fail(session, FAILED_CUT);
			return;
		}
		advance(session, (size_t)sent);
	}
}

void session_handle(struct session *session)
{
	if (session->fd < 0)
		return;
	transmit(session);
	if (receive(session) == 0)
		transmit(session);
}
