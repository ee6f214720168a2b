/* A temporary directory for the tests that need files or sockets. */
#define _GNU_SOURCE /* nftw() */
#include "scratch.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int scratch_setup(void **state)
{
	const char *parent = getenv("TMPDIR");
	char template[256];

	snprintf(template, sizeof(template), "%s/p0f-milter-test-XXXXXX",
		parent != NULL ? parent : "/tmp");
	if (mkdtemp(template) == NULL)
		return -1;
	*state = strdup(template);
	return *state != NULL ? 0 : -1;
}

void scratch_path(char *path, size_t size, const char *directory, const char *name)
{
	int length = snprintf(path, size, "%s/%s", directory, name);

	if (length < 0 || (size_t)length >= size) {
		fprintf(stderr, "%s/%s: too long\n", directory, name);
		exit(99);
	}
}

void scratch_write(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");
	bool written = file != NULL && fwrite(bytes, 1, size, file) == size;

	if (file == NULL || fclose(file) != 0 || !written) {
		perror(path);
		exit(99);
	}
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	(void)where;
	return remove(path);
}

int scratch_teardown(void **state)
{
	int result = nftw(*state, remove_one, 16, FTW_DEPTH | FTW_PHYS);

	free(*state);
	return result;
}
