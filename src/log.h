#ifndef LOG_H
#define LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <syslog.h>

/* A limit for messages that could come with every mail: one a minute. Zero it at first. */
struct log_limit {
	_Atomic int64_t next_us;   /* when the next message may be written */
	_Atomic unsigned withheld; /* messages since the last one */
};

/* Where to log. */
enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG };

/*
 * Set the target, and the least urgent level that is written: LOG_ERR, LOG_WARNING,
 * LOG_INFO or LOG_DEBUG of syslog.h. Before the first call: stderr, LOG_INFO.
 * Any thread may call this and the functions below.
 */
void log_open(enum log_target target, int level);

/* Would a message of this level be written? */
bool log_enabled(int level);

/* Write one line. Control characters come out as "?"; an overlong line is cut. */
void log_write(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, at most once a minute for each limit; says how many it has left out. */
void log_write_limited(struct log_limit *limit, int level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#define log_error(...)   log_write(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_INFO, __VA_ARGS__)

/* Its arguments are not evaluated unless debug messages are written. */
#define log_debug(...)                                                                             \
	do {                                                                                       \
		if (log_enabled(LOG_DEBUG))                                                        \
			log_write(LOG_DEBUG, __VA_ARGS__);                                         \
	} while (0)

#endif
