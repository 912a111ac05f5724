/* SPDX-License-Identifier: ISC */
#include "cli/progress.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct progress {
	const struct danelaw_engine *engine;
	struct event *timer;
	bool shown;
};

struct waiting {
	char first[160];
	size_t n;
};

static void
count_one(const char *text, void *arg)
{
	struct waiting *waiting = arg;

	if (waiting->n++ == 0)
		snprintf(waiting->first, sizeof(waiting->first), "%s", text);
}

void
progress_clear(struct progress *progress)
{
	if (progress == NULL || !progress->shown)
		return;
	fputs("\r\033[K", stderr);
	progress->shown = false;
}

static void
tick(evutil_socket_t fd, short what, void *arg)
{
	struct progress *progress = arg;
	struct waiting waiting = { .n = 0 };

	danelaw_engine_waiting(progress->engine, count_one, &waiting);
	progress_clear(progress);
	if (waiting.n == 0)
		return;
	fprintf(stderr, "danelaw: waiting for %s", waiting.first);
	if (waiting.n > 1)
		fprintf(stderr, " (and %zu more)", waiting.n - 1);
	fflush(stderr);
	progress->shown = true;
}

struct progress *
progress_new(struct event_base *base, const struct danelaw_engine *engine)
{
	const struct timeval second = { .tv_sec = 1 };
	struct progress *progress;

	if (!isatty(STDERR_FILENO))
		return NULL;
	progress = calloc(1, sizeof(*progress));
	if (progress == NULL)
		return NULL;
	progress->engine = engine;
	progress->timer = event_new(base, -1, EV_PERSIST, tick, progress);
	if (progress->timer == NULL) {
		free(progress);
		return NULL;
	}
	event_add(progress->timer, &second);
	return progress;
}

void
progress_free(struct progress *progress)
{
	if (progress == NULL)
		return;
	progress_clear(progress);
	event_free(progress->timer);
	free(progress);
}
