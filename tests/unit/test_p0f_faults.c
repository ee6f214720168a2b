/*
 * p0f_client and a p0f that is not there, dies, comes back, or says nothing. What is
 * special to TCP is in test_p0f_tcp.c.
 */
#include "capture.h"
#include "log.h"
#include "mono.h"
#include "p0f_bench.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_absent(struct fake_p0f *fake)
{
	unlink(fake_p0f_name(fake));
}

static void make_plain_file(struct fake_p0f *fake)
{
	int fd;

	unlink(fake_p0f_name(fake));
	fd = open(fake_p0f_name(fake), O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	close(fd);
}

/* What a process that was killed leaves behind. */
static void make_refused(struct fake_p0f *fake)
{
	(void)fake;
}

/* A lookup fails at once; when p0f has been started, the next ones are answered. */
static void test_nobody_listens(void **state)
{
	static const struct {
		const char *label;
		enum fake_kind kind;
		void (*make)(struct fake_p0f *);
		const char *why; /* in the log */
	} rows[] = {
		{"absent", FAKE_UNIX, make_absent, "cannot connect: No such file"},
		{"plain file", FAKE_UNIX, make_plain_file, "cannot connect: Connection refused"},
		{"refused", FAKE_UNIX, make_refused, "cannot connect: Connection refused"},
		{"refused, TCP", FAKE_TCP, make_refused, "cannot connect: Connection refused"},
	};
	struct bench *bench = *state;
	struct p0f_reply reply;
	struct fake_p0f *fake;
	enum p0f_answer answer;
	const char *text;
	int64_t start;
	int64_t took;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].label);
		fake = bench_fake(bench, rows[i].kind);
		fake_p0f_listen(fake, false);
		rows[i].make(fake);
		log_open(LOG_TO_STDERR, LOG_INFO);
		capture_start();
		bench->client = p0f_client_new();
		bench_set(bench, fake_p0f_name(fake), NULL);
		start = mono_us();
		answer = bench_ask(bench, 1, BENCH_LONG_MS, &reply);
		took = mono_us() - start;
		text = capture_stop();
		log_open(LOG_TO_STDERR, LOG_EMERG);
		assert_int_equal(answer, P0F_DOWN);
		assert_true(took < BENCH_LONG_MS * 1000 / 2);
		assert_int_equal(bench_count(text, rows[i].why), 1);
		assert_int_equal(bench_count(text, "\n"), 1);
		fake_p0f_listen(fake, true);
		bench_ask_until_own(bench, 2);
		assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
		bench_end_client(bench);
	}
}

static void test_no_permission(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_fake(bench, FAKE_UNIX);
	uid_t uid = geteuid();
	enum p0f_answer answer;
	struct p0f_reply reply;

	/* root may do everything, so become somebody else for a while */
	if (uid == 0)
		assert_int_equal(seteuid(65534), 0);
	else
		assert_int_equal(chmod(fake_p0f_name(fake), 0), 0);
	bench_client(bench);
	answer = bench_ask(bench, 1, BENCH_LONG_MS, &reply);
	if (uid == 0)
		assert_int_equal(seteuid(0), 0);
	else
		assert_int_equal(chmod(fake_p0f_name(fake), 0600), 0);
	assert_int_equal(answer, P0F_DOWN);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 0);
	bench_ask_until_own(bench, 2);
}

/* The least time between two attempts that queries may hurry. */
#define HURRY_US 2000

/* Queries hurry the attempts to connect, but do not make one each. */
static void test_attempts_where_nobody_listens(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_fake(bench, FAKE_UNIX);
	struct p0f_reply reply;
	const char *text;
	int64_t start;
	int64_t since;
	int64_t took;
	unsigned attempts;

	fake_p0f_listen(fake, false);
	log_open(LOG_TO_STDERR, LOG_DEBUG);
	capture_start();
	start = mono_us();
	bench_client(bench);
	/* however slow the machine is, the third round at the latest hurries an attempt */
	for (int i = 0; i < 4; i++) {
		since = mono_us();
		do
			bench_ask(bench, 1, BENCH_LONG_MS, &reply);
		while (mono_us() - since < HURRY_US);
	}
	bench_end_client(bench);
	took = mono_us() - start;
	text = capture_stop();
	attempts = bench_count(text, "cannot connect");
	/* the timer alone makes one at the start, and the next one after 100 ms */
	assert_in_range(attempts, 2, took / HURRY_US + 1);
}

/* The same with a p0f that answers once on each connection. */
static void answer_and_hang_up(void *context, const struct addr *asked, struct fake_send *out)
{
	(void)context;
	(void)asked;
	out->hang_up = true;
}

static void test_attempts_where_connections_end(void **state)
{
	struct bench *bench = *state;
	int64_t start = mono_us();
	struct fake_p0f *fake = bench_start(bench, 1);
	struct p0f_reply reply;

	fake_p0f_set_script(fake, answer_and_hang_up, NULL);
	while (mono_us() - start < 50 * HURRY_US)
		bench_ask(bench, 1, BENCH_LONG_MS, &reply);
	fake_p0f_sync(fake);
	assert_in_range(fake_p0f_count(fake, FAKE_CONNECTS), 2, (mono_us() - start) / HURRY_US + 1);
}

/* One line for each change of state, however many lookups there are. */
static void test_log_tells_changes_only(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	struct p0f_reply reply;
	const char *text;

	bench_ask_own(bench, 1);
	log_open(LOG_TO_STDERR, LOG_INFO);
	capture_start();
	fake_p0f_listen(fake, false);
	for (int64_t start = mono_us(); mono_us() - start < 10 * HURRY_US;)
		bench_ask(bench, 2, BENCH_LONG_MS, &reply);
	fake_p0f_listen(fake, true);
	bench_ask_until_own(bench, 3);
	fake_p0f_release(fake, 0);
	for (unsigned n = 0; n < 5; n++)
		bench_ask(bench, n, 5, &reply);
	fake_p0f_release(fake, FAKE_ALL);
	fake_p0f_sync(fake);
	bench_ask(bench, 3, BENCH_LONG_MS, &reply);
	text = capture_stop();
	log_open(LOG_TO_STDERR, LOG_EMERG);
	assert_int_equal(bench_count(text, "connection lost: closed by p0f"), 1);
	assert_int_equal(bench_count(text, ": connected"), 1);
	assert_int_equal(bench_count(text, "does not answer"), 1);
	assert_int_equal(bench_count(text, "answers again"), 1);
	assert_int_equal(bench_count(text, "\n"), 4);
}

static void test_p0f_dies_with_queries_in_flight(void **state)
{
	enum { ALL = P0F_CONN_WINDOW + 4 }; /* and some that are not sent yet */
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	struct p0f_lookup *lookups[ALL];
	struct p0f_reply reply;

	fake_p0f_release(fake, 0);
	for (unsigned n = 0; n < ALL; n++)
		lookups[n] = bench_submit(bench, n, BENCH_LONG_MS);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, P0F_CONN_WINDOW));
	fake_p0f_release(fake, 3);
	fake_p0f_sync(fake);
	fake_p0f_listen(fake, false);
	for (unsigned n = 0; n < 3; n++)
		bench_expect_own(lookups[n], n);
	for (unsigned n = 3; n < ALL; n++)
		assert_int_equal(bench_wait(lookups[n], BENCH_LONG_MS, &reply), P0F_DOWN);
	fake_p0f_release(fake, FAKE_ALL);
	fake_p0f_listen(fake, true);
	bench_ask_until_own(bench, 100);
	for (unsigned n = 200; n < 250; n++)
		bench_ask_own(bench, n);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 2);
}

/* What restarts under load are tested with. */
struct load {
	struct bench *bench;
	_Atomic bool enough;
	_Atomic unsigned next;
	_Atomic unsigned wrong;
	_Atomic unsigned own;
};

static void *ask_all_the_time(void *argument)
{
	struct load *load = argument;
	struct p0f_reply reply;
	enum p0f_answer answer;
	unsigned n;

	while (!load->enough) {
		n = load->next++;
		answer = bench_ask(load->bench, n, BENCH_LONG_MS, &reply);
		if (answer == P0F_ANSWERED && bench_is_own(&reply, n))
			load->own++;
		else if (answer != P0F_DOWN)
			load->wrong++;
	}
	return NULL;
}

static void test_restarts_under_load(void **state)
{
	enum { RESTARTS = 50, THREADS = 4 };
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	struct load load = {.bench = bench};
	pthread_t threads[THREADS];
	bool going = true;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, ask_all_the_time, &load);
	for (int i = 0; i < RESTARTS && going; i++) {
		going = fake_p0f_wait(fake, FAKE_ANSWERS, fake_p0f_count(fake, FAKE_ANSWERS) + 20);
		fake_p0f_listen(fake, false);
		fake_p0f_listen(fake, true);
	}
	load.enough = true;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_true(going);
	assert_int_equal(load.wrong, 0);
	assert_true(load.own > RESTARTS);
	bench_ask_until_own(bench, 1);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1 + RESTARTS);
}

/* p0f is busy, or stopped. Each lookup that was sent keeps its place for the late reply. */
static void test_silence_and_late_replies(void **state)
{
	enum { SENT = 5, TIMEOUT_MS = 50 };
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	struct p0f_lookup *lookups[SENT];
	struct p0f_reply reply;
	int64_t start;

	bench_ask_own(bench, 100);
	fake_p0f_release(fake, 0);
	start = mono_us();
	/* the last one has patience: it is the oldest that counts */
	for (unsigned n = 0; n < SENT; n++)
		lookups[n] = bench_submit(bench, n, n + 1 < SENT ? TIMEOUT_MS : BENCH_LONG_MS);
	for (unsigned n = 0; n < SENT; n++)
		assert_int_equal(bench_wait(lookups[n], TIMEOUT_MS, &reply), P0F_TIMEOUT);
	assert_in_range(mono_us() - start, TIMEOUT_MS * 1000, 20 * TIMEOUT_MS * 1000);
	/* the next ones need not wait for what is known, nor are they sent */
	start = mono_us();
	assert_int_equal(bench_ask(bench, 6, BENCH_LONG_MS, &reply), P0F_TIMEOUT);
	assert_true(mono_us() - start < BENCH_LONG_MS * 1000 / 2);
	/* some late replies do not make up for those still due */
	fake_p0f_release(fake, 2);
	fake_p0f_sync(fake);
	assert_int_equal(bench_ask(bench, 7, BENCH_LONG_MS, &reply), P0F_TIMEOUT);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 1 + SENT);
	fake_p0f_release(fake, FAKE_ALL);
	fake_p0f_sync(fake);
	for (unsigned n = 200; n < 240; n++)
		bench_ask_own(bench, n);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 1 + SENT + 40);
}

/* A lookup that is given up while p0f is not over its time yet does not make p0f silent. */
static void test_impatience_is_not_silence(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	struct p0f_lookup *lookup;
	struct p0f_reply reply;

	bench_ask_own(bench, 100);
	fake_p0f_release(fake, 0);
	lookup = bench_submit(bench, 1, BENCH_LONG_MS);
	assert_int_equal(bench_wait(lookup, 1, &reply), P0F_TIMEOUT);
	lookup = bench_submit(bench, 2, BENCH_LONG_MS);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, 3));
	fake_p0f_release(fake, FAKE_ALL);
	bench_expect_own(lookup, 2);
}

static void test_back_off_from_a_flapping_p0f(void **state)
{
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 1);
	struct load load = {.bench = bench};
	pthread_t thread;

	/* a query that is lost is no reason to hurry either */
	fake_p0f_release(fake, 0);
	pthread_create(&thread, NULL, ask_all_the_time, &load);
	bench_expect_back_off(fake);
	load.enough = true;
	fake_p0f_release(fake, FAKE_ALL);
	pthread_join(thread, NULL);
	assert_int_equal(load.wrong, 0);
	bench_ask_own(bench, 1);
}

/* With no descriptor left there is no connection, but all is well once there is one. */
static void test_no_descriptor_left(void **state)
{
	struct bench *bench = *state;
	struct rlimit limit;
	struct rlimit low;
	struct p0f_reply reply;
	enum p0f_answer answer;

	bench_fake(bench, FAKE_UNIX);
	bench->client = p0f_client_new();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = (struct rlimit){.rlim_cur = 4, .rlim_max = limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	bench_set(bench, fake_p0f_name(bench->fakes[0]), NULL);
	answer = bench_ask(bench, 1, BENCH_LONG_MS, &reply);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(answer, P0F_DOWN);
	bench_ask_until_own(bench, 2);
}

static int64_t cpu_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

/* The client waits for its descriptors and its clock, and does not run round meanwhile. */
static void test_waiting_costs_no_cpu(void **state)
{
	enum { WAIT_MS = 200 };
	struct bench *bench = *state;
	struct fake_p0f *fake = bench_start(bench, 2);
	struct p0f_reply reply;
	int64_t start;

	/* one p0f is down, the other one silent */
	bench_ask_own(bench, 1);
	fake_p0f_listen(bench->fakes[1], false);
	bench_ask_own(bench, 2);
	fake_p0f_release(fake, 0);
	start = cpu_us();
	assert_int_equal(bench_ask(bench, 3, WAIT_MS, &reply), P0F_TIMEOUT);
	assert_true(cpu_us() - start < WAIT_MS * 1000 / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(test_nobody_listens),
		bench_test(test_no_permission),
		bench_test(test_attempts_where_nobody_listens),
		bench_test(test_attempts_where_connections_end),
		bench_test(test_log_tells_changes_only),
		bench_test(test_p0f_dies_with_queries_in_flight),
		bench_test(test_restarts_under_load),
		bench_test(test_silence_and_late_replies),
		bench_test(test_impatience_is_not_silence),
		bench_test(test_back_off_from_a_flapping_p0f),
		bench_test(test_no_descriptor_left),
		bench_test(test_waiting_costs_no_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
