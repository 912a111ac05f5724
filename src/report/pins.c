/* SPDX-License-Identifier: ISC */
#include "report/pins.h"

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

/* What stands behind the record. */
static void
put_remark(const struct pin *pin, struct buf *out)
{
	if (pin->record.usage == 2) {
		buf_printf(out, "\t; the issuer %s, sent at place %d",
		    or_none(pin->cert->subject), pin->cert->wire);
		put_until(pin->cert, out);
	} else if (pin->record.selector == 0) {
		buf_puts(out, "\t; this certificate");
	} else {
		buf_puts(out,
		    pin->source->kind == PIN_NEXT ? "\t; the next key"
						  : "\t; this key");
	}
}

static void
put_plain(const struct pin_host *host, const struct pin_set *set,
    const struct pin *pin, struct buf *out)
{
	buf_printf(
	    out, "%s. %u IN TLSA %s", host->owner, set->ttl, pin->record.rr);
}

static void
put_unknown(const struct pin_host *host, const struct pin_set *set,
    const struct pin *pin, struct buf *out)
{
	const struct danelaw_record *record = &pin->record;

	buf_printf(out, "%s. %u IN TYPE%d \\# %zu %02x%02x%02x", host->owner,
	    set->ttl, TLSA_TYPE, record->len + 3, record->usage,
	    record->selector, record->mtype);
	for (size_t i = 0; i < record->len; i++)
		buf_printf(out, "%02x", record->data[i]);
}

static void
put_lines(const struct pin_set *set, bool bare, struct buf *out,
    void (*put)(const struct pin_host *host, const struct pin_set *set,
	const struct pin *pin, struct buf *out))
{
	for (size_t i = 0; i < set->n_hosts; i++) {
		const struct pin_source *source = NULL;

		for (size_t j = 0; j < set->n_pins; j++) {
			const struct pin *pin = &set->pins[j];

			if (!bare && pin->source != source)
				put_source(&set->hosts[i], pin->source, out);
			source = pin->source;
			put(&set->hosts[i], set, pin, out);
			if (!bare)
				put_remark(pin, out);
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

	put_plain(host, set, pin, &line);
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
		json_end_object(&json);
	}
	json_end_array(&json);
	json_put_texts(&json, "warnings", set->warnings, set->n_warnings);
	json_end_object(&json);
}
