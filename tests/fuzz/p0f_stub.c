#include "p0f_stub.h"

#include "fake_wire.h"
#include "sock.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define MS INT64_C(1000)

#define FD_FIRST     (1 << 20) /* above all real ones */
#define RETRY_MIN    (100 * MS)
#define RETRY_MAX    (5000 * MS)
#define HURRY        (2 * MS)
#define CONNECT_TIME (5000 * MS)
#define DRAIN_TIME   (2000 * MS)

struct stub stub;

void stub_new_conn(void)
{
	stub.tried_at = -HURRY;
	stub.down_at = stub.now;
	stub.back_off = 0;
	stub.next_back_off = RETRY_MIN;
	stub.may_hurry = false;
	stub.asked_while_down = false;
	stub.connects = 0;
}

void stub_reset(const uint8_t *data, size_t size, int family)
{
	stub = (struct stub){
		.input = {data, size},
		.now = 1000000 * MS,
		.family = family,
		.socket.fd = -1,
		.next_fd = FD_FIRST,
	};
	stub_new_conn();
}

bool stub_is_healthy(void)
{
	const struct socket *s = &stub.socket;

	return s->state == SOCKET_OPEN && !s->told && !s->lied && s->distrusted_at < 0;
}

bool stub_may_connect(bool asked)
{
	return stub.now >= stub.down_at + stub.back_off ||
	       (asked && stub.may_hurry && stub.now >= stub.tried_at + HURRY);
}

/* p0f's side. */

void stub_reply(enum stub_reply reply, bool extra)
{
	struct socket *s = &stub.socket;
	uint8_t *to = s->out + s->out_length;
	struct addr nobody = {.version = 4};
	struct item item = {-1, reply};

	if (s->state != SOCKET_OPEN || s->hung_up || s->item_count == ITEMS_MAX ||
		(!extra && s->replied == s->asked_count))
		return;
	if (!extra) {
		item.ask = s->asked[s->replied++];
		stub.asks[item.ask].reply = reply;
		stub.asks[item.ask].replied = true;
	}
	fake_reply_make(to, extra ? &nobody : &stub.asks[item.ask].addr, "");
	if (reply == REPLY_UNSEEN)
		to[4] = P0F_STATUS_NO_MATCH;
	else if (reply == REPLY_BAD_STATUS)
		to[4] = P0F_STATUS_BAD_QUERY;
	else if (reply == REPLY_BAD_MAGIC)
		to[0] ^= 1;
	s->items[s->item_count++] = item;
	s->out_length += P0F_REPLY_SIZE;
}

void stub_hang_up(size_t left)
{
	struct socket *s = &stub.socket;

	if (s->state != SOCKET_OPEN)
		return;
	s->hung_up = true;
	s->out_length = left < s->out_length ? left : s->out_length;
}

short stub_poll(int fd, short events)
{
	const struct socket *s = &stub.socket;
	short revents = 0;

	if (fd < 0 || fd != s->fd || s->state == SOCKET_CONNECTING)
		return 0;
	if (s->out_length > 0 || s->hung_up)
		revents |= POLLIN;
	if (!s->full || s->connect_error != 0 || s->hung_up)
		revents |= POLLOUT;
	return (short)((revents & events) | (s->hung_up || s->connect_error != 0 ? POLLHUP : 0));
}

/* What was read cannot be p0f's, and the connection must have seen it. */
static void distrust(struct socket *s)
{
	if (s->distrusted_at < 0)
		s->distrusted_at = stub.now;
}

/* Is there surely no query in flight, nor one that waits for room in the socket? */
static bool is_idle(const struct socket *s)
{
	for (unsigned i = 0; i < stub.ask_count; i++) {
		const struct ask *ask = &stub.asks[i];

		if (ask->state != ASK_OVER && !ask->sent)
			return false;
	}
	return s->asked_count == 0;
}

/* The connection has read all of the first item. */
static void finish_item(struct socket *s)
{
	struct item item = s->items[0];
	struct ask *ask;

	s->item_read = 0;
	s->item_count--;
	memmove(s->items, s->items + 1, s->item_count * sizeof(s->items[0]));
	if (s->distrusted_at < 0 && item.reply <= REPLY_UNSEEN) {
		s->proven = true;
		stub.next_back_off = RETRY_MIN;
	}
	if (item.ask < 0)
		return;
	ask = &stub.asks[item.ask];
	ask->delivered = s->distrusted_at < 0;
	s->asked_count--;
	s->replied--;
	memmove(s->asked, s->asked + 1, s->asked_count * sizeof(s->asked[0]));
}

/* The connection has read one more byte. */
static void deliver(struct socket *s)
{
	const struct item *item = &s->items[0];

	if (item->ask < 0 && s->item_read == 0) {
		/* with nothing in flight it is seen; else it passes for a reply */
		if (is_idle(s))
			distrust(s);
		else
			s->lied = true;
	}
	if (++s->item_read == sizeof(uint32_t) && item->reply == REPLY_BAD_MAGIC)
		distrust(s);
	s->due--;
	if (s->item_read == P0F_REPLY_SIZE)
		finish_item(s);
}

/* The connection has sent a whole query. */
static void take_query(struct socket *s)
{
	unsigned at = stub.ask_count;

	if (!fake_query_is_right(s->query))
		fuzz_fail("a wrong query");
	for (unsigned i = 0; i < stub.ask_count; i++) {
		const struct ask *ask = &stub.asks[i];

		if (ask->addr.version == s->query[4] &&
			memcmp(ask->addr.bytes, s->query + 5, sizeof(ask->addr.bytes)) == 0) {
			at = i;
			break;
		}
		if (ask->state == ASK_OPEN && !ask->sent)
			fuzz_fail("query %u is passed over", i);
	}
	if (at == stub.ask_count || stub.asks[at].sent ||
		(stub.asks[at].state == ASK_OVER && !s->lied))
		fuzz_fail("query %u is not to be asked", at);
	if (s->asked_count >= P0F_CONN_WINDOW && !s->lied)
		fuzz_fail("more than %d queries in flight", P0F_CONN_WINDOW);
	stub.asks[at].sent = true;
	stub.asks[at].sent_at = stub.now;
	s->asked[s->asked_count++] = (int)at;
	s->due += P0F_REPLY_SIZE;
	s->query_length = 0;
}

/* The attempt to connect, or the connection, has ended. */
static void go_down(bool may_hurry)
{
	struct socket *s = &stub.socket;

	stub.may_hurry = may_hurry && stub.family == AF_UNIX;
	stub.unsure = s->lied;
	stub.down_at = stub.now;
	stub.back_off = stub.next_back_off;
	stub.next_back_off = stub.back_off * 2 < RETRY_MAX ? stub.back_off * 2 : RETRY_MAX;
	stub.asked_while_down = false;
	*s = (struct socket){.fd = -1, .distrusted_at = -1};
	for (unsigned i = 0; i < stub.ask_count; i++) {
		if (stub.asks[i].state == ASK_CANCELLED)
			stub.asks[i].state = ASK_OVER;
	}
}

/* The socket's calls. The names are the linker's: see ld's --wrap. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

int __wrap_sock_open(int family);
int __wrap_sock_open(int family)
{
	if (stub.socket.fd >= 0 || family != stub.family)
		fuzz_fail("a second socket, or of family %d", family);
	if (!stub_may_connect(stub.asked_while_down))
		fuzz_fail("an attempt to connect after %lld us, not %lld",
			(long long)(stub.now - stub.down_at), (long long)stub.back_off);
	stub.tried_at = stub.now;
	if (input_byte(&stub.input) >= 0xf0) {
		go_down(true);
		errno = EMFILE;
		return -1;
	}
	stub.socket =
		(struct socket){.fd = stub.next_fd++, .state = SOCKET_NEW, .distrusted_at = -1};
	return stub.socket.fd;
}

static void expect_fd(const char *call, int fd)
{
	if (fd < 0 || fd != stub.socket.fd)
		fuzz_fail("%s() on a socket that is not open", call);
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct socket *s = &stub.socket;
	unsigned how = input_byte(&stub.input);

	(void)length;
	expect_fd("connect", fd);
	if (s->state != SOCKET_NEW || address->sa_family != stub.family)
		fuzz_fail("connect() again, or to another address");
	if (how >= 0xe0) {
		s->told = true;
		errno = stub.family != AF_UNIX || how < 0xf0 ? ECONNREFUSED : EAGAIN;
		return -1;
	}
	if (how >= 0x40 && stub.family != AF_UNIX) {
		s->state = SOCKET_CONNECTING;
		errno = EINPROGRESS;
		return -1;
	}
	s->state = SOCKET_OPEN;
	stub.connects++;
	return 0;
}

int __real_getsockopt(int fd, int level, int option, void *value, socklen_t *length);
int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *length);
int __wrap_getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
	struct socket *s = &stub.socket;

	if (fd < FD_FIRST)
		return __real_getsockopt(fd, level, option, value, length);
	expect_fd("getsockopt", fd);
	if (s->state != SOCKET_CONNECTED || level != SOL_SOCKET || option != SO_ERROR ||
		*length != sizeof(s->connect_error))
		fuzz_fail("getsockopt() of something else");
	memcpy(value, &s->connect_error, sizeof(s->connect_error));
	s->told = s->connect_error != 0;
	if (!s->told) {
		s->state = SOCKET_OPEN;
		stub.connects++;
	}
	return 0;
}

ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
	static const int passing[] = {EAGAIN, EINTR, ENOBUFS, ENOMEM};
	struct socket *s = &stub.socket;
	unsigned how;

	if (fd < FD_FIRST)
		return __real_send(fd, bytes, length, flags);
	expect_fd("send", fd);
	if (s->state != SOCKET_OPEN || s->told || s->distrusted_at >= 0 || length == 0 ||
		flags != (MSG_NOSIGNAL | MSG_DONTWAIT))
		fuzz_fail("send() at the wrong time, or of %zu bytes by 0x%x", length, flags);
	how = input_byte(&stub.input);
	if (s->hung_up || how >= 0xf8) {
		s->told = true;
		errno = how >= 0xf8 ? EACCES : EPIPE;
		return -1;
	}
	if (s->full || how >= 0xe0) {
		errno = s->full ? EAGAIN : passing[how % 4];
		return -1;
	}
	if (how >= 0xa0)
		length = 1 + input_byte(&stub.input) % length;
	for (size_t i = 0; i < length; i++) {
		s->query[s->query_length++] = ((const uint8_t *)bytes)[i];
		if (s->query_length == P0F_QUERY_SIZE)
			take_query(s);
	}
	return (ssize_t)length;
}

ssize_t __real_recv(int fd, void *to, size_t room, int flags);
ssize_t __wrap_recv(int fd, void *to, size_t room, int flags);
ssize_t __wrap_recv(int fd, void *to, size_t room, int flags)
{
	static const int failures[] = {EAGAIN, EINTR, ECONNRESET};
	struct socket *s = &stub.socket;
	unsigned how;

	if (fd < FD_FIRST)
		return __real_recv(fd, to, room, flags);
	expect_fd("recv", fd);
	if (s->state != SOCKET_OPEN || room == 0 || flags != MSG_DONTWAIT)
		fuzz_fail("recv() at the wrong time, or of %zu bytes by 0x%x", room, flags);
	how = input_byte(&stub.input);
	if (how >= 0xf0 || (s->out_length == 0 && !s->hung_up)) {
		errno = how >= 0xf0 ? failures[how % 3] : EAGAIN;
		s->told |= errno == ECONNRESET;
		return -1;
	}
	if (s->out_length == 0) {
		s->told = true;
		return 0;
	}
	room = room < s->out_length ? room : s->out_length;
	if (how > 0 && how < room)
		room = how;
	memcpy(to, s->out, room);
	s->out_length -= room;
	memmove(s->out, s->out + room, s->out_length);
	for (size_t i = 0; i < room; i++)
		deliver(s);
	return (ssize_t)room;
}

/* p0f dies when its client goes away with a reply due. */
static bool may_close(void)
{
	const struct socket *s = &stub.socket;
	bool idle = s->due <= 0 && s->query_length == 0;

	if (s->told || s->lied || stub.ending)
		return true;
	if (s->distrusted_at >= 0)
		return s->due <= 0 || stub.now >= s->distrusted_at + DRAIN_TIME;
	if (s->state != SOCKET_OPEN && stub.now >= stub.tried_at + CONNECT_TIME)
		return true;
	return stub.retired && idle;
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	if (fd < FD_FIRST)
		return __real_close(fd);
	expect_fd("close", fd);
	if (!may_close())
		fuzz_fail("closed with %lld bytes due", (long long)stub.socket.due);
	go_down(stub.socket.state != SOCKET_OPEN ||
		(stub.socket.proven && stub.socket.distrusted_at < 0));
	return 0;
}

int __wrap_shutdown(int fd, int how);
int __wrap_shutdown(int fd, int how)
{
	fuzz_fail("shutdown(%d, %d)", fd, how);
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
