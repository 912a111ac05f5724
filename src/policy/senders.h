/* SPDX-License-Identifier: ISC */
/*
 * senders.h - what the common senders of mail would do with one address.
 *
 * Pure: no handshake of its own, only rules over the evidence in the tree.
 * tests/interop holds them against the real programs. The verdict is not
 * touched by any of it: that is what RFC 7672 and OpenSSL say.
 */
#pragma once

#include "base/arena.h"

#include <danelaw_report.h>

/*
 * Fills address->senders once its probes are judged: a row for each version
 * of which something can be said. It stays empty where SMTP never came as far
 * as STARTTLS, and where a published trust anchor is among the certificates
 * sent without having issued the leaf: programs that look for the anchor only
 * would pass there what others refuse, and nobody should lean on that.
 * False: out of memory.
 */
bool senders_predict(struct arena *arena, const struct danelaw_report *report,
    const struct danelaw_host *host, struct danelaw_address *address);

/* What sets a version apart from others of its kind. */
enum {
	/* It names RSA first where a server can choose; OpenSSL does not. */
	SENDER_RSA_FIRST = 1 << 0,
	/* Has X25519MLKEM768... */
	SENDER_HYBRID = 1 << 1,
	/* ...and a share for it at once, which makes 1,500 octets. */
	SENDER_LONG_HELLO = 1 << 7,
	/* Takes certificates with ML-DSA keys, and signatures by such. */
	SENDER_MLDSA = 1 << 2,
	/* GnuTLS 3.8.13 asks for such, but fails at the signature. */
	SENDER_VAIN_MLDSA = 1 << 8,
	/* OpenSSL 3.1 and later: nothing below TLS 1.2 at level 1. */
	SENDER_NO_OLD_TLS = 1 << 3,
	SENDER_NO_RSA_EXCHANGE = 1 << 4,
	/* Cannot read a certificate with a serial number below 0. */
	SENDER_POSITIVE_SERIAL = 1 << 5,
	/* Of curves only those of NIST, named and with whole points. */
	SENDER_NIST_CURVES = 1 << 9,
	/* Has no signatures by RSA-PSS keys. */
	SENDER_NO_PSS_KEY = 1 << 10,
	/* Beside a URI or an SRV name a common name counts for nothing. */
	SENDER_ALT_NAMES = 1 << 11,
	/* Takes more certificates than OpenSSL does: 256 KiB. */
	SENDER_LARGE_CERTS = 1 << 12,
	/* Go 1.27 writes a server's words as 454 "later". */
	SENDER_QUOTES_REPLY = 1 << 6,
};

/* No words of a sender's: what a prediction to deliver lacks. */
#define SENDERS_UNSEEN                                                         \
	"but an RSA certificate, which it prefers, could not be seen: that "   \
	"look was denied"

/*
 * Of more TLSA records than these Postfix drops the rest, whichever come last
 * in an answer that resolvers turn round; Exim then misses some, too.
 */
#define SENDERS_TLSA_MAX 100

/* An anchor above it Postfix does not reach, as seen with 3.7 to 3.10. */
#define SENDERS_POSTFIX_DEPTH 11

struct sender_facts;

struct sender_ruling {
	bool unknown; /* no prediction */
	bool delivers;
	const char *why; /* NULL where it delivers */
};

struct sender_version {
	const char *name, *version;
	/* How did it end where TLS stood, and where none did? */
	struct sender_ruling (*with_tls)(const struct sender_facts *facts);
	struct sender_ruling (*without)(const struct sender_facts *facts);
	unsigned traits; /* SENDER_* bits */
	bool held_against_real;
};

/* What a rule looks at. */
struct sender_facts {
	struct arena *arena; /* for words */
	const struct danelaw_report *report;
	const struct danelaw_host *host;
	const struct danelaw_address *address;
	const struct sender_version *version;
	/* What the version is shown; NULL: it comes to no handshake. */
	const struct danelaw_probe *probe;
};

/* Why a version that may not go on in clear has no TLS. */
enum sender_failure {
	SENDER_NOT_OFFERED, /* no STARTTLS */
	SENDER_PUT_OFF,     /* it was answered with 4xx... */
	SENDER_REFUSED,     /* ...or with 5xx */
	SENDER_NO_HANDSHAKE,
};
enum sender_failure senders_failure(const struct sender_facts *facts);

bool senders_has(const struct sender_facts *facts, unsigned trait);
/* Can it verify what such a key signed, as "ML-DSA-65"? */
bool senders_takes_key(const struct sender_facts *facts, const char *key);
/* The alert that ended the default handshake, -1: none came. */
int senders_alert(const struct danelaw_address *address);

/* Is the certificate valid at the time the report is about? */
bool senders_in_time(
    const struct danelaw_report *report, const struct danelaw_cert *cert);

/* The result of an offer other than the default; NULL: there is none. */
const struct danelaw_trial *senders_trial(
    const struct danelaw_address *address, const char *offer);

/*
 * Is STARTTLS offered, but not in capitals? Keywords are for any case (RFC
 * 5321 section 2.4), but not for Exim.
 */
bool senders_miss_starttls(const struct danelaw_smtp *smtp);

/* Older than TLS 1.2? */
bool senders_is_old(const struct danelaw_tls *tls);

/* Behind an MX RRset that is not signed? */
bool senders_is_insecure_mx(const struct danelaw_report *report);

/* Those that follow OpenSSL. */
struct sender_ruling senders_postfix(const struct sender_facts *facts);
struct sender_ruling senders_postfix_without(const struct sender_facts *facts);
struct sender_ruling senders_sendmail(const struct sender_facts *facts);
struct sender_ruling senders_sendmail_without(const struct sender_facts *facts);

/* Exim with GnuTLS, a world of its own. */
struct sender_ruling senders_exim(const struct sender_facts *facts);
struct sender_ruling senders_exim_without(const struct sender_facts *facts);

/* A sender in Go, likewise. */
struct sender_ruling senders_go(const struct sender_facts *facts);
struct sender_ruling senders_go_without(const struct sender_facts *facts);
