/* SPDX-License-Identifier: ISC */
/*
 * A name that comes twice in a report, as an MX host with two preferences
 * may, is written the first time only: the same series twice spoils a scrape.
 */
#include "report/prometheus_host.h"

#include <stdio.h>
#include <string.h>

#define LABELS PROMETHEUS_LABELS
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The next host from *i on whose name has not been seen before, or NULL. */
static const struct danelaw_host *
next_host(const struct danelaw_report *report, size_t *i)
{
	for (; *i < report->n_hosts; ++*i) {
		const struct danelaw_host *host = &report->hosts[*i];
		size_t k = 0;

		while (k < *i &&
		    !prometheus_same(report->hosts[k].name, host->name))
			k++;
		if (k == *i) {
			++*i;
			return host;
		}
	}
	return NULL;
}

static const struct danelaw_address *
next_address(const struct danelaw_host *host, size_t *i)
{
	for (; *i < host->n_addresses; ++*i) {
		const struct danelaw_address *address = &host->addresses[*i];
		size_t k = 0;

		while (k < *i &&
		    !prometheus_same(host->addresses[k].ip, address->ip))
			k++;
		if (k == *i) {
			++*i;
			return address;
		}
	}
	return NULL;
}

void
prometheus_put_policy(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	static const enum danelaw_policy all[] = { DANELAW_POLICY_DANE,
		DANELAW_POLICY_ENCRYPT, DANELAW_POLICY_MAY,
		DANELAW_POLICY_SKIP };
	const struct danelaw_host *host;

	for (size_t i = 0; (host = next_host(item->report, &i)) != NULL;)
		for (size_t k = 0; k < COUNT(all); k++)
			prometheus_put(metric,
			    LABELS({ "domain", item->target },
				{ "host", host->name },
				{ "policy", danelaw_policy_word(all[k]) }),
			    host->policy == all[k]);
}

/* Was there an answer, so that a count means something? */
static bool
is_counted(const struct danelaw_tlsa *tlsa)
{
	switch (tlsa->status) {
	case DANELAW_TLSA_NOT_ASKED:
	case DANELAW_TLSA_ERROR:
		break;
	case DANELAW_TLSA_NONE:
	case DANELAW_TLSA_UNUSABLE:
	case DANELAW_TLSA_USABLE:
		return true;
	}
	return false;
}

static void
put_tlsa_counts(struct prometheus_metric *metric,
    const struct prometheus_item *item, bool usable_only)
{
	const struct danelaw_host *host;

	for (size_t i = 0; (host = next_host(item->report, &i)) != NULL;) {
		int64_t n = 0;

		if (!is_counted(&host->tlsa))
			continue;
		for (size_t k = 0; k < host->tlsa.n_records; k++)
			n += !usable_only || host->tlsa.records[k].usable;
		prometheus_put(metric,
		    LABELS({ "domain", item->target }, { "host", host->name }),
		    n);
	}
}

void
prometheus_put_tlsa(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	put_tlsa_counts(metric, item, false);
}

void
prometheus_put_tlsa_usable(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	put_tlsa_counts(metric, item, true);
}

void
prometheus_put_outcome(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	const struct danelaw_address *address;
	const struct danelaw_host *host;

	for (size_t i = 0; (host = next_host(item->report, &i)) != NULL;)
		for (size_t k = 0; (address = next_address(host, &k)) != NULL;)
			prometheus_put(metric,
			    LABELS({ "domain", item->target },
				{ "host", host->name },
				{ "address", address->ip },
				{ "outcome",
				    danelaw_outcome_word(address->outcome) }),
			    1);
}

void
prometheus_put_probe_duration(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	const struct danelaw_address *address;
	const struct danelaw_host *host;

	for (size_t i = 0; (host = next_host(item->report, &i)) != NULL;)
		for (size_t k = 0; (address = next_address(host, &k)) != NULL;)
			if (address->timing.total >= 0)
				prometheus_put_ms(metric,
				    LABELS({ "domain", item->target },
					{ "host", host->name },
					{ "address", address->ip }),
				    address->timing.total);
}

/*
 * The data of a record as a label. A whole certificate is cut in the middle:
 * such certificates begin alike and end in a signature. No host has a use for
 * RECORDS_MAX records; what is more than that is in the counts only, so that
 * one domain cannot swamp a scrape.
 */
enum { DATA_MAX = 128, RECORDS_MAX = 64 };

static void
write_data(const struct danelaw_record *record, char out[static DATA_MAX + 1])
{
	const char *data = record->rr != NULL ? record->rr : "";
	size_t len;

	for (int i = 0; i < 3; i++)
		data += strcspn(data, " ") + (strchr(data, ' ') != NULL);
	len = strlen(data);
	if (len <= DATA_MAX)
		memcpy(out, data, len + 1);
	else
		snprintf(out, DATA_MAX + 1, "%.64s...%s", data,
		    data + len - (DATA_MAX - 67));
}

/* Does the same label come of both? */
static bool
is_same_record(const struct danelaw_record *a, const struct danelaw_record *b)
{
	char a_data[DATA_MAX + 1], b_data[DATA_MAX + 1];

	if (a == b)
		return true;
	if (a->usage != b->usage || a->selector != b->selector ||
	    a->mtype != b->mtype)
		return false;
	if (prometheus_same(a->rr, b->rr))
		return true;
	/* Short ones are their own labels. */
	if (a->rr != NULL && b->rr != NULL && strlen(a->rr) <= DATA_MAX)
		return false;
	write_data(a, a_data);
	write_data(b, b_data);
	return strcmp(a_data, b_data) == 0;
}

/* What any handshake with the address showed of a record: -1 for nothing. */
static int
match_of(const struct danelaw_address *address, const struct danelaw_tlsa *tlsa,
    const struct danelaw_record *record)
{
	int match = -1;

	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		for (size_t k = 0; k < probe->n_records; k++) {
			const struct danelaw_record_result *result =
			    &probe->records[k];

			if (result->record >= tlsa->n_records ||
			    !is_same_record(
				&tlsa->records[result->record], record))
				continue;
			if (match < 0)
				match = 0;
			if (result->result == DANELAW_RESULT_MATCH)
				match = 1;
		}
	}
	return match;
}

static void
put_matches_of(struct prometheus_metric *metric, const char *target,
    const struct danelaw_host *host, const struct danelaw_address *address)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;

	for (size_t i = 0, n = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		char usage[4], selector[4], mtype[4], data[DATA_MAX + 1];
		int match = match_of(address, tlsa, record);
		size_t k = 0;

		while (k < i && !is_same_record(&tlsa->records[k], record))
			k++;
		/* Of many, those that tell something. */
		if (k < i || match < 0 || (match == 0 && n++ >= RECORDS_MAX))
			continue;
		snprintf(usage, sizeof(usage), "%u", record->usage);
		snprintf(selector, sizeof(selector), "%u", record->selector);
		snprintf(mtype, sizeof(mtype), "%u", record->mtype);
		write_data(record, data);
		prometheus_put(metric,
		    LABELS({ "domain", target }, { "host", host->name },
			{ "address", address->ip }, { "usage", usage },
			{ "selector", selector }, { "mtype", mtype },
			{ "data", data }),
		    match);
	}
}

void
prometheus_put_match(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	const struct danelaw_address *address;
	const struct danelaw_host *host;

	for (size_t i = 0; (host = next_host(item->report, &i)) != NULL;)
		for (size_t k = 0; (address = next_address(host, &k)) != NULL;)
			put_matches_of(metric, item->target, host, address);
}
