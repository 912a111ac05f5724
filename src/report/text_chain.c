/* SPDX-License-Identifier: ISC */
/* The certificates of one handshake, and the records held against them. */
#include "report/page.h"

#include <stdio.h>
#include <string.h>

#include "base/when.h"

enum { MAX_CERTS = 6, MAX_SUBJECT = 48, MAX_RECORDS = 3, RR_ENDS = 8 };

enum bearing {
	BEARING_FULL = 0, /* its dates count, as far as is known */
	BEARING_NO_DATES, /* usage 3: it counts, its dates do not */
	BEARING_NONE,     /* not on the way from the leaf to the record */
};

static const struct danelaw_record *
matched_record(
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa)
{
	if (probe->match == NULL || probe->match->record >= tlsa->n_records)
		return NULL;
	return &tlsa->records[probe->match->record];
}

/*
 * What a certificate has to do with the match: with DANE-EE only the leaf
 * (RFC 7672 3.1.1), with DANE-TA all up to the anchor, itself included.
 */
static enum bearing
cert_bearing(const struct danelaw_cert *cert, const struct danelaw_probe *probe,
    const struct danelaw_tlsa *tlsa)
{
	const struct danelaw_record *record = matched_record(probe, tlsa);

	if (record == NULL)
		return BEARING_FULL;
	if (record->usage == DANELAW_USAGE_DANE_EE)
		return cert->wire == 0 ? BEARING_NO_DATES : BEARING_NONE;
	if (cert->depth < 0 || cert->depth > probe->match->depth)
		return BEARING_NONE;
	return BEARING_FULL;
}

static void
put_dates(
    const struct page *page, const struct danelaw_cert *cert, struct buf *note)
{
	int64_t at = page->report->at;
	char span[WHEN_DAYS_ROOM];

	if (cert->not_before > at) {
		when_between(at, cert->not_before, span);
		buf_printf(note, "NOT YET VALID: %s to go", span);
	} else if (cert->not_after == 0) {
		buf_puts(note, "no date");
	} else if (cert->not_after < at) {
		when_between(at, cert->not_after, span);
		buf_printf(note, "EXPIRED %s ago", span);
	} else {
		when_between(at, cert->not_after, span);
		buf_printf(note, "%s left", span);
	}
}

/* A line may end only behind what ends in a semicolon. */
static void
glue(struct buf *note)
{
	for (size_t i = 1; i < note->len; i++) {
		if (note->bytes[i] == ' ' && note->bytes[i - 1] != ';')
			note->bytes[i] = PAGE_GLUE[0];
	}
}

static bool
is_out_of_date(const struct page *page, const struct danelaw_cert *cert)
{
	int64_t at = page->report->at;

	return cert->not_before > at ||
	    (cert->not_after != 0 && cert->not_after < at);
}

static void
put_note(const struct page *page, const struct danelaw_cert *cert,
    enum bearing bearing, struct buf *note)
{
	if (bearing == BEARING_NONE)
		buf_puts(note, "not used");
	else
		put_dates(page, cert, note);
	if (bearing == BEARING_NO_DATES && is_out_of_date(page, cert))
		buf_puts(note, "; no matter with usage 3");
	if (cert->depth >= 0 && cert->depth != cert->wire)
		buf_printf(note, "; sent as number %d", cert->wire);
	/* TLS 1.3 signs; a leaf that may not is trouble with GnuTLS. */
	if (cert->wire == 0 && cert->has_key_usage &&
	    (cert->key_usage & DANELAW_KU_DIGITAL_SIGNATURE) == 0)
		buf_puts(note, "; may not sign");
	glue(note);
}

static int
key_width(const struct danelaw_probe *probe, size_t shown)
{
	size_t width = 0;

	for (size_t i = 0; i < shown; i++) {
		size_t len = strlen(page_or(probe->chain[i].key));

		if (len > width && len <= 16)
			width = len;
	}
	return (int)width;
}

static int
subject_width(
    const struct page *page, const struct danelaw_probe *probe, size_t shown)
{
	size_t width = 0;

	for (size_t i = 0; i < shown; i++) {
		struct page_cut cut =
		    page_cut(page, probe->chain[i].subject, MAX_SUBJECT);
		size_t len = (size_t)cut.len + strlen(cut.more);

		if (len > width && len <= MAX_SUBJECT)
			width = len;
	}
	return (int)width;
}

/*
 * Numbered by depth in the chain that OpenSSL built, as matches are; "-" is
 * left out of it. Where none was built the order of sending has to do.
 */
static void
put_number(const struct danelaw_probe *probe, const struct danelaw_cert *cert,
    char number[static 16])
{
	bool built = false;

	for (size_t i = 0; i < probe->n_chain; i++)
		built = built || probe->chain[i].depth >= 0;
	if (built && cert->depth < 0)
		strcpy(number, "-");
	else
		snprintf(number, 16, "%d", built ? cert->depth : cert->wire);
}

static void
cert_row(struct page *page, const struct margin *margin, const char *label,
    const char *number, const struct danelaw_cert *cert, const int widths[2],
    const char *note)
{
	struct page_cut subject = page_cut(page, cert->subject, MAX_SUBJECT);
	int pad = widths[0] - subject.len - (int)strlen(subject.more);
	struct buf key = { 0 };

	buf_puts(&key, page_or(cert->key));
	glue(&key);
	page_row(page, margin, label, "%-2s\t" PAGE_CUT "%*s  %-*s  %s", number,
	    PAGE_CUT_ARGS(subject), pad > 0 ? pad : 0, "", widths[1],
	    buf_text(&key), note);
	if (buf_failed(&key))
		page->out->failed = true;
	buf_finish(&key);
}

static void
put_usages(const struct danelaw_cert *cert, struct buf *out)
{
	for (unsigned bit = 1;
	     cert->has_key_usage && bit <= DANELAW_KU_DECIPHER_ONLY;
	     bit <<= 1) {
		if (cert->key_usage & bit)
			buf_printf(out, "%s%s", out->len == 0 ? "" : ", ",
			    danelaw_key_usage_word(bit));
	}
	for (size_t i = 0; i < cert->n_ext_key_usage; i++)
		buf_printf(out, "%s%s", out->len == 0 ? "" : ", ",
		    page_or(cert->ext_key_usage[i]));
	if (cert->ca)
		buf_printf(out, "%sCA", out->len == 0 ? "" : ", ");
	if (cert->ca && cert->path_len >= 0)
		buf_printf(out, " with path length %d", cert->path_len);
}

/* All there is, with what a TLSA record of this certificate would hold. */
static void
cert_details(struct page *page, const struct margin *margin,
    const struct danelaw_cert *cert)
{
	int usage = cert->wire == 0 ? 3 : 2;
	char from[WHEN_ROOM] = "?", until[WHEN_ROOM] = "?";
	struct buf usages = { 0 };

	when_format(cert->not_before, from);
	when_format(cert->not_after, until);
	put_usages(cert, &usages);
	page_row(page, margin, "", "  \tissuer %s", page_or(cert->issuer));
	page_row(page, margin, "", "  \tvalid %s to %s", from, until);
	if (cert->n_names > 0)
		page_list(page, margin, "", "  \tnames ", cert->names,
		    cert->n_names, 0);
	if (usages.len > 0)
		page_row(page, margin, "", "  \tfor %s", buf_text(&usages));
	if (cert->signature != NULL)
		page_row(
		    page, margin, "", "  \tsigned with %s", cert->signature);
	if (cert->spki_sha256 != NULL)
		page_data(page, margin, "", "   TLSA %d 1 1 %s", usage,
		    cert->spki_sha256);
	if (cert->cert_sha256 != NULL)
		page_data(page, margin, "", "   TLSA %d 0 1 %s", usage,
		    cert->cert_sha256);
	buf_finish(&usages);
}

static const struct danelaw_cert *
cert_at(const struct danelaw_probe *probe, int depth)
{
	for (size_t i = 0; i < probe->n_chain; i++) {
		if (probe->chain[i].depth == depth)
			return &probe->chain[i];
	}
	return NULL;
}

/* The path as wire numbers, where it is not the order of sending. */
static void
order_row(struct page *page, const struct margin *margin,
    const struct danelaw_probe *probe)
{
	struct buf path = { 0 };
	bool differs = false;

	for (size_t depth = 0; depth < probe->n_chain; depth++) {
		const struct danelaw_cert *cert = cert_at(probe, (int)depth);

		if (cert == NULL)
			continue;
		differs = differs || cert->wire != cert->depth;
		buf_printf(
		    &path, "%s%d", path.len == 0 ? "" : ", ", cert->wire);
	}
	if (differs)
		page_row(page, margin, "order",
		    "sent as 0 to %zu, but the path from the leaf up is %s",
		    probe->n_chain - 1, buf_text(&path));
	buf_finish(&path);
}

void
text_chain(struct page *page, const struct margin *margin,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa)
{
	size_t shown = page->verbosity > 0 || probe->n_chain <= MAX_CERTS
	    ? probe->n_chain
	    : MAX_CERTS;
	int widths[2] = { subject_width(page, probe, shown),
		key_width(probe, shown) };

	for (size_t i = 0; i < shown; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];
		struct buf note = { 0 };
		char number[16];

		put_number(probe, cert, number);
		put_note(page, cert, cert_bearing(cert, probe, tlsa), &note);
		cert_row(page, margin, i == 0 ? "chain" : "", number, cert,
		    widths, buf_text(&note));
		buf_finish(&note);
		if (page->verbosity > 0)
			cert_details(page, margin, cert);
	}
	if (shown < probe->n_chain)
		page_row(page, margin, "",
		    "%zu more certificates: -v shows them",
		    probe->n_chain - shown);
	order_row(page, margin, probe);
}

static void
put_match(const struct page *page, const struct danelaw_probe *probe,
    const struct danelaw_record_result *result, struct buf *text)
{
	const struct danelaw_cert *cert = cert_at(probe, result->depth);
	bool bare = probe->match != NULL &&
	    probe->match->record == result->record &&
	    probe->match->how == DANELAW_HOW_SIGNED_BY;

	if (bare) {
		buf_printf(text,
		    "a bare key that signed depth %d; its certificate was "
		    "not sent",
		    result->depth);
	} else if (result->depth == 0) {
		buf_puts(text, "matches depth 0");
	} else {
		buf_printf(text, "matches depth %d", result->depth);
		if (cert != NULL) {
			struct page_cut name = page_cut(page,
			    cert->cn == NULL ? cert->subject : cert->cn,
			    MAX_SUBJECT);

			buf_printf(text, ", the issuer " PAGE_CUT,
			    PAGE_CUT_ARGS(name));
		}
	}
}

static void
put_result(const struct page *page, const struct danelaw_probe *probe,
    const struct danelaw_record_result *result, struct buf *text)
{
	bool current = result->role == DANELAW_ROLE_CURRENT_LEAF ||
	    result->role == DANELAW_ROLE_TA_IN_PATH;

	switch (result->result) {
	case DANELAW_RESULT_NO_MATCH:
		buf_puts(text, "no match");
		break;
	case DANELAW_RESULT_MATCH:
		put_match(page, probe, result, text);
		break;
	case DANELAW_RESULT_UNUSABLE:
		buf_puts(text, "of no use");
		break;
	case DANELAW_RESULT_SUPERSEDED:
		buf_puts(text, "not looked at: a stronger digest rules");
		break;
	}
	buf_printf(text, " (%s%s", danelaw_role_word(result->role),
	    current && result->result == DANELAW_RESULT_NO_MATCH ? " elsewhere"
								 : "");
}

void
text_short_rr(const struct danelaw_record *record, struct buf *out)
{
	const char *rr = page_or(record->rr), *data = rr;
	size_t len = strlen(rr);

	for (int i = 0; i < 3 && data[strcspn(data, " ")] != '\0'; i++)
		data += strcspn(data, " ") + 1;
	if (strlen(data) <= 2 * RR_ENDS + strlen("..."))
		buf_puts(out, rr);
	else
		buf_printf(out, "%.*s...%s", (int)(data - rr) + RR_ENDS, rr,
		    rr + len - RR_ENDS);
}

static bool
is_alike(const struct danelaw_record_result *a,
    const struct danelaw_record_result *b)
{
	return a->result == b->result && a->role == b->role;
}

static size_t
count_alike(const struct danelaw_probe *probe, size_t at)
{
	size_t n = 0;

	for (size_t i = 0; i < probe->n_records; i++)
		n += is_alike(&probe->records[i], &probe->records[at]);
	return n;
}

static bool
is_first_alike(const struct danelaw_probe *probe, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (is_alike(&probe->records[i], &probe->records[at]))
			return false;
	}
	return true;
}

static void
result_row(struct page *page, const struct margin *margin,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa,
    const struct danelaw_record_result *result, size_t alike)
{
	const struct danelaw_record *record;
	struct buf rr = { 0 }, text = { 0 };

	if (result->record >= tlsa->n_records)
		return;
	record = &tlsa->records[result->record];
	put_result(page, probe, result, &text);
	if (alike > 1)
		buf_printf(
		    &text, "; %zu records like this: -v lists them", alike);
	buf_puts(&text, ")");
	text_short_rr(record, &rr);
	page_row(
	    page, margin, "tlsa", "%s  %s", buf_text(&rr), buf_text(&text));
	buf_finish(&rr);
	buf_finish(&text);
}

/*
 * Matches first; what is many is shown once, unless all is asked for. The
 * unusable ones stand with the host, and why.
 */
void
text_records(struct page *page, const struct margin *margin,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa)
{
	static const enum danelaw_result order[] = { DANELAW_RESULT_MATCH,
		DANELAW_RESULT_NO_MATCH, DANELAW_RESULT_SUPERSEDED };

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (size_t i = 0; i < probe->n_records; i++) {
			size_t n = count_alike(probe, i);
			bool once = n > MAX_RECORDS && page->verbosity == 0;

			if (probe->records[i].result == order[k] &&
			    (!once || is_first_alike(probe, i)))
				result_row(page, margin, probe, tlsa,
				    &probe->records[i], once ? n : 1);
		}
	}
}
