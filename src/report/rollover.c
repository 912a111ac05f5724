/* SPDX-License-Identifier: ISC */
#include "report/rollover.h"

#include <string.h>

#include "base/when.h"

enum { DATE_LEN = 10, HEX_SHOWN = 8 };

static const char *
or_none(const char *text)
{
	return text == NULL || *text == '\0' ? "no name" : text;
}

/* Nobody reads further in the night. */
static const char *
loud(enum rollover_answer answer)
{
	switch (answer) {
	case ROLLOVER_NOW:
		return "SAFE NOW";
	case ROLLOVER_LATER:
		return "NOT YET";
	case ROLLOVER_BREAKS:
		return "WOULD BREAK";
	case ROLLOVER_UNKNOWN:
		return "UNKNOWN";
	}
	return "?";
}

static void
put_time(int64_t time, struct buf *out)
{
	char text[WHEN_ROOM];

	if (time != 0 && when_format(time, text))
		buf_puts(out, text);
	else
		buf_puts(out, "-");
}

static void
put_label(const char *label, bool first, struct buf *out)
{
	buf_printf(out, "  %-9s", first ? label : "");
}

static void
put_cert(const struct danelaw_cert *cert, struct buf *out)
{
	char time[WHEN_ROOM];

	buf_printf(out, "key %.*s... (%s", HEX_SHOWN,
	    cert->spki_sha256 == NULL ? "" : cert->spki_sha256,
	    or_none(cert->key));
	if (cert->subject != NULL && *cert->subject != '\0')
		buf_printf(out, ", %s", cert->subject);
	if (cert->not_after != 0 && when_format(cert->not_after, time))
		buf_printf(out, ", until %.*s", DATE_LEN, time);
	buf_puts(out, ")");
}

static void
put_lives(const struct rollover_host *host, struct buf *out)
{
	for (size_t i = 0; i < host->n_lives; i++) {
		const struct rollover_live *live = &host->lives[i];

		put_label("now", i == 0, out);
		buf_printf(out, "%s: ", live->from);
		if (live->error != NULL)
			buf_puts(out, live->error);
		else
			put_cert(&live->certs[0], out);
		buf_puts(out, live->stays ? ", which stays\n" : "\n");
	}
}

static void
put_news(const struct rollover *rollover, struct buf *out)
{
	for (size_t i = 0; i < rollover->n_news; i++) {
		put_label("new", i == 0, out);
		buf_printf(out, "%s: ", rollover->news[i].from);
		put_cert(&rollover->news[i].certs[0], out);
		buf_puts(out, "\n");
	}
}

static void
put_server(const struct rollover_server *server, struct buf *out)
{
	buf_printf(out, "%s [%s]", server->name, server->ip);
	if (server->serial >= 0)
		buf_printf(out, " serial %lld", (long long)server->serial);
	if (server->lack != NULL) {
		buf_printf(out, ": %s\n", server->lack);
		return;
	}
	if (server->n_records == 0)
		buf_printf(
		    out, ": no TLSA record, negative TTL %u", server->ttl);
	else
		buf_printf(out, ": %zu record%s, TTL %u", server->n_records,
		    server->n_records == 1 ? "" : "s", server->ttl);
	if (server->signed_until != 0) {
		buf_puts(out, ", RRSIG until ");
		put_time(server->signed_until, out);
	}
	buf_printf(out, ", %s",
	    server->passes ? "lets it pass" : "does not let it pass");
	if (server->since != 0) {
		buf_puts(out, " since ");
		put_time(server->since, out);
	}
	buf_puts(out, "\n");
}

static void
put_records(const struct rollover_host *host, struct buf *out)
{
	for (size_t i = 0; i < host->n_servers; i++) {
		const struct rollover_server *server = &host->servers[i];

		for (size_t j = 0; j < server->n_records; j++) {
			put_label("", false, out);
			buf_printf(
			    out, "[%s] %s\n", server->ip, server->records[j]);
		}
	}
}

const char *
rollover_step_word(enum rollover_do what)
{
	switch (what) {
	case ROLLOVER_PUBLISH:
		return "publish";
	case ROLLOVER_WAIT:
		return "wait";
	case ROLLOVER_DEPLOY:
		return "deploy";
	case ROLLOVER_REMOVE:
		return "remove";
	}
	return "?";
}

static void
put_steps(const struct rollover *rollover, const struct rollover_host *host,
    struct buf *out)
{
	for (size_t i = 0; i < host->n_steps; i++) {
		const struct rollover_step *step = &host->steps[i];

		buf_printf(out, "%s  %zu  ", i == 0 ? "\n" : "", i + 1);
		if (step->at <= rollover->at)
			buf_printf(out, "%-20s", "now");
		else
			put_time(step->at, out);
		buf_printf(out, "  %-8s %s\n", rollover_step_word(step->what),
		    step->text);
	}
}

static void
put_losses(const struct rollover_host *host, struct buf *out)
{
	for (size_t i = 0; i < host->n_losses; i++) {
		const struct rollover_loss *loss = &host->losses[i];

		put_label("breaks", i == 0, out);
		buf_printf(out, "%s%s%s with %s: %s", host->name,
		    loss->ip == NULL ? "" : " ",
		    loss->ip == NULL ? "" : loss->ip, loss->key,
		    loss->name == NULL ? "every sender with DANE refuses it"
				       : loss->name);
		if (loss->words != NULL)
			buf_printf(out, " \"%s\"", loss->words);
		buf_puts(out, "\n");
	}
}

void
rollover_line(const struct rollover_host *host, struct buf *out)
{
	buf_printf(
	    out, "%s: %s - %s", host->name, loud(host->answer), host->headline);
}

void
rollover_text(const struct rollover *rollover, int level, struct buf *out)
{
	for (size_t i = 0; i < rollover->n_hosts; i++) {
		const struct rollover_host *host = &rollover->hosts[i];

		if (i > 0 && level >= 0)
			buf_puts(out, "\n");
		rollover_line(host, out);
		buf_puts(out, "\n");
		if (level < 0)
			continue;
		buf_puts(out, "\n");
		put_lives(host, out);
		put_news(rollover, out);
		for (size_t j = 0; j < host->n_servers; j++) {
			put_label("servers", j == 0, out);
			put_server(&host->servers[j], out);
		}
		if (level > 0 || host->answer == ROLLOVER_BREAKS)
			put_records(host, out);
		put_losses(host, out);
		put_steps(rollover, host, out);
		for (size_t j = 0; j < host->n_notes; j++)
			buf_printf(out, "%s  note: %s\n", j == 0 ? "\n" : "",
			    host->notes[j]);
	}
}
