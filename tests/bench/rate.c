/*
 * How many queries a second p0f answers: one at a time, several in flight over one
 * connection, and through the filter's own client. Prints microseconds per query.
 *
 *     rate one|pipelined|client P0F QUERIES
 */
#include "addr.h"
#include "mono.h"
#include "p0f_client.h"
#include "p0f_conn.h"
#include "p0f_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Lookups that are open at once, as with many sessions. */
#define LOOKUPS 64

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int open_p0f(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail(path);
	return fd;
}

static void choose_address(struct addr *addr, unsigned long n)
{
	*addr = (struct addr){.version = 4, .bytes = {198, 18, (uint8_t)(n >> 8), (uint8_t)n}};
}

/* Ask over one connection, with so many queries in flight, each written separately. */
static void ask_directly(const char *path, unsigned long count, unsigned long window)
{
	uint8_t query[P0F_QUERY_SIZE];
	uint8_t replies[P0F_CONN_WINDOW * P0F_REPLY_SIZE];
	size_t at = 0;
	unsigned long sent = 0;
	unsigned long done = 0;
	int fd = open_p0f(path);
	struct addr addr;

	while (done < count) {
		ssize_t got;

		for (; sent < count && sent - done < window; sent++) {
			choose_address(&addr, sent);
			p0f_query_encode(query, &addr);
			if (send(fd, query, sizeof(query), MSG_NOSIGNAL) != sizeof(query))
				fail("send");
		}
		got = recv(fd, replies + at, sizeof(replies) - at, 0);
		if (got <= 0)
			fail("recv");
		at += (size_t)got;
		done += at / P0F_REPLY_SIZE;
		at %= P0F_REPLY_SIZE;
	}
	close(fd);
}

static void ask_by_client(char *path, unsigned long count)
{
	struct p0f_client *client = p0f_client_new();
	struct p0f_lookup *lookups[LOOKUPS] = {NULL};
	struct p0f_reply reply;
	struct addr addr;

	if (client == NULL || p0f_client_set_endpoints(client, &path, 1) < 0)
		fail("client");
	for (unsigned long n = 0; n < count + LOOKUPS; n++) {
		struct p0f_lookup **slot = &lookups[n % LOOKUPS];

		if (*slot != NULL &&
			p0f_lookup_wait(*slot, mono_us() + 10000000, &reply) != P0F_ANSWERED)
			fail("lookup");
		p0f_lookup_free(*slot);
		*slot = NULL;
		if (n >= count)
			continue;
		choose_address(&addr, n);
		*slot = p0f_client_submit(client, &addr, 10000);
	}
	p0f_client_stop(client, 1000);
	p0f_client_free(client);
}

int main(int argc, char **argv)
{
	unsigned long count = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	int64_t began = mono_us();

	if (count == 0) {
		fputs("usage: rate one|pipelined|client P0F QUERIES\n", stderr);
		return 64;
	}
	if (strcmp(argv[1], "client") == 0)
		ask_by_client(argv[2], count);
	else
		ask_directly(argv[2], count, strcmp(argv[1], "one") == 0 ? 1 : P0F_CONN_WINDOW);
	printf("%.3f\n", (double)(mono_us() - began) / (double)count);
	return 0;
}
