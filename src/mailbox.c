/*
 * What a PATH may be. maildir and mbox know how mail is stored there.
 */
#include "mailbox.h"

#include "maildir.h"
#include "mbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Keep the path for messages. Half of the room is left for the names below it. */
static int set_path(struct reader *reader, const char *path)
{
	size_t length = strlen(path);

	if (length == 0 || length >= READER_PATH_SIZE / 2) {
		errno = length == 0 ? ENOENT : ENAMETOOLONG;
		strcpy(reader->path, length == 0 ? "\"\"" : "a path");
		return -1;
	}
	memcpy(reader->path, path, length + 1);
	return 0;
}

/* Open a file or a directory, but nothing else, which could keep us waiting. */
static int open_named(const char *path, struct stat *info)
{
	if (stat(path, info) < 0)
		return -1;
	if (!S_ISREG(info->st_mode) && !S_ISDIR(info->st_mode)) {
		errno = 0;
		return -1;
	}
	return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void read_stdin(struct reader *reader)
{
	set_path(reader, "standard input");
	lines_open(&reader->lines, STDIN_FILENO, LINES_BUFFER);
	mbox_read(reader);
}

static void read_file(struct reader *reader, int fd)
{
	lines_open(&reader->lines, fd, LINES_BUFFER);
	mbox_read(reader);
	close(fd);
}

void mailbox_read(struct reader *reader, const char *path)
{
	struct stat info;
	int fd = -1;

	if (strcmp(path, "-") == 0) {
		read_stdin(reader);
		return;
	}
	if (set_path(reader, path) == 0)
		fd = open_named(path, &info);
	if (fd < 0 && errno == 0)
		reader_note(reader, ODD_SPECIAL, NULL);
	else if (fd < 0)
		reader_note(reader, ODD_UNREADABLE, strerror(errno));
	else if (!S_ISDIR(info.st_mode))
		read_file(reader, fd);
	else if (maildir_walk(reader, fd, false) < 0)
		reader_note(reader, ODD_NO_MAILDIR, NULL);
}

uint64_t mailbox_work(struct reader *reader, const char *path)
{
	struct stat info;
	int64_t messages;
	int fd;

	if (strcmp(path, "-") == 0 || set_path(reader, path) < 0)
		return 0;
	fd = open_named(path, &info);
	if (fd < 0)
		return 0;
	if (!S_ISDIR(info.st_mode)) {
		close(fd);
		return (uint64_t)info.st_size;
	}
	messages = maildir_walk(reader, fd, true);
	return messages > 0 ? (uint64_t)messages * PROGRESS_MESSAGE : 0;
}
