/* SPDX-License-Identifier: ISC */
/*
 * Magic and version stand first; the version changes with any of this.
 */
#include "probe/evidence_wire.h"

#include <string.h>

#include "base/name.h"
#include "base/wire.h"
#include "probe/evidence.h"
#include "tls/offer.h"

#define MAGIC UINT32_C(0x646c6503) /* "dle", version 3 */
#define TRIALS_MAX 32              /* more than are ever made */
#define ALERT_MAX 255
#define CODE_MAX 999

/* Are the lists of fields as long as what they describe? */
#define OFFER(field) const char *field;
#define TEXT(field) const char *field;
#define FLAG(field) bool field;
#define NUMBER(field) int field;
#define ALERT(field) int field;
#define TLS(field) struct danelaw_tls *field;
#define CHOICE(field, last, words) int field;
struct listed_trial {
#include "model/trial_fields.def"
};
#define TEXT(field) const char *field;
#define FLAG(field) bool field;
#define NUMBER(field) int field;
struct listed_tls {
#include "model/tls_fields.def"
};
_Static_assert(sizeof(struct listed_tls) == sizeof(struct danelaw_tls), "");
_Static_assert(sizeof(struct listed_trial) == sizeof(struct danelaw_trial), "");

/* The static name of an offer that there is. */
static const char *
offer_name(struct wire *wire, const char *value)
{
	const char *name = wire_text(wire, value);
	const struct tls_offer *offer;

	if (wire->out != NULL)
		return name;
	offer = name == NULL ? NULL : tls_offer_find(name);
	if (offer != NULL)
		return offer->name;
	wire->bad = true;
	return "";
}

static struct danelaw_tls *
pass_tls(struct wire *wire, struct danelaw_tls *tls)
{
	tls = wire_part(wire, tls, sizeof(*tls));
	if (tls == NULL)
		return NULL;
#define TEXT(field) tls->field = wire_text(wire, tls->field);
#define FLAG(field) tls->field = wire_flag(wire, tls->field);
#define NUMBER(field)                                                          \
	tls->field = (int)wire_number(wire, (uint32_t)tls->field, INT32_MAX);
#include "model/tls_fields.def"
	return tls;
}

static void
pass_chain(struct wire *wire, struct tls_context *context,
    struct evidence_shake *shake)
{
	struct tls_der list[TLS_CHAIN_MAX];
	size_t n =
	    wire_count(wire, tls_chain_count(shake->chain), TLS_CHAIN_MAX);

	for (size_t i = 0; i < n; i++) {
		if (wire->out != NULL)
			list[i] = tls_chain_der(shake->chain, i);
		list[i].len =
		    wire_number(wire, (uint32_t)list[i].len, EVIDENCE_WIRE_MAX);
		if (wire->out != NULL)
			buf_add(wire->out, list[i].bytes, list[i].len);
		else
			list[i].bytes = wire_take(wire, list[i].len);
	}
	if (wire->out != NULL || n == 0 || wire->bad)
		return;
	shake->chain = tls_context_read_chain(context, list, n);
	/* Without a handshake nothing was presented. */
	if (shake->chain == NULL || shake->tls == NULL ||
	    !tls_chain_facts(
		shake->chain, wire->arena, &shake->certs, &shake->n_certs))
		wire->bad = true;
}

static void
pass_shake(struct wire *wire, struct tls_context *context,
    struct evidence_shake *shake)
{
	shake->offer = offer_name(wire, shake->offer);
	shake->reached = (enum danelaw_outcome)wire_number(
	    wire, shake->reached, DANELAW_OUTCOME_NOT_EXAMINED);
	shake->error = wire_text(wire, shake->error);
	shake->fault = wire_number(wire, shake->fault, DANELAW_TLS_TOO_LARGE);
	shake->alert = wire_or_none(wire, shake->alert, ALERT_MAX);
	shake->tls = pass_tls(wire, shake->tls);
	pass_chain(wire, context, shake);
}

static void
pass_trial(struct wire *wire, struct danelaw_trial *trial)
{
#define OFFER(field) trial->field = offer_name(wire, trial->field);
#define TEXT(field) trial->field = wire_text(wire, trial->field);
#define FLAG(field) trial->field = wire_flag(wire, trial->field);
#define NUMBER(field)                                                          \
	trial->field =                                                         \
	    (int)wire_number(wire, (uint32_t)trial->field, INT32_MAX);
#define ALERT(field) trial->field = wire_or_none(wire, trial->field, ALERT_MAX);
#define CHOICE(field, last, words)                                             \
	trial->field = wire_number(wire, trial->field, last);
#define TLS(field) trial->field = pass_tls(wire, trial->field);
#include "model/trial_fields.def"
}

static struct danelaw_mail_reply *
pass_reply(struct wire *wire, struct danelaw_mail_reply *reply)
{
	reply = wire_part(wire, reply, sizeof(*reply));
	if (reply == NULL)
		return NULL;
	reply->address = wire_text(wire, reply->address);
	reply->code = (int)wire_number(wire, (uint32_t)reply->code, CODE_MAX);
	reply->enhanced = wire_text(wire, reply->enhanced);
	reply->text = wire_text(wire, reply->text);
	return reply;
}

static struct danelaw_mail *
pass_mail(struct wire *wire, struct danelaw_mail *mail)
{
	mail = wire_part(wire, mail, sizeof(*mail));
	if (mail == NULL)
		return NULL;
	mail->from = pass_reply(wire, mail->from);
	mail->to = pass_reply(wire, mail->to);
	mail->rset = pass_reply(wire, mail->rset);
	mail->error = wire_text(wire, mail->error);
	return mail;
}

static void
pass_smtp(struct wire *wire, struct danelaw_smtp *smtp)
{
#define TEXT(field) smtp->field = wire_text(wire, smtp->field);
#define TEXTS(field, n) wire_texts(wire, &smtp->field, &smtp->n);
#define MAIL(field) smtp->field = pass_mail(wire, smtp->field);
#define CHOICE(field, last) smtp->field = wire_number(wire, smtp->field, last);
#define NUMBER(field)                                                          \
	smtp->field = (int)wire_number(wire, (uint32_t)smtp->field, CODE_MAX);
#define FLAG(field) smtp->field = wire_flag(wire, smtp->field);
#include "model/smtp_fields.def"
}

static void
pass_timing(struct wire *wire, struct danelaw_timing *timing)
{
	int *const times[] = { &timing->connect, &timing->banner,
		&timing->starttls, &timing->tls, &timing->total };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		*times[i] = wire_or_none(wire, *times[i], INT32_MAX - 1);
}

static bool
begins_with_default(const struct evidence *evidence)
{
	const char *first = evidence->shakes[0].offer;

	return evidence->n_shakes > 0 && first != NULL &&
	    (strcmp(first, tls_offer_all_certs[0]) == 0 ||
		strcmp(first, "no-hybrid") == 0);
}

/* There is room for all shakes. */
static void
pass_rest(
    struct wire *wire, struct tls_context *context, struct evidence *evidence)
{
	size_t n;

	pass_smtp(wire, &evidence->smtp);
	pass_timing(wire, &evidence->timing);
	n = wire_count(wire, evidence->n_shakes, evidence_shakes_max());
	for (size_t i = 0; i < n && !wire->bad; i++)
		pass_shake(wire, context, &evidence->shakes[i]);
	evidence->n_shakes = n;
	if (wire->out == NULL && !begins_with_default(evidence))
		wire->bad = true;
	n = wire_count(wire, evidence->n_trials, TRIALS_MAX);
	for (size_t i = 0; i < n && !wire->bad; i++) {
		struct danelaw_trial *trial = wire->out != NULL
		    ? &evidence->trials[i]
		    : ARENA_PUSH(
			  wire->arena, evidence->trials, evidence->n_trials);

		if (trial == NULL)
			wire->bad = true;
		else
			pass_trial(wire, trial);
	}
}

bool
evidence_write(struct evidence *evidence, struct buf *out)
{
	struct wire wire = { .out = out };

	if (arena_failed(evidence->arena) || evidence->n_shakes == 0 ||
	    evidence->our_lack != NULL)
		return false;
	wire_number(&wire, MAGIC, MAGIC);
	wire_text(&wire, evidence->ip);
	wire_number(&wire, evidence->port, UINT16_MAX);
	pass_rest(&wire, NULL, evidence);
	return !buf_failed(out);
}

struct evidence *
evidence_read(struct tls_context *context, const void *bytes, size_t len)
{
	struct wire wire = {
		.at = bytes,
		.left = len,
	};
	struct evidence *evidence = NULL;
	struct probe_target target = { 0 };

	if (len > EVIDENCE_WIRE_MAX)
		return NULL;
	wire.arena = arena_new();
	if (wire.arena == NULL)
		return NULL;
	if (wire_number(&wire, 0, UINT32_MAX) != MAGIC)
		wire.bad = true;
	target.ip = wire_text(&wire, NULL);
	target.port = (uint16_t)wire_number(&wire, 0, UINT16_MAX);
	if (!wire.bad && target.ip != NULL && name_is_address(target.ip))
		evidence = evidence_new(&target);
	arena_unref(wire.arena);
	if (evidence == NULL)
		return NULL;
	wire.arena = evidence->arena;
	pass_rest(&wire, context, evidence);
	if (wire.bad || wire.left > 0 || arena_failed(evidence->arena)) {
		evidence_unref(evidence);
		return NULL;
	}
	return evidence;
}
