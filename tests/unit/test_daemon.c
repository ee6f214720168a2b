/*
 * Descriptors, users, signals and threads. What cannot be undone runs in a separate process.
 */
#define _GNU_SOURCE /* pthread_getattr_default_np() */

#include "daemon.h"

#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

static void test_become_who_we_are(void **state)
{
	const struct passwd *pw = getpwuid(geteuid());

	(void)state;
	assert_non_null(pw);
	assert_int_equal(daemon_become(""), 0);
	assert_int_equal(daemon_become(pw->pw_name), 0);
	assert_int_equal(daemon_become("no such user"), -1);
}

/* A group without members. */
#define FOREIGN_GROUP 54321

/* Returns whether the process has the rights of that user, and none of root's. */
static bool is_only(const struct passwd *pw)
{
	gid_t groups[256];
	int count = getgroups(256, groups);

	for (int i = 0; i < count; i++) {
		if (groups[i] == FOREIGN_GROUP)
			return false;
	}
	return getuid() == pw->pw_uid && getegid() == pw->pw_gid && count >= 0 && setuid(0) < 0;
}

static void test_become_another(void **state)
{
	const struct passwd *pw = getpwnam("nobody");
	const gid_t foreign = FOREIGN_GROUP;
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		assert_int_equal(daemon_become("root"), -1);
		return;
	}
	assert_non_null(pw);
	pid = fork();
	if (pid == 0)
		_exit(setgroups(1, &foreign) == 0 && daemon_become("nobody") == 0 && is_only(pw)
				? 0
				: 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static bool is_null_device(int fd)
{
	struct stat want, got;

	return stat("/dev/null", &want) == 0 && fstat(fd, &got) == 0 && got.st_rdev == want.st_rdev;
}

/* For each set of closed descriptors, as a mask: they get /dev/null, and the others stay. */
static void test_descriptors_are_secured(void **state)
{
	(void)state;
	for (int mask = 0; mask < 8; mask++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			int ends[2], next, ok = pipe(ends) == 0;

			for (int fd = 0; fd <= 2; fd++)
				ok = ok &&
				     ((mask >> fd & 1) ? close(fd) : dup2(ends[1], fd) - fd) == 0;
			ok = ok && daemon_secure_descriptors() == 0;
			for (int fd = 0; fd <= 2; fd++)
				ok = ok && is_null_device(fd) == (mask >> fd & 1);
			next = dup(ends[0]);
			_exit(ok && next > ends[1] ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status != 0)
			fail_msg("mask %d", mask);
	}
}

/*
 * libmilter's thread calls sigwait() for our signals. It must never get one, even on a system
 * that would prefer it.
 */
static void *wait_as_libmilter(void *taken)
{
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigwait(&set, &number) == 0)
		*(_Atomic bool *)taken = true;
	return NULL;
}

#define SIGNALS 200

static void test_no_other_thread_takes_a_signal(void **state)
{
	static _Atomic bool taken;
	pthread_t thread;

	(void)state;
	assert_int_equal(daemon_block_signals(), 0);
	assert_int_equal(pthread_create(&thread, NULL, wait_as_libmilter, (void *)&taken), 0);
	for (int i = 0; i < SIGNALS; i++) {
		/* while we do not wait, it is the only thread that does */
		kill(getpid(), SIGTERM);
		sched_yield();
		assert_true(daemon_stop_is_pending());
		daemon_wait_for_stop();
	}
	assert_false(taken);
}

static void *interrupt(void *unused)
{
	daemon_interrupt();
	return unused;
}

/* Each of the signals ends the wait, and so does another thread. They stay blocked. */
static void test_wait_for_stop(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
	pthread_t thread;

	(void)state;
	assert_int_equal(daemon_block_signals(), 0);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		kill(getpid(), signals[i]);
		daemon_wait_for_stop();
	}
	assert_int_equal(pthread_create(&thread, NULL, interrupt, NULL), 0);
	daemon_wait_for_stop();
	pthread_join(thread, NULL);
}

#ifdef __GLIBC__
static size_t default_stack(void)
{
	pthread_attr_t attributes;
	size_t size;

	assert_int_equal(pthread_getattr_default_np(&attributes), 0);
	pthread_attr_getstacksize(&attributes, &size);
	pthread_attr_destroy(&attributes);
	return size;
}

static void *do_nothing(void *argument)
{
	return argument;
}

/* glibc keeps 40 MB of stacks: those of a hundred threads at least. */
static void test_small_stacks(void **state)
{
	size_t usual = default_stack();
	pthread_t thread;

	(void)state;
	daemon_tune_threads();
#ifdef __SANITIZE_THREAD__
	/* its thread-local variables are too large for that */
	assert_int_equal(default_stack(), usual);
#else
	assert_true(usual > 1024 * 1024);
	assert_in_range(default_stack(), 128 * 1024, 400 * 1024);
#endif
	assert_int_equal(pthread_create(&thread, NULL, do_nothing, NULL), 0);
	pthread_join(thread, NULL);
}

#define THREADS 64

static pthread_barrier_t all_hold, all_counted;

static void *hold_memory(void *unused)
{
	void *volatile memory = malloc(1); /* otherwise it is left out */

	pthread_barrier_wait(&all_hold);
	pthread_barrier_wait(&all_counted);
	free(memory);
	return unused;
}

static long count_arenas(void)
{
	char *text;
	size_t length;
	FILE *to = open_memstream(&text, &length);
	long count = 0;

	assert_int_equal(malloc_info(0, to), 0);
	fclose(to);
	for (char *at = strstr(text, "<heap nr="); at != NULL; at = strstr(at + 1, "<heap nr="))
		count++;
	free(text);
	return count;
}

static void test_few_arenas(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	daemon_tune_threads();
	pthread_barrier_init(&all_hold, NULL, THREADS + 1);
	pthread_barrier_init(&all_counted, NULL, THREADS + 1);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold_memory, NULL), 0);
	pthread_barrier_wait(&all_hold);
	assert_in_range(count_arenas(), 1, sysconf(_SC_NPROCESSORS_ONLN));
	pthread_barrier_wait(&all_counted);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_become_who_we_are),
		cmocka_unit_test(test_become_another),
		cmocka_unit_test(test_descriptors_are_secured),
		cmocka_unit_test(test_wait_for_stop),
		cmocka_unit_test(test_no_other_thread_takes_a_signal),
#ifdef __GLIBC__
		cmocka_unit_test(test_small_stacks),
		cmocka_unit_test(test_few_arenas),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
