/*
 * Runs a fuzz target without libFuzzer: over its corpus, then over a fixed number of mutations of
 * it, the same in every run. The current input is kept in PROGRAM.input, which is left behind
 * when the program dies; PROGRAM FILE... runs it again.
 */
#include "fuzz.h"
#include "rng.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define CORPUS    "tests/fuzz/corpus"
#define FILES_MAX 1024
#define INPUT_MAX 4096

struct text {
	uint8_t *bytes;
	size_t size;
};

static struct text corpus[FILES_MAX];
static size_t corpus_count;

/* The current input, and the file that shows it. */
static uint8_t *input;
static int input_fd = -1;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void open_input(const char *program)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s.input", program);
	input_fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (input_fd < 0 || ftruncate(input_fd, INPUT_MAX) < 0)
		die(path);
	input = mmap(NULL, INPUT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, input_fd, 0);
	if (input == MAP_FAILED)
		die(path);
}

/* In memory of exactly its size, so that a read past its end is detected. */
static void run_input(const uint8_t *bytes, size_t size)
{
	uint8_t *exact = malloc(size > 0 ? size : 1);

	if (exact == NULL)
		die("malloc");
	if (ftruncate(input_fd, (off_t)size) < 0)
		die("ftruncate");
	memcpy(input, bytes, size);
	memcpy(exact, bytes, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static void read_file(const char *path)
{
	struct text *text = &corpus[corpus_count++];
	FILE *file = fopen(path, "rbe");

	text->bytes = malloc(INPUT_MAX);
	if (file == NULL || text->bytes == NULL)
		die(path);
	text->size = fread(text->bytes, 1, INPUT_MAX, file);
	fclose(file);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void read_corpus(const char *target)
{
	struct dirent **names;
	char path[4096];
	int count;

	snprintf(path, sizeof(path), CORPUS "/%s", target);
	count = scandir(path, &names, is_visible, alphasort);
	if (count <= 0 || count > FILES_MAX)
		die(path);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), CORPUS "/%s/%s", target, names[i]->d_name);
		read_file(path);
		free(names[i]);
	}
	free(names);
}

static void cut_out(struct rng *rng, uint8_t *bytes, size_t *size)
{
	size_t at = rng_below(rng, (unsigned)*size + 1);
	size_t count = rng_below(rng, (unsigned)(*size - at) + 1);

	memmove(bytes + at, bytes + at + count, *size - at - count);
	*size -= count;
}

static void put_in(struct rng *rng, uint8_t *bytes, size_t *size)
{
	size_t at = rng_below(rng, (unsigned)*size + 1);
	size_t count = 1 + rng_below(rng, 32);

	if (count > INPUT_MAX - *size)
		return;
	memmove(bytes + at + count, bytes + at, *size - at);
	for (size_t i = 0; i < count; i++)
		bytes[at + i] = (uint8_t)rng_next(rng);
	*size += count;
}

/* Overwrite a place with a piece of another input. */
static void graft(struct rng *rng, uint8_t *bytes, size_t *size)
{
	const struct text *other = &corpus[rng_below(rng, (unsigned)corpus_count)];
	size_t from = rng_below(rng, (unsigned)other->size + 1);
	size_t to = rng_below(rng, (unsigned)*size + 1);
	size_t count = rng_below(rng, (unsigned)(other->size - from) + 1);

	count = count < INPUT_MAX - to ? count : INPUT_MAX - to;
	memcpy(bytes + to, other->bytes + from, count);
	*size = to + count > *size ? to + count : *size;
}

static void mutate(struct rng *rng, uint8_t *bytes, size_t *size)
{
	static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff, ' ', '"', '\\', '/', ':', '\n'};

	switch (rng_below(rng, 6)) {
	case 0:
		cut_out(rng, bytes, size);
		break;
	case 1:
		put_in(rng, bytes, size);
		break;
	case 2:
		graft(rng, bytes, size);
		break;
	case 3:
		if (*size > 0)
			bytes[rng_below(rng, (unsigned)*size)] =
				edges[rng_below(rng, sizeof(edges))];
		break;
	default:
		if (*size > 0)
			bytes[rng_below(rng, (unsigned)*size)] ^=
				(uint8_t)(1u << rng_below(rng, 8));
	}
}

static void run_mutation(struct rng *rng)
{
	const struct text *seed = &corpus[rng_below(rng, (unsigned)corpus_count)];
	uint8_t bytes[INPUT_MAX];
	size_t size = seed->size;

	memcpy(bytes, seed->bytes, size);
	for (unsigned i = 1 + rng_below(rng, 8); i > 0; i--)
		mutate(rng, bytes, &size);
	run_input(bytes, size);
}

static void run_corpus(void)
{
	for (size_t i = 0; i < corpus_count; i++)
		run_input(corpus[i].bytes, corpus[i].size);
}

static void free_corpus(void)
{
	for (size_t i = 0; i < corpus_count; i++)
		free(corpus[i].bytes);
}

int main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash != NULL ? slash + 1 : argv[0];
	struct rng rng = {1};

	setvbuf(stdout, NULL, _IOLBF, 0);
	open_input(argv[0]);
	if (argc > 1) {
		for (int i = 1; i < argc && i <= FILES_MAX; i++)
			read_file(argv[i]);
		run_corpus();
		free_corpus();
		return 0;
	}
	printf("1..2\n");
	read_corpus(name + strlen("fuzz_"));
	run_corpus();
	printf("ok 1 - %s: the corpus, %zu inputs\n", name, corpus_count);
	for (unsigned i = 0; i < fuzz_rounds; i++)
		run_mutation(&rng);
	printf("ok 2 - %s: %u mutations\n", name, fuzz_rounds);
	free_corpus();
	return 0;
}
