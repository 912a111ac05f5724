/* SPDX-License-Identifier: ISC */
/*
 * Of the old run a few bytes for each domain are kept; the new one is read
 * once, and the old one once more, for those that left.
 */
#include <danelaw_report.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/counts.h"
#include "cli/rows.h"
#include "report/json_put.h"

#define NAME_WIDTH 44

/* What became of a domain. */
enum change { BROKE, MENDED, CHANGED, APPEARED, LEFT, N_CHANGES };

static const char *const words[N_CHANGES] = { [BROKE] = "broke",
	[MENDED] = "mended",
	[CHANGED] = "changed",
	[APPEARED] = "appeared",
	[LEFT] = "left" };
_Static_assert(N_CHANGES <= COUNTS_RUNS, "");

/* Of the old run; the same size as packed wants. */
struct was {
	uint8_t verdict, state, there, found;
	uint32_t rest;
};

struct diff {
	bool json;
	struct fingerprint_secret secret;
	struct packed old; /* struct was */
	struct counts providers;
	uint64_t n[N_CHANGES], n_same, n_unseen;
	struct buf line;
	bool broken;
};

static void
usage(void)
{
	fputs("Usage: danelaw diff [OPTION]... OLD NEW\n\n"
	      "What became of the domains between two runs, from the rows that "
	      "danelaw scan --split\nor join --split wrote: what broke (it is "
	      "critical now), was mended (it was), changed,\nappeared and "
	      "left; and how many of each provider's. Of what could not be "
	      "looked at\nin one of the runs neither is said.\n",
	    stdout);
	options_usage(COMMAND_DIFF, stdout);
	fputs("\nExit status: 0, 64 wrong usage, 70 own failure, or rows that "
	      "cannot be read.\n",
	    stdout);
}

static unsigned
verdict_of(const struct row *row)
{
	size_t len;
	const char *word =
	    row_text(row->text, row->len, ",\"verdict\":\"", &len);

	for (unsigned i = 0; word != NULL && i <= DANELAW_VERDICT_NO_DANE;
	     i++) {
		const char *one = danelaw_verdict_word(i);

		if (strlen(one) == len && memcmp(one, word, len) == 0)
			return i;
	}
	return DANELAW_VERDICT_DEFER;
}

static unsigned
state_of(const struct row *row)
{
	size_t len;
	const char *word = row_text(row->text, row->len, ",\"state\":\"", &len);

	for (unsigned i = 0; word != NULL && i <= DANELAW_STATE_UNKNOWN; i++) {
		const char *one = danelaw_state_word(i);

		if (strlen(one) == len && memcmp(one, word, len) == 0)
			return i;
	}
	return DANELAW_STATE_UNKNOWN;
}

static void
put_change(struct diff *diff, const struct row *row, enum change change,
    const char *was, const char *now, const char *provider)
{
	struct json_out out = { .buf = &diff->line };

	buf_clear(&diff->line);
	if (diff->json) {
		json_begin_object(&out, NULL);
		json_put_text(&out, "schema", "danelaw-diff/1");
		json_put_text(&out, "change", words[change]);
		json_put_text(&out, "domain", row->name);
		json_put_text(&out, "was", was);
		json_put_text(&out, "now", now);
		json_put_text(&out, "provider", provider);
		json_end_object(&out);
	} else {
		buf_printf(&diff->line, "%-8s %s: %s -> %s%s%s%s",
		    words[change], row->name, was == NULL ? "-" : was,
		    now == NULL ? "-" : now, provider == NULL ? "" : " (",
		    provider == NULL ? "" : provider,
		    provider == NULL ? "" : ")");
	}
	if (buf_failed(&diff->line) || puts(buf_text(&diff->line)) == EOF)
		diff->broken = true;
}

/* was or now NULL: it was not there, or is not. */
static void
tell(struct diff *diff, const struct row *row, enum change change,
    const char *was, const char *now)
{
	char provider[280];
	size_t len;
	const char *text =
	    row_text(row->text, row->len, ",\"provider\":\"", &len);

	diff->n[change]++;
	if (text != NULL && len < sizeof(provider)) {
		memcpy(provider, text, len);
		provider[len] = '\0';
		if (!counts_add(&diff->providers, provider, len, change))
			diff->broken = true;
	} else {
		text = NULL;
	}
	put_change(diff, row, change, was, now, text == NULL ? NULL : provider);
}

static struct fingerprint
key_of(const struct diff *diff, const struct row *row)
{
	return fingerprint_of(&diff->secret, row->name, strlen(row->name));
}

static void
note_old(struct diff *diff, const struct row *row)
{
	struct was *was = packed_add(&diff->old, key_of(diff, row));

	if (was == NULL) {
		diff->broken = true;
		return;
	}
	*was = (struct was) {
		.verdict = (uint8_t)verdict_of(row),
		.state = (uint8_t)state_of(row),
		.there = 1,
	};
}

static void
compare_new(struct diff *diff, const struct row *row)
{
	struct was *was = packed_find(&diff->old, key_of(diff, row));
	unsigned verdict = verdict_of(row), state = state_of(row);
	const char *now = danelaw_verdict_word(verdict), *before;

	if (was == NULL) {
		tell(diff, row, APPEARED, NULL, now);
		return;
	}
	was->found = 1;
	before = danelaw_verdict_word(was->verdict);
	if (state == DANELAW_STATE_UNKNOWN ||
	    was->state == DANELAW_STATE_UNKNOWN)
		diff->n_unseen++;
	else if (state == DANELAW_STATE_CRITICAL &&
	    was->state != DANELAW_STATE_CRITICAL)
		tell(diff, row, BROKE, before, now);
	else if (state != DANELAW_STATE_CRITICAL &&
	    was->state == DANELAW_STATE_CRITICAL)
		tell(diff, row, MENDED, before, now);
	else if (verdict != was->verdict)
		tell(diff, row, CHANGED, before, now);
	else
		diff->n_same++;
}

static void
find_left(struct diff *diff, const struct row *row)
{
	struct was *was = packed_find(&diff->old, key_of(diff, row));

	if (was != NULL && !was->found) {
		was->found = 1;
		tell(diff, row, LEFT, danelaw_verdict_word(was->verdict), NULL);
	}
}

struct pass {
	struct diff *diff;
	void (*take)(struct diff *diff, const struct row *row);
};

static bool
take_row(const struct row *row, void *arg)
{
	const struct pass *pass = arg;

	if (row->kind == ROW_DOMAIN)
		pass->take(pass->diff, row);
	return !pass->diff->broken;
}

static bool
walk(struct diff *diff, const char *path,
    void (*take)(struct diff *diff, const struct row *row))
{
	struct pass pass = { diff, take };

	if (!rows_each(path, take_row, &pass))
		diff->broken = true;
	return !diff->broken;
}

static void
put_providers(struct diff *diff, struct json_out *out)
{
	size_t n;
	struct count **list = counts_sorted(&diff->providers, &n);

	for (size_t i = 0; i < n; i++) {
		if (!diff->json)
			buf_printf(out->buf, "%-*s", NAME_WIDTH, list[i]->name);
		else {
			json_begin_object(out, NULL);
			json_put_text(out, "name", list[i]->name);
		}
		for (enum change j = BROKE; j < N_CHANGES; j++) {
			if (diff->json)
				json_put_number(
				    out, words[j], (int64_t)list[i]->n[j]);
			else if (list[i]->n[j] > 0)
				buf_printf(out->buf, " %s %" PRIu64, words[j],
				    list[i]->n[j]);
		}
		if (diff->json)
			json_end_object(out);
		else
			buf_puts(out->buf, "\n");
	}
	free(list);
}

/* The last line; of people, some. */
static bool
put_sums(struct diff *diff)
{
	struct json_out out = { .buf = &diff->line };

	buf_clear(&diff->line);
	if (diff->json) {
		json_begin_object(&out, NULL);
		json_put_text(&out, "schema", "danelaw-diff-sums/1");
	} else {
		buf_puts(&diff->line, "\n");
	}
	for (enum change i = BROKE; i < N_CHANGES; i++) {
		if (diff->json)
			json_put_number(&out, words[i], (int64_t)diff->n[i]);
		else
			buf_printf(&diff->line, "%s %" PRIu64 ", ", words[i],
			    diff->n[i]);
	}
	if (diff->json) {
		json_put_number(&out, "same", (int64_t)diff->n_same);
		json_put_number(&out, "unseen", (int64_t)diff->n_unseen);
		json_begin_array(&out, "providers");
		put_providers(diff, &out);
		json_end_array(&out);
		json_end_object(&out);
		buf_puts(&diff->line, "\n");
	} else {
		buf_printf(&diff->line,
		    "as before %" PRIu64 ", not looked at %" PRIu64 "\n\n",
		    diff->n_same, diff->n_unseen);
		put_providers(diff, &out);
	}
	return !buf_failed(&diff->line) &&
	    fwrite(diff->line.bytes, 1, diff->line.len, stdout) ==
	    diff->line.len;
}

int
cmd_diff(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct diff diff = { .old = { .size = sizeof(struct was) } };
	int first, status;

	if (!cli_begin(
		COMMAND_DIFF, argc, argv, usage, &settings, &first, &status))
		goto done;
	status = EXIT_WRONG_USAGE;
	if (argc - first != 2) {
		cli_complain("name the old run and the new one; see danelaw "
			     "diff --help");
		goto done;
	}
	status = EXIT_OWN_FAILURE;
	diff.json = settings.json;
	diff.providers.secret = &diff.secret;
	if (fingerprint_secret_make(&diff.secret) &&
	    walk(&diff, argv[first], note_old) &&
	    walk(&diff, argv[first + 1], compare_new) &&
	    walk(&diff, argv[first], find_left) && put_sums(&diff) &&
	    cli_flush())
		status = EXIT_SUCCESS;
	packed_finish(&diff.old);
	counts_finish(&diff.providers);
	buf_finish(&diff.line);
done:
	options_finish(&settings);
	return status;
}
