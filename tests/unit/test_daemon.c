/*
 * Users, and the socket's path: what stands there, and what may be removed. The files
 * are real ones in a folder of their own.
 */
#define _GNU_SOURCE /* pthread_getattr_default_np() */

#include "daemon.h"

#include "scratch.h"

#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <pthread.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char path[80], notation[96];

static int setup(void **state)
{
	if (scratch_setup(state) < 0)
		return -1;
	scratch_path(path, sizeof(path), *state, "socket");
	snprintf(notation, sizeof(notation), "unix:%s", path);
	return 0;
}

/* A listening socket at the path: close it, and it is a stale one. */
static int listen_there(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void make_file(void)
{
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void test_become_who_we_are(void **state)
{
	const struct passwd *pw = getpwuid(geteuid());

	(void)state;
	assert_non_null(pw);
	assert_int_equal(daemon_become(""), 0);
	assert_int_equal(daemon_become(pw->pw_name), 0);
	assert_int_equal(daemon_become("no such user"), -1);
}

/* In a process of its own, since there is no way back. */
static void test_become_another(void **state)
{
	const struct passwd *pw = getpwnam("nobody");
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
		_exit(daemon_become("nobody") == 0 && getuid() == pw->pw_uid &&
					getegid() == pw->pw_gid && setuid(0) < 0
				? 0
				: 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_nothing_there(void **state)
{
	(void)state;
	assert_int_equal(daemon_clear_socket(notation), 0);
	assert_int_equal(daemon_clear_socket("inet:8891@127.0.0.1"), 0);
}

static void test_stale_socket(void **state)
{
	(void)state;
	close(listen_there());
	assert_int_equal(daemon_clear_socket(notation), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_somebody_listens(void **state)
{
	int fd = listen_there();

	(void)state;
	assert_int_equal(daemon_clear_socket(notation), -1);
	assert_int_equal(access(path, F_OK), 0);
	close(fd);
}

static void test_plain_file(void **state)
{
	char below[120];

	(void)state;
	make_file();
	assert_int_equal(daemon_clear_socket(notation), -1);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(below, sizeof(below), "%s/socket", notation);
	assert_int_equal(daemon_clear_socket(below), -1);
}

static void test_given_descriptor(void **state)
{
	int fd = listen_there(), other = socket(AF_UNIX, SOCK_STREAM, 0);
	char text[32];

	(void)state;
	snprintf(text, sizeof(text), "fd:%d", fd);
	assert_int_equal(daemon_clear_socket(text), 0);
	assert_int_equal(daemon_permit_socket(text, 0600, "no such group"), 0);
	snprintf(text, sizeof(text), "fd:%d", other);
	assert_int_equal(daemon_clear_socket(text), -1);
	close(fd);
	close(other);
}

static void test_permit(void **state)
{
	const struct group *gr = getgrgid(getegid());
	struct stat st;

	(void)state;
	assert_non_null(gr);
	assert_int_equal(daemon_permit_socket(notation, 0660, ""), -1);
	assert_int_equal(daemon_permit_socket(notation, 0660, gr->gr_name), -1);
	make_file();
	assert_int_equal(daemon_permit_socket(notation, 0660, "no such group"), -1);
	assert_int_equal(daemon_permit_socket(notation, 0660, gr->gr_name), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_int_equal(st.st_gid, getegid());
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

/* glibc keeps 40 MB of stacks: those of a hundred threads, at the least. */
static void test_small_stacks(void **state)
{
	size_t usual = default_stack();
	pthread_t thread;

	(void)state;
	daemon_tune_threads();
#ifdef __SANITIZE_THREAD__
	/* its variables of each thread are too large for that */
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
		cmocka_unit_test_setup_teardown(test_become_who_we_are, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_become_another, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_nothing_there, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_stale_socket, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_somebody_listens, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_plain_file, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_given_descriptor, setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_permit, setup, scratch_teardown),
		cmocka_unit_test(test_wait_for_stop),
#ifdef __GLIBC__
		cmocka_unit_test(test_small_stacks),
		cmocka_unit_test(test_few_arenas),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
