/* SPDX-License-Identifier: ISC */
#include "report/tally.h"

#include "model/outcomes.h"

static void
count(struct tally *tally, const struct danelaw_class *class)
{
	tally->all++;
	tally->authenticated += class->authenticated;
	tally->failed += class->failing || class->skipped;
	tally->unreachable += class->unexamined;
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

		count(&tally.hosts, &host->counted);
		for (size_t j = 0; j < host->n_addresses; j++) {
			count(&tally.addresses, &host->addresses[j].counted);
			tally.silent += outcome_is(
			    host->addresses[j].outcome, OUTCOME_SILENT);
		}
		tally.records += host->tlsa.n_records;
		for (size_t k = 0; k < host->tlsa.n_records; k++)
			tally.matched += tally_is_matched(host, k);
	}
	return tally;
}
