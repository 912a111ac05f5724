/* SPDX-License-Identifier: ISC */
/*
 * Group S, too: what patience showed (several tries), and what the server
 * says to an envelope. Neither is a matter of DANE, so no verdict rests on it.
 */
#include <string.h>

#include "base/buf.h"
#include "model/outcomes.h"
#include "policy/diagnose_kit.h"
#include "policy/verdict.h"

enum { WORDS_MAX = 160 };

/* "450 4.2.0 Greylisted" */
static const char *
whole_reply(const struct exam *exam, const struct danelaw_mail_reply *reply)
{
	return kit_text(exam,
	    arena_printf(exam->arena, "%d%s%s%s%s", reply->code,
		reply->enhanced == NULL ? "" : " ",
		reply->enhanced == NULL ? "" : reply->enhanced,
		reply->text == NULL ? "" : " ",
		reply->text == NULL ? "" : reply->text));
}

static void
tell(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address, enum finding_id id, const char *verb,
    const struct danelaw_mail_reply *reply)
{
	const char *where = tree_place(exam->arena, host, address);

	if (where == NULL)
		where = host->name;
	finding_add(exam->tree, id, where, "where", where, "host", host->name,
	    "verb", verb, "reply",
	    reply == NULL ? "" : whole_reply(exam, reply), "tries",
	    kit_tries(exam, address), NULL);
}

static void
diagnose_envelope(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	const struct danelaw_mail *mail = address->smtp.mail;

	if (mail == NULL)
		return;
	if (mail->from != NULL && mail->from->code / 100 == 4)
		tell(exam, host, address, FINDING_SMTP_GREYLIST_RCPT,
		    "MAIL FROM", mail->from);
	else if (mail->from != NULL && mail->from->code / 100 == 5)
		/* The catalogue's blocked sender, but for want of a login. */
		tell(exam, host, address,
		    mail->from->code == 530 ? FINDING_SMTP_MAIL_REFUSED
					    : FINDING_SMTP_SENDER_BLOCKED,
		    "MAIL FROM", mail->from);
	if (mail->to != NULL && mail->to->code / 100 == 4)
		tell(exam, host, address, FINDING_SMTP_GREYLIST_RCPT, "RCPT TO",
		    mail->to);
	else if (mail->to != NULL && mail->to->code / 100 == 5)
		tell(exam, host, address, FINDING_SMTP_MAIL_REFUSED, "RCPT TO",
		    mail->to);
}

static bool
is_put_off(const struct danelaw_mail_reply *reply)
{
	return reply != NULL && reply->code / 100 == 4;
}

/* Turned away for a while, and in at the last try. */
static void
diagnose_patience(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	const struct danelaw_mail *mail = address->smtp.mail;

	if (address->n_tries < 2 ||
	    outcome_is(address->outcome, OUTCOME_UNSEEN) ||
	    kit_tries_differ(address) || address->n_probes == 0 ||
	    address->probes[0].tls == NULL ||
	    (mail != NULL && (is_put_off(mail->from) || is_put_off(mail->to))))
		return;
	tell(exam, host, address, FINDING_SMTP_GREYLISTED, "", NULL);
}

const char *
kit_tries(const struct exam *exam, const struct danelaw_address *address)
{
	struct buf out = { 0 };
	const char *text;

	for (size_t i = 0; i < address->n_tries; i++) {
		const struct danelaw_try *one = &address->tries[i];
		size_t len = one->refusal == NULL ? 0 : strlen(one->refusal);

		buf_printf(&out, "%s at %s %s", i == 0 ? ":" : ",",
		    kit_date(exam, one->at),
		    danelaw_outcome_word(one->outcome));
		if (len > 0)
			buf_printf(&out, " (\"%.*s%s\")",
			    (int)(len > WORDS_MAX ? WORDS_MAX : len),
			    one->refusal, len > WORDS_MAX ? "..." : "");
	}
	text = buf_failed(&out) || out.len == 0
	    ? ""
	    : arena_strdup(exam->arena, buf_text(&out));
	buf_finish(&out);
	return text == NULL ? "" : text;
}

bool
kit_tries_differ(const struct danelaw_address *address)
{
	bool with = false, without = false;

	for (size_t i = 0; i < address->n_tries; i++) {
		const struct danelaw_try *one = &address->tries[i];
		bool lacks = outcome_is(one->outcome, OUTCOME_NO_STARTTLS);

		without = without || lacks;
		with = with || (one->starttls && !lacks);
	}
	return with && without;
}

void
diagnose_mail(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		for (size_t j = 0; j < host->n_addresses; j++) {
			diagnose_patience(exam, host, &host->addresses[j]);
			diagnose_envelope(exam, host, &host->addresses[j]);
		}
	}
}
