/* SPDX-License-Identifier: ISC */
/*
 * Group A as far as the records alone, and how they relate to chains that
 * are accepted, have it. A chain that no record fits: diagnose_mismatch.c.
 */
#include <string.h>

#include "base/name.h"
#include "policy/diagnose_kit.h"
#include "policy/roles.h"
#include "policy/verdict.h"

/* Its zone is signed, and TLS came about wherever it was tried. */
static bool
can_promise(const struct exam *exam, const struct danelaw_host *host)
{
	if (host->dnssec != DANELAW_DNSSEC_SECURE ||
	    host->tlsa.dnssec != DANELAW_DNSSEC_SECURE)
		return false;
	for (size_t i = 0; i < host->n_addresses; i++) {
		if (host->addresses[i].outcome != DANELAW_OUTCOME_ENCRYPTED)
			return false;
	}
	return kit_has_sightings(exam, host);
}

static void
diagnose_none(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(host);
	struct danelaw_finding *finding;

	/* There may be some for those who know more of the zone than we. */
	if (trust_is_unjudged(exam) &&
	    (host->dnssec == DANELAW_DNSSEC_INSECURE ||
		host->tlsa.dnssec == DANELAW_DNSSEC_INSECURE))
		return;
	/* There are some, but unsigned: dns-tlsa-insecure. */
	if (lookup != NULL && lookup->presence == DANELAW_PRESENCE_DATA)
		return;
	/* The alias is in the way: dns-tlsa-dangling-alias. */
	if (lookup != NULL && lookup->n_aliases > 0 &&
	    !exam->options.require_dane)
		return;
	finding = finding_add(exam->tree, FINDING_TLSA_NONE, host->name, "host",
	    host->name, "name", kit_owner(exam, host), "new",
	    kit_new(exam, host, can_promise(exam, host)), NULL);
	if (can_promise(exam, host))
		kit_publish_all_311(exam, finding, host);
	if (finding == NULL || !exam->options.require_dane)
		return;
	finding->severity = DANELAW_SEVERITY_CRITICAL;
	finding->tlsrpt = "dane-required"; /* RFC 8460 section 4.3.2.1 */
}

/* TLSA records that were found where no sender of mail looks. */
static void
diagnose_wrong_owner(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	const struct danelaw_host *host =
	    report->n_hosts == 0 ? NULL : &report->hosts[0];

	for (size_t i = 0; host != NULL && i < report->mx.n_lookups; i++) {
		const struct danelaw_lookup *lookup = &report->mx.lookups[i];

		if (kit_is_type(lookup, "TLSA") &&
		    lookup->presence == DANELAW_PRESENCE_DATA &&
		    name_equal(lookup->name,
			name_tlsa(exam->arena, report->port, report->domain)) &&
		    !name_equal(host->name, report->domain) &&
		    host->tlsa.status == DANELAW_TLSA_NONE) {
			struct danelaw_finding *finding = finding_add(
			    exam->tree, FINDING_TLSA_WRONG_OWNER_DOMAIN,
			    report->domain, "name", lookup->name, "host",
			    host->name, "owner", kit_owner(exam, host), NULL);

			kit_publish_all_311(exam, finding, host);
		}
	}
}

/* "_465._tcp.mx.example" beside "_25._tcp.mx.example": the same, but for the
   port. */
static bool
is_other_port(const char *name, const char *owner)
{
	const char *rest = name == NULL ? NULL : strchr(name, '.');
	const char *wanted = strchr(owner, '.');

	return rest != NULL && wanted != NULL && name_equal(rest, wanted) &&
	    !name_equal(name, owner);
}

static void
diagnose_wrong_port(struct exam *exam, const struct danelaw_host *host)
{
	const char *owner = kit_owner(exam, host);
	const char *new = kit_new(exam, host, true);

	for (size_t i = 0; i < host->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];
		struct danelaw_finding *finding;

		if (!kit_is_type(lookup, "TLSA") ||
		    lookup->presence != DANELAW_PRESENCE_DATA ||
		    !is_other_port(lookup->name, owner))
			continue;
		finding = finding_add(exam->tree, FINDING_TLSA_WRONG_PORT,
		    host->name, "host", host->name, "name", lookup->name,
		    "owner", owner, "new", new, NULL);
		kit_publish_all_311(exam, finding, host);
		return;
	}
}

static void
diagnose_partial(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	const char **open = NULL;
	size_t n_open = 0, n_usable = 0;
	struct danelaw_finding *finding;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		if (host->tlsa.status == DANELAW_TLSA_USABLE)
			n_usable++;
		else if (verdict_class(host).open)
			arena_push_text(
			    exam->arena, &open, &n_open, host->name);
	}
	if (n_usable == 0 || n_open == 0)
		return;
	finding = finding_add(exam->tree, FINDING_TLSA_PARTIAL_MX,
	    report->domain, "domain", report->domain, "hosts",
	    kit_list(exam, open, n_open), NULL);
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		if (host->tlsa.status == DANELAW_TLSA_NONE &&
		    can_promise(exam, host))
			kit_publish_all_311(exam, finding, host);
	}
}

static enum finding_id
unusable_id(const struct danelaw_record *record)
{
	if (record->len == 0)
		return FINDING_TLSA_EMPTY_DATA;
	if (record->usage == 255 || record->selector == 255 ||
	    record->mtype == 255)
		return FINDING_TLSA_PRIVATE_255;
	if (record->usage > 3 || record->selector > 1 || record->mtype > 2)
		return FINDING_TLSA_UNKNOWN_PARAMS;
	if (record->usage < 2)
		return FINDING_TLSA_PKIX_MIXED;
	if (record->mtype == DANELAW_MTYPE_FULL)
		return FINDING_TLSA_FULL0_GARBAGE;
	return FINDING_TLSA_MALFORMED_LENGTH;
}

static const char *
unknown_field(const struct danelaw_record *record)
{
	if (record->usage > 3)
		return "usage";
	return record->selector > 1 ? "selector" : "matching type";
}

static void
add_unusable(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_record *record, enum finding_id id)
{
	bool hash = record->len == 32 || record->len == 64;

	finding_add(exam->tree, id, host->name, "record", kit_rr(exam, record),
	    "name", kit_owner(exam, host), "new",
	    kit_new(exam, host, host->tlsa.status == DANELAW_TLSA_UNUSABLE),
	    "field", unknown_field(record), "length",
	    kit_number(exam, (long)record->len), "need",
	    record->mtype == DANELAW_MTYPE_SHA256 ? "32" : "64", "hint",
	    hash ? " (a digest, it seems)" : "", NULL);
}

/* For each reason one finding, about the first record of the kind. */
static void
diagnose_unusable(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	size_t place[FINDING_COUNT] = { 0 };

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		enum finding_id id = unusable_id(record);
		struct danelaw_finding *finding;

		if (record->usable || id == FINDING_TLSA_PKIX_MIXED)
			continue;
		if (place[id] == 0) {
			add_unusable(exam, host, record, id);
			place[id] = exam->report->n_findings;
		}
		if (place[id] == 0)
			continue;
		finding = &exam->report->findings[place[id] - 1];
		kit_withdraw(exam, finding, host, record->rr);
		if (tlsa->status == DANELAW_TLSA_UNUSABLE)
			kit_publish_all_311(exam, finding, host);
	}
}

static void
diagnose_pkix(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	struct danelaw_finding *finding;
	const struct danelaw_record *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		if (unusable_id(&tlsa->records[i]) != FINDING_TLSA_PKIX_MIXED ||
		    tlsa->records[i].usable)
			continue;
		if (n++ == 0)
			first = &tlsa->records[i];
	}
	if (n == 0)
		return;
	finding = finding_add(exam->tree,
	    n == tlsa->n_records ? FINDING_TLSA_ALL_UNUSABLE_PKIX
				 : FINDING_TLSA_PKIX_MIXED,
	    host->name, "name", kit_owner(exam, host), "record",
	    kit_rr(exam, first), "new",
	    kit_new(exam, host, tlsa->status == DANELAW_TLSA_UNUSABLE), NULL);
	for (size_t i = 0; i < tlsa->n_records; i++) {
		if (unusable_id(&tlsa->records[i]) == FINDING_TLSA_PKIX_MIXED &&
		    !tlsa->records[i].usable)
			kit_withdraw(exam, finding, host, tlsa->records[i].rr);
	}
	if (tlsa->status == DANELAW_TLSA_UNUSABLE)
		kit_publish_all_311(exam, finding, host);
}

/* A key that is on its way out is not to be published. */
static bool
shows_old(const struct exam *exam, const struct danelaw_host *host)
{
	for (size_t i = 0; i < exam->n_sightings; i++) {
		if (exam->sightings[i].host == host &&
		    kit_is_left_over(exam, &exam->sightings[i]))
			return true;
	}
	return false;
}

/* What publishers are told not to do, though it works. */
static void
diagnose_style(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	size_t n_usable = 0, n_sha512 = 0;
	const char *name = kit_owner(exam, host);
	const char *new = kit_new(exam, host, true);

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (!record->usable)
			continue;
		n_usable++;
		n_sha512 += record->mtype == DANELAW_MTYPE_SHA512;
	}
	if (n_usable > 0 && n_sha512 == n_usable && !shows_old(exam, host)) {
		struct danelaw_finding *finding =
		    finding_add(exam->tree, FINDING_TLSA_ONLY_SHA512,
			host->name, "name", name, "new", new, NULL);

		kit_publish_all_311(exam, finding, host);
	}
}

/* Where it fails today, tomorrow is no matter. */
static void
diagnose_rollover(struct exam *exam, const struct danelaw_host *host)
{
	if (!kit_is_authenticated(exam, host))
		return;
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];

		if (sighting->host != host ||
		    roles_allow_rollover(&host->tlsa, sighting->probe))
			continue;
		finding_add(exam->tree, FINDING_TLSA_SINGLE_RECORD, host->name,
		    "name", kit_owner(exam, host), "host", host->name, "record",
		    kit_rr(exam, kit_matched(sighting)), NULL);
		return;
	}
}

static bool
same_kind(const struct danelaw_record *a, const struct danelaw_record *b)
{
	return a->usage == b->usage && a->selector == b->selector &&
	    a->mtype == b->mtype;
}

/* Does a usable record fit that is of this kind, or of this usage? */
static bool
some_fits(const struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_record *kind, int usage)
{
	for (size_t i = 0; i < host->tlsa.n_records; i++) {
		const struct danelaw_record *record = &host->tlsa.records[i];

		if (record->usable &&
		    (kind == NULL || same_kind(record, kind)) &&
		    (usage < 0 || record->usage == usage) &&
		    kit_fits_host(exam, host, record))
			return true;
	}
	return false;
}

static bool
is_first_of_kind(const struct danelaw_tlsa *tlsa, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (tlsa->records[i].usable &&
		    same_kind(&tlsa->records[i], &tlsa->records[at]))
			return false;
	}
	return true;
}

/* Usage 3 fails as a whole, and usage 2 saves the day. */
static bool
diagnose_mixed(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	const struct danelaw_record *issuer = NULL;
	struct danelaw_finding *finding;
	size_t n = 0;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		if (!tlsa->records[i].usable)
			continue;
		n += tlsa->records[i].usage == DANELAW_USAGE_DANE_EE;
		if (tlsa->records[i].usage == DANELAW_USAGE_DANE_TA &&
		    issuer == NULL &&
		    kit_fits_host(exam, host, &tlsa->records[i]))
			issuer = &tlsa->records[i];
	}
	if (n == 0 || issuer == NULL || some_fits(exam, host, NULL, 3))
		return false;
	finding =
	    finding_add(exam->tree, FINDING_TLSA_MIXED_2_AND_3, host->name,
		"name", kit_owner(exam, host), "host", host->name, "record",
		kit_rr(exam, issuer), "new", kit_new(exam, host, true), NULL);
	for (size_t i = 0; i < tlsa->n_records; i++) {
		if (tlsa->records[i].usable &&
		    tlsa->records[i].usage == DANELAW_USAGE_DANE_EE)
			kit_withdraw(exam, finding, host, tlsa->records[i].rr);
	}
	kit_publish_all_311(exam, finding, host);
	return true;
}

static void
diagnose_kind(struct exam *exam, const struct danelaw_host *host, size_t at)
{
	const struct danelaw_record *kind = &host->tlsa.records[at];
	const char *word = arena_printf(
	    exam->arena, "%u %u %u", kind->usage, kind->selector, kind->mtype);
	struct danelaw_finding *finding =
	    finding_add(exam->tree, FINDING_TLSA_COMBINATION_STALE, host->name,
		"kind", kit_text(exam, word), "name", kit_owner(exam, host),
		"host", host->name, NULL);

	for (size_t i = 0; i < host->tlsa.n_records; i++) {
		const struct danelaw_record *record = &host->tlsa.records[i];

		if (record->usable && same_kind(record, kind))
			kit_withdraw(exam, finding, host, record->rr);
	}
}

/* RFC 7671 section 8: every kind of record must fit the chain in use. */
static void
diagnose_stale(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	bool mixed = diagnose_mixed(exam, host);
	const struct danelaw_record *extra = NULL;
	const char *count;
	size_t n = 0;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (!record->usable || kit_fits_host(exam, host, record) ||
		    kit_hashed(exam, host, record) != NULL ||
		    (mixed && record->usage == DANELAW_USAGE_DANE_EE))
			continue;
		if (some_fits(exam, host, record, -1)) {
			extra = n++ == 0 ? record : extra;
		} else if (is_first_of_kind(tlsa, i)) {
			diagnose_kind(exam, host, i);
		}
	}
	if (n == 0)
		return;
	count = n == 1 ? "1 record"
		       : arena_printf(exam->arena, "Each of %zu records", n);
	finding_add(exam->tree, FINDING_TLSA_STALE_EXTRA, host->name, "count",
	    kit_text(exam, count), "name", kit_owner(exam, host), "host",
	    host->name, "record", kit_rr(exam, extra), NULL);
}

static bool
is_public(const struct danelaw_cert *cert)
{
	static const char *const names[] = { "O=Let's Encrypt",
		"O=Internet Security Research Group", "O=ISRG", "O=DigiCert",
		"O=Sectigo", "O=GlobalSign", "O=Google Trust Services",
		"O=ZeroSSL", "O=GoDaddy", "O=Entrust", "O=Buypass", "O=Amazon",
		"O=IdenTrust" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *at = cert->subject == NULL
		    ? NULL
		    : strstr(cert->subject, names[i]);

		if (at != NULL)
			return true;
	}
	return false;
}

/* Authenticated by an issuer: what should its owner know? */
static void
diagnose_anchor(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_host *host = sighting->host;
	const struct danelaw_match *match = sighting->probe->match;
	const struct danelaw_record *record = kit_matched(sighting);
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	const struct danelaw_cert *anchor;
	const char *name = kit_owner(exam, host);

	if (record == NULL)
		return;
	if (match->how == DANELAW_HOW_SIGNED_BY)
		kit_publish_311(exam,
		    finding_add(exam->tree, FINDING_TLSA_210_BARE_KEY,
			sighting->subject, "where", sighting->where, "record",
			kit_rr(exam, record), NULL),
		    host, leaf);
	anchor = kit_fitting(record, sighting->probe);
	if (record->usage != DANELAW_USAGE_DANE_TA || anchor == NULL ||
	    !is_public(anchor))
		return;
	if (!finding_present(
		exam->report, FINDING_TLSA_TA_PUBLIC_CA, host->name))
		finding_add(exam->tree, FINDING_TLSA_TA_PUBLIC_CA, host->name,
		    "host", host->name, "issuer", kit_cert(exam, anchor),
		    "name", name, "new", kit_new(exam, host, false), NULL);
}

static void
diagnose_host(struct exam *exam, const struct danelaw_host *host)
{
	switch (host->tlsa.status) {
	case DANELAW_TLSA_NOT_ASKED:
	case DANELAW_TLSA_ERROR:
		return;
	case DANELAW_TLSA_NONE:
		diagnose_none(exam, host);
		diagnose_wrong_port(exam, host);
		return;
	case DANELAW_TLSA_UNUSABLE:
	case DANELAW_TLSA_USABLE:
		break;
	}
	diagnose_pkix(exam, host);
	diagnose_unusable(exam, host);
	diagnose_style(exam, host);
	diagnose_rollover(exam, host);
	if (kit_is_authenticated(exam, host))
		diagnose_stale(exam, host);
}

void
diagnose_tlsa(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	diagnose_partial(exam);
	diagnose_wrong_owner(exam);
	for (size_t i = 0; i < report->n_hosts; i++)
		diagnose_host(exam, &report->hosts[i]);
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];

		if (sighting->probe->outcome == DANELAW_OUTCOME_AUTHENTICATED)
			diagnose_anchor(exam, sighting);
	}
}
