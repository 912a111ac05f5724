/* SPDX-License-Identifier: ISC */
#include "probe/plan.h"

#include <string.h>

#include "model/outcomes.h"

static bool
is_offer(const struct plan *plan, const char *name)
{
	return strcmp(plan->offer->name, name) == 0;
}

bool
plan_is_first(const struct plan *plan)
{
	return plan->n_before == 0;
}

bool
plan_leads(const struct plan *plan)
{
	return plan_is_first(plan) || plan->full ||
	    (plan->asking && is_offer(plan, "no-hybrid"));
}

bool
plan_is_repeated(const struct plan *plan)
{
	return is_offer(plan, "again");
}

/* Is it the first one that the server can bear? */
static bool
is_bearable(const struct plan *plan, const struct plan_end *end)
{
	return !plan_is_first(plan) && !plan->full && plan_leads(plan) &&
	    end->up && !outcome_is(end->reached, OUTCOME_NO_HANDSHAKE);
}

/* Where it did not get as far as TLS, the lean one knows more. */
static bool
replaces_first(const struct plan *plan, const struct plan_end *end)
{
	return plan->full &&
	    (end->shook || end->reached == DANELAW_OUTCOME_NOT_EXAMINED);
}

bool
plan_stands_first(const struct plan *plan, const struct plan_end *end)
{
	return plan_is_first(plan) || replaces_first(plan, end) ||
	    is_bearable(plan, end);
}

bool
plan_is_quick(const struct plan *plan, const struct evidence *evidence)
{
	return is_offer(plan, "big-hello") || plan_is_repeated(plan) ||
	    plan->offer->bare != TLS_BARE_NONE ||
	    (plan->full &&
		evidence->shakes[0].reached == DANELAW_OUTCOME_TLS_TIMEOUT);
}

bool
plan_is_implicit(const struct plan *plan)
{
	return plan->implicit || plan->offer->implicit;
}

bool
plan_may_ask_implicit(const struct plan *plan)
{
	return plan_is_first(plan) && !plan_is_implicit(plan) &&
	    plan->ask != NULL;
}

/* It takes connections and says nothing: it may be waiting for TLS. */
static bool
is_silent(const struct plan *plan, const struct plan_end *end)
{
	return end->reached == DANELAW_OUTCOME_SMTP_TIMEOUT && !end->heard &&
	    plan_may_ask_implicit(plan);
}

/*
 * Alerts 40 and 71 are how a server says that it has no such certificate;
 * without another key type that is the answer to most offers.
 */
bool
plan_is_no_such_cert(const struct plan *plan, const struct plan_end *end)
{
	return (end->alert == 40 || end->alert == 71) &&
	    !is_offer(plan, "tls12") && !is_offer(plan, "big-hello");
}

static bool
is_trial(const struct plan *plan, const struct plan_end *end)
{
	if (plan->asking)
		return true;
	if (plan_is_first(plan) || replaces_first(plan, end))
		return outcome_is(end->reached, OUTCOME_NO_HANDSHAKE) ||
		    is_silent(plan, end) ||
		    end->reached == DANELAW_OUTCOME_ENCRYPTED;
	/* Of senders without DHE, RSA or hybrids it tells either way. */
	if (is_offer(plan, "no-dhe") || is_offer(plan, "ecdhe") ||
	    is_offer(plan, "no-hybrid"))
		return end->shook;
	return end->shook && outcome_is(end->reached, OUTCOME_NO_HANDSHAKE) &&
	    !plan_is_repeated(plan) && !plan_is_no_such_cert(plan, end);
}

bool
plan_is_trial(const struct plan *plan, const struct plan_end *end, size_t *n)
{
	/* A server that fails now and then is not to be blamed for an offer. */
	if (!plan->asking && plan_is_repeated(plan)) {
		if (plan->uneven)
			*n = 0;
		else if (*n > 1 &&
		    (!end->up ||
			outcome_is(end->reached, OUTCOME_NO_HANDSHAKE)))
			*n = 1;
	}
	if (replaces_first(plan, end))
		*n = 0;
	return is_trial(plan, end);
}

static const char *
next_trial(const struct plan *plan, const struct evidence *evidence)
{
	if (evidence->n_trials == 0 || evidence->n_trials > PROBE_TRIALS_MAX)
		return NULL;
	return plan->ask(evidence->trials, evidence->n_trials);
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
is_worth_a_look(const struct evidence *evidence, const char *name)
{
	const struct danelaw_tls *tls = evidence->shakes[0].tls;

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
		return needs_hybrid(evidence);
	if (strcmp(name, "ecdhe") == 0)
		return is_rsa_exchange(tls);
	if (strcmp(name, "no-sni") == 0)
		return tls != NULL && tls->sni != NULL;
	return true;
}

static const char *
next_cert(struct plan *plan, const struct evidence *evidence)
{
	while (++plan->next_cert < tls_offer_n_all_certs) {
		const char *name = tls_offer_all_certs[plan->next_cert];

		if (is_worth_a_look(evidence, name))
			return name;
	}
	return NULL;
}

/*
 * No STARTTLS, or none for good, is worth one more question: the next backend
 * may have it.
 */
static bool
lacks_starttls(const struct plan *plan, const struct evidence *evidence)
{
	enum danelaw_outcome reached = evidence->shakes[0].reached;
	const char *reply = evidence->smtp.starttls;

	return !plan->asking &&
	    (reached == DANELAW_OUTCOME_STARTTLS_MISSING ||
		(reached == DANELAW_OUTCOME_STARTTLS_REFUSED && reply != NULL &&
		    reply[0] == '5'));
}

/* The default once more, if it is in doubt; NULL: it is not, or no more. */
static const char *
next_repeat(const struct plan *plan)
{
	return !plan->uneven && plan->n_repeats < plan->n_wanted ? "again"
								 : NULL;
}

static const char *
next_name(struct plan *plan, const struct plan_end *end,
    const struct evidence *evidence)
{
	bool failed = outcome_is(end->reached, OUTCOME_NO_HANDSHAKE);
	const char *name;

	/* A server that has had enough of us is left alone. */
	if (end->late ||
	    (!plan_is_first(plan) && !end->shook &&
		!lacks_starttls(plan, evidence)))
		return NULL;
	if (plan->lean && failed)
		return "default";
	if ((plan_is_first(plan) || plan->full) && plan->ask != NULL &&
	    (failed || is_silent(plan, end)))
		plan->asking = true;
	if (plan->asking) {
		name = next_trial(plan, evidence);
		if (name != NULL || !plan->curt)
			return name;
		plan->asking = false;
	}
	if (!plan->all_certs || plan->uneven)
		return NULL;
	/* Is there anything of the server's to compare certificates with? */
	if (lacks_starttls(plan, evidence))
		plan->n_wanted = 2;
	else if (evidence->shakes[0].reached != DANELAW_OUTCOME_ENCRYPTED)
		return NULL;
	else if (is_offer(plan, "big-hello") && failed)
		return "again";
	else if ((name = next_cert(plan, evidence)) != NULL)
		return name;
	return next_repeat(plan);
}

void
plan_begin(struct plan *plan, const struct probe_target *target)
{
	const char *name = tls_offer_all_certs[0];

	*plan = (struct plan) {
		.all_certs = target->all_certs,
		.implicit = target->implicit_tls,
		.ask = target->next,
		.lean = !target->all_certs && tls_offer_has_hybrid(),
	};
	plan->offer =
	    plan->lean ? tls_offer_find_short(name) : tls_offer_find(name);
}

void
plan_next(struct plan *plan, const struct plan_end *end,
    const struct evidence *evidence)
{
	const char *name;

	if (is_bearable(plan, end))
		plan->curt = true;
	name = next_name(plan, end, evidence);
	plan->full =
	    plan->lean && outcome_is(end->reached, OUTCOME_NO_HANDSHAKE);
	plan->lean = false;
	plan->n_before++;
	if (name == NULL)
		plan->offer = NULL;
	else
		plan->offer = plan->curt && !plan->asking
		    ? tls_offer_find_short(name)
		    : tls_offer_find(name);
}
