/* SPDX-License-Identifier: ISC */
/*
 * Which connection comes after which. Where the default offer worked, those
 * that look for more certificates follow, if asked for. Where its handshake
 * failed, the caller says what to try; such trials have shorter limits, and
 * together no more than so much time, so that the domain's is not used up.
 */
#include <string.h>

#include "base/clock.h"
#include "probe/inside.h"

#define TRIAL_CONNECT_MS 5000
#define TRIAL_REPLY_MS 10000 /* many servers make clients wait a little */
#define TRIAL_TLS_MS 5000
#define TRIALS_MS 30000

static bool
is_tls_failure(enum danelaw_outcome reached)
{
	return reached == DANELAW_OUTCOME_TLS_FAILED ||
	    reached == DANELAW_OUTCOME_TLS_TIMEOUT;
}

static bool
is_offer(const struct probe *probe, const char *name)
{
	return strcmp(probe->offer->name, name) == 0;
}

bool
probe_leads(const struct probe *probe)
{
	return probe_is_first(probe) || probe->full ||
	    (probe->asking && is_offer(probe, "no-hybrid"));
}

bool
probe_is_repeated(const struct probe *probe)
{
	return is_offer(probe, "again");
}

/* Is it the first one that the server can bear? */
static bool
is_bearable(const struct probe *probe, enum danelaw_outcome reached)
{
	return !probe_is_first(probe) && !probe->full && probe_leads(probe) &&
	    probe->up && !is_tls_failure(reached);
}

/* Where it did not get as far as TLS, the lean one knows more. */
static bool
replaces_first(const struct probe *probe, enum danelaw_outcome reached)
{
	return probe->full &&
	    (probe->shook || reached == DANELAW_OUTCOME_NOT_EXAMINED);
}

bool
probe_stands_first(const struct probe *probe, enum danelaw_outcome reached)
{
	return probe_is_first(probe) || replaces_first(probe, reached) ||
	    is_bearable(probe, reached);
}

/*
 * A hello that is lost on the way is not waited for as a server would be, nor
 * a server that was silent before.
 */
uint32_t
probe_tls_ms(const struct probe *probe)
{
	bool quick = is_offer(probe, "big-hello") || probe_is_repeated(probe) ||
	    probe->offer->bare != TLS_BARE_NONE ||
	    (probe->full &&
		probe->evidence->shakes[0].reached ==
		    DANELAW_OUTCOME_TLS_TIMEOUT);

	return quick && probe->target.tls_ms > TRIAL_TLS_MS
	    ? TRIAL_TLS_MS
	    : probe->target.tls_ms;
}

bool
probe_may_ask_implicit(const struct probe *probe)
{
	return probe_is_first(probe) && !probe_is_implicit(probe) &&
	    probe->target.next != NULL;
}

/* It takes connections and says nothing: it may be waiting for TLS. */
static bool
is_silent(const struct probe *probe, enum danelaw_outcome reached)
{
	return reached == DANELAW_OUTCOME_SMTP_TIMEOUT && !probe->heard &&
	    probe_may_ask_implicit(probe);
}

/*
 * Alerts 40 and 71 are how a server says that it has no such certificate;
 * without another key type that is the answer to most offers.
 */
bool
probe_is_no_such_cert(const struct probe *probe)
{
	int alert = probe->shake.alert;

	return (alert == 40 || alert == 71) && !is_offer(probe, "tls12") &&
	    !is_offer(probe, "big-hello");
}

static bool
is_trial(const struct probe *probe, enum danelaw_outcome reached)
{
	if (probe->asking)
		return true;
	if (probe_is_first(probe) || replaces_first(probe, reached))
		return is_tls_failure(reached) || is_silent(probe, reached) ||
		    reached == DANELAW_OUTCOME_ENCRYPTED;
	/* Of senders without DHE, RSA or hybrids it tells either way. */
	if (is_offer(probe, "no-dhe") || is_offer(probe, "ecdhe") ||
	    is_offer(probe, "no-hybrid"))
		return probe->shook;
	return probe->shook && is_tls_failure(reached) &&
	    !probe_is_repeated(probe) && !probe_is_no_such_cert(probe);
}

/* A server that fails now and then is not to be blamed for an offer. */
static void
drop_doubted(struct probe *probe, enum danelaw_outcome reached)
{
	struct evidence *evidence = probe->evidence;

	if (probe->asking || !probe_is_repeated(probe))
		return;
	if (probe->uneven)
		evidence->n_trials = 0;
	else if (evidence->n_trials > 1 &&
	    (!probe->up || is_tls_failure(reached)))
		evidence->n_trials = 1;
}

void
probe_note_trial(
    struct probe *probe, enum danelaw_outcome reached, const char *error)
{
	struct evidence *evidence = probe->evidence;
	const struct tls_session *session = probe->link.session;
	struct danelaw_trial *trial;

	drop_doubted(probe, reached);
	if (replaces_first(probe, reached))
		evidence->n_trials = 0;
	if (!is_trial(probe, reached))
		return;
	trial =
	    ARENA_PUSH(evidence->arena, evidence->trials, evidence->n_trials);
	if (trial == NULL)
		return;
	*trial = probe->trial;
	trial->ok = probe->up && !is_tls_failure(reached);
	trial->timeout = reached == DANELAW_OUTCOME_TLS_TIMEOUT;
	trial->shook = probe->shook;
	trial->alert = probe->shake.alert;
	if (!trial->ok)
		trial->error = arena_strdup(evidence->arena, error);
	if (session != NULL) {
		trial->client_cert_requested =
		    tls_session_cert_requested(session);
		trial->client_cert_sent = tls_session_cert_sent(session);
		trial->hello_octets = tls_session_hello_octets(session);
	}
}

static uint32_t
lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void
begin_asking(struct probe *probe)
{
	struct probe_target *target = &probe->target;
	int64_t end = clock_monotonic_ms() + TRIALS_MS;

	probe->asking = true;
	target->connect_ms = lesser(target->connect_ms, TRIAL_CONNECT_MS);
	target->reply_ms = lesser(target->reply_ms, TRIAL_REPLY_MS);
	target->tls_ms = lesser(target->tls_ms, TRIAL_TLS_MS);
	if (target->deadline == 0 || end < target->deadline)
		target->deadline = end;
}

static const char *
next_trial(const struct probe *probe)
{
	const struct evidence *evidence = probe->evidence;

	if (evidence->n_trials == 0 || evidence->n_trials > PROBE_TRIALS_MAX)
		return NULL;
	return probe->target.next(evidence->trials, evidence->n_trials);
}

/* Such a cipher has no word for its key exchange: "AES256-SHA". */
static bool
is_rsa_exchange(const struct danelaw_tls *tls)
{
	return tls != NULL && tls->cipher != NULL &&
	    strncmp(tls->cipher, "TLS_", 4) != 0 &&
	    strncmp(tls->cipher, "ECDHE-", 6) != 0 &&
	    strncmp(tls->cipher, "DHE-", 4) != 0;
}

/* It may: a hybrid was chosen, and TLS 1.2, which has none, fails. */
static bool
needs_hybrid(const struct evidence *evidence)
{
	const struct danelaw_tls *tls = evidence->shakes[0].tls;

	if (tls == NULL || tls->group == NULL ||
	    strstr(tls->group, "MLKEM") == NULL)
		return false;
	for (size_t i = 0; i < evidence->n_trials; i++) {
		if (strcmp(evidence->trials[i].offer, "tls12") == 0)
			return !evidence->trials[i].ok;
	}
	return false;
}

/*
 * TLS 1.2 by itself, and ML-DSA, only where 1.3 was spoken, no SNI only where
 * some was, no DHE only where there was.
 */
static bool
is_worth_a_look(const struct probe *probe, const char *name)
{
	const struct danelaw_tls *tls = probe->evidence->shakes[0].tls;

	/* Where the default is as long, it has been seen. */
	if (strcmp(name, "big-hello") == 0)
		return !tls_offer_has_hybrid();
	if (strcmp(name, "tls12") == 0 || strcmp(name, "mldsa") == 0)
		return tls != NULL && tls->version != NULL &&
		    strcmp(tls->version, "TLSv1.3") == 0;
	if (strcmp(name, "no-dhe") == 0)
		return tls != NULL && tls->cipher != NULL &&
		    strncmp(tls->cipher, "DHE-", 4) == 0;
	if (strcmp(name, "no-hybrid") == 0)
		return needs_hybrid(probe->evidence);
	if (strcmp(name, "ecdhe") == 0)
		return is_rsa_exchange(tls);
	if (strcmp(name, "no-sni") == 0)
		return tls != NULL && tls->sni != NULL;
	return true;
}

static const char *
next_cert(struct probe *probe)
{
	while (++probe->next_cert < tls_offer_n_all_certs) {
		const char *name = tls_offer_all_certs[probe->next_cert];

		if (is_worth_a_look(probe, name))
			return name;
	}
	return NULL;
}

/* The default alone, and well: there is nothing to learn from it. */
static void
tidy_trials(struct evidence *evidence)
{
	if (evidence->n_trials == 1 && evidence->trials[0].ok)
		evidence->n_trials = 0;
	if (evidence->n_trials == 0)
		evidence->trials = NULL;
}

/* Is there anything of the server's to compare certificates with? */
bool
probe_stands(const struct probe *probe)
{
	return probe->evidence->shakes[0].reached == DANELAW_OUTCOME_ENCRYPTED;
}

/*
 * No STARTTLS, or none for good, is worth one more question: the next backend
 * may have it.
 */
static bool
lacks_starttls(const struct probe *probe)
{
	enum danelaw_outcome reached = probe->evidence->shakes[0].reached;
	const char *reply = probe->evidence->smtp.starttls;

	return !probe->asking &&
	    (reached == DANELAW_OUTCOME_STARTTLS_MISSING ||
		(reached == DANELAW_OUTCOME_STARTTLS_REFUSED && reply != NULL &&
		    reply[0] == '5'));
}

/* The default once more, if it is in doubt; NULL: it is not, or no more. */
static const char *
next_repeat(const struct probe *probe)
{
	return !probe->uneven && probe->n_repeats < probe->n_wanted ? "again"
								    : NULL;
}

static const char *
next_name(struct probe *probe, enum danelaw_outcome reached)
{
	int64_t deadline = probe->target.deadline;
	const char *name;

	/* A server that has had enough of us is left alone. */
	if (!probe_is_first(probe) && !probe->shook && !lacks_starttls(probe))
		return NULL;
	if (deadline != 0 && clock_monotonic_ms() >= deadline)
		return NULL;
	if (probe->lean && is_tls_failure(reached))
		return "default";
	if ((probe_is_first(probe) || probe->full) &&
	    probe->target.next != NULL &&
	    (is_tls_failure(reached) || is_silent(probe, reached)))
		begin_asking(probe);
	if (probe->asking) {
		name = next_trial(probe);
		if (name != NULL || !probe->curt)
			return name;
		probe->asking = false;
	}
	if (!probe->target.all_certs || probe->uneven)
		return NULL;
	if (lacks_starttls(probe))
		probe->n_wanted = 2;
	else if (!probe_stands(probe))
		return NULL;
	else if (is_offer(probe, "big-hello") && is_tls_failure(reached))
		return "again";
	else if ((name = next_cert(probe)) != NULL)
		return name;
	return next_repeat(probe);
}

const struct tls_offer *
probe_first_offer(struct probe *probe, bool all_certs)
{
	const char *name = tls_offer_all_certs[0];

	probe->lean = !all_certs && tls_offer_has_hybrid();
	return probe->lean ? tls_offer_find_short(name) : tls_offer_find(name);
}

const struct tls_offer *
probe_next_offer(struct probe *probe, enum danelaw_outcome reached)
{
	const char *name;

	if (is_bearable(probe, reached))
		probe->curt = true;
	name = next_name(probe, reached);
	probe->full = probe->lean && is_tls_failure(reached);
	probe->lean = false;
	if (name == NULL) {
		tidy_trials(probe->evidence);
		return NULL;
	}
	return probe->curt && !probe->asking ? tls_offer_find_short(name)
					     : tls_offer_find(name);
}
