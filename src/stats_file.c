/*
 * The file is written under a temporary name and renamed into place, so that a reader sees
 * either the old file or the complete new one. node_exporter ignores the temporary one, whose
 * name does not end in ".prom". Errors are logged; mail does not depend on the file.
 */
#include "stats_file.h"

#include "log.h"
#include "mono.h"
#include "stats.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct {
	struct p0f_client *client;
	time_t start_time;
	pthread_t thread;
	bool started; /* the thread */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct conf *conf; /* guarded by lock from here on */
	bool stopping;
} file = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Returns false with errno. */
static bool write_stats(int fd)
{
	struct stats_p0f p0fs[P0F_MAX];
	FILE *to = fdopen(fd, "w");
	bool written;

	if (to == NULL) {
		close(fd);
		return false;
	}
	stats_print(to, file.start_time, p0fs, p0f_client_get_stats(file.client, p0fs));
	/* everybody with access to the directory may read it, whatever our umask is */
	written = !ferror(to) && fflush(to) == 0 && fchmod(fd, 0644) == 0;
	return fclose(to) == 0 && written;
}

/* Returns false with errno. */
static bool replace(const char *path)
{
	char beside[PATH_MAX];
	int length = snprintf(beside, sizeof(beside), "%s.new", path);
	int error;
	int fd;

	if (length < 0 || (size_t)length >= sizeof(beside)) {
		errno = ENAMETOOLONG;
		return false;
	}
	/* left by an instance that was killed, or put there by somebody else */
	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	if (write_stats(fd) && rename(beside, path) == 0)
		return true;
	error = errno;
	unlink(beside);
	errno = error;
	return false;
}

static void write_file(const struct conf *conf)
{
	static struct log_limit limit;

	if (conf->stats_file[0] != '\0' && !replace(conf->stats_file))
		log_write_limited(&limit, LOG_ERR, "stats_file %s: cannot write it: %s",
			conf->stats_file, strerror(errno));
}

/* node_exporter refuses two files with the same metrics. */
static void remove_old_file(const struct conf *old, const struct conf *conf)
{
	if (old->stats_file[0] != '\0' && strcmp(old->stats_file, conf->stats_file) != 0)
		unlink(old->stats_file);
}

/* With the lock held, wait for something to do, at most for the interval. */
static void wait_for_change(const struct conf *conf, int64_t began)
{
	int64_t until = began + (int64_t)conf->stats_interval * 1000000;
	int timed_out = 0;

	while (file.conf == conf && !file.stopping && timed_out == 0) {
		if (conf->stats_file[0] != '\0')
			timed_out = mono_cond_wait(&file.changed, &file.lock, until);
		else
			pthread_cond_wait(&file.changed, &file.lock);
	}
}

static void *run(void *unused)
{
	struct conf *conf = NULL;
	struct conf *old;
	int64_t began = 0;
	bool last;

	(void)unused;
	do {
		pthread_mutex_lock(&file.lock);
		if (conf != NULL)
			wait_for_change(conf, began);
		old = conf;
		conf = conf_ref(file.conf);
		last = file.stopping;
		pthread_mutex_unlock(&file.lock);
		began = mono_us();
		if (old != NULL)
			remove_old_file(old, conf);
		conf_unref(old);
		write_file(conf);
	} while (!last);
	conf_unref(conf);
	return NULL;
}

void stats_file_init(struct p0f_client *client, struct conf *conf)
{
	file.client = client;
	file.conf = conf;
	file.start_time = time(NULL);
	mono_cond_init(&file.changed);
}

void stats_file_start(void)
{
	int error = pthread_create(&file.thread, NULL, run, NULL);

	file.started = error == 0;
	errno = error;
	if (error != 0)
		log_err("stats_file: cannot start a thread");
}

void stats_file_set_conf(struct conf *conf)
{
	struct conf *old;

	pthread_mutex_lock(&file.lock);
	old = file.conf;
	file.conf = conf;
	pthread_cond_signal(&file.changed);
	pthread_mutex_unlock(&file.lock);
	conf_unref(old);
}

void stats_file_stop(void)
{
	if (!file.started)
		return;
	pthread_mutex_lock(&file.lock);
	file.stopping = true;
	pthread_cond_signal(&file.changed);
	pthread_mutex_unlock(&file.lock);
	pthread_join(file.thread, NULL);
}
