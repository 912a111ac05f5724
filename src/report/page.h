/* SPDX-License-Identifier: ISC */
/*
 * page.h - lines for people, each of which stands alone under grep.
 *
 * A row is a subject (the host or address it is about), a label and text.
 * Prose is a paragraph behind its subject. Both are one line whatever their
 * length, for files and pipes. A terminal of known width gets them wrapped:
 *
 *	  192.0.2.84  said   554 5.7.1 Service unavailable; client host
 *	                     blocked using list.example
 *	  mx.example: Publish the record of the next key before the key
 *	    itself goes live.
 *
 * Wrapping changes nothing but white space.
 */
#pragma once

#include <danelaw_report.h>

#include "base/buf.h"
#include "report/report.h"

struct page {
	const struct danelaw_report *report;
	struct buf *out;
	bool color;
	int verbosity; /* 0 or 1 */
	size_t width;  /* columns to wrap at; 0: never */
	bool show_at;  /* the time to judge by was given */
	bool is_live;  /* what is there was looked up, and so is in caches */
};

struct margin {
	int indent;
	const char *subject; /* not NULL */
	int subject_len;     /* -1: all of it */
	int subject_width;   /* padded to this */
	int label_width;     /* 0: rows have no label */
};

/* A space at which no line is broken. */
#define PAGE_GLUE "\037"

/*
 * Wrapped between words; a word that is too long stays whole. What follows a
 * tab goes on below itself: "secure\tlong text".
 */
void page_row(struct page *page, const struct margin *margin, const char *label,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* On one line whatever its length: something to be copied or searched. */
void page_data(struct page *page, const struct margin *margin,
    const char *label, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A row of words: "a, b, c"; after max of them "and n more". 0: all. */
void page_list(struct page *page, const struct margin *margin,
    const char *label, const char *lead, const char *const *words, size_t n,
    size_t max);
/*
 * "  mx.example: Do: Renew it.", where lead is "Do:". A text that begins with
 * its subject is not told it twice. subject_len: as in a margin.
 */
void page_prose(struct page *page, const char *subject, int subject_len,
    const char *lead, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* "example.org: dane-ok, with ..."; text is what follows the word. */
void page_headline(struct page *page, const char *subject,
    enum danelaw_state state, const char *word, const char *text);
void page_blank(struct page *page);

/* The word in the colour of the state, if there are to be colours. */
void page_colored(
    struct page *page, enum danelaw_state state, const char *word);

/* "?" for NULL. */
const char *page_or(const char *text);
/* "s" unless n is 1. */
const char *page_s(size_t n);

/*
 * What a peer may make as long as it likes: no more than max characters in
 * the short report, all in the long one. out is for "%.*s%s".
 */
struct page_cut {
	int len;
	const char *text, *more;
};
struct page_cut page_cut(const struct page *page, const char *text, size_t max);
#define PAGE_CUT "%.*s%s"
#define PAGE_CUT_ARGS(cut) (cut).len, (cut).text, (cut).more

/* The parts of the report (text_dns.c, text_address.c, text_finding.c). */
void text_domain(struct page *page);
void text_host(struct page *page, const struct danelaw_host *host);
void text_addresses(struct page *page, const struct danelaw_host *host);
void text_senders(struct page *page, const struct margin *margin,
    const struct danelaw_address *address);
void text_chain(struct page *page, const struct margin *margin,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa);
void text_records(struct page *page, const struct margin *margin,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa);
/* The two above, and how the name and the verification went. */
void text_proof(struct page *page, const struct margin *margin,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa);
/* "3 1 1 8d02536c...fbcf286d" */
void text_short_rr(const struct danelaw_record *record, struct buf *out);
void text_findings(struct page *page);
