/*
 * From an endpoint to a connection. The thread that looks up a name shares only a pair of
 * connected sockets with the caller: once the caller has closed its socket, the result is
 * dropped.
 */
#include "dial.h"

#include "sock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The modules of nsswitch.conf(5) need more stack than our other threads. */
#define STACK_SIZE (2 * 1024 * 1024)

struct task {
	struct endpoint endpoint;
	int fd; /* for the result */
};

struct result {
	const char *error; /* NULL: the address is set */
	struct sockaddr_storage address;
	socklen_t length;
};

bool dial_init(struct dial *dial, const char *name)
{
	*dial = (struct dial){.fd = -1};
	if (endpoint_parse(&dial->endpoint, name) != NULL || dial->endpoint.where[0] == '\0')
		return false;
	dial->has_name = !sock_address(&dial->endpoint, &dial->address, &dial->length);
	return true;
}

bool dial_is_twin(const struct dial *a, const struct dial *b)
{
	if (!a->has_name && !b->has_name)
		return a->length == b->length && memcmp(&a->address, &b->address, a->length) == 0;
	return endpoint_equal(&a->endpoint, &b->endpoint);
}

static void *look_up(void *argument)
{
	struct task *task = argument;
	struct result result = {.length = 0};

	result.error = sock_resolve(&task->endpoint, &result.address, &result.length);
	(void)send(task->fd, &result, sizeof(result), MSG_NOSIGNAL);
	close(task->fd);
	free(task);
	return NULL;
}

/* Returns 0, or an error number. */
static int start_thread(struct task *task)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int error = pthread_attr_init(&attributes);

	if (error != 0)
		return error;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attributes, look_up, task);
	pthread_attr_destroy(&attributes);
	return error;
}

/* Returns the descriptor on which the result will arrive, or -1 with errno. */
static int start_to_resolve(const struct endpoint *endpoint)
{
	struct task *task = malloc(sizeof(*task));
	int fds[2];
	int error;

	if (task == NULL)
		return -1;
	if (sock_pair(fds) < 0) {
		free(task);
		return -1;
	}
	*task = (struct task){.endpoint = *endpoint, .fd = fds[1]};
	error = start_thread(task);
	if (error == 0)
		return fds[0];
	close(fds[0]);
	close(fds[1]);
	free(task);
	errno = error;
	return -1;
}

/* Take the result of a lookup. Returns what is wrong, or NULL. */
static const char *take_result(struct dial *dial)
{
	struct result result;
	ssize_t got = recv(dial->fd, &result, sizeof(result), 0);

	close(dial->fd);
	if (got != (ssize_t)sizeof(result))
		return "the result is lost";
	dial->address = result.address;
	dial->length = result.length;
	return result.error;
}

static enum dial_result fail(struct dial *dial, const char *error)
{
	if (dial->fd >= 0)
		close(dial->fd);
	dial->fd = -1;
	dial->error = error;
	return DIAL_FAILED;
}

static enum dial_result start_to_connect(struct dial *dial)
{
	dial->step = "cannot connect";
	dial->events = POLLOUT;
	dial->fd = sock_open(dial->address.ss_family);
	if (dial->fd >= 0 &&
		connect(dial->fd, (struct sockaddr *)&dial->address, dial->length) == 0)
		return DIAL_CONNECTED;
	if (dial->fd >= 0 && errno == EINPROGRESS)
		return DIAL_CONNECTING;
	return fail(dial, strerror(errno));
}

enum dial_result dial_start(struct dial *dial)
{
	dial->resolving = dial->has_name;
	if (!dial->has_name)
		return start_to_connect(dial);
	dial->step = "cannot look up the host";
	dial->events = POLLIN;
	dial->fd = start_to_resolve(&dial->endpoint);
	if (dial->fd >= 0)
		return DIAL_RESOLVING;
	return fail(dial, strerror(errno));
}

enum dial_result dial_resume(struct dial *dial)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (dial->resolving) {
		const char *why = take_result(dial);

		dial->resolving = false;
		dial->fd = -1;
		if (why != NULL)
			return fail(dial, why);
		return start_to_connect(dial);
	}
	if (getsockopt(dial->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		error = errno;
	if (error == 0)
		return DIAL_CONNECTED;
	return fail(dial, strerror(error));
}
