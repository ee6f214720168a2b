/*
 * Messages to stderr or to syslog. Under systemd the lines on stderr carry the priority that
 * journald understands (sd-daemon(3)); elsewhere they carry our name.
 *
 * A thread of its own writes: neither a full pipe nor a stopped syslogd may hold up mail. Lines
 * are collected in one of two buffers while the other one is being written.
 */
#include "log.h"

#include "mono.h"
#include "printable.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_SIZE       1024
#define COUNT_SIZE      64 /* room in a line for its count, or for the message of errno */
#define LIMIT_PERIOD_US (INT64_C(60) * 1000000)
#define FLUSH_US        1000000
#define BUFFER_SIZE     65536

/* Lines: for each, one byte with its level, then its text with the NUL. */
struct buffer {
	size_t length;
	char bytes[BUFFER_SIZE];
};

static _Atomic int log_level = LOG_INFO;
static _Atomic int log_target = LOG_TO_STDERR;
static _Atomic bool log_to_journal;

static struct {
	pthread_mutex_t lock;
	pthread_cond_t not_empty, all_written;
	struct buffer *buffer; /* collects lines */
	unsigned lost;         /* lines without room */
	bool started;          /* the thread is running */
	bool writing;          /* it has lines to write */
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .not_empty = PTHREAD_COND_INITIALIZER};

/* Returns whether stderr is the stream that journald gave us (systemd.exec(5), JOURNAL_STREAM). */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device;
	unsigned long long inode;
	struct stat st;
	char *end;

	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return false;
	device = strtoull(stream, &end, 10);
	if (*end != ':')
		return false;
	inode = strtoull(end + 1, &end, 10);
	return *end == '\0' && st.st_dev == device && st.st_ino == inode;
}

void log_open(enum log_target target, int level)
{
	static atomic_flag opened = ATOMIC_FLAG_INIT;

	/*
	 * Also for libmilter, which always logs to syslog. Only once: openlog() waits for a
	 * syslog() call that waits for syslogd.
	 */
	if (!atomic_flag_test_and_set(&opened))
		openlog("p0f-milter", LOG_PID, LOG_MAIL);
	log_to_journal = stderr_is_journal();
	log_target = (int)target;
	log_level = level;
}

bool log_enabled(int level)
{
	return level <= atomic_load_explicit(&log_level, memory_order_relaxed);
}

/* One write() per line, so that the lines of several processes do not mix. */
static void write_stderr(int level, const char *line)
{
	struct pollfd room = {.fd = STDERR_FILENO, .events = POLLOUT};
	char out[LINE_SIZE + 32];
	size_t length, done = 0;

	if (log_to_journal)
		length = (size_t)snprintf(out, sizeof(out), "<%d>%s\n", level, line);
	else
		length = (size_t)snprintf(out, sizeof(out), "p0f-milter: %s\n", line);
	while (done < length) {
		ssize_t count = write(STDERR_FILENO, out + done, length - done);

		if (count >= 0)
			done += (size_t)count;
		else if (errno == EAGAIN)
			poll(&room, 1, -1); /* another process may have made it non-blocking */
		else if (errno != EINTR)
			return; /* a log that cannot be written cannot report that either */
	}
}

static void write_line(int level, const char *line)
{
	if (log_target == LOG_TO_SYSLOG)
		syslog(level, "%s", line);
	else
		write_stderr(level, line);
}

static void write_buffer(const struct buffer *buffer, unsigned lost)
{
	char line[COUNT_SIZE];

	for (const char *at = buffer->bytes; at < buffer->bytes + buffer->length;
		at += strlen(at) + 1) {
		int level = (unsigned char)*at++;

		write_line(level, at);
	}
	if (lost == 0)
		return;
	snprintf(line, sizeof(line), "lines lost, since the log was not read in time: %u", lost);
	write_line(LOG_WARNING, line);
}

static void *write_for_ever(void *unused)
{
	static struct buffer second;
	struct buffer *buffer = &second;

	(void)unused;
	pthread_mutex_lock(&queue.lock);
	for (;;) {
		struct buffer *full = queue.buffer;
		unsigned lost = queue.lost;

		if (full->length == 0) {
			queue.writing = false;
			pthread_cond_broadcast(&queue.all_written);
			pthread_cond_wait(&queue.not_empty, &queue.lock);
			continue;
		}
		queue.writing = true;
		queue.lost = 0;
		queue.buffer = buffer;
		buffer->length = 0;
		pthread_mutex_unlock(&queue.lock);
		write_buffer(full, lost);
		buffer = full;
		pthread_mutex_lock(&queue.lock);
	}
	return NULL;
}

void log_start(void)
{
	static struct buffer first;
	sigset_t all, before;
	pthread_t thread;

	queue.buffer = &first;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (mono_cond_init(&queue.all_written) == 0 &&
		pthread_create(&thread, NULL, write_for_ever, NULL) == 0)
		queue.started = pthread_detach(thread) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void log_flush(void)
{
	int64_t until = mono_us() + FLUSH_US;
	int timed_out = 0;

	if (!queue.started)
		return;
	pthread_mutex_lock(&queue.lock);
	while ((queue.buffer->length > 0 || queue.writing) && timed_out == 0)
		timed_out = mono_cond_wait(&queue.all_written, &queue.lock, until);
	pthread_mutex_unlock(&queue.lock);
}

/*
 * Once a line is lost, so are all further ones until the buffer is written: the count takes their
 * place.
 */
static void collect(int level, const char *line)
{
	size_t size = strlen(line) + 1;
	struct buffer *buffer;

	pthread_mutex_lock(&queue.lock);
	buffer = queue.buffer;
	if (queue.lost > 0 || size + 1 > BUFFER_SIZE - buffer->length) {
		queue.lost++;
	} else {
		buffer->bytes[buffer->length] = (char)level;
		memcpy(buffer->bytes + buffer->length + 1, line, size);
		buffer->length += size + 1;
		pthread_cond_signal(&queue.not_empty);
	}
	pthread_mutex_unlock(&queue.lock);
}

static void emit(int level, char *line)
{
	printable_copy(line, LINE_SIZE, line);
	if (queue.started)
		collect(level, line);
	else
		write_line(level, line);
}

static void __attribute__((format(printf, 3, 0)))
write_va(int level, bool with_errno, const char *format, va_list ap)
{
	char line[LINE_SIZE];
	int error = errno;

	vsnprintf(line, with_errno ? sizeof(line) - COUNT_SIZE : sizeof(line), format, ap);
	if (with_errno)
		snprintf(line + strlen(line), COUNT_SIZE, ": %s", strerror(error));
	emit(level, line);
	errno = error;
}

void log_write(int level, const char *format, ...)
{
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, format);
	write_va(level, false, format, ap);
	va_end(ap);
}

void log_write_errno(int level, const char *format, ...)
{
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, format);
	write_va(level, true, format, ap);
	va_end(ap);
}

void log_write_limited(struct log_limit *limit, int level, const char *format, ...)
{
	char line[LINE_SIZE];
	int64_t now = mono_us();
	int64_t next = limit->next_us;
	int error = errno;
	unsigned withheld;
	va_list ap;

	if (!log_enabled(level))
		return;
	if (now < next ||
		!atomic_compare_exchange_strong(&limit->next_us, &next, now + LIMIT_PERIOD_US)) {
		limit->withheld++;
		return;
	}
	va_start(ap, format);
	vsnprintf(line, sizeof(line) - COUNT_SIZE, format, ap);
	va_end(ap);
	withheld = atomic_exchange(&limit->withheld, 0);
	if (withheld > 0)
		snprintf(line + strlen(line), COUNT_SIZE,
			" (and %u more times since the last such line)", withheld);
	emit(level, line);
	errno = error;
}
