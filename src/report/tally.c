/* SPDX-License-Identifier: ISC */
#include "report/tally.h"

/* The worst last: what an address counts as if its connections differ. */
enum sight {
	SIGHT_NONE = 0, /* nothing could be seen, for good or bad */
	SIGHT_AUTHENTICATED,
	SIGHT_ENCRYPTED,
	SIGHT_CLEARTEXT,
	SIGHT_FAILED,
};

static enum sight
sight_of(enum danelaw_outcome outcome)
{
	switch (outcome) {
	case DANELAW_OUTCOME_AUTHENTICATED:
		return SIGHT_AUTHENTICATED;
	case DANELAW_OUTCOME_ENCRYPTED:
		return SIGHT_ENCRYPTED;
	case DANELAW_OUTCOME_CLEARTEXT:
		return SIGHT_CLEARTEXT;
	case DANELAW_OUTCOME_TLSA_MISMATCH:
	case DANELAW_OUTCOME_NAME_MISMATCH:
	case DANELAW_OUTCOME_CERT_EXPIRED:
	case DANELAW_OUTCOME_CHAIN_INVALID:
	case DANELAW_OUTCOME_STARTTLS_MISSING:
	case DANELAW_OUTCOME_STARTTLS_REFUSED:
	case DANELAW_OUTCOME_PLAINTEXT_INJECTED:
	case DANELAW_OUTCOME_TLS_FAILED:
		return SIGHT_FAILED;
	case DANELAW_OUTCOME_SKIPPED:
	case DANELAW_OUTCOME_SMTP_TEMPFAIL:
	case DANELAW_OUTCOME_SMTP_PERMFAIL:
	case DANELAW_OUTCOME_SMTP_TIMEOUT:
	case DANELAW_OUTCOME_NOT_SMTP:
	case DANELAW_OUTCOME_TLS_TIMEOUT:
	case DANELAW_OUTCOME_CONNECT_REFUSED:
	case DANELAW_OUTCOME_CONNECT_TIMEOUT:
		break;
	}
	return SIGHT_NONE;
}

/*
 * STARTTLS was refused. A 4xx is no refusal for good, and behind the 220 of
 * the first connection a later one met it; another connection may have seen
 * more.
 */
static enum sight
sight_of_refused(const struct danelaw_address *address)
{
	const struct danelaw_smtp *smtp = &address->smtp;
	const char *reply =
	    smtp->starttls != NULL ? smtp->starttls : smtp->refusal;
	char digit = reply == NULL ? '\0' : reply[0];
	enum sight worst = SIGHT_NONE;
	bool others = false;

	if (digit != '4' && digit != '2')
		return SIGHT_FAILED;
	for (size_t i = 0; i < address->n_probes; i++) {
		enum danelaw_outcome outcome = address->probes[i].outcome;

		if (outcome == DANELAW_OUTCOME_STARTTLS_REFUSED ||
		    outcome == DANELAW_OUTCOME_SKIPPED)
			continue;
		others = true;
		if (sight_of(outcome) > worst)
			worst = sight_of(outcome);
	}
	return others || digit == '4' ? worst : SIGHT_FAILED;
}

/* What the sight means under the policy of the host. */
static enum sight
sight_under(enum danelaw_policy policy, const struct danelaw_address *address)
{
	enum sight sight = address->outcome == DANELAW_OUTCOME_STARTTLS_REFUSED
	    ? sight_of_refused(address)
	    : sight_of(address->outcome);

	switch (policy) {
	case DANELAW_POLICY_SKIP:
		return SIGHT_FAILED;
	case DANELAW_POLICY_MAY:
		return sight == SIGHT_NONE ? SIGHT_NONE : SIGHT_CLEARTEXT;
	case DANELAW_POLICY_ENCRYPT:
		return sight == SIGHT_CLEARTEXT    ? SIGHT_FAILED
		    : sight == SIGHT_AUTHENTICATED ? SIGHT_ENCRYPTED
						   : sight;
	case DANELAW_POLICY_DANE:
		break;
	}
	return sight > SIGHT_AUTHENTICATED ? SIGHT_FAILED : sight;
}

static bool
is_silent(enum danelaw_outcome outcome)
{
	return outcome == DANELAW_OUTCOME_CONNECT_TIMEOUT ||
	    outcome == DANELAW_OUTCOME_SMTP_TIMEOUT ||
	    outcome == DANELAW_OUTCOME_TLS_TIMEOUT;
}

static void
tally_host(struct report_tally *tally, const struct danelaw_host *host)
{
	size_t seen[SIGHT_FAILED + 1] = { 0 };
	bool skipped = host->policy == DANELAW_POLICY_SKIP;
	bool open = host->policy == DANELAW_POLICY_MAY && host->n_addresses > 0;

	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];

		seen[sight_under(host->policy, address)]++;
		tally->silent += is_silent(address->outcome);
	}
	open = open || seen[SIGHT_ENCRYPTED] + seen[SIGHT_CLEARTEXT] > 0;
	tally->addresses.all += host->n_addresses;
	tally->addresses.authenticated += seen[SIGHT_AUTHENTICATED];
	tally->addresses.failed += seen[SIGHT_FAILED];
	tally->addresses.unreachable += seen[SIGHT_NONE];
	tally->hosts.all++;
	tally->hosts.authenticated += seen[SIGHT_AUTHENTICATED] > 0;
	tally->hosts.failed += skipped || seen[SIGHT_FAILED] > 0;
	tally->hosts.unreachable += !skipped && !open &&
	    seen[SIGHT_AUTHENTICATED] + seen[SIGHT_FAILED] == 0;
}

bool
tally_is_matched(const struct danelaw_host *host, size_t record)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];

		for (size_t j = 0; j < address->n_probes; j++) {
			const struct danelaw_probe *probe = &address->probes[j];

			for (size_t k = 0; k < probe->n_records; k++) {
				if (probe->records[k].record == record &&
				    probe->records[k].result ==
					DANELAW_RESULT_MATCH)
					return true;
			}
		}
	}
	return false;
}

struct report_tally
tally_report(const struct danelaw_report *report)
{
	struct report_tally tally = { 0 };

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		tally_host(&tally, host);
		tally.records += host->tlsa.n_records;
		for (size_t k = 0; k < host->tlsa.n_records; k++)
			tally.matched += tally_is_matched(host, k);
	}
	return tally;
}
