#include "conn_fixture.h"

#include "fake_wire.h"
#include "log.h"
#include "scratch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct conn_fixture t;

static void complete(struct p0f_query *query, enum p0f_answer answer, const struct p0f_reply *reply)
{
	struct ask *ask = (struct ask *)query;

	assert_false(ask->done);
	ask->done = true;
	ask->answer = answer;
	if (answer == P0F_ANSWERED)
		strcpy(ask->os_name, reply->os_name);
}

static void start_to_listen(int family, const struct sockaddr *address, socklen_t length)
{
	int one = 1;

	t.listener = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(t.listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(t.listener, address, length), 0);
	assert_int_equal(listen(t.listener, 8), 0);
}

void listen_at_path(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};

	strcpy(sun.sun_path, t.name);
	unlink(t.name);
	start_to_listen(AF_UNIX, (struct sockaddr *)&sun, sizeof(sun));
}

void listen_at_port(void)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(sin);

	start_to_listen(AF_INET, (struct sockaddr *)&sin, length);
	assert_int_equal(getsockname(t.listener, (struct sockaddr *)&sin, &length), 0);
	snprintf(t.name, sizeof(t.name), "inet:%u@127.0.0.1", ntohs(sin.sin_port));
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int conn_setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.listener = t.peer = -1;
	t.now = 1000000 * MS;
	log_open(LOG_TO_STDERR, LOG_EMERG);
	if (scratch_setup(&t.folder) != 0)
		return -1;
	scratch_path(t.name, sizeof(t.name), t.folder, "p0f.sock");
	return 0;
}

int conn_teardown(void **state)
{
	(void)state;
	if (t.conn != NULL)
		p0f_conn_free(t.conn);
	close_fd(&t.peer);
	close_fd(&t.listener);
	log_open(LOG_TO_STDERR, LOG_EMERG);
	return scratch_teardown(&t.folder);
}

void run(void)
{
	struct pollfd fd;

	do {
		t.next = p0f_conn_run_timers(t.conn, t.now);
		p0f_conn_take_wakeup(t.conn);
		fd = p0f_conn_poll(t.conn);
		if (poll(&fd, 1, 0) > 0 && fd.fd >= 0)
			p0f_conn_handle(t.conn, fd.revents, t.now);
		else
			fd.revents = 0;
	} while (fd.revents != 0 || t.next <= t.now);
	if (p0f_conn_is_closed(t.conn)) {
		p0f_conn_free(t.conn);
		t.conn = NULL;
	}
}

void pass(int64_t us)
{
	t.now += us;
	run();
}

void start(void)
{
	t.conn = p0f_conn_new(t.name, complete);
	assert_non_null(t.conn);
	run();
}

struct ask *ask_p0f(void)
{
	struct ask *new = &t.asks[t.count];

	assert_true(t.count < ASKS);
	*new = (struct ask){.addr = {.version = 4, .bytes = {10, 0, 0, (uint8_t)t.count++}}};
	new->query.addr = &new->addr;
	new->query.timeout_us = TIMEOUT;
	p0f_conn_submit(t.conn, &new->query, t.now);
	if (p0f_conn_take_wakeup(t.conn))
		run();
	return new;
}

bool accept_client(void)
{
	close_fd(&t.peer);
	t.peer = accept(t.listener, NULL, NULL);
	return t.peer >= 0;
}

void reply(const struct ask *to, size_t length)
{
	uint8_t bytes[2 * P0F_REPLY_SIZE] = {0};

	fake_reply_make(bytes, &to->addr, "");
	assert_int_equal(send(t.peer, bytes, length, MSG_NOSIGNAL), length);
	run();
}

void say(const void *bytes, size_t length)
{
	assert_int_equal(send(t.peer, bytes, length, MSG_NOSIGNAL), length);
	run();
}

bool is_closed(void)
{
	char bytes[1024];
	ssize_t got;

	do
		got = recv(t.peer, bytes, sizeof(bytes), MSG_DONTWAIT);
	while (got > 0);
	return got == 0;
}

void hang_up(void)
{
	close_fd(&t.peer);
	run();
}

void expect_answer(const struct ask *ask)
{
	char text[ADDR_TEXT_SIZE];

	assert_true(ask->done);
	assert_int_equal(ask->answer, P0F_ANSWERED);
	assert_string_equal(ask->os_name, addr_format(&ask->addr, text));
}

void expect_failure(const struct ask *ask, enum p0f_answer answer)
{
	assert_true(ask->done);
	assert_int_equal(ask->answer, answer);
}

void expect_well(void)
{
	struct ask *one = ask_p0f();

	reply(one, P0F_REPLY_SIZE);
	expect_answer(one);
}

void expect_retry(int64_t after)
{
	assert_int_equal(t.next - t.now, after);
	pass(after - 1);
	assert_false(accept_client());
	pass(1);
}
