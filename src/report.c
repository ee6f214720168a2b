/*
 * p0f-milter-report: the command line. It works out, from mail that has the header, what the
 * client's operating system is worth.
 */
#include "field_name.h"
#include "mailbox.h"
#include "print.h"
#include "summary.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

/* A path that was named could not be read. */
#define EXIT_INCOMPLETE 1

#define MIN_DEFAULT 50
#define MIN_MAX     1000000000

enum {
	OPTION_HAM = 256,
	OPTION_SPAM,
	OPTION_BY,
	OPTION_HEADER,
	OPTION_MIN,
	OPTION_FORMAT,
	OPTION_NO_PROGRESS,
};

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON, FORMAT_CF };

/* A path, with the verdict that was given with it. */
struct source {
	const char *path;
	enum verdict_answer folder;
};

struct arguments {
	struct print_options print;
	enum table_by by;
	enum format format;
	bool no_progress;
	size_t count;
	struct source *sources;
};

/* Too large for a stack. */
static struct program {
	struct arguments arguments;
	enum verdict_answer folder; /* of the source being read */
	struct reader reader;
	struct summary summary;
} program;

static void print_usage(FILE *to)
{
	fputs("usage: p0f-milter-report [options] --ham PATH... --spam PATH...\n"
	      "       p0f-milter-report [options] PATH...   by the messages' own X-Spam-Status,\n"
	      "                                             X-Spamd-Result, X-Spam-Flag or X-Spam\n"
	      "\n"
	      "A PATH is a Maildir, or a directory with Maildirs, an mbox, or a message; - reads\n"
	      "standard input.\n"
	      "\n"
	      "  --by os|flavor|match|distance|link|family   the rows (os, and flavor within it)\n"
	      "  --header NAME                      the header (X-P0F-OS)\n"
	      "  --min N                            messages that a row needs for a score (50)\n"
	      "  --format text|csv|json|cf          how to print; cf: rules for SpamAssassin\n"
	      "  --no-progress                      no progress on a terminal\n"
	      "  --version, --help\n",
		to);
}

static void usage_error(const char *message, const char *what)
{
	fprintf(stderr, "p0f-milter-report: %s%s\n", message, what);
	print_usage(stderr);
	exit(EX_USAGE);
}

static uint64_t parse_min(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || value < 1 || value > MIN_MAX)
		usage_error("--min is not a number from 1 to 1000000000: ", text);
	return value;
}

static enum format parse_format(const char *name)
{
	static const char *const names[] = {"text", "csv", "json", "cf"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0)
			return (enum format)i;
	}
	usage_error("no such format: ", name);
	return FORMAT_TEXT;
}

/* Options that only print something. */
static void parse_end(int option)
{
	if (option == 'V') {
		puts("p0f-milter-report " VERSION);
	} else if (option == 'h') {
		print_usage(stdout);
	} else {
		print_usage(stderr); /* getopt has said what is wrong */
		exit(EX_USAGE);
	}
	exit(fflush(stdout) == 0 ? EX_OK : EX_IOERR);
}

static void parse_option(struct arguments *arguments, int option)
{
	switch (option) {
	case OPTION_BY:
		if (!table_by_name(&arguments->by, optarg))
			usage_error("no such rows: ", optarg);
		break;
	case OPTION_HEADER:
		if (field_name_check_form(optarg) != NULL)
			usage_error("not the name of a header: ", optarg);
		arguments->print.header = optarg;
		break;
	case OPTION_MIN:
		arguments->print.min = parse_min(optarg);
		break;
	case OPTION_FORMAT:
		arguments->format = parse_format(optarg);
		break;
	case OPTION_NO_PROGRESS:
		arguments->no_progress = true;
		break;
	default:
		parse_end(option);
	}
}

static void add_source(struct arguments *arguments, const char *path, enum verdict_answer folder)
{
	struct source *first = arguments->sources;

	if (arguments->count > 0 && (first->folder == VERDICT_NONE) != (folder == VERDICT_NONE))
		usage_error("neither --ham nor --spam stands before it: ", first->path);
	arguments->sources[arguments->count++] = (struct source){path, folder};
}

static void parse_arguments(struct arguments *arguments, int argc, char **argv)
{
	static const struct option options[] = {
		{"ham", no_argument, NULL, OPTION_HAM},
		{"spam", no_argument, NULL, OPTION_SPAM},
		{"by", required_argument, NULL, OPTION_BY},
		{"header", required_argument, NULL, OPTION_HEADER},
		{"min", required_argument, NULL, OPTION_MIN},
		{"format", required_argument, NULL, OPTION_FORMAT},
		{"no-progress", no_argument, NULL, OPTION_NO_PROGRESS},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	enum verdict_answer folder = VERDICT_NONE;
	int option;

	/* "-": a path comes as option 1, in its place */
	while ((option = getopt_long(argc, argv, "-Vh", options, NULL)) != -1) {
		if (option == OPTION_HAM)
			folder = VERDICT_HAM;
		else if (option == OPTION_SPAM)
			folder = VERDICT_IS_SPAM;
		else if (option == 1)
			add_source(arguments, optarg, folder);
		else
			parse_option(arguments, option);
	}
	while (optind < argc)
		add_source(arguments, argv[optind++], folder);
	if (arguments->count == 0)
		usage_error("no PATH", "");
}

static void take_message(void *context, const struct message *message)
{
	struct program *it = context;

	summary_take(&it->summary, message, it->folder);
}

/* Only if a person can see it. */
static void start_progress(void)
{
	struct reader *reader = &program.reader;
	const struct arguments *arguments = &program.arguments;

	if (arguments->no_progress || !isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < arguments->count; i++)
		reader->progress.work += mailbox_work(reader, arguments->sources[i].path);
	progress_start(&reader->progress);
}

static void read_all(void)
{
	const struct arguments *arguments = &program.arguments;
	struct reader *reader = &program.reader;

	reader->header = arguments->print.header;
	reader->take = take_message;
	reader->context = &program;
	start_progress();
	for (size_t i = 0; i < arguments->count; i++) {
		program.folder = arguments->sources[i].folder;
		mailbox_read(reader, arguments->sources[i].path);
	}
	progress_hide(&reader->progress);
	odd_sum_up(&reader->odd);
}

static unsigned terminal_columns(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
		return 0;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

static void print_all(void)
{
	struct arguments *arguments = &program.arguments;
	const struct print_options *options = &arguments->print;

	table_sort(&program.summary.table);
	switch (arguments->format) {
	case FORMAT_CSV:
		print_csv(stdout, &program.summary, options);
		break;
	case FORMAT_JSON:
		print_json(stdout, &program.summary, options);
		break;
	case FORMAT_CF:
		print_cf(stdout, &program.summary, options);
		return;
	default:
		arguments->print.columns = terminal_columns();
		print_text(stdout, &program.summary, options);
		return;
	}
	print_remarks(stderr, &program.summary, "p0f-milter-report: ");
}

int main(int argc, char **argv)
{
	struct arguments *arguments = &program.arguments;

	arguments->print.header = "X-P0F-OS";
	arguments->print.min = MIN_DEFAULT;
	arguments->sources = calloc((size_t)argc, sizeof(*arguments->sources));
	if (arguments->sources == NULL) {
		perror("p0f-milter-report");
		return EX_OSERR;
	}
	parse_arguments(arguments, argc, argv);
	summary_begin(&program.summary, arguments->by);
	read_all();
	print_all();
	free(arguments->sources);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("p0f-milter-report: standard output");
		return EX_IOERR;
	}
	return odd_has_failures(&program.reader.odd) ? EXIT_INCOMPLETE : EX_OK;
}
