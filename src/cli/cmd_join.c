/* SPDX-License-Identifier: ISC */
/*
 * All files are read twice: where each host's row lies is remembered, some
 * forty bytes for a host; then each domain's row becomes its report, in the
 * order of the rows, and the hosts that it names are read as they are needed.
 * Some that were read last are kept, as neighbours in a list share hosts.
 *
 * Of each domain there is one report and no more. Where a domain has a row
 * that says that we could not look, and another one, the other one counts.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "check/facts.h"
#include "cli/cli.h"
#include "cli/rows.h"
#include "cli/sink.h"
#include "report/report.h"
#include "scan/input.h"
#include "scan/seen.h"
#include "tls/context.h"

#define HOSTS_KEPT 2048
#define SHOWN_MAX 300
#define LINE_MAX_LEN ((size_t)64 * 1024 * 1024)
#define FACTS ",\"facts\":\""

/* Where a host's row lies. */
struct place {
	uint64_t offset;
	uint32_t len, file; /* counted from 1; 0: there is none */
	uint64_t lacking;
};

struct kept {
	struct table_node node; /* comes first */
	TAILQ_ENTRY(kept) link;
	struct facts_host *facts;
};

struct join {
	const struct settings *settings;
	char **paths;
	size_t n_paths;
	int *fds;
	struct arena *arena; /* of what a message shows */
	struct fingerprint_secret secret;
	struct packed hosts; /* struct place */
	struct seen *done;   /* domains that have their report */
	struct seen *lacking;
	struct seen *rows; /* of --split: hosts that have one */
	struct tls_context *tls;
	TAILQ_HEAD(kept_list, kept) kept; /* read last, first */
	struct table known;               /* the same, by name */
	char *row;                        /* of a host */
	struct buf facts, host_facts, line;
	uint64_t n_reports, n_missing, n_doubled, n_unexamined, n_torn;
	bool broken;
};

static void
usage(void)
{
	fputs("Usage: danelaw join [OPTION]... FILE...\n\n"
	      "Makes the reports of a survey from the rows of its two stages "
	      "(danelaw scan --stage\nmx and --stage hosts), in any number of "
	      "files, and asks nobody. Each domain has\none report, in the "
	      "order of the rows; which domain is missing, doubled or was "
	      "not\nexamined, and why, goes to stderr.\n",
	    stdout);
	options_usage(COMMAND_JOIN, stdout);
	fputs("\nExit status: 0 all is there, 75 something is missing or was "
	      "not examined: repeat\nthe stage with --resume, 64 wrong usage, "
	      "70 own failure, or rows that are doubled.\n",
	    stdout);
}

static const char *
shown(struct join *join, const char *text)
{
	const char *copy = text_printable_str(join->arena, text, SHOWN_MAX);

	return copy == NULL ? "" : copy;
}

static bool
give_up(struct join *join, const char *what, const char *why)
{
	cli_complain("%s: %s", shown(join, what), why);
	join->broken = true;
	return false;
}

/* Two rows of one host: the one that says something, else the later one. */
static bool
note_host(struct join *join, const struct row *row, size_t file)
{
	struct place *place = packed_add(&join->hosts,
	    fingerprint_of(&join->secret, row->name, strlen(row->name)));

	if (place == NULL)
		return give_up(join, row->name, "out of memory");
	if (place->file != 0 && row->lacking)
		return true;
	if (place->file != 0 && !place->lacking) {
		cli_complain("%s: the host has two rows", row->name);
		join->n_doubled++;
	}
	*place = (struct place) {
		.offset = row->offset,
		.len = (uint32_t)row->len,
		.file = (uint32_t)file + 1,
		.lacking = row->lacking,
	};
	return true;
}

typedef bool take_row(struct join *join, const struct row *row, size_t file);

static bool
note_row(struct join *join, const struct row *row, size_t file)
{
	return row->kind != ROW_HOST || note_host(join, row, file);
}

/* Each row of one file. */
static bool
walk_file(struct join *join, size_t file, take_row *take, bool tell)
{
	const char *path = join->paths[file];
	struct rows *rows = rows_new(join->fds[file]);
	enum rows_step step = ROWS_END;
	struct row row;

	if (rows == NULL || lseek(join->fds[file], 0, SEEK_SET) != 0) {
		rows_free(rows);
		return give_up(join, path, strerror(errno));
	}
	while (!join->broken && (step = rows_next(rows, &row)) != ROWS_END) {
		if (step == ROWS_FAILED)
			give_up(join, path, strerror(errno));
		else if (step == ROWS_ROW)
			take(join, &row, file);
		if (!tell || (step != ROWS_TORN && step != ROWS_WRONG))
			continue;
		cli_complain("%s:%" PRIu64 ": %s", shown(join, path), row.line,
		    step == ROWS_TORN ? "the row is torn"
				      : "it is no row of danelaw scan --stage");
		join->n_torn++;
	}
	rows_free(rows);
	return !join->broken;
}

static bool
walk(struct join *join, take_row *take, bool tell)
{
	for (size_t i = 0; i < join->n_paths; i++) {
		if (!walk_file(join, i, take, tell))
			return false;
	}
	return true;
}

static bool
read_facts(const char *row, size_t row_len, struct buf *facts)
{
	size_t len;
	const char *text = row_text(row, row_len, FACTS, &len);

	buf_clear(facts);
	return text != NULL && base64_read(facts, text, len);
}

/* NULL: there is no row, or none that can be read. */
static struct facts_host *
read_host(struct join *join, const char *name)
{
	const struct place *place = packed_find(
	    &join->hosts, fingerprint_of(&join->secret, name, strlen(name)));
	struct facts_host *facts;

	if (place == NULL ||
	    !rows_at(join->fds[place->file - 1], place->offset, place->len,
		join->row) ||
	    !read_facts(join->row, place->len, &join->host_facts))
		return NULL;
	facts = facts_host_read(
	    join->tls, join->host_facts.bytes, join->host_facts.len);
	if (facts == NULL || strcmp(facts_host_name(facts), name) == 0)
		return facts;
	facts_host_free(facts);
	return NULL;
}

static const struct facts_host *
find_host(const char *name, void *arg)
{
	struct join *join = arg;
	struct fingerprint key =
	    fingerprint_of(&join->secret, name, strlen(name));
	struct kept *kept = table_find(&join->known, key);
	struct facts_host *facts;

	if (kept != NULL) {
		TAILQ_REMOVE(&join->kept, kept, link);
	} else {
		facts = read_host(join, name);
		if (facts == NULL)
			return NULL;
		kept = table_make(&join->known, key, sizeof(*kept));
		if (kept == NULL) {
			facts_host_free(facts);
			return NULL;
		}
		kept->facts = facts;
	}
	TAILQ_INSERT_HEAD(&join->kept, kept, link);
	return kept->facts;
}

/* Between two domains: no report rests on them. */
static void
forget_hosts(struct join *join, size_t n)
{
	while (join->known.n > n) {
		struct kept *kept = TAILQ_LAST(&join->kept, kept_list);

		TAILQ_REMOVE(&join->kept, kept, link);
		table_remove(&join->known, &kept->node);
		facts_host_free(kept->facts);
		free(kept);
	}
}

static void
tell_unexamined(
    struct join *join, const char *name, const struct danelaw_report *report)
{
	if (report->own_lack == NULL)
		return;
	cli_complain("%s: not examined: %s", name, report->own_lack);
	join->n_unexamined++;
}

/* The rows of hosts that have none yet, and the domain's. */
static bool
put_split(struct join *join, const struct danelaw_report *report)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		switch (seen_add(join->rows, host->name, strlen(host->name))) {
		case SEEN_NO_MEMORY:
			return false;
		case SEEN_BEFORE:
			break;
		case SEEN_NEW:
			report_mail_host_line(report, host, &join->line);
			buf_puts(&join->line, "\n");
			break;
		}
	}
	report_domain_line(report, &join->line);
	return true;
}

/* Which danelaw, and when. */
static bool
begin_rows(struct join *join)
{
	if (!join->settings->split)
		return true;
	report_run_line(clock_unix(), &join->line);
	return (!buf_failed(&join->line) &&
		   sink_write(
		       STDOUT_FILENO, join->line.bytes, join->line.len)) ||
	    give_up(join, "standard output", strerror(errno));
}

static bool
write_report(
    struct join *join, const char *name, const struct danelaw_report *report)
{
	buf_clear(&join->line);
	if (join->settings->summary)
		report_summary_line(report, &join->line);
	else if (!join->settings->split)
		report_json_line(report, &join->line);
	else if (!put_split(join, report))
		return give_up(join, name, "out of memory");
	if (buf_failed(&join->line))
		return give_up(join, name, "out of memory");
	if (!sink_write(STDOUT_FILENO, buf_text(&join->line), join->line.len))
		return give_up(join, "standard output", strerror(errno));
	join->n_reports++;
	return true;
}

static bool
join_row(struct join *join, const struct row *row)
{
	const struct facts_joining joining = {
		.tls = join->tls,
		.find = find_host,
		.arg = join,
	};
	struct danelaw_report *report = NULL;
	const char *missing;

	forget_hosts(join, HOSTS_KEPT);
	if (read_facts(row->text, row->len, &join->facts))
		report = facts_join(
		    &joining, join->facts.bytes, join->facts.len, &missing);
	if (report == NULL) {
		cli_complain("%s: its row cannot be read", row->name);
		join->n_unexamined++;
		return true;
	}
	tell_unexamined(join, row->name, report);
	write_report(join, row->name, report);
	danelaw_report_free(report);
	return !join->broken;
}

/* Those that say something of their domains. */
static bool
take_good(struct join *join, const struct row *row, size_t file)
{
	if (row->kind != ROW_MX || row->lacking)
		return true;
	switch (seen_add(join->done, row->name, strlen(row->name))) {
	case SEEN_NEW:
		return join_row(join, row);
	case SEEN_BEFORE:
		cli_complain("%s: the domain has two rows; the first one "
			     "counts",
		    row->name);
		join->n_doubled++;
		return true;
	case SEEN_NO_MEMORY:
		break;
	}
	return give_up(join, row->name, "out of memory");
}

/* And those that do not, where there is nothing better. */
static bool
take_lacking(struct join *join, const struct row *row, size_t file)
{
	if (row->kind != ROW_MX || !row->lacking)
		return true;
	switch (seen_add(join->done, row->name, strlen(row->name))) {
	case SEEN_NEW:
		return join_row(join, row);
	case SEEN_BEFORE:
		return true;
	case SEEN_NO_MEMORY:
		break;
	}
	return give_up(join, row->name, "out of memory");
}

static void
look_for(struct join *join, const char *name)
{
	size_t len = strlen(name);

	if (seen_has(join->done, name, len) ||
	    seen_add(join->lacking, name, len) == SEEN_BEFORE)
		return;
	cli_complain("%s: missing: no row is about it", name);
	join->n_missing++;
}

/* Is there something of all that should be there? */
static bool
read_list(struct join *join, const char *path)
{
	struct input *input = input_new(false);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct input_item item;
	enum input_step step;
	char block[65536];

	if (fd < 0 || input == NULL)
		give_up(join, path, strerror(errno));
	while (
	    !join->broken && (step = input_next(input, &item)) != INPUT_END) {
		ssize_t n;

		if (step == INPUT_DOMAIN)
			look_for(join, item.text);
		if (step != INPUT_MORE)
			continue;
		n = read(fd, block, sizeof(block));
		if (n < 0 || (n > 0 && !input_feed(input, block, (size_t)n)))
			give_up(join, path, strerror(errno));
		else if (n == 0)
			input_end(input);
	}
	if (fd >= 0)
		close(fd);
	input_free(input);
	return !join->broken;
}

static bool
open_files(struct join *join)
{
	for (size_t i = 0; i < join->n_paths; i++) {
		struct stat file;

		join->fds[i] = open(join->paths[i], O_RDONLY | O_CLOEXEC);
		if (join->fds[i] < 0 || fstat(join->fds[i], &file) != 0)
			return give_up(join, join->paths[i], strerror(errno));
		if (!S_ISREG(file.st_mode))
			return give_up(join, join->paths[i],
			    "it is read more than once, so it must be a file");
	}
	return true;
}

static bool
make_join(struct join *join)
{
	char *why = NULL;

	TAILQ_INIT(&join->kept);
	join->hosts.size = sizeof(struct place);
	buf_init(&join->line, LINE_MAX_LEN);
	join->arena = arena_new();
	join->fds = calloc(join->n_paths, sizeof(*join->fds));
	join->row = malloc(ROWS_MAX);
	if (fingerprint_secret_make(&join->secret)) {
		join->done = seen_new(&join->secret);
		join->lacking = seen_new(&join->secret);
		join->rows = seen_new(&join->secret);
	}
	if (join->arena == NULL || join->fds == NULL || join->row == NULL ||
	    join->done == NULL || join->lacking == NULL || join->rows == NULL)
		return give_up(join, "join", "out of memory");
	for (size_t i = 0; i < join->n_paths; i++)
		join->fds[i] = -1;
	join->tls = tls_context_new(NULL, NULL, &why);
	if (join->tls == NULL ||
	    !tls_context_trust(join->tls, join->settings->cafile,
		join->settings->capath, &why))
		give_up(join, "TLS", why == NULL ? "out of memory" : why);
	free(why);
	return !join->broken && open_files(join);
}

static void
finish_join(struct join *join)
{
	forget_hosts(join, 0);
	table_finish(&join->known);
	for (size_t i = 0; join->fds != NULL && i < join->n_paths; i++) {
		if (join->fds[i] >= 0)
			close(join->fds[i]);
	}
	free(join->fds);
	free(join->row);
	packed_finish(&join->hosts);
	seen_free(join->done);
	seen_free(join->lacking);
	seen_free(join->rows);
	buf_finish(&join->facts);
	buf_finish(&join->host_facts);
	buf_finish(&join->line);
	tls_context_free(join->tls);
	arena_unref(join->arena);
}

static int
tell_end(const struct join *join)
{
	if (join->broken)
		return EXIT_OWN_FAILURE;
	if (join->settings->quiet == 0)
		cli_complain("%" PRIu64 " reports; missing: %" PRIu64
			     ", not examined: %" PRIu64 ", doubled: %" PRIu64
			     ", torn or foreign rows: %" PRIu64,
		    join->n_reports, join->n_missing, join->n_unexamined,
		    join->n_doubled, join->n_torn);
	if (join->n_missing + join->n_unexamined + join->n_torn > 0)
		return EXIT_TRY_AGAIN;
	return join->n_doubled > 0 ? EXIT_OWN_FAILURE : EXIT_SUCCESS;
}

int
cmd_join(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct join join = { .settings = &settings };
	int first, status;

	if (!cli_begin(
		COMMAND_JOIN, argc, argv, usage, &settings, &first, &status))
		goto done;
	if (first == argc) {
		cli_complain("name the files with the rows of both stages; "
			     "see danelaw join --help");
		status = EXIT_WRONG_USAGE;
		goto done;
	}
	if (settings.summary && settings.split) {
		cli_complain("--summary and --split do not go together");
		status = EXIT_WRONG_USAGE;
		goto done;
	}
	join.paths = argv + first;
	join.n_paths = (size_t)(argc - first);
	if (make_join(&join) && walk(&join, note_row, true) &&
	    begin_rows(&join) && walk(&join, take_good, false) &&
	    walk(&join, take_lacking, false) && settings.list != NULL)
		read_list(&join, settings.list);
	status = tell_end(&join);
	finish_join(&join);
done:
	options_finish(&settings);
	return status;
}
