/*
 * Descriptors, user, limits and signals. A reload is SIGUSR1, since SIGHUP stops any program that
 * uses libmilter.
 */
#define _GNU_SOURCE /* pthread_setattr_default_np() */

#include "daemon.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Of each thread. libmilter and our callbacks take 8 kB. */
#define STACK_SIZE 262144

int daemon_secure_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* open() returns the lowest free one */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return -1;
	}
	return 0;
}

int daemon_raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		if (limit.rlim_cur == limit.rlim_max)
			return 0;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
			return 0;
	}
	log_err("cannot raise the limit of open files");
	return -1;
}

#ifdef __GLIBC__
static void *do_nothing(void *argument)
{
	return argument;
}

/* Thread-local variables are on the stack, too; if they are large, no thread could start. */
static bool can_start_thread(void)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, do_nothing, NULL) == 0 &&
	       pthread_join(thread, NULL) == 0;
}

static void shrink_stacks(void)
{
	pthread_attr_t usual, small;

	if (pthread_getattr_default_np(&usual) != 0)
		return;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, STACK_SIZE);
	if (pthread_setattr_default_np(&small) == 0 && !can_start_thread())
		pthread_setattr_default_np(&usual);
	pthread_attr_destroy(&small);
	pthread_attr_destroy(&usual);
}
#endif

void daemon_tune_threads(void)
{
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, (int)sysconf(_SC_NPROCESSORS_ONLN));
	shrink_stacks();
#endif
}

int daemon_become(const char *user)
{
	struct passwd *pw;

	if (user[0] == '\0')
		return 0;
	errno = 0;
	pw = getpwnam(user);
	if (pw == NULL && errno == 0)
		log_errx("user %s: no such user", user);
	else if (pw == NULL)
		log_err("user %s", user);
	if (pw == NULL)
		return -1;
	if (geteuid() == pw->pw_uid)
		return 0;
	if (initgroups(user, pw->pw_gid) < 0 || setgid(pw->pw_gid) < 0 || setuid(pw->pw_uid) < 0) {
		log_err("cannot become the user %s", user);
		return -1;
	}
	return 0;
}

/* The thread in daemon_wait_for_stop(). */
static pthread_t first_thread;

static void set_stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
}

/*
 * libmilter has a thread that waits for the signals of a stop, and ends all sessions when it gets
 * one. With two waiting threads, either could get the signal, so there must not be two. This
 * replaces the C library's function in the whole process: only libmilter calls it, and then waits
 * forever. We call sigwaitinfo().
 */
int sigwait(const sigset_t *set, int *number)
{
	(void)set;
	(void)number;
	for (;;)
		pause();
}

int daemon_block_signals(void)
{
	sigset_t set;

	first_thread = pthread_self();
	set_stop_signals(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	errno = pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (errno != 0) {
		log_err("cannot block signals");
		return -1;
	}
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

void daemon_take_signals(void)
{
	sigset_t set;

	set_stop_signals(&set);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void daemon_wait_for_stop(void)
{
	sigset_t set;

	set_stop_signals(&set);
	while (sigwaitinfo(&set, NULL) < 0)
		;
}

bool daemon_stop_is_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, SIGHUP) || sigismember(&pending, SIGTERM) ||
	       sigismember(&pending, SIGINT);
}

void daemon_interrupt(void)
{
	pthread_kill(first_thread, SIGHUP);
}

static void (*reload_function)(void);

static void *wait_for_reloads(void *unused)
{
	sigset_t set;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (;;) {
		if (sigwaitinfo(&set, NULL) > 0)
			reload_function();
	}
	return NULL;
}

int daemon_start_thread(void *(*run)(void *))
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run, NULL);
	if (errno == 0)
		errno = pthread_detach(thread);
	if (errno == 0)
		return 0;
	log_err("cannot start a thread");
	return -1;
}

int daemon_start_reloads(void (*reload)(void))
{
	reload_function = reload;
	return daemon_start_thread(wait_for_reloads);
}
