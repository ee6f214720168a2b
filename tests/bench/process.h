#ifndef PROCESS_H
#define PROCESS_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* Another process that a run watches: what it costs. */
struct process {
	const char *name;
	pid_t pid;
	int64_t cpu_ns; /* at the start, for all threads, including those that have ended */
	long rss_kb;    /* the most that was seen */
	long threads;
};

/* Start to watch. Returns 0, or -1 when there is no such process. */
int process_watch(struct process *process, const char *name, pid_t pid);

/* Sample memory and threads. */
void process_sample(struct process *process);

/* Write what the process has cost as members of a JSON object, without its braces. */
void process_print(const struct process *process, uint64_t messages, FILE *to);

#endif
