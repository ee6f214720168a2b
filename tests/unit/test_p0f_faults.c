/*
 * p0f_client with a p0f that is absent, dies, comes back, or is silent. test_p0f_tcp.c has what
 * is special to TCP.
 */
#include "capture.h"
#include "log.h"
#include "mono.h"
#include "p0f_fixture.h"

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

/* What a killed process leaves behind. */
static void make_refused(struct fake_p0f *fake)
{
	(void)fake;
}

/* A lookup fails at once; once p0f has been started, the next ones are answered. */
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
	struct fixture *fixture = *state;
	struct p0f_reply reply;
	struct fake_p0f *fake;
	enum p0f_answer answer;
	const char *text;
	int64_t start;
	int64_t took;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].label);
		fake = fixture_fake(fixture, rows[i].kind);
		fake_p0f_listen(fake, false);
		rows[i].make(fake);
		log_open(LOG_TO_STDERR, LOG_INFO);
		capture_start();
		fixture->client = p0f_client_new();
		fixture_set(fixture, fake_p0f_name(fake), NULL);
		start = mono_us();
		answer = fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply);
		took = mono_us() - start;
		text = capture_stop();
		log_open(LOG_TO_STDERR, LOG_EMERG);
		assert_int_equal(answer, P0F_DOWN);
		assert_true(took < FIXTURE_LONG_MS * 1000 / 2);
		assert_int_equal(fixture_count(text, rows[i].why), 1);
		assert_int_equal(fixture_count(text, "\n"), 1);
		fake_p0f_listen(fake, true);
		fixture_ask_until_own(fixture, 2);
		assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
		fixture_end_client(fixture);
	}
}

static void test_no_permission(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_fake(fixture, FAKE_UNIX);
	uid_t uid = geteuid();
	enum p0f_answer answer;
	struct p0f_reply reply;

	/* root may do everything: become nobody for a while */
	if (uid == 0)
		assert_int_equal(seteuid(65534), 0);
	else
		assert_int_equal(chmod(fake_p0f_name(fake), 0), 0);
	fixture_client(fixture);
	answer = fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply);
	if (uid == 0)
		assert_int_equal(seteuid(0), 0);
	else
		assert_int_equal(chmod(fake_p0f_name(fake), 0600), 0);
	assert_int_equal(answer, P0F_DOWN);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 0);
	fixture_ask_until_own(fixture, 2);
}

/* The minimum interval between early attempts, which queries start. */
#define HURRY_US 2000

/* Queries start early attempts to connect, but not one each. */
static void test_attempts_where_nobody_listens(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_fake(fixture, FAKE_UNIX);
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
	fixture_client(fixture);
	/* however slow the machine is, the third round starts an early attempt at the latest */
	for (int i = 0; i < 4; i++) {
		since = mono_us();
		do
			fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply);
		while (mono_us() - since < HURRY_US);
	}
	fixture_end_client(fixture);
	took = mono_us() - start;
	text = capture_stop();
	attempts = fixture_count(text, "cannot connect");
	/* the timer alone starts one at the start, and the next after 100 ms */
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
	struct fixture *fixture = *state;
	int64_t start = mono_us();
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_reply reply;

	fake_p0f_set_script(fake, answer_and_hang_up, NULL);
	while (mono_us() - start < 50 * HURRY_US)
		fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply);
	fake_p0f_sync(fake);
	assert_in_range(fake_p0f_count(fake, FAKE_CONNECTS), 2, (mono_us() - start) / HURRY_US + 1);
}

/* One line for each change of state, however many lookups there are. */
static void test_log_tells_changes_only(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_reply reply;
	const char *text;

	fixture_ask_own(fixture, 1);
	log_open(LOG_TO_STDERR, LOG_INFO);
	capture_start();
	fake_p0f_listen(fake, false);
	for (int64_t start = mono_us(); mono_us() - start < 10 * HURRY_US;)
		fixture_ask(fixture, 2, FIXTURE_LONG_MS, &reply);
	fake_p0f_listen(fake, true);
	fixture_ask_until_own(fixture, 3);
	fake_p0f_release(fake, 0);
	for (unsigned n = 0; n < 5; n++)
		fixture_ask(fixture, n, 5, &reply);
	fake_p0f_release(fake, FAKE_ALL);
	fake_p0f_sync(fake);
	fixture_ask(fixture, 3, FIXTURE_LONG_MS, &reply);
	text = capture_stop();
	log_open(LOG_TO_STDERR, LOG_EMERG);
	assert_int_equal(fixture_count(text, "connection lost: closed by p0f"), 1);
	assert_int_equal(fixture_count(text, "cannot connect: Connection refused"), 1);
	assert_int_equal(fixture_count(text, ": connected"), 1);
	assert_int_equal(fixture_count(text, "does not answer"), 1);
	assert_int_equal(fixture_count(text, "answers again"), 1);
	assert_int_equal(fixture_count(text, "\n"), 5);
}

static void test_p0f_dies_with_queries_in_flight(void **state)
{
	enum { ALL = P0F_CONN_WINDOW + 4 }; /* and some that are not sent yet */
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *lookups[ALL];
	struct p0f_reply reply;

	fake_p0f_release(fake, 0);
	for (unsigned n = 0; n < ALL; n++)
		lookups[n] = fixture_submit(fixture, n, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, P0F_CONN_WINDOW));
	fake_p0f_release(fake, 3);
	fake_p0f_sync(fake);
	fake_p0f_listen(fake, false);
	for (unsigned n = 0; n < 3; n++)
		fixture_expect_own(lookups[n], n);
	for (unsigned n = 3; n < ALL; n++)
		assert_int_equal(fixture_wait(lookups[n], FIXTURE_LONG_MS, &reply), P0F_DOWN);
	fake_p0f_release(fake, FAKE_ALL);
	fake_p0f_listen(fake, true);
	fixture_ask_until_own(fixture, 100);
	for (unsigned n = 200; n < 250; n++)
		fixture_ask_own(fixture, n);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 2);
}

/* What restarts under load are tested with. */
struct load {
	struct fixture *fixture;
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
		answer = fixture_ask(load->fixture, n, FIXTURE_LONG_MS, &reply);
		if (answer == P0F_ANSWERED && fixture_is_own(&reply, n))
			load->own++;
		else if (answer != P0F_DOWN)
			load->wrong++;
	}
	return NULL;
}

static void test_restarts_under_load(void **state)
{
	enum { RESTARTS = 50, THREADS = 4 };
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct load load = {.fixture = fixture};
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
	fixture_ask_until_own(fixture, 1);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1 + RESTARTS);
}

/* p0f is busy, or stopped. Each query that was sent keeps its place for the late reply. */
static void test_silence_and_late_replies(void **state)
{
	enum { SENT = 5, TIMEOUT_MS = 50 };
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *lookups[SENT];
	struct p0f_reply reply;
	int64_t start;

	fixture_ask_own(fixture, 100);
	fake_p0f_release(fake, 0);
	start = mono_us();
	/* the last one is patient, but the oldest one counts */
	for (unsigned n = 0; n < SENT; n++)
		lookups[n] =
			fixture_submit(fixture, n, n + 1 < SENT ? TIMEOUT_MS : FIXTURE_LONG_MS);
	for (unsigned n = 0; n < SENT; n++)
		assert_int_equal(fixture_wait(lookups[n], TIMEOUT_MS, &reply), P0F_TIMEOUT);
	assert_in_range(mono_us() - start, TIMEOUT_MS * 1000, 20 * TIMEOUT_MS * 1000);
	/* p0f is known to be silent: the next ones neither wait nor are sent */
	start = mono_us();
	assert_int_equal(fixture_ask(fixture, 6, FIXTURE_LONG_MS, &reply), P0F_TIMEOUT);
	assert_true(mono_us() - start < FIXTURE_LONG_MS * 1000 / 2);
	/* some late replies are not enough while others are still due */
	fake_p0f_release(fake, 2);
	fake_p0f_sync(fake);
	assert_int_equal(fixture_ask(fixture, 7, FIXTURE_LONG_MS, &reply), P0F_TIMEOUT);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 1 + SENT);
	fake_p0f_release(fake, FAKE_ALL);
	fake_p0f_sync(fake);
	for (unsigned n = 200; n < 240; n++)
		fixture_ask_own(fixture, n);
	assert_int_equal(fake_p0f_count(fake, FAKE_CONNECTS), 1);
	assert_int_equal(fake_p0f_count(fake, FAKE_QUERIES), 1 + SENT + 40);
}

/* A lookup that is given up before p0f is overdue does not make p0f silent. */
static void test_impatience_is_not_silence(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct p0f_lookup *lookup;
	struct p0f_reply reply;

	fixture_ask_own(fixture, 100);
	fake_p0f_release(fake, 0);
	lookup = fixture_submit(fixture, 1, FIXTURE_LONG_MS);
	assert_int_equal(fixture_wait(lookup, 1, &reply), P0F_TIMEOUT);
	lookup = fixture_submit(fixture, 2, FIXTURE_LONG_MS);
	assert_true(fake_p0f_wait(fake, FAKE_QUERIES, 3));
	fake_p0f_release(fake, FAKE_ALL);
	fixture_expect_own(lookup, 2);
}

static void test_back_off_from_a_flapping_p0f(void **state)
{
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 1);
	struct load load = {.fixture = fixture};
	pthread_t thread;

	/* a lost query is no reason for an early attempt either */
	fake_p0f_release(fake, 0);
	pthread_create(&thread, NULL, ask_all_the_time, &load);
	fixture_expect_back_off(fake);
	load.enough = true;
	fake_p0f_release(fake, FAKE_ALL);
	pthread_join(thread, NULL);
	assert_int_equal(load.wrong, 0);
	fixture_ask_own(fixture, 1);
}

/* Without a free descriptor there is no connection, but all is well once there is one. */
static void test_no_descriptor_left(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit limit;
	struct rlimit low;
	struct p0f_reply reply;
	enum p0f_answer answer;

	fixture_fake(fixture, FAKE_UNIX);
	fixture->client = p0f_client_new();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = (struct rlimit){.rlim_cur = 4, .rlim_max = limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	fixture_set(fixture, fake_p0f_name(fixture->fakes[0]), NULL);
	answer = fixture_ask(fixture, 1, FIXTURE_LONG_MS, &reply);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(answer, P0F_DOWN);
	fixture_ask_until_own(fixture, 2);
}

static int64_t cpu_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
}

/* The client waits for its descriptors and its clock, and does not spin. */
static void test_waiting_costs_no_cpu(void **state)
{
	enum { WAIT_MS = 200 };
	struct fixture *fixture = *state;
	struct fake_p0f *fake = fixture_start(fixture, 2);
	struct p0f_reply reply;
	int64_t start;

	/* one p0f is down, the other one silent */
	fixture_ask_own(fixture, 1);
	fake_p0f_listen(fixture->fakes[1], false);
	fixture_ask_own(fixture, 2);
	fake_p0f_release(fake, 0);
	start = cpu_us();
	assert_int_equal(fixture_ask(fixture, 3, WAIT_MS, &reply), P0F_TIMEOUT);
	assert_true(cpu_us() - start < WAIT_MS * 1000 / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_nobody_listens),
		fixture_test(test_no_permission),
		fixture_test(test_attempts_where_nobody_listens),
		fixture_test(test_attempts_where_connections_end),
		fixture_test(test_log_tells_changes_only),
		fixture_test(test_p0f_dies_with_queries_in_flight),
		fixture_test(test_restarts_under_load),
		fixture_test(test_silence_and_late_replies),
		fixture_test(test_impatience_is_not_silence),
		fixture_test(test_back_off_from_a_flapping_p0f),
		fixture_test(test_no_descriptor_left),
		fixture_test(test_waiting_costs_no_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
