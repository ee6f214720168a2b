/*
 * Filters to compare p0f-milter with. Each adds a header to every message, and does only what its
 * kind must:
 *
 *     constant  the header is always the same; steps, macros and replies as p0f-milter's
 *     default   the same, but with the steps, macros and replies that libmilter has by itself
 *     script    asks p0f at the connect step, over a new connection, as scripts do
 */
#include "addr.h"
#include "header.h"
#include "p0f_wire.h"

#include <libmilter/mfapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define HEADER_NAME "X-P0F-OS"

static const struct header_options header_options = {
	.name = HEADER_NAME,
	.fields = HEADER_FLAVOR | HEADER_MATCH | HEADER_DISTANCE | HEADER_UPTIME | HEADER_LINK,
	.stale_after = 3600,
};

static struct sockaddr_un p0f = {.sun_family = AF_UNIX};

/* Ask p0f. Returns 0 and the reply, or -1. */
static int ask(const struct addr *addr, struct p0f_reply *reply)
{
	uint8_t bytes[P0F_REPLY_SIZE];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int failed = -1;

	if (fd < 0)
		return -1;
	p0f_query_encode(bytes, addr);
	if (connect(fd, (struct sockaddr *)&p0f, sizeof(p0f)) == 0 &&
		send(fd, bytes, P0F_QUERY_SIZE, MSG_NOSIGNAL) == P0F_QUERY_SIZE &&
		recv(fd, bytes, sizeof(bytes), MSG_WAITALL) == sizeof(bytes) &&
		p0f_reply_check_start(bytes, P0F_REPLY_SIZE) == NULL &&
		p0f_reply_decode(reply, bytes) == NULL)
		failed = 0;
	close(fd);
	return failed;
}

static sfsistat on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *peer)
{
	(void)ctx;
	(void)host;
	(void)peer;
	return SMFIS_NOREPLY;
}

static sfsistat on_connect_ask(SMFICTX *ctx, char *host, _SOCK_ADDR *peer)
{
	struct p0f_reply *reply = calloc(1, sizeof(*reply));
	struct addr addr;

	(void)host;
	if (reply != NULL && addr_from_sockaddr(&addr, peer) && ask(&addr, reply) == 0 &&
		smfi_setpriv(ctx, reply) == MI_SUCCESS)
		return SMFIS_NOREPLY;
	free(reply);
	return SMFIS_NOREPLY;
}

static sfsistat on_header(SMFICTX *ctx, char *name, char *value)
{
	(void)ctx;
	(void)name;
	(void)value;
	return SMFIS_NOREPLY;
}

static sfsistat on_eom(SMFICTX *ctx)
{
	char value[HEADER_VALUE_SIZE] = "os=\"Linux\"; flavor=\"3.11 and newer\"; match=normal";
	const struct p0f_reply *reply = smfi_getpriv(ctx);

	if (reply != NULL)
		header_format(value, &header_options, reply, time(NULL));
	smfi_insheader(ctx, 0, HEADER_NAME, value);
	return SMFIS_CONTINUE;
}

static sfsistat on_close(SMFICTX *ctx)
{
	free(smfi_getpriv(ctx));
	smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

static sfsistat on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps,
	unsigned long unused2, unsigned long unused3, unsigned long *want_actions,
	unsigned long *want_steps, unsigned long *want2, unsigned long *want3)
{
	(void)actions;
	(void)unused2;
	(void)unused3;
	for (int step = SMFIM_CONNECT; step <= SMFIM_EOH; step++)
		smfi_setsymlist(ctx, step, step == SMFIM_EOM ? "i {auth_authen}" : "");
	*want_actions = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_SETSYMLIST;
	*want_steps =
		steps & (SMFIP_NOHELO | SMFIP_NOMAIL | SMFIP_NORCPT | SMFIP_NOBODY | SMFIP_NOEOH |
				SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_NR_CONN | SMFIP_NR_HDR);
	*want2 = 0;
	*want3 = 0;
	return SMFIS_CONTINUE;
}

/* The callbacks of a filter that takes every step that libmilter offers. */
static sfsistat take_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *peer)
{
	on_connect(ctx, host, peer);
	return SMFIS_CONTINUE;
}

static sfsistat take_text(SMFICTX *ctx, char *text)
{
	on_header(ctx, text, text);
	return SMFIS_CONTINUE;
}

static sfsistat take_address(SMFICTX *ctx, char **arguments)
{
	on_header(ctx, arguments[0], NULL);
	return SMFIS_CONTINUE;
}

static sfsistat take_header(SMFICTX *ctx, char *name, char *value)
{
	on_header(ctx, name, value);
	return SMFIS_CONTINUE;
}

static sfsistat take_step(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_CONTINUE;
}

static sfsistat take_body(SMFICTX *ctx, unsigned char *bytes, size_t length)
{
	(void)ctx;
	(void)bytes;
	(void)length;
	return SMFIS_CONTINUE;
}

static struct smfiDesc lean_filter = {
	.xxfi_name = "reference",
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_SETSYMLIST,
	.xxfi_connect = on_connect,
	.xxfi_header = on_header,
	.xxfi_eom = on_eom,
	.xxfi_close = on_close,
	.xxfi_negotiate = on_negotiate,
};

static struct smfiDesc default_filter = {
	.xxfi_name = "reference",
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = SMFIF_ADDHDRS,
	.xxfi_connect = take_connect,
	.xxfi_helo = take_text,
	.xxfi_envfrom = take_address,
	.xxfi_envrcpt = take_address,
	.xxfi_header = take_header,
	.xxfi_eoh = take_step,
	.xxfi_body = take_body,
	.xxfi_eom = on_eom,
	.xxfi_data = take_step,
};

int main(int argc, char **argv)
{
	struct smfiDesc *filter = &lean_filter;

	if (argc < 3 || (strcmp(argv[1], "script") == 0) != (argc == 4)) {
		fputs("usage: reference constant|default SOCKET\n"
		      "       reference script SOCKET P0F\n",
			stderr);
		return 64;
	}
	if (strcmp(argv[1], "default") == 0)
		filter = &default_filter;
	if (argc == 4) {
		filter->xxfi_connect = on_connect_ask;
		snprintf(p0f.sun_path, sizeof(p0f.sun_path), "%s", argv[3]);
	}
	umask(0);
	smfi_setconn(argv[2]);
	smfi_setbacklog(1024);
	if (smfi_register(*filter) != MI_SUCCESS || smfi_opensocket(false) != MI_SUCCESS)
		return 73;
	fputs("listens on\n", stderr);
	return smfi_main() == MI_SUCCESS ? 0 : 70;
}
