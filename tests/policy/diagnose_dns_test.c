/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "table.h"
#include "treekit.h"

#define ERR DANELAW_DNSSEC_ERROR
#define BOG DANELAW_DNSSEC_BOGUS
#define INS DANELAW_DNSSEC_INSECURE
#define SEC DANELAW_DNSSEC_SECURE
/* The words are for people: what is told by them stands beside them. */
#define WHY "no signature expired, and no timeout"

static void
fail_mx(
    struct grown *g, enum danelaw_dnssec dnssec, enum danelaw_dns_cause cause)
{
	struct danelaw_mx *mx = &g->report->mx;

	mx->source = DANELAW_MX_NONE;
	mx->dnssec = dnssec;
	mx->lookups[0].dnssec = dnssec;
	mx->lookups[0].presence = DANELAW_PRESENCE_UNKNOWN;
	mx->lookups[0].why = WHY;
	mx->lookups[0].cause = cause;
	g->report->n_hosts = 0;
}

static void
fail_host(struct grown *g, const char *type, enum danelaw_dnssec dnssec,
    enum danelaw_dns_cause cause)
{
	struct danelaw_lookup *lookup = grow_find(g->host, type);

	lookup->dnssec = dnssec;
	lookup->presence = DANELAW_PRESENCE_UNKNOWN;
	lookup->why = WHY;
	lookup->cause = cause;
	g->host->policy = DANELAW_POLICY_SKIP;
	g->host->tlsa.status = DANELAW_TLSA_ERROR;
	g->host->n_addresses = 0;
}

static void
mx_servfail(struct grown *g)
{
	fail_mx(g, ERR, DANELAW_DNS_UNTOLD);
}

static void
mx_bogus(struct grown *g)
{
	fail_mx(g, BOG, DANELAW_DNS_EXPIRED);
}

static void
mx_bogus_unsigned(struct grown *g)
{
	fail_mx(g, BOG, DANELAW_DNS_UNSIGNED);
}

static void
mx_bogus_no_ds(struct grown *g)
{
	fail_mx(g, BOG, DANELAW_DNS_DENIAL);
}

static void
mx_loop(struct grown *g)
{
	fail_mx(g, ERR, DANELAW_DNS_LOOP);
}

static void
resolver_dead(struct grown *g)
{
	fail_mx(g, ERR, DANELAW_DNS_UNTOLD);
	g->options.resolver_dead = true;
}

static void
resolver_stripped(struct grown *g)
{
	fail_mx(g, BOG, DANELAW_DNS_ANCHOR);
}

static void
mx_insecure(struct grown *g)
{
	g->report->mx.dnssec = INS;
	g->report->mx.lookups[0].dnssec = INS;
	g->report->mx.lookups[0].rrsig_expires = 0;
}

static void
mx_null(struct grown *g)
{
	g->report->mx.source = DANELAW_MX_NULL;
	g->report->n_hosts = 0;
}

static void
mx_null_mixed(struct grown *g)
{
	g->options.null_mx_mixed = true;
}

static void
mx_no_host_name(struct grown *g)
{
	grow_texts(g, &g->report->mx.unusable, &g->report->mx.n_unusable,
	    "a\\032b.example", "", "http://mx.example", NULL);
}

static void
mx_implicit(struct grown *g)
{
	g->report->mx.source = DANELAW_MX_IMPLICIT;
	g->report->mx.lookups[0].presence = DANELAW_PRESENCE_NODATA;
}

static void
mx_implicit_unproven(struct grown *g)
{
	mx_implicit(g);
	g->report->mx.dnssec = INS;
	g->report->mx.lookups[0].dnssec = INS;
}

static void
nxdomain(struct grown *g)
{
	g->report->mx.source = DANELAW_MX_NONE;
	g->report->mx.lookups[0].presence = DANELAW_PRESENCE_NXDOMAIN;
	g->report->n_hosts = 0;
}

/* An insecure NXDOMAIN is an answer, too (RFC 7672 section 2.1.1). */
static void
nxdomain_insecure(struct grown *g)
{
	nxdomain(g);
	g->report->mx.dnssec = INS;
	g->report->mx.lookups[0].dnssec = INS;
	g->report->mx.lookups[0].rrsig_expires = 0;
}

static void
to_literal(struct grown *g)
{
	g->host->name = "192.0.2.1";
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->n_lookups = 0;
	g->host->tlsa = (struct danelaw_tlsa) { 0 };
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
	g->probe->match = NULL;
}

static void
literal(struct grown *g)
{
	to_literal(g);
	g->report->domain = "[192.0.2.1]";
	g->report->mx = (struct danelaw_mx) { .source = DANELAW_MX_LITERAL };
}

static void
alias_secure(struct grown *g)
{
	grow_alias(g, grow_find(g->host, "A"), "mail.example");
}

static void
make_insecure(struct grown *g)
{
	g->host->dnssec = INS;
	grow_find(g->host, "A")->dnssec = INS;
	grow_find(g->host, "A")->rrsig_expires = 0;
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->tlsa = (struct danelaw_tlsa) { 0 };
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
	g->probe->match = NULL;
	g->host->n_lookups = 2; /* no TLSA */
}

static void
alias_insecure(struct grown *g)
{
	make_insecure(g);
	grow_alias(g, grow_find(g->host, "A"), "mail.unsigned.example");
}

static void
alias_insecure_target(struct grown *g)
{
	g->host->dnssec = INS;
	grow_find(g->host, "A")->dnssec = INS;
	grow_alias(g, grow_find(g->host, "A"), "mail.unsigned.example");
	grow_lookup(
	    g, g->host, "mx1.example", "CNAME", SEC, DANELAW_PRESENCE_DATA);
}

static void
no_address(struct grown *g)
{
	grow_find(g->host, "A")->presence = DANELAW_PRESENCE_NODATA;
	g->host->n_addresses = 0;
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->tlsa = (struct danelaw_tlsa) { 0 };
	g->host->n_lookups = 2;
}

/* One that a record below the host's name has ended, and one elsewhere. */
static void
wildcard_ended(struct grown *g)
{
	struct danelaw_mx *mx = &g->report->mx;
	static const char *const names[] = { "*.other.example", "*.example" };

	no_address(g);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct danelaw_lookup *lookup =
		    ARENA_PUSH(g->tree->arena, mx->lookups, mx->n_lookups);

		*lookup = (struct danelaw_lookup) { .name = names[i],
			.type = "A",
			.dnssec = SEC,
			.presence = DANELAW_PRESENCE_DATA };
	}
}

static void
no_ipv4_asked_only(struct grown *g)
{
	no_address(g);
	g->host->n_lookups = 1;
}

static void
addr_servfail(struct grown *g)
{
	fail_host(g, "A", ERR, DANELAW_DNS_UNTOLD);
}

static void
addr_not_yet(struct grown *g)
{
	fail_host(g, "AAAA", BOG, DANELAW_DNS_NOT_YET_VALID);
}

/* Not the reason to give the host up: the other family did. */
static void
addr_half(struct grown *g)
{
	struct danelaw_lookup *lookup = grow_find(g->host, "AAAA");

	lookup->dnssec = ERR;
	lookup->presence = DANELAW_PRESENCE_UNKNOWN;
	lookup->why = "all servers failed";
}

static void
tlsa_servfail(struct grown *g)
{
	fail_host(g, "TLSA", ERR, DANELAW_DNS_UNTOLD);
}

static void
tlsa_timeout(struct grown *g)
{
	fail_host(g, "TLSA", ERR, DANELAW_DNS_TIMEOUT);
}

static void
tlsa_denial(struct grown *g)
{
	fail_host(g, "TLSA", BOG, DANELAW_DNS_DENIAL);
}

static void
tlsa_expired(struct grown *g)
{
	fail_host(g, "TLSA", BOG, DANELAW_DNS_EXPIRED);
}

static void
tlsa_tampered(struct grown *g)
{
	fail_host(g, "TLSA", BOG, DANELAW_DNS_MISMATCH);
}

static void
tlsa_algorithm(struct grown *g)
{
	fail_host(g, "TLSA", ERR, DANELAW_DNS_ALGORITHM);
}

static void
tlsa_iterations(struct grown *g)
{
	fail_host(g, "TLSA", BOG, DANELAW_DNS_ITERATIONS);
}

static void
tlsa_bogus(struct grown *g)
{
	fail_host(g, "TLSA", BOG, DANELAW_DNS_UNTOLD);
}

static void
tlsa_insecure(struct grown *g)
{
	struct danelaw_lookup *lookup = grow_find(g->host, "TLSA");

	lookup->dnssec = INS;
	lookup->rrsig_expires = 0;
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->tlsa.dnssec = INS;
	g->host->tlsa.status = DANELAW_TLSA_NONE;
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
	g->probe->match = NULL;
}

static void
tlsa_optout(struct grown *g)
{
	tlsa_insecure(g);
	grow_find(g->host, "TLSA")->presence = DANELAW_PRESENCE_NXDOMAIN;
}

static void
tlsa_alias(struct grown *g)
{
	grow_alias(g, grow_find(g->host, "TLSA"), "_tlsa.provider.example");
}

static void
expiring(struct grown *g)
{
	g->report->mx.lookups[0].rrsig_expires = AT + 47 * 3600;
	grow_find(g->host, "A")->rrsig_expires = AT + 47 * 3600;
	grow_find(g->host, "TLSA")->rrsig_expires = AT + 49 * 3600;
}

static void
expiring_host(struct grown *g)
{
	grow_find(g->host, "TLSA")->rrsig_expires = AT + 3600;
}

static void
not_expiring(struct grown *g)
{
	grow_find(g->host, "TLSA")->rrsig_expires = AT + 48 * 3600;
}

/* Signed for two weeks, a day is left. */
static void
expiring_slowly(struct grown *g)
{
	grow_find(g->host, "TLSA")->rrsig_expires = AT + DAYS;
	grow_find(g->host, "TLSA")->rrsig_inception = AT - 13 * DAYS;
}

/* Signed as it is asked for, for a day or two. */
static void
signed_online(struct grown *g)
{
	grow_find(g->host, "TLSA")->rrsig_expires = AT + DAYS;
	grow_find(g->host, "TLSA")->rrsig_inception = AT - DAYS;
	g->report->mx.lookups[0].rrsig_expires = AT + 3600;
	g->report->mx.lookups[0].rrsig_inception = AT - 3 * 3600;
}

static void
signed_online_in_trouble(struct grown *g)
{
	signed_online(g);
	g->report->mx.lookups[0].rrsig_expires--;
}

static void
more_hours(struct grown *g)
{
	g->options.rrsig_hours = 73;
	grow_find(g->host, "TLSA")->rrsig_expires = AT + 3 * DAYS;
	grow_find(g->host, "TLSA")->rrsig_inception = AT - 13 * DAYS;
}

static struct danelaw_zone *
add_zone(struct grown *g, const char *name, const char *above)
{
	struct danelaw_report *report = g->report;
	struct danelaw_zone *zone =
	    ARENA_PUSH(g->tree->arena, report->zones, report->n_zones);

	assert_non_null(zone);
	zone->name = name;
	zone->dnskey = g->report->mx.lookups[0];
	zone->dnskey.name = name;
	zone->dnskey.type = "DNSKEY";
	zone->dnskey.signer = name;
	zone->ds = zone->dnskey;
	zone->ds.type = "DS";
	zone->ds.signer = above;
	return zone;
}

static void
zone_expiring(struct grown *g)
{
	add_zone(g, "et.example.org", "example.org")->dnskey.rrsig_expires =
	    AT + DAYS;
}

static void
registry_expiring(struct grown *g)
{
	add_zone(g, "example.org", "org")->ds.rrsig_expires = AT + DAYS;
}

static void
zone_insecure(struct grown *g)
{
	struct danelaw_zone *zone = add_zone(g, "et.example", "example");

	zone->dnskey.rrsig_expires = AT + DAYS;
	zone->dnskey.dnssec = DANELAW_DNSSEC_INSECURE;
	zone->ds = (struct danelaw_lookup) { 0 };
}

static const struct tree_row rows[] = {
	{ "all is well", NULL, "", "" },
	{ "4034 3.1.5 a day left of two weeks", expiring_slowly,
	    "warning dns-rrsig-expiring mx1.example\n", "" },
	{ "4034 3.1.5 a day left of two", signed_online, "", "" },
	{ "4034 3.1.5 less than a quarter of a short life",
	    signed_online_in_trouble, "warning dns-rrsig-expiring et.example\n",
	    "" },
	{ "4034 3.1.5 more hours asked for", more_hours,
	    "warning dns-rrsig-expiring mx1.example\n", "" },
	{ "4035 5 the keys of the zone", zone_expiring,
	    "warning dns-rrsig-expiring et.example.org\n", "" },
	{ "4035 5 what a registry signed", registry_expiring,
	    "info dns-rrsig-expiring example.org\n", "" },
	{ "4035 5 no secure answer, no matter", zone_insecure, "", "" },
	{ "7672 2.1.2 MX SERVFAIL", mx_servfail,
	    "critical dns-mx-lookup-error et.example\n", "" },
	{ "7672 2.1.1 MX bogus", mx_bogus,
	    "critical dns-rrsig-expired et.example\n"
	    "info dns-mx-bogus et.example\n",
	    NULL },
	{ "4035 5.2 no signatures", mx_bogus_unsigned,
	    "critical dns-rrsig-missing et.example\n"
	    "info dns-mx-bogus et.example\n",
	    NULL },
	{ "4035 5.2 no proof of no DS", mx_bogus_no_ds,
	    "critical dns-rrsig-missing et.example\n"
	    "info dns-mx-bogus et.example\n",
	    NULL },
	{ "7672 2.1.3 loop", mx_loop,
	    "critical dns-cname-loop et.example\n"
	    "info dns-mx-lookup-error et.example\n",
	    NULL },
	{ "7672 2.1.1 no resolver", resolver_dead,
	    "warning dns-resolver-not-validating et.example\n", NULL },
	{ "7672 2.1.1 signatures stripped", resolver_stripped,
	    "warning dns-resolver-not-validating et.example\n", NULL },
	{ "7672 2.2.1 MX insecure", mx_insecure,
	    "warning dns-mx-insecure et.example\n", NULL },
	{ "7505 3 null MX", mx_null, "critical dns-mx-null et.example\n",
	    NULL },
	{ "7505 3 null MX and others", mx_null_mixed,
	    "warning dns-mx-null-mixed et.example\n", NULL },
	{ "5321 2.3.5 no host names", mx_no_host_name,
	    "warning dns-mx-not-a-host-name et.example\n"
	    "warning dns-mx-not-a-host-name et.example\n",
	    "" },
	{ "5321 5.1 implicit MX", mx_implicit,
	    "info dns-mx-none-implicit et.example\n", NULL },
	{ "7672 2.2.2 implicit MX, not proven", mx_implicit_unproven,
	    "info dns-mx-none-implicit et.example\n", NULL },
	{ "5321 5.1 no such domain", nxdomain,
	    "critical dns-nxdomain et.example\n", NULL },
	{ "7672 2.1.1 insecure NXDOMAIN", nxdomain_insecure,
	    "critical dns-nxdomain et.example\n", NULL },
	{ "7672 2.2 address in MX", to_literal,
	    "warning dns-mx-ip-literal 192.0.2.1\n", NULL },
	{ "7672 2.2 address literal", literal,
	    "info dns-nexthop-literal 192.0.2.1\n", NULL },
	{ "5321 5.1 MX host is an alias", alias_secure,
	    "warning dns-mx-cname mx1.example\n", NULL },
	{ "7672 2.2.2 insecure address", make_insecure,
	    "info dns-addr-insecure-skip-tlsa mx1.example\n", NULL },
	{ "7672 2.2.2 insecure alias", alias_insecure,
	    "info dns-addr-insecure-skip-tlsa mx1.example\n", NULL },
	{ "7672 2.2.2 secure alias, insecure end", alias_insecure_target,
	    "info dns-mx-cname-insecure-target mx1.example\n", NULL },
	{ "7672 2.2.2 no address", no_address,
	    "warning dns-mx-host-no-address mx1.example\n", NULL },
	{ "4592 2.2.2 a record below the host ended it", wildcard_ended,
	    "warning dns-wildcard-ended mx1.example\n"
	    "info dns-mx-host-no-address mx1.example\n",
	    NULL },
	{ "only IPv4 was asked for", no_ipv4_asked_only,
	    "warning dns-mx-host-no-address mx1.example\n", NULL },
	{ "7672 2.1.2 address SERVFAIL", addr_servfail,
	    "critical dns-mx-host-addr-error mx1.example\n", NULL },
	{ "4035 5.3.1 signature of tomorrow", addr_not_yet,
	    "critical dns-rrsig-not-yet-valid mx1.example\n"
	    "info dns-mx-host-addr-error mx1.example\n",
	    NULL },
	{ "the host was used all the same", addr_half,
	    "warning dns-mx-host-addr-error mx1.example\n", NULL },
	{ "7672 2.1.2 TLSA SERVFAIL", tlsa_servfail,
	    "critical dns-tlsa-servfail mx1.example\n", NULL },
	{ "7672 2.1.2 TLSA timeout", tlsa_timeout,
	    "critical dns-tlsa-timeout mx1.example\n", NULL },
	{ "7672 2.1.1 TLSA denial bogus", tlsa_denial,
	    "critical dns-tlsa-broken-denial mx1.example\n", NULL },
	{ "4035 5.3.1 TLSA expired", tlsa_expired,
	    "critical dns-rrsig-expired mx1.example\n", NULL },
	{ "4035 5.3.3 TLSA tampered with", tlsa_tampered,
	    "critical dns-sig-mismatch mx1.example\n", NULL },
	{ "algorithm refused", tlsa_algorithm,
	    "critical dns-alg-unsupported mx1.example\n"
	    "info dns-tlsa-servfail mx1.example\n",
	    NULL },
	{ "9276 iterations", tlsa_iterations,
	    "critical dns-nsec3-iterations mx1.example\n", NULL },
	{ "bogus, and nobody says why", tlsa_bogus,
	    "critical dns-sig-mismatch mx1.example\n", NULL },
	{ "7672 2.2.3 TLSA insecure", tlsa_insecure,
	    "warning dns-tlsa-insecure mx1.example\n", NULL },
	{ "7672 2.1.1 insecure denial", tlsa_optout,
	    "info dns-denial-insecure-optout mx1.example\n"
	    "info tlsa-none mx1.example\n",
	    NULL },
	{ "7672 2.2.3 TLSA alias", tlsa_alias,
	    "info dns-tlsa-cname mx1.example\n", NULL },
	{ "signatures of one job end soon", expiring,
	    "warning dns-rrsig-expiring et.example\n", NULL },
	{ "signature of the host ends soon", expiring_host,
	    "warning dns-rrsig-expiring mx1.example\n", NULL },
	{ "48 hours are enough", not_expiring, "", NULL },
};

static void
other_time(struct grown *g)
{
	g->options.other_time = true;
}

static void
mx_bogus_early(struct grown *g)
{
	fail_mx(g, BOG, DANELAW_DNS_NOT_YET_VALID);
}

static void
root_expired(struct grown *g)
{
	fail_mx(g, ERR, DANELAW_DNS_CLOCK);
	g->options.resolver_dead = true;
}

/* --at: what a signature of today says of another day. */
static void
test_other_time(void **state)
{
	static const struct {
		void (*spoil)(struct grown *g);
		bool asked, told;
	} told[] = {
		{ mx_bogus, true, true },
		{ mx_bogus, false, false },
		{ mx_bogus_early, true, true },
		{ mx_bogus_unsigned, true, false },
		{ root_expired, true, true },
		{ root_expired, false, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct grown g = grow();
		bool some = false;

		told[i].spoil(&g);
		if (told[i].asked)
			other_time(&g);
		diagnose(g.tree, &g.options);
		for (size_t j = 0; j < g.report->n_findings; j++)
			some = some ||
			    strstr(g.report->findings[j].text,
				"only certificates can be judged") != NULL;
		assert_int_equal(some, told[i].told);
		check_sentences("another time", g.report);
		danelaw_report_free(g.report);
	}
}

/* What Unbound forgives by its defaults: a tenth, an hour to a day. */
static void
test_forgiven(void **state)
{
	static const struct {
		int64_t from, to; /* seconds from now */
		enum danelaw_dns_cause cause;
		const char *says; /* NULL: nothing of Unbound */
	} dates[] = {
		{ -20 * DAYS, -7200, DANELAW_DNS_EXPIRED,
		    "forgive that until 2025-06-16T13:06:40Z, others do not" },
		{ -20 * DAYS, -2 * DAYS, DANELAW_DNS_EXPIRED, NULL },
		{ -36000, -3000, DANELAW_DNS_EXPIRED,
		    "forgive that until 2025-06-15T15:16:40Z, others do not" },
		{ -36000, -4000, DANELAW_DNS_EXPIRED, NULL },
		{ 7200, 20 * DAYS, DANELAW_DNS_NOT_YET_VALID,
		    "others only from 2025-06-15T17:06:40Z on" },
		{ 2 * DAYS, 20 * DAYS, DANELAW_DNS_NOT_YET_VALID, NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
		struct grown g = grow();
		struct danelaw_lookup *lookup = &g.report->mx.lookups[0];
		const char *found = NULL;

		fail_mx(&g, BOG, dates[i].cause);
		lookup->rrsig_inception = AT + dates[i].from;
		lookup->rrsig_expires = AT + dates[i].to;
		diagnose(g.tree, &g.options);
		for (size_t j = 0; j < g.report->n_findings; j++) {
			const char *text = g.report->findings[j].text;

			assert_null(strstr(text, "within the hour"));
			if (strstr(text, "Unbound") != NULL)
				found = text;
		}
		if ((found == NULL) != (dates[i].says == NULL) ||
		    (found != NULL && strstr(found, dates[i].says) == NULL))
			fail_msg("row %zu: %s", i, found);
		check_sentences("forgiven", g.report);
		danelaw_report_free(g.report);
	}
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	TABLE_TEST(&table, test_other_time);
	TABLE_TEST(&table, test_forgiven);
	return table_run(&table);
}
