/* SPDX-License-Identifier: ISC */
/*
 * probe.h - one address: socket, dialogue, TLS and deadlines become evidence.
 *
 * A probe makes one connection per offer, one after the other, never two to
 * the same address at a time. Evidence knows nothing of domains and records,
 * so that it can serve many of them; check/judge.h brings the two
 * together.
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"
#include "tls/context.h"
#include "tls/peer.h"

struct event_base;
struct probe;

/*
 * Which offer to try next, given those that were (tls/offer.h); the default
 * stands first. NULL: none. The decision is policy's, which this floor does
 * not see.
 */
typedef const char *probe_next_fn(const struct danelaw_trial *trials, size_t n);

/* Connections to learn why the default offer failed, at most. */
#define PROBE_TRIALS_MAX 8
/* Those that make the default offer once more, where it is in doubt. */
#define PROBE_REPEATS_MAX 3

struct probe_target {
	const char *ip; /* IPv4 or IPv6, no brackets */
	uint16_t port;
	const char *sni; /* TLSA base domain or host name; NULL: none */
	const char *helo;
	bool implicit_tls;
	bool all_certs;     /* every key type, else the server's choice */
	int64_t deadline;   /* clock_monotonic_ms(), for all of it; 0: none */
	unsigned attempt;   /* at the same address, counted from 0 */
	uint32_t budget_ms; /* instead: so long from the start; 0: none */
	/* The steps' own limits, ms; 0: 30000 to connect, 60000 a reply,
	   30000 the handshake. The deadline rules over all. */
	uint32_t connect_ms, reply_ms, tls_ms;
	/* Said inside TLS on the first connection; see smtp/dialogue.h. */
	const char *mail_from, *mail_to;
	uint64_t owner; /* among whom connections are divided; see queue.h */
	/* Asked where the default handshake failed; NULL: leave it at that.
	   These connections have shorter limits. */
	probe_next_fn *next;
};

/*
 * One connection. Behind the first one stand those whose handshake showed a
 * certificate, the one that was denied, and those that show the server to be
 * another from one connection to the next ("again"). All that failed otherwise
 * says nothing about the server as senders see it.
 */
struct evidence_shake {
	const char *offer;
	enum danelaw_outcome reached; /* ENCRYPTED: TLS and EHLO in it stand */
	const char *error;            /* our words, NULL if it went well */
	enum danelaw_tls_fault fault; /* the same, as a fact */
	int alert;                    /* TLS alert received, -1: none */
	struct danelaw_tls *tls;      /* NULL: no handshake was finished */
	struct tls_chain *chain;      /* owned by the evidence */
	struct danelaw_cert *certs;
	size_t n_certs;
	/* For judge_shake() alone: it was judged before, and what of that
	   holds again (tls/memo.h); owned by the evidence. */
	bool judged;
	struct match_memo *memo;
};

struct evidence {
	const char *ip;
	uint16_t port;
	const char *untried;  /* why nobody connected; NULL: somebody did */
	bool here;            /* as it is this machine */
	const char *left_out; /* its turn did not come in time; or NULL */
	const char *our_lack; /* of files, ports, memory: it is not complete,
	    and nobody else may have it; or NULL */
	struct danelaw_smtp smtp;      /* of the first connection */
	struct danelaw_timing timing;  /* of the first connection, too */
	struct evidence_shake *shakes; /* at least one; the default first.
		An offer the server has no certificate for leaves none. */
	size_t n_shakes;
	/* The default first, then what was tried because it had failed, or
	   what failed otherwise than for want of a certificate; or none. */
	struct danelaw_trial *trials;
	size_t n_trials;
	struct arena *arena;
	unsigned refs;
};

/* Of an address that is left alone; why is static. NULL: no memory. */
struct evidence *evidence_untried(
    const char *ip, uint16_t port, const char *why, bool here);
/* Of one whose turn did not come in time. NULL: no memory. */
struct evidence *evidence_late(const char *ip, uint16_t port);
/* Somebody tried, and no connection came about, for which nothing of ours is to
 * blame: it says nothing of more than address and port. */
bool evidence_is_unreached(const struct evidence *evidence);
void evidence_ref(struct evidence *evidence);
void evidence_unref(struct evidence *evidence); /* NULL is fine */

/* The evidence is borrowed: take a reference to keep it. */
typedef void probe_done_fn(struct evidence *evidence, void *arg);

/* Copies target. done() comes from the loop. NULL: no memory, or no IP. */
struct probe *probe_start(struct event_base *base, struct tls_context *context,
    const struct probe_target *target, probe_done_fn *done, void *arg);
/* Ends it at once, without done(). NULL is fine. Not from inside done(). */
void probe_cancel(struct probe *probe);
/* "connecting", "waiting for the greeting"...; static. */
const char *probe_waiting(const struct probe *probe);
