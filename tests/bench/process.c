/*
 * CPU time, memory and threads of another process. The CPU clock of a process counts
 * nanoseconds; the ticks in /proc/PID/stat would be too coarse for a short run.
 */
#include "process.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t cpu_ns(pid_t pid)
{
	struct timespec time;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) < 0)
		return -1;
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int process_watch(struct process *process, const char *name, pid_t pid)
{
	*process = (struct process){.name = name, .pid = pid, .cpu_ns = cpu_ns(pid)};
	return process->cpu_ns < 0 ? -1 : 0;
}

/* Keep the greatest number that a line with this name has shown. */
static void keep_most(long *most, const char *line, const char *name)
{
	size_t length = strlen(name);
	long value = strncmp(line, name, length) == 0 ? strtol(line + length, NULL, 10) : 0;

	if (value > *most)
		*most = value;
}

void process_sample(struct process *process)
{
	char path[64];
	char line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)process->pid);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		keep_most(&process->rss_kb, line, "VmRSS:");
		keep_most(&process->threads, line, "Threads:");
	}
	fclose(file);
}

void process_print(const struct process *process, uint64_t messages, FILE *to)
{
	int64_t now = cpu_ns(process->pid);
	double us = now < 0 ? -1 : (double)(now - process->cpu_ns) / 1000;

	fprintf(to, ", \"%s_cpu_us\": %.0f, \"%s_cpu_us_per_message\": %.2f", process->name, us,
		process->name, messages > 0 ? us / (double)messages : 0);
	fprintf(to, ", \"%s_rss_kb\": %ld, \"%s_threads\": %ld", process->name, process->rss_kb,
		process->name, process->threads);
}
