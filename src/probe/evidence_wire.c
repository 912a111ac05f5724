/* SPDX-License-Identifier: ISC */
/*
 * Numbers are big-endian. A text is its length in four octets and its bytes,
 * an absent one the length NO_TEXT alone. A list is its count and its parts.
 * Magic and version stand first; the version changes with any of this.
 */
#include "probe/evidence_wire.h"

#include <string.h>

#include "base/name.h"
#include "probe/evidence.h"
#include "tls/offer.h"

#define MAGIC UINT32_C(0x646c6502) /* "dle", version 2 */
#define NO_TEXT UINT32_MAX
#define TEXT_MAX 65536
#define TRIALS_MAX 32 /* more than are ever made */
#define ALERT_MAX 255
#define CODE_MAX 999

static void
put_number(struct buf *out, uint32_t number)
{
	const unsigned char bytes[4] = {
		(unsigned char)(number >> 24),
		(unsigned char)(number >> 16),
		(unsigned char)(number >> 8),
		(unsigned char)number,
	};

	buf_add(out, bytes, sizeof(bytes));
}

static void
put_bytes(struct buf *out, const void *bytes, size_t len)
{
	put_number(out, len < NO_TEXT ? (uint32_t)len : NO_TEXT);
	buf_add(out, bytes, len);
}

static void
put_text(struct buf *out, const char *text)
{
	if (text == NULL)
		put_number(out, NO_TEXT);
	else
		put_bytes(out, text, strlen(text));
}

static void
put_texts(struct buf *out, const char *const *texts, size_t n)
{
	put_number(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		put_text(out, texts[i]);
}

/* Are the lists of fields as long as what they describe? */
#define OFFER(field) const char *field;
#define TEXT(field) const char *field;
#define FLAG(field) bool field;
#define NUMBER(field) int field;
#define ALERT(field) int field;
#define TLS(field) struct danelaw_tls *field;
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

static void
put_tls(struct buf *out, const struct danelaw_tls *tls)
{
	put_number(out, tls != NULL);
	if (tls == NULL)
		return;
#define TEXT(field) put_text(out, tls->field);
#define FLAG(field) put_number(out, tls->field);
#define NUMBER(field) put_number(out, (uint32_t)tls->field);
#include "model/tls_fields.def"
}

static void
put_shake(struct buf *out, const struct evidence_shake *shake)
{
	size_t n = tls_chain_count(shake->chain);

	put_text(out, shake->offer);
	put_number(out, shake->reached);
	put_text(out, shake->error);
	put_number(out, (uint32_t)(shake->alert + 1));
	put_tls(out, shake->tls);
	put_number(out, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		struct tls_der der = tls_chain_der(shake->chain, i);

		put_bytes(out, der.bytes, der.len);
	}
}

static void
put_trial(struct buf *out, const struct danelaw_trial *trial)
{
#define OFFER(field) put_text(out, trial->field);
#define TEXT(field) put_text(out, trial->field);
#define FLAG(field) put_number(out, trial->field);
#define NUMBER(field) put_number(out, (uint32_t)trial->field);
#define ALERT(field) put_number(out, (uint32_t)(trial->field + 1));
#define TLS(field) put_tls(out, trial->field);
#include "model/trial_fields.def"
}

static void
put_reply(struct buf *out, const struct danelaw_mail_reply *reply)
{
	put_number(out, reply != NULL);
	if (reply == NULL)
		return;
	put_text(out, reply->address);
	put_number(out, (uint32_t)reply->code);
	put_text(out, reply->enhanced);
	put_text(out, reply->text);
}

static void
put_mail(struct buf *out, const struct danelaw_mail *mail)
{
	put_number(out, mail != NULL);
	if (mail == NULL)
		return;
	put_reply(out, mail->from);
	put_reply(out, mail->to);
	put_reply(out, mail->rset);
	put_text(out, mail->error);
}

static void
put_smtp(struct buf *out, const struct danelaw_smtp *smtp)
{
#define TEXT(field) put_text(out, smtp->field);
#define TEXTS(field, n)                                                        \
	put_texts(out, (const char *const *)smtp->field, smtp->n);
#define MAIL(field) put_mail(out, smtp->field);
#define CHOICE(field, last) put_number(out, smtp->field);
#define NUMBER(field) put_number(out, (uint32_t)smtp->field);
#define FLAG(field) put_number(out, smtp->field);
#include "model/smtp_fields.def"
}

/* -1 for none comes as 0. */
static void
put_time(struct buf *out, int ms)
{
	put_number(out, (uint32_t)ms + 1);
}

bool
evidence_write(const struct evidence *evidence, struct buf *out)
{
	const struct danelaw_timing *timing = &evidence->timing;

	if (arena_failed(evidence->arena) || evidence->n_shakes == 0 ||
	    evidence->our_lack != NULL)
		return false;
	put_number(out, MAGIC);
	put_text(out, evidence->ip);
	put_number(out, evidence->port);
	put_smtp(out, &evidence->smtp);
	put_time(out, timing->connect);
	put_time(out, timing->banner);
	put_time(out, timing->starttls);
	put_time(out, timing->tls);
	put_time(out, timing->total);
	put_number(out, (uint32_t)evidence->n_shakes);
	for (size_t i = 0; i < evidence->n_shakes; i++)
		put_shake(out, &evidence->shakes[i]);
	put_number(out, (uint32_t)evidence->n_trials);
	for (size_t i = 0; i < evidence->n_trials; i++)
		put_trial(out, &evidence->trials[i]);
	return !buf_failed(out);
}

struct reader {
	const unsigned char *at;
	size_t left;
	struct arena *arena;
	struct tls_context *context;
	bool bad; /* all that comes back from now on is zero */
};

static const unsigned char *
take(struct reader *reader, size_t len)
{
	const unsigned char *at = reader->at;

	if (reader->bad || len > reader->left) {
		reader->bad = true;
		return NULL;
	}
	reader->at += len;
	reader->left -= len;
	return at;
}

static uint32_t
get_number(struct reader *reader, uint32_t max)
{
	const unsigned char *at = take(reader, 4);
	uint32_t number;

	if (at == NULL)
		return 0;
	number = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
	if (number <= max)
		return number;
	reader->bad = true;
	return 0;
}

static bool
get_bool(struct reader *reader)
{
	return get_number(reader, 1) == 1;
}

/* A number and one more, so that -1 can be told. */
static int
get_signed(struct reader *reader, uint32_t max)
{
	return (int)get_number(reader, max + 1) - 1;
}

/* How many parts follow, each of four octets at least. */
static size_t
get_count(struct reader *reader, size_t max)
{
	size_t n = get_number(reader, UINT32_MAX);

	if (n <= max && n <= reader->left / 4)
		return n;
	reader->bad = true;
	return 0;
}

/* The report tree holds printable ASCII and nothing else. */
static char *
get_text(struct reader *reader)
{
	uint32_t len = get_number(reader, UINT32_MAX);
	const unsigned char *at;
	char *text;

	if (reader->bad || len == NO_TEXT)
		return NULL;
	at = len > TEXT_MAX ? NULL : take(reader, len);
	for (size_t i = 0; at != NULL && i < len; i++) {
		if (at[i] < ' ' || at[i] > '~')
			at = NULL;
	}
	text = at == NULL ? NULL : arena_alloc(reader->arena, len + 1);
	if (text == NULL)
		reader->bad = true;
	else if (len > 0)
		memcpy(text, at, len);
	return text;
}

static void
get_texts(struct reader *reader, const char ***texts, size_t *n)
{
	size_t count = get_count(reader, SIZE_MAX);

	for (size_t i = 0; i < count && !reader->bad; i++) {
		const char *text = get_text(reader);

		if (text == NULL ||
		    !arena_push_text(reader->arena, texts, n, text))
			reader->bad = true;
	}
}

/* The static name of an offer that there is. */
static const char *
get_offer(struct reader *reader)
{
	const char *name = get_text(reader);
	const struct tls_offer *offer =
	    name == NULL ? NULL : tls_offer_find(name);

	if (offer != NULL)
		return offer->name;
	reader->bad = true;
	return "";
}

static struct danelaw_tls *
get_tls(struct reader *reader)
{
	struct danelaw_tls *tls;

	if (!get_bool(reader))
		return NULL;
	tls = arena_alloc(reader->arena, sizeof(*tls));
	if (tls == NULL) {
		reader->bad = true;
		return NULL;
	}
#define TEXT(field) tls->field = get_text(reader);
#define FLAG(field) tls->field = get_bool(reader);
#define NUMBER(field) tls->field = (int)get_number(reader, INT32_MAX);
#include "model/tls_fields.def"
	return tls;
}

static void
get_chain(struct reader *reader, struct evidence_shake *shake)
{
	struct tls_der list[TLS_CHAIN_MAX];
	size_t n = get_count(reader, TLS_CHAIN_MAX);

	for (size_t i = 0; i < n; i++) {
		list[i].len = get_number(reader, EVIDENCE_WIRE_MAX);
		list[i].bytes = take(reader, list[i].len);
	}
	if (n == 0 || reader->bad)
		return;
	shake->chain = tls_context_read_chain(reader->context, list, n);
	if (shake->chain == NULL ||
	    !tls_chain_facts(
		shake->chain, reader->arena, &shake->certs, &shake->n_certs))
		reader->bad = true;
}

static void
get_shake(struct reader *reader, struct evidence_shake *shake)
{
	*shake = (struct evidence_shake) { 0 };
	shake->offer = get_offer(reader);
	shake->reached = (enum danelaw_outcome)get_number(
	    reader, DANELAW_OUTCOME_NOT_EXAMINED);
	shake->error = get_text(reader);
	shake->alert = get_signed(reader, ALERT_MAX);
	shake->tls = get_tls(reader);
	get_chain(reader, shake);
	/* Without a handshake nothing was presented. */
	if (shake->chain != NULL && shake->tls == NULL)
		reader->bad = true;
}

static void
get_trial(struct reader *reader, struct danelaw_trial *trial)
{
#define OFFER(field) trial->field = get_offer(reader);
#define TEXT(field) trial->field = get_text(reader);
#define FLAG(field) trial->field = get_bool(reader);
#define NUMBER(field) trial->field = (int)get_number(reader, INT32_MAX);
#define ALERT(field) trial->field = get_signed(reader, ALERT_MAX);
#define TLS(field) trial->field = get_tls(reader);
#include "model/trial_fields.def"
}

static struct danelaw_mail_reply *
get_reply(struct reader *reader)
{
	struct danelaw_mail_reply *reply;

	if (!get_bool(reader))
		return NULL;
	reply = arena_alloc(reader->arena, sizeof(*reply));
	if (reply == NULL) {
		reader->bad = true;
		return NULL;
	}
	reply->address = get_text(reader);
	reply->code = (int)get_number(reader, CODE_MAX);
	reply->enhanced = get_text(reader);
	reply->text = get_text(reader);
	return reply;
}

static struct danelaw_mail *
get_mail(struct reader *reader)
{
	struct danelaw_mail *mail;

	if (!get_bool(reader))
		return NULL;
	mail = arena_alloc(reader->arena, sizeof(*mail));
	if (mail == NULL) {
		reader->bad = true;
		return NULL;
	}
	mail->from = get_reply(reader);
	mail->to = get_reply(reader);
	mail->rset = get_reply(reader);
	mail->error = get_text(reader);
	return mail;
}

static void
get_smtp(struct reader *reader, struct danelaw_smtp *smtp)
{
#define TEXT(field) smtp->field = get_text(reader);
#define TEXTS(field, n) get_texts(reader, &smtp->field, &smtp->n);
#define MAIL(field) smtp->field = get_mail(reader);
#define CHOICE(field, last) smtp->field = get_number(reader, last);
#define NUMBER(field) smtp->field = (int)get_number(reader, CODE_MAX);
#define FLAG(field) smtp->field = get_bool(reader);
#include "model/smtp_fields.def"
}

static void
get_timing(struct reader *reader, struct danelaw_timing *timing)
{
	timing->connect = get_signed(reader, INT32_MAX - 1);
	timing->banner = get_signed(reader, INT32_MAX - 1);
	timing->starttls = get_signed(reader, INT32_MAX - 1);
	timing->tls = get_signed(reader, INT32_MAX - 1);
	timing->total = get_signed(reader, INT32_MAX - 1);
}

static void
get_rest(struct reader *reader, struct evidence *evidence)
{
	size_t n;

	get_smtp(reader, &evidence->smtp);
	get_timing(reader, &evidence->timing);
	n = get_count(reader, evidence_shakes_max());
	for (size_t i = 0; i < n && !reader->bad; i++)
		get_shake(reader, &evidence->shakes[evidence->n_shakes++]);
	if (n == 0 || reader->bad ||
	    (strcmp(evidence->shakes[0].offer, tls_offer_all_certs[0]) != 0 &&
		strcmp(evidence->shakes[0].offer, "no-hybrid") != 0))
		reader->bad = true;
	n = get_count(reader, TRIALS_MAX);
	for (size_t i = 0; i < n && !reader->bad; i++) {
		struct danelaw_trial *trial = ARENA_PUSH(
		    reader->arena, evidence->trials, evidence->n_trials);

		if (trial == NULL)
			reader->bad = true;
		else
			get_trial(reader, trial);
	}
	if (reader->left > 0)
		reader->bad = true;
}

struct evidence *
evidence_read(struct tls_context *context, const void *bytes, size_t len)
{
	struct reader reader = {
		.at = bytes,
		.left = len,
		.context = context,
	};
	struct evidence *evidence = NULL;
	struct probe_target target = { 0 };

	if (len > EVIDENCE_WIRE_MAX)
		return NULL;
	reader.arena = arena_new();
	if (reader.arena == NULL)
		return NULL;
	if (get_number(&reader, UINT32_MAX) != MAGIC)
		reader.bad = true;
	target.ip = get_text(&reader);
	target.port = (uint16_t)get_number(&reader, UINT16_MAX);
	if (!reader.bad && target.ip != NULL && name_is_address(target.ip))
		evidence = evidence_new(&target);
	arena_unref(reader.arena);
	if (evidence == NULL)
		return NULL;
	reader.arena = evidence->arena;
	get_rest(&reader, evidence);
	if (reader.bad || arena_failed(evidence->arena)) {
		evidence_unref(evidence);
		return NULL;
	}
	return evidence;
}
