/* SPDX-License-Identifier: ISC */
/*
 * What is kept of a connection. The first one is kept in any case. Of the
 * others those tell something that showed a certificate; the one that was
 * denied, for behind it nothing was seen; and those that prove the server to
 * be another from one connection to the next, as several backends are.
 *
 * A difference between two offers may be one between two backends. So where
 * a look shows anything that the first one did not, the default is repeated,
 * some times in a row: what differs then is no matter of the offer.
 */
#include <string.h>

#include "base/clock.h"
#include "probe/evidence.h"
#include "probe/inside.h"

/* Enough to meet the other of two backends, and most often the odd one of
   three. */
#define REPEATS_EXPECTED 2 /* it is another, as the offer asked for */
#define REPEATS_DOUBTED PROBE_REPEATS_MAX

static void
keep_first(struct probe *probe, enum danelaw_outcome reached, const char *error)
{
	struct evidence *evidence = probe->evidence;

	probe->shake.reached = reached;
	probe->shake.error = error;
	evidence->smtp = *dialogue_facts(probe->dialogue);
	evidence->timing.total = (int)(clock_monotonic_ms() - probe->begun);
	evidence->shakes[0] = probe->shake;
	evidence->n_shakes = 1;
	probe->shake.chain = NULL;
}

/*
 * The server has what was asked for, and we cannot read it: that is no
 * failure of the server's, but nor was it examined.
 */
static void
keep_unreadable(struct probe *probe, const char *error)
{
	struct evidence *evidence = probe->evidence;
	struct evidence_shake *shake = &evidence->shakes[0];

	if (!probe->plan.asking) {
		shake = &evidence->shakes[evidence->n_shakes++];
		*shake = probe->shake;
	}
	shake->reached = DANELAW_OUTCOME_NOT_EXAMINED;
	shake->error = arena_strdup(evidence->arena, error);
}

static bool
is_offer(const struct probe *probe, const char *name)
{
	return strcmp(probe->plan.offer->name, name) == 0;
}

/* Is there anything of the server's to compare certificates with? */
static bool
stands(const struct probe *probe)
{
	return probe->evidence->shakes[0].reached == DANELAW_OUTCOME_ENCRYPTED;
}

static void
push(struct probe *probe, const char *offer, enum danelaw_outcome reached,
    const char *error)
{
	struct evidence *evidence = probe->evidence;
	struct evidence_shake *shake = &evidence->shakes[evidence->n_shakes];

	if (evidence->n_shakes >= evidence_shakes_max())
		return;
	*shake = probe->shake;
	shake->offer = offer;
	shake->reached = reached;
	shake->error = arena_strdup(evidence->arena, error);
	probe->shake.chain = NULL;
	evidence->n_shakes++;
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL || strcmp(a, b) == 0;
}

static bool
shows_same_cert(const struct evidence_shake *a, const struct evidence_shake *b)
{
	return a->n_certs == 0 || b->n_certs == 0 ||
	    is_same_text(a->certs[0].cert_sha256, b->certs[0].cert_sha256);
}

static bool
speaks_same_version(
    const struct evidence_shake *a, const struct evidence_shake *b)
{
	return a->tls == NULL || b->tls == NULL ||
	    is_same_text(a->tls->version, b->tls->version);
}

/* Is it for certificates of this one type that the offer asks? */
static bool
asks_for(const struct probe *probe, const struct danelaw_cert *leaf)
{
	static const struct {
		const char *offer, *key;
	} types[] = { { "rsa", "RSA" }, { "ecdsa", "EC " }, { "eddsa", "ED" },
		{ "mldsa", "ML-DSA" } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (is_offer(probe, types[i].offer))
			return leaf->key != NULL &&
			    strncmp(leaf->key, types[i].key,
				strlen(types[i].key)) == 0;
	}
	return false;
}

static void
want(struct probe *probe, unsigned n)
{
	if (probe->plan.n_wanted < n)
		probe->plan.n_wanted = n;
}

/* It went otherwise than the first one: is it for the offer? */
static void
note_look(struct probe *probe, const struct plan_end *end)
{
	const struct evidence_shake *first = &probe->evidence->shakes[0];
	const struct evidence_shake *shake = &probe->shake;
	bool limits =
	    probe->plan.offer->max_version != 0 || is_offer(probe, "mldsa");

	if (!probe->up) {
		if (!plan_is_no_such_cert(&probe->plan, end) ||
		    (first->n_certs > 0 && asks_for(probe, &first->certs[0])))
			want(probe, REPEATS_DOUBTED);
		return;
	}
	if (!limits && !speaks_same_version(first, shake))
		want(probe, REPEATS_DOUBTED);
	if (!shows_same_cert(first, shake))
		want(probe,
		    is_offer(probe, "no-sni") ||
			    (asks_for(probe, &shake->certs[0]) &&
				!asks_for(probe, &first->certs[0]))
			? REPEATS_EXPECTED
			: REPEATS_DOUBTED);
}

/* It may be for a limit of theirs, and says nothing of TLS there. */
static bool
is_cut(const char *error)
{
	static const char *const words[] = { "closed the connection",
		"unexpected eof", "reset by peer", "Broken pipe" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (error != NULL && strstr(error, words[i]) != NULL)
			return true;
	}
	return error == NULL;
}

/* Before any offer was made. */
static bool
lacks_starttls(const struct probe *probe, enum danelaw_outcome reached)
{
	const struct danelaw_smtp *smtp = dialogue_facts(probe->dialogue);

	return reached == DANELAW_OUTCOME_STARTTLS_MISSING ||
	    (reached == DANELAW_OUTCOME_STARTTLS_REFUSED &&
		smtp->starttls != NULL && smtp->starttls[0] == '5');
}

/* The same offer as the first: each difference is one of the server. */
static void
keep_repeated(
    struct probe *probe, enum danelaw_outcome reached, const char *error)
{
	const struct evidence_shake *first = &probe->evidence->shakes[0];
	bool failed = reached == DANELAW_OUTCOME_TLS_FAILED;

	probe->plan.n_repeats++;
	if (probe->shake.chain != NULL && !failed) {
		if (stands(probe) && shows_same_cert(first, &probe->shake) &&
		    speaks_same_version(first, &probe->shake))
			return;
		probe->plan.uneven = true;
		push(probe, "again",
		    stands(probe) ? DANELAW_OUTCOME_ENCRYPTED : reached,
		    stands(probe) ? NULL : error);
	} else if (stands(probe) && failed && !is_cut(error)) {
		probe->plan.uneven = true;
		push(probe, "again", reached, error);
	}
}

/*
 * A further look ended before its handshake. A no to STARTTLS for now is one
 * to all of it (as in outcome_counted()).
 */
static void
keep_denied(
    struct probe *probe, enum danelaw_outcome reached, const char *error)
{
	if (reached == DANELAW_OUTCOME_STARTTLS_REFUSED)
		reached = DANELAW_OUTCOME_SMTP_TEMPFAIL;
	push(probe, probe->plan.offer->name, reached, error);
}

void
probe_keep(struct probe *probe, const struct plan_end *end, const char *error)
{
	enum danelaw_outcome reached = end->reached;

	if (plan_stands_first(&probe->plan, end)) {
		keep_first(probe, reached, error);
	} else if (reached == DANELAW_OUTCOME_NOT_EXAMINED) {
		keep_unreadable(probe, error);
	} else if (plan_is_repeated(&probe->plan) &&
	    (probe->shook || !stands(probe))) {
		keep_repeated(probe, reached, error);
	} else if (probe->plan.asking || !stands(probe)) {
		return;
	} else if (probe->shook) {
		note_look(probe, end);
		/* The first one showed that EHLO works inside TLS. */
		if (probe->shake.chain != NULL)
			push(probe, probe->plan.offer->name,
			    DANELAW_OUTCOME_ENCRYPTED, NULL);
	} else if (lacks_starttls(probe, reached)) {
		probe->plan.uneven = true;
		push(probe, "again", reached, error);
	} else if (!plan_is_repeated(&probe->plan)) {
		keep_denied(probe, reached, error);
	}
}
