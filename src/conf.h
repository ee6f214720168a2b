#ifndef CONF_H
#define CONF_H

#include "cidr.h"
#include "header.h"
#include "log.h"
#include "p0f_wire.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Room for "FILE:LINE: message". */
#define CONF_ERROR_SIZE 512

/*
 * A configuration. It never changes once loaded: a reload creates a new one, and each session
 * keeps the one that it started with.
 */
struct conf {
	_Atomic unsigned references;
	char *socket; /* in libmilter's notation */
	mode_t socket_mode;
	char *socket_group; /* empty: keep the current group */
	char *user;         /* empty: keep the current user */
	char **p0f;         /* 1 to P0F_MAX, all different: see endpoint.h */
	size_t p0f_count;
	int lookup_timeout; /* ms */
	char *header_name;
	struct header_options header; /* options.name is header_name */
	struct cidr_list trusted_networks;
	struct cidr_list skip_networks;
	bool skip_authenticated;
	bool strip_forged;
	enum log_target log;
	int log_level;      /* of syslog.h */
	char *stats_file;   /* a path; empty: none */
	int stats_interval; /* s */
};

/*
 * Load a file in libconfuse's syntax. Returns a configuration with one reference, or
 * NULL with a message in error that names the file and, where there is one, the line.
 * One thread at a time: libconfuse's scanner has global state.
 */
struct conf *conf_load(const char *path, char error[CONF_ERROR_SIZE]);

/* The same for a text in memory; messages use name in place of the file's. */
struct conf *conf_parse(const char *name, const char *text, char error[CONF_ERROR_SIZE]);

/* Take one more reference. Any thread may call this. Returns conf. */
struct conf *conf_ref(struct conf *conf);

/* Release a reference; the last one frees the configuration. NULL is allowed. */
void conf_unref(struct conf *conf);

#endif
