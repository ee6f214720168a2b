/*
 * The listening socket. libmilter's own stop, smfi_stop(), also stops the workers that serve
 * sessions under way, so that mail is lost. Instead we put a socket that is never ready in the
 * place of the listening one, and wait until the connections that were accepted are closed.
 */
#include "listener.h"

#include "endpoint.h"
#include "log.h"
#include "mono.h"
#include "sock.h"

#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* The first descriptor that the service manager passes: sd_listen_fds(3). */
#define FIRST_PASSED 3

/* How long a stop waits for the queue of connections to be empty, and how often it looks. */
#define QUEUE_MS 1000
#define LOOK_MS  5

/* Where the search for connections among the descriptors ends, however many are allowed. */
#define DESCRIPTORS_MAX 1048576
#define POLL_MAX        256

static struct {
	int fd;
	struct sockaddr_storage address; /* of fd; accepted connections have it, too */
	const char *path;                /* of a socket of our own, or NULL */
	struct stat st;                  /* of the path */
	pthread_t thread;                /* the one that accepts */
	int never_ready[2];              /* a pair that nobody else can reach */
	_Atomic bool entered, closing, closed;
	_Atomic bool hurry; /* close even if the queue is not empty */
	int limit;          /* connections have lower descriptors; after the close it only falls */
} listener = {.fd = -1};

/* Nobody listens on the path: remove it if it is a socket. */
static int remove_stale(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		if (errno == ENOENT)
			return 0;
	} else if (!S_ISSOCK(st.st_mode)) {
		log_errx("%s exists, and is not a socket", path);
		return -1;
	} else if (unlink(path) == 0) {
		log_info("%s: removed a stale socket", path);
		return 0;
	}
	log_err("%s", path);
	return -1;
}

/*
 * libmilter binds, so we must remove the path before. Two instances that start at the same
 * instant over a stale socket could remove each other's. A lock against that would be a file or
 * directory that others could lock, too, to keep us from starting.
 */
static int clear_path(const struct endpoint *endpoint)
{
	struct sockaddr_storage address;
	socklen_t length;
	int fd = sock_open(AF_UNIX);
	int error = fd < 0 ? errno : 0;

	sock_resolve(endpoint, &address, &length);
	if (fd >= 0) {
		error = connect(fd, (struct sockaddr *)&address, length) < 0 ? errno : 0;
		close(fd);
	}
	errno = error;
	/* some systems report ENOTSOCK for a plain file */
	if (errno == ECONNREFUSED || errno == ENOENT || errno == ENOTSOCK)
		return remove_stale(endpoint->where);
	/* EAGAIN: it listens, and its queue is full */
	if (errno == 0 || errno == EAGAIN)
		log_errx("%s: another process listens on it", endpoint->where);
	else
		log_err("%s", endpoint->where);
	return -1;
}

static bool is_listening(int fd)
{
	int listening = 0;
	socklen_t length = sizeof(listening);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening;
}

static int check_listening(int fd)
{
	if (is_listening(fd))
		return 0;
	log_errx("fd:%d is not a listening socket: start p0f-milter by its socket unit", fd);
	return -1;
}

int listener_clear(const char *socket)
{
	struct endpoint endpoint;

	endpoint_parse(&endpoint, socket);
	if (endpoint.kind == ENDPOINT_UNIX)
		return clear_path(&endpoint);
	return endpoint.kind == ENDPOINT_FD ? check_listening(endpoint.number) : 0;
}

int listener_permit(const char *socket, mode_t mode, const char *group)
{
	struct endpoint endpoint;
	struct group *gr;

	endpoint_parse(&endpoint, socket);
	if (endpoint.kind != ENDPOINT_UNIX)
		return 0;
	if (group[0] != '\0') {
		gr = getgrnam(group);
		if (gr == NULL) {
			log_errx("socket_group: no such group: %s", group);
			return -1;
		}
		if (chown(endpoint.where, (uid_t)-1, gr->gr_gid) < 0) {
			log_err("%s: cannot give it to group %s (is the user a member?)",
				endpoint.where, group);
			return -1;
		}
	}
	if (chmod(endpoint.where, mode) < 0) {
		log_err("%s: chmod", endpoint.where);
		return -1;
	}
	return 0;
}

/* Returns how many descriptors the service manager has passed to us. */
static int count_passed(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");

	if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getpid())
		return 0;
	return (int)strtol(count, NULL, 10);
}

void listener_check_activation(const char *socket)
{
	struct endpoint endpoint;
	int passed = count_passed();

	endpoint_parse(&endpoint, socket);
	if (passed <= 0 || (endpoint.kind == ENDPOINT_FD && endpoint.number >= FIRST_PASSED &&
				   endpoint.number < FIRST_PASSED + passed))
		return;
	log_warnx("systemd passes a socket that is not served, since socket is \"%s\": set "
		  "socket = \"fd:%d\", or disable p0f-milter.socket",
		socket, FIRST_PASSED);
}

static in_port_t port_of(const struct sockaddr_storage *address)
{
	if (address->ss_family == AF_INET)
		return ((const struct sockaddr_in *)address)->sin_port;
	return ((const struct sockaddr_in6 *)address)->sin6_port;
}

/*
 * For TCP, only the port counts: a connection accepted by a wildcard socket has a specific
 * address.
 */
static bool is_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_UNIX)
		return memcmp(a, b, sizeof(struct sockaddr_un)) == 0;
	return port_of(a) == port_of(b);
}

static int get_address(int fd, struct sockaddr_storage *address)
{
	socklen_t length = sizeof(*address);

	memset(address, 0, sizeof(*address));
	return getsockname(fd, (struct sockaddr *)address, &length);
}

/* libmilter's socket is the only listening one that was not passed to us. */
static int find_own(void)
{
	int passed = count_passed();

	for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
		if ((fd < FIRST_PASSED || fd >= FIRST_PASSED + passed) && is_listening(fd))
			return fd;
	}
	return -1;
}

int listener_find(const char *socket)
{
	static struct endpoint endpoint;
	int on = 1;

	endpoint_parse(&endpoint, socket);
	listener.fd = endpoint.kind == ENDPOINT_FD ? endpoint.number : find_own();
	if (listener.fd < 0 || get_address(listener.fd, &listener.address) < 0 ||
		sock_pair(listener.never_ready) < 0) {
		log_err("%s: cannot find the descriptor", socket);
		return -1;
	}
	if (endpoint.kind == ENDPOINT_UNIX && lstat(endpoint.where, &listener.st) == 0)
		listener.path = endpoint.where;
	/*
	 * libmilter does not set it, and a reply in several parts would wait 40 ms; connections
	 * inherit it
	 */
	if (listener.address.ss_family != AF_UNIX)
		(void)setsockopt(listener.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return 0;
}

/*
 * Runs on the accepting thread, which therefore does nothing else meanwhile. With an empty queue
 * it cannot be between poll() and accept(). A connection that arrives now stays in the queue.
 */
static void replace_socket(int number)
{
	struct pollfd queue = {.fd = listener.fd, .events = POLLIN};
	int error = errno;

	(void)number;
	if (listener.closing && !listener.closed &&
		pthread_equal(pthread_self(), listener.thread) &&
		(listener.hurry || poll(&queue, 1, 0) == 0) &&
		dup2(listener.never_ready[0], listener.fd) >= 0)
		listener.closed = true;
	errno = error;
}

void listener_enter(void)
{
	struct sigaction action = {.sa_handler = replace_socket}; /* no SA_RESTART: poll() ends */
	sigset_t set;

	listener.thread = pthread_self();
	sigemptyset(&action.sa_mask);
	sigaction(SIGUSR2, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	listener.entered = true;
}

static void pause_ms(int ms)
{
	struct timespec pause = {.tv_nsec = ms * 1000000L};

	nanosleep(&pause, NULL);
}

/* Remove the path, unless another process has put its own socket there. */
static void remove_path(void)
{
	struct stat st;

	if (listener.path != NULL && lstat(listener.path, &st) == 0 &&
		st.st_dev == listener.st.st_dev && st.st_ino == listener.st.st_ino)
		unlink(listener.path);
}

static bool is_connection(int fd)
{
	struct sockaddr_storage address;

	return get_address(fd, &address) == 0 && is_same(&address, &listener.address) &&
	       !is_listening(fd);
}

/* Returns the number of open connections, and lowers the limit to the highest one. */
static unsigned count_connections(void)
{
	struct pollfd fds[POLL_MAX];
	unsigned count = 0;
	int end = 0;

	for (int first = 0; first < listener.limit; first += POLL_MAX) {
		int rest = listener.limit - first;
		int size = rest < POLL_MAX ? rest : POLL_MAX;

		for (int i = 0; i < size; i++)
			fds[i] = (struct pollfd){.fd = first + i};
		(void)poll(fds, (nfds_t)size, 0); /* quickly finds those that are not open */
		for (int i = 0; i < size; i++) {
			if ((fds[i].revents & POLLNVAL) == 0 && is_connection(first + i)) {
				count++;
				end = first + i + 1;
			}
		}
	}
	listener.limit = end;
	return count;
}

unsigned listener_close(void)
{
	int64_t until = mono_us() + QUEUE_MS * 1000;
	struct rlimit allowed;

	remove_path();
	listener.closing = true;
	while (!listener.closed) {
		listener.hurry = mono_us() > until;
		if (listener.entered)
			pthread_kill(listener.thread, SIGUSR2);
		pause_ms(1);
	}
	listener.limit = DESCRIPTORS_MAX;
	if (getrlimit(RLIMIT_NOFILE, &allowed) == 0 && allowed.rlim_cur < DESCRIPTORS_MAX)
		listener.limit = (int)allowed.rlim_cur;
	return count_connections();
}

unsigned listener_finish(int timeout_ms)
{
	int64_t until = mono_us() + (int64_t)timeout_ms * 1000;
	unsigned left;

	while ((left = count_connections()) > 0 && mono_us() < until)
		pause_ms(LOOK_MS);
	return left;
}
