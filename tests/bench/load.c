/*
 * A load generator for milters: many SMTP sessions at once, as Postfix would pass them to a
 * filter. Everything is counted and timed. Prints one line of JSON.
 */
#include "endpoint.h"
#include "mono.h"
#include "mta.h"
#include "process.h"
#include "sock.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#define EVENTS        256
#define PROCESSES_MAX 4
#define TICK_MS       2

/* How often memory and threads are sampled. */
#define SAMPLE_US 50000

/* After so long without any progress the filter counts as hung. */
#define HANG_US (60 * INT64_C(1000000))

static const char usage_text[] =
	"usage: load [options] SOCKET\n"
	"SOCKET is where the filter listens, in libmilter's notation.\n"
	"  --concurrency=N   sessions at once (1)\n"
	"  --sessions=N      sessions in all (1000)\n"
	"  --seconds=N       start no session later than that (no limit)\n"
	"  --messages=N      messages in a session (1); 0: it ends before DATA\n"
	"  --headers=N       header fields in a message (30)\n"
	"  --body=BYTES      (4000)\n"
	"  --clients=NET     addresses of the clients, one after another (198.18.0.0/16)\n"
	"  --client-count=N  use only the first ones of NET\n"
	"  --random          in random order\n"
	"  --keep            the next session over the same connection (QUIT_NC)\n"
	"  --idle=N          further connections that say nothing after the connect step\n"
	"  --forged=PERCENT  messages that have forged copies of the header (0)\n"
	"  --copies=N        how many of them (1)\n"
	"  --aborts=PERCENT  messages that are given up between two packets (0)\n"
	"  --drops=PERCENT   sessions that break off anywhere, at each message (0)\n"
	"  --seed=N          of everything random (1)\n"
	"  --header=NAME     of the header that the filter writes (X-P0F-OS)\n"
	"  --expect=0|1|any  how many of it in each message (any: at most one)\n"
	"  --tolerate        refused and cut connections are no failure of the run\n"
	"  --answers=FILE    write each message's client and header value\n"
	"  --watch=NAME:PID  report what a process costs; up to four\n"
	"Exit code 0 if all was as expected, otherwise 1.\n";

struct load {
	struct mta mta;
	struct session *sessions;
	size_t concurrency;
	size_t idle;
	double seconds;
	bool tolerate;
	struct process processes[PROCESSES_MAX];
	size_t process_count;
};

enum option_code {
	OPT_CONCURRENCY = 256,
	OPT_SESSIONS,
	OPT_SECONDS,
	OPT_MESSAGES,
	OPT_HEADERS,
	OPT_BODY,
	OPT_CLIENTS,
	OPT_CLIENT_COUNT,
	OPT_RANDOM,
	OPT_KEEP,
	OPT_IDLE,
	OPT_FORGED,
	OPT_COPIES,
	OPT_ABORTS,
	OPT_DROPS,
	OPT_SEED,
	OPT_HEADER,
	OPT_EXPECT,
	OPT_TOLERATE,
	OPT_ANSWERS,
	OPT_WATCH,
};

static const struct option long_options[] = {
	{"concurrency", required_argument, NULL, OPT_CONCURRENCY},
	{"sessions", required_argument, NULL, OPT_SESSIONS},
	{"seconds", required_argument, NULL, OPT_SECONDS},
	{"messages", required_argument, NULL, OPT_MESSAGES},
	{"headers", required_argument, NULL, OPT_HEADERS},
	{"body", required_argument, NULL, OPT_BODY},
	{"clients", required_argument, NULL, OPT_CLIENTS},
	{"client-count", required_argument, NULL, OPT_CLIENT_COUNT},
	{"random", no_argument, NULL, OPT_RANDOM},
	{"keep", no_argument, NULL, OPT_KEEP},
	{"idle", required_argument, NULL, OPT_IDLE},
	{"forged", required_argument, NULL, OPT_FORGED},
	{"copies", required_argument, NULL, OPT_COPIES},
	{"aborts", required_argument, NULL, OPT_ABORTS},
	{"drops", required_argument, NULL, OPT_DROPS},
	{"seed", required_argument, NULL, OPT_SEED},
	{"header", required_argument, NULL, OPT_HEADER},
	{"expect", required_argument, NULL, OPT_EXPECT},
	{"tolerate", no_argument, NULL, OPT_TOLERATE},
	{"answers", required_argument, NULL, OPT_ANSWERS},
	{"watch", required_argument, NULL, OPT_WATCH},
	{NULL, 0, NULL, 0},
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "load: %s: %s\n", what, why);
	exit(64);
}

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*end != '\0' || end == text)
		fail(text, "not a number");
	return value;
}

static void set_clients(struct mta_options *options, const char *text)
{
	const char *why = cidr_parse(&options->clients, text);
	unsigned bits;

	if (why != NULL)
		fail(text, why);
	bits = (options->clients.net.version == 4 ? 32 : 128) - options->clients.prefix;
	options->client_count = UINT64_C(1) << (bits < 32 ? bits : 32);
}

static void add_process(struct load *load, char *text)
{
	char *colon = strchr(text, ':');

	if (colon == NULL || load->process_count == PROCESSES_MAX)
		fail(text, "not NAME:PID, or too many");
	*colon = '\0';
	if (process_watch(&load->processes[load->process_count++], text, (pid_t)number(colon + 1)) <
		0)
		fail(colon + 1, "no such process");
}

static void set_address(struct mta *mta, const char *text)
{
	struct endpoint endpoint;
	const char *why = endpoint_parse(&endpoint, text);

	if (why == NULL)
		why = sock_resolve(&endpoint, &mta->address, &mta->address_length);
	if (why != NULL)
		fail(text, why);
}

static void set_option(struct load *load, int code)
{
	struct mta_options *options = &load->mta.options;

	switch (code) {
	case OPT_CONCURRENCY:
		load->concurrency = number(optarg);
		break;
	case OPT_SECONDS:
		load->seconds = strtod(optarg, NULL);
		break;
	case OPT_IDLE:
		load->idle = number(optarg);
		break;
	case OPT_SEED:
		load->mta.rng.state = number(optarg) + 1;
		break;
	case OPT_TOLERATE:
		load->tolerate = true;
		break;
	case OPT_WATCH:
		add_process(load, optarg);
		break;
	case OPT_ANSWERS:
		options->answers = fopen(optarg, "we");
		if (options->answers == NULL)
			fail(optarg, strerror(errno));
		break;
	default:
		fputs(usage_text, stderr);
		exit(64);
	}
}

static void set_session_option(struct load *load, int code)
{
	struct mta_options *options = &load->mta.options;

	switch (code) {
	case OPT_SESSIONS:
		options->sessions = number(optarg);
		break;
	case OPT_MESSAGES:
		options->messages = (unsigned)number(optarg);
		break;
	case OPT_HEADERS:
		options->shape.headers = (unsigned)number(optarg);
		break;
	case OPT_BODY:
		options->shape.body = number(optarg);
		break;
	case OPT_CLIENTS:
		set_clients(options, optarg);
		break;
	case OPT_CLIENT_COUNT:
		options->client_count = number(optarg);
		break;
	case OPT_RANDOM:
		options->random_clients = true;
		break;
	case OPT_KEEP:
		options->keep = true;
		break;
	case OPT_FORGED:
		options->forged_percent = (unsigned)number(optarg);
		break;
	case OPT_COPIES:
		options->shape.copies = (unsigned)number(optarg);
		break;
	case OPT_ABORTS:
		options->abort_percent = (unsigned)number(optarg);
		break;
	case OPT_DROPS:
		options->drop_percent = (unsigned)number(optarg);
		break;
	case OPT_HEADER:
		options->shape.forged = optarg;
		break;
	case OPT_EXPECT:
		options->expect = strcmp(optarg, "any") == 0 ? -1 : (int)number(optarg);
		break;
	default:
		set_option(load, code);
	}
}

static void read_options(struct load *load, int argc, char **argv)
{
	int code;

	load->concurrency = 1;
	load->mta.rng.state = 2;
	load->mta.options = (struct mta_options){
		.shape = {.headers = 30, .body = 4000, .forged = "X-P0F-OS", .copies = 1},
		.sessions = 1000,
		.messages = 1,
		.expect = -1,
	};
	set_clients(&load->mta.options, "198.18.0.0/16");
	while ((code = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		set_session_option(load, code);
	if (optind + 1 != argc)
		set_option(load, '?');
	if (load->concurrency == 0 || load->mta.options.client_count == 0)
		fail("--concurrency, --client-count", "must not be 0");
	set_address(&load->mta, argv[optind]);
}

static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Fill the slot with sessions until one needs to wait. */
static void keep_going(struct session *session)
{
	struct mta *mta = session->mta;

	while (session->state == SESSION_OVER && mta->started < mta->options.sessions)
		session_start(session);
}

static void start_sessions(struct load *load)
{
	size_t count = load->idle + load->concurrency;

	load->sessions = calloc(count, sizeof(*load->sessions));
	load->mta.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (load->sessions == NULL || load->mta.epoll < 0)
		fail("cannot start", strerror(errno));
	for (size_t i = 0; i < count; i++) {
		load->sessions[i].mta = &load->mta;
		load->sessions[i].fd = -1;
		load->sessions[i].is_idler = i < load->idle;
		if (i < load->idle)
			session_start(&load->sessions[i]);
		else
			keep_going(&load->sessions[i]);
	}
}

static bool is_done(const struct load *load)
{
	if (load->mta.started < load->mta.options.sessions)
		return false;
	for (size_t i = load->idle; i < load->idle + load->concurrency; i++) {
		if (load->sessions[i].state != SESSION_OVER)
			return false;
	}
	return true;
}

static void tick(struct load *load, int64_t now)
{
	for (size_t i = 0; load->mta.waiting > 0 && i < load->idle + load->concurrency; i++)
		session_tick(&load->sessions[i], now);
}

/* Returns 0 when all sessions are over, or -1 when nothing more happens. */
static int run(struct load *load, int64_t began)
{
	struct mta *mta = &load->mta;
	struct epoll_event events[EVENTS];
	int64_t sampled = 0;
	int64_t moved = began;

	while (!is_done(load)) {
		int count = epoll_wait(mta->epoll, events, EVENTS, mta->waiting > 0 ? TICK_MS : 50);
		int64_t now = mono_us();

		for (int i = 0; i < count; i++) {
			session_handle(events[i].data.ptr);
			keep_going(events[i].data.ptr);
		}
		if (count > 0)
			moved = now;
		else if (now - moved > HANG_US)
			return -1;
		if (mta->waiting > 0)
			tick(load, now);
		if (load->seconds > 0 && (double)(now - began) / 1e6 > load->seconds)
			mta->options.sessions = mta->started;
		if (now - sampled > SAMPLE_US) {
			for (size_t i = 0; i < load->process_count; i++)
				process_sample(&load->processes[i]);
			sampled = now;
		}
	}
	return 0;
}

static void print(struct load *load, double seconds, bool hangs)
{
	printf("{");
	tally_print(&load->mta.tally, seconds, stdout);
	for (size_t i = 0; i < load->process_count; i++)
		process_print(&load->processes[i], load->mta.tally.messages, stdout);
	printf(", \"hangs\": %s}\n", hangs ? "true" : "false");
}

static bool is_good(const struct load *load)
{
	const uint64_t *failures = load->mta.tally.failures;

	for (int which = 0; which < FAILURES; which++) {
		bool is_lost = which == FAILED_REFUSED || which == FAILED_CUT;

		if (failures[which] > 0 && !(is_lost && load->tolerate))
			return false;
	}
	return true;
}

static void clean_up(struct load *load)
{
	for (size_t i = 0; i < load->mta.dialect_count; i++) {
		script_free(&load->mta.dialects[i]->clean);
		script_free(&load->mta.dialects[i]->forged);
		free(load->mta.dialects[i]);
	}
	if (load->mta.options.answers != NULL)
		fclose(load->mta.options.answers);
	free(load->mta.tally.connect.values);
	free(load->mta.tally.end_of_message.values);
	free(load->sessions);
}

int main(int argc, char **argv)
{
	static struct load load;
	int64_t began;
	int hangs;

	read_options(&load, argc, argv);
	raise_limit();
	began = mono_us();
	start_sessions(&load);
	hangs = run(&load, began);
	print(&load, (double)(mono_us() - began) / 1e6, hangs != 0);
	clean_up(&load);
	return hangs == 0 && is_good(&load) ? 0 : 1;
}
