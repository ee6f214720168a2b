/*
 * Maildirs, however they are nested: every file in a directory "cur" or "new" is a message. Other
 * files of a mail server are no messages, and those in "tmp" are not delivered yet. A message
 * costs an open, a read and a close.
 */
#include "maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nearly every header section is shorter, and reading a little too much costs little. */
#define MESSAGE_CHUNK 16384

/* A directory that is being read. */
struct level {
	DIR *stream;
	size_t length; /* of its path */
	bool is_mail;
};

struct walk {
	struct reader *reader;
	bool counts;
	int64_t messages;
	unsigned maildirs;
	unsigned depth;
	struct level levels[MAILDIR_DEPTH];
};

static void note(struct walk *walk, enum odd_kind kind, const char *reason)
{
	if (!walk->counts)
		reader_note(walk->reader, kind, reason);
}

/* A file that cannot be opened may have been moved: mailboxes are in use. */
static void note_error(struct walk *walk)
{
	if (errno == ENOENT)
		note(walk, ODD_GONE, NULL);
	else
		note(walk, ODD_UNREADABLE, strerror(errno));
}

/* It is never read as an mbox, whatever it begins with. */
static void read_open_message(struct reader *reader, int fd)
{
	struct message *message = &reader->message;
	struct lines *lines = &reader->lines;
	struct line line;

	lines_open(lines, fd, MESSAGE_CHUNK);
	message_begin(message, reader->header);
	while (lines_next(lines, &line) && message_take(message, &line))
		;
	message_end(message);
	if (lines->error != 0)
		reader_note(reader, ODD_UNREADABLE, strerror(lines->error));
	else if (message->has_fields)
		reader_finish(reader, PROGRESS_MESSAGE);
	else
		reader_note(reader, lines->bytes == 0 ? ODD_EMPTY : ODD_NO_FIELDS, NULL);
}

static void read_message(struct walk *walk, int directory, const char *name)
{
	/* O_NONBLOCK: no wait if a FIFO has taken the file's place */
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0) {
		note_error(walk);
		return;
	}
	read_open_message(walk->reader, fd);
	close(fd);
}

/* Returns the type of an entry, as the bits S_IFMT of a mode; 0 when it is gone. */
static mode_t entry_type(int directory, const struct dirent *entry)
{
	struct stat info;

#ifdef DT_REG
	if (entry->d_type == DT_REG)
		return S_IFREG;
	if (entry->d_type == DT_DIR)
		return S_IFDIR;
#endif
	if (fstatat(directory, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return info.st_mode & S_IFMT;
}

/* Returns whether the path's last name is "cur" or "new". */
static bool holds_mail(const char *path, size_t length)
{
	while (length > 0 && path[length - 1] == '/')
		length--;
	if (length < 3 || (length > 3 && path[length - 4] != '/'))
		return false;
	path += length - 3;
	return memcmp(path, "cur", 3) == 0 || memcmp(path, "new", 3) == 0;
}

/* Enter an open directory, whose path is the reader's. */
static void push(struct walk *walk, int fd)
{
	struct level *level = &walk->levels[walk->depth];
	const char *path = walk->reader->path;

	level->stream = fdopendir(fd);
	if (level->stream == NULL) {
		note_error(walk);
		close(fd);
		return;
	}
	level->length = strlen(path);
	level->is_mail = holds_mail(path, level->length);
	walk->maildirs += level->is_mail;
	walk->depth++;
}

static void enter(struct walk *walk, int directory, const char *name)
{
	int fd;

	if (walk->depth == MAILDIR_DEPTH) {
		note(walk, ODD_TOO_DEEP, NULL);
		return;
	}
	fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		push(walk, fd);
	else
		note_error(walk);
}

static void take_file(struct walk *walk, int directory, const char *name)
{
	walk->messages++;
	if (!walk->counts)
		read_message(walk, directory, name);
}

/* Append a name to the path of its directory, unless it is too long for the room. */
static void append_name(char *path, size_t length, const char *name)
{
	size_t size = strlen(name) + 1;

	if (path[length - 1] != '/' && length + 1 < READER_PATH_SIZE)
		path[length++] = '/';
	if (size <= READER_PATH_SIZE - length)
		memcpy(path + length, name, size);
	else
		path[length] = '\0';
}

static void take_entry(struct walk *walk, const struct level *level, const struct dirent *entry)
{
	int directory = dirfd(level->stream);
	mode_t type = entry_type(directory, entry);

	append_name(walk->reader->path, level->length, entry->d_name);
	if (S_ISDIR(type)) {
		enter(walk, directory, entry->d_name);
	} else if (S_ISLNK(type)) {
		note(walk, ODD_SYMLINK, NULL);
	} else if (level->is_mail && entry->d_name[0] != '.') {
		if (S_ISREG(type))
			take_file(walk, directory, entry->d_name);
		else
			note(walk, type == 0 ? ODD_GONE : ODD_DEVICE, NULL);
	}
}

/* Take the next entry of the innermost directory, or leave the directory at its end. */
static void step(struct walk *walk)
{
	struct level *level = &walk->levels[walk->depth - 1];
	const struct dirent *entry;

	walk->reader->path[level->length] = '\0';
	errno = 0;
	entry = readdir(level->stream);
	if (entry == NULL) {
		if (errno != 0)
			note(walk, ODD_UNREADABLE, strerror(errno));
		closedir(level->stream);
		walk->depth--;
	} else if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
		take_entry(walk, level, entry);
	}
}

int64_t maildir_walk(struct reader *reader, int fd, bool counts)
{
	struct walk walk = {.reader = reader, .counts = counts};

	push(&walk, fd);
	while (walk.depth > 0)
		step(&walk);
	return walk.maildirs > 0 ? walk.messages : -1;
}
