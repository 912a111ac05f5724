/* SPDX-License-Identifier: ISC */
/*
 * Files become sources, sources become records (policy), records become text
 * (report). A record of usage 2 is put before the judge of danelaw verify
 * before it is told, as dates and names count for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/name.h"
#include "base/text.h"
#include "cli/cli.h"
#include "policy/pins.h"
#include "report/pins.h"
#include "tls/library.h"
#include "tls/peer.h"
#include "tls/public.h"

#define DEFAULT_PORT 25
#define DEFAULT_TTL 3600
#define SHOWN 200 /* characters of a path */

struct job {
	const struct settings *settings;
	struct arena *arena;
	struct pin_wish wish;
	struct pin_source *sources;
	size_t n_sources;
	struct pin_set set;
};

static void
usage(void)
{
	fputs("Usage: danelaw tlsa --host NAME --chain FILE [OPTION]...\n"
	      "       danelaw tlsa --host NAME --key FILE | --csr FILE "
	      "[OPTION]...\n\n"
	      "The TLSA records to publish for the mail host NAME: by default "
	      "3 1 1 of its key,\nas RFC 7671 5.1 recommends. Nothing is "
	      "looked up, and nothing is changed.\n",
	    stdout);
	options_usage(COMMAND_TLSA, stdout);
	fputs("\nExit status: 0 the records are told, 64 wrong usage or a file "
	      "that makes no sense,\n70 own failure.\n",
	    stdout);
}

static int
complain_memory(void)
{
	cli_complain("out of memory");
	return EXIT_OWN_FAILURE;
}

static const char *
shown(struct job *job, const char *path)
{
	const char *text = strcmp(path, "-") == 0
	    ? "standard input"
	    : text_printable_str(job->arena, path, SHOWN);

	return text == NULL ? "" : text;
}

/* why NULL: no memory. */
static int
complain_of(struct job *job, const char *path, const char *why)
{
	if (why == NULL)
		return complain_memory();
	cli_complain("%s: %s", shown(job, path), why);
	return EXIT_WRONG_USAGE;
}

static int
read_chain(struct job *job, const char *path, const struct buf *file,
    struct pin_source *source)
{
	char *error = NULL;
	struct tls_chain *chain =
	    tls_chain_from_pem(buf_text(file), file->len, &error);
	struct danelaw_cert *certs = NULL;
	int status = EXIT_SUCCESS;

	if (chain == NULL)
		status = complain_of(job, path, error);
	else if (!tls_chain_facts(chain, job->arena, &certs, &source->n_certs))
		status = complain_memory();
	source->certs = certs;
	tls_chain_unref(chain);
	free(error);
	return status;
}

static int
read_key(struct job *job, const char *path, const struct buf *file,
    struct pin_source *source)
{
	struct danelaw_cert *cert = arena_alloc(job->arena, sizeof(*cert));
	const char *error = NULL;
	bool done = cert != NULL &&
	    (source->kind == PIN_REQUEST
		    ? tls_request_read(
			  job->arena, buf_text(file), file->len, cert, &error)
		    : tls_key_read(
			  job->arena, buf_text(file), file->len, cert, &error));

	source->certs = cert;
	source->n_certs = 1;
	return done ? EXIT_SUCCESS : complain_of(job, path, error);
}

static int
read_source(struct job *job, enum pin_kind kind, const char *path)
{
	struct pin_source *source = &job->sources[job->n_sources];
	int status = EXIT_SUCCESS;
	struct buf file;

	*source = (struct pin_source) { kind, shown(job, path), NULL, 0 };
	buf_init(&file, CLI_FILE_LIMIT);
	if (!cli_read_file(path, &file))
		status = EXIT_WRONG_USAGE;
	else if (file.len == 0)
		status = complain_of(job, path, "it is empty");
	else if (kind == PIN_CHAIN)
		status = read_chain(job, path, &file, source);
	else
		status = read_key(job, path, &file, source);
	/* It may have been a private key. */
	if (file.bytes != NULL)
		explicit_bzero(file.bytes, file.room);
	buf_finish(&file);
	job->n_sources += status == EXIT_SUCCESS;
	return status;
}

static int
read_sources(struct job *job)
{
	const struct settings *settings = job->settings;
	const struct {
		enum pin_kind kind;
		const struct text_list *paths;
	} lists[] = {
		{ PIN_CHAIN, &settings->chains },
		{ PIN_KEY, &settings->key_files },
		{ PIN_REQUEST, &settings->requests },
		{ PIN_NEXT, &settings->next_keys },
	};
	enum { N_LISTS = sizeof(lists) / sizeof(lists[0]) };
	size_t n = 0;

	for (size_t i = 0; i < N_LISTS; i++)
		n += lists[i].paths->n;
	job->sources = arena_alloc(job->arena, n * sizeof(*job->sources));
	if (job->sources == NULL)
		return complain_memory();
	for (size_t i = 0; i < N_LISTS; i++) {
		for (size_t j = 0; j < lists[i].paths->n; j++) {
			int status = read_source(
			    job, lists[i].kind, lists[i].paths->texts[j]);

			if (status != EXIT_SUCCESS)
				return status;
		}
	}
	return EXIT_SUCCESS;
}

static int
make_pins(struct job *job)
{
	const char *why = pins_misfit(job->arena, job->sources, job->n_sources);

	if (why != NULL) {
		cli_complain("%s", why);
		return EXIT_WRONG_USAGE;
	}
	for (size_t i = 0; i < job->n_sources; i++) {
		struct pin_wish wish = job->wish;
		const struct pin_source *source = &job->sources[i];

		/* Nobody has issued anything for a key alone. */
		wish.issuer = wish.issuer && source->kind == PIN_CHAIN;
		if (pins_add(job->arena, &wish, source, &job->set, &why))
			continue;
		if (why == NULL)
			return complain_memory();
		cli_complain("%s: %s", source->from, why);
		return EXIT_WRONG_USAGE;
	}
	pins_warn(job->arena, &job->wish, &job->set);
	return arena_failed(job->arena) ? complain_memory() : EXIT_SUCCESS;
}

static int
take_hosts(struct job *job)
{
	const struct text_list *list = &job->settings->hosts;
	struct pin_host *hosts =
	    arena_alloc(job->arena, list->n * sizeof(*hosts));

	for (size_t i = 0; hosts != NULL && i < list->n; i++) {
		const char *text = list->texts[i], *why = NULL;
		char *name = name_is_address(text) || text[0] == '['
		    ? NULL
		    : name_parse(job->arena, text, &why);

		hosts[i].name = name;
		hosts[i].owner = name == NULL
		    ? NULL
		    : name_tlsa(job->arena, job->set.port, name);
		if (hosts[i].owner != NULL)
			continue;
		cli_complain("host \"%s\": %s", shown(job, text),
		    name != NULL      ? "the name of its records would be "
					"longer than 253 characters"
			: why == NULL ? "TLSA records need the name of a host"
				      : why);
		return EXIT_WRONG_USAGE;
	}
	job->set.hosts = hosts;
	job->set.n_hosts = list->n;
	return hosts == NULL ? complain_memory() : EXIT_SUCCESS;
}

/* All certificates of a source as danelaw_verify() takes them. */
static bool
write_chain(const struct pin_source *source, struct buf *der)
{
	for (size_t i = 0; i < source->n_certs; i++)
		buf_add(der, source->certs[i].der, source->certs[i].der_len);
	return !buf_failed(der);
}

/* Would a sender that has this record alone deliver? */
static int
try_pin(struct job *job, const struct pin_host *host, const struct pin *pin)
{
	struct danelaw_verify_request request = {
		.host = host->name,
		.port = job->set.port,
		.records = &pin->record.rr,
		.n_records = 1,
		.at = job->settings->at,
	};
	struct danelaw_report *report = NULL;
	enum danelaw_err err = DANELAW_ENOMEM;
	int status = EXIT_SUCCESS;
	struct buf der = { 0 };
	char *why = NULL;

	if (write_chain(pin->source, &der)) {
		request.chain = der.bytes;
		request.chain_len = der.len;
		err = danelaw_verify(&request, &report, &why);
	}
	if (err != DANELAW_OK) {
		cli_complain("%s", why == NULL ? "out of memory" : why);
		status = cli_status(err);
	} else if (report->state != DANELAW_STATE_OK) {
		cli_complain("%s: %u %u %u for the issuer %s is of no use to "
			     "%s: %s",
		    pin->source->from, pin->record.usage, pin->record.selector,
		    pin->record.mtype, pin->cert->subject, host->name,
		    report->summary);
		status = EXIT_WRONG_USAGE;
	}
	danelaw_report_free(report);
	buf_finish(&der);
	free(why);
	return status;
}

static int
try_pins(struct job *job)
{
	for (size_t i = 0; i < job->set.n_pins; i++) {
		const struct pin *pin = &job->set.pins[i];

		for (size_t j = 0;
		     pin->record.usage == 2 && j < job->set.n_hosts; j++) {
			int status = try_pin(job, &job->set.hosts[j], pin);

			if (status != EXIT_SUCCESS)
				return status;
		}
	}
	return EXIT_SUCCESS;
}

static int
print(const struct job *job)
{
	const struct settings *settings = job->settings;
	const char *format = settings->format;
	bool bare = settings->quiet > 0;
	struct buf out = { 0 };
	int status = EXIT_SUCCESS;

	if (settings->json || (format != NULL && strcmp(format, "json") == 0)) {
		pins_json(&job->set, &out);
		buf_puts(&out, "\n");
	} else if (format != NULL && strcmp(format, "rfc3597") == 0) {
		pins_rfc3597(&job->set, bare, &out);
	} else {
		pins_zone(&job->set, bare, &out);
	}
	for (size_t i = 0; !bare && i < job->set.n_warnings; i++)
		cli_complain("%s", job->set.warnings[i]);
	if (buf_failed(&out))
		status = complain_memory();
	else
		fputs(buf_text(&out), stdout);
	buf_finish(&out);
	return cli_flush() ? status : EXIT_OWN_FAILURE;
}

/* What is missing or too much; NULL: nothing. */
static const char *
lacking(
    const struct settings *settings, const struct pin_wish *wish, bool operands)
{
	if (operands)
		return "files and hosts are told by options, as --chain FILE";
	if (settings->hosts.n == 0)
		return "for which mail host? Give its name with --host";
	if (settings->chains.n + settings->key_files.n + settings->requests.n +
		settings->next_keys.n ==
	    0)
		return "of what? Give --chain, --key or --csr";
	if (settings->json && settings->format != NULL &&
	    strcmp(settings->format, "json") != 0)
		return "options --json and --format: only one of them";
	if (settings->issuer && settings->chains.n == 0)
		return "option --issuer: it needs --chain";
	return pins_refuse(wish);
}

static int
tlsa(const struct settings *settings, const struct pin_wish *wish)
{
	struct job job = {
		.settings = settings,
		.arena = arena_new(),
		.wish = *wish,
		.set = {
			.port = settings->port == 0 ? DEFAULT_PORT
						    : (uint16_t)settings->port,
			.ttl = (uint32_t)settings->ttl,
		},
	};
	int status;

	if (job.arena == NULL)
		return complain_memory();
	if (!wish->issuer && wish->usage == 3 && settings->requests.n == 0)
		library_start_small();
	status = take_hosts(&job);
	if (status == EXIT_SUCCESS)
		status = read_sources(&job);
	if (status == EXIT_SUCCESS)
		status = make_pins(&job);
	if (status == EXIT_SUCCESS)
		status = try_pins(&job);
	if (status == EXIT_SUCCESS)
		status = print(&job);
	arena_unref(job.arena);
	return status;
}

int
cmd_tlsa(int argc, char **argv)
{
	struct settings settings = {
		.usage = 3, .selector = 1, .mtype = 1, .ttl = DEFAULT_TTL
	};
	struct pin_wish wish;
	const char *lack;
	int first, status;

	if (!cli_begin(
		COMMAND_TLSA, argc, argv, usage, &settings, &first, &status))
		goto done;
	wish = (struct pin_wish) { (uint8_t)settings.usage,
		(uint8_t)settings.selector, (uint8_t)settings.mtype,
		settings.issuer };
	if ((lack = lacking(&settings, &wish, first < argc)) != NULL) {
		cli_complain("%s; see danelaw tlsa --help", lack);
		status = EXIT_WRONG_USAGE;
	} else {
		status = tlsa(&settings, &wish);
	}
done:
	options_finish(&settings);
	return status;
}
