/* SPDX-License-Identifier: ISC */
/*
 * tlsrpt.h - what others report of TLS to a domain (RFC 8460 section 4).
 *
 * A report comes by mail from anybody: every text of it is cut and made
 * printable, names that cannot be in the DNS are no names, and there are no
 * more failures than TLSRPT_FAILURES_MAX.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum { TLSRPT_FAILURES_MAX = 200 };

/* All sessions to one host that failed in one way. */
struct tlsrpt_failure {
	const char *domain; /* as name_parse() gives it, or NULL */
	const char *host;   /* the same */
	const char *shown_domain, *shown_host; /* printable, never NULL */
	const char *type;                      /* "tlsa-invalid" */
	const char *reason;                    /* a code, or NULL */
	int64_t sessions;
};

struct tlsrpt {
	const char *organization, *id, *start, *end; /* printable or NULL */
	int64_t successful, failed;
	struct tlsrpt_failure *failures; /* the most frequent first */
	size_t n_failures;
	size_t n_more; /* that found no room */
};

/*
 * False: it is no such report, and *why is a static sentence without the full
 * stop. What is in *report points into the arena.
 */
bool tlsrpt_read(struct arena *arena, const void *bytes, size_t len,
    struct tlsrpt *report, const char **why);
