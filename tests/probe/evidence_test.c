/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/evidence.h"
#include "probe/evidence_wire.h"
#include "wired.h"

static struct evidence *
make_evidence(void)
{
	const struct probe_target target = { .ip = "2001:db8::1", .port = 25 };
	struct evidence *evidence = evidence_new(&target);

	assert_non_null(evidence);
	evidence->shakes[evidence->n_shakes++] = (struct evidence_shake) {
		.offer = "default",
		.reached = DANELAW_OUTCOME_ENCRYPTED,
		.alert = -1,
	};
	return evidence;
}

static void
test_mail(void **state)
{
	static struct danelaw_mail_reply from = { "<>", 250, "2.1.0", "Ok" };
	static struct danelaw_mail_reply to = { "a@b.example", 450, NULL,
		NULL };
	static struct danelaw_mail_reply rset = { NULL, 0, NULL, "" };
	static struct danelaw_mail mails[] = {
		{ NULL, NULL, NULL, "the server closed the connection" },
		{ &from, NULL, NULL, NULL },
		{ &from, &to, &rset, NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(mails) / sizeof(mails[0]); i++) {
		struct evidence *evidence = make_evidence();

		evidence->smtp.mail = &mails[i];
		evidence_unref(wired(evidence));
	}
}

static void
carry_tls(struct danelaw_tls tls)
{
	struct evidence *evidence = make_evidence();

	evidence->shakes[0].tls = &tls;
	evidence_unref(wired(evidence));
}

/* Every field by itself, so that none can be taken for another. */
static void
test_fields(void **state)
{
	static struct danelaw_tls tls;
	static struct danelaw_trial trials[32], *trial;
	struct evidence *evidence = make_evidence();
	size_t n = 0;
	(void)state;

	tls.version = "TLSv1.2";
#define OFFER(field) trials[n++].field = "no-sni";
#define TEXT(field) trials[n++].field = #field;
#define FLAG(field) trials[n++].field = true;
#define NUMBER(field) trials[n++].field = 1517;
#define ALERT(field) trials[n++].field = 112;
#define CHOICE(field, last, words) trials[n++].field = last;
#define TLS(field) trials[n++].field = &tls;
#include "model/trial_fields.def"
	for (trial = trials; trial < trials + n; trial++) {
		if (trial->offer == NULL)
			trial->offer = "default";
	}
	evidence->trials = trials;
	evidence->n_trials = n;
	evidence_unref(wired(evidence));
#define TEXT(field) carry_tls((struct danelaw_tls) { .field = #field });
#define FLAG(field) carry_tls((struct danelaw_tls) { .field = true });
#define NUMBER(field) carry_tls((struct danelaw_tls) { .field = 254 });
#include "model/tls_fields.def"
}

/* One byte that is not what it should be. */
static void
test_spoiled(void **state)
{
	struct evidence *evidence = make_evidence();
	struct buf bytes = { 0 };
	const char *ip;
	(void)state;

	evidence->smtp.banner = "220 mx.example";
	assert_true(evidence_write(evidence, &bytes));
	ip = memmem(bytes.bytes, bytes.len, "2001:db8::1", 11);
	assert_non_null(ip);
	for (size_t i = 0; i < 4; i++) {
		bytes.bytes[i] ^= 1;
		assert_null(evidence_read(NULL, bytes.bytes, bytes.len));
		bytes.bytes[i] ^= 1;
	}
	bytes.bytes[ip - bytes.bytes] = 'x';
	assert_null(evidence_read(NULL, bytes.bytes, bytes.len));
	bytes.bytes[ip - bytes.bytes] = '3';
	evidence_unref(evidence);
	evidence = evidence_read(NULL, bytes.bytes, bytes.len);
	assert_non_null(evidence);
	evidence_unref(evidence);
	/* What a terminal would obey, and an offer that there is not. */
	*(char *)memmem(bytes.bytes, bytes.len, "mx.example", 10) = '\x1b';
	assert_null(evidence_read(NULL, bytes.bytes, bytes.len));
	*(char *)memmem(bytes.bytes, bytes.len, "\x1bx.example", 10) = 'm';
	*(char *)memmem(bytes.bytes, bytes.len, "default", 7) = 'D';
	assert_null(evidence_read(NULL, bytes.bytes, bytes.len));
	buf_finish(&bytes);
}

/* More than fits is no evidence. */
static void
test_limit(void **state)
{
	struct evidence *evidence = make_evidence();
	struct buf bytes = { .limit = 20 };
	(void)state;

	assert_false(evidence_write(evidence, &bytes));
	buf_finish(&bytes);
	evidence_unref(evidence);
	evidence = evidence_untried("10.0.0.1", 25, "a private address", false);
	assert_non_null(evidence);
	assert_int_equal(
	    evidence->shakes[0].reached, DANELAW_OUTCOME_NOT_EXAMINED);
	assert_non_null(strstr(evidence->shakes[0].error, evidence->untried));
	evidence_unref(evidence);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
