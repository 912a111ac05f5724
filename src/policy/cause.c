/* SPDX-License-Identifier: ISC */
/*
 * The default's failure gives a clue; each clue has its series of offers,
 * the likely ones first (clues[] below). The first offer that works names the
 * cause. Where none does, the clue itself has to do.
 */
#include "policy/cause.h"

#include <stdlib.h>
#include <string.h>

#define ALERT_HANDSHAKE_FAILURE 40
#define ALERT_NO_CERTIFICATE 41
#define ALERT_UNKNOWN_CA 48
#define ALERT_ILLEGAL_PARAMETER 47
#define ALERT_ACCESS_DENIED 49
#define ALERT_MISSING_EXTENSION 109
#define ALERT_INSUFFICIENT_SECURITY 71
#define ALERT_CERTIFICATE_REQUIRED 116

#define DH_LEAST_BITS 1024 /* below that OpenSSL refuses at any level */
#define OFFERS_MAX 10      /* with NULL at the end */
#define BIG_HELLO 1000     /* octets; without a hybrid it is some 300 */

static bool
is_cut(const struct danelaw_trial *trial)
{
	return trial->fault == DANELAW_TLS_CLOSED ||
	    trial->fault == DANELAW_TLS_RESET;
}

/* How servers end it that miss a client certificate or dislike it. */
static bool
is_cert_alert(const struct danelaw_trial *trial)
{
	return (trial->alert >= ALERT_HANDSHAKE_FAILURE &&
		   trial->alert <= ALERT_ACCESS_DENIED) ||
	    trial->alert == ALERT_CERTIFICATE_REQUIRED || is_cut(trial);
}

static bool
misses_cert(const struct danelaw_trial *trial)
{
	return trial->client_cert_requested && !trial->client_cert_sent &&
	    is_cert_alert(trial);
}

static bool
dislikes_cert(const struct danelaw_trial *trial)
{
	return trial->client_cert_sent && is_cert_alert(trial);
}

static bool
needs_cert(const struct danelaw_trial *trial)
{
	return misses_cert(trial) ||
	    (trial->alert == ALERT_CERTIFICATE_REQUIRED &&
		!trial->client_cert_sent);
}

static bool
is_late(const struct danelaw_trial *trial)
{
	return trial->timeout;
}

/*
 * The first that fits is the clue, and the last does always. Its offers are
 * made, if any; where none works the clue has to do, if it tells a cause.
 */
static const struct clue {
	bool (*fits)(const struct danelaw_trial *trial); /* NULL: by fault */
	enum danelaw_tls_fault fault;
	const char *offers[OFFERS_MAX];
	enum cause cause;
	const char *words;
} clues[] = {
	{ .fault = DANELAW_TLS_MUTE, .offers = { "implicit" } },
	{ .fault = DANELAW_TLS_NOT_TLS },
	{ .fault = DANELAW_TLS_DROPPED },
	{ .fits = dislikes_cert, .offers = { "no-cert" } },
	{ .fits = needs_cert },
	{ NULL, DANELAW_TLS_NAME, { "no-sni" }, CAUSE_SNI,
	    "it refuses this server name" },
	{ NULL, DANELAW_TLS_VERSION, { "no-hybrid", "tls12", "weak", "tls10" },
	    CAUSE_VERSION, "it takes neither TLS 1.3 nor TLS 1.2, 1.1 or 1.0" },
	{ NULL, DANELAW_TLS_SHORT_DH, { "weak" }, CAUSE_DH,
	    "its Diffie-Hellman parameters are too short" },
	{ NULL, DANELAW_TLS_RENEGOTIATION, { NULL }, CAUSE_RENEGOTIATION,
	    "it does not know secure renegotiation" },
	{ .fault = DANELAW_TLS_CURVE, .offers = { "rare-groups" } },
	{ .fault = DANELAW_TLS_SIGNATURE },
	{ .fault = DANELAW_TLS_TOO_LARGE },
	{ is_late, 0, { "no-hybrid", "tls12", "small" }, CAUSE_TIMEOUT,
	    "it stalls with each offer that was made" },
	{ is_cut, 0,
	    { "no-hybrid", "no-sni", "tls12", "small", "rare-groups", "weak",
		"anon", "tls10" },
	    CAUSE_EOF, "it hangs up with each offer that was made" },
	{ .offers = { "no-hybrid", "today", "no-sni", "rare-groups", "weak",
	      "anon", "tls12", "tls10", "small" } },
};
enum { N_CLUES = sizeof(clues) / sizeof(clues[0]) };

static bool
fits(const struct clue *clue, const struct danelaw_trial *trial)
{
	return clue->fits != NULL ? clue->fits(trial)
				  : clue->fault == trial->fault;
}

static const char *const *
series_for(const struct danelaw_trial *trial)
{
	const struct clue *clue = clues;

	while (clue < &clues[N_CLUES - 1] && !fits(clue, trial))
		clue++;
	return clue->offers;
}

static const struct danelaw_trial *
find(const struct danelaw_trial *trials, size_t n, const char *offer)
{
	for (size_t i = 0; i < n; i++) {
		if (trials[i].offer != NULL &&
		    strcmp(trials[i].offer, offer) == 0)
			return &trials[i];
	}
	return NULL;
}

/* A hello that is no whole handshake was to the server's liking. */
static bool
is_answered(const struct danelaw_trial *trial)
{
	return trial != NULL && trial->tls != NULL;
}

/* Was a hybrid group in it? */
static bool
is_big(const struct danelaw_trial *trial)
{
	return trial->hello_octets >= BIG_HELLO;
}

/*
 * How a server says that it finds nothing it knows in what was offered. What
 * it stumbles over later, or breaks off at, a hello alone does not show.
 */
static bool
is_refused_offer(const struct danelaw_trial *trial)
{
	return trial->alert == ALERT_HANDSHAKE_FAILURE ||
	    trial->alert == ALERT_ILLEGAL_PARAMETER ||
	    trial->alert == ALERT_INSUFFICIENT_SECURITY ||
	    trial->alert == ALERT_MISSING_EXTENSION;
}

/*
 * An offer with hybrid groups can be made or not, by the OpenSSL at hand. That
 * a server answers a hello of today tells something where it refused ours.
 */
static bool
is_possible(const struct danelaw_trial *first, const char *offer)
{
	if (strcmp(offer, "no-hybrid") == 0)
		return is_big(first);
	if (strcmp(offer, "today") == 0)
		return first->hello_octets > 0 && !is_big(first) &&
		    is_refused_offer(first);
	return true;
}

/* It works without a hybrid group: is it that, or the length of it? */
static const char *
next_of_size(const struct danelaw_trial *trials, size_t n)
{
	const struct danelaw_trial *big = find(trials, n, "big-hello");

	if (big == NULL)
		return "big-hello";
	return big->ok && find(trials, n, "again") == NULL ? "again" : NULL;
}

const char *
cause_next(const struct danelaw_trial *trials, size_t n)
{
	const struct danelaw_trial *brief = find(trials, n, "no-hybrid");
	const char *const *offer;

	if (n == 0 || n >= OFFERS_MAX || trials[0].ok)
		return NULL;
	if (brief != NULL && brief->ok)
		return next_of_size(trials, n);
	if (trials[n - 1].ok || is_answered(find(trials, n, "today")))
		return NULL;
	for (offer = series_for(&trials[0]); *offer != NULL; offer++) {
		if (is_possible(&trials[0], *offer) &&
		    find(trials, n, *offer) == NULL)
			return *offer;
	}
	return NULL;
}

static const char *
text_or(const char *text, const char *other)
{
	return text == NULL ? other : text;
}

/* The curve of an EC key; NULL: it has none. */
static const char *
curve_of(const struct danelaw_trial *trial)
{
	return trial->key != NULL && strncmp(trial->key, "EC ", 3) == 0
	    ? trial->key + 3
	    : NULL;
}

/* Is it a curve that the default offers? */
static bool
is_usual(const char *curve)
{
	static const char *const usual[] = { "P-256", "P-384", "P-521",
		"X25519", "X448" };

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (strcmp(curve, usual[i]) == 0)
			return true;
	}
	return false;
}

typedef struct cause_answer judge_fn(
    struct arena *arena, const struct danelaw_trial *won);

static struct cause_answer
judge_groups(struct arena *arena, const struct danelaw_trial *won)
{
	const char *curve = curve_of(won);
	const char *group = won->tls == NULL ? NULL : won->tls->group;

	if (curve != NULL && !is_usual(curve))
		return (struct cause_answer) { CAUSE_CERT_CURVE,
			arena_printf(arena,
			    "it succeeds only when the client offers %s, the "
			    "curve of the certificate's key",
			    curve) };
	return (struct cause_answer) { CAUSE_GROUP,
		arena_printf(arena,
		    "it succeeds only when the client offers %s",
		    text_or(group, "a rare curve")) };
}

/* Signed with SHA-1, which OpenSSL 3 takes at security level 0 alone. */
static bool
is_old(const char *version)
{
	return version != NULL &&
	    (strcmp(version, "TLSv1") == 0 || strcmp(version, "TLSv1.1") == 0);
}

static struct cause_answer
judge_weak(struct arena *arena, const struct danelaw_trial *won)
{
	const char *group = won->tls == NULL ? NULL : won->tls->group;
	const char *cipher = won->tls == NULL ? NULL : won->tls->cipher;

	if (won->tls != NULL && is_old(won->tls->version))
		return (struct cause_answer) { CAUSE_OLD_ONLY,
			arena_printf(arena, "it speaks no newer TLS than %s",
			    won->tls->version) };
	if (group != NULL && strncmp(group, "DH ", 3) == 0 &&
	    strtol(group + 3, NULL, 10) < DH_LEAST_BITS)
		return (struct cause_answer) { CAUSE_DH,
			arena_printf(arena,
			    "%s-bit Diffie-Hellman parameters are too short",
			    group + 3) };
	if (won->key != NULL && strncmp(won->key, "DSA", 3) == 0)
		return (struct cause_answer) { CAUSE_SIGALG,
			arena_printf(arena,
			    "it succeeds only when the client takes signatures "
			    "of its %s key",
			    won->key) };
	return (struct cause_answer) { CAUSE_CIPHER,
		arena_printf(arena,
		    "it succeeds only when the client takes the abandoned "
		    "cipher %s",
		    text_or(cipher, "that it has")) };
}

/* TLS 1.3 signs with RSA-PSS, which takes 528 bits at least with SHA-256. */
static struct cause_answer
judge_tls12(struct arena *arena, const struct danelaw_trial *won)
{
	enum { PSS_LEAST_BITS = 528 };
	const char *key = won->key;

	if (key != NULL && strncmp(key, "RSA ", 4) == 0 &&
	    strtol(key + 4, NULL, 10) < PSS_LEAST_BITS)
		return (struct cause_answer) { CAUSE_SHORT_KEY,
			arena_printf(arena,
			    "it succeeds only with TLS 1.2, where the %s key "
			    "can sign",
			    key) };
	return (struct cause_answer) { CAUSE_VERSION,
		"it succeeds only when the client offers nothing newer than "
		"TLS 1.2" };
}

/* What it means that an offer works where the default did not. */
static const struct {
	const char *offer;
	enum cause cause;
	const char *words;
	judge_fn *judge; /* instead of them */
} wins[] = {
	{ "no-sni", CAUSE_SNI,
	    "it refuses this server name and succeeds only without one", NULL },
	{ "no-cert", CAUSE_OWN_CERT,
	    "it refuses our client certificate and succeeds only without one",
	    NULL },
	{ "tls12", CAUSE_VERSION, NULL, judge_tls12 },
	{ "tls10", CAUSE_OLD_ONLY,
	    "it succeeds only when the client offers nothing newer than "
	    "TLS 1.0",
	    NULL },
	{ "rare-groups", CAUSE_GROUP, NULL, judge_groups },
	{ "weak", CAUSE_CIPHER, NULL, judge_weak },
	{ "anon", CAUSE_ANON,
	    "it succeeds only when the client does without a certificate",
	    NULL },
	{ "implicit", CAUSE_IMPLICIT, "it speaks TLS from the first byte",
	    NULL },
	{ "small", CAUSE_BIG_HELLO,
	    "it succeeds only when the ClientHello is short", NULL },
};

static bool
is_hybrid(const char *group)
{
	return group != NULL && strstr(group, "MLKEM") != NULL;
}

/* Only an OpenSSL newer than ours could have shaken hands. */
static struct cause_answer
judge_today(struct arena *arena, const struct danelaw_trial *today)
{
	if (is_hybrid(today->tls->group))
		return (struct cause_answer) { CAUSE_LIBRARY,
			arena_printf(arena,
			    "it needs OpenSSL 3.5 here: the server asks for "
			    "%s, and takes no older group",
			    today->tls->group) };
	return (struct cause_answer) { CAUSE_LIBRARY,
		"it needs OpenSSL 3.5 here: the server takes an offer with "
		"ML-DSA, and none without" };
}

/* By how many octets; big may be NULL, as may be again. */
static struct cause_answer
judge_size(struct arena *arena, const struct danelaw_trial *brief,
    const struct danelaw_trial *big, const struct danelaw_trial *again)
{
	if (again != NULL && again->ok)
		return (struct cause_answer) { CAUSE_UNSTEADY,
			"it failed once, and worked when it was tried again" };
	if (big == NULL || big->ok)
		return (struct cause_answer) { CAUSE_HYBRID,
			big == NULL
			    ? "it succeeds only when the client offers no "
			      "hybrid group"
			    : "it fails when the client offers a hybrid "
			      "group, and takes a ClientHello as long "
			      "without one" };
	return (struct cause_answer) { CAUSE_BIG_HELLO,
		arena_printf(arena,
		    "it takes a ClientHello of %d octets, and none of %d",
		    brief->hello_octets, big->hello_octets) };
}

/* TLS 1.3 does not tie the curve of a certificate to those of the server. */
static struct cause_answer
judge_success(struct arena *arena, const struct danelaw_trial *trials, size_t n)
{
	const struct danelaw_trial *big = find(trials, n, "big-hello");
	const struct danelaw_trial *old = find(trials, n, "tls12");
	const char *curve = curve_of(&trials[0]);

	if (big != NULL && !big->ok)
		return judge_size(arena, &trials[0], big, NULL);
	if (old == NULL || old->ok || curve == NULL ||
	    strcmp(curve, "P-256") == 0 ||
	    (old->alert != ALERT_HANDSHAKE_FAILURE &&
		old->alert != ALERT_INSUFFICIENT_SECURITY))
		return (struct cause_answer) { CAUSE_NONE, NULL };
	return (struct cause_answer) { CAUSE_CURVE_FIXED,
		arena_printf(arena,
		    "TLS 1.3 succeeds, but TLS 1.2 does not, as if the "
		    "server's own list of curves lacked %s, that of its key",
		    curve) };
}

static struct cause_answer
judge_cert(const struct danelaw_trial *first)
{
	bool new = first->tls != NULL &&
	    first->tls->version !=
		NULL &&strcmp(first->tls->version, "TLSv1.3") == 0;

	return (struct cause_answer) {
		new || first->alert == ALERT_CERTIFICATE_REQUIRED
		    ? CAUSE_CERT_REQUIRED_13
		    : CAUSE_CERT_REQUIRED_12,
		first->client_cert_sent
		    ? "it demands a client certificate and does not take ours"
		    : "it demands a client certificate",
	};
}

static struct cause_answer
judge_loss(const struct danelaw_trial *trials, size_t n)
{
	const struct danelaw_trial *first = &trials[0];
	const struct danelaw_trial *bare = find(trials, n, "no-cert");

	if (needs_cert(first) || (bare != NULL && needs_cert(bare)))
		return judge_cert(first);
	for (size_t i = 0; i < N_CLUES; i++) {
		if (clues[i].cause != CAUSE_NONE && fits(&clues[i], first))
			return (struct cause_answer) { clues[i].cause,
				clues[i].words };
	}
	if (first->alert == ALERT_HANDSHAKE_FAILURE && n > 1)
		return (struct cause_answer) { CAUSE_ALERT_40,
			"it fails with each offer that was made" };
	return (struct cause_answer) { CAUSE_NONE, NULL };
}

struct cause_answer
cause_judge(struct arena *arena, const struct danelaw_trial *trials, size_t n)
{
	const struct danelaw_trial *brief = find(trials, n, "no-hybrid");
	const struct danelaw_trial *today = find(trials, n, "today");
	const struct danelaw_trial *last;

	if (n == 0)
		return (struct cause_answer) { CAUSE_NONE, NULL };
	if (trials[0].ok)
		return judge_success(arena, trials, n);
	if (is_answered(today))
		return judge_today(arena, today);
	if (brief != NULL && brief->ok)
		return judge_size(arena, brief, find(trials, n, "big-hello"),
		    find(trials, n, "again"));
	last = &trials[n - 1];
	for (size_t i = 0; last->ok && last->offer != NULL &&
	     i < sizeof(wins) / sizeof(wins[0]);
	     i++) {
		if (strcmp(wins[i].offer, last->offer) != 0)
			continue;
		if (wins[i].judge != NULL)
			return wins[i].judge(arena, last);
		return (struct cause_answer) { wins[i].cause, wins[i].words };
	}
	return judge_loss(trials, n);
}
