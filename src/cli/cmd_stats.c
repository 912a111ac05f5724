/* SPDX-License-Identifier: ISC */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/counts.h"
#include "cli/rows.h"
#include "report/json_put.h"

#define TOP 20 /* of providers */
#define NAME_WIDTH 44

enum group {
	DOMAINS,
	VERDICTS,
	STATES,
	FINDINGS,
	HOSTS,
	POLICIES,
	TLSA,
	KEYS,
	OUTCOMES,
	PROVIDERS,
	N_GROUPS
};

static const struct {
	const char *key, *title;
} groups[N_GROUPS] = {
	[DOMAINS] = { "domains", "Domains" },
	[VERDICTS] = { "verdicts", "Verdicts, of domains" },
	[STATES] = { "states", "States, of domains" },
	[FINDINGS] = { "findings", "Causes: findings, of domains" },
	[HOSTS] = { "hosts", "Mail hosts" },
	[POLICIES] = { "policies", "Policies, of hosts" },
	[TLSA] = { "tlsa", "TLSA parameters, of records" },
	[KEYS] = { "keys", "Key types, of addresses" },
	[OUTCOMES] = { "outcomes", "Outcomes, of addresses" },
	[PROVIDERS] = { "providers", "Providers, by domains" },
};

struct stats {
	struct counts counts[N_GROUPS];
	size_t n_runs;
	bool broken;
};

static void
usage(void)
{
	fputs("Usage: danelaw stats [OPTION]... NEW [OLD]\n\n"
	      "The tables of a survey, from the rows that danelaw scan --split "
	      "or join --split wrote;\nwith OLD, those of another run beside "
	      "them.\n",
	    stdout);
	options_usage(COMMAND_STATS, stdout);
	fputs("\nExit status: 0, 64 wrong usage, 70 own failure, or rows that "
	      "cannot be read.\n",
	    stdout);
}

static void
add(struct stats *stats, enum group group, const char *name, size_t len,
    size_t run)
{
	if (!counts_add(&stats->counts[group], name, len, run))
		stats->broken = true;
}

/* Each text behind this mark, which is one of a member. */
static void
add_all(struct stats *stats, enum group group, const struct row *row,
    const char *mark, size_t run)
{
	const char *at = row->text, *end = row->text + row->len, *text;
	size_t len;

	while ((text = row_text(at, (size_t)(end - at), mark, &len)) != NULL) {
		add(stats, group, text, len, run);
		at = text + len;
	}
}

/* The texts of a list, which holds no bracket. */
static void
add_list(struct stats *stats, enum group group, const struct row *row,
    const char *mark, size_t run)
{
	size_t n = strlen(mark);
	const char *at = memmem(row->text, row->len, mark, n);
	const char *end = row->text + row->len;

	if (at == NULL)
		return;
	for (at += n; at < end && *at == '"'; at++) {
		const char *stop = memchr(at + 1, '"', (size_t)(end - at - 1));

		if (stop == NULL)
			return;
		add(stats, group, at + 1, (size_t)(stop - at - 1), run);
		at = stop + 1;
		if (at == end || *at != ',')
			return;
	}
}

static void
add_records(struct stats *stats, const struct row *row, size_t run)
{
	static const char mark[] = "{\"usage\":";
	const char *at = row->text, *end = row->text + row->len;

	while ((at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1)) !=
	    NULL) {
		unsigned usage, selector, mtype;
		char head[64] = "", name[16];
		size_t n = (size_t)(end - at);

		memcpy(head, at, n < sizeof(head) ? n : sizeof(head) - 1);
		at += sizeof(mark) - 1;
		if (sscanf(head,
			"{\"usage\":%3u,\"selector\":%3u,\"mtype\":%3u", &usage,
			&selector, &mtype) != 3)
			continue;
		snprintf(name, sizeof(name), "%u %u %u", usage % 1000,
		    selector % 1000, mtype % 1000);
		add(stats, TLSA, name, strlen(name), run);
	}
}

static void
add_row(struct stats *stats, const struct row *row, size_t run)
{
	/* Done again it has another row. */
	if (row->lacking)
		return;
	if (row->kind == ROW_DOMAIN) {
		add(stats, DOMAINS, "all", 3, run);
		add_all(stats, VERDICTS, row, ",\"verdict\":\"", run);
		add_all(stats, STATES, row, ",\"state\":\"", run);
		add_all(stats, PROVIDERS, row, ",\"provider\":\"", run);
		add_list(stats, FINDINGS, row, ",\"findings\":[", run);
	} else if (row->kind == ROW_MAIL_HOST) {
		add(stats, HOSTS, "all", 3, run);
		add_all(stats, POLICIES, row, ",\"policy\":\"", run);
		add_all(stats, OUTCOMES, row, ",\"outcome\":\"", run);
		add_all(stats, KEYS, row, ",\"key\":\"", run);
		add_records(stats, row, run);
	}
}

struct pass {
	struct stats *stats;
	size_t run;
};

static bool
take_row(const struct row *row, void *arg)
{
	const struct pass *pass = arg;

	add_row(pass->stats, row, pass->run);
	return true;
}

static bool
read_run(struct stats *stats, const char *path, size_t run)
{
	struct pass pass = { stats, run };

	if (!rows_each(path, take_row, &pass))
		stats->broken = true;
	return !stats->broken;
}

static void
put_json(struct json_out *out, const struct stats *stats, enum group group,
    struct count **list, size_t n)
{
	json_begin_array(out, groups[group].key);
	for (size_t i = 0; i < n; i++) {
		json_begin_object(out, NULL);
		json_put_text(out, "name", list[i]->name);
		json_put_number(out, "n", (int64_t)list[i]->n[0]);
		if (stats->n_runs > 1)
			json_put_number(out, "was", (int64_t)list[i]->n[1]);
		else
			json_put_null(out, "was");
		json_end_object(out);
	}
	json_end_array(out);
}

static void
put_text(struct buf *out, const struct stats *stats, enum group group,
    struct count **list, size_t n)
{
	buf_printf(out, "%s\n", groups[group].title);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "  %-*s %10" PRIu64, NAME_WIDTH, list[i]->name,
		    list[i]->n[0]);
		if (stats->n_runs > 1)
			buf_printf(out, "  was %10" PRIu64, list[i]->n[1]);
		buf_puts(out, "\n");
	}
	buf_puts(out, "\n");
}

static bool
write_all(struct stats *stats, bool json)
{
	struct buf text = { .limit = 0 };
	struct json_out out = { .buf = &text, .indented = true };
	bool done;

	if (json) {
		json_begin_object(&out, NULL);
		json_put_text(&out, "schema", "danelaw-stats/1");
	}
	for (enum group group = DOMAINS; group < N_GROUPS; group++) {
		size_t n;
		struct count **list = counts_sorted(&stats->counts[group], &n);

		if (group == PROVIDERS && n > TOP)
			n = TOP;
		if (json)
			put_json(&out, stats, group, list, n);
		else
			put_text(&text, stats, group, list, n);
		free(list);
	}
	if (json) {
		json_end_object(&out);
		buf_puts(&text, "\n");
	}
	done = !buf_failed(&text) &&
	    fwrite(text.bytes, 1, text.len, stdout) == text.len;
	buf_finish(&text);
	return cli_flush() && done;
}

int
cmd_stats(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct fingerprint_secret secret;
	struct stats stats = { 0 };
	int first, status;

	if (!cli_begin(
		COMMAND_STATS, argc, argv, usage, &settings, &first, &status))
		goto done;
	status = EXIT_WRONG_USAGE;
	if (argc - first < 1 || argc - first > 2) {
		cli_complain("name one run or two; see danelaw stats --help");
		goto done;
	}
	status = EXIT_OWN_FAILURE;
	if (!fingerprint_secret_make(&secret))
		goto done;
	for (size_t i = 0; i < N_GROUPS; i++)
		stats.counts[i].secret = &secret;
	stats.n_runs = (size_t)(argc - first);
	if (read_run(&stats, argv[first], 0) &&
	    (stats.n_runs == 1 || read_run(&stats, argv[first + 1], 1)) &&
	    write_all(&stats, settings.json))
		status = EXIT_SUCCESS;
	for (size_t i = 0; i < N_GROUPS; i++)
		counts_finish(&stats.counts[i]);
done:
	options_finish(&settings);
	return status;
}
