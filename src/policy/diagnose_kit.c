/* SPDX-License-Identifier: ISC */
#include "policy/diagnose_kit.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/name.h"
#include "base/text.h"
#include "model/record.h"
#include "policy/verdict.h"

/* What a peer sent may be long; a sentence may not. */
enum { WORDS_MAX = 160, LIST_MAX = 6, USUAL_TTL = 3600 };

const char *
kit_text(const struct exam *exam, const char *text)
{
	size_t len;
	char *copy;

	if (text == NULL || text[0] == '\0')
		return "no reason given";
	len = strlen(text);
	while (len > 1 && (text[len - 1] == '.' || text[len - 1] == ' '))
		len--;
	if (len > WORDS_MAX)
		copy = arena_printf(
		    exam->arena, "%.*s...", (int)(WORDS_MAX - 3), text);
	else if ((copy = arena_memdup(exam->arena, text, len + 1)) != NULL)
		copy[len] = '\0';
	return copy == NULL ? "" : copy;
}

/* As kit_text(), and nothing is taken off: a dot at the end may matter. */
static const char *
whole_text(const struct exam *exam, const char *text)
{
	const char *copy;

	if (text == NULL || text[0] == '\0')
		return "no reason given";
	if (strlen(text) <= WORDS_MAX)
		return text;
	copy = arena_printf(exam->arena, "%.*s...", (int)(WORDS_MAX - 3), text);
	return copy == NULL ? "" : copy;
}

const char *
kit_cert(const struct exam *exam, const struct danelaw_cert *cert)
{
	if (cert->subject == NULL || cert->subject[0] == '\0')
		return "one without a subject";
	return kit_text(exam, cert->subject);
}

const char *
kit_date(const struct exam *exam, int64_t when)
{
	const char *text = clock_format(exam->arena, when);

	return text == NULL ? "" : text;
}

const char *
kit_number(const struct exam *exam, long number)
{
	const char *text = arena_printf(exam->arena, "%ld", number);

	return text == NULL ? "" : text;
}

const char *
kit_list(const struct exam *exam, const char *const *items, size_t n)
{
	struct buf out = { 0 };
	size_t shown = n > LIST_MAX ? LIST_MAX - 1 : n;
	const char *text;

	if (n == 0)
		return "none";
	for (size_t i = 0; i < shown; i++) {
		if (i > 0)
			buf_puts(&out, i + 1 == n ? " and " : ", ");
		buf_puts(&out, whole_text(exam, items[i]));
	}
	if (shown < n)
		buf_printf(&out, " and %zu more", n - shown);
	text = arena_strdup(exam->arena, buf_text(&out));
	buf_finish(&out);
	return text == NULL ? "" : text;
}

const char *
kit_key_usage(const struct exam *exam, const struct danelaw_cert *cert)
{
	enum { BITS = 9 };
	const char *words[BITS];
	size_t n = 0;

	for (unsigned i = 0; i < BITS; i++) {
		if ((cert->key_usage & (1u << i)) != 0)
			words[n++] = danelaw_key_usage_word(1u << i);
	}
	return kit_list(exam, words, n);
}

bool
kit_says(const char *text, const char *pattern)
{
	size_t len = strlen(pattern);

	/* strcasestr() prepares itself for longer ones than these. */
	for (; text != NULL && *text != '\0'; text++) {
		if (((*text ^ *pattern) & ~('a' ^ 'A')) == 0 &&
		    strncasecmp(text, pattern, len) == 0)
			return true;
	}
	return false;
}

bool
kit_is_address(const struct danelaw_lookup *lookup)
{
	return kit_is_type(lookup, "A") || kit_is_type(lookup, "AAAA");
}

const struct danelaw_lookup *
kit_alias(const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_lookups; i++) {
		if (kit_is_address(&host->lookups[i]) &&
		    host->lookups[i].n_aliases > 0)
			return &host->lookups[i];
	}
	return NULL;
}

const char *
kit_end(const struct danelaw_lookup *lookup)
{
	return lookup->n_aliases == 0 ? lookup->name
				      : lookup->aliases[lookup->n_aliases - 1];
}

bool
kit_is_weakly_signed(const struct danelaw_cert *cert)
{
	return kit_says(cert->signature, "sha1") ||
	    kit_says(cert->signature, "sha-1") ||
	    kit_says(cert->signature, "md5");
}

bool
kit_is_type(const struct danelaw_lookup *lookup, const char *type)
{
	return lookup->type != NULL && strcmp(lookup->type, type) == 0;
}

bool
kit_binding(const struct danelaw_host *host)
{
	return host->policy == DANELAW_POLICY_DANE ||
	    host->policy == DANELAW_POLICY_ENCRYPT;
}

void
kit_soften(struct danelaw_finding *finding, const struct danelaw_host *host,
    enum danelaw_outcome outcome)
{
	if (finding != NULL && !outcome_is_refused(host->policy, outcome) &&
	    finding->severity == DANELAW_SEVERITY_CRITICAL)
		finding->severity = DANELAW_SEVERITY_WARNING;
}

void
kit_follow(const struct exam *exam, struct danelaw_finding *finding,
    enum finding_id cause)
{
	const char *remedy = arena_printf(exam->arena,
	    "Nothing more than what %s asks for; this follows from it.",
	    finding_entry(cause)->id);

	if (finding == NULL)
		return;
	if (remedy != NULL)
		finding->remedy = remedy;
	finding->severity = DANELAW_SEVERITY_INFO;
}

const struct danelaw_lookup *
kit_tlsa_lookup(const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];

		if (kit_is_type(lookup, "TLSA") &&
		    name_equal(lookup->name, host->tlsa.name))
			return lookup;
	}
	return NULL;
}

const char *
kit_owner(const struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(host);
	const char *owner = host->tlsa.name;

	if (lookup != NULL && lookup->n_aliases > 0)
		owner = kit_end(lookup);
	if (owner == NULL)
		owner = name_tlsa(exam->arena, exam->report->port, host->name);
	return owner == NULL ? host->name : owner;
}

const char *
kit_311(const struct exam *exam, const struct danelaw_cert *cert)
{
	if (cert == NULL || cert->spki_sha256 == NULL)
		return NULL;
	return arena_printf(exam->arena, "3 1 1 %s", cert->spki_sha256);
}

const char *
kit_new(const struct exam *exam, const struct danelaw_host *host, bool below)
{
	const char *text = below && kit_has_sightings(exam, host)
	    ? "the record below"
	    : arena_printf(exam->arena,
		  "%s. IN TLSA 3 1 1 with the SHA-256 digest of its key",
		  kit_owner(exam, host));

	return text == NULL ? "" : text;
}

const char *
kit_rr(const struct exam *exam, const struct danelaw_record *record)
{
	const char *text = record == NULL || record->rr == NULL
	    ? NULL
	    : tree_short_rr(exam->arena, record);

	return text == NULL || text[0] == '\0' ? "one without data" : text;
}

const char *
kit_zone_owner(const struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(host);

	return lookup != NULL && lookup->zone_owner != NULL
	    ? lookup->zone_owner
	    : kit_owner(exam, host);
}

/* A cache has less left of it, and a denial has one of its own. */
unsigned
kit_ttl(const struct danelaw_lookup *lookup)
{
	if (lookup == NULL || lookup->presence != DANELAW_PRESENCE_DATA)
		return USUAL_TTL;
	if (lookup->zone_ttl != 0)
		return lookup->zone_ttl;
	return lookup->ttl == 0 ? USUAL_TTL : lookup->ttl;
}

static const char *
zone_line(
    const struct exam *exam, const struct danelaw_host *host, const char *rr)
{
	return arena_printf(exam->arena, "%s. %u IN TLSA %s",
	    kit_zone_owner(exam, host), kit_ttl(kit_tlsa_lookup(host)), rr);
}

static void
add_line(
    const struct exam *exam, const char ***lines, size_t *n, const char *line)
{
	for (size_t i = 0; line != NULL && i < *n; i++) {
		if (strcmp((*lines)[i], line) == 0)
			return;
	}
	if (line != NULL)
		arena_push_text(exam->arena, lines, n, line);
}

void
kit_add_line(
    const struct exam *exam, struct danelaw_finding *finding, const char *line)
{
	if (finding != NULL)
		add_line(exam, &finding->fix_add, &finding->n_fix_add, line);
}

void
kit_remove_line(
    const struct exam *exam, struct danelaw_finding *finding, const char *line)
{
	if (finding != NULL)
		add_line(
		    exam, &finding->fix_remove, &finding->n_fix_remove, line);
}

void
kit_publish(const struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host, const char *rr)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;

	for (size_t i = 0; rr != NULL && i < tlsa->n_records; i++) {
		if (tlsa->records[i].rr != NULL &&
		    strcmp(tlsa->records[i].rr, rr) == 0)
			return;
	}
	if (finding != NULL && rr != NULL)
		add_line(exam, &finding->fix_add, &finding->n_fix_add,
		    zone_line(exam, host, rr));
}

void
kit_withdraw(const struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host, const char *rr)
{
	if (finding != NULL && rr != NULL)
		add_line(exam, &finding->fix_remove, &finding->n_fix_remove,
		    zone_line(exam, host, rr));
}

void
kit_publish_311(const struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host, const struct danelaw_cert *cert)
{
	kit_publish(exam, finding, host, kit_311(exam, cert));
}

void
kit_publish_all_311(const struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host)
{
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];

		if (sighting->host == host && !kit_is_left_over(exam, sighting))
			kit_publish_311(
			    exam, finding, host, &sighting->probe->chain[0]);
	}
}

/* NULL, where there is no such digest. */
static const uint8_t *
octets(const char *hex, uint8_t *room, size_t size)
{
	size_t len = 0;

	return hex != NULL && text_unhex(hex, room, size, &len) && len == size
	    ? room
	    : NULL;
}

bool
kit_fits_as(const struct danelaw_record *record, uint8_t selector,
    const struct danelaw_cert *cert)
{
	bool key = selector == DANELAW_SELECTOR_SPKI;
	uint8_t sha256[32], sha512[64];
	const struct record_subject subject = {
		key ? cert->spki : cert->der,
		key ? cert->spki_len : cert->der_len,
		octets(key ? cert->spki_sha256 : cert->cert_sha256, sha256,
		    sizeof(sha256)),
		octets(key ? cert->spki_sha512 : cert->cert_sha512, sha512,
		    sizeof(sha512)),
	};

	return record->data != NULL && selector <= DANELAW_SELECTOR_SPKI &&
	    record_describes(record, &subject);
}

bool
kit_fits(const struct danelaw_record *record, const struct danelaw_cert *cert)
{
	return kit_fits_as(record, record->selector, cert);
}

const struct danelaw_cert *
kit_fitting(
    const struct danelaw_record *record, const struct danelaw_probe *probe)
{
	size_t from = record->usage == DANELAW_USAGE_DANE_EE ? 0 : 1;
	size_t end =
	    record->usage == DANELAW_USAGE_DANE_EE ? 1 : probe->n_chain;

	if (record->usage != DANELAW_USAGE_DANE_TA &&
	    record->usage != DANELAW_USAGE_DANE_EE)
		return NULL;
	for (size_t i = from; i < end && i < probe->n_chain; i++) {
		if (kit_fits(record, &probe->chain[i]))
			return &probe->chain[i];
	}
	return NULL;
}

const struct danelaw_record *
kit_matched(const struct sighting *sighting)
{
	const struct danelaw_match *match = sighting->probe->match;
	const struct danelaw_tlsa *tlsa = &sighting->host->tlsa;

	if (match == NULL || match->record >= tlsa->n_records)
		return NULL;
	return &tlsa->records[match->record];
}

const struct danelaw_cert *
kit_issuer(const struct danelaw_probe *probe, const struct danelaw_cert *cert)
{
	size_t signer =
	    cert->signed_by > 0 ? (size_t)cert->signed_by - 1 : probe->n_chain;

	if (cert->issuer == NULL || cert->self_issued)
		return NULL;
	/* Of several with the right name it is the one that signed. */
	if (signer < probe->n_chain && &probe->chain[signer] != cert)
		return &probe->chain[signer];
	for (size_t i = 0; i < probe->n_chain; i++) {
		const struct danelaw_cert *other = &probe->chain[i];

		if (other != cert && other->subject != NULL &&
		    strcmp(other->subject, cert->issuer) == 0)
			return other;
	}
	return NULL;
}

const struct danelaw_cert *
kit_path_end(const struct danelaw_probe *probe)
{
	const struct danelaw_cert *cert = &probe->chain[0], *next;

	/* Names may go round in circles; a path is never longer than this. */
	for (size_t i = 0; i < probe->n_chain; i++) {
		next = kit_issuer(probe, cert);
		if (next == NULL)
			break;
		cert = next;
	}
	return cert;
}

const struct danelaw_cert *
kit_faulty_issuer(
    const struct danelaw_probe *probe, struct danelaw_cert *outside)
{
	const struct danelaw_verify_error *error = probe->verify_error;
	const struct danelaw_cert *last = &probe->chain[0];

	if (error == NULL || error->depth <= 0)
		return NULL;
	for (size_t i = 0; i < probe->n_chain; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];

		if (cert->depth == error->depth)
			return cert;
		if (cert->depth > last->depth)
			last = cert;
	}
	if (error->depth != last->depth + 1)
		return NULL;
	*outside = (struct danelaw_cert) {
		.wire = -1, .subject = last->issuer, .depth = error->depth
	};
	return outside;
}

bool
kit_is_left_over(const struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	int64_t life = leaf->not_after - leaf->not_before;

	if (sighting->probe->outcome != DANELAW_OUTCOME_TLSA_MISMATCH)
		return false;
	if (exam->report->at - leaf->not_before > life / 2)
		return true;
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *other = &exam->sightings[i];

		if (other->host == sighting->host &&
		    other->probe->outcome == DANELAW_OUTCOME_AUTHENTICATED &&
		    other->probe->chain[0].not_before > leaf->not_before)
			return true;
	}
	return false;
}

bool
kit_has_sightings(const struct exam *exam, const struct danelaw_host *host)
{
	for (size_t i = 0; i < exam->n_sightings; i++) {
		if (exam->sightings[i].host == host)
			return true;
	}
	return false;
}

bool
kit_fits_host(const struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_record *record)
{
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct danelaw_probe *probe = exam->sightings[i].probe;

		if (exam->sightings[i].host != host)
			continue;
		for (size_t j = 0; j < probe->n_records; j++) {
			const struct danelaw_record_result *result =
			    &probe->records[j];

			if (result->record < host->tlsa.n_records &&
			    &host->tlsa.records[result->record] == record &&
			    result->depth >= 0)
				return true;
		}
	}
	return false;
}

bool
kit_is_authenticated(const struct exam *exam, const struct danelaw_host *host)
{
	bool some = false;

	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];

		if (sighting->host != host)
			continue;
		if (sighting->probe->outcome != DANELAW_OUTCOME_AUTHENTICATED)
			return false;
		some = true;
	}
	return some;
}
