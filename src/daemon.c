/*
 * User, limits, socket file and signals. libmilter stops on SIGHUP, SIGTERM and SIGINT,
 * and so do we: a reload is SIGUSR1.
 */
#define _GNU_SOURCE /* pthread_setattr_default_np() */

#include "daemon.h"

#include "endpoint.h"
#include "log.h"
#include "sock.h"

#include <errno.h>
#include <grp.h>
#include <malloc.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of a thread. libmilter and our callbacks take 8 kB, a look-up of a host's name far more. */
#define STACK_SIZE 262144

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
	log_error("cannot raise the limit of open files: %s", strerror(errno));
	return -1;
}

#ifdef __GLIBC__
static void *do_nothing(void *argument)
{
	return argument;
}

/* The threads' own variables lie on the stack, too, and may be large: then none could start. */
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
	if (pw == NULL) {
		log_error("user %s: %s", user, errno != 0 ? strerror(errno) : "no such user");
		return -1;
	}
	if (geteuid() == pw->pw_uid)
		return 0;
	if (initgroups(user, pw->pw_gid) < 0 || setgid(pw->pw_gid) < 0 || setuid(pw->pw_uid) < 0) {
		log_error("cannot become the user %s: %s", user, strerror(errno));
		return -1;
	}
	return 0;
}

/* Nobody listens on the path: remove it if it is a socket. */
static int remove_stale(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		if (errno == ENOENT)
			return 0;
	} else if (!S_ISSOCK(st.st_mode)) {
		log_error("%s exists, and is not a socket", path);
		return -1;
	} else if (unlink(path) == 0) {
		log_info("%s: removed a stale socket", path);
		return 0;
	}
	log_error("%s: %s", path, strerror(errno));
	return -1;
}

static int clear_path(const struct endpoint *endpoint)
{
	struct sockaddr_storage address;
	socklen_t length;
	int fd = sock_open(AF_UNIX);
	int error = 0;

	sock_resolve(endpoint, &address, &length);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, length) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	/* ENOTSOCK is what some systems say of a plain file */
	if (error == ECONNREFUSED || error == ENOENT || error == ENOTSOCK)
		return remove_stale(endpoint->where);
	if (error == 0 || error == EAGAIN)
		log_error("%s: another process listens on it", endpoint->where);
	else
		log_error("%s: %s", endpoint->where, strerror(error));
	return -1;
}

static int check_listening(int fd)
{
	int listening = 0;
	socklen_t length = sizeof(listening);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening)
		return 0;
	log_error("fd:%d is not a listening socket: start p0f-milter by its socket unit", fd);
	return -1;
}

int daemon_clear_socket(const char *socket)
{
	struct endpoint endpoint;

	endpoint_parse(&endpoint, socket);
	if (endpoint.kind == ENDPOINT_UNIX)
		return clear_path(&endpoint);
	return endpoint.kind == ENDPOINT_FD ? check_listening(endpoint.number) : 0;
}

int daemon_permit_socket(const char *socket, mode_t mode, const char *group)
{
	struct endpoint endpoint;
	struct group *gr;

	endpoint_parse(&endpoint, socket);
	if (endpoint.kind != ENDPOINT_UNIX)
		return 0;
	if (group[0] != '\0') {
		gr = getgrnam(group);
		if (gr == NULL) {
			log_error("socket_group: no such group: %s", group);
			return -1;
		}
		if (chown(endpoint.where, (uid_t)-1, gr->gr_gid) < 0) {
			log_error("%s: cannot give it to group %s: %s (is the user a member?)",
				endpoint.where, group, strerror(errno));
			return -1;
		}
	}
	if (chmod(endpoint.where, mode) < 0) {
		log_error("%s: chmod: %s", endpoint.where, strerror(errno));
		return -1;
	}
	return 0;
}

/* The thread that waits for a stop. */
static pthread_t first_thread;

static void set_stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
}

int daemon_block_signals(void)
{
	sigset_t set;
	int error;

	first_thread = pthread_self();
	set_stop_signals(&set);
	sigaddset(&set, SIGUSR1);
	error = pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (error == 0)
		return 0;
	log_error("cannot block signals: %s", strerror(error));
	return -1;
}

void daemon_wait_for_stop(void)
{
	sigset_t set;
	int number;
	int error;

	set_stop_signals(&set);
	do {
		error = sigwait(&set, &number);
	} while (error != 0);
}

void daemon_interrupt(void)
{
	pthread_kill(first_thread, SIGHUP);
}

static void (*reload_function)(void);

static void *wait_for_reloads(void *unused)
{
	sigset_t set;
	int number;

	(void)unused;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	for (;;) {
		if (sigwait(&set, &number) == 0)
			reload_function();
	}
	return NULL;
}

int daemon_start_thread(void *(*run)(void *))
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, run, NULL);

	if (error == 0)
		error = pthread_detach(thread);
	if (error == 0)
		return 0;
	log_error("cannot start a thread: %s", strerror(error));
	return -1;
}

int daemon_start_reloads(void (*reload)(void))
{
	reload_function = reload;
	return daemon_start_thread(wait_for_reloads);
}
