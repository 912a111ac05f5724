/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/catalogue.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What people find in their logs, and an entry that must come up. */
static const struct {
	const char *words, *id;
	bool quoted; /* found as a message in the line, not as a part */
} rows[] = {
	{ "Key usage violation in certificate", "tls-gnutls-kuv-sign", false },
	{ "Key usage violation in certificate", "tls-gnutls-kuv-enc", false },
	{ "no matching DANE TLSA records", "tlsa-no-match-ee", false },
	{ "no matching DANE TLSA records", "tlsa-stale-311-new-key", false },
	{ "TLSA lookup error", "dns-tlsa-servfail", false },
	{ "TLSA lookup error", "dns-tlsa-timeout", false },
	{ "tlsa LOOKUP error", "dns-tlsa-timeout", false },
	{ "no shared cipher", "tls-no-shared-cipher", false },
	{ "unable to get local issuer certificate", "cert-missing-intermediate",
	    false },
	{ "Server certificate not verified", "tlsa-ta-not-in-chain", false },
	{ "Server certificate not verified", "name-mismatch-ta", false },
	{ "5.7.321", "smtp-starttls-not-offered", false },
	{ "5.7.322", "cert-expired-ta-leaf", false },
	{ "5.7.323", "tlsa-no-match-ee", false },
	{ "5.7.324", "dns-tlsa-servfail", false },
	{ "4.7.5", "dns-tlsa-servfail", false },
	{ "4.7.5", "tlsa-no-match-ee", false },
	{ "DANE error: tlsa lookup DEFER", "dns-tlsa-servfail", false },
	{ "certificate-host-mismatch", "name-mismatch-ta", false },
	{ "AD bit", "dns-ad-bit-untrusted", false },
	{ "warning: TLSA lookup error for mx.example.org:25",
	    "dns-tlsa-servfail", true },
	{ "mx postfix/smtp[7]: Untrusted TLS: Server certificate not "
	  "verified, status=deferred",
	    "tlsa-no-match-ee", true },
	{ "verify error:num=20:unable to get local issuer certificate",
	    "cert-missing-intermediate", true },
	{ "DANE error: tlsa lookup DEFER for mx.example.org",
	    "dns-tlsa-timeout", true },
	{ "450 4.7.323 tlsa-invalid: 550 5.7.323 The domain failed",
	    "tlsa-no-match-ee", true },
	{ "(gnutls_handshake): Key usage violation in certificate has been "
	  "detected.",
	    "tls-gnutls-kuv-sign", true },
	{ "Name service error for name=x.example: Host not found, try again",
	    "dns-tlsa-servfail", true },
};

static void
test_rows(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct catalogue_item item;

		assert_true(catalogue_find(rows[i].id, &item));
		if (catalogue_says(&item, rows[i].words) == rows[i].quoted)
			fail_msg("%s: said in %s", rows[i].words, rows[i].id);
		if (rows[i].quoted && !catalogue_quotes(&item, rows[i].words))
			fail_msg("%s: not in %s", rows[i].words, rows[i].id);
	}
}

/* A line about something else finds nothing. */
static void
test_foreign(void **state)
{
	static const char *const lines[] = { "", "x", "15.7.323", "5.7.3230",
		"status=sent (250 2.0.0 Ok: queued as 4XyZ)",
		"connect from unknown[192.0.2.1]", "HOST", "\"" };
	(void)state;

	for (size_t i = 0; i < COUNT(lines); i++) {
		for (size_t j = 0; j < catalogue_size(); j++) {
			struct catalogue_item item = catalogue_at(j);

			if (catalogue_quotes(&item, lines[i]))
				fail_msg("%s: in %s", lines[i], item.id);
		}
	}
}

static void
test_nearest(void **state)
{
	static const struct {
		const char *id, *nearest;
	} near[] = {
		{ "tlsa-stale-311", "tlsa-stale-311-new-key" },
		{ "tlsa-no-match", "tlsa-no-match-ee" },
		{ "tsla-none", "tlsa-none" },
		{ "dns-mx-bogos", "dns-mx-bogus" },
		{ "tls-gnutls-kuv-loacl", "tls-gnutls-kuv-local" },
		{ "", NULL },
		{ "nothing-like-any-of-them", NULL },
		{ "an-id-that-is-longer-than-any-of-the-catalogue", NULL },
	};
	struct catalogue_item item;
	(void)state;

	for (size_t i = 0; i < COUNT(near); i++) {
		const char *nearest = catalogue_nearest(near[i].id);

		assert_false(catalogue_find(near[i].id, &item));
		if (near[i].nearest == NULL)
			assert_null(nearest);
		else
			assert_string_equal(nearest, near[i].nearest);
	}
}

static void
test_all(void **state)
{
	size_t n_unseen = 0;
	(void)state;

	for (size_t i = 0; i < catalogue_size(); i++) {
		struct catalogue_item item = catalogue_at(i), again;

		assert_true((item.entry == NULL) != (item.unseen == NULL));
		assert_true(catalogue_find(item.id, &again));
		assert_string_equal(again.id, item.id);
		n_unseen += item.entry == NULL;
	}
	assert_int_equal(catalogue_size() - n_unseen, FINDING_COUNT);
	assert_true(n_unseen > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
