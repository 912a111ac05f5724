/* SPDX-License-Identifier: ISC */
/*
 * workers.h - the only place that forks.
 *
 *	workers_start()	before any event base, engine or TLS exists
 *	workers_fds()	for head_options; head_free() closes them
 *	workers_reap()	from worker_lost(), and as often as one likes
 *	workers_end()	after head_free(): waits for those that are left
 *
 * A worker ignores SIGINT, SIGTERM, SIGPIPE and SIGXFSZ: its parent decides,
 * and to hang up is all it takes. It does not outlive its parent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define WORKERS_MAX 256

struct workers;

/* What a worker finds, in the words of hand_options. */
struct worker_seat {
	size_t index;      /* 0 and on; own_store, too */
	int fd;            /* to the parent; the worker closes it */
	const int *stores; /* one for each worker; -1: could not be made */
	size_t n_stores;
};

struct workers_options {
	size_t n; /* 1 to WORKERS_MAX */
	/* Runs in the worker; what it returns is its exit status. */
	int (*run)(const struct worker_seat *seat, void *arg);
	void *arg;
};

/* How a worker ended. */
struct worker_end {
	size_t index;
	int signal; /* 0: it came to its own end */
	int status; /* then: what run() returned */
};
typedef void worker_end_fn(const struct worker_end *end, void *arg);

/*
 * NULL: no worker could be made, and errno says why. In a worker it does not
 * return.
 */
struct workers *workers_start(const struct workers_options *options);
/* Some may be missing if the machine would not have more. */
size_t workers_count(const struct workers *workers);
const int *workers_fds(const struct workers *workers);
/* NULL, or why no store could be made in workers_folder(). */
const char *workers_store_error(const struct workers *workers);
const char *workers_folder(void);
/* Tells, once, of each worker that has ended. ended may be NULL. */
void workers_reap(struct workers *workers, worker_end_fn *ended, void *arg);
/* For one that hangs; if it has not been reaped. */
void workers_kill(struct workers *workers, size_t index);
/*
 * Like workers_reap(), but waits for them; kills what is left after
 * patience_ms. The sockets must be closed by now. NULL is fine.
 */
void workers_end(
    struct workers *workers, int patience_ms, worker_end_fn *ended, void *arg);
