/*
 * Progress for people who wait: messages, their rate, and the time left.
 */
#include "progress.h"

#include "mono.h"

#include <inttypes.h>
#include <stdio.h>

#define SECOND   1000000
#define INTERVAL (SECOND / 4)

void progress_start(struct progress *progress)
{
	progress->on = true;
	progress->started = mono_us();
	progress->next = progress->started + SECOND;
}

static void show(struct progress *progress, int64_t now)
{
	double seconds = (double)(now - progress->started) / SECOND;
	double part = progress->work == 0 ? 0 : (double)progress->done / (double)progress->work;

	fprintf(stderr, "\r%" PRIu64 " messages, %.0f/s", progress->messages,
		(double)progress->messages / seconds);
	if (part > 0 && part <= 1)
		fprintf(stderr, ", %.0f %%, %.0f s left", part * 100, seconds * (1 - part) / part);
	fputs("        ", stderr);
	progress->is_shown = true;
	progress->next = now + INTERVAL;
}

void progress_step(struct progress *progress, uint64_t work)
{
	int64_t now;

	if (!progress->on)
		return;
	progress->messages++;
	progress->done += work;
	now = mono_us();
	if (now >= progress->next)
		show(progress, now);
}

void progress_hide(struct progress *progress)
{
	if (progress->is_shown)
		fprintf(stderr, "\r%78s\r", "");
	progress->is_shown = false;
}
