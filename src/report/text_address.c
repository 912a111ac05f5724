/* SPDX-License-Identifier: ISC */
/* What came of each address: one block per handshake. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/outcomes.h"
#include "report/page.h"

enum { LABEL = 7, MAX_TEXT = 400, MAX_WORDS = 12, MAX_NAMES = 5 };

static enum danelaw_state
state_of(const struct danelaw_host *host, enum danelaw_outcome outcome)
{
	bool bound = host->policy == DANELAW_POLICY_DANE ||
	    host->policy == DANELAW_POLICY_ENCRYPT;

	if (bound && outcome_is(outcome, OUTCOME_REFUSED))
		return DANELAW_STATE_CRITICAL;
	if (outcome_is(outcome, OUTCOME_UNSEEN))
		return DANELAW_STATE_UNKNOWN;
	return outcome == DANELAW_OUTCOME_AUTHENTICATED ? DANELAW_STATE_OK
							: DANELAW_STATE_WARNING;
}

/* The line that all grep for: "mx.example [192.0.2.1]:25  authenticated". */
static void
put_header(struct page *page, const struct danelaw_host *host,
    const struct danelaw_address *address, const struct danelaw_probe *probe,
    enum danelaw_outcome outcome)
{
	page_blank(page);
	buf_printf(page->out, "%s [%s]:%u  ", page_or(host->name),
	    page_or(address->ip), address->port);
	page_colored(
	    page, state_of(host, outcome), danelaw_outcome_word(outcome));
	if (probe != NULL && probe->n_chain > 0)
		buf_printf(page->out, "  %s certificate",
		    page_or(probe->chain[0].key));
	if (probe != NULL && address->n_probes > 1)
		buf_printf(page->out, "  offer %s", page_or(probe->offer));
	buf_puts(page->out, "\n");
}

static void
said(struct page *page, const struct margin *margin, const char *label,
    const char *text)
{
	struct page_cut cut = page_cut(page, text, MAX_TEXT);

	if (text != NULL)
		page_row(page, margin, label, PAGE_CUT, PAGE_CUT_ARGS(cut));
}

/* The server's own words, where they matter. */
static void
smtp_rows(struct page *page, const struct margin *margin,
    const struct danelaw_address *address)
{
	const struct danelaw_smtp *smtp = &address->smtp;
	bool all = page->verbosity > 0 && smtp->n_transcript == 0;
	const char *refusal = smtp->refusal;

	if (refusal == NULL &&
	    address->outcome == DANELAW_OUTCOME_STARTTLS_REFUSED)
		refusal = smtp->starttls;
	if (all ||
	    (outcome_is(address->outcome, OUTCOME_QUOTED) &&
		(refusal == NULL || smtp->banner == NULL ||
		    strcmp(refusal, smtp->banner) != 0)))
		said(page, margin, "banner", smtp->banner);
	if ((all || outcome_is(address->outcome, OUTCOME_NO_STARTTLS)) &&
	    smtp->n_ehlo > 0)
		page_list(page, margin, "EHLO", "", smtp->ehlo, smtp->n_ehlo,
		    page->verbosity > 0 ? 0 : MAX_WORDS);
	said(page, margin, "said", refusal);
	for (size_t i = 0; page->verbosity > 0 && i < smtp->n_transcript; i++)
		page_data(
		    page, margin, "smtp", "%s", page_or(smtp->transcript[i]));
}

static void
mail_row(struct page *page, const struct margin *margin, const char *verb,
    const struct danelaw_mail_reply *reply)
{
	struct page_cut text;

	if (reply == NULL || reply->code == 0)
		return;
	text = page_cut(page, reply->text == NULL ? "" : reply->text, MAX_TEXT);
	page_row(page, margin, "mail", "%s:<%s> %d%s%s%s" PAGE_CUT, verb,
	    strcmp(page_or(reply->address), "<>") == 0
		? ""
		: page_or(reply->address),
	    reply->code, reply->enhanced == NULL ? "" : " ",
	    reply->enhanced == NULL ? "" : reply->enhanced,
	    reply->text == NULL ? "" : " ", PAGE_CUT_ARGS(text));
}

/* Would it take the mail? */
static void
mail_rows(struct page *page, const struct margin *margin,
    const struct danelaw_mail *mail)
{
	if (mail == NULL)
		return;
	mail_row(page, margin, "FROM", mail->from);
	mail_row(page, margin, "TO", mail->to);
	if (mail->error != NULL)
		page_row(page, margin, "mail", "%s", mail->error);
	else if (mail->from == NULL)
		page_row(page, margin, "mail",
		    "not asked: it did not get so far as EHLO inside TLS");
}

/* All tries, where one was not enough. */
static void
tries_rows(struct page *page, const struct margin *margin,
    const struct danelaw_address *address)
{
	for (size_t i = 0; i < address->n_tries; i++) {
		const struct danelaw_try *one = &address->tries[i];
		struct page_cut why = page_cut(
		    page, one->refusal == NULL ? "" : one->refusal, MAX_TEXT);

		page_row(page, margin, "try", "%zu: %s%s%s" PAGE_CUT, i + 1,
		    danelaw_outcome_word(one->outcome),
		    one->starttls ? ", STARTTLS offered" : "",
		    one->refusal == NULL ? "" : ": ", PAGE_CUT_ARGS(why));
	}
}

static void
add_step(struct buf *steps, const char *name, int ms)
{
	if (ms >= 0)
		buf_printf(
		    steps, "%s%s %d ms", steps->len == 0 ? "" : ", ", name, ms);
}

static void
timing_row(struct page *page, const struct margin *margin,
    const struct danelaw_timing *timing)
{
	struct buf steps = { 0 };

	add_step(&steps, "connect", timing->connect);
	add_step(&steps, "banner", timing->banner);
	add_step(&steps, "STARTTLS", timing->starttls);
	add_step(&steps, "TLS", timing->tls);
	add_step(&steps, "total", timing->total);
	if (steps.len > 0)
		page_row(page, margin, "time", "%s", buf_text(&steps));
	buf_finish(&steps);
}

static void
tls_row(struct page *page, const struct margin *margin,
    const struct danelaw_tls *tls)
{
	page_row(page, margin, "tls", "%s %s%s%s%s%s%s%s%s%s",
	    page_or(tls->version), page_or(tls->cipher),
	    tls->group == NULL ? "" : " ", tls->group == NULL ? "" : tls->group,
	    tls->signature == NULL ? "" : " ",
	    tls->signature == NULL ? "" : tls->signature,
	    page->verbosity == 0   ? ""
		: tls->sni == NULL ? ", no SNI"
				   : ", SNI ",
	    page->verbosity == 0 || tls->sni == NULL ? "" : tls->sni,
	    page->verbosity > 0 && tls->client_cert_requested
		? ", asks for a client certificate"
		: "",
	    page->verbosity > 0 && tls->client_cert_sent ? " and gets ours"
							 : "");
}

static bool
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/*
 * A CN beside SANs is dead letters (RFC 7672 3.2.3), which surprises many. The
 * one that is the name found is no surprise.
 */
static bool
cn_is_ignored(
    const struct danelaw_cert *leaf, const struct danelaw_name_check *name)
{
	return leaf->cn != NULL && leaf->n_names > 0 &&
	    (name->presented == NULL ||
		strcasecmp(leaf->cn, name->presented) != 0) &&
	    (name->reference == NULL ||
		strcasecmp(leaf->cn, name->reference) != 0);
}

static void
no_name_rows(struct page *page, const struct margin *margin,
    const struct danelaw_cert *leaf, const struct danelaw_tlsa *tlsa)
{
	size_t max = page->verbosity > 0 ? 0 : MAX_NAMES;
	const char *base = page_or(tlsa->base);

	if (tlsa->n_references > 0)
		page_list(page, margin, "name",
		    tlsa->n_references > 1 ? "none fits; it must be one of "
					   : "none fits; it must be ",
		    tlsa->references, tlsa->n_references, max);
	else
		page_row(
		    page, margin, "name", "none fits; it must be %s", base);
	if (leaf->n_names > 0)
		page_list(page, margin, "name", "the certificate has ",
		    leaf->names, leaf->n_names, max);
	else if (leaf->cn != NULL)
		page_list(page, margin, "name",
		    "the certificate has no SAN; CN ",
		    (const char *const[]) { leaf->cn }, 1, 0);
	else
		page_row(
		    page, margin, "name", "the certificate has no name at all");
}

static void
name_rows(struct page *page, const struct margin *margin,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa)
{
	const struct danelaw_name_check *name = &probe->match->name;
	const struct danelaw_cert *leaf = &probe->chain[0];
	struct page_cut presented = page_cut(page, name->presented, 100);
	struct page_cut cn = page_cut(page, leaf->cn, 100);
	bool ignored = cn_is_ignored(leaf, name);
	bool exact = same_text(name->presented, name->reference);

	if (!name->checked) {
		page_row(page, margin, "name",
		    "not checked, nor are dates: usage 3 needs neither "
		    "(RFC 7672 3.1.1)");
		return;
	}
	switch (name->source) {
	case DANELAW_NAME_NONE:
		no_name_rows(page, margin, leaf, tlsa);
		break;
	case DANELAW_NAME_SAN:
		page_row(page, margin, "name",
		    "%s: SAN %d of %zu%s" PAGE_CUT "%s" PAGE_CUT "%s",
		    page_or(name->reference), name->san + 1, leaf->n_names,
		    exact                ? ""
			: name->wildcard ? ", wildcard "
					 : ", ",
		    exact ? 0 : presented.len, presented.text,
		    exact ? "" : presented.more, ignored ? "; the CN, " : "",
		    ignored ? cn.len : 0, cn.text, ignored ? cn.more : "",
		    ignored ? ", is not used" : "");
		break;
	case DANELAW_NAME_CN:
		page_row(page, margin, "name",
		    "%s: the CN, %s" PAGE_CUT "; there is no SAN",
		    page_or(name->reference), name->wildcard ? "wildcard " : "",
		    PAGE_CUT_ARGS(presented));
		break;
	}
}

static void
verify_row(struct page *page, const struct margin *margin,
    const struct danelaw_verify_error *error)
{
	char depth[32] = "";

	if (error->depth >= 0)
		snprintf(depth, sizeof(depth), " at depth %d", error->depth);
	page_row(page, margin, "verify", "OpenSSL error %d%s, %s: %s",
	    error->code, depth, page_or(error->name), page_or(error->text));
}

/* A second opinion, which changes nothing. */
static void
pkix_row(struct page *page, const struct margin *margin,
    const struct danelaw_pkix *pkix)
{
	struct page_cut explain = page_cut(page, pkix->explain, MAX_TEXT);

	if (pkix->trusted)
		page_row(page, margin, "pkix", "public trust: yes, " PAGE_CUT,
		    PAGE_CUT_ARGS(explain));
	else
		page_row(page, margin, "pkix",
		    "public trust: no, OpenSSL error %d, %s: " PAGE_CUT,
		    pkix->code, page_or(pkix->text), PAGE_CUT_ARGS(explain));
}

static bool
same_evidence(const struct danelaw_probe *a, const struct danelaw_probe *b)
{
	if (a->outcome != b->outcome || a->n_chain != b->n_chain ||
	    a->n_chain == 0 || (a->match == NULL) != (b->match == NULL) ||
	    (a->verify_error == NULL) != (b->verify_error == NULL) ||
	    !same_text(a->offer, b->offer))
		return false;
	if (a->verify_error != NULL &&
	    a->verify_error->code != b->verify_error->code)
		return false;
	for (size_t i = 0; i < a->n_chain; i++) {
		if (!same_text(
			a->chain[i].cert_sha256, b->chain[i].cert_sha256))
			return false;
	}
	return true;
}

/*
 * An address of this host, above this one, that told the same story: IPv4
 * and IPv6 of one machine need not be read twice. Same records, as it is the
 * same host.
 */
static const char *
told_before(const struct danelaw_host *host,
    const struct danelaw_address *address, const struct danelaw_probe *probe)
{
	for (const struct danelaw_address *other = host->addresses;
	     other < address; other++) {
		for (size_t i = 0; i < other->n_probes; i++) {
			if (same_evidence(&other->probes[i], probe))
				return other->ip;
		}
	}
	return NULL;
}

void
text_proof(struct page *page, const struct margin *margin,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa)
{
	text_chain(page, margin, probe, tlsa);
	text_records(page, margin, probe, tlsa);
	if (probe->match != NULL && probe->n_chain > 0)
		name_rows(page, margin, probe, tlsa);
	if (probe->verify_error != NULL)
		verify_row(page, margin, probe->verify_error);
	if (probe->pkix != NULL)
		pkix_row(page, margin, probe->pkix);
}

static void
probe_rows(struct page *page, const struct margin *margin,
    const struct danelaw_host *host, const struct danelaw_address *address,
    const struct danelaw_probe *probe)
{
	const char *before =
	    page->verbosity > 0 ? NULL : told_before(host, address, probe);

	said(page, margin, "error", probe->error);
	if (probe->tls != NULL)
		tls_row(page, margin, probe->tls);
	if (before != NULL) {
		page_row(page, margin, "chain",
		    "same certificates and result as %s, above", before);
		return;
	}
	text_proof(page, margin, probe, &host->tlsa);
}

static void
address_rows(struct page *page, const struct margin *margin,
    const struct danelaw_host *host, const struct danelaw_address *address)
{
	size_t blocks = address->n_probes == 0 ? 1 : address->n_probes;

	for (size_t i = 0; i < blocks; i++) {
		const struct danelaw_probe *probe =
		    address->n_probes == 0 ? NULL : &address->probes[i];
		enum danelaw_outcome outcome =
		    probe == NULL ? address->outcome : probe->outcome;
		const char *gloss = address->untried != NULL
		    ? "nobody connected to it"
		    : address->our_lack != NULL && probe != NULL &&
			probe->tls == NULL
		    ? "this machine could not examine it"
		    : outcome_about(outcome)->gloss;

		put_header(page, host, address, probe, outcome);
		if (gloss[0] != '\0')
			page_row(page, margin, "result", "%s", gloss);
		if (i == 0)
			smtp_rows(page, margin, address);
		if (probe != NULL)
			probe_rows(page, margin, host, address, probe);
	}
	text_senders(page, margin, address);
	mail_rows(page, margin, address->smtp.mail);
	tries_rows(page, margin, address);
	if (page->verbosity > 0)
		timing_row(page, margin, &address->timing);
}

void
text_addresses(struct page *page, const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		struct margin margin = {
			.indent = 2,
			.subject = page_or(host->addresses[i].ip),
			.subject_len = -1,
			.label_width = LABEL,
		};

		address_rows(page, &margin, host, &host->addresses[i]);
	}
	if (host->n_left_out > 0) {
		page_blank(page);
		buf_printf(page->out, "%s  %zu more address%s not examined\n",
		    page_or(host->name), host->n_left_out,
		    host->n_left_out == 1 ? " was" : "es were");
	}
}
