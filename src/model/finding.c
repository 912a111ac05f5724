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

/* Findings are made from the table alone. */
static size_t
id_of(const struct danelaw_finding *finding)
{
	size_t id = 0;

	while (id + 1 < FINDING_COUNT && entries[id].id != finding->id)
		id++;
	return id;
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

void
finding_sort(struct tree *tree)
{
	struct danelaw_report *report = &tree->report;
	struct danelaw_finding *sorted =
	    arena_alloc(tree->arena, report->n_findings * sizeof(*sorted));
	size_t n = 0;

	if (sorted == NULL)
		return;
	for (int severity = DANELAW_SEVERITY_CRITICAL;
	     severity >= DANELAW_SEVERITY_INFO; severity--) {
		for (size_t i = 0; i < report->n_findings; i++) {
			if ((int)report->findings[i].severity == severity)
				sorted[n++] = report->findings[i];
		}
	}
	report->findings = sorted;
}

/* Those of one id and severity that are too many to be told one by one. */
struct fold {
	size_t n;
	struct danelaw_finding *last; /* stands for the rest */
	const char *names[FINDING_NAMED];
	size_t n_names;
};

static void
fold_in(struct fold *fold, const struct danelaw_finding *finding)
{
	const char *subject = finding->subject;

	fold->last->folded++;
	if (subject != NULL && fold->n_names < FINDING_NAMED &&
	    (fold->n_names == 0 ||
		strcmp(fold->names[fold->n_names - 1], subject) != 0))
		fold->names[fold->n_names++] = subject;
}

/* "The same is to be said 230 times more, of mx1.example, ... and others." */
static void
word_fold(struct tree *tree, struct fold *fold)
{
	struct buf text = { 0 };

	buf_printf(
	    &text, "The same is to be said %zu times more", fold->last->folded);
	for (size_t i = 0; i < fold->n_names; i++)
		buf_printf(
		    &text, "%s%s", i == 0 ? ", of " : ", ", fold->names[i]);
	buf_puts(&text,
	    fold->last->folded > fold->n_names && fold->n_names > 0
		? " and others."
		: ".");
	fold->last->subject = tree->report.domain;
	fold->last->text = arena_strdup(tree->arena, buf_text(&text));
	fold->last->fix_add = fold->last->fix_remove = NULL;
	fold->last->n_fix_add = fold->last->n_fix_remove = 0;
	buf_finish(&text);
}

void
finding_fold(struct tree *tree)
{
	enum { SEVERITIES = DANELAW_SEVERITY_CRITICAL + 1 };
	struct danelaw_report *report = &tree->report;
	struct fold *folds;
	size_t n = 0;

	if (report->n_findings <= FINDING_TOLD)
		return;
	folds = arena_alloc(
	    tree->arena, FINDING_COUNT * SEVERITIES * sizeof(*folds));
	if (folds == NULL)
		return;
	for (size_t i = 0; i < report->n_findings; i++) {
		const struct danelaw_finding one = report->findings[i];
		struct fold *fold =
		    &folds[id_of(&one) * SEVERITIES + one.severity];

		if (fold->n++ < FINDING_TOLD) {
			report->findings[n++] = one;
			continue;
		}
		if (fold->last == NULL) {
			fold->last = &report->findings[n];
			report->findings[n++] = one;
		}
		fold_in(fold, &one);
	}
	report->n_findings = n;
	for (size_t i = 0; i < FINDING_COUNT * SEVERITIES; i++) {
		if (folds[i].last != NULL)
			word_fold(tree, &folds[i]);
	}
}

size_t
finding_weight(const struct danelaw_finding *finding)
{
	return finding->folded == 0 ? 1 : finding->folded;
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
