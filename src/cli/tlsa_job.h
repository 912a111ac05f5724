/* SPDX-License-Identifier: ISC */
/*
 * tlsa_job.h - what danelaw tlsa makes records from: files, and servers.
 */
#ifndef CLI_TLSA_JOB_H
#define CLI_TLSA_JOB_H

#include "cli/look.h"
#include "policy/pins.h"

struct tlsa_job {
	const struct settings *settings;
	struct arena *arena;
	struct pin_wish wish;
	struct pin_source *sources;
	size_t n_sources;
	struct pin_set set;
	const char **lives; /* names of hosts that are sources */
	size_t n_lives;
	struct look *looks;
	size_t n_looks;
	bool guess; /* a chain that is none may be a key */
};

/* Each returns EXIT_SUCCESS, or an exit status after a complaint. */
int tlsa_complain_memory(void);
/* A name that a host or a domain can have; NULL: a complaint was made. */
const char *tlsa_take_name(
    struct tlsa_job *job, const char *what, const char *text);
/* The hosts that the records are for, and those that are sources. */
int tlsa_take_hosts(struct tlsa_job *job);
/* One of these files, onto the sources. */
int tlsa_read_source(
    struct tlsa_job *job, enum pin_kind kind, const char *path);
int tlsa_read_files(struct tlsa_job *job);
int tlsa_look(struct tlsa_job *job);
/* That of a host that was looked at, else a new one; NULL: no memory. */
struct look *tlsa_look_at(struct tlsa_job *job, const char *name);
/* What those present, if it can be believed. */
int tlsa_read_lives(struct tlsa_job *job);

/* The reports of the looks; the arena is the caller's. */
void tlsa_job_finish(struct tlsa_job *job);

#endif
