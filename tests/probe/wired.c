/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "probe/evidence_wire.h"
#include "wired.h"

static void
same_text(const char *a, const char *b)
{
	assert_int_equal(a != NULL, b != NULL);
	if (a != NULL)
		assert_string_equal(a, b);
}

static void
same_texts(const char *const *a, size_t n_a, const char *const *b, size_t n_b)
{
	assert_int_equal(n_a, n_b);
	for (size_t i = 0; i < n_a; i++)
		same_text(a[i], b[i]);
}

#define SAME_TEXTS(a, b, field)                                                \
	same_texts((const char *const *)(a)->field, (a)->n_##field,            \
	    (const char *const *)(b)->field, (b)->n_##field)

static void
same_tls(const struct danelaw_tls *a, const struct danelaw_tls *b)
{
	assert_int_equal(a != NULL, b != NULL);
	if (a == NULL)
		return;
#define TEXT(field) same_text(a->field, b->field);
#define FLAG(field) assert_int_equal(a->field, b->field);
#define NUMBER(field) assert_int_equal(a->field, b->field);
#include "model/tls_fields.def"
}

static void
same_cert(const struct danelaw_cert *a, const struct danelaw_cert *b)
{
	assert_int_equal(a->wire, b->wire);
	assert_int_equal(a->depth, b->depth);
	assert_int_equal(a->der_len, b->der_len);
	assert_memory_equal(a->der, b->der, a->der_len);
	same_text(a->subject, b->subject);
	same_text(a->issuer, b->issuer);
	same_text(a->key, b->key);
	same_text(a->signature, b->signature);
	same_text(a->cert_sha256, b->cert_sha256);
	same_text(a->spki_sha512, b->spki_sha512);
	assert_int_equal(a->not_after, b->not_after);
	SAME_TEXTS(a, b, names);
}

static void
same_shake(const struct evidence_shake *a, const struct evidence_shake *b)
{
	assert_string_equal(a->offer, b->offer);
	assert_int_equal(a->reached, b->reached);
	same_text(a->error, b->error);
	assert_int_equal(a->fault, b->fault);
	assert_int_equal(a->alert, b->alert);
	same_tls(a->tls, b->tls);
	assert_int_equal(tls_chain_count(a->chain), tls_chain_count(b->chain));
	assert_int_equal(a->n_certs, b->n_certs);
	for (size_t i = 0; i < a->n_certs; i++)
		same_cert(&a->certs[i], &b->certs[i]);
}

static void
same_trial(const struct danelaw_trial *a, const struct danelaw_trial *b)
{
#define OFFER(field) assert_string_equal(a->field, b->field);
#define TEXT(field) same_text(a->field, b->field);
#define FLAG(field) assert_int_equal(a->field, b->field);
#define NUMBER(field) assert_int_equal(a->field, b->field);
#define ALERT(field) assert_int_equal(a->field, b->field);
#define CHOICE(field, last, words) assert_int_equal(a->field, b->field);
#define TLS(field) same_tls(a->field, b->field);
#include "model/trial_fields.def"
}

static void
same_reply(
    const struct danelaw_mail_reply *a, const struct danelaw_mail_reply *b)
{
	assert_int_equal(a != NULL, b != NULL);
	if (a == NULL)
		return;
	same_text(a->address, b->address);
	assert_int_equal(a->code, b->code);
	same_text(a->enhanced, b->enhanced);
	same_text(a->text, b->text);
}

static void
same_mail(const struct danelaw_mail *a, const struct danelaw_mail *b)
{
	assert_int_equal(a != NULL, b != NULL);
	if (a == NULL)
		return;
	same_reply(a->from, b->from);
	same_reply(a->to, b->to);
	same_reply(a->rset, b->rset);
	same_text(a->error, b->error);
}

static void
same_smtp(const struct danelaw_smtp *a, const struct danelaw_smtp *b)
{
#define TEXT(field) same_text(a->field, b->field);
#define TEXTS(field, n) SAME_TEXTS(a, b, field);
#define MAIL(field) same_mail(a->field, b->field);
#define CHOICE(field, last) assert_int_equal(a->field, b->field);
#define NUMBER(field) assert_int_equal(a->field, b->field);
#define FLAG(field) assert_int_equal(a->field, b->field);
#include "model/smtp_fields.def"
}

static void
same_evidence(const struct evidence *a, const struct evidence *b)
{
	same_text(a->ip, b->ip);
	assert_int_equal(a->port, b->port);
	same_smtp(&a->smtp, &b->smtp);
	assert_memory_equal(&a->timing, &b->timing, sizeof(a->timing));
	assert_int_equal(a->n_shakes, b->n_shakes);
	for (size_t i = 0; i < a->n_shakes; i++)
		same_shake(&a->shakes[i], &b->shakes[i]);
	assert_int_equal(a->n_trials, b->n_trials);
	for (size_t i = 0; i < a->n_trials; i++)
		same_trial(&a->trials[i], &b->trials[i]);
	assert_int_equal(a->trials != NULL, b->trials != NULL);
}

/* Behind the exact bytes lies nothing, so that a reader too far is seen. */
static struct evidence *
read_exactly(const char *bytes, size_t len)
{
	char *copy = malloc(len > 0 ? len : 1);
	struct evidence *evidence;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	evidence = evidence_read(NULL, copy, len);
	free(copy);
	return evidence;
}

struct evidence *
wired(struct evidence *evidence)
{
	struct buf bytes, again;
	struct evidence *copy;

	buf_init(&bytes, EVIDENCE_WIRE_MAX);
	buf_init(&again, EVIDENCE_WIRE_MAX);
	assert_true(evidence_write(evidence, &bytes));
	copy = read_exactly(bytes.bytes, bytes.len);
	assert_non_null(copy);
	same_evidence(evidence, copy);
	assert_true(evidence_write(copy, &again));
	assert_int_equal(bytes.len, again.len);
	assert_memory_equal(bytes.bytes, again.bytes, bytes.len);
	for (size_t len = 0; len < bytes.len; len++)
		assert_null(read_exactly(bytes.bytes, len));
	assert_true(buf_add(&bytes, "", 1));
	assert_null(read_exactly(bytes.bytes, bytes.len));
	buf_finish(&again);
	buf_finish(&bytes);
	evidence_unref(evidence);
	return copy;
}
