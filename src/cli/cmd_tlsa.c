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
#include "cli/primary.h"
#include "cli/tlsa_job.h"
#include "policy/pins_compare.h"
#include "report/pins.h"
#include "tls/library.h"

#define DEFAULT_PORT 25
#define DEFAULT_TTL 3600
#define SHOWN 200 /* characters of a path */

static void
usage(void)
{
	fputs("Usage: danelaw tlsa --host NAME --chain FILE [OPTION]...\n"
	      "       danelaw tlsa --host NAME --key FILE | --csr FILE "
	      "[OPTION]...\n"
	      "       danelaw tlsa --live NAME [OPTION]...\n\n"
	      "The TLSA records to publish for the mail host NAME: by default "
	      "3 1 1 of its key,\nas RFC 7671 5.1 recommends. Nothing is "
	      "looked up but with --live and --current,\nand nothing is ever "
	      "changed.\n",
	    stdout);
	options_usage(COMMAND_TLSA, stdout);
	fputs("\nExit status: 0 the records are told, 3 --live cannot be "
	      "believed, 64 wrong usage or\na file that makes no sense, 70 "
	      "own failure. With --current: 0 nothing to do, 1\nsomething to "
	      "add, 2 what a server presents has no record, 3 could not "
	      "look.\n",
	    stdout);
}

static int
make_pins(struct tlsa_job *job)
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
		wish.issuer = wish.issuer &&
		    (source->kind == PIN_CHAIN || source->kind == PIN_LIVE);
		if (pins_add(job->arena, &wish, source, &job->set, &why))
			continue;
		if (why == NULL)
			return tlsa_complain_memory();
		cli_complain("%s: %s", source->from, why);
		return EXIT_WRONG_USAGE;
	}
	pins_warn(job->arena, &job->wish, &job->set);
	return arena_failed(job->arena) ? tlsa_complain_memory() : EXIT_SUCCESS;
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
try_pin(
    struct tlsa_job *job, const struct pin_host *host, const struct pin *pin)
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
try_pins(struct tlsa_job *job)
{
	for (size_t i = 0; i < job->set.n_pins; i++) {
		const struct pin *pin = &job->set.pins[i];

		for (size_t j = 0; pin->record.usage == DANELAW_USAGE_DANE_TA &&
		     j < job->set.n_hosts;
		     j++) {
			int status = try_pin(job, &job->set.hosts[j], pin);

			if (status != EXIT_SUCCESS)
				return status;
		}
	}
	return EXIT_SUCCESS;
}

static bool
wants_script(const struct settings *settings)
{
	return settings->format != NULL &&
	    strcmp(settings->format, "nsupdate") == 0;
}

/* What a look has shown that is no record, and how it ends. */
static int
conclude(const struct tlsa_job *job)
{
	enum pin_state state = PIN_DONE;

	for (size_t i = 0; i < job->set.n_hosts; i++) {
		const struct pin_host *host = &job->set.hosts[i];

		if (host->failed != NULL)
			cli_complain("%s: %s", host->name, host->failed);
		for (size_t j = 0; j < host->n_notes; j++)
			cli_complain("%s %s", host->name, host->notes[j]);
		if (host->looked)
			state = pins_worse(state, host->state);
	}
	/* A script is there for what is to be added. */
	if (state == PIN_TO_ADD && !job->settings->current)
		state = PIN_DONE;
	return (int)state;
}

static int
print(const struct tlsa_job *job)
{
	const struct settings *settings = job->settings;
	const char *format = settings->format;
	bool bare = settings->quiet > 0;
	struct buf out = { 0 };
	int status = conclude(job);

	if (settings->json || (format != NULL && strcmp(format, "json") == 0)) {
		pins_json(&job->set, &out);
		buf_puts(&out, "\n");
	} else if (format != NULL && strcmp(format, "rfc3597") == 0) {
		pins_rfc3597(&job->set, bare, &out);
	} else if (wants_script(settings)) {
		pins_nsupdate(&job->set, settings->drop, &out);
	} else if (settings->current) {
		pins_current(&job->set, &out);
	} else {
		pins_zone(&job->set, bare, &out);
	}
	for (size_t i = 0; !bare && i < job->set.n_warnings; i++)
		cli_complain("%s", job->set.warnings[i]);
	if (buf_failed(&out))
		status = tlsa_complain_memory();
	else
		fputs(buf_text(&out), stdout);
	buf_finish(&out);
	return cli_flush() ? status : EXIT_OWN_FAILURE;
}

/* Nothing that nsupdate would take for another line, or word. */
static bool
is_server(const char *text)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "0123456789-_.:";
	size_t len = strspn(text, fit), port;

	if (text[len] == '\0')
		return len > 0;
	port = text[len] == '@' ? strspn(text + len + 1, "0123456789") : 0;
	return len > 0 && port > 0 && port < 6 && text[len + 1 + port] == '\0';
}

/* What is missing or too much; NULL: nothing. */
static const char *
lacking(
    const struct settings *settings, const struct pin_wish *wish, bool operands)
{
	if (operands)
		return "files and hosts are told by options, as --chain FILE";
	if (settings->hosts.n + settings->lives.n == 0)
		return "for which mail host? Give its name with --host";
	if (settings->chains.n + settings->key_files.n + settings->requests.n +
		settings->next_keys.n + settings->lives.n ==
	    0)
		return "of what? Give --chain, --key, --csr or --live";
	if (settings->json && settings->format != NULL &&
	    strcmp(settings->format, "json") != 0)
		return "options --json and --format: only one of them";
	if (settings->issuer && settings->chains.n + settings->lives.n == 0)
		return "option --issuer: it needs --chain or --live";
	if (settings->drop && !(settings->current && wants_script(settings)))
		return "option --drop: it needs --current and --format "
		       "nsupdate";
	if (settings->server != NULL && !is_server(settings->server))
		return "option --server: an address or a name, and perhaps "
		       "@PORT";
	return pins_refuse(wish);
}

/* What is published and presented, beside what is wanted. */
static int
compare(struct tlsa_job *job)
{
	for (size_t i = 0; i < job->set.n_hosts; i++) {
		struct pin_host *host = &job->set.hosts[i];
		const struct look *look = tlsa_look_at(job, host->name);

		if (!pins_compare(
			job->arena, look->report, look->probe, &job->set, host))
			return tlsa_complain_memory();
	}
	return EXIT_SUCCESS;
}

/* Where each update is to be sent. */
static int
find_servers(struct tlsa_job *job)
{
	for (size_t i = 0; i < job->set.n_hosts; i++) {
		struct pin_host *host = &job->set.hosts[i];

		if (host->failed != NULL || host->zone == NULL)
			continue;
		for (size_t j = 0; j < i && host->server == NULL; j++) {
			if (name_equal(job->set.hosts[j].zone, host->zone))
				host->server = job->set.hosts[j].server;
		}
		if (job->settings->server != NULL)
			host->server = job->settings->server;
		else if (host->server == NULL &&
		    !primary_find(
			job->settings, job->arena, host->zone, &host->server))
			return PIN_UNKNOWN;
	}
	return EXIT_SUCCESS;
}

static int
fill(struct tlsa_job *job)
{
	const struct settings *settings = job->settings;
	bool compared = settings->current || wants_script(settings);
	bool look = compared || settings->lives.n > 0;
	int status;

	if (!look && !job->wish.issuer &&
	    job->wish.usage == DANELAW_USAGE_DANE_EE &&
	    settings->requests.n == 0)
		library_start_small();
	status = tlsa_take_hosts(job);
	if (status == EXIT_SUCCESS)
		status = tlsa_read_files(job);
	if (status == EXIT_SUCCESS && look)
		status = tlsa_look(job);
	if (status == EXIT_SUCCESS)
		status = tlsa_read_lives(job);
	if (status == EXIT_SUCCESS)
		status = make_pins(job);
	if (status == EXIT_SUCCESS)
		status = try_pins(job);
	if (status == EXIT_SUCCESS && compared)
		status = compare(job);
	if (status == EXIT_SUCCESS && wants_script(settings))
		status = find_servers(job);
	return status;
}

static int
tlsa(const struct settings *settings, const struct pin_wish *wish)
{
	struct tlsa_job job = {
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
		return tlsa_complain_memory();
	status = fill(&job);
	if (status == EXIT_SUCCESS)
		status = print(&job);
	tlsa_job_finish(&job);
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
