/* SPDX-License-Identifier: ISC */
/*
 * What becomes of it when an address is looked at more than once: it may be
 * another server each time, or deny to be looked at.
 */
#include <string.h>

#include "model/outcomes.h"
#include "policy/diagnose_kit.h"
#include "policy/uneven.h"
#include "policy/verdict.h"

/* What each look was for, in the order in which they are made. */
static const struct {
	const char *offer, *what;
} looks[] = {
	{ "big-hello", NULL },
	{ "rsa", "RSA" },
	{ "ecdsa", "ECDSA" },
	{ "eddsa", "EdDSA" },
	{ "mldsa", "ML-DSA" },
	{ "no-sni", NULL },
	{ "tls12", "TLS 1.2" },
};
enum { N_LOOKS = sizeof(looks) / sizeof(looks[0]) };

/* "what it shows to those who want RSA, EdDSA or TLS 1.2" */
static const char *
unseen_from(const struct exam *exam, const char *offer)
{
	const char *wants[N_LOOKS], *list;
	size_t n = 0;
	bool from = false;

	for (size_t i = 0; i < N_LOOKS; i++) {
		from = from ||
		    (offer != NULL && strcmp(looks[i].offer, offer) == 0);
		if (from && looks[i].what != NULL)
			wants[n++] = looks[i].what;
	}
	if (n == 0)
		return "the rest";
	list = arena_printf(exam->arena,
	    "what else it shows, to those who want %s,",
	    kit_list(exam, wants, n));
	return list == NULL ? "the rest" : list;
}

static void
tell_denied(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address, const char *why, const char *what)
{
	const char *where = tree_place(exam->arena, host, address);

	if (where == NULL)
		where = host->name;
	finding_add(exam->tree, FINDING_OPS_LOOK_DENIED, where, "where", where,
	    "host", host->name, "why", kit_text(exam, why), "what", what, NULL);
}

/* Was another address of the host looked at, for good or bad? */
static bool
has_seen_other(
    const struct danelaw_host *host, const struct danelaw_address *address)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		if (&host->addresses[i] != address &&
		    !outcome_is(host->addresses[i].outcome, OUTCOME_UNSEEN))
			return true;
	}
	return false;
}

/* Where one look was enough to be sent away, another address was seen. */
static void
diagnose_denied(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	const struct danelaw_probe *denied = outcome_denied(address);

	if (!kit_binding(host))
		return;
	if (!outcome_is(address->outcome, OUTCOME_UNSEEN)) {
		if (denied != NULL)
			tell_denied(exam, host, address, denied->error,
			    unseen_from(exam, denied->offer));
	} else if (has_seen_other(host, address) &&
	    address->smtp.stage < DANELAW_SMTP_AT_TLS &&
	    (address->outcome == DANELAW_OUTCOME_SMTP_TEMPFAIL ||
		address->outcome == DANELAW_OUTCOME_SMTP_PERMFAIL)) {
		tell_denied(exam, host, address,
		    address->smtp.refusal != NULL ? address->smtp.refusal
			: address->n_probes > 0   ? address->probes[0].error
						  : NULL,
		    "all of this address");
	}
}

static const char *
side(const struct exam *exam, enum uneven_kind kind,
    const struct danelaw_probe *probe)
{
	switch (kind) {
	case UNEVEN_CERTS:
		return kit_text(exam,
		    arena_printf(exam->arena, "%s (%s, valid since %s)",
			kit_cert(exam, &probe->chain[0]),
			kit_text(exam, probe->chain[0].key),
			kit_date(exam, probe->chain[0].not_before)));
	case UNEVEN_VERSIONS:
		return kit_text(exam, probe->tls->version);
	case UNEVEN_SHAKE:
		if (probe->outcome != DANELAW_OUTCOME_TLS_FAILED &&
		    probe->outcome != DANELAW_OUTCOME_TLS_TIMEOUT)
			return "a handshake that works";
		return kit_text(exam,
		    arena_printf(exam->arena, "one that fails (%s)",
			kit_text(exam, probe->error)));
	case UNEVEN_NOT:
	case UNEVEN_STARTTLS:
		break;
	}
	return "";
}

/* By whom it is refused is seen at each of the two. */
static bool
passes(const struct danelaw_host *host, const struct danelaw_probe *probe)
{
	return !outcome_is_refused(host->policy, probe->outcome);
}

static void
diagnose_uneven(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	struct uneven uneven = uneven_of(address);
	const char *where = tree_place(exam->arena, host, address), *act;
	struct danelaw_finding *finding;
	bool first, other;

	/* Of STARTTLS diagnose_smtp() tells. */
	if (uneven.kind == UNEVEN_NOT || uneven.kind == UNEVEN_STARTTLS ||
	    where == NULL || !kit_binding(host))
		return;
	first = passes(host, uneven.first);
	other = passes(host, uneven.other);
	act = arena_printf(exam->arena,
	    first || other || uneven.kind != UNEVEN_CERTS
		? "Reload or restart the mail server on every machine behind "
		  "%s, so that all have the same key, certificate and settings"
		: "Load the same key and certificate on every machine behind "
		  "%s, then see that a TLSA record fits it",
	    where);
	finding = finding_add(exam->tree, FINDING_OPS_LB_DIFFERENT_CERTS, where,
	    "who",
	    kit_text(exam,
		arena_printf(exam->arena,
		    "What answers at %s changes from one connection to the "
		    "next",
		    where)),
	    "first", side(exam, uneven.kind, uneven.first), "second",
	    side(exam, uneven.kind, uneven.other), "effect",
	    first && other       ? "; mail passes either way"
		: first || other ? ", and not all of them pass"
				 : ", and none of them passes",
	    "do", kit_text(exam, act), NULL);
	if (finding != NULL && first && other)
		finding->severity = DANELAW_SEVERITY_INFO;
}

void
diagnose_looks(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		for (size_t j = 0; j < host->n_addresses; j++) {
			diagnose_denied(exam, host, &host->addresses[j]);
			diagnose_uneven(exam, host, &host->addresses[j]);
		}
	}
}
