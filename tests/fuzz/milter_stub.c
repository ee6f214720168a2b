#include "milter_stub.h"

#include <stdlib.h>
#include <time.h>

struct stub stub;

struct p0f_lookup {
	SMFICTX *ctx;
	bool waited;
};

void stub_reset(const uint8_t *data, size_t size)
{
	stub = (struct stub){
		.input = {data, size},
		.filter = stub.filter,
		.now_us = INT64_C(1764000000) * 1000000,
	};
}

void stub_enter(const char *callback, SMFICTX *ctx)
{
	stub.callback = callback;
	stub.ctx = ctx;
	stub.began_us = stub.now_us;
	stub.starved = false;
	stub.submitted = 0;
	stub.inserted = 0;
	stub.removed = 0;
	stub.refused = 0;
	stub.rejected = 0;
	stub.macros = 0;
}

void stub_leave(void)
{
	stub.callback = NULL;
	stub.ctx = NULL;
}

/* Returns whether this call fails. After the end of the input none does. */
static bool fails(void)
{
	return input_byte(&stub.input) >= 0xf0;
}

static void expect_in(const char *name, const SMFICTX *ctx)
{
	if (stub.callback == NULL || strcmp(stub.callback, name) != 0 || ctx != stub.ctx)
		fuzz_fail("called outside %s of its own session", name);
}

/* The names are the linker's: see ld's --wrap. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* The clocks and memory, for the filter only, not for the code that drives it. */

int __real_clock_gettime(clockid_t clock, struct timespec *to);
int __wrap_clock_gettime(clockid_t clock, struct timespec *to);
int __wrap_clock_gettime(clockid_t clock, struct timespec *to)
{
	if (stub.callback == NULL)
		return __real_clock_gettime(clock, to);
	*to = (struct timespec){stub.now_us / 1000000, stub.now_us % 1000000 * 1000};
	return 0;
}

time_t __real_time(time_t *to);
time_t __wrap_time(time_t *to);
time_t __wrap_time(time_t *to)
{
	return stub.callback == NULL ? __real_time(to) : (time_t)(stub.now_us / 1000000);
}

int __wrap_nanosleep(const struct timespec *span, struct timespec *left);
int __wrap_nanosleep(const struct timespec *span, struct timespec *left)
{
	(void)left;
	if (span->tv_sec != 0 || span->tv_nsec <= 0 || span->tv_nsec > 10000000)
		fuzz_fail("a pause of %lld s and %ld ns", (long long)span->tv_sec, span->tv_nsec);
	stub.now_us += span->tv_nsec / 1000;
	return 0;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	if (stub.callback != NULL && fails()) {
		stub.starved = true;
		return NULL;
	}
	return __real_calloc(count, size);
}

/* p0f's client. */

struct p0f_lookup *__wrap_p0f_client_submit(
	struct p0f_client *client, const struct addr *addr, int timeout_ms);
struct p0f_lookup *__wrap_p0f_client_submit(
	struct p0f_client *client, const struct addr *addr, int timeout_ms)
{
	struct p0f_lookup *lookup;

	if (stub.ctx == NULL || stub.ctx->kind != PEER_ASKED || stub.ctx->final ||
		++stub.submitted > 1)
		fuzz_fail("a lookup that should not be");
	if (client != (void *)&stub || memcmp(addr, &stub.ctx->peer, sizeof(*addr)) != 0 ||
		timeout_ms != stub.ctx->conf->lookup_timeout)
		fuzz_fail("a lookup of another session");
	if (strcmp(stub.callback, "connect") != 0)
		expect_in("eom", stub.ctx);
	if (fails())
		return NULL;
	lookup = malloc(sizeof(*lookup));
	if (lookup == NULL)
		fuzz_fail("out of memory");
	*lookup = (struct p0f_lookup){.ctx = stub.ctx};
	stub.lookups++;
	return lookup;
}

/*
 * Returns whether the answer is about the session's own connection, so that there is nothing to
 * ask again.
 */
static bool is_final(const struct p0f_reply *reply, const struct conf *conf)
{
	return reply->status == P0F_STATUS_OK &&
	       header_stale_age(reply, conf->header.stale_after, stub.now_us / 1000000) == 0;
}

/* Make a reply that differs from all others. */
static void make_reply(struct p0f_reply *reply)
{
	static const int64_t ages[] = {0, 1, 59, 60, 61, 3600, -1, -60};

	*reply = (struct p0f_reply){.status = P0F_STATUS_NO_MATCH};
	if (input_below(&stub.input, 4) == 1)
		return;
	reply->status = P0F_STATUS_OK;
	reply->total_conn = ++stub.replies;
	reply->last_seen = (uint32_t)(stub.now_us / 1000000 - ages[input_below(&stub.input, 8)]);
	reply->os_match_q = (uint8_t)input_below(&stub.input, 4);
	input_take(&stub.input, reply->os_name, input_below(&stub.input, P0F_STRING_SIZE));
}

enum p0f_answer __wrap_p0f_lookup_wait(
	struct p0f_lookup *lookup, int64_t deadline, struct p0f_reply *reply);
enum p0f_answer __wrap_p0f_lookup_wait(
	struct p0f_lookup *lookup, int64_t deadline, struct p0f_reply *reply)
{
	enum p0f_answer answer;
	int64_t took;

	if (lookup == NULL)
		return P0F_DOWN;
	answer = (enum p0f_answer)input_below(&stub.input, P0F_PROTOCOL_ERROR + 1);
	took = (int64_t)input_byte(&stub.input) * 1000;
	expect_in("eom", lookup->ctx);
	if (lookup->waited)
		fuzz_fail("waited for twice");
	lookup->waited = true;
	if (stub.now_us + took > deadline || answer == P0F_TIMEOUT)
		took = deadline - stub.now_us;
	stub.now_us += took > 0 ? took : 0;
	if (answer == P0F_ANSWERED) {
		make_reply(reply);
		stub.ctx->reply = *reply;
		stub.ctx->answered = true;
		stub.ctx->final = is_final(reply, stub.ctx->conf);
	}
	return answer;
}

void __wrap_p0f_lookup_free(struct p0f_lookup *lookup);
void __wrap_p0f_lookup_free(struct p0f_lookup *lookup)
{
	if (lookup != NULL && lookup->ctx != stub.ctx)
		fuzz_fail("the lookup of another session is freed");
	stub.lookups -= lookup != NULL;
	free(lookup);
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* libmilter. */

int smfi_setconn(char *where)
{
	(void)where;
	return MI_SUCCESS;
}

int smfi_register(struct smfiDesc description)
{
	stub.filter = description;
	return MI_SUCCESS;
}

int smfi_setbacklog(int backlog)
{
	(void)backlog;
	return MI_SUCCESS;
}

int smfi_opensocket(bool remove)
{
	(void)remove;
	return MI_SUCCESS;
}

int smfi_main(void)
{
	return MI_SUCCESS;
}

int smfi_stop(void)
{
	return MI_SUCCESS;
}

void *smfi_getpriv(SMFICTX *ctx)
{
	return ctx->private;
}

int smfi_setpriv(SMFICTX *ctx, void *private)
{
	if (private != NULL && fails()) {
		stub.starved = true;
		return MI_FAILURE;
	}
	ctx->private = private;
	return MI_SUCCESS;
}

char *smfi_getsymval(SMFICTX *ctx, char *name)
{
	expect_in("eom", ctx);
	if (strcmp(name, "{auth_authen}") == 0)
		return (char *)ctx->login;
	if (strcmp(name, "i") != 0)
		fuzz_fail("macro %s", name);
	return fails() ? NULL : "4WxYz1";
}

int smfi_setsymlist(SMFICTX *ctx, int step, char *macros)
{
	expect_in("negotiate", ctx);
	if (step < SMFIM_FIRST || step > SMFIM_LAST || macros == NULL)
		fuzz_fail("the macros of step %d", step);
	stub.macros++;
	return fails() ? MI_FAILURE : MI_SUCCESS;
}

static int refuse(void)
{
	if (!fails())
		return MI_SUCCESS;
	stub.refused++;
	return MI_FAILURE;
}

int smfi_chgheader(SMFICTX *ctx, char *name, int index, char *value)
{
	expect_in("eom", ctx);
	if (value != NULL || strcmp(name, ctx->conf->header_name) != 0)
		fuzz_fail("%s is changed", name);
	if (stub.inserted > 0)
		fuzz_fail("a copy is deleted after our header was inserted");
	if (index != (int)(ctx->copies - stub.removed))
		fuzz_fail("copy %d is deleted, as number %u of %u", index, stub.removed + 1,
			ctx->copies);
	stub.removed++;
	return refuse();
}

int smfi_insheader(SMFICTX *ctx, int index, char *name, char *value)
{
	expect_in("eom", ctx);
	if (index != 0 || strcmp(name, ctx->conf->header_name) != 0 ||
		strlen(value) >= sizeof(stub.value))
		fuzz_fail("%s is inserted at %d", name, index);
	strcpy(stub.value, value);
	stub.inserted++;
	return refuse();
}

int smfi_setreply(SMFICTX *ctx, char *code, char *extended, char *text)
{
	expect_in("eom", ctx);
	if (strcmp(code, "550") != 0 || strcmp(extended, "5.7.1") != 0 || text == NULL)
		fuzz_fail("reply %s %s", code, extended);
	stub.rejected++;
	return fails() ? MI_FAILURE : MI_SUCCESS;
}
