/*
 * For diagnosis: everything that each p0f knows about one address, for people or as JSON. It asks
 * as the filter does, with its own p0f_client for each p0f.
 */
#include "query.h"

#include "daemon.h"
#include "endpoint.h"
#include "log.h"
#include "match.h"
#include "mono.h"
#include "p0f_client.h"
#include "policy.h"
#include "printable.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#define EXIT_KNOWN   0
#define EXIT_UNKNOWN 1

/* How long to wait for a reply that is due before the connection to p0f is closed. */
#define DRAIN_MS 3000

#define MINUTE INT64_C(60)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const char *const answer_names[] = {
	[P0F_ANSWERED] = "answered",
	[P0F_TIMEOUT] = "timeout",
	[P0F_DOWN] = "down",
	[P0F_PROTOCOL_ERROR] = "protocol error",
};

/* One p0f's answer. */
struct p0f_result {
	const char *endpoint;
	enum p0f_answer answer;
	struct p0f_reply reply;
};

static enum p0f_answer ask(
	struct p0f_client *client, const struct addr *addr, int timeout_ms, struct p0f_reply *reply)
{
	int64_t deadline = mono_us() + (int64_t)timeout_ms * 1000;
	struct p0f_lookup *lookup = p0f_client_submit(client, addr, timeout_ms);
	enum p0f_answer answer = p0f_lookup_wait(lookup, deadline, reply);

	p0f_lookup_free(lookup);
	return answer;
}

/*
 * Ask the p0f at result's endpoint. Returns false, with a message in the log, when resources for
 * that run out.
 */
static bool ask_one(struct p0f_result *result, const struct conf *conf, const struct addr *addr)
{
	char *endpoint = (char *)result->endpoint;
	struct p0f_client *client = p0f_client_new();

	if (client == NULL || p0f_client_set_endpoints(client, &endpoint, 1) < 0) {
		log_err("cannot start the p0f client");
		return false;
	}
	result->answer = ask(client, addr, conf->lookup_timeout, &result->reply);
	p0f_client_stop(client, DRAIN_MS);
	p0f_client_free(client);
	return true;
}

/* Returns the reply that the filter would take, or NULL when no p0f has answered. */
static const struct p0f_reply *best_reply(const struct p0f_result *results, size_t count)
{
	const struct p0f_reply *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct p0f_reply *reply = &results[i].reply;

		if (results[i].answer == P0F_ANSWERED &&
			(best == NULL || p0f_reply_is_better(reply, best)))
			best = reply;
	}
	return best;
}

static void __attribute__((format(printf, 2, 3)))
print_field(const char *name, const char *format, ...)
{
	va_list arguments;

	printf("  %-11s  ", name);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

static void print_string(const char *name, const char *string)
{
	char text[P0F_STRING_SIZE];

	print_field(name, "%s",
		string[0] != '\0' ? printable_copy(text, sizeof(text), string) : "not known");
}

/* Write a number of seconds in the largest unit that leaves two digits or so. */
static void format_span(char *text, size_t size, int64_t seconds)
{
	if (seconds < 2 * MINUTE)
		snprintf(text, size, "%" PRId64 " s", seconds);
	else if (seconds < 2 * HOUR)
		snprintf(text, size, "%" PRId64 " min", seconds / MINUTE);
	else if (seconds < 2 * DAY)
		snprintf(text, size, "%" PRId64 " h", seconds / HOUR);
	else
		snprintf(text, size, "%" PRId64 " days", seconds / DAY);
}

/* Print a Unix time, how long ago that was, and a note. */
static void print_time(const char *name, uint32_t then, int64_t now, const char *note)
{
	time_t seconds = then;
	struct tm local;
	char date[64] = "?", span[32];

	if (then == 0) {
		print_field(name, "never");
		return;
	}
	if (localtime_r(&seconds, &local) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S %z", &local);
	format_span(span, sizeof(span), now > seconds ? now - seconds : 0);
	print_field(name, "%s, %s ago%s", date, span, note);
}

static void print_uptime(const struct p0f_reply *reply)
{
	char span[32];

	if (reply->uptime_min == 0) {
		print_field("uptime_min", "not known");
		return;
	}
	format_span(span, sizeof(span), reply->uptime_min * MINUTE);
	print_field("uptime_min",
		"%" PRIu32 " (%s; the clock that it is read from wraps every %" PRIu32 " days)",
		reply->uptime_min, span, reply->up_mod_days);
}

static void print_match(const struct p0f_reply *reply)
{
	static const char *const notes[MATCH_COUNT] = {
		[MATCH_NORMAL] = "",
		[MATCH_FUZZY] = ": TTL or DF differs from the signature's",
		[MATCH_GENERIC] = ": a signature that many systems share",
		[MATCH_FUZZY_GENERIC] = "",
	};
	enum match match = match_of(reply);

	if (match == MATCH_NONE)
		print_field("os_match_q", "no signature matches");
	else
		print_field("os_match_q", "%d (%s%s)", reply->os_match_q, match_name(match),
			notes[match]);
}

static void print_distance(const struct p0f_reply *reply)
{
	if (reply->distance < 0)
		print_field("distance", "not known");
	else
		print_field("distance", "%d hops", reply->distance);
}

static void print_host(const struct conf *conf, const struct p0f_reply *reply, int64_t now)
{
	static const char *const bad_sw_names[] = {
		"0 (no false User-Agent or Server seen)",
		"1 (User-Agent or Server names another OS: a proxy, perhaps)",
		"2 (User-Agent or Server is not what it says)",
	};
	bool stale = header_stale_age(reply, conf->header.stale_after, now) != 0;
	const char *connections = reply->total_conn == 1 ? "connection" : "connections";

	print_string("os_name", reply->os_name);
	print_string("os_flavor", reply->os_flavor);
	print_match(reply);
	print_distance(reply);
	print_string("link_type", reply->link_type);
	print_uptime(reply);
	print_time("first_seen", reply->first_seen, now, "");
	print_time("last_seen", reply->last_seen, now, stale ? " (stale: over stale_after)" : "");
	print_field("total_conn", "%" PRIu32 " %s", reply->total_conn, connections);
	print_time("last_nat", reply->last_nat, now, " (several hosts share the address)");
	print_time("last_chg", reply->last_chg, now, " (the OS has changed)");
	print_field("bad_sw", "%s", reply->bad_sw <= 2 ? bad_sw_names[reply->bad_sw] : "not known");
	print_string("http_name", reply->http_name);
	print_string("http_flavor", reply->http_flavor);
	print_string("language", reply->language);
}

/* Print what to do about a host that no signature fits, or only a generic one. */
static void print_advice(enum match match)
{
	if (match != MATCH_NONE && match != MATCH_GENERIC && match != MATCH_FUZZY_GENERIC)
		return;
	if (match == MATCH_NONE)
		puts("  No signature of this p0f fits the host. What helps:");
	else
		puts("  A generic signature names no version of the system. What helps:");
	puts("  - p0f's own signatures are old: let it read the file that p0f-milter-fp writes, "
	     "and\n"
	     "    keep p0f-milter up to date\n"
	     "  - p0f's log (p0f -o FILE) has what the host sent: \"p0f-milter-unknown FILE\" "
	     "prints\n"
	     "    a signature for it, which goes to /etc/p0f/local.fp with a label of yours");
}

static void print_unseen(void)
{
	puts("  This p0f has not seen the host. When it has connected just now, the usual causes "
	     "are:\n"
	     "  - p0f's filter leaves the connection out: tcp port 25, IPv4 and IPv6, must be in "
	     "it\n"
	     "  - p0f listens on another interface than the one that the connection came in by "
	     "(-i)\n"
	     "  - a proxy, a load balancer or NAT stands in front: p0f has to run there, and sees\n"
	     "    the proxy's address here\n"
	     "  - p0f was started after the connection was made, or has forgotten the host (-m, "
	     "-t)");
}

static void print_text(const struct conf *conf, const struct p0f_result *results, int64_t now)
{
	for (size_t i = 0; i < conf->p0f_count; i++) {
		const struct p0f_reply *reply = &results[i].reply;

		printf("p0f at %s: %s\n", results[i].endpoint, answer_names[results[i].answer]);
		if (results[i].answer != P0F_ANSWERED)
			continue;
		if (reply->status == P0F_STATUS_OK) {
			print_host(conf, reply, now);
			print_advice(match_of(reply));
		} else {
			print_unseen();
		}
	}
}

/* Print why mail from the address gets no header after all. */
static void explain_policy(const struct conf *conf, const struct addr *addr, enum policy policy)
{
	char text[ADDR_TEXT_SIZE];

	if (policy != POLICY_LOOKUP)
		fprintf(stderr, "p0f-milter: mail from %s gets no %s: it is in %s_networks\n",
			addr_format(addr, text), conf->header_name,
			policy == POLICY_TRUSTED ? "trusted" : "skip");
}

/* A value that p0f does not know is null. */
static json_t *json_known(uint32_t number)
{
	return number != 0 ? json_integer(number) : json_null();
}

static json_t *json_text(const char *string)
{
	char text[P0F_STRING_SIZE];

	if (string[0] == '\0')
		return json_null();
	return json_string(printable_copy(text, sizeof(text), string));
}

/* JSON is UTF-8, but a path may have any bytes: then it is made printable. */
static json_t *json_endpoint(const char *endpoint)
{
	char text[ENDPOINT_TEXT_SIZE + 16]; /* "inet6:65535@" and the host */
	json_t *json = json_string(endpoint);

	return json != NULL ? json : json_string(printable_copy(text, sizeof(text), endpoint));
}

/* Add a member. When memory runs out, or ran out for value, *object is freed and set to NULL. */
static void put(json_t **object, const char *name, json_t *value)
{
	if (json_object_set_new(*object, name, value) == 0)
		return;
	json_decref(*object);
	*object = NULL;
}

static void put_host(json_t **object, const struct p0f_reply *reply)
{
	put(object, "os_name", json_text(reply->os_name));
	put(object, "os_flavor", json_text(reply->os_flavor));
	put(object, "os_match_q", json_integer(reply->os_match_q));
	put(object, "distance", reply->distance >= 0 ? json_integer(reply->distance) : json_null());
	put(object, "link_type", json_text(reply->link_type));
	put(object, "uptime_min", json_known(reply->uptime_min));
	put(object, "up_mod_days", json_known(reply->up_mod_days));
	put(object, "first_seen", json_known(reply->first_seen));
	put(object, "last_seen", json_known(reply->last_seen));
	put(object, "total_conn", json_integer(reply->total_conn));
	put(object, "last_nat", json_known(reply->last_nat));
	put(object, "last_chg", json_known(reply->last_chg));
	put(object, "bad_sw", json_integer(reply->bad_sw));
	put(object, "http_name", json_text(reply->http_name));
	put(object, "http_flavor", json_text(reply->http_flavor));
	put(object, "language", json_text(reply->language));
}

/* Returns NULL when memory runs out. */
static json_t *json_result(const struct p0f_result *result)
{
	const struct p0f_reply *reply = &result->reply;
	bool seen = reply->status == P0F_STATUS_OK;
	json_t *object = json_object();

	put(&object, "endpoint", json_endpoint(result->endpoint));
	put(&object, "answer", json_string(answer_names[result->answer]));
	if (result->answer != P0F_ANSWERED)
		return object;
	put(&object, "status", json_string(seen ? "ok" : "no match"));
	if (seen)
		put_host(&object, reply);
	return object;
}

/* Returns NULL when memory runs out. */
static json_t *json_results(const struct conf *conf, const struct p0f_result *results)
{
	json_t *list = json_array();

	for (size_t i = 0; i < conf->p0f_count; i++) {
		if (json_array_append_new(list, json_result(&results[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* value is the header's, or NULL. Returns false when memory runs out. */
static bool print_json(const struct conf *conf, const struct p0f_result *results,
	const struct addr *addr, enum policy policy, const char *value)
{
	char text[ADDR_TEXT_SIZE];
	json_t *object = json_object();
	char *json;

	put(&object, "address", json_string(addr_format(addr, text)));
	put(&object, "policy", json_string(policy_name(policy)));
	put(&object, "p0f", json_results(conf, results));
	put(&object, "header_name", json_string(conf->header_name));
	put(&object, "header_value", value != NULL ? json_string(value) : json_null());
	json = object != NULL ? json_dumps(object, JSON_INDENT(2)) : NULL;
	if (json != NULL)
		puts(json);
	free(json);
	json_decref(object);
	return json != NULL;
}

/* Print the results. Returns the exit code. */
static int report(const struct conf *conf, const struct p0f_result *results,
	const struct addr *addr, bool json)
{
	enum policy policy = policy_at_connect(addr, &conf->trusted_networks, &conf->skip_networks);
	const struct p0f_reply *best = best_reply(results, conf->p0f_count);
	char value[HEADER_VALUE_SIZE];
	int64_t now = time(NULL);

	if (best != NULL)
		header_format(value, &conf->header, best, now);
	if (json) {
		if (best != NULL)
			header_unfold(value);
		if (!print_json(conf, results, addr, policy, best != NULL ? value : NULL)) {
			log_errx("out of memory");
			return EX_OSERR;
		}
	} else {
		print_text(conf, results, now);
		explain_policy(conf, addr, policy);
		if (best != NULL)
			printf("%s: %s\n", conf->header_name, value);
	}
	if (best == NULL)
		return EX_UNAVAILABLE;
	return best->os_name[0] != '\0' ? EXIT_KNOWN : EXIT_UNKNOWN;
}

int query_run(const struct conf *conf, const struct addr *addr, bool json)
{
	struct p0f_result *results = calloc(conf->p0f_count, sizeof(*results));
	int code = EX_OSERR;
	size_t asked = 0;

	if (results == NULL) {
		log_errx("out of memory");
		return EX_OSERR;
	}
	for (; asked < conf->p0f_count && !daemon_stop_is_pending(); asked++) {
		results[asked].endpoint = conf->p0f[asked];
		if (!ask_one(&results[asked], conf, addr))
			break;
	}
	if (asked == conf->p0f_count)
		code = report(conf, results, addr, json);
	free(results);
	return code;
}
