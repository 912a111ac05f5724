/* SPDX-License-Identifier: ISC */
/*
 * A chain from a file before the judge that the probes have, too: the report
 * is that of a host with one address that sent this chain. What no server
 * was asked for stays empty.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <danelaw.h>

#include "base/clock.h"
#include "base/name.h"
#include "base/text.h"
#include "check/judge.h"
#include "model/tree.h"
#include "policy/clocks.h"
#include "policy/diagnose.h"
#include "policy/roles.h"
#include "policy/ruling.h"
#include "policy/tlsa.h"
#include "policy/verdict.h"
#include "tls/match.h"

#define DEFAULT_PORT 25
#define SHOWN 100 /* characters of what cannot be read */

struct verify {
	const struct danelaw_verify_request *request;
	struct tree *tree;
	struct danelaw_host *host;
	struct danelaw_probe *probe;
	struct tls_context *tls;
	struct tls_chain *chain;
	char **why;
};

static enum danelaw_err complain(struct verify *verify, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum danelaw_err
complain(struct verify *verify, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(verify->why, format, args) < 0)
		*verify->why = NULL;
	va_end(args);
	return DANELAW_EINVAL;
}

static enum danelaw_err
complain_of(struct verify *verify, const char *what, const char *value,
    const char *reason)
{
	struct arena *arena = arena_new();
	const char *shown =
	    arena == NULL ? NULL : text_printable_str(arena, value, SHOWN);

	complain(verify, "%s \"%s\": %s", what, shown == NULL ? "" : shown,
	    reason == NULL ? "makes no sense" : reason);
	arena_unref(arena);
	return DANELAW_EINVAL;
}

static enum danelaw_err
check_request(struct verify *verify)
{
	const struct danelaw_verify_request *request = verify->request;

	if (request->host == NULL)
		return complain(verify, "the host is missing");
	if (request->chain == NULL)
		return complain(verify, "the chain is missing");
	if (request->found == NULL && request->n_records == 0)
		return complain(verify, "there are no records");
	if (request->n_records > TLSA_MAX_RECORDS)
		return complain(
		    verify, "more than %d records", TLSA_MAX_RECORDS);
	if (request->found != NULL &&
	    (request->n_records > 0 || request->found->n_hosts != 1))
		return complain(verify,
		    "what was found must be one host, and no records of "
		    "other origin beside it");
	return DANELAW_OK;
}

static enum danelaw_err
take_host(struct verify *verify)
{
	struct arena *arena = verify->tree->arena;
	struct danelaw_report *report = &verify->tree->report;
	const char *text = verify->request->host, *reason = NULL;
	struct danelaw_address *address;
	char *name;

	if (name_is_address(text) || text[0] == '[')
		return complain_of(verify, "host", text,
		    "TLSA records need the name of a host");
	name = name_parse(arena, text, &reason);
	if (name == NULL)
		return complain_of(verify, "host", text, reason);
	report->domain = name;
	report->port =
	    verify->request->port == 0 ? DEFAULT_PORT : verify->request->port;
	report->at =
	    verify->request->at != 0 ? verify->request->at : clock_unix();
	report->mx.source = DANELAW_MX_LITERAL;
	report->mx.dnssec = DANELAW_DNSSEC_SECURE;
	verify->host = ARENA_PUSH(arena, report->hosts, report->n_hosts);
	if (verify->host == NULL)
		return DANELAW_ENOMEM;
	verify->host->name = name;
	address = ARENA_PUSH(
	    arena, verify->host->addresses, verify->host->n_addresses);
	if (address == NULL)
		return DANELAW_ENOMEM;
	address->ip = "-";
	address->port = report->port;
	address->timing = (struct danelaw_timing) { -1, -1, -1, -1, -1 };
	verify->probe = ARENA_PUSH(arena, address->probes, address->n_probes);
	return verify->probe == NULL ? DANELAW_ENOMEM : DANELAW_OK;
}

/* The records are taken for what a validated answer would hold. */
static enum danelaw_err
take_records(struct verify *verify)
{
	const struct danelaw_verify_request *request = verify->request;
	struct arena *arena = verify->tree->arena;
	struct danelaw_host *host = verify->host;
	struct danelaw_tlsa *tlsa = &host->tlsa;
	struct host_facts facts = {
		.mx = DANELAW_DNSSEC_SECURE,
		.addr = DANELAW_DNSSEC_SECURE,
		.alias = DANELAW_DNSSEC_SECURE,
		.tlsa = DANELAW_DNSSEC_SECURE,
		.asked = true,
	};

	for (size_t i = 0; i < request->n_records; i++) {
		struct danelaw_record *record =
		    ARENA_PUSH(arena, tlsa->records, tlsa->n_records);
		const char *reason = NULL;

		if (record == NULL)
			return DANELAW_ENOMEM;
		if (!tlsa_from_text(
			arena, request->records[i], record, &reason))
			return complain_of(
			    verify, "record", request->records[i], reason);
	}
	if (!match_mark_unusable(verify->tls, tlsa->records, tlsa->n_records))
		return DANELAW_ENOMEM;
	host->dnssec = tlsa->dnssec = DANELAW_DNSSEC_SECURE;
	tlsa->status = tlsa_status(tlsa->records, tlsa->n_records);
	tlsa->base = host->name;
	tlsa->name = name_tlsa(arena, verify->tree->report.port, host->name);
	if (tlsa->name == NULL)
		return complain_of(verify, "host", host->name,
		    "the name of its records would be longer than 253 "
		    "characters");
	facts.n_tlsa = tlsa->n_records;
	facts.n_usable = tlsa_count_usable(tlsa->records, tlsa->n_records);
	host->policy = ruling_for(&facts, &host->why);
	return arena_push_text(
		   arena, &tlsa->references, &tlsa->n_references, tlsa->base)
	    ? DANELAW_OK
	    : DANELAW_ENOMEM;
}

/* What the lookups of a check gave, but for its addresses. */
static enum danelaw_err
take_found(struct verify *verify)
{
	struct danelaw_report *found = verify->request->found;
	struct arena *arena = verify->tree->arena;
	struct danelaw_host *host = verify->host;
	struct danelaw_address *addresses = host->addresses;
	size_t n_references = found->hosts[0].tlsa.n_references;

	if (!name_equal(found->hosts[0].name, host->name))
		return complain_of(verify, "host", host->name,
		    "what was found is about another");
	if (!arena_hold(arena, arena_ref(tree_arena(found)))) {
		arena_unref(tree_arena(found));
		return DANELAW_ENOMEM;
	}
	*host = found->hosts[0];
	host->addresses = addresses;
	host->n_addresses = 1;
	host->tlsa.references = NULL;
	host->tlsa.n_references = 0;
	for (size_t i = 0; i < n_references; i++) {
		if (!arena_push_text(arena, &host->tlsa.references,
			&host->tlsa.n_references,
			found->hosts[0].tlsa.references[i]))
			return DANELAW_ENOMEM;
	}
	verify->tree->report.resolver = found->resolver;
	verify->tree->report.resolver_error = found->resolver_error;
	return DANELAW_OK;
}

static enum danelaw_err
take_references(struct verify *verify)
{
	const struct danelaw_verify_request *request = verify->request;
	struct arena *arena = verify->tree->arena;
	struct danelaw_tlsa *tlsa = &verify->host->tlsa;

	for (size_t i = 0; i < request->n_references; i++) {
		const char *reason = NULL;
		char *name = name_parse(arena, request->references[i], &reason);

		if (name == NULL)
			return complain_of(verify, "reference",
			    request->references[i], reason);
		if (!arena_push_text(
			arena, &tlsa->references, &tlsa->n_references, name))
			return DANELAW_ENOMEM;
	}
	return DANELAW_OK;
}

static enum danelaw_err
take_chain(struct verify *verify)
{
	char *error = NULL;

	verify->chain = tls_chain_from_pem(
	    verify->request->chain, verify->request->chain_len, &error);
	if (verify->chain != NULL)
		return DANELAW_OK;
	/* The caller knows where it came from, and says so before this. */
	*verify->why = error;
	return error == NULL ? DANELAW_ENOMEM : DANELAW_EINVAL;
}

static enum danelaw_err
take_request(struct verify *verify)
{
	enum danelaw_err err = check_request(verify);
	char *error = NULL;

	if (err == DANELAW_OK)
		err = take_host(verify);
	if (err != DANELAW_OK)
		return err;
	verify->tls = tls_context_new(NULL, NULL, &error);
	if (verify->tls == NULL) {
		*verify->why = error;
		return DANELAW_EINTERNAL;
	}
	err = verify->request->found == NULL ? take_records(verify)
					     : take_found(verify);
	if (err == DANELAW_OK)
		err = take_references(verify);
	return err == DANELAW_OK ? take_chain(verify) : err;
}

/* An outcome that needs a server is none of these. */
static const struct ending {
	enum danelaw_outcome outcome;
	enum danelaw_state state;
	const char *summary; /* NULL: the host's policy says why */
} endings[] = {
	{ DANELAW_OUTCOME_SKIPPED, DANELAW_STATE_UNKNOWN, NULL },
	{ DANELAW_OUTCOME_ENCRYPTED, DANELAW_STATE_WARNING, NULL },
	{ DANELAW_OUTCOME_AUTHENTICATED, DANELAW_STATE_OK,
	    "a record matches and the chain passes, so mail is delivered "
	    "under DANE" },
	{ DANELAW_OUTCOME_TLSA_MISMATCH, DANELAW_STATE_CRITICAL,
	    "no usable record matches the chain, so mail is not delivered" },
	{ DANELAW_OUTCOME_NAME_MISMATCH, DANELAW_STATE_CRITICAL,
	    "a record matches, but the certificate is for another name, so "
	    "mail is not delivered" },
	{ DANELAW_OUTCOME_CERT_EXPIRED, DANELAW_STATE_CRITICAL,
	    "a record matches, but a certificate in the chain expired or is "
	    "not yet valid, so mail is not delivered" },
	{ DANELAW_OUTCOME_CHAIN_INVALID, DANELAW_STATE_CRITICAL,
	    "a record matches, but the chain up to it is not valid, so mail "
	    "is not delivered" },
};

/* A finding is advice here and does not change what passes. */
static void
fill_ending(struct verify *verify)
{
	struct danelaw_report *report = &verify->tree->report;

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (endings[i].outcome != verify->probe->outcome)
			continue;
		report->state = endings[i].state;
		report->summary = endings[i].summary != NULL
		    ? endings[i].summary
		    : verify->host->why;
	}
}

static enum danelaw_err
judge(struct verify *verify)
{
	struct tree *tree = verify->tree;
	const struct judge_question question = {
		.policy = verify->host->policy,
		.tlsa = &verify->host->tlsa,
		.at = tree->report.at,
		.ee_names = verify->request->ee_names,
		.unsigned_too = true,
	};
	const struct diagnose_options options = {
		.resolver_dead = tree->report.resolver_error != NULL,
		.offline = true,
	};

	if (!judge_chain(verify->tls, verify->chain, &question, tree->arena,
		verify->probe))
		return DANELAW_ENOMEM;
	verify->probe->offer = "file";
	verify->host->addresses[0].outcome = verify->probe->outcome;
	roles_fill_probe(&verify->host->tlsa, verify->probe);
	clocks_fill(tree);
	diagnose(tree, &options);
	verdict_fill(tree, false, options.resolver_dead);
	fill_ending(verify);
	return DANELAW_OK;
}

enum danelaw_err
danelaw_verify(const struct danelaw_verify_request *request,
    struct danelaw_report **report, char **why)
{
	struct verify verify = { .request = request, .why = why };
	enum danelaw_err err = DANELAW_ENOMEM;

	*why = NULL;
	verify.tree = tree_new();
	if (verify.tree != NULL)
		err = take_request(&verify);
	if (err == DANELAW_OK)
		err = judge(&verify);
	/* What could not be read for want of memory is not to blame. */
	if (verify.tree != NULL && arena_failed(verify.tree->arena)) {
		free(*why);
		*why = NULL;
		err = DANELAW_ENOMEM;
	}
	tls_chain_unref(verify.chain);
	tls_context_free(verify.tls);
	if (err == DANELAW_OK)
		*report = &verify.tree->report;
	else if (verify.tree != NULL)
		danelaw_report_free(&verify.tree->report);
	return err;
}
