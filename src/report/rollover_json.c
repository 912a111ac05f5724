/* SPDX-License-Identifier: ISC */
#include <danelaw.h>

#include "report/json_put.h"
#include "report/rollover.h"

const char *
rollover_word(enum rollover_answer answer)
{
	switch (answer) {
	case ROLLOVER_NOW:
		return "now";
	case ROLLOVER_LATER:
		return "not-yet";
	case ROLLOVER_BREAKS:
		return "would-break";
	case ROLLOVER_UNKNOWN:
		return "unknown";
	}
	return "?";
}

static void
json_cert(struct json_out *out, const struct danelaw_cert *cert)
{
	json_put_text(out, "subject", cert == NULL ? NULL : cert->subject);
	json_put_text(out, "key", cert == NULL ? NULL : cert->key);
	json_put_text(
	    out, "spki_sha256", cert == NULL ? NULL : cert->spki_sha256);
	json_put_date(out, "not_after", cert == NULL ? 0 : cert->not_after);
}

static void
json_server(struct json_out *out, const struct rollover_server *server)
{
	bool told = server->lack == NULL;

	json_begin_object(out, NULL);
	json_put_text(out, "name", server->name);
	json_put_text(out, "ip", server->ip);
	if (server->serial < 0)
		json_put_null(out, "serial");
	else
		json_put_number(out, "serial", server->serial);
	json_put_text(out, "lack", server->lack);
	json_put_texts(out, "records", server->records, server->n_records);
	if (told)
		json_put_number(out, "ttl", server->ttl);
	else
		json_put_null(out, "ttl");
	json_put_date(out, "signed_until", server->signed_until);
	if (told)
		json_put_bool(out, "passes", server->passes);
	else
		json_put_null(out, "passes");
	json_put_text(out, "why", server->why);
	json_put_date(out, "since", server->since);
	json_end_object(out);
}

static void
json_lives(struct json_out *out, const struct rollover_host *host)
{
	json_begin_array(out, "live");
	for (size_t i = 0; i < host->n_lives; i++) {
		const struct rollover_live *live = &host->lives[i];

		json_begin_object(out, NULL);
		json_put_text(out, "from", live->from);
		json_cert(out, live->error == NULL ? &live->certs[0] : NULL);
		json_put_text(out, "error", live->error);
		json_put_bool(out, "stays", live->stays);
		json_end_object(out);
	}
	json_end_array(out);
}

static void
json_losses(struct json_out *out, const struct rollover_host *host)
{
	json_begin_array(out, "breaks");
	for (size_t i = 0; i < host->n_losses; i++) {
		const struct rollover_loss *loss = &host->losses[i];

		json_begin_object(out, NULL);
		json_put_text(out, "ip", loss->ip);
		json_put_text(out, "key", loss->key);
		json_put_text(out, "sender", loss->name);
		json_put_text(out, "why", loss->words);
		json_end_object(out);
	}
	json_end_array(out);
}

static void
json_steps(struct json_out *out, const struct rollover_host *host)
{
	json_begin_array(out, "steps");
	for (size_t i = 0; i < host->n_steps; i++) {
		const struct rollover_step *step = &host->steps[i];

		json_begin_object(out, NULL);
		json_put_text(out, "step", rollover_step_word(step->what));
		json_put_date(out, "at", step->at);
		json_put_text(out, "rr", step->rr);
		json_put_text(out, "text", step->text);
		json_end_object(out);
	}
	json_end_array(out);
}

static void
json_host(struct json_out *out, const struct rollover_host *host)
{
	json_begin_object(out, NULL);
	json_put_text(out, "name", host->name);
	json_put_text(out, "owner", host->owner);
	json_put_text(out, "zone", host->zone);
	json_put_bool(out, "wildcard", host->wildcard);
	json_put_text(out, "answer", rollover_word(host->answer));
	json_put_text(out, "summary", host->headline);
	json_put_date(out, "when", host->when);
	json_put_number(out, "wait", host->wait);
	json_lives(out, host);
	json_begin_array(out, "servers");
	for (size_t i = 0; i < host->n_servers; i++)
		json_server(out, &host->servers[i]);
	json_end_array(out);
	json_losses(out, host);
	json_steps(out, host);
	json_put_texts(out, "notes", host->notes, host->n_notes);
	json_end_object(out);
}

void
rollover_json(const struct rollover *rollover, struct buf *out)
{
	struct json_out json = { .buf = out, .indented = true };

	json_begin_object(&json, NULL);
	json_put_text(&json, "schema", "danelaw-plan/1");
	json_put_text(&json, "danelaw", DANELAW_VERSION);
	json_put_number(&json, "port", rollover->port);
	json_put_time(&json, "at", rollover->at);
	json_put_text(&json, "answer", rollover_word(rollover->answer));
	json_begin_array(&json, "new");
	for (size_t i = 0; i < rollover->n_news; i++) {
		json_begin_object(&json, NULL);
		json_put_text(&json, "from", rollover->news[i].from);
		json_cert(&json, &rollover->news[i].certs[0]);
		json_end_object(&json);
	}
	json_end_array(&json);
	json_begin_array(&json, "hosts");
	for (size_t i = 0; i < rollover->n_hosts; i++)
		json_host(&json, &rollover->hosts[i]);
	json_end_array(&json);
	json_end_object(&json);
}
