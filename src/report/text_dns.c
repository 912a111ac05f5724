/* SPDX-License-Identifier: ISC */
/* What the DNS said: of the domain, and of each host. */
#include "report/page.h"

#include <string.h>

#include "base/when.h"

enum {
	LABEL = 6,
	MAX_ALIASES = 4,
	MAX_TEXT = 400,
	MAX_REASON = 200,
	MAX_UNUSABLE = 3,
	CLOCK_SOON = 7 * 24 * 3600 /* seconds; no word of what ends later */
};

static struct margin
margin_of(const char *name)
{
	return (struct margin) {
		.subject = page_or(name),
		.subject_len = -1,
		.label_width = LABEL,
	};
}

static void
put_presence(const struct danelaw_lookup *lookup, struct buf *text)
{
	switch (lookup->presence) {
	case DANELAW_PRESENCE_UNKNOWN:
		buf_printf(text, ", failed%s%s",
		    lookup->why == NULL ? "" : ": ",
		    lookup->why == NULL ? "" : lookup->why);
		break;
	case DANELAW_PRESENCE_DATA:
		buf_printf(text, ", %zu record%s", lookup->n_records,
		    page_s(lookup->n_records));
		break;
	case DANELAW_PRESENCE_NODATA:
		buf_puts(text, ", no record");
		break;
	case DANELAW_PRESENCE_NXDOMAIN:
		buf_puts(text, ", no such name");
		break;
	}
}

/* Signatures and TTL as planning a change needs them. */
static void
lookup_row(struct page *page, const struct margin *margin,
    const struct danelaw_lookup *lookup)
{
	char until[WHEN_ROOM] = "?", left[WHEN_DAYS_ROOM];
	int64_t expires = lookup->rrsig_expires, at = page->report->at;
	struct buf text = { 0 };

	buf_printf(&text, "%s\t%s: %s", page_or(lookup->type),
	    page_or(lookup->name), danelaw_dnssec_word(lookup->dnssec));
	put_presence(lookup, &text);
	if (lookup->presence != DANELAW_PRESENCE_UNKNOWN)
		buf_printf(&text, ", TTL %lu", (unsigned long)lookup->ttl);
	if (expires != 0) {
		when_format(expires, until);
		when_between(expires, at, left);
		buf_printf(&text, ", signed until %s (%s%s)", until, left,
		    expires < at ? " ago" : "");
	}
	if (buf_failed(&text))
		page->out->failed = true;
	page_row(page, margin, "lookup", "%s", buf_text(&text));
	buf_finish(&text);
}

static void
lookup_rows(struct page *page, const struct margin *margin,
    const struct danelaw_lookup *lookups, size_t n)
{
	for (size_t i = 0; page->verbosity > 0 && i < n; i++)
		lookup_row(page, margin, &lookups[i]);
}

static bool
same_aliases(const struct danelaw_lookup *a, const struct danelaw_lookup *b)
{
	if (a->n_aliases != b->n_aliases)
		return false;
	for (size_t i = 0; i < a->n_aliases; i++) {
		if (strcmp(page_or(a->aliases[i]), page_or(b->aliases[i])) != 0)
			return false;
	}
	return true;
}

/* Where CNAMEs led; said once where A and AAAA went the same way. */
static void
alias_row(struct page *page, const struct margin *margin,
    const struct danelaw_lookup *lookups, size_t index)
{
	const struct danelaw_lookup *lookup = &lookups[index];

	if (lookup->n_aliases == 0 ||
	    (index > 0 && same_aliases(lookup, &lookups[index - 1])))
		return;
	page_list(page, margin, "CNAME", "to ", lookup->aliases,
	    lookup->n_aliases, page->verbosity > 0 ? 0 : MAX_ALIASES);
}

static void
mx_hosts(struct page *page, const struct margin *margin)
{
	const struct danelaw_report *report = page->report;

	for (size_t i = 0; i < report->n_hosts; i++)
		page_row(page, margin, "MX", "%-8s\t%u %s",
		    danelaw_dnssec_word(report->mx.dnssec),
		    report->hosts[i].preference,
		    page_or(report->hosts[i].name));
	if (report->n_hosts == 0)
		page_row(page, margin, "MX", "%-8s\tno host that could be used",
		    danelaw_dnssec_word(report->mx.dnssec));
}

static bool
domain_is_absent(const struct danelaw_mx *mx)
{
	for (size_t i = 0; i < mx->n_lookups; i++) {
		if (mx->lookups[i].presence == DANELAW_PRESENCE_NXDOMAIN)
			return true;
	}
	return false;
}

static void
mx_rows(struct page *page, const struct margin *margin)
{
	const struct danelaw_mx *mx = &page->report->mx;
	const char *dnssec = danelaw_dnssec_word(mx->dnssec);
	bool absent = domain_is_absent(mx);
	struct page_cut why = page_cut(page,
	    mx->why != NULL ? mx->why
		: absent    ? "no such domain"
			    : "the lookup failed",
	    MAX_TEXT);

	switch (mx->source) {
	case DANELAW_MX_MX:
		mx_hosts(page, margin);
		break;
	case DANELAW_MX_IMPLICIT:
		page_row(page, margin, "MX",
		    "%-8s\tnone; the domain itself is its mail host (RFC 5321 "
		    "5.1)",
		    dnssec);
		break;
	case DANELAW_MX_LITERAL:
		page_row(page, margin, "MX", "not asked: the host was given");
		break;
	case DANELAW_MX_NULL:
		page_row(page, margin, "MX",
		    "%-8s\tnull MX: this domain takes no mail (RFC 7505)",
		    dnssec);
		break;
	case DANELAW_MX_NONE:
		page_row(page, margin, "MX", "%-8s\t" PAGE_CUT, dnssec,
		    PAGE_CUT_ARGS(why));
		return;
	}
	if (mx->why != NULL)
		page_row(page, margin, "why", PAGE_CUT, PAGE_CUT_ARGS(why));
}

static bool
lookup_failed(enum danelaw_dnssec dnssec)
{
	return dnssec == DANELAW_DNSSEC_ERROR || dnssec == DANELAW_DNSSEC_BOGUS;
}

/* Who was asked is of interest where it was another, or where it failed. */
static bool
resolver_matters(const struct page *page)
{
	const struct danelaw_report *report = page->report;

	if (page->verbosity > 0 || report->resolver_fell_back ||
	    report->resolver_error != NULL || lookup_failed(report->mx.dnssec))
		return true;
	for (size_t i = 0; i < report->n_hosts; i++) {
		if (report->hosts[i].tlsa.status == DANELAW_TLSA_ERROR ||
		    lookup_failed(report->hosts[i].dnssec))
			return true;
	}
	return false;
}

/* "in 61 days", "3 days ago" */
static void
put_end(const struct page *page, int64_t expires, struct buf *text)
{
	bool over = expires < page->report->at;
	char span[WHEN_DAYS_ROOM];

	when_between(expires, page->report->at, span);
	buf_printf(text, "%s%s%s", over ? "" : "in ", span, over ? " ago" : "");
}

static bool
ends_soon(const struct page *page, int64_t expires)
{
	int64_t at = page->report->at;

	return page->verbosity > 0 || at > INT64_MAX - CLOCK_SOON ||
	    expires < at + CLOCK_SOON;
}

/* What ends first, of all that counts. */
static void
clock_row(struct page *page, const struct margin *margin)
{
	const struct danelaw_clock_cert *cert =
	    page->report->clocks.certificate;
	const struct danelaw_clock_rrsig *rrsig = page->report->clocks.rrsig;
	struct buf text = { 0 };

	if (cert != NULL && ends_soon(page, cert->expires)) {
		struct page_cut subject = page_cut(page, cert->subject, 60);

		buf_puts(&text, "certificate ends ");
		put_end(page, cert->expires, &text);
		buf_printf(&text, ": " PAGE_CUT " at %s",
		    PAGE_CUT_ARGS(subject), page_or(cert->host));
	}
	if (rrsig != NULL && ends_soon(page, rrsig->expires)) {
		buf_printf(
		    &text, "%ssignature ends ", text.len == 0 ? "" : "; ");
		put_end(page, rrsig->expires, &text);
		buf_printf(&text, ": %s %s", page_or(rrsig->type),
		    page_or(rrsig->name));
	}
	if (buf_failed(&text))
		page->out->failed = true;
	if (text.len > 0)
		page_row(page, margin, "clock", "%s", buf_text(&text));
	buf_finish(&text);
}

static void
zone_rows(struct page *page, const struct margin *margin)
{
	for (size_t i = 0; i < page->report->n_zones; i++) {
		const struct danelaw_zone *zone = &page->report->zones[i];

		if (zone->dnskey.type != NULL)
			lookup_rows(page, margin, &zone->dnskey, 1);
		if (zone->ds.type != NULL)
			lookup_rows(page, margin, &zone->ds, 1);
	}
}

void
text_domain(struct page *page)
{
	const struct danelaw_report *report = page->report;
	struct margin margin = margin_of(report->domain);
	char at[WHEN_ROOM] = "?";

	page_blank(page);
	if (report->unicode != NULL)
		page_row(page, &margin, "name", "%s", report->unicode);
	for (size_t i = 0; i < report->mx.n_lookups; i++)
		alias_row(page, &margin, report->mx.lookups, i);
	mx_rows(page, &margin);
	if (report->resolver != NULL && resolver_matters(page))
		page_row(page, &margin, "DNS", "%s", report->resolver);
	if (page->show_at) {
		when_format(report->at, at);
		page_row(page, &margin, "at", "%s", at);
	}
	clock_row(page, &margin);
	lookup_rows(page, &margin, report->mx.lookups, report->mx.n_lookups);
	zone_rows(page, &margin);
}

static bool
is_ipv6(const char *ip)
{
	return ip != NULL && strchr(ip, ':') != NULL;
}

/* The addresses of one family, "192.0.2.1 192.0.2.2"; false: there are none. */
static bool
join_addresses(const struct danelaw_host *host, bool ipv6, struct buf *list)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		const char *ip = host->addresses[i].ip;

		if (ip != NULL && is_ipv6(ip) == ipv6)
			buf_printf(list, "%s%s", list->len == 0 ? "" : " ", ip);
	}
	return list->len > 0;
}

static void
data_row(struct page *page, const struct margin *margin,
    const struct danelaw_host *host, const struct danelaw_lookup *lookup)
{
	const char *dnssec = danelaw_dnssec_word(lookup->dnssec);
	struct buf list = { 0 };

	if (join_addresses(host, strcmp(lookup->type, "AAAA") == 0, &list))
		page_row(page, margin, lookup->type, "%-8s\t%s", dnssec,
		    buf_text(&list));
	else
		page_row(page, margin, lookup->type,
		    "%-8s\t%zu record%s, not examined", dnssec,
		    lookup->n_records, page_s(lookup->n_records));
	if (buf_failed(&list))
		page->out->failed = true;
	buf_finish(&list);
}

static void
address_row(struct page *page, const struct margin *margin,
    const struct danelaw_host *host, const struct danelaw_lookup *lookup)
{
	const char *dnssec = danelaw_dnssec_word(lookup->dnssec);
	struct page_cut why = page_cut(page,
	    lookup->why == NULL ? "the lookup failed" : lookup->why, MAX_TEXT);

	switch (lookup->presence) {
	case DANELAW_PRESENCE_UNKNOWN:
		page_row(page, margin, lookup->type, "%-8s\t" PAGE_CUT, dnssec,
		    PAGE_CUT_ARGS(why));
		break;
	case DANELAW_PRESENCE_DATA:
		data_row(page, margin, host, lookup);
		break;
	case DANELAW_PRESENCE_NODATA:
		/* One family is enough for a host. */
		if (host->n_addresses == 0 || page->verbosity > 0)
			page_row(
			    page, margin, lookup->type, "%-8s\tnone", dnssec);
		break;
	case DANELAW_PRESENCE_NXDOMAIN:
		page_row(
		    page, margin, lookup->type, "%-8s\tno such name", dnssec);
		break;
	}
}

static bool
asks_address(const struct danelaw_lookup *lookup)
{
	return lookup->type != NULL &&
	    (strcmp(lookup->type, "A") == 0 ||
		strcmp(lookup->type, "AAAA") == 0);
}

/* Why the TLSA lookup failed; the last one asked is the one that ruled. */
static const char *
tlsa_why(const struct danelaw_host *host)
{
	const char *why = NULL;

	for (size_t i = 0; i < host->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];

		if (lookup->type != NULL && strcmp(lookup->type, "TLSA") == 0 &&
		    lookup->why != NULL)
			why = lookup->why;
	}
	return why == NULL ? "the lookup failed" : why;
}

static void
tlsa_row(struct page *page, const struct margin *margin,
    const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	const char *dnssec = danelaw_dnssec_word(tlsa->dnssec);
	struct page_cut why = page_cut(page, tlsa_why(host), MAX_TEXT);
	size_t usable = 0;

	for (size_t i = 0; i < tlsa->n_records; i++)
		usable += tlsa->records[i].usable;
	switch (tlsa->status) {
	case DANELAW_TLSA_NOT_ASKED:
		page_row(page, margin, "TLSA", "not asked");
		break;
	case DANELAW_TLSA_ERROR:
		page_row(page, margin, "TLSA", "%-8s\t" PAGE_CUT, dnssec,
		    PAGE_CUT_ARGS(why));
		break;
	case DANELAW_TLSA_NONE:
		page_row(page, margin, "TLSA", "%-8s\tnone", dnssec);
		break;
	case DANELAW_TLSA_UNUSABLE:
	case DANELAW_TLSA_USABLE:
		page_row(page, margin, "TLSA", "%-8s\t%zu record%s, %zu usable",
		    dnssec, tlsa->n_records, page_s(tlsa->n_records), usable);
		break;
	}
}

static void
unusable_row(struct page *page, const struct margin *margin,
    const struct danelaw_record *record)
{
	struct page_cut reason = page_cut(page, record->reason, MAX_REASON);
	struct buf rr = { 0 };

	text_short_rr(record, &rr);
	page_row(page, margin, "TLSA", "%s unusable: " PAGE_CUT, buf_text(&rr),
	    PAGE_CUT_ARGS(reason));
	buf_finish(&rr);
}

/* Why a record is of no use matters to who published it, not only with -v. */
static void
record_rows(struct page *page, const struct margin *margin,
    const struct danelaw_tlsa *tlsa)
{
	size_t unusable = 0;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (page->verbosity > 0)
			page_data(
			    page, margin, "TLSA", "%s", page_or(record->rr));
		if (!record->usable &&
		    (page->verbosity > 0 || unusable++ < MAX_UNUSABLE))
			unusable_row(page, margin, record);
	}
	if (unusable > MAX_UNUSABLE)
		page_row(page, margin, "TLSA",
		    "%zu more are unusable: -v lists them",
		    unusable - MAX_UNUSABLE);
}

/*
 * TLSA rows stand behind the name that holds the records. An alias puts them
 * below another name than the host's (RFC 7672 2.2.2); then both are named.
 */
static void
tlsa_rows(struct page *page, const struct margin *host_margin,
    const struct danelaw_host *host)
{
	struct margin margin = *host_margin;
	const char *name = host->tlsa.name;

	if (name != NULL && strstr(name, page_or(host->name)) != NULL)
		margin.subject = name;
	else if (name != NULL)
		page_row(page, &margin, "TLSA", "at %s", name);
	tlsa_row(page, &margin, host);
	record_rows(page, &margin, &host->tlsa);
}

void
text_host(struct page *page, const struct danelaw_host *host)
{
	struct margin margin = margin_of(host->name);
	const char *owner = page_or(host->tlsa.name);

	if (strstr(owner, page_or(host->name)) != NULL)
		margin.subject_width = (int)strlen(owner);
	page_blank(page);
	for (size_t i = 0; i < host->n_lookups; i++) {
		if (!asks_address(&host->lookups[i]))
			continue;
		alias_row(page, &margin, host->lookups, i);
		address_row(page, &margin, host, &host->lookups[i]);
	}
	tlsa_rows(page, &margin, host);
	page_row(page, &margin, "policy", "%-8s\t%s",
	    danelaw_policy_word(host->policy),
	    host->why == NULL ? "" : host->why);
	if (page->verbosity > 0 && host->shared)
		page_row(page, &margin, "shared",
		    "examined for another domain of this run");
	lookup_rows(page, &margin, host->lookups, host->n_lookups);
}
