#ifndef LOG_H
#define LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

/*
 * Rate limit for a message that every message, header or connection could trigger: one a
 * minute. Must start zeroed.
 */
struct log_limit {
	_Atomic int64_t next_us;   /* when the next message may be written */
	_Atomic unsigned withheld; /* messages since the last one */
};

/* Where to log. */
enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG };

/*
 * Set the target, and the least urgent level that is written: LOG_ERR, LOG_WARNING,
 * LOG_INFO or LOG_DEBUG of syslog.h. Before the first call: stderr, LOG_INFO.
 * Any thread may call this and the functions below; none changes errno.
 */
void log_open(enum log_target target, int level);

/*
 * Start the thread that writes. From now on nobody waits for the reader of the log: lines that it
 * does not take in time are counted, and the count is logged once it reads again. Until then, and
 * if no thread can be started, each caller writes its own line.
 */
void log_start(void);

/* Wait until all lines are written, at most a second. */
void log_flush(void);

/* Returns whether a message of this level would be written. */
bool log_enabled(int level);

/* Write one line. Bytes that are not printable ASCII become "?"; an overlong line is cut. */
void log_write(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, followed by ": " and the message of errno. */
void log_write_errno(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Like log_write(), at most once a minute for each limit; adds how many lines were left out. */
void log_write_limited(struct log_limit *limit, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As in err(3): those with an x do not append the message of errno. */
#define log_err(...)   log_write_errno(LOG_ERR, __VA_ARGS__)
#define log_errx(...)  log_write(LOG_ERR, __VA_ARGS__)
#define log_warn(...)  log_write_errno(LOG_WARNING, __VA_ARGS__)
#define log_warnx(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)  log_write(LOG_INFO, __VA_ARGS__)

/* Its arguments are not evaluated unless debug messages are written. */
#define log_debug(...)                                                                             \
	do {                                                                                       \
		if (log_enabled(LOG_DEBUG))                                                        \
			log_write(LOG_DEBUG, __VA_ARGS__);                                         \
	} while (0)

#endif
