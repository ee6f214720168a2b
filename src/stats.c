/*
 * Counters, and their form as Prometheus's text. Each is a separate atomic, so a file may have a
 * message in one counter and not yet in another.
 */
#include "stats.h"

#include "match.h"
#include "printable.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

/* Operating systems that are counted by name. The rest, and any of that name, are OTHER. */
#define OS_MAX 64
#define OTHER  "other"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static _Atomic uint64_t counters[STATS_COUNTERS];

static const char *const families[] = {"ipv4", "ipv6"};

/* Headers inserted, by what they say of the match. */
static _Atomic uint64_t matches[MATCH_COUNT][LENGTH(families)];

/* The upper bounds of the histograms' buckets, in us; one more bucket has no bound. */
static const int64_t bounds[] = {25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000,
	100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};

static struct {
	_Atomic uint64_t buckets[LENGTH(bounds) + 1];
	_Atomic uint64_t sum; /* us */
} histograms[STATS_HISTOGRAMS];

/*
 * Names are never changed once added: a reader that has loaded known may read that many
 * without the lock.
 */
static struct {
	pthread_mutex_t lock; /* taken to add a name */
	_Atomic size_t known;
	char names[OS_MAX][P0F_STRING_SIZE];
	_Atomic uint64_t counts[OS_MAX];
	_Atomic uint64_t other;
} os = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void add(_Atomic uint64_t *number, uint64_t more)
{
	atomic_fetch_add_explicit(number, more, memory_order_relaxed);
}

static unsigned long long get(_Atomic uint64_t *number)
{
	return atomic_load_explicit(number, memory_order_relaxed);
}

void stats_count(enum stats_counter counter)
{
	add(&counters[counter], 1);
}

void stats_observe(enum stats_histogram histogram, int64_t us)
{
	size_t bucket = 0;

	while (bucket < LENGTH(bounds) && us > bounds[bucket])
		bucket++;
	add(&histograms[histogram].buckets[bucket], 1);
	add(&histograms[histogram].sum, us > 0 ? (uint64_t)us : 0);
}

/* Returns the index of a name, or known when it is not among the first known ones. */
static size_t find_os(const char *name, size_t known)
{
	size_t at = 0;

	while (at < known && strcmp(os.names[at], name) != 0)
		at++;
	return at;
}

/* The same, but adds a new name. Returns OS_MAX when there is no room for it. */
static size_t find_or_add_os(const char *name)
{
	size_t known = atomic_load_explicit(&os.known, memory_order_acquire);
	size_t at = find_os(name, known);

	if (at < known || known == OS_MAX)
		return at;
	pthread_mutex_lock(&os.lock);
	known = atomic_load_explicit(&os.known, memory_order_relaxed);
	at = find_os(name, known);
	if (at == known && known < OS_MAX) {
		memcpy(os.names[at], name, strlen(name) + 1);
		atomic_store_explicit(&os.known, known + 1, memory_order_release);
	}
	pthread_mutex_unlock(&os.lock);
	return at;
}

static void count_os(const char *os_name)
{
	char name[P0F_STRING_SIZE];
	size_t at = OS_MAX;

	printable_copy(name, sizeof(name), os_name);
	if (strcmp(name, OTHER) != 0)
		at = find_or_add_os(name);
	add(at < OS_MAX ? &os.counts[at] : &os.other, 1);
}

void stats_count_header(const struct p0f_reply *reply, const struct addr *peer)
{
	stats_count(STATS_INSERTED);
	add(&matches[match_of(reply)][peer->version == 6 ? 1 : 0], 1);
	if (reply->status == P0F_STATUS_OK && reply->os_name[0] != '\0')
		count_os(reply->os_name);
}

static void print_head(FILE *to, const char *name, const char *type, const char *help)
{
	fprintf(to, "# HELP p0f_milter_%s %s\n# TYPE p0f_milter_%s %s\n", name, help, name, type);
}

/* A row without a name belongs to the metric above it. */
static const struct {
	enum stats_counter counter;
	const char *name;
	const char *help;
	const char *labels;
} rows[] = {
	{STATS_SESSIONS, "sessions_total", "SMTP sessions that the MTA has announced.", ""},
	{STATS_MESSAGES, "messages_total", "Messages that reached their end.", ""},
	{STATS_NO_ADDRESS, "messages_skipped_total", "Messages that p0f was not asked about.",
		"{reason=\"no_address\"}"},
	{STATS_TRUSTED, NULL, NULL, "{reason=\"trusted\"}"},
	{STATS_SKIPPED, NULL, NULL, "{reason=\"skipped\"}"},
	{STATS_AUTHENTICATED, NULL, NULL, "{reason=\"authenticated\"}"},
	{STATS_REJECTED, "messages_rejected_total",
		"Messages rejected for more than 1000 copies of the header.", ""},
	{STATS_REMOVED, "forged_headers_removed_total",
		"Copies of the header that came with messages, and were deleted.", ""},
	{STATS_INSERTED, "headers_inserted_total", "Headers inserted.", ""},
	{STATS_FOUND, "lookups_total", "Lookups of addresses, by what p0f said.",
		"{result=\"found\"}"},
	{STATS_NO_OS, NULL, NULL, "{result=\"no_os\"}"},
	{STATS_UNSEEN, NULL, NULL, "{result=\"unseen\"}"},
	{STATS_STALE, NULL, NULL, "{result=\"stale\"}"},
	{STATS_TIMEOUT, NULL, NULL, "{result=\"timeout\"}"},
	{STATS_DOWN, NULL, NULL, "{result=\"down\"}"},
	{STATS_PROTOCOL_ERROR, NULL, NULL, "{result=\"protocol_error\"}"},
	{STATS_ABANDONED, NULL, NULL, "{result=\"abandoned\"}"},
	{STATS_RELOADED, "reloads_total", "Reloads of the configuration.", "{result=\"success\"}"},
	{STATS_NOT_RELOADED, NULL, NULL, "{result=\"failure\"}"},
};

static void print_counters(FILE *to)
{
	const char *name = rows[0].name;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (rows[i].name != NULL) {
			name = rows[i].name;
			print_head(to, name, "counter", rows[i].help);
		}
		fprintf(to, "p0f_milter_%s%s %llu\n", name, rows[i].labels,
			get(&counters[rows[i].counter]));
	}
}

static void print_matches(FILE *to)
{
	print_head(to, "match_total", "counter",
		"Headers inserted, by what they say of the match, and by the client's address "
		"family.");
	for (enum match match = 0; match < MATCH_COUNT; match++) {
		for (size_t family = 0; family < LENGTH(families); family++)
			fprintf(to, "p0f_milter_match_total{family=\"%s\",match=\"%s\"} %llu\n",
				families[family], match_name(match), get(&matches[match][family]));
	}
}

static void print_labelled(
	FILE *to, const char *name, const char *label, const char *text, unsigned long long value)
{
	char quoted[2 * STATS_ENDPOINT_SIZE];

	fprintf(to, "p0f_milter_%s{%s=\"%s\"} %llu\n", name, label,
		printable_quote(quoted, sizeof(quoted), text), value);
}

static void print_os(FILE *to)
{
	size_t known = atomic_load_explicit(&os.known, memory_order_acquire);

	print_head(to, "os_total", "counter", "Headers inserted that name an OS, by its name.");
	for (size_t i = 0; i < known; i++)
		print_labelled(to, "os_total", "os", os.names[i], get(&os.counts[i]));
	print_labelled(to, "os_total", "os", OTHER, get(&os.other));
}

static void print_histogram(
	FILE *to, enum stats_histogram histogram, const char *name, const char *help)
{
	unsigned long long count = 0;

	print_head(to, name, "histogram", help);
	for (size_t i = 0; i < LENGTH(bounds); i++) {
		count += get(&histograms[histogram].buckets[i]);
		fprintf(to, "p0f_milter_%s_bucket{le=\"%g\"} %llu\n", name, (double)bounds[i] / 1e6,
			count);
	}
	count += get(&histograms[histogram].buckets[LENGTH(bounds)]);
	fprintf(to,
		"p0f_milter_%s_bucket{le=\"+Inf\"} %llu\np0f_milter_%s_sum %.6f\n"
		"p0f_milter_%s_count %llu\n",
		name, count, name, (double)get(&histograms[histogram].sum) / 1e6, name, count);
}

static void print_p0fs(FILE *to, const struct stats_p0f *p0fs, size_t count)
{
	print_head(to, "p0f_up", "gauge", "1: p0f is connected, and no answer of it is overdue.");
	for (size_t i = 0; i < count; i++)
		print_labelled(to, "p0f_up", "endpoint", p0fs[i].endpoint, p0fs[i].up);
	print_head(to, "p0f_reconnects_total", "counter", "Connections to p0f after the first.");
	for (size_t i = 0; i < count; i++)
		print_labelled(to, "p0f_reconnects_total", "endpoint", p0fs[i].endpoint,
			p0fs[i].reconnects);
	print_head(to, "p0f_queries_in_flight", "gauge", "Queries that p0f has not answered yet.");
	for (size_t i = 0; i < count; i++)
		print_labelled(to, "p0f_queries_in_flight", "endpoint", p0fs[i].endpoint,
			p0fs[i].in_flight);
	print_head(to, "p0f_queries_waiting", "gauge", "Queries that wait to be sent to p0f.");
	for (size_t i = 0; i < count; i++)
		print_labelled(
			to, "p0f_queries_waiting", "endpoint", p0fs[i].endpoint, p0fs[i].waiting);
}

void stats_print(FILE *to, time_t started, const struct stats_p0f *p0fs, size_t count)
{
	print_head(to, "build_info", "gauge", "1, with the version that runs.");
	print_labelled(to, "build_info", "version", VERSION, 1);
	print_head(to, "start_time_seconds", "gauge", "When the filter was started (Unix time).");
	fprintf(to, "p0f_milter_start_time_seconds %lld\n", (long long)started);
	print_counters(to);
	print_matches(to);
	print_os(to);
	print_histogram(to, STATS_LOOKUP_TIME, "lookup_duration_seconds",
		"From a lookup's start to p0f's answer, if there was one.");
	print_histogram(to, STATS_EOM_TIME, "eom_wait_seconds",
		"How long the MTA waited for the filter at the end of a message.");
	print_p0fs(to, p0fs, count);
}
