/* SPDX-License-Identifier: ISC */
/*
 * First the chains are gathered: many addresses and offers show the same
 * one, and a fault of it is to be told once. Then every group has a look at
 * the tree, the causes before the consequences, and what was found is sorted
 * by severity.
 */
#include "policy/diagnose.h"

#include <string.h>

#include "model/outcomes.h"
#include "policy/diagnose_ca.h"

static bool
same_chain(const struct danelaw_probe *a, const struct danelaw_probe *b)
{
	if (a->n_chain != b->n_chain)
		return false;
	for (size_t i = 0; i < a->n_chain; i++) {
		const char *x = a->chain[i].cert_sha256;
		const char *y = b->chain[i].cert_sha256;

		if (x == NULL || y == NULL || strcmp(x, y) != 0)
			return false;
	}
	return true;
}

static void
sight(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address, const struct danelaw_probe *probe,
    const struct danelaw_address **last)
{
	struct sighting *sighting;

	for (size_t i = 0; i < exam->n_sightings; i++) {
		sighting = &exam->sightings[i];
		if (sighting->host == host &&
		    same_chain(sighting->probe, probe)) {
			sighting->n_addresses += last[i] != address;
			last[i] = address;
			if (!outcome_is(
				sighting->probe->outcome, OUTCOME_JUDGED) &&
			    outcome_is(probe->outcome, OUTCOME_JUDGED)) {
				sighting->address = address;
				sighting->probe = probe;
			}
			return;
		}
	}
	sighting = ARENA_PUSH(exam->arena, exam->sightings, exam->n_sightings);
	if (sighting == NULL)
		return;
	sighting->host = host;
	sighting->address = address;
	sighting->probe = probe;
	sighting->n_addresses = 1;
	last[exam->n_sightings - 1] = address;
}

/* How many chains did this host, or this address, show? */
static size_t
count_chains(const struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	size_t n = 0;

	for (size_t i = 0; i < exam->n_sightings; i++)
		n += exam->sightings[i].host == host &&
		    (address == NULL || exam->sightings[i].address == address);
	return n;
}

static void
name_sighting(const struct exam *exam, struct sighting *sighting)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	const char *more = "", *key = "";

	sighting->subject = sighting->where = sighting->host->name;
	if (count_chains(exam, sighting->host, NULL) == 1)
		return;
	sighting->subject =
	    tree_place(exam->arena, sighting->host, sighting->address);
	if (sighting->n_addresses > 1)
		more = arena_printf(
		    exam->arena, " and %zu more", sighting->n_addresses - 1);
	if (count_chains(exam, sighting->host, sighting->address) > 1 &&
	    leaf->key != NULL)
		key = arena_printf(exam->arena, " (%s)", leaf->key);
	sighting->where = arena_printf(exam->arena, "%s%s%s", sighting->subject,
	    more == NULL ? "" : more, key == NULL ? "" : key);
	if (sighting->where == NULL)
		sighting->where = sighting->host->name;
}

static void
gather(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	const struct danelaw_address **last;
	size_t n = 0;

	for (size_t i = 0; i < report->n_hosts; i++) {
		for (size_t j = 0; j < report->hosts[i].n_addresses; j++)
			n += report->hosts[i].addresses[j].n_probes;
	}
	last = arena_alloc(exam->arena, n * sizeof(*last));
	if (last == NULL)
		return;
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		for (size_t j = 0; j < host->n_addresses; j++) {
			const struct danelaw_address *address =
			    &host->addresses[j];

			for (size_t k = 0; k < address->n_probes; k++) {
				if (address->probes[k].n_chain > 0)
					sight(exam, host, address,
					    &address->probes[k], last);
			}
		}
	}
	for (size_t i = 0; i < exam->n_sightings; i++)
		name_sighting(exam, &exam->sightings[i]);
}

void
diagnose(struct tree *tree, const struct diagnose_options *options)
{
	struct exam exam = {
		.tree = tree, .arena = tree->arena, .report = &tree->report
	};

	/* A tree with holes is thrown away; no need to look at it. */
	if (arena_failed(tree->arena))
		return;
	if (options != NULL)
		exam.options = *options;
	gather(&exam);
	if (exam.options.own_lack != NULL)
		finding_add(tree, FINDING_OPS_OUR_LACK, exam.report->domain,
		    "where", exam.report->domain, "what", exam.options.own_lack,
		    NULL);
	else
		diagnose_dns(&exam);
	if (!exam.options.resolver_dead && exam.options.own_lack == NULL) {
		diagnose_tlsa(&exam);
		if (!exam.options.offline) {
			diagnose_smtp(&exam);
			diagnose_mail(&exam);
			diagnose_looks(&exam);
		}
		diagnose_tls(&exam);
		diagnose_bytes(&exam);
		diagnose_mismatch(&exam);
		diagnose_chain(&exam);
		diagnose_name(&exam);
		diagnose_cert(&exam);
		diagnose_advice(&exam);
		diagnose_ca(&exam);
		diagnose_ops(&exam);
	}
	diagnose_wildcards(&exam);
	finding_sort(tree);
	finding_fold(tree);
}
