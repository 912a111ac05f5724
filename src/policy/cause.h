/* SPDX-License-Identifier: ISC */
/*
 * cause.h - why does the handshake fail? By changing one thing at a time.
 *
 * Pure. Which offer is tried next, and what the set of results means; the
 * offers themselves are in tls/offer.h, the connections in the probe.
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"

enum cause {
	CAUSE_NONE = 0,         /* nothing was tried, or nothing is known */
	CAUSE_SNI,              /* it refuses the server name */
	CAUSE_CERT_REQUIRED_12, /* it insists on a client certificate */
	CAUSE_CERT_REQUIRED_13,
	CAUSE_OWN_CERT,    /* it refuses ours, but takes none as well */
	CAUSE_VERSION,     /* no TLS version in common */
	CAUSE_OLD_ONLY,    /* it cannot bear offers newer than TLS 1.0 */
	CAUSE_CERT_CURVE,  /* its key is on a curve that nobody offers */
	CAUSE_CURVE_FIXED, /* its own list of curves lacks that of its key */
	CAUSE_GROUP,       /* no key exchange group in common */
	CAUSE_DH,          /* Diffie-Hellman parameters too short */
	CAUSE_CIPHER,      /* none but abandoned ciphers */
	CAUSE_SIGALG,      /* its key signs in a way that nobody takes */
	CAUSE_SHORT_KEY,   /* its key cannot hold a signature of today */
	CAUSE_ANON,        /* it has no certificate */
	CAUSE_RENEGOTIATION,
	CAUSE_IMPLICIT,  /* it waits for TLS where a greeting is due */
	CAUSE_BIG_HELLO, /* only a short ClientHello gets through */
	CAUSE_HYBRID,    /* it fails at a hybrid group, not at the length */
	CAUSE_UNSTEADY,  /* the same offer fails and works */
	CAUSE_LIBRARY,   /* the OpenSSL at hand is too old for it */
	CAUSE_TIMEOUT,
	CAUSE_EOF,
	CAUSE_ALERT_40, /* nothing tried works */
	N_CAUSES,
};

struct cause_answer {
	enum cause cause;
	const char *words; /* "it succeeds only when ..."; NULL for NONE */
};

/*
 * The offer to try next, given those tried so far, the default first; NULL:
 * enough is known, or nothing is left. At most eight after the default, and
 * none after a success but where it is to be told why it is one.
 */
const char *cause_next(const struct danelaw_trial *trials, size_t n);

/* Words are static or in the arena. */
struct cause_answer cause_judge(
    struct arena *arena, const struct danelaw_trial *trials, size_t n);
