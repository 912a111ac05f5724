/* SPDX-License-Identifier: ISC */
/*
 * Whoever reads this was woken by it. First what happens to mail, then the
 * one host and address to look at first, then how many more there are.
 */
#include "policy/summary.h"

#include <string.h>

#include "base/name.h"
#include "model/finding.h"
#include "model/outcomes.h"
#include "policy/ruling.h"
#include "policy/senders_list.h"
#include "policy/outcome.h"

/* Whose fault the date is, where the leaf's own dates tell. */
static const struct phrase *
phrase_for_date(const struct danelaw_address *address, int64_t at)
{
	static const struct phrase expired = { "the certificate of ",
		" expired", "its certificate expired" },
				   early = { "the certificate of ",
					   " is not yet valid",
					   "its certificate is not yet valid" };

	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		if (probe->outcome != DANELAW_OUTCOME_CERT_EXPIRED ||
		    probe->n_chain == 0)
			continue;
		if (probe->chain[0].not_after < at)
			return &expired;
		if (probe->chain[0].not_before > at)
			return &early;
	}
	return &outcome_about(DANELAW_OUTCOME_CERT_EXPIRED)->phrase;
}

/* The lookup that forbids the host (RFC 7672 section 2.1.2). */
static const struct phrase *
phrase_for_skipped(const struct danelaw_host *host)
{
	static const struct phrase
	    addr_bogus = { "the addresses of ", " fail DNSSEC validation",
		    "its addresses fail DNSSEC validation" },
	    addr = { "the address lookup of ", " fails",
		    "its address lookup fails" },
	    tlsa_bogus = { "the TLSA answer for ", " fails DNSSEC validation",
		    "its TLSA answer fails DNSSEC validation" },
	    tlsa = { "the TLSA lookup for ", " fails",
		    "its TLSA lookup fails" },
	    other = { "a DNS lookup for ", " fails", NULL };

	if (host->dnssec == DANELAW_DNSSEC_BOGUS)
		return &addr_bogus;
	if (ruling_is_failure(host->dnssec))
		return &addr;
	if (host->tlsa.status != DANELAW_TLSA_ERROR)
		return &other;
	return host->tlsa.dnssec == DANELAW_DNSSEC_BOGUS ? &tlsa_bogus : &tlsa;
}

/* Those that are not signed are left in the lookup. */
static bool
has_records(const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];

		if (lookup->type != NULL && strcmp(lookup->type, "TLSA") == 0 &&
		    name_equal(lookup->name, host->tlsa.name) &&
		    lookup->presence == DANELAW_PRESENCE_DATA)
			return true;
	}
	return host->tlsa.n_records > 0;
}

/* Why nothing guards the host. */
static const struct phrase *
phrase_for_open(const struct danelaw_host *host)
{
	static const struct phrase
	    literal = { "", " is an address and can have no TLSA records",
		    "it is an address" },
	    unusable = { "none of the TLSA records of ", " is usable",
		    "none of its TLSA records is usable" },
	    zone = { "the addresses of ", " are not signed with DNSSEC",
		    "its addresses are not signed with DNSSEC" },
	    tlsa = { "the TLSA records of ", " are not signed with DNSSEC",
		    "its TLSA records are not signed with DNSSEC" },
	    none = { "", " has no TLSA records", NULL };

	if (host->name != NULL && name_is_address(host->name))
		return &literal;
	if (host->policy == DANELAW_POLICY_ENCRYPT)
		return &unusable;
	if (host->tlsa.status == DANELAW_TLSA_NOT_ASKED)
		return &zone;
	return has_records(host) ? &tlsa : &none;
}

struct blame {
	const struct danelaw_host *host;
	const char *where;
	const struct phrase *phrase;
};

/* Without memory, or of a host without a name. */
static const char *
known(const char *text)
{
	return text == NULL ? "?" : text;
}

/* The first address, if any, that is refused or that nothing was seen of. */
static void
blame_host(struct tree *tree, const struct danelaw_host *host, bool refused,
    struct blame *blame)
{
	static const struct phrase no_address = { "", " has no address", NULL };

	blame->host = host;
	blame->where = known(host->name);
	blame->phrase = &no_address;
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];
		enum danelaw_outcome outcome = outcome_counted(address);

		if (refused && !outcome_is_refused(host->policy, outcome))
			continue;
		blame->where = known(tree_place(tree->arena, host, address));
		blame->phrase = outcome == DANELAW_OUTCOME_CERT_EXPIRED
		    ? phrase_for_date(address, tree->report.at)
		    : &outcome_about(outcome)->phrase;
		return;
	}
}

/* The first host that DANE senders must pass over, by preference. */
static bool
blame_broken(struct tree *tree, struct blame *blame)
{
	for (size_t i = 0; i < tree->report.n_hosts; i++) {
		const struct danelaw_host *host = &tree->report.hosts[i];
		struct danelaw_class class = host->counted;

		if (class.skipped) {
			blame->host = host;
			blame->where = known(host->name);
			blame->phrase = phrase_for_skipped(host);
			return true;
		}
		if (class.failing) {
			blame_host(tree, host, true, blame);
			return true;
		}
	}
	return false;
}

static bool
blame_unexamined(struct tree *tree, struct blame *blame)
{
	for (size_t i = 0; i < tree->report.n_hosts; i++) {
		const struct danelaw_host *host = &tree->report.hosts[i];

		if (host->counted.unexamined) {
			blame_host(tree, host, false, blame);
			return true;
		}
	}
	return false;
}

static bool
blame_open(struct tree *tree, struct blame *blame)
{
	for (size_t i = 0; i < tree->report.n_hosts; i++) {
		const struct danelaw_host *host = &tree->report.hosts[i];

		if (host->counted.open) {
			blame->host = host;
			blame->where = known(host->name);
			blame->phrase = phrase_for_open(host);
			return true;
		}
	}
	return false;
}

static const char *
told_of_it(struct tree *tree, const struct phrase *phrase)
{
	return phrase->it != NULL ? phrase->it
				  : known(arena_printf(tree->arena, "%sit%s",
					phrase->before, phrase->after));
}

/* " (and 2 more hosts)", or nothing. */
static const char *
and_more(struct tree *tree, size_t hosts)
{
	if (hosts <= 1)
		return "";
	return known(arena_printf(tree->arena, " (and %zu more host%s)",
	    hosts - 1, hosts == 2 ? "" : "s"));
}

/* "the TLSA lookup for mx.example fails (and 1 more host)" */
static const char *
whole(struct tree *tree, const struct blame *blame, size_t hosts)
{
	return known(
	    arena_printf(tree->arena, "%s%s%s%s", blame->phrase->before,
		blame->where, blame->phrase->after, and_more(tree, hosts)));
}

/* "2 of 3 MX hosts authenticate" */
static const char *
share(struct tree *tree, size_t n, size_t all)
{
	return known(
	    arena_printf(tree->arena, "%zu of %zu MX host%s authenticate%s", n,
		all, all == 1 ? "" : "s", n == 1 ? "s" : ""));
}

/* "; exim-gnutls, go 1.27 will refuse": another make or version. */
static const char *
refusing_senders(struct tree *tree)
{
	const char *refuse = senders_list(
		       tree->arena, &tree->report, DANELAW_DELIVERY_REFUSE),
		   *vary = senders_list(
		       tree->arena, &tree->report, DANELAW_DELIVERY_VARIES);

	if (refuse == NULL && vary == NULL)
		return "";
	return known(arena_printf(tree->arena, "%s%s%s%s%s%s",
	    refuse == NULL ? "" : "; ", refuse == NULL ? "" : refuse,
	    refuse == NULL ? "" : " will refuse", vary == NULL ? "" : "; ",
	    vary == NULL ? "" : vary,
	    vary == NULL ? "" : " will refuse at times"));
}

/* Some do not mind the fault: no word of deferring without them. */
static const char *
deferred(struct tree *tree)
{
	const char *deliver = senders_list(
		       tree->arena, &tree->report, DANELAW_DELIVERY_DELIVER),
		   *vary = senders_list(
		       tree->arena, &tree->report, DANELAW_DELIVERY_VARIES);

	if (vary != NULL && deliver == NULL)
		return "mail is delivered on some connections only";
	if (deliver == NULL)
		return "mail is deferred";
	return known(arena_printf(tree->arena,
	    "senders differ, and mail is delivered by %s%s%s, not by others",
	    deliver, vary == NULL ? "" : ", at times by ",
	    vary == NULL ? "" : vary));
}

static char *
summary_ok(struct tree *tree, const struct class_counts *counts)
{
	const char *but = "";
	struct blame blame;

	if (counts->unexamined > 0 && blame_unexamined(tree, &blame))
		but = known(arena_printf(tree->arena,
		    "; %s, the rest could not be examined: %s",
		    share(tree, counts->authenticated, counts->all),
		    whole(tree, &blame, counts->unexamined)));
	return arena_printf(tree->arena, "mail is delivered under DANE%s%s",
	    refusing_senders(tree), but);
}

static char *
summary_degraded(struct tree *tree, const struct class_counts *counts)
{
	const struct danelaw_report *report = &tree->report;
	size_t sound = 0, broken = counts->failing + counts->skipped;
	struct blame blame;

	if (!blame_broken(tree, &blame))
		return NULL;
	for (size_t i = 0; i < report->n_hosts; i++) {
		struct danelaw_class class = report->hosts[i].counted;

		sound += class.authenticated && !class.failing;
	}
	if (sound > 0)
		return arena_printf(tree->arena, "%s; %s does not: %s%s",
		    share(tree, sound, counts->all), blame.where,
		    told_of_it(tree, blame.phrase), and_more(tree, broken));
	return arena_printf(tree->arena,
	    "mail is delivered by some addresses only; %s does not "
	    "authenticate: %s%s",
	    blame.where, told_of_it(tree, blame.phrase),
	    and_more(tree, broken));
}

/* Hosts fail or must be skipped, and none authenticates. */
static char *
summary_broken(struct tree *tree, const struct class_counts *counts)
{
	struct blame blame;

	if (!blame_broken(tree, &blame))
		return NULL;
	return arena_printf(tree->arena, "%s: %s",
	    counts->open > 0 ? "mail is delivered without authentication only"
			     : deferred(tree),
	    whole(tree, &blame, counts->failing + counts->skipped));
}

static char *
summary_defer(struct tree *tree, const struct class_counts *counts, bool unable)
{
	const struct danelaw_report *report = &tree->report;
	const struct danelaw_mx *mx = &report->mx;
	const char *domain = known(report->domain);
	const char *why = mx->why == NULL ? "" : mx->why;
	const char *colon = mx->why == NULL ? "" : ": ";
	struct blame blame;

	if (unable && report->resolver_error == NULL &&
	    report->own_lack != NULL)
		return arena_printf(tree->arena,
		    "nothing can be said about %s: %s", domain,
		    report->own_lack);
	if (unable)
		return arena_printf(tree->arena,
		    "nothing can be said about %s: the DNS resolver cannot be "
		    "used%s%s",
		    domain, colon, why);
	if (mx->source != DANELAW_MX_LITERAL &&
	    (mx->source == DANELAW_MX_NONE || ruling_is_failure(mx->dnssec)))
		return arena_printf(tree->arena,
		    mx->dnssec == DANELAW_DNSSEC_BOGUS
			? "mail is deferred: the MX records of %s fail DNSSEC "
			  "validation%s%s"
			: "mail is deferred: the MX lookup of %s fails%s%s",
		    domain, colon, why);
	if (finding_present(report, FINDING_DNS_ALG_UNJUDGED, NULL))
		return arena_printf(tree->arena,
		    "nothing can be said about %s: a zone is signed with an "
		    "algorithm that the libunbound here cannot judge; senders "
		    "behind other resolvers can",
		    domain);
	if (counts->lacking > 0)
		return arena_printf(tree->arena,
		    "nothing can be said about %s: this machine could not look "
		    "at %zu %s",
		    domain, counts->lacking,
		    counts->lacking == 1 ? "address" : "addresses");
	if (counts->skipped > 0)
		return summary_broken(tree, counts);
	if (!blame_unexamined(tree, &blame))
		return arena_printf(tree->arena,
		    "nothing could be examined: no host is known for %s",
		    domain);
	return arena_printf(tree->arena, "nothing could be examined: %s",
	    whole(tree, &blame, counts->unexamined));
}

/* The MX records are unsigned: whatever a host does, it may be the wrong. */
static char *
summary_insecure(struct tree *tree, const struct class_counts *counts)
{
	const char *but = "";
	struct blame blame;

	if (blame_broken(tree, &blame))
		but = known(arena_printf(tree->arena, "; besides, %s",
		    whole(tree, &blame, counts->failing + counts->skipped)));
	return arena_printf(tree->arena,
	    "DANE cannot protect the mail: the MX records of %s are not signed "
	    "with DNSSEC%s",
	    known(tree->report.domain), but);
}

static char *
summary_partial(struct tree *tree, const struct class_counts *counts)
{
	struct blame blame;

	if (!blame_open(tree, &blame))
		return NULL;
	return arena_printf(tree->arena,
	    "%s, but mail can go to %s without authentication: %s%s",
	    share(tree, counts->authenticated, counts->all), blame.where,
	    told_of_it(tree, blame.phrase), and_more(tree, counts->open));
}

/* Did anything at all answer at a host that nothing guards? */
static bool
open_was_seen(const struct danelaw_report *report)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		for (size_t j = 0; j < host->n_addresses; j++) {
			enum danelaw_outcome outcome =
			    host->addresses[j].outcome;

			if (outcome == DANELAW_OUTCOME_ENCRYPTED ||
			    outcome == DANELAW_OUTCOME_CLEARTEXT)
				return true;
		}
	}
	return false;
}

static char *
summary_no_dane(struct tree *tree, const struct class_counts *counts)
{
	const struct phrase *phrase;
	struct blame blame, unseen;

	if (!blame_open(tree, &blame))
		return NULL;
	if (open_was_seen(&tree->report))
		return arena_printf(tree->arena,
		    "mail is delivered without DANE: %s",
		    whole(tree, &blame, counts->open));
	blame_host(tree, blame.host, false, &unseen);
	phrase = unseen.phrase;
	return arena_printf(tree->arena,
	    "DANE does not protect the mail: %s; besides, %s%s%s",
	    whole(tree, &blame, counts->open), phrase->before, unseen.where,
	    phrase->after);
}

static char *
summary_no_mail(struct tree *tree)
{
	const struct danelaw_report *report = &tree->report;

	if (report->mx.source == DANELAW_MX_NULL)
		return arena_strdup(tree->arena,
		    "the domain takes no mail: it publishes a null MX record");
	if (report->n_hosts == 0)
		return arena_strdup(
		    tree->arena, "the domain takes no mail: it does not exist");
	return arena_printf(tree->arena,
	    "mail is returned at once: %s%s has no address",
	    report->n_hosts == 1 ? "" : "no mail host has an address; ",
	    known(report->hosts[0].name));
}

char *
summary_for(struct tree *tree, const struct class_counts *counts, bool unable)
{
	const struct danelaw_report *report = &tree->report;

	switch (report->verdict) {
	case DANELAW_VERDICT_DEFER:
		return summary_defer(tree, counts, unable);
	case DANELAW_VERDICT_NO_MAIL:
		return summary_no_mail(tree);
	case DANELAW_VERDICT_INSECURE:
		return summary_insecure(tree, counts);
	case DANELAW_VERDICT_DEGRADED:
		return summary_degraded(tree, counts);
	case DANELAW_VERDICT_FAIL:
		return summary_broken(tree, counts);
	case DANELAW_VERDICT_PARTIAL:
		return summary_partial(tree, counts);
	case DANELAW_VERDICT_OK:
		return summary_ok(tree, counts);
	case DANELAW_VERDICT_NO_DANE:
		return summary_no_dane(tree, counts);
	}
	return NULL;
}
