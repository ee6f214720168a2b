#include "p0f_stub.h"

#include "dial.h"
#include "fake_wire.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define MS INT64_C(1000)

#define FD_FIRST (1 << 20) /* above all real ones */

/* What p0f_conn.c promises. */
#define RETRY_MIN    (100 * MS)
#define EARLY_RETRY  (2 * MS)
#define CONNECT_TIME (5000 * MS)
#define DRAIN_TIME   (2000 * MS)

struct stub stub;

void stub_reset(const uint8_t *data, size_t size)
{
	memset(&stub, 0, sizeof(stub));
	stub.input = (struct input){data, size};
	stub.now = 1000000 * MS;
	stub.fd = -1;
	stub.local = input_byte(&stub.input) % 2 == 0;
	stub.tried_at = stub.down_at = stub.now - RETRY_MIN;
}

bool stub_is_well(void)
{
	return stub.state == SOCKET_OPEN && !stub.failed && !stub.lied && !stub.nonsense;
}

/* p0f's side. */

static void write_item(int ask, enum stub_reply reply, const uint8_t *bytes, size_t length)
{
	if (stub.state != SOCKET_OPEN || stub.hung_up || stub.item_count == ASKS_MAX ||
		stub.out_length + length > sizeof(stub.out))
		return;
	memcpy(stub.out + stub.out_length, bytes, length);
	stub.out_length += length;
	stub.items[stub.item_count].ask = ask;
	stub.items[stub.item_count].reply = reply;
	stub.items[stub.item_count++].left = length;
}

bool stub_reply(enum stub_reply reply)
{
	uint8_t bytes[P0F_REPLY_SIZE];
	unsigned ask = stub.asked[0];
	unsigned before = stub.item_count;
	uint32_t status = P0F_STATUS_OK;

	if (stub.asked_count == 0)
		return false;
	fake_reply_make(bytes, &stub.asks[ask].addr, "");
	if (reply == REPLY_UNSEEN)
		status = P0F_STATUS_NO_MATCH;
	else if (reply == REPLY_BAD_STATUS)
		status = P0F_STATUS_BAD_QUERY;
	else if (reply == REPLY_BAD_MAGIC)
		bytes[0] ^= 1;
	memcpy(bytes + 4, &status, sizeof(status));
	write_item((int)ask, reply, bytes, sizeof(bytes));
	if (stub.item_count == before)
		return false;
	stub.asked_count--;
	memmove(stub.asked, stub.asked + 1, stub.asked_count * sizeof(stub.asked[0]));
	return true;
}

void stub_say(size_t bytes)
{
	uint8_t reply[P0F_REPLY_SIZE];
	struct addr nobody = {.version = 4};

	fake_reply_make(reply, &nobody, "");
	if (bytes > 0)
		memset(reply, 0, sizeof(reply));
	write_item(-1, bytes > 0 ? REPLY_BAD_MAGIC : REPLY_OK, reply,
		bytes > 0 ? 1 + bytes % sizeof(reply) : sizeof(reply));
}

void stub_hang_up(size_t left)
{
	if (stub.state != SOCKET_OPEN)
		return;
	stub.hung_up = true;
	stub.asked_count = 0;
	stub.out_length = left < stub.out_length ? left : stub.out_length;
}

short stub_poll(struct pollfd poll)
{
	short revents = 0;

	if (poll.fd != stub.fd)
		fuzz_fail("it polls descriptor %d, not %d", poll.fd, stub.fd);
	if (stub.state == SOCKET_DIALING && !stub.ready)
		return 0;
	if (stub.state == SOCKET_DIALING)
		return poll.events;
	if (stub.out_length > 0 || stub.hung_up)
		revents |= POLLIN;
	if (!stub.full || stub.hung_up)
		revents |= POLLOUT;
	return (short)((revents & poll.events) | (stub.hung_up ? POLLHUP : 0));
}

/* Account for one more byte that the connection has read. */
static void deliver(void)
{
	struct ask *ask;

	stub.due--;
	if (stub.items[0].ask < 0)
		stub.lied = true;
	if (!stub.nonsense && stub.items[0].reply == REPLY_BAD_MAGIC) {
		stub.nonsense = true;
		stub.nonsense_at = stub.now;
	}
	if (--stub.items[0].left > 0)
		return;
	if (stub.items[0].ask >= 0) {
		ask = &stub.asks[stub.items[0].ask];
		ask->reply = stub.items[0].reply;
		ask->delivered = true;
	}
	stub.item_count--;
	memmove(stub.items, stub.items + 1, stub.item_count * sizeof(stub.items[0]));
}

/* Account for a whole query that the connection has sent. */
static void take_query(void)
{
	unsigned at = stub.query[5 + 2] << 8 | stub.query[5 + 3];

	if (!fake_query_is_right(stub.query) || at >= stub.ask_count)
		fuzz_fail("a wrong query");
	if (stub.asks[at].sent_at != 0)
		fuzz_fail("query %u is asked twice", at);
	for (unsigned i = 0; i < at; i++) {
		if (stub.asks[i].open && stub.asks[i].sent_at == 0 && !stub.asks[i].query.abandoned)
			fuzz_fail("query %u is passed over", i);
	}
	stub.asks[at].sent_at = stub.now;
	stub.due += P0F_REPLY_SIZE;
	stub.query_length = 0;
	if (stub.due > (int64_t)P0F_CONN_WINDOW * P0F_REPLY_SIZE)
		fuzz_fail("more than %d queries in flight", P0F_CONN_WINDOW);
	if (!stub.hung_up)
		stub.asked[stub.asked_count++] = at;
}

/* The calls of the connection. The names are the linker's: see ld's --wrap. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static enum dial_result dial_failed(struct dial *dial)
{
	dial->fd = stub.fd = -1;
	dial->step = "cannot connect";
	dial->error = "it does not want to";
	stub.state = SOCKET_NONE;
	stub.down_at = stub.now;
	stub.asked_while_down = false;
	return DIAL_FAILED;
}

/* The input decides how the attempt continues. */
static enum dial_result dial_on(struct dial *dial, unsigned how)
{
	dial->fd = stub.fd;
	stub.ready = false;
	stub.state = how < 0x80 ? SOCKET_OPEN : SOCKET_DIALING;
	if (how < 0x80)
		return DIAL_CONNECTED;
	if (how >= 0xe0)
		return dial_failed(dial);
	dial->events = how < 0xb0 ? POLLIN : POLLOUT;
	return how < 0xb0 ? DIAL_RESOLVING : DIAL_CONNECTING;
}

enum dial_result __wrap_dial_start(struct dial *dial);
enum dial_result __wrap_dial_start(struct dial *dial)
{
	static int next_fd = FD_FIRST;
	bool early = stub.local && stub.asked_while_down;

	if (stub.fd >= 0)
		fuzz_fail("a second socket");
	if (stub.now < (early ? stub.tried_at + EARLY_RETRY : stub.down_at + RETRY_MIN))
		fuzz_fail("an attempt to connect after %lld us",
			(long long)(stub.now - stub.tried_at));
	stub.tried_at = stub.now;
	stub.fd = next_fd++;
	return dial_on(dial, input_byte(&stub.input));
}

enum dial_result __wrap_dial_resume(struct dial *dial);
enum dial_result __wrap_dial_resume(struct dial *dial)
{
	if (stub.state != SOCKET_DIALING || !stub.ready)
		fuzz_fail("resumed, with nothing to resume");
	return dial_on(dial, input_byte(&stub.input) & (dial->events == POLLOUT ? 0x7f : 0xff));
}

static void expect_open(const char *call, int fd)
{
	if (fd != stub.fd || stub.state != SOCKET_OPEN)
		fuzz_fail("%s() on a socket that is not open", call);
}

ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
	static const int passing[] = {EAGAIN, EINTR, ENOBUFS, ENOMEM};
	unsigned how;

	if (fd < FD_FIRST)
		return __real_send(fd, bytes, length, flags);
	expect_open("send", fd);
	if (length == 0 || stub.failed || stub.nonsense || flags != (MSG_NOSIGNAL | MSG_DONTWAIT))
		fuzz_fail("send() of %zu bytes by 0x%x", length, flags);
	how = input_byte(&stub.input);
	if (stub.hung_up || how >= 0xf8) {
		stub.failed = true;
		errno = how >= 0xf8 ? EACCES : EPIPE;
		return -1;
	}
	if (stub.full || how >= 0xe0) {
		errno = stub.full ? EAGAIN : passing[how % 4];
		return -1;
	}
	if (how >= 0xa0)
		length = 1 + input_byte(&stub.input) % length;
	for (size_t i = 0; i < length; i++) {
		stub.query[stub.query_length++] = ((const uint8_t *)bytes)[i];
		if (stub.query_length == P0F_QUERY_SIZE)
			take_query();
	}
	return (ssize_t)length;
}

ssize_t __real_recv(int fd, void *to, size_t room, int flags);
ssize_t __wrap_recv(int fd, void *to, size_t room, int flags);
ssize_t __wrap_recv(int fd, void *to, size_t room, int flags)
{
	static const int failures[] = {EAGAIN, EINTR, ECONNRESET};
	unsigned how;

	if (fd < FD_FIRST)
		return __real_recv(fd, to, room, flags);
	expect_open("recv", fd);
	if (room == 0 || flags != MSG_DONTWAIT)
		fuzz_fail("recv() of %zu bytes by 0x%x", room, flags);
	how = input_byte(&stub.input);
	if (how >= 0xf0 || (stub.out_length == 0 && !stub.hung_up)) {
		errno = how >= 0xf0 ? failures[how % 3] : EAGAIN;
		stub.failed |= errno == ECONNRESET;
		return -1;
	}
	stub.failed |= stub.out_length == 0;
	room = room < stub.out_length ? room : stub.out_length;
	if (how > 0 && how < room)
		room = how;
	memcpy(to, stub.out, room);
	stub.out_length -= room;
	memmove(stub.out, stub.out + room, stub.out_length);
	for (size_t i = 0; i < room; i++)
		deliver();
	return (ssize_t)room;
}

/* p0f dies when its client disconnects while a reply is due. */
static bool may_close(void)
{
	if (stub.ending || stub.failed)
		return true;
	if (stub.state == SOCKET_DIALING)
		return stub.retired || stub.now >= stub.tried_at + CONNECT_TIME;
	if (stub.due <= 0 && stub.query_length == 0)
		return stub.retired || stub.nonsense || stub.lied;
	return (stub.nonsense || stub.lied) &&
	       (stub.due <= 0 || stub.now >= stub.nonsense_at + DRAIN_TIME);
}

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	if (fd < FD_FIRST)
		return __real_close(fd);
	if (fd != stub.fd)
		fuzz_fail("close() of another socket");
	if (!may_close())
		fuzz_fail("closed with %lld bytes due", (long long)stub.due);
	stub.fd = -1;
	stub.state = SOCKET_NONE;
	stub.full = stub.hung_up = stub.failed = stub.lied = stub.nonsense = false;
	stub.nonsense_at = 0;
	stub.query_length = stub.out_length = 0;
	stub.asked_count = stub.item_count = 0;
	stub.due = 0;
	stub.down_at = stub.now;
	stub.asked_while_down = false;
	return 0;
}

int __wrap_shutdown(int fd, int how);
int __wrap_shutdown(int fd, int how)
{
	fuzz_fail("shutdown(%d, %d)", fd, how);
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
