/*
 * The filter, on a libmilter and a p0f client driven by the input: it decides which callbacks
 * come in which order, for several sessions, what p0f answers and when, which calls fail, and
 * what the time is. What the filter does to each message is compared with what the manual says.
 * No socket, no thread, no wait.
 */
#include "filter.h"
#include "fuzz.h"
#include "milter_stub.h"

#include <arpa/inet.h>

const unsigned fuzz_rounds = 20000;

#define CONTEXTS    3
#define EVENTS_MAX  400
#define COPIES_MAX  1000
#define CONFS       4
#define NO_NETWORKS 3 /* the configuration that trusts and skips nobody */

#define OUR_NETWORKS                                                                               \
	"trusted_networks = {\"10.0.0.0/8\", \"2001:db8:2::/48\"}\n"                               \
	"skip_networks = {\"192.168.0.0/16\", \"2001:db8:3::/48\""

static struct smfi_str contexts[CONTEXTS];
static struct conf *confs[CONFS];
static struct conf *conf_now;

/* Before a callback that begins a session: the one that the filter should have after it. */
static void expect_session(SMFICTX *ctx, const struct addr *peer, enum peer_kind kind)
{
	ctx->open = true;
	ctx->conf = conf_now;
	ctx->peer = *peer;
	ctx->kind = ctx->conf == confs[NO_NETWORKS] && kind != PEER_NO_ADDRESS ? PEER_ASKED : kind;
	ctx->copies = 0;
	ctx->answered = false;
	ctx->final = false;
}

/* After a callback, check that there is a session exactly when there should be one. */
static void leave(SMFICTX *ctx)
{
	stub_leave();
	if ((ctx->private != NULL) != ctx->open && !(ctx->open && stub.starved))
		fuzz_fail("a session is %s", ctx->open ? "lost" : "left over");
	ctx->open = ctx->private != NULL;
}

static void do_connect(SMFICTX *ctx)
{
	static const char *const hosts[][3] = {
		[PEER_ASKED] = {"192.0.2.0", "::ffff:192.0.2.0", "2001:db8:1::"},
		[PEER_TRUSTED] = {"10.0.0.0", "::ffff:10.0.0.0", "2001:db8:2::"},
		[PEER_SKIPPED] = {"192.168.0.0", "::ffff:192.168.0.0", "2001:db8:3::"},
	};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};
	struct sockaddr local = {.sa_family = AF_UNIX};
	struct sockaddr *peer = (struct sockaddr *)&ipv6;
	enum peer_kind kind = (enum peer_kind)input_below(&stub.input, PEER_NO_ADDRESS + 1);
	unsigned form = input_below(&stub.input, 3);
	uint8_t last = input_byte(&stub.input);
	struct addr addr = {0};
	sfsistat verdict;

	if (kind == PEER_NO_ADDRESS) {
		peer = form == 0 ? NULL : &local;
	} else if (form == 0) {
		peer = (struct sockaddr *)&ipv4;
		inet_pton(AF_INET, hosts[kind][form], &ipv4.sin_addr);
		((uint8_t *)&ipv4.sin_addr)[3] = last;
		addr.version = 4;
		memcpy(addr.bytes, &ipv4.sin_addr, 4);
	} else {
		inet_pton(AF_INET6, hosts[kind][form], &ipv6.sin6_addr);
		ipv6.sin6_addr.s6_addr[15] = last;
		addr.version = form == 1 ? 4 : 6;
		memcpy(addr.bytes, ipv6.sin6_addr.s6_addr + (form == 1 ? 12 : 0),
			form == 1 ? 4 : 16);
	}
	expect_session(ctx, &addr, kind);
	stub_enter("connect", ctx);
	verdict = stub.filter.xxfi_connect(ctx, "host.example", peer);
	if (verdict != SMFIS_NOREPLY)
		fuzz_fail("connect: verdict %d", verdict);
	leave(ctx);
	if (ctx->open && ctx->kind == PEER_ASKED && stub.submitted != 1)
		fuzz_fail("p0f is not asked at the connect step");
}

static void do_header(SMFICTX *ctx)
{
	static const struct {
		char *name;
		const char *is;
	} names[] = {
		{"X-P0F-OS", "X-P0F-OS"},
		{"x-p0F-oS", "X-P0F-OS"},
		{"X-Client-OS", "X-Client-OS"},
		{"x-client-os", "X-Client-OS"},
		{"X-P0F-O", ""},
		{"X-P0F-OS2", ""},
		{"X-P0F-OS ", ""},
		{"Subject", ""},
		{"", ""},
	};
	static const unsigned times[] = {1, 1, 2, 3, 500, COPIES_MAX - 1, COPIES_MAX};
	unsigned which = input_below(&stub.input, sizeof(names) / sizeof(names[0]));
	unsigned left = times[input_below(&stub.input, sizeof(times) / sizeof(times[0]))];

	for (; left > 0; left--) {
		if (!ctx->open)
			expect_session(ctx, &(struct addr){0}, PEER_NO_ADDRESS);
		stub_enter("header", ctx);
		if (stub.filter.xxfi_header(ctx, names[which].name, "os=\"Linux\"") !=
			SMFIS_NOREPLY)
			fuzz_fail("header: a verdict");
		leave(ctx);
		if (ctx->open && strcmp(names[which].is, ctx->conf->header_name) == 0)
			ctx->copies++;
	}
}

/* Check what was done to the message. */
static void check_message(const SMFICTX *ctx, sfsistat verdict)
{
	bool login = ctx->conf->skip_authenticated && ctx->login != NULL && ctx->login[0] != '\0';
	bool asks = ctx->kind == PEER_ASKED && !login;
	bool strips = ctx->conf->strip_forged && ctx->kind != PEER_TRUSTED;
	bool flood = strips && ctx->copies > COPIES_MAX;
	bool inserts = asks && !flood && ctx->answered;
	char value[HEADER_VALUE_SIZE];

	if (verdict != (flood ? SMFIS_REJECT : SMFIS_CONTINUE) || stub.rejected != flood)
		fuzz_fail("verdict %d on %u copies", verdict, ctx->copies);
	if (stub.removed != (strips && !flood ? ctx->copies : 0))
		fuzz_fail("%u of %u copies are deleted", stub.removed, ctx->copies);
	if (stub.inserted != inserts)
		fuzz_fail("%u headers are inserted instead of %d", stub.inserted, inserts);
	if (stub.submitted > 0 && (!asks || flood))
		fuzz_fail("p0f is asked for a message that gets no header");
	if (stub.submitted == 0 && asks && !flood && !ctx->final)
		fuzz_fail("p0f is not asked again");
	if (stub.now_us - stub.began_us > (int64_t)ctx->conf->lookup_timeout * 1000)
		fuzz_fail("the MTA waits for %lld us", (long long)(stub.now_us - stub.began_us));
	if (fuzz_limited_lines != (flood || (asks && !inserts)) + stub.refused)
		fuzz_fail("%u warnings for a message", fuzz_limited_lines);
	if (!inserts)
		return;
	header_format(value, &ctx->conf->header, &ctx->reply, stub.now_us / 1000000);
	if (strcmp(value, stub.value) != 0)
		fuzz_fail("inserted: %s\ninstead of: %s", stub.value, value);
}

static void do_eom(SMFICTX *ctx)
{
	static const char *const logins[] = {NULL, "", "user"};
	sfsistat verdict;

	if (!ctx->open)
		expect_session(ctx, &(struct addr){0}, PEER_NO_ADDRESS);
	ctx->login = logins[input_below(&stub.input, 3)];
	fuzz_limited_lines = 0;
	stub_enter("eom", ctx);
	verdict = stub.filter.xxfi_eom(ctx);
	leave(ctx);
	if (ctx->open)
		check_message(ctx, verdict);
	else if (verdict != SMFIS_CONTINUE || stub.removed + stub.inserted != 0)
		fuzz_fail("no session, and the message is changed");
	ctx->copies = 0;
}

static void do_abort(SMFICTX *ctx)
{
	stub_enter("abort", ctx);
	if (stub.filter.xxfi_abort(ctx) != SMFIS_CONTINUE)
		fuzz_fail("abort: a verdict");
	leave(ctx);
	ctx->copies = 0;
}

static void do_close(SMFICTX *ctx)
{
	ctx->open = false;
	stub_enter("close", ctx);
	if (stub.filter.xxfi_close(ctx) != SMFIS_CONTINUE)
		fuzz_fail("close: a verdict");
	leave(ctx);
}

/* The filter must ask only for what is offered, and must not decline what it needs. */
static void do_negotiate(SMFICTX *ctx)
{
	static const unsigned long needed = SMFIF_ADDHDRS | SMFIF_CHGHDRS;
	unsigned long actions = input_u32(&stub.input), steps = input_u32(&stub.input);
	unsigned long want_actions = ~0ul, want_steps = ~0ul, rest[2] = {~0ul, ~0ul};
	bool suffices = (actions & needed) == needed;
	sfsistat verdict;

	stub_enter("negotiate", ctx);
	verdict = stub.filter.xxfi_negotiate(
		ctx, actions, steps, 0, 0, &want_actions, &want_steps, &rest[0], &rest[1]);
	leave(ctx);
	if (verdict != (suffices ? SMFIS_CONTINUE : SMFIS_REJECT))
		fuzz_fail("actions 0x%lx: verdict %d", actions, verdict);
	if (!suffices)
		return;
	if ((want_actions & ~actions) != 0 || (want_actions & needed) != needed ||
		(want_actions & ~stub.filter.xxfi_flags) != 0)
		fuzz_fail("actions 0x%lx: 0x%lx", actions, want_actions);
	if ((stub.macros > 0) != ((actions & SMFIF_SETSYMLIST) != 0))
		fuzz_fail("actions 0x%lx: macros are asked for %u times", actions, stub.macros);
	if ((want_steps & ~steps) != 0 || (want_steps & (SMFIP_NOCONNECT | SMFIP_NOHDRS)) != 0)
		fuzz_fail("steps 0x%lx: 0x%lx", steps, want_steps);
	if ((want_steps & SMFIP_NOMAIL) != 0 && stub.macros != SMFIM_LAST + 1)
		fuzz_fail("neither the MAIL step nor its macros");
	if ((rest[0] | rest[1]) != 0)
		fuzz_fail("more than is there");
}

static void do_event(void)
{
	static void (*const steps[])(SMFICTX *) = {
		do_connect, do_header, do_eom, do_abort, do_close, do_negotiate};
	static const int64_t spans_ms[] = {0, 1, 9, 10, 11, 1000, 60000, 3600000};
	unsigned which = input_byte(&stub.input);
	unsigned step = which % 8;

	if (step < sizeof(steps) / sizeof(steps[0])) {
		steps[step](&contexts[which / 8 % CONTEXTS]);
	} else if (step == 6) {
		stub.now_us += spans_ms[which / 8 % 8] * 1000;
	} else {
		conf_now = confs[which / 8 % CONFS];
		filter_set_conf(conf_ref(conf_now));
	}
}

/* Once: the configurations, and the filter's callbacks. */
static void set_up(void)
{
	static const char *const texts[CONFS] = {
		OUR_NETWORKS ", \"10.0.0.0/8\"}\nlookup_timeout = 100\n",
		OUR_NETWORKS "}\nheader = \"X-Client-OS\"\nstrip_forged = false\n"
			     "lookup_timeout = 5\n",
		OUR_NETWORKS "}\nheader = \"X-Client-OS\"\nskip_authenticated = false\n"
			     "stale_after = 60\n",
		[NO_NETWORKS] = "skip_networks = {}\nfields = {\"total_conn\"}\n",
	};
	char error[CONF_ERROR_SIZE];
	char socket[] = "unix:/nowhere";

	for (unsigned i = 0; i < CONFS; i++) {
		confs[i] = conf_parse("conf", texts[i], error);
		if (confs[i] == NULL)
			fuzz_fail("%s", error);
	}
	log_open(LOG_TO_STDERR, LOG_DEBUG);
	if (filter_open_socket(socket) < 0)
		fuzz_fail("the socket is not taken");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (confs[0] == NULL)
		set_up();
	stub_reset(data, size);
	memset(contexts, 0, sizeof(contexts));
	conf_now = confs[0];
	filter_init((void *)&stub, conf_ref(conf_now));
	for (unsigned left = EVENTS_MAX; left > 0 && stub.input.left > 0; left--)
		do_event();
	for (unsigned i = 0; i < CONTEXTS; i++)
		do_close(&contexts[i]);
	if (stub.lookups != 0)
		fuzz_fail("%u lookups are not freed", stub.lookups);
	for (unsigned i = 0; i < CONFS; i++) {
		if (confs[i]->references != (confs[i] == conf_now ? 2 : 1))
			fuzz_fail("configuration %u has %u references", i, confs[i]->references);
	}
	return 0;
}
