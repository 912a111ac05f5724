/* SPDX-License-Identifier: ISC */
#include "tree.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* object->list, of no more than most, each element by fill(growth, element) */
#define GROW(g, object, list, most, fill)                                      \
	for (unsigned left = fuzz_take((g)->in, (most) + 1); left > 0; left--) \
	fill(g, ARENA_PUSH((g)->arena, (object)->list, (object)->n_##list))

struct growth {
	struct fuzz_bytes *in;
	struct arena *arena;
	const struct danelaw_tlsa *tlsa; /* of the host */
};

unsigned
fuzz_take(struct fuzz_bytes *in, unsigned n)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++ % n;
}

static bool
coin(struct growth *g)
{
	return fuzz_take(g->in, 2) == 1;
}

/* Dates near and far, days, and what overflows. */
static int64_t
moment(struct growth *g)
{
	static const int64_t moments[] = { 0, 1795385340, -1, 1, INT64_MAX,
		INT64_MIN, 253402300799, 253402300800, -62167219201 };
	int64_t at = moments[fuzz_take(g->in, COUNT(moments))];

	return at == 1795385340 ? at + 86400 * ((int)fuzz_take(g->in, 200) - 90)
				: at;
}

static int
number(struct growth *g)
{
	static const int numbers[] = { 0, -1, 1, 7, INT32_MAX, 65536 };

	return numbers[fuzz_take(g->in, COUNT(numbers))];
}

/* What text_printable() leaves of a peer's words; never NULL. */
static const char *
must(struct growth *g)
{
	static char words[601], word[301];
	const char *const texts[] = { "mx.example", "example.org", "192.0.2.1",
		"2001:db8::1", "", " ", "a|b", "%s%n", "\\x1b[31m", "\"\\\\",
		"'=;", "{}", "dns-mx-bogus", "TLSv1.3", "_25._tcp.mx.example",
		"MX", "3 1 1 abcd", words, word };
	unsigned which = fuzz_take(g->in, 32);
	const uint8_t *from;
	size_t len;
	char *text;

	if (words[0] == '\0') {
		memset(word, 'x', sizeof(word) - 1);
		for (size_t i = 0; i + 1 < sizeof(words); i++)
			words[i] = i % 9 == 8 ? ' ' : 'w';
	}
	if (which < COUNT(texts))
		return texts[which];
	len = fuzz_take(g->in, 40);
	len = len < g->in->left ? len : g->in->left;
	from = g->in->at;
	g->in->at += len;
	g->in->left -= len;
	text = text_printable(g->arena, from, len, 100);
	assert(text != NULL);
	/* So that "(null)" in the output is libc's. */
	for (char *c = text; *c != '\0'; c++)
		*c = *c == '(' ? '[' : *c;
	return text;
}

static const char *
may(struct growth *g)
{
	return coin(g) ? must(g) : NULL;
}

static void
grow_text(struct growth *g, const char **text)
{
	*text = must(g);
}

static void
grow_lookup(struct growth *g, struct danelaw_lookup *lookup)
{
	lookup->name = must(g);
	lookup->type = must(g);
	lookup->dnssec = fuzz_take(g->in, DANELAW_DNSSEC_SECURE + 1);
	lookup->presence = fuzz_take(g->in, DANELAW_PRESENCE_NXDOMAIN + 1);
	lookup->why = may(g);
	lookup->cause = fuzz_take(g->in, DANELAW_DNS_TIMEOUT + 1);
	GROW(g, lookup, aliases, 3, grow_text);
	lookup->ttl = fuzz_take(g->in, 256);
	lookup->rrsig_expires = moment(g);
	lookup->rrsig_inception = moment(g);
	lookup->n_records = fuzz_take(g->in, 3);
	lookup->wildcard = coin(g);
	lookup->signer = may(g);
	GROW(g, lookup, signers, 2, grow_text);
	lookup->nsec3_iterations = (uint16_t)fuzz_take(g->in, 65536);
	lookup->failed_first = may(g);
}

static void
grow_ds(struct growth *g, struct danelaw_ds *ds)
{
	ds->key_tag = (uint16_t)fuzz_take(g->in, 65536);
	ds->algorithm = (uint8_t)fuzz_take(g->in, 256);
	ds->digest_type = (uint8_t)fuzz_take(g->in, 256);
}

static void
grow_zone(struct growth *g, struct danelaw_zone *zone)
{
	zone->name = must(g);
	if (coin(g))
		grow_lookup(g, &zone->dnskey);
	if (coin(g))
		grow_lookup(g, &zone->ds);
	GROW(g, zone, ds_records, 3, grow_ds);
}

static void
grow_record(struct growth *g, struct danelaw_record *record)
{
	record->usage = (uint8_t)fuzz_take(g->in, 256);
	record->selector = (uint8_t)fuzz_take(g->in, 256);
	record->mtype = (uint8_t)fuzz_take(g->in, 256);
	record->rr = must(g);
	record->len = strlen(record->rr);
	record->data = (const uint8_t *)record->rr;
	record->usable = coin(g);
	record->reason = may(g);
}

static void
grow_tlsa(struct growth *g, struct danelaw_tlsa *tlsa)
{
	tlsa->name = may(g);
	tlsa->base = may(g);
	tlsa->dnssec = fuzz_take(g->in, DANELAW_DNSSEC_SECURE + 1);
	tlsa->status = fuzz_take(g->in, DANELAW_TLSA_USABLE + 1);
	GROW(g, tlsa, records, 4, grow_record);
	GROW(g, tlsa, references, 3, grow_text);
}

static void
grow_cert(struct growth *g, struct danelaw_cert *cert)
{
	cert->wire = (int)fuzz_take(g->in, 4);
	cert->depth = (int)fuzz_take(g->in, 5) - 1;
	cert->subject = must(g);
	cert->issuer = must(g);
	cert->cn = may(g);
	GROW(g, cert, names, 6, grow_text);
	GROW(g, cert, cns, 2, grow_text);
	cert->not_before = moment(g);
	cert->not_after = moment(g);
	cert->key = must(g);
	cert->signature = must(g);
	cert->has_key_usage = coin(g);
	cert->key_usage = fuzz_take(g->in, 256) * 2;
	cert->has_ext_key_usage = coin(g);
	GROW(g, cert, ext_key_usage, 2, grow_text);
	cert->ca = coin(g);
	cert->path_len = number(g);
	cert->version = 1 + (int)fuzz_take(g->in, 3);
	cert->self_issued = coin(g);
	cert->has_alt_names = coin(g);
	cert->has_ip_names = coin(g);
	cert->has_uri_names = coin(g);
	cert->signed_by = (int)fuzz_take(g->in, 6) - 1;
	cert->cert_sha256 = must(g);
	cert->cert_sha512 = must(g);
	cert->spki_sha256 = must(g);
	cert->spki_sha512 = must(g);
	cert->der = cert->spki = (const uint8_t *)cert->subject;
	cert->der_len = cert->spki_len = strlen(cert->subject);
}

/* What may be missing: NULL, or new. */
#define NEW(g, type)                                                           \
	(coin(g) ? (type *)arena_alloc((g)->arena, sizeof(type)) : NULL)

static struct danelaw_tls *
new_tls(struct growth *g)
{
	struct danelaw_tls *tls = NEW(g, struct danelaw_tls);

	if (tls == NULL)
		return NULL;
#define TEXT(field) tls->field = may(g);
#define FLAG(field) tls->field = coin(g);
#define NUMBER(field) tls->field = (int)fuzz_take(g->in, 256);
#include "model/tls_fields.def"
	return tls;
}

static void
grow_result(struct growth *g, struct danelaw_record_result *result)
{
	result->record =
	    fuzz_take(g->in, (unsigned)g->tlsa->n_records); /* some */
	result->result = fuzz_take(g->in, DANELAW_RESULT_SUPERSEDED + 1);
	result->depth = (int)fuzz_take(g->in, 5) - 1;
	result->role = fuzz_take(g->in, DANELAW_ROLE_WRONG_USAGE + 1);
}

static void
grow_match(struct growth *g, struct danelaw_probe *probe)
{
	struct danelaw_match *match = NEW(g, struct danelaw_match);
	size_t n = probe->n_chain > 0 ? probe->chain[0].n_names : 0;

	probe->match = match;
	if (match == NULL)
		return;
	match->record = fuzz_take(g->in, (unsigned)g->tlsa->n_records);
	match->depth = (int)fuzz_take(g->in, 5);
	match->how = fuzz_take(g->in, DANELAW_HOW_SIGNED_BY + 1);
	match->name.checked = coin(g);
	match->name.reference = may(g);
	match->name.presented = may(g);
	match->name.source = fuzz_take(g->in, DANELAW_NAME_CN + 1);
	match->name.san = (int)fuzz_take(g->in, (unsigned)n + 1) - 1;
	match->name.wildcard = coin(g);
}

static void
grow_probe(struct growth *g, struct danelaw_probe *probe)
{
	probe->offer = must(g);
	probe->outcome = fuzz_take(g->in, DANELAW_OUTCOME_NOT_EXAMINED + 1);
	probe->error = may(g);
	probe->tls = new_tls(g);
	GROW(g, probe, chain, 4, grow_cert);
	if (g->tlsa->n_records > 0) {
		grow_match(g, probe);
		GROW(g, probe, records, 4, grow_result);
	}
	probe->verify_error = NEW(g, struct danelaw_verify_error);
	if (probe->verify_error != NULL)
		*probe->verify_error =
		    (struct danelaw_verify_error) { number(g), must(g), must(g),
			    (int)fuzz_take(g->in, 5) - 1 };
	probe->pkix = NEW(g, struct danelaw_pkix);
	if (probe->pkix != NULL)
		*probe->pkix = (struct danelaw_pkix) { coin(g), number(g),
			may(g), may(g), may(g) };
}

static void
grow_trial(struct growth *g, struct danelaw_trial *trial)
{
#define OFFER(field) trial->field = must(g);
#define TEXT(field) trial->field = may(g);
#define FLAG(field) trial->field = coin(g);
#define NUMBER(field) trial->field = (int)fuzz_take(g->in, 256);
#define ALERT(field) trial->field = (int)fuzz_take(g->in, 256) - 1;
#define CHOICE(field, last, words) trial->field = fuzz_take(g->in, (last) + 1);
#define TLS(field) trial->field = new_tls(g);
#include "model/trial_fields.def"
}

static struct danelaw_mail_reply *
new_reply(struct growth *g)
{
	struct danelaw_mail_reply *reply = NEW(g, struct danelaw_mail_reply);

	if (reply != NULL)
		*reply = (struct danelaw_mail_reply) { may(g), number(g),
			may(g), may(g) };
	return reply;
}

static struct danelaw_mail *
new_mail(struct growth *g)
{
	struct danelaw_mail *mail = NEW(g, struct danelaw_mail);

	if (mail != NULL)
		*mail = (struct danelaw_mail) { new_reply(g), new_reply(g),
			new_reply(g), may(g) };
	return mail;
}

static void
grow_smtp(struct growth *g, struct danelaw_smtp *smtp)
{
#define TEXT(field) smtp->field = may(g);
#define TEXTS(field, n) GROW(g, smtp, field, 4, grow_text);
#define MAIL(field) smtp->field = new_mail(g);
#define CHOICE(field, last) smtp->field = fuzz_take(g->in, (last) + 1);
#define NUMBER(field) smtp->field = (int)fuzz_take(g->in, 256);
#define FLAG(field) smtp->field = coin(g);
#include "model/smtp_fields.def"
}

static void
grow_sender(struct growth *g, struct danelaw_sender *sender)
{
	sender->name = must(g);
	sender->version = must(g);
	sender->outcome = fuzz_take(g->in, DANELAW_DELIVERY_VARIES + 1);
	sender->why = may(g);
	sender->held_against_real = coin(g);
}

static void
grow_try(struct growth *g, struct danelaw_try *try)
{
	try->at = moment(g);
	try->outcome = fuzz_take(g->in, DANELAW_OUTCOME_NOT_EXAMINED + 1);
	try->banner = may(g);
	try->starttls = coin(g);
	try->refusal = may(g);
}

static struct danelaw_class
some_class(struct growth *g)
{
	unsigned bits = fuzz_take(g->in, 32);

	return (struct danelaw_class) { bits & 1, bits & 2, bits & 4, bits & 8,
		bits & 16 };
}

static void
grow_address(struct growth *g, struct danelaw_address *address)
{
	address->ip = must(g);
	address->port = (uint16_t)fuzz_take(g->in, 256);
	address->outcome = fuzz_take(g->in, DANELAW_OUTCOME_NOT_EXAMINED + 1);
	address->counted = some_class(g);
	GROW(g, address, probes, 3, grow_probe);
	grow_smtp(g, &address->smtp);
	GROW(g, address, senders, 4, grow_sender);
	address->timing = (struct danelaw_timing) { number(g), number(g),
		number(g), number(g), number(g) };
	address->sendmail = may(g);
	address->sendmail_why = may(g);
	address->no_sni = NEW(g, struct danelaw_probe);
	if (address->no_sni != NULL)
		grow_probe(g, address->no_sni);
	GROW(g, address, trials, 3, grow_trial);
	address->cause = may(g);
	address->untried = may(g);
	address->our_lack = may(g);
	address->left_out = may(g);
	GROW(g, address, tries, 2, grow_try);
}

static void
grow_host(struct growth *g, struct danelaw_host *host)
{
	host->name = must(g);
	host->preference = (uint16_t)fuzz_take(g->in, 256);
	host->dnssec = fuzz_take(g->in, DANELAW_DNSSEC_SECURE + 1);
	host->policy = fuzz_take(g->in, DANELAW_POLICY_DANE + 1);
	host->why = may(g);
	host->shared = coin(g);
	host->counted = some_class(g);
	grow_tlsa(g, &host->tlsa);
	g->tlsa = &host->tlsa;
	GROW(g, host, addresses, 3, grow_address);
	host->n_left_out = fuzz_take(g->in, 3);
	GROW(g, host, lookups, 3, grow_lookup);
}

static void
grow_finding(struct growth *g, struct danelaw_finding *finding)
{
	finding->id = must(g);
	finding->severity = fuzz_take(g->in, DANELAW_SEVERITY_CRITICAL + 1);
	finding->subject = must(g);
	finding->text = must(g);
	finding->remedy = must(g);
	finding->rfc = may(g);
	finding->tlsrpt = may(g);
	finding->sendmail = may(g);
	GROW(g, finding, fix_add, 3, grow_text);
	GROW(g, finding, fix_remove, 3, grow_text);
	finding->folded = fuzz_take(g->in, 3);
}

static void
grow_clocks(struct growth *g, struct danelaw_clocks *clocks)
{
	clocks->certificate = NEW(g, struct danelaw_clock_cert);
	if (clocks->certificate != NULL)
		*clocks->certificate = (struct danelaw_clock_cert) { moment(g),
			number(g), must(g), must(g) };
	clocks->rrsig = NEW(g, struct danelaw_clock_rrsig);
	if (clocks->rrsig != NULL)
		*clocks->rrsig = (struct danelaw_clock_rrsig) { moment(g),
			number(g), must(g), must(g) };
}

static void
grow_mx(struct growth *g, struct danelaw_mx *mx)
{
	mx->source = fuzz_take(g->in, DANELAW_MX_NULL + 1);
	mx->dnssec = fuzz_take(g->in, DANELAW_DNSSEC_SECURE + 1);
	mx->why = may(g);
	GROW(g, mx, lookups, 3, grow_lookup);
	GROW(g, mx, unusable, 3, grow_text);
	mx->n_left_out = fuzz_take(g->in, 3);
	mx->left_out = may(g);
}

struct danelaw_report *
fuzz_tree(struct fuzz_bytes *in)
{
	struct tree *tree = tree_new();
	struct growth g = { .in = in };
	struct danelaw_report *report;

	assert(tree != NULL);
	g.arena = tree->arena;
	report = &tree->report;
	report->domain = must(&g);
	report->unicode = may(&g);
	report->port = (uint16_t)fuzz_take(in, 256);
	report->at = moment(&g);
	report->verdict = fuzz_take(in, DANELAW_VERDICT_NO_DANE + 1);
	report->state = fuzz_take(in, DANELAW_STATE_UNKNOWN + 1);
	report->summary = must(&g);
	report->resolver = may(&g);
	report->resolver_fell_back = coin(&g);
	report->resolver_error = may(&g);
	report->own_lack = may(&g);
	GROW(&g, report, hosts, 3, grow_host);
	grow_mx(&g, &report->mx);
	GROW(&g, report, findings, 4, grow_finding);
	GROW(&g, report, zones, 2, grow_zone);
	grow_clocks(&g, &report->clocks);
	assert(!arena_failed(g.arena));
	return report;
}
