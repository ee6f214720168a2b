/*
 * The protocol of sd_notify(3): one datagram, too little to depend on libsystemd for.
 */
#include "notify.h"

#include "log.h"
#include "mono.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Returns the length of the address, or 0 when the path is not one that sd_notify(3) knows. */
static socklen_t notify_address(struct sockaddr_un *sun, const char *path)
{
	size_t length = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || length >= sizeof(sun->sun_path))
		return 0;
	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	memcpy(sun->sun_path, path, length);
	if (path[0] == '@')
		sun->sun_path[0] = '\0'; /* an abstract socket */
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

void notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sun;
	socklen_t length;
	int fd;

	if (path == NULL)
		return;
	length = notify_address(&sun, path);
	if (length == 0) {
		log_warnx("NOTIFY_SOCKET %s: bad address", path);
		return;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd < 0 ||
		sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&sun, length) < 0)
		log_warn("NOTIFY_SOCKET %s", path);
	if (fd >= 0)
		close(fd);
}

void notify_reloading(void)
{
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRId64, mono_us());
	notify_send(state);
}
