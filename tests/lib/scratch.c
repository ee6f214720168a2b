/* A temporary directory for the tests that need files or sockets. */
#include "scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

int scratch_teardown(void **state)
{
	char path[1024];
	DIR *directory = opendir(*state);
	struct dirent *entry;
	int result;

	if (directory == NULL)
		return -1;
	while ((entry = readdir(directory)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		scratch_path(path, sizeof(path), *state, entry->d_name);
		if (unlink(path) != 0)
			rmdir(path);
	}
	closedir(directory);
	result = rmdir(*state);
	free(*state);
	return result;
}
