/* SPDX-License-Identifier: ISC */
#include "report/due.h"

static void
look_at_probe(const struct danelaw_host *host,
    const struct danelaw_probe *probe, bool ee_expiry, struct due_cert *due)
{
	const struct danelaw_match *match = probe->match;
	int deepest;

	if (match == NULL || match->record >= host->tlsa.n_records)
		return;
	if (host->tlsa.records[match->record].usage == DANELAW_USAGE_DANE_TA)
		deepest = match->depth;
	else if (ee_expiry)
		deepest = 0;
	else
		return;
	for (size_t i = 0; i < probe->n_chain; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];

		if (cert->depth < 0 || cert->depth > deepest ||
		    cert->not_after == 0)
			continue;
		if (due->cert == NULL || cert->not_after < due->when) {
			due->when = cert->not_after;
			due->cert = cert;
		}
	}
}

struct due_cert
due_certificate_at(const struct danelaw_host *host,
    const struct danelaw_address *address, bool ee_expiry)
{
	struct due_cert due = { .host = host, .address = address };

	for (size_t i = 0; i < address->n_probes; i++)
		look_at_probe(host, &address->probes[i], ee_expiry, &due);
	return due;
}

struct due_cert
due_certificate(const struct danelaw_report *report, bool ee_expiry)
{
	struct due_cert first = { 0 };

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		for (size_t k = 0; k < host->n_addresses; k++) {
			struct due_cert due = due_certificate_at(
			    host, &host->addresses[k], ee_expiry);

			if (due.cert != NULL &&
			    (first.cert == NULL || due.when < first.when))
				first = due;
		}
	}
	return first;
}
