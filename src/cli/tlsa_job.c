/* SPDX-License-Identifier: ISC */
#include "cli/tlsa_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/name.h"
#include "base/text.h"
#include "model/tree.h"
#include "policy/pins_compare.h"
#include "tls/peer.h"
#include "tls/public.h"

#define SHOWN 200 /* characters of a path */

int
tlsa_complain_memory(void)
{
	cli_complain("out of memory");
	return EXIT_OWN_FAILURE;
}

static const char *
shown(struct tlsa_job *job, const char *path)
{
	const char *text = strcmp(path, "-") == 0
	    ? "standard input"
	    : text_printable_str(job->arena, path, SHOWN);

	return text == NULL ? "" : text;
}

/* why NULL: no memory. */
static int
complain_of(struct tlsa_job *job, const char *path, const char *why)
{
	if (why == NULL)
		return tlsa_complain_memory();
	cli_complain("%s: %s", shown(job, path), why);
	return EXIT_WRONG_USAGE;
}

static int
read_chain(struct tlsa_job *job, const char *path, const struct buf *file,
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
		status = tlsa_complain_memory();
	source->certs = certs;
	tls_chain_unref(chain);
	free(error);
	return status;
}

static int
read_key(struct tlsa_job *job, const char *path, const struct buf *file,
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

	source->kind = source->kind == PIN_CHAIN ? PIN_NEXT : source->kind;
	source->certs = cert;
	source->n_certs = 1;
	return done ? EXIT_SUCCESS : complain_of(job, path, error);
}

/* PEM in which no certificate is. */
static bool
has_no_certificate(const struct buf *file)
{
	const char *text = buf_text(file);

	return strstr(text, "-----BEGIN ") != NULL &&
	    strstr(text, "-----BEGIN CERTIFICATE-----") == NULL &&
	    strstr(text, "-----BEGIN TRUSTED CERTIFICATE-----") == NULL;
}

int
tlsa_read_source(struct tlsa_job *job, enum pin_kind kind, const char *path)
{
	struct pin_source *source =
	    ARENA_PUSH(job->arena, job->sources, job->n_sources);
	int status = EXIT_SUCCESS;
	struct buf file;

	if (source == NULL)
		return tlsa_complain_memory();
	*source = (struct pin_source) { kind, shown(job, path), NULL, 0 };
	buf_init(&file, CLI_FILE_LIMIT);
	if (!cli_read_file(path, &file))
		status = EXIT_WRONG_USAGE;
	else if (file.len == 0)
		status = complain_of(job, path, "it is empty");
	else if (job->guess && kind == PIN_CHAIN && has_no_certificate(&file))
		status = read_key(job, path, &file, source);
	else if (kind == PIN_CHAIN)
		status = read_chain(job, path, &file, source);
	else
		status = read_key(job, path, &file, source);
	/* It may have been a private key. */
	if (file.bytes != NULL)
		explicit_bzero(file.bytes, file.room);
	buf_finish(&file);
	return status;
}

int
tlsa_read_files(struct tlsa_job *job)
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

	for (size_t i = 0; i < N_LISTS; i++) {
		for (size_t j = 0; j < lists[i].paths->n; j++) {
			int status = tlsa_read_source(
			    job, lists[i].kind, lists[i].paths->texts[j]);

			if (status != EXIT_SUCCESS)
				return status;
		}
	}
	return EXIT_SUCCESS;
}

const char *
tlsa_take_name(struct tlsa_job *job, const char *what, const char *text)
{
	const char *why = "TLSA records need the name of a host", *name = NULL;

	if (!name_is_address(text) && text[0] != '[')
		name = name_parse(job->arena, text, &why);
	if (name == NULL)
		cli_complain("%s \"%s\": %s", what, shown(job, text), why);
	return name;
}

int
tlsa_take_hosts(struct tlsa_job *job)
{
	const struct settings *settings = job->settings;
	const struct text_list *list =
	    settings->hosts.n > 0 ? &settings->hosts : &settings->lives;
	struct pin_host *host;

	for (size_t i = 0; i < settings->lives.n; i++) {
		const char *name =
		    tlsa_take_name(job, "live", settings->lives.texts[i]);

		if (name == NULL)
			return EXIT_WRONG_USAGE;
		arena_push_text(job->arena, &job->lives, &job->n_lives, name);
	}
	for (size_t i = 0; i < list->n; i++) {
		const char *name = tlsa_take_name(job, "host", list->texts[i]);

		if (name == NULL)
			return EXIT_WRONG_USAGE;
		host = ARENA_PUSH(job->arena, job->set.hosts, job->set.n_hosts);
		if (host == NULL)
			return tlsa_complain_memory();
		host->name = name;
		host->owner = name_tlsa(job->arena, job->set.port, name);
		if (host->owner == NULL) {
			cli_complain("host \"%s\": the name of its records "
				     "would be longer than 253 characters",
			    name);
			return EXIT_WRONG_USAGE;
		}
	}
	return arena_failed(job->arena) ? tlsa_complain_memory() : EXIT_SUCCESS;
}

struct look *
tlsa_look_at(struct tlsa_job *job, const char *name)
{
	struct look *look;

	for (size_t i = 0; i < job->n_looks; i++) {
		if (name_equal(job->looks[i].host, name))
			return &job->looks[i];
	}
	look = ARENA_PUSH(job->arena, job->looks, job->n_looks);
	if (look != NULL)
		look->host = name;
	return look;
}

int
tlsa_look(struct tlsa_job *job)
{
	for (size_t i = 0; i < job->set.n_hosts; i++) {
		struct look *look = tlsa_look_at(job, job->set.hosts[i].name);

		if (look == NULL)
			return tlsa_complain_memory();
		look->probe = job->settings->current;
	}
	for (size_t i = 0; i < job->n_lives; i++) {
		struct look *look = tlsa_look_at(job, job->lives[i]);

		if (look == NULL)
			return tlsa_complain_memory();
		look->probe = true;
	}
	return look_up(job->settings, job->looks, job->n_looks);
}

static bool
add_live(struct tlsa_job *job, const struct danelaw_host *host,
    const struct danelaw_address *address, const struct danelaw_probe *probe)
{
	struct pin_source *source;

	if (probe->n_chain == 0)
		return true;
	source = ARENA_PUSH(job->arena, job->sources, job->n_sources);
	if (source != NULL)
		*source = (struct pin_source) {
			.kind = PIN_LIVE,
			.from = tree_place(job->arena, host, address),
			.certs = probe->chain,
			.n_certs = probe->n_chain,
		};
	return source != NULL;
}

static int
read_live(struct tlsa_job *job, struct danelaw_report *report)
{
	const char *why = job->settings->trust_live
	    ? NULL
	    : pins_distrust(job->arena, report);
	const struct danelaw_host *host = report->hosts;
	size_t before = job->n_sources;

	if (why == NULL && report->n_hosts != 1)
		why = "it could not be looked up";
	for (size_t i = 0; why == NULL && i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];

		for (size_t j = 0; j < address->n_probes; j++) {
			if (!add_live(job, host, address, &address->probes[j]))
				return tlsa_complain_memory();
		}
	}
	if (why == NULL && job->n_sources == before)
		why = "none of its addresses presents a certificate";
	if (why == NULL)
		return EXIT_SUCCESS;
	cli_complain("live %s: %s", report->domain, why);
	return PIN_UNKNOWN;
}

int
tlsa_read_lives(struct tlsa_job *job)
{
	for (size_t i = 0; i < job->n_lives; i++) {
		int status =
		    read_live(job, tlsa_look_at(job, job->lives[i])->report);

		if (status != EXIT_SUCCESS)
			return status;
	}
	return EXIT_SUCCESS;
}

void
tlsa_job_finish(struct tlsa_job *job)
{
	for (size_t i = 0; i < job->n_looks; i++)
		danelaw_report_free(job->looks[i].report);
}
