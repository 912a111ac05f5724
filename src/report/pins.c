/* SPDX-License-Identifier: ISC */
#include "report/pins.h"

#include <string.h>

#include <danelaw.h>

#include "base/when.h"
#include "report/json_put.h"

enum { DATE_LEN = 10, TLSA_TYPE = 52 };

static const char *
kind_word(enum pin_kind kind)
{
	switch (kind) {
	case PIN_CHAIN:
		return "chain";
	case PIN_KEY:
		return "key";
	case PIN_NEXT:
		return "next-key";
	case PIN_REQUEST:
		return "request";
	case PIN_LIVE:
		return "live";
	}
	return "?";
}

static const char *
or_none(const char *text)
{
	return text == NULL || *text == '\0' ? "no name" : text;
}

static void
put_until(const struct danelaw_cert *cert, struct buf *out)
{
	char time[WHEN_ROOM];

	if (cert->not_after != 0 && when_format(cert->not_after, time))
		buf_printf(out, ", until %.*s", DATE_LEN, time);
}

/* "mx1.example.org, from new.pem: CN=mx1.example.org, EC P-256, until ..." */
static void
put_source(const struct pin_host *host, const struct pin_source *source,
    struct buf *out)
{
	const struct danelaw_cert *cert = &source->certs[0];

	buf_printf(out, "; %s, from %s: ", host->name, source->from);
	switch (source->kind) {
	case PIN_CHAIN:
	case PIN_LIVE:
		buf_printf(
		    out, "%s, %s", or_none(cert->subject), or_none(cert->key));
		break;
	case PIN_KEY:
		buf_printf(out, "a key, %s", or_none(cert->key));
		break;
	case PIN_NEXT:
		buf_printf(out, "the next key, %s", or_none(cert->key));
		break;
	case PIN_REQUEST:
		buf_printf(out, "a request of %s, %s", or_none(cert->subject),
		    or_none(cert->key));
		break;
	}
	put_until(cert, out);
	buf_puts(out, "\n");
}

/* What the record is for. */
static void
put_remark(const struct pin *pin, struct buf *out)
{
	if (pin->record.usage == DANELAW_USAGE_DANE_TA) {
		buf_printf(out, "the issuer %s, sent at place %d",
		    or_none(pin->cert->subject), pin->cert->wire);
		put_until(pin->cert, out);
	} else if (pin->record.selector == DANELAW_SELECTOR_CERT) {
		buf_puts(out, "this certificate");
	} else {
		buf_puts(out,
		    pin->source->kind == PIN_NEXT ? "the next key"
						  : "this key");
	}
}

static void
put_plain(const struct pin_host *host, const struct pin_set *set,
    const struct danelaw_record *record, struct buf *out)
{
	buf_printf(out, "%s. %u IN TLSA %s", host->owner, set->ttl, record->rr);
}

static void
put_unknown(const struct pin_host *host, const struct pin_set *set,
    const struct danelaw_record *record, struct buf *out)
{
	buf_printf(out, "%s. %u IN TYPE%d \\# %zu %02x%02x%02x", host->owner,
	    set->ttl, TLSA_TYPE, record->len + 3, record->usage,
	    record->selector, record->mtype);
	for (size_t i = 0; i < record->len; i++)
		buf_printf(out, "%02x", record->data[i]);
}

static void
put_lines(const struct pin_set *set, bool bare, struct buf *out,
    void (*put)(const struct pin_host *host, const struct pin_set *set,
	const struct danelaw_record *record, struct buf *out))
{
	for (size_t i = 0; i < set->n_hosts; i++) {
		const struct pin_source *source = NULL;

		for (size_t j = 0; j < set->n_pins; j++) {
			const struct pin *pin = &set->pins[j];

			if (!bare && pin->source != source)
				put_source(&set->hosts[i], pin->source, out);
			source = pin->source;
			put(&set->hosts[i], set, &pin->record, out);
			if (!bare) {
				buf_puts(out, "\t; ");
				put_remark(pin, out);
			}
			buf_puts(out, "\n");
		}
	}
}

void
pins_zone(const struct pin_set *set, bool bare, struct buf *out)
{
	put_lines(set, bare, out, put_plain);
}

void
pins_rfc3597(const struct pin_set *set, bool bare, struct buf *out)
{
	put_lines(set, bare, out, put_unknown);
}

static void
json_pin(struct json_out *out, const struct pin_host *host,
    const struct pin_set *set, const struct pin *pin)
{
	struct buf line = { 0 };

	put_plain(host, set, &pin->record, &line);
	json_begin_object(out, NULL);
	json_put_text(out, "rr", pin->record.rr);
	json_put_text(out, "zone", buf_text(&line));
	json_put_text(out, "source", kind_word(pin->source->kind));
	json_put_text(out, "from", pin->source->from);
	json_put_text(out, "subject", pin->cert->subject);
	json_put_text(out, "key", pin->cert->key);
	json_put_date(out, "not_after", pin->cert->not_after);
	json_put_index(
	    out, "wire", pin->source->kind == PIN_CHAIN ? pin->cert->wire : -1);
	json_end_object(out);
	out->buf->failed |= buf_failed(&line);
	buf_finish(&line);
}

static const char *
step_word(enum pin_step step)
{
	switch (step) {
	case PIN_ADD:
		return "add";
	case PIN_KEEP:
		return "keep";
	case PIN_DROP:
		return "drop";
	}
	return "?";
}

static void
put_why(const struct pin_line *line, struct buf *out)
{
	if (line->pin != NULL)
		put_remark(line->pin, out);
	if (line->why != NULL)
		buf_printf(
		    out, "%s%s", line->pin == NULL ? "" : "; ", line->why);
}

void
pins_current(const struct pin_set *set, struct buf *out)
{
	for (size_t i = 0; i < set->n_hosts; i++) {
		const struct pin_host *host = &set->hosts[i];

		for (size_t j = 0; j < host->n_lines; j++) {
			const struct pin_line *line = &host->lines[j];

			buf_printf(out, "%-6s ",
			    line->step == PIN_DROP ? "drop?"
						   : step_word(line->step));
			put_plain(host, set, line->record, out);
			buf_puts(out, "   ");
			put_why(line, out);
			buf_puts(out, "\n");
		}
	}
}

static bool
has_step(const struct pin_host *host, enum pin_step step)
{
	for (size_t i = 0; i < host->n_lines; i++) {
		if (host->lines[i].step == step)
			return true;
	}
	return false;
}

static void
put_server(const struct pin_host *host, struct buf *out)
{
	size_t len = host->server == NULL ? 0 : strcspn(host->server, "@");

	if (host->server != NULL)
		buf_printf(out, "server %.*s%s%s\n", (int)len, host->server,
		    host->server[len] == '@' ? " " : "",
		    host->server[len] == '@' ? host->server + len + 1 : "");
	if (host->zone != NULL)
		buf_printf(out, "zone %s.\n", host->zone);
}

/* RFC 2136 section 2.4.2: exactly these, no more and no fewer. */
static void
put_prerequisites(const struct pin_host *host, struct buf *out)
{
	size_t n = host->wildcard ? 0 : host->n_published;

	if (n == 0)
		buf_printf(out, "prereq nxrrset %s. IN TLSA\n", host->owner);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "prereq yxrrset %s. IN TLSA %s\n", host->owner,
		    host->published[i].rr);
}

static void
put_update(const struct pin_host *host, const struct pin_set *set,
    const struct pin_line *line, bool drop, struct buf *out)
{
	/* A record of its own hides those of a wildcard. */
	bool add =
	    line->step == PIN_ADD || (line->step == PIN_KEEP && host->wildcard);

	if (line->step == PIN_DROP && host->wildcard)
		return;
	buf_printf(out, "; %s %s: ", step_word(line->step), line->record->rr);
	put_why(line, out);
	buf_puts(out, "\n");
	if (add) {
		buf_puts(out, "update add ");
		put_plain(host, set, line->record, out);
		buf_puts(out, "\n");
	} else if (line->step == PIN_DROP) {
		buf_printf(out, "%supdate delete %s. IN TLSA %s\n",
		    drop ? "" : "; ", host->owner, line->record->rr);
	}
}

void
pins_nsupdate(const struct pin_set *set, bool drop, struct buf *out)
{
	for (size_t i = 0; i < set->n_hosts; i++) {
		const struct pin_host *host = &set->hosts[i];
		bool due = has_step(host, PIN_ADD) ||
		    (drop && !host->wildcard && has_step(host, PIN_DROP));

		if (host->failed != NULL)
			continue;
		if (due) {
			put_server(host, out);
			put_prerequisites(host, out);
		} else {
			buf_printf(out, "; %s: nothing to do\n", host->name);
		}
		for (size_t j = 0; j < host->n_lines; j++)
			put_update(host, set, &host->lines[j], drop, out);
		if (due)
			buf_puts(out, "send\n");
	}
}

static void
json_line(struct json_out *out, const struct pin_host *host,
    const struct pin_set *set, const struct pin_line *line)
{
	struct buf zone = { 0 }, why = { 0 };

	put_plain(host, set, line->record, &zone);
	put_why(line, &why);
	json_begin_object(out, NULL);
	json_put_text(out, "step", step_word(line->step));
	json_put_text(out, "rr", line->record->rr);
	json_put_text(out, "zone", buf_text(&zone));
	json_put_text(out, "why", buf_text(&why));
	json_end_object(out);
	out->buf->failed |= buf_failed(&zone) || buf_failed(&why);
	buf_finish(&zone);
	buf_finish(&why);
}

static const char *
state_word(const struct pin_host *host)
{
	if (!host->looked)
		return NULL;
	switch (host->state) {
	case PIN_DONE:
		return "done";
	case PIN_TO_ADD:
		return "to-add";
	case PIN_NAKED:
		return "unmatched";
	case PIN_UNKNOWN:
		return "unknown";
	}
	return NULL;
}

/* What a look at the host has shown. */
static void
json_steps(struct json_out *out, const struct pin_host *host,
    const struct pin_set *set)
{
	json_put_text(out, "state", state_word(host));
	json_put_text(out, "failed", host->failed);
	json_begin_array(out, "steps");
	for (size_t i = 0; i < host->n_lines; i++)
		json_line(out, host, set, &host->lines[i]);
	json_end_array(out);
	json_put_texts(out, "notes", host->notes, host->n_notes);
}

void
pins_json(const struct pin_set *set, struct buf *out)
{
	struct json_out json = { .buf = out, .indented = true };

	json_begin_object(&json, NULL);
	json_put_text(&json, "schema", "danelaw-tlsa/1");
	json_put_text(&json, "danelaw", DANELAW_VERSION);
	json_put_number(&json, "port", set->port);
	json_put_number(&json, "ttl", set->ttl);
	json_begin_array(&json, "hosts");
	for (size_t i = 0; i < set->n_hosts; i++) {
		json_begin_object(&json, NULL);
		json_put_text(&json, "name", set->hosts[i].name);
		json_put_text(&json, "owner", set->hosts[i].owner);
		json_begin_array(&json, "records");
		for (size_t j = 0; j < set->n_pins; j++)
			json_pin(&json, &set->hosts[i], set, &set->pins[j]);
		json_end_array(&json);
		json_steps(&json, &set->hosts[i], set);
		json_end_object(&json);
	}
	json_end_array(&json);
	json_put_texts(&json, "warnings", set->warnings, set->n_warnings);
	json_end_object(&json);
}
