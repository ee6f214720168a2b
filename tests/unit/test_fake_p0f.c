/*
 * The fake p0f itself, with rude clients: if it were lenient, the tests of p0f_client could not
 * fail.
 */
#include "p0f_fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(struct fake_p0f *fake)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	strcpy(sun.sun_path, fake_p0f_name(fake));
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	fake_p0f_sync(fake);
	return fd;
}

/* The bytes of a good query about 192.0.2.1. */
static void make_query(uint8_t query[P0F_QUERY_SIZE])
{
	const uint32_t magic = 0x50304601;

	memset(query, 0, P0F_QUERY_SIZE);
	memcpy(query, &magic, sizeof(magic));
	memcpy(query + 4, (const uint8_t[]){4, 192, 0, 2, 1}, 5);
}

static void send_query(int fd, size_t length)
{
	uint8_t query[P0F_QUERY_SIZE];

	make_query(query);
	assert_int_equal(write(fd, query, length), length);
}

static void read_reply(int fd)
{
	uint8_t reply[P0F_REPLY_SIZE];

	assert_int_equal(recv(fd, reply, sizeof(reply), MSG_WAITALL), sizeof(reply));
	assert_string_equal((char *)reply + 40, "192.0.2.1");
}

/* The fake must have noticed what the test's client did, once, and nothing else. */
static void expect_only(struct fixture *fixture, enum fake_count violation)
{
	fake_p0f_sync(fixture->fakes[0]);
	assert_int_equal(fake_p0f_count(fixture->fakes[0], violation), 1);
	assert_int_equal(fixture_violations(fixture->fakes[0]), 1);
	fixture->rude = true;
}

static void test_good_client(void **state)
{
	struct fake_p0f *fake = fixture_fake(*state, FAKE_UNIX);
	int fd = connect_to(fake);

	send_query(fd, P0F_QUERY_SIZE);
	read_reply(fd);
	close(fd);
	fake_p0f_sync(fake);
	assert_int_equal(fake_p0f_count(fake, FAKE_CLOSES), 1);
	assert_int_equal(fixture_violations(fake), 0);
}

static void test_second_connection(void **state)
{
	struct fake_p0f *fake = fixture_fake(*state, FAKE_UNIX);
	int first = connect_to(fake);
	int second = connect_to(fake);

	expect_only(*state, FAKE_SECOND_CONNECTION);
	close(first);
	close(second);
}

static void test_close_with_a_reply_due(void **state)
{
	struct fake_p0f *fake = fixture_fake(*state, FAKE_UNIX);
	int fd = connect_to(fake);

	fake_p0f_release(fake, 0);
	send_query(fd, P0F_QUERY_SIZE);
	close(fd);
	expect_only(*state, FAKE_CLOSED_EARLY);
}

static void test_close_with_a_reply_unread(void **state)
{
	struct fake_p0f *fake = fixture_fake(*state, FAKE_UNIX);
	int fd = connect_to(fake);

	send_query(fd, P0F_QUERY_SIZE);
	assert_true(fake_p0f_wait(fake, FAKE_ANSWERS, 1));
	close(fd);
	expect_only(*state, FAKE_CLOSED_EARLY);
}

static void test_half_close(void **state)
{
	struct fake_p0f *fake = fixture_fake(*state, FAKE_UNIX);
	int fd = connect_to(fake);

	shutdown(fd, SHUT_WR);
	expect_only(*state, FAKE_HALF_CLOSED);
	close(fd);
}

static void test_bad_queries(void **state)
{
	static const struct {
		const char *label;
		size_t at; /* the spoiled byte */
		uint8_t value;
	} rows[] = {
		{"first byte of the magic", 0, 0xff},
		{"last byte of the magic", 3, 0xff},
		{"type 0", 4, 0},
		{"type 5", 4, 5},
		{"first byte of padding", 9, 1},
		{"last byte of padding", 20, 1},
	};
	struct fake_p0f *fake = fixture_fake(*state, FAKE_UNIX);
	uint8_t query[P0F_QUERY_SIZE];
	int fd = connect_to(fake);

	((struct fixture *)*state)->rude = true;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].label);
		make_query(query);
		query[rows[i].at] = rows[i].value;
		assert_int_equal(write(fd, query, sizeof(query)), sizeof(query));
		fake_p0f_sync(fake);
		assert_int_equal(fake_p0f_count(fake, FAKE_BAD_QUERY), i + 1);
	}
	close(fd);
}

static void test_incomplete_query(void **state)
{
	int fd = connect_to(fixture_fake(*state, FAKE_UNIX));

	send_query(fd, P0F_QUERY_SIZE - 1);
	close(fd);
	expect_only(*state, FAKE_BAD_QUERY);
}

static void test_hasty_connect(void **state)
{
	struct fake_p0f *fake = fixture_fake(*state, FAKE_UNIX);
	int fd = connect_to(fake);

	fake_p0f_hang_up(fake);
	close(fd);
	fd = connect_to(fake);
	expect_only(*state, FAKE_HASTY_CONNECT);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(test_good_client),
		fixture_test(test_second_connection),
		fixture_test(test_close_with_a_reply_due),
		fixture_test(test_close_with_a_reply_unread),
		fixture_test(test_half_close),
		fixture_test(test_bad_queries),
		fixture_test(test_incomplete_query),
		fixture_test(test_hasty_connect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
