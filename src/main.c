/*
 * p0f-milter: the command line, and the order of start and stop. The only place that
 * exits.
 */
#include "conf.h"
#include "daemon.h"
#include "filter.h"
#include "listener.h"
#include "log.h"
#include "notify.h"
#include "p0f_client.h"
#include "query.h"
#include "stats.h"
#include "stats_file.h"

#include <errno.h>
#include <getopt.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* How long a stop waits for sessions under way, then for the replies that p0f still owes. */
#define STOP_MS  10000
#define DRAIN_MS 3000

/* A long option without a short form. */
#define OPTION_JSON 256

enum mode { MODE_RUN, MODE_CHECK, MODE_QUERY };

struct arguments {
	enum mode mode;
	const char *config;
	const char *address;
	bool json;
	bool verbose;
};

/* For the threads of the reloads and of the filter. */
static struct {
	struct arguments arguments;
	struct p0f_client *client;
	struct conf *conf;     /* as at the start, for what a reload cannot change */
	_Atomic bool stopping; /* no more reloads */
	_Atomic bool failed;   /* libmilter has given up */
} program;

static void print_usage(FILE *to)
{
	fputs("usage: p0f-milter [-c FILE] [-v]           filter mail, in the foreground\n"
	      "       p0f-milter -n [-c FILE]             check the configuration\n"
	      "       p0f-milter -q [--json] [-c FILE] ADDRESS\n"
	      "                                           ask p0f about an IP address\n"
	      "\n"
	      "  -c, --config FILE     the configuration (" CONFIG_FILE ")\n"
	      "  -n, --check           check the configuration: exit 0 if it is good, otherwise "
	      "78\n"
	      "  -q, --query ADDRESS   print what p0f knows of ADDRESS, and the header that "
	      "mail from\n"
	      "                        there would get: exit 0 if p0f names its OS, 1 if "
	      "not, 69 if\n"
	      "                        p0f does not answer\n"
	      "      --json            print it as JSON\n"
	      "  -v, --verbose         log at level debug\n"
	      "  -V, --version         print the version\n"
	      "  -h, --help            print this\n",
		to);
}

/* Returns the exit code: EX_IOERR, with a message, when stdout could not be written. */
static int close_output(int code)
{
	bool failed = ferror(stdout) != 0;

	errno = EIO; /* an earlier write failed, not this one */
	if (fclose(stdout) == 0 && !failed)
		return code;
	fprintf(stderr, "p0f-milter: cannot write the output: %s\n", strerror(errno));
	return EX_IOERR;
}

static void usage_error(const char *message, const char *what)
{
	fprintf(stderr, "p0f-milter: %s%s\n", message, what);
	print_usage(stderr);
	exit(EX_USAGE);
}

/* Handle one option. Exits after -V and -h, and after an invalid one. */
static void take_option(struct arguments *arguments, int option)
{
	switch (option) {
	case 'c':
		arguments->config = optarg;
		break;
	case 'v':
		arguments->verbose = true;
		break;
	case 'n':
		arguments->mode = MODE_CHECK;
		break;
	case 'q':
		arguments->mode = MODE_QUERY;
		arguments->address = optarg;
		break;
	case OPTION_JSON:
		arguments->json = true;
		break;
	case 'V':
		puts("p0f-milter " VERSION);
		exit(close_output(EX_OK));
	case 'h':
		print_usage(stdout);
		exit(close_output(EX_OK));
	default: /* getopt has said what is wrong */
		print_usage(stderr);
		exit(EX_USAGE);
	}
}

static void parse_arguments(struct arguments *arguments, int argc, char **argv)
{
	/* the address of -q may follow other options: "-q --json ADDRESS" */
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"verbose", no_argument, NULL, 'v'},
		{"check", no_argument, NULL, 'n'},
		{"query", optional_argument, NULL, 'q'},
		{"json", no_argument, NULL, OPTION_JSON},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option;

	*arguments = (struct arguments){.config = CONFIG_FILE};
	while ((option = getopt_long(argc, argv, "c:vnq::Vh", options, NULL)) != -1)
		take_option(arguments, option);
	if (arguments->mode == MODE_QUERY && arguments->address == NULL && optind < argc)
		arguments->address = argv[optind++];
	if (arguments->mode == MODE_QUERY && arguments->address == NULL)
		usage_error("--query needs an IP address", "");
	if (arguments->json && arguments->mode != MODE_QUERY)
		usage_error("--json goes with --query only", "");
	if (optind < argc)
		usage_error("unexpected argument: ", argv[optind]);
}

static struct conf *load_conf(const struct arguments *arguments)
{
	char error[CONF_ERROR_SIZE];
	struct conf *conf = conf_load(arguments->config, error);

	if (conf == NULL && arguments->mode == MODE_RUN)
		log_errx("%s", error);
	else if (conf == NULL)
		fprintf(stderr, "%s\n", error);
	return conf;
}

static void open_log(const struct arguments *arguments, const struct conf *conf)
{
	log_open(conf->log, arguments->verbose ? LOG_DEBUG : conf->log_level);
}

static struct p0f_client *start_client(const struct conf *conf)
{
	struct p0f_client *client = p0f_client_new();

	if (client != NULL && p0f_client_set_endpoints(client, conf->p0f, conf->p0f_count) == 0)
		return client;
	log_err("cannot start the p0f client");
	return NULL;
}

static int query(const struct arguments *arguments, const struct conf *conf)
{
	struct addr addr;
	int code;

	if (!addr_parse(&addr, arguments->address))
		usage_error("not an IP address: ", arguments->address);
	/* p0f can die when a client disconnects while a reply is due */
	if (daemon_block_signals() < 0)
		return EX_OSERR;
	code = query_run(conf, &addr, arguments->json);
	daemon_take_signals();
	return code;
}

/* Log which options have changed that are read only at the start. */
static void warn_unchanged(const struct conf *conf)
{
	const struct conf *first = program.conf;

	if (strcmp(conf->socket, first->socket) != 0 || conf->socket_mode != first->socket_mode ||
		strcmp(conf->socket_group, first->socket_group) != 0 ||
		strcmp(conf->user, first->user) != 0)
		log_warnx("socket, socket_mode, socket_group and user change at a restart only");
}

/* Runs on the reload thread. A configuration that cannot be loaded changes nothing. */
static void reload(void)
{
	struct conf *conf;

	if (program.stopping)
		return;
	notify_reloading();
	conf = load_conf(&program.arguments);
	if (conf == NULL) {
		stats_count(STATS_NOT_RELOADED);
		log_errx("not reloaded: the old configuration stays");
	} else if (p0f_client_set_endpoints(program.client, conf->p0f, conf->p0f_count) < 0) {
		stats_count(STATS_NOT_RELOADED);
		log_err("not reloaded");
		conf_unref(conf);
	} else {
		stats_count(STATS_RELOADED);
		warn_unchanged(conf);
		open_log(&program.arguments, conf);
		stats_file_set_conf(conf_ref(conf));
		filter_set_conf(conf);
		log_info("reloaded %s", program.arguments.config);
	}
	notify_send("READY=1");
}

static void *run_filter(void *unused)
{
	listener_enter();
	program.failed = filter_run() < 0;
	daemon_interrupt();
	for (;;)
		pause();
	return unused;
}

static int open_socket(const struct conf *conf)
{
	/* nobody may connect before the socket has its configured mode and group */
	umask(0177);
	if (listener_clear(conf->socket) < 0 || filter_open_socket(conf->socket) < 0 ||
		listener_permit(conf->socket, conf->socket_mode, conf->socket_group) < 0 ||
		listener_find(conf->socket) < 0)
		return -1;
	umask(0027);
	listener_check_activation(conf->socket);
	return 0;
}

/* Let the sessions under way end normally. Returns the exit code. */
static int stop(void)
{
	unsigned left;

	program.stopping = true;
	notify_send("STOPPING=1");
	if (program.failed) {
		log_errx("libmilter has given up: see its message in syslog");
		return EX_SOFTWARE;
	}
	log_info("stopping; sessions under way: %u", listener_close());
	left = listener_finish(STOP_MS);
	if (left > 0)
		log_warnx("sessions cut off, since they were not over after %d s: %u",
			STOP_MS / 1000, left);
	return EX_OK;
}

/* Open the socket and serve. Returns the exit code. */
static int serve(struct conf *conf)
{
	if (open_socket(conf) < 0)
		return EX_CANTCREAT;
	stats_file_start();
	daemon_tune_threads();
	if (daemon_start_thread(run_filter) < 0)
		return EX_OSERR;
	log_info("p0f-milter " VERSION " listens on %s", conf->socket);
	notify_send("READY=1");
	daemon_wait_for_stop();
	return stop();
}

static int run(struct conf *conf)
{
	int code;

	daemon_raise_limits();
	if (daemon_block_signals() < 0 || daemon_become(conf->user) < 0)
		return EX_OSERR;
	program.client = start_client(conf);
	if (program.client == NULL)
		return EX_UNAVAILABLE;
	filter_init(program.client, conf_ref(conf));
	stats_file_init(program.client, conf_ref(conf));
	code = daemon_start_reloads(reload) < 0 ? EX_OSERR : serve(conf);
	p0f_client_stop(program.client, DRAIN_MS);
	stats_file_stop();
	log_info("stopped");
	return code;
}

/* Returns the exit code. */
static int act(const struct arguments *arguments)
{
	struct conf *conf = load_conf(arguments);

	if (conf == NULL)
		return EX_CONFIG;
	program.conf = conf;
	switch (arguments->mode) {
	case MODE_CHECK:
		printf("%s is good\n", arguments->config);
		return close_output(EX_OK);
	case MODE_QUERY:
		log_open(LOG_TO_STDERR, arguments->verbose ? LOG_DEBUG : LOG_WARNING);
		return close_output(query(arguments, conf));
	default:
		open_log(arguments, conf);
		return run(conf);
	}
}

int main(int argc, char **argv)
{
	struct arguments *arguments = &program.arguments;
	int code;

	if (daemon_secure_descriptors() < 0)
		return EX_OSERR;
	parse_arguments(arguments, argc, argv);
	log_open(LOG_TO_STDERR, LOG_INFO); /* until the configuration is known */
	log_start();
	code = act(arguments);
	log_flush();
#ifndef INSTRUMENTED
	/* libmilter's threads are still running: exit() would destroy what they use */
	if (arguments->mode == MODE_RUN)
		_exit(code);
#endif
	return code;
}
