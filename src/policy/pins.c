/* SPDX-License-Identifier: ISC */
#include "policy/pins.h"

#include <string.h>

#include "base/text.h"
#include "policy/known_ca.h"
#include "policy/tlsa.h"

enum { LEADING = 3, DIGEST_MAX = 64, ANY = -1 };

const char *
pins_refuse(const struct pin_wish *wish)
{
	if (wish->usage < 2)
		return "usages 0 and 1 are not for mail servers: senders take "
		       "no notice of them (RFC 7672 3.1.3)";
	return NULL;
}

static const struct doubt {
	int usage, selector, mtype;
	const char *text;
} doubts[] = {
	{ 3, 0, ANY,
	    "3 0 x is for this one certificate: the next one does not match "
	    "it, even with the same key, as 3 1 1 does (RFC 7671 5.1)" },
	{ 2, 0, ANY,
	    "2 0 x is for this one certificate of the issuer: where it gets "
	    "another for the same key, nothing matches any more; 2 1 1 goes "
	    "on" },
	{ ANY, ANY, 0,
	    "matching type 0 puts the whole data into the DNS, and large "
	    "answers get lost on the way; 1 is a digest that every sender "
	    "knows (RFC 7671 10.1.2)" },
	{ ANY, ANY, 2,
	    "SHA-512 alone: a sender need not know it; publish matching type "
	    "1, SHA-256, instead or as well (RFC 6698 6)" },
};

static bool
fits(int want, int have)
{
	return want == ANY || want == have;
}

void
pins_warn(struct arena *arena, const struct pin_wish *wish, struct pin_set *set)
{
	for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++) {
		const struct doubt *doubt = &doubts[i];

		if (fits(doubt->usage, wish->usage) &&
		    fits(doubt->selector, wish->selector) &&
		    fits(doubt->mtype, wish->mtype))
			arena_push_text(arena, &set->warnings, &set->n_warnings,
			    doubt->text);
	}
}

static bool
same_name(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* A record of usage 3 for what is not the server's own breaks delivery. */
static const char *
wrong_order(struct arena *arena, const struct pin_source *source)
{
	const struct danelaw_cert *first = &source->certs[0];

	for (size_t i = 1; i < source->n_certs; i++) {
		const struct danelaw_cert *cert = &source->certs[i];

		if (!same_name(cert->issuer, first->subject) ||
		    same_name(cert->subject, first->subject))
			continue;
		return arena_printf(arena,
		    "the first certificate, %s, is the issuer of number %zu: "
		    "the server's own must come first",
		    first->subject, i + 1);
	}
	return NULL;
}

static const struct danelaw_cert *
find_issuer(const struct pin_source *source)
{
	const struct danelaw_cert *leaf = &source->certs[0];

	for (size_t i = 1; i < source->n_certs; i++) {
		if (same_name(source->certs[i].subject, leaf->issuer))
			return &source->certs[i];
	}
	return NULL;
}

/* What a record of this usage describes; NULL: *why. */
static const struct danelaw_cert *
described(struct arena *arena, const struct pin_source *source, uint8_t usage,
    const char **why)
{
	const struct danelaw_cert *cert;

	if (usage == DANELAW_USAGE_DANE_EE)
		return &source->certs[0];
	if (source->kind != PIN_CHAIN && source->kind != PIN_LIVE) {
		*why = "usage 2 is for an issuer that the server sends: that "
		       "takes a chain of certificates";
		return NULL;
	}
	if (source->certs[0].self_issued) {
		*why = "the first certificate is its own issuer: usage 3 is "
		       "for such";
		return NULL;
	}
	cert = find_issuer(source);
	if (cert == NULL)
		*why = arena_printf(arena,
		    "the issuer of the first certificate, %s, is not in it: "
		    "senders match nothing that a server does not send (RFC "
		    "7671 5.2)",
		    source->certs[0].issuer);
	return cert;
}

static const uint8_t *
data_of(const struct danelaw_cert *cert, uint8_t selector, uint8_t mtype,
    uint8_t digest[DIGEST_MAX], size_t *len)
{
	const char *hex;

	if (mtype == DANELAW_MTYPE_FULL) {
		*len = selector == DANELAW_SELECTOR_CERT ? cert->der_len
							 : cert->spki_len;
		return selector == DANELAW_SELECTOR_CERT ? cert->der
							 : cert->spki;
	}
	if (selector == DANELAW_SELECTOR_CERT)
		hex = mtype == DANELAW_MTYPE_SHA256 ? cert->cert_sha256
						    : cert->cert_sha512;
	else
		hex = mtype == DANELAW_MTYPE_SHA256 ? cert->spki_sha256
						    : cert->spki_sha512;
	return hex != NULL && text_unhex(hex, digest, DIGEST_MAX, len) ? digest
								       : NULL;
}

static bool
is_there(const struct pin_set *set, const struct danelaw_record *record)
{
	for (size_t i = 0; i < set->n_pins; i++) {
		if (strcmp(set->pins[i].record.rr, record->rr) == 0)
			return true;
	}
	return false;
}

static bool
add_record(struct arena *arena, const struct pin_wish *wish, uint8_t usage,
    const struct pin_source *source, struct pin_set *set, const char **why)
{
	const struct danelaw_cert *cert = described(arena, source, usage, why);
	struct danelaw_record record = { 0 };
	uint8_t digest[DIGEST_MAX], *rdata;
	const uint8_t *data;
	struct pin *pin;
	size_t len = 0;

	if (cert == NULL)
		return false;
	data = data_of(cert, wish->selector, wish->mtype, digest, &len);
	if (data == NULL) {
		*why = "selector 0 is for a whole certificate, and there is "
		       "none yet: take selector 1";
		return false;
	}
	if (len > TLSA_MAX_DATA - LEADING) {
		*why = "it is too large for a record of matching type 0";
		return false;
	}
	rdata = arena_alloc(arena, LEADING + len);
	if (rdata == NULL)
		return false;
	memcpy(
	    rdata, (uint8_t[]) { usage, wish->selector, wish->mtype }, LEADING);
	memcpy(rdata + LEADING, data, len);
	if (!tlsa_from_rdata(arena, rdata, LEADING + len, &record))
		return false;
	if (is_there(set, &record))
		return true;
	pin = ARENA_PUSH(arena, set->pins, set->n_pins);
	if (pin == NULL)
		return false;
	*pin = (struct pin) { record, source, cert };
	return true;
}

/* Who issues today may be another tomorrow, where a CA has several. */
static void
warn_of_issuer(
    struct arena *arena, const struct pin_source *source, struct pin_set *set)
{
	if (known_ca_issued(&source->certs[0]))
		arena_push_text(arena, &set->warnings, &set->n_warnings,
		    "Let's Encrypt takes another issuer without a word before; "
		    "danelaw explain lets-encrypt lists all that a 2 1 1 would "
		    "be needed for");
}

bool
pins_add(struct arena *arena, const struct pin_wish *wish,
    const struct pin_source *source, struct pin_set *set, const char **why)
{
	*why = source->n_certs == 0 ? "there is no certificate in it"
				    : wrong_order(arena, source);
	if (*why != NULL)
		return false;
	if (!add_record(arena, wish, wish->usage, source, set, why))
		return false;
	if (wish->issuer && wish->usage != DANELAW_USAGE_DANE_TA &&
	    !add_record(arena, wish, 2, source, set, why))
		return false;
	if (wish->issuer || wish->usage == DANELAW_USAGE_DANE_TA)
		warn_of_issuer(arena, source, set);
	return !arena_failed(arena);
}

static bool
has_key(const struct pin_source *sources, size_t n, const char *spki)
{
	for (size_t i = 0; i < n; i++) {
		if (sources[i].kind == PIN_CHAIN && sources[i].n_certs > 0 &&
		    same_name(sources[i].certs[0].spki_sha256, spki))
			return true;
	}
	return false;
}

const char *
pins_misfit(struct arena *arena, const struct pin_source *sources, size_t n)
{
	size_t chains = 0;

	for (size_t i = 0; i < n; i++)
		chains += sources[i].kind == PIN_CHAIN;
	for (size_t i = 0; i < n && chains > 0; i++) {
		if (sources[i].kind == PIN_KEY &&
		    !has_key(sources, n, sources[i].certs[0].spki_sha256))
			return arena_printf(arena,
			    "%s: this is not the key of the certificate; a "
			    "key that is to follow is told by --next",
			    sources[i].from);
	}
	return NULL;
}
