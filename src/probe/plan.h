/* SPDX-License-Identifier: ISC */
/*
 * plan.h - which connection comes after which, and what each counts as.
 *
 * Pure: it is told how a connection ended and what was gathered so far. Where
 * the default offer worked, those that look for more certificates follow, if
 * asked for. Where its handshake failed, the caller says what to try. With
 * all certificates the first offer is the full default; else a lean one, and
 * the full one only where that fails.
 */
#pragma once

#include "probe/probe.h"
#include "tls/offer.h"

struct plan {
	const struct tls_offer
	    *offer;               /* of this connection; NULL: it is over */
	size_t n_before;          /* connections before this one */
	size_t next_cert;         /* index in tls_offer_all_certs */
	bool all_certs, implicit; /* as the target wants it */
	probe_next_fn *ask;       /* NULL: nobody */
	bool asking; /* why the default failed, not for certificates */
	bool curt;   /* hybrid groups are left out from now on */
	bool lean;   /* this first connection leaves them out, to be cheap */
	bool full;   /* this is the default, after a lean one that failed */
	bool uneven; /* the default offer meets now this, now that */
	unsigned n_repeats, n_wanted; /* of the default: made, to be made */
};

/* How a connection ended. */
struct plan_end {
	enum danelaw_outcome reached;
	bool heard; /* the server said something, be it half a line */
	bool shook; /* it got as far as a handshake */
	bool up;    /* the handshake was finished */
	int alert;  /* -1: none */
	bool late;  /* there is no time for another one */
};

void plan_begin(struct plan *plan, const struct probe_target *target);
/* What comes behind this connection; and how many of the trials stand. */
void plan_next(struct plan *plan, const struct plan_end *end,
    const struct evidence *evidence);
/*
 * Is the connection a trial, to be kept behind those of the earlier ones that
 * *n becomes the number of?
 */
bool plan_is_trial(
    const struct plan *plan, const struct plan_end *end, size_t *n);

/* The first connection tells about the server, the others only look on. */
bool plan_is_first(const struct plan *plan);
/* What it ends with counts as what the first one did, now or from now on. */
bool plan_stands_first(const struct plan *plan, const struct plan_end *end);
/*
 * What it shows is what the server shows: it is the first one, or the first
 * that the server can bear.
 */
bool plan_leads(const struct plan *plan);
/* The server has no certificate of the type that alone was offered. */
bool plan_is_no_such_cert(const struct plan *plan, const struct plan_end *end);
/* It only asks whether the default works still. */
bool plan_is_repeated(const struct plan *plan);
/*
 * A hello that is lost on the way is not waited for as a server would be, nor
 * a server that was silent before.
 */
bool plan_is_quick(const struct plan *plan, const struct evidence *evidence);
/* Does TLS come before the greeting here? */
bool plan_is_implicit(const struct plan *plan);
/* Will TLS from the first byte be tried where no greeting comes? */
bool plan_may_ask_implicit(const struct plan *plan);
