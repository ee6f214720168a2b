/*
 * The callbacks of libmilter. A session lasts from the connect step to the close step. p0f is
 * asked about its peer at the connect step, without waiting. The answer is collected at the end
 * of each message: the one place that waits, for a bounded time.
 */
#include "filter.h"

#include "log.h"
#include "mono.h"
#include "policy.h"
#include "stats.h"

#include <errno.h>
#include <libmilter/mfapi.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/*
 * More copies of the header than this are an attack: deleting them one by one would
 * hold up Postfix, whose cleanup gives up at some 10,000.
 */
#define COPIES_MAX 1000

/* p0f sees a SYN some milliseconds late, since libpcap buffers packets; after this time it has. */
#define SETTLE_US 10000

/* Connections that may wait to be accepted: as many as a busy MTA opens at once. */
#define BACKLOG 1024

struct session {
	struct conf *conf;
	struct addr peer;
	enum policy policy; /* as decided at the connect step */
	int64_t connected_at;
	struct p0f_lookup *lookup; /* from the connect step, until it is collected */
	bool answered;             /* reply is set */
	bool conclusive;           /* there is no need to ask again */
	struct p0f_reply reply;
	enum p0f_answer failure; /* of the last lookup that failed */
	const char *origin;      /* of the reply, or why there is none: for the log */
	unsigned header_copies;  /* in the current message */
};

static struct {
	struct p0f_client *client;
	pthread_mutex_t lock;
	struct conf *conf;
} filter = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Returns the current configuration, with a reference for the caller. */
static struct conf *get_conf(void)
{
	struct conf *conf;

	pthread_mutex_lock(&filter.lock);
	conf = conf_ref(filter.conf);
	pthread_mutex_unlock(&filter.lock);
	return conf;
}

void filter_init(struct p0f_client *client, struct conf *conf)
{
	filter.client = client;
	filter_set_conf(conf);
}

void filter_set_conf(struct conf *conf)
{
	struct conf *old;

	pthread_mutex_lock(&filter.lock);
	old = filter.conf;
	filter.conf = conf;
	pthread_mutex_unlock(&filter.lock);
	conf_unref(old);
}

static void session_free(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	if (session == NULL)
		return;
	smfi_setpriv(ctx, NULL);
	p0f_lookup_free(session->lookup);
	conf_unref(session->conf);
	free(session);
}

/* Start a session, ending a previous one that the MTA left open. */
static struct session *session_new(SMFICTX *ctx, const struct sockaddr *peer)
{
	static struct log_limit limit;
	struct session *session;

	session_free(ctx);
	session = calloc(1, sizeof(*session));
	if (session == NULL || smfi_setpriv(ctx, session) != MI_SUCCESS) {
		free(session);
		log_write_limited(&limit, LOG_ERR, "out of memory: a session goes unfiltered");
		return NULL;
	}
	stats_count(STATS_SESSIONS);
	session->conf = get_conf();
	session->connected_at = mono_us();
	addr_from_sockaddr(&session->peer, peer);
	session->policy = policy_at_connect(
		&session->peer, &session->conf->trusted_networks, &session->conf->skip_networks);
	return session;
}

/* Returns the session, and creates it if the MTA left out the connect step. */
static struct session *session_get(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	return session != NULL ? session : session_new(ctx, NULL);
}

/* Returns the counter for a reply. */
static enum stats_counter classify(const struct p0f_reply *reply, uint32_t stale_after)
{
	if (reply->status != P0F_STATUS_OK)
		return STATS_UNSEEN;
	if (header_stale_age(reply, stale_after, time(NULL)) > 0)
		return STATS_STALE;
	return reply->os_name[0] != '\0' ? STATS_FOUND : STATS_NO_OS;
}

static const struct {
	enum stats_counter counter;
	const char *text;
} failures[] = {
	[P0F_TIMEOUT] = {STATS_TIMEOUT, "p0f does not answer"},
	[P0F_DOWN] = {STATS_DOWN, "p0f is down"},
	[P0F_PROTOCOL_ERROR] = {STATS_PROTOCOL_ERROR, "p0f cannot be understood"},
};

/*
 * Record p0f's answer and which query produced it. A reply that misses the SYN of this connection
 * is not conclusive.
 */
static void session_record(
	struct session *session, struct p0f_lookup *lookup, int64_t deadline, const char *asked)
{
	enum p0f_answer answer = p0f_lookup_wait(lookup, deadline, &session->reply);
	enum stats_counter counter;

	p0f_lookup_free(lookup);
	if (answer == P0F_ANSWERED) {
		counter = classify(&session->reply, session->conf->header.stale_after);
		session->answered = true;
		session->conclusive = counter == STATS_FOUND || counter == STATS_NO_OS;
		session->origin = asked;
	} else {
		counter = failures[answer].counter;
		session->failure = answer;
	}
	stats_count(counter);
}

static void log_failure(struct session *session)
{
	static struct log_limit limits[P0F_PROTOCOL_ERROR + 1];

	session->origin = failures[session->failure].text;
	log_write_limited(&limits[session->failure], LOG_WARNING, "mail passes without %s: %s",
		session->conf->header_name, session->origin);
}

static void pause_until(int64_t then)
{
	int64_t left = then - mono_us();
	struct timespec pause = {.tv_nsec = left * 1000};

	if (left > 0)
		nanosleep(&pause, NULL);
}

/*
 * Collect the answer; when it is not conclusive, ask once more. Waits at most lookup_timeout.
 * Returns whether there is a reply.
 */
static bool session_answer(struct session *session)
{
	int64_t timeout = (int64_t)session->conf->lookup_timeout * 1000;
	int64_t deadline = mono_us() + timeout;
	int64_t settled = session->connected_at + SETTLE_US;

	session->origin = "as before";
	if (session->lookup != NULL) {
		session_record(session, session->lookup, deadline, "at connect");
		session->lookup = NULL;
	}
	if (session->conclusive)
		return true;
	if (session->answered)
		pause_until(settled < deadline ? settled : deadline);
	session_record(session,
		p0f_client_submit(filter.client, &session->peer, session->conf->lookup_timeout),
		deadline, "asked again");
	if (!session->answered)
		log_failure(session);
	return session->answered;
}

/* From the highest index down: Postfix renumbers after a deletion, Sendmail does not. */
static void delete_copies(SMFICTX *ctx, const struct session *session)
{
	static struct log_limit limit;

	for (unsigned i = session->header_copies; i > 0; i--) {
		if (smfi_chgheader(ctx, session->conf->header_name, (int)i, NULL) != MI_SUCCESS)
			log_write_limited(&limit, LOG_ERR, "cannot delete copy %u of %s", i,
				session->conf->header_name);
		else
			stats_count(STATS_REMOVED);
	}
}

static void insert_header(SMFICTX *ctx, const struct session *session, char *value)
{
	static struct log_limit limit;

	header_format(value, &session->conf->header, &session->reply, time(NULL));
	if (smfi_insheader(ctx, 0, session->conf->header_name, value) != MI_SUCCESS)
		log_write_limited(&limit, LOG_ERR, "cannot insert %s", session->conf->header_name);
	else
		stats_count_header(&session->reply, &session->peer);
}

static sfsistat reject_flood(SMFICTX *ctx, const struct session *session)
{
	static struct log_limit limit;
	char peer[ADDR_TEXT_SIZE];

	stats_count(STATS_REJECTED);
	log_write_limited(&limit, LOG_WARNING, "client=%s: message rejected: %u copies of %s",
		addr_format(&session->peer, peer), session->header_copies,
		session->conf->header_name);
	smfi_setreply(
		ctx, "550", "5.7.1", "Too many copies of a header that only this site writes");
	return SMFIS_REJECT;
}

static void count_message(enum policy policy, int64_t wait)
{
	static const enum stats_counter skips[] = {
		[POLICY_NO_ADDRESS] = STATS_NO_ADDRESS,
		[POLICY_TRUSTED] = STATS_TRUSTED,
		[POLICY_SKIPPED] = STATS_SKIPPED,
		[POLICY_AUTHENTICATED] = STATS_AUTHENTICATED,
	};

	stats_count(STATS_MESSAGES);
	if (policy != POLICY_LOOKUP)
		stats_count(skips[policy]);
	stats_observe(STATS_EOM_TIME, wait);
}

static void log_message(
	SMFICTX *ctx, const struct session *session, enum policy policy, char *value, int64_t wait)
{
	const char *queue_id = smfi_getsymval(ctx, "i");
	char peer[ADDR_TEXT_SIZE];

	header_unfold(value);
	log_debug("%s: client=%s policy=\"%s\" answer=\"%s\" copies=%u wait=%lldus header=%s",
		queue_id != NULL ? queue_id : "-", addr_format(&session->peer, peer),
		policy_name(policy), session->origin, session->header_copies, (long long)wait,
		value[0] != '\0' ? value : "none");
}

static sfsistat on_eom(SMFICTX *ctx)
{
	int64_t began = mono_us();
	struct session *session = session_get(ctx);
	sfsistat verdict = SMFIS_CONTINUE;
	char value[HEADER_VALUE_SIZE] = "";
	enum policy policy;
	int64_t wait;
	bool strip;

	if (session == NULL)
		return SMFIS_CONTINUE;
	session->origin = "not asked";
	policy = policy_at_eom(session->policy, session->conf->skip_authenticated,
		smfi_getsymval(ctx, "{auth_authen}"));
	strip = session->conf->strip_forged && policy_distrusts_copies(policy);
	if (strip && session->header_copies > COPIES_MAX) {
		verdict = reject_flood(ctx, session);
	} else {
		bool answered = policy == POLICY_LOOKUP && session_answer(session);

		if (strip)
			delete_copies(ctx, session);
		if (answered)
			insert_header(ctx, session, value);
	}
	wait = mono_us() - began;
	count_message(policy, wait);
	if (log_enabled(LOG_DEBUG))
		log_message(ctx, session, policy, value, wait);
	session->header_copies = 0;
	return verdict;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	struct session *session = session_get(ctx);

	(void)value;
	if (session == NULL)
		return SMFIS_NOREPLY;
	if (strcasecmp(name, session->conf->header_name) == 0)
		session->header_copies++;
	return SMFIS_NOREPLY;
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *peer)
{
	struct session *session = session_new(ctx, peer);

	(void)host;
	if (session != NULL && session->policy == POLICY_LOOKUP)
		session->lookup = p0f_client_submit(
			filter.client, &session->peer, session->conf->lookup_timeout);
	return SMFIS_NOREPLY;
}

/* The message is given up; another one may follow. */
static sfsistat on_abort(SMFICTX *ctx)
{
	struct session *session = smfi_getpriv(ctx);

	if (session != NULL)
		session->header_copies = 0;
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	session_free(ctx);
	return SMFIS_CONTINUE;
}

/* Ask only for the macros that are used. */
static bool choose_macros(SMFICTX *ctx)
{
	for (int step = SMFIM_CONNECT; step <= SMFIM_EOH; step++) {
		/* a login is still known at the end of the message */
		char *macros = step == SMFIM_EOM ? "i {auth_authen}" : "";

		if (smfi_setsymlist(ctx, step, macros) != MI_SUCCESS)
			return false;
	}
	return true;
}

/*
 * Each step, macro and reply costs more than all of our own work, so those that are not needed
 * are negotiated away. To an MTA that insists on replies, libmilter sends them by itself.
 */
static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
	unsigned long unused2, unsigned long unused3, unsigned long *want_actions,
	unsigned long *want_steps, unsigned long *want2, unsigned long *want3)
{
	static const unsigned long needed = SMFIF_ADDHDRS | SMFIF_CHGHDRS;
	static struct log_limit limit;
	unsigned long avoid = SMFIP_NOHELO | SMFIP_NORCPT | SMFIP_NOBODY | SMFIP_NOEOH |
			      SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_NR_CONN | SMFIP_NR_HDR;

	(void)unused2;
	(void)unused3;
	if ((actions & needed) != needed) {
		log_write_limited(&limit, LOG_ERR,
			"the MTA does not let us change headers (it offers actions 0x%lx)",
			actions);
		return SMFIS_REJECT;
	}
	*want_actions = needed;
	/* an MTA that sends macros of its own choice has {auth_authen} at the MAIL step */
	if ((actions & SMFIF_SETSYMLIST) != 0 && choose_macros(ctx)) {
		*want_actions |= SMFIF_SETSYMLIST;
		avoid |= SMFIP_NOMAIL;
	}
	*want_steps = avoid & steps;
	*want2 = 0;
	*want3 = 0;
	return SMFIS_CONTINUE;
}

/* Returns whether errno is about the socket: when a host name cannot be looked up, it is not. */
static bool errno_says_why(const char *socket)
{
	return strncmp(socket, "inet", strlen("inet")) != 0 || errno == EADDRINUSE ||
	       errno == EADDRNOTAVAIL || errno == EACCES;
}

int filter_open_socket(char *socket)
{
	struct smfiDesc description = {
		.xxfi_name = "p0f-milter",
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_SETSYMLIST,
		.xxfi_connect = on_connect,
		.xxfi_header = on_header,
		.xxfi_eom = on_eom,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};

	if (smfi_setconn(socket) != MI_SUCCESS || smfi_register(description) != MI_SUCCESS) {
		log_errx("libmilter does not take the socket %s", socket);
		return -1;
	}
	smfi_setbacklog(BACKLOG);
	if (smfi_opensocket(false) == MI_SUCCESS)
		return 0;
	if (errno_says_why(socket))
		log_err("cannot open the socket %s", socket);
	else
		log_errx("cannot open the socket %s: see libmilter's message in syslog", socket);
	return -1;
}

int filter_run(void)
{
	return smfi_main() == MI_SUCCESS ? 0 : -1;
}
