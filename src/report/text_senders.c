/* SPDX-License-Identifier: ISC */
/*
 * What senders would do with one address: a word for each program, and the
 * versions where these differ; with -v a line for each version.
 */
#include "report/page.h"

#include <string.h>

static bool
is_same_program(const struct danelaw_sender *a, const struct danelaw_sender *b)
{
	return a->name != NULL && b->name != NULL &&
	    strcmp(a->name, b->name) == 0;
}

static const char *
verb(enum danelaw_delivery outcome, bool plural)
{
	switch (outcome) {
	case DANELAW_DELIVERY_DELIVER:
		return plural ? "deliver" : "delivers";
	case DANELAW_DELIVERY_VARIES:
		return plural ? "vary" : "varies";
	case DANELAW_DELIVERY_REFUSE:
		break;
	}
	return plural ? "refuse" : "refuses";
}

/* "3.7, 3.10 deliver" or "3.11 refuses: words of the newest" */
static void
put_versions(struct buf *all, const struct danelaw_sender *senders, size_t n,
    enum danelaw_delivery outcome)
{
	const struct danelaw_sender *last = NULL;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		if (senders[i].outcome != outcome)
			continue;
		last = &senders[i];
		buf_printf(all, "%s%s", count++ == 0 ? "" : ", ",
		    page_or(last->version));
	}
	buf_printf(all, " %s", verb(outcome, count > 1));
	if (last != NULL && last->why != NULL)
		buf_printf(all, ": %s", last->why);
}

/* The rows of one program; the words are those of its newest version. */
static void
put_program(struct buf *all, const struct danelaw_sender *senders, size_t n)
{
	bool one = true;

	buf_printf(all, "%s ", page_or(senders[0].name));
	for (size_t i = 1; i < n; i++)
		one = one && senders[i].outcome == senders[0].outcome;
	if (one) {
		buf_printf(all, "%s", verb(senders[0].outcome, false));
		if (senders[n - 1].why != NULL)
			buf_printf(all, ": %s", senders[n - 1].why);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		bool told = false;

		for (size_t j = 0; j < i; j++)
			told = told || senders[j].outcome == senders[i].outcome;
		if (told)
			continue;
		buf_puts(all, i == 0 ? "" : "; ");
		put_versions(all, senders, n, senders[i].outcome);
	}
}

static void
brief_row(struct page *page, const struct margin *margin,
    const struct danelaw_address *address)
{
	struct buf all = { 0 };
	size_t n;

	for (size_t i = 0; i < address->n_senders; i += n) {
		const struct danelaw_sender *first = &address->senders[i];

		n = 1;
		while (i + n < address->n_senders &&
		    is_same_program(first, first + n))
			n++;
		buf_puts(&all, i == 0 ? "" : "; ");
		put_program(&all, first, n);
	}
	if (all.len > 0)
		page_row(page, margin, "senders", "%s", buf_text(&all));
	buf_finish(&all);
}

void
text_senders(struct page *page, const struct margin *margin,
    const struct danelaw_address *address)
{
	if (page->verbosity == 0) {
		brief_row(page, margin, address);
		return;
	}
	for (size_t i = 0; i < address->n_senders; i++) {
		const struct danelaw_sender *sender = &address->senders[i];

		page_row(page, margin, "senders", "%s %s %s%s%s",
		    page_or(sender->name), page_or(sender->version),
		    verb(sender->outcome, false),
		    sender->why == NULL ? "" : ": ",
		    sender->why == NULL ? "" : sender->why);
	}
	if (address->sendmail != NULL)
		page_row(page, margin, "senders", "sendmail verify=%s: %s",
		    address->sendmail, page_or(address->sendmail_why));
}
