/* SPDX-License-Identifier: ISC */
#include "model/finding.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/tree.h"

static const struct finding_entry entries[FINDING_COUNT] = {
#define FINDING(symbol, id, severity, tlsrpt, sendmail, rfc, text, remedy,     \
    what, who, check)                                                          \
	[FINDING_##symbol] = { id, DANELAW_SEVERITY_##severity, tlsrpt,        \
		sendmail, rfc, text, remedy, what, who, check },
#include "model/findings.def"
#undef FINDING
};

const struct finding_entry *
finding_entry(enum finding_id id)
{
	return &entries[id];
}

const struct finding_entry *
finding_find(const char *id)
{
	for (size_t i = 0; i < FINDING_COUNT; i++) {
		if (strcmp(entries[i].id, id) == 0)
			return &entries[i];
	}
	return NULL;
}

enum { MAX_PAIRS = 16 };

struct pairs {
	const char *keys[MAX_PAIRS], *values[MAX_PAIRS];
	size_t n;
};

static const char *
pairs_value(const struct pairs *pairs, const char *key, size_t len)
{
	for (size_t i = 0; i < pairs->n; i++) {
		if (strlen(pairs->keys[i]) == len &&
		    memcmp(pairs->keys[i], key, len) == 0)
			return pairs->values[i];
	}
	return NULL;
}

/* Replaces each "{key}"; a key nobody gave becomes "?". */
static char *
expand(struct arena *arena, const char *template, const struct pairs *pairs)
{
	struct buf out = { 0 };
	const char *at = template, *open, *close;
	char *text = NULL;

	if (template == NULL)
		return NULL;
	while ((open = strchr(at, '{')) != NULL &&
	    (close = strchr(open, '}')) != NULL) {
		const char *value =
		    pairs_value(pairs, open + 1, (size_t)(close - open - 1));

		buf_add(&out, at, (size_t)(open - at));
		buf_puts(&out, value == NULL ? "?" : value);
		at = close + 1;
	}
	buf_puts(&out, at);
	if (!buf_failed(&out))
		text = arena_strdup(arena, buf_text(&out));
	buf_finish(&out);
	return text;
}

struct danelaw_finding *
finding_add(struct tree *tree, enum finding_id id, const char *subject, ...)
{
	const struct finding_entry *entry = finding_entry(id);
	struct danelaw_finding *finding;
	struct pairs pairs = { .n = 0 };
	va_list args;
	const char *key;

	finding = ARENA_PUSH(
	    tree->arena, tree->report.findings, tree->report.n_findings);
	if (finding == NULL)
		return NULL;
	va_start(args, subject);
	while (
	    (key = va_arg(args, const char *)) != NULL && pairs.n < MAX_PAIRS) {
		pairs.keys[pairs.n] = key;
		pairs.values[pairs.n] = va_arg(args, const char *);
		pairs.n++;
	}
	va_end(args);
	finding->id = entry->id;
	finding->severity = entry->severity;
	finding->subject = arena_strdup(tree->arena, subject);
	finding->text = expand(tree->arena, entry->text, &pairs);
	finding->remedy = expand(tree->arena, entry->remedy, &pairs);
	finding->rfc = entry->rfc;
	finding->tlsrpt = entry->tlsrpt;
	finding->sendmail = entry->sendmail;
	return finding;
}

/* Insertion sort: stable, and there are only a few. */
void
finding_sort(struct danelaw_report *report)
{
	struct danelaw_finding *list = report->findings;

	for (size_t i = 1; i < report->n_findings; i++) {
		struct danelaw_finding moved = list[i];
		size_t j = i;

		for (; j > 0 && list[j - 1].severity < moved.severity; j--)
			list[j] = list[j - 1];
		list[j] = moved;
	}
}

bool
finding_present(const struct danelaw_report *report, enum finding_id id,
    const char *subject)
{
	for (size_t i = 0; i < report->n_findings; i++) {
		const struct danelaw_finding *finding = &report->findings[i];

		if (strcmp(finding->id, entries[id].id) == 0 &&
		    (subject == NULL ||
			(finding->subject != NULL &&
			    strcmp(finding->subject, subject) == 0)))
			return true;
	}
	return false;
}
