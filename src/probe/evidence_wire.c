/* SPDX-License-Identifier: ISC */
/*
 * One walk over all fields writes them or reads them: what it is given it
 * writes and gives back, or it gives what it reads, so that neither can know
 * of a field that the other does not.
 *
 * Numbers are big-endian. A text is its length in four octets and its bytes,
 * an absent one the length NO_TEXT alone. A list is its count and its parts.
 * Magic and version stand first; the version changes with any of this.
 */
#include "probe/evidence_wire.h"

#include <string.h>

#include "base/name.h"
#include "probe/evidence.h"
#include "tls/offer.h"

#define MAGIC UINT32_C(0x646c6503) /* "dle", version 3 */
#define NO_TEXT UINT32_MAX
#define TEXT_MAX 65536
#define TRIALS_MAX 32 /* more than are ever made */
#define ALERT_MAX 255
#define CODE_MAX 999

/* What goes over the wire now, in either direction. */
struct wire {
	struct buf *out; /* NULL: it is read, from at */
	const unsigned char *at;
	size_t left;
	struct arena *arena;
	struct tls_context *context;
	bool bad; /* all that comes back from now on is zero */
};

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

static const unsigned char *
take(struct wire *wire, size_t len)
{
	const unsigned char *at = wire->at;

	if (wire->bad || len > wire->left) {
		wire->bad = true;
		return NULL;
	}
	wire->at += len;
	wire->left -= len;
	return at;
}

static uint32_t
number(struct wire *wire, uint32_t value, uint32_t max)
{
	const unsigned char bytes[4] = {
		(unsigned char)(value >> 24),
		(unsigned char)(value >> 16),
		(unsigned char)(value >> 8),
		(unsigned char)value,
	}, *at;

	if (wire->out != NULL) {
		buf_add(wire->out, bytes, sizeof(bytes));
		return value;
	}
	at = take(wire, sizeof(bytes));
	if (at == NULL)
		return 0;
	value = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
	if (value <= max)
		return value;
	wire->bad = true;
	return 0;
}

static bool
flag(struct wire *wire, bool value)
{
	return number(wire, value, 1) == 1;
}

/* -1, for none, goes as 0. */
static int
or_none(struct wire *wire, int value, uint32_t max)
{
	return (int)number(wire, (uint32_t)value + 1, max + 1) - 1;
}

/* How many parts follow, each of four octets at least. */
static size_t
count(struct wire *wire, size_t n, size_t max)
{
	n = number(wire, (uint32_t)n, UINT32_MAX);
	if (wire->out != NULL || (n <= max && n <= wire->left / 4))
		return n;
	wire->bad = true;
	return 0;
}

/* The report tree holds printable ASCII and nothing else. */
static const char *
read_text(struct wire *wire, uint32_t len)
{
	const unsigned char *at = len > TEXT_MAX ? NULL : take(wire, len);
	char *copy;

	for (size_t i = 0; at != NULL && i < len; i++) {
		if (at[i] < ' ' || at[i] > '~')
			at = NULL;
	}
	copy = at == NULL ? NULL : arena_alloc(wire->arena, len + 1);
	if (copy == NULL)
		wire->bad = true;
	else if (len > 0)
		memcpy(copy, at, len);
	return copy;
}

static const char *
text(struct wire *wire, const char *value)
{
	size_t len = value == NULL ? NO_TEXT : strlen(value);
	uint32_t sent =
	    number(wire, len < NO_TEXT ? (uint32_t)len : NO_TEXT, UINT32_MAX);

	if (wire->bad || sent == NO_TEXT)
		return NULL;
	if (wire->out == NULL)
		return read_text(wire, sent);
	buf_add(wire->out, value, len);
	return value;
}

static void
pass_texts(struct wire *wire, const char ***texts, size_t *n)
{
	size_t all = count(wire, *n, SIZE_MAX);

	for (size_t i = 0; i < all && !wire->bad; i++) {
		const char *one = text(wire, i < *n ? (*texts)[i] : NULL);

		if (wire->out == NULL &&
		    (one == NULL ||
			!arena_push_text(wire->arena, texts, n, one)))
			wire->bad = true;
	}
}

/* The static name of an offer that there is. */
static const char *
offer_name(struct wire *wire, const char *value)
{
	const char *name = text(wire, value);
	const struct tls_offer *offer;

	if (wire->out != NULL)
		return name;
	offer = name == NULL ? NULL : tls_offer_find(name);
	if (offer != NULL)
		return offer->name;
	wire->bad = true;
	return "";
}

/* What may be missing as a whole. NULL: it is. */
static void *
part(struct wire *wire, void *value, size_t size)
{
	if (!flag(wire, value != NULL))
		return NULL;
	if (wire->out != NULL)
		return value;
	value = arena_alloc(wire->arena, size);
	if (value == NULL)
		wire->bad = true;
	return value;
}

static struct danelaw_tls *
pass_tls(struct wire *wire, struct danelaw_tls *tls)
{
	tls = part(wire, tls, sizeof(*tls));
	if (tls == NULL)
		return NULL;
#define TEXT(field) tls->field = text(wire, tls->field);
#define FLAG(field) tls->field = flag(wire, tls->field);
#define NUMBER(field)                                                          \
	tls->field = (int)number(wire, (uint32_t)tls->field, INT32_MAX);
#include "model/tls_fields.def"
	return tls;
}

static void
pass_chain(struct wire *wire, struct evidence_shake *shake)
{
	struct tls_der list[TLS_CHAIN_MAX];
	size_t n = count(wire, tls_chain_count(shake->chain), TLS_CHAIN_MAX);

	for (size_t i = 0; i < n; i++) {
		if (wire->out != NULL)
			list[i] = tls_chain_der(shake->chain, i);
		list[i].len =
		    number(wire, (uint32_t)list[i].len, EVIDENCE_WIRE_MAX);
		if (wire->out != NULL)
			buf_add(wire->out, list[i].bytes, list[i].len);
		else
			list[i].bytes = take(wire, list[i].len);
	}
	if (wire->out != NULL || n == 0 || wire->bad)
		return;
	shake->chain = tls_context_read_chain(wire->context, list, n);
	/* Without a handshake nothing was presented. */
	if (shake->chain == NULL || shake->tls == NULL ||
	    !tls_chain_facts(
		shake->chain, wire->arena, &shake->certs, &shake->n_certs))
		wire->bad = true;
}

static void
pass_shake(struct wire *wire, struct evidence_shake *shake)
{
	shake->offer = offer_name(wire, shake->offer);
	shake->reached = (enum danelaw_outcome)number(
	    wire, shake->reached, DANELAW_OUTCOME_NOT_EXAMINED);
	shake->error = text(wire, shake->error);
	shake->fault = number(wire, shake->fault, DANELAW_TLS_TOO_LARGE);
	shake->alert = or_none(wire, shake->alert, ALERT_MAX);
	shake->tls = pass_tls(wire, shake->tls);
	pass_chain(wire, shake);
}

static void
pass_trial(struct wire *wire, struct danelaw_trial *trial)
{
#define OFFER(field) trial->field = offer_name(wire, trial->field);
#define TEXT(field) trial->field = text(wire, trial->field);
#define FLAG(field) trial->field = flag(wire, trial->field);
#define NUMBER(field)                                                          \
	trial->field = (int)number(wire, (uint32_t)trial->field, INT32_MAX);
#define ALERT(field) trial->field = or_none(wire, trial->field, ALERT_MAX);
#define CHOICE(field, last, words)                                             \
	trial->field = number(wire, trial->field, last);
#define TLS(field) trial->field = pass_tls(wire, trial->field);
#include "model/trial_fields.def"
}

static struct danelaw_mail_reply *
pass_reply(struct wire *wire, struct danelaw_mail_reply *reply)
{
	reply = part(wire, reply, sizeof(*reply));
	if (reply == NULL)
		return NULL;
	reply->address = text(wire, reply->address);
	reply->code = (int)number(wire, (uint32_t)reply->code, CODE_MAX);
	reply->enhanced = text(wire, reply->enhanced);
	reply->text = text(wire, reply->text);
	return reply;
}

static struct danelaw_mail *
pass_mail(struct wire *wire, struct danelaw_mail *mail)
{
	mail = part(wire, mail, sizeof(*mail));
	if (mail == NULL)
		return NULL;
	mail->from = pass_reply(wire, mail->from);
	mail->to = pass_reply(wire, mail->to);
	mail->rset = pass_reply(wire, mail->rset);
	mail->error = text(wire, mail->error);
	return mail;
}

static void
pass_smtp(struct wire *wire, struct danelaw_smtp *smtp)
{
#define TEXT(field) smtp->field = text(wire, smtp->field);
#define TEXTS(field, n) pass_texts(wire, &smtp->field, &smtp->n);
#define MAIL(field) smtp->field = pass_mail(wire, smtp->field);
#define CHOICE(field, last) smtp->field = number(wire, smtp->field, last);
#define NUMBER(field)                                                          \
	smtp->field = (int)number(wire, (uint32_t)smtp->field, CODE_MAX);
#define FLAG(field) smtp->field = flag(wire, smtp->field);
#include "model/smtp_fields.def"
}

static void
pass_timing(struct wire *wire, struct danelaw_timing *timing)
{
	int *const times[] = { &timing->connect, &timing->banner,
		&timing->starttls, &timing->tls, &timing->total };

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		*times[i] = or_none(wire, *times[i], INT32_MAX - 1);
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
pass_rest(struct wire *wire, struct evidence *evidence)
{
	size_t n;

	pass_smtp(wire, &evidence->smtp);
	pass_timing(wire, &evidence->timing);
	n = count(wire, evidence->n_shakes, evidence_shakes_max());
	for (size_t i = 0; i < n && !wire->bad; i++)
		pass_shake(wire, &evidence->shakes[i]);
	evidence->n_shakes = n;
	if (wire->out == NULL && !begins_with_default(evidence))
		wire->bad = true;
	n = count(wire, evidence->n_trials, TRIALS_MAX);
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
	number(&wire, MAGIC, MAGIC);
	text(&wire, evidence->ip);
	number(&wire, evidence->port, UINT16_MAX);
	pass_rest(&wire, evidence);
	return !buf_failed(out);
}

struct evidence *
evidence_read(struct tls_context *context, const void *bytes, size_t len)
{
	struct wire wire = {
		.at = bytes,
		.left = len,
		.context = context,
	};
	struct evidence *evidence = NULL;
	struct probe_target target = { 0 };

	if (len > EVIDENCE_WIRE_MAX)
		return NULL;
	wire.arena = arena_new();
	if (wire.arena == NULL)
		return NULL;
	if (number(&wire, 0, UINT32_MAX) != MAGIC)
		wire.bad = true;
	target.ip = text(&wire, NULL);
	target.port = (uint16_t)number(&wire, 0, UINT16_MAX);
	if (!wire.bad && target.ip != NULL && name_is_address(target.ip))
		evidence = evidence_new(&target);
	arena_unref(wire.arena);
	if (evidence == NULL)
		return NULL;
	wire.arena = evidence->arena;
	pass_rest(&wire, evidence);
	if (wire.bad || wire.left > 0 || arena_failed(evidence->arena)) {
		evidence_unref(evidence);
		return NULL;
	}
	return evidence;
}
