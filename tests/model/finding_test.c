/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/catalogue.h"
#include "model/tree.h"

enum { LINE_MAX_LEN = 300 };

static const char *const symbols[] = {
#define FINDING(symbol, ...) "FINDING_" #symbol,
#include "model/findings.def"
#undef FINDING
};

static const char *const unseen[] = {
#define UNSEEN(id, why) id,
#include "model/unseen.def"
#undef UNSEEN
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_among(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], text) == 0)
			return true;
	}
	return false;
}

/* "RFC 7672 2.2.3", "RFC 6698 A.1.1" */
static bool
is_rfc(const char *text)
{
	const char *at = text + 4;

	if (strncmp(text, "RFC ", 4) != 0 || !isdigit((unsigned char)*at))
		return false;
	while (isdigit((unsigned char)*at))
		at++;
	if (*at++ != ' ')
		return false;
	return (isdigit((unsigned char)*at) || *at == 'A') &&
	    strspn(at, "0123456789.A") == strlen(at);
}

static void
check_text(const char *id, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > LINE_MAX_LEN || text[len - 1] != '.' ||
	    strchr(text, '?') != NULL || strchr(text, '\n') != NULL ||
	    strstr(text, "  ") != NULL)
		fail_msg(
		    "%s: not a sentence, or too long (%zu): %s", id, len, text);
	if (!isupper((unsigned char)text[0]) &&
	    strchr("{0123456789*", text[0]) == NULL &&
	    strncmp(text, "dig ", 4) != 0 && strncmp(text, "delv ", 5) != 0 &&
	    strncmp(text, "danelaw ", 8) != 0 &&
	    strncmp(text, "openssl ", 8) != 0)
		fail_msg("%s: no beginning of a sentence: %s", id, text);
}

static void
test_entries(void **state)
{
	static const char *const tlsrpt[] = { "starttls-not-supported",
		"certificate-host-mismatch", "certificate-expired",
		"certificate-not-trusted", "validation-failure", "tlsa-invalid",
		"dnssec-invalid", "dane-required" };
	static const char *const sendmail[] = { "OK", "NO", "NOT", "FAIL",
		"NONE", "TEMP", "PROTOCOL", "SOFTWARE" };
	(void)state;

	for (int i = 0; i < FINDING_COUNT; i++) {
		const struct finding_entry *entry =
		    finding_entry((enum finding_id)i);

		assert_ptr_equal(finding_find(entry->id), entry);
		check_text(entry->id, entry->text);
		check_text(entry->id, entry->remedy);
		check_text(entry->id, entry->what);
		check_text(entry->id, entry->who);
		check_text(entry->id, entry->check);
		if (!is_rfc(entry->rfc))
			fail_msg("%s: %s", entry->id, entry->rfc);
		if (entry->tlsrpt != NULL &&
		    !is_among(entry->tlsrpt, tlsrpt, COUNT(tlsrpt)))
			fail_msg("%s: %s", entry->id, entry->tlsrpt);
		if (entry->sendmail != NULL &&
		    !is_among(entry->sendmail, sendmail, COUNT(sendmail)))
			fail_msg("%s: %s", entry->id, entry->sendmail);
	}
}

static void
test_unseen(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(unseen); i++) {
		struct catalogue_item item;

		assert_null(finding_find(unseen[i]));
		assert_true(catalogue_find(unseen[i], &item));
		assert_null(item.entry);
		check_text(unseen[i], item.unseen);
		assert_false(is_among(unseen[i], unseen, i));
	}
	assert_null(finding_find("no-such-id"));
}

static void
read_files(const char *pattern, struct buf *all)
{
	const char *source = getenv("DANELAW_SOURCE");
	char path[4096], part[4096];
	glob_t found;
	size_t n;

	assert_non_null(source);
	snprintf(path, sizeof(path), "%s/%s", source, pattern);
	assert_int_equal(glob(path, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		FILE *file = fopen(found.gl_pathv[i], "r");

		assert_non_null(file);
		while ((n = fread(part, 1, sizeof(part), file)) > 0)
			assert_true(buf_add(all, part, n));
		fclose(file);
	}
	globfree(&found);
}

/* Each entry is made by the diagnosis and wanted by a test. */
static void
test_coverage(void **state)
{
	struct buf code = { 0 }, tests = { 0 };
	(void)state;

	read_files("src/policy/diagnose_*.c", &code);
	read_files("tests/policy/diagnose_*_test.c", &tests);
	for (int i = 0; i < FINDING_COUNT; i++) {
		const char *id = finding_entry((enum finding_id)i)->id;
		const char *at = buf_text(&code);
		size_t len = strlen(symbols[i]);

		while ((at = strstr(at, symbols[i])) != NULL &&
		    (isalnum((unsigned char)at[len]) || at[len] == '_'))
			at += len;
		if (at == NULL)
			fail_msg("%s is never made", id);
		if (strstr(buf_text(&tests), id) == NULL)
			fail_msg("%s is never tested", id);
	}
	buf_finish(&code);
	buf_finish(&tests);
}

static void
test_add(void **state)
{
	struct tree *tree = tree_new();
	struct danelaw_finding *finding;
	char subject[] = "et.example";
	(void)state;

	assert_non_null(tree);
	finding = finding_add(tree, FINDING_DNS_MX_BOGUS, subject, "domain",
	    "{why}", "why", "it {is}", NULL);
	assert_non_null(finding);
	subject[0] = 'x';
	assert_string_equal(finding->subject, "et.example");
	/* A value is no template. */
	assert_string_equal(finding->text,
	    "The MX records of {why} fail DNSSEC validation: it {is}.");
	finding =
	    finding_add(tree, FINDING_DNS_MX_BOGUS, NULL, "domain", NULL, NULL);
	assert_non_null(finding);
	assert_null(finding->subject);
	assert_string_equal(
	    finding->text, "The MX records of ? fail DNSSEC validation: ?.");
	assert_true(
	    finding_present(&tree->report, FINDING_DNS_MX_BOGUS, "et.example"));
	assert_true(finding_present(&tree->report, FINDING_DNS_MX_BOGUS, NULL));
	assert_false(
	    finding_present(&tree->report, FINDING_DNS_MX_BOGUS, "xt.example"));
	assert_false(finding_present(&tree->report, FINDING_TLSA_NONE, NULL));
	danelaw_report_free(&tree->report);
}

static void
test_sort(void **state)
{
	static const enum finding_id added[] = { FINDING_TLSA_NONE,
		FINDING_DNS_MX_INSECURE, FINDING_DNS_MX_BOGUS,
		FINDING_TLSA_PARTIAL_MX, FINDING_DNS_MX_NULL };
	static const char *const sorted[] = { "dns-mx-bogus", "dns-mx-null",
		"dns-mx-insecure", "tlsa-partial-mx", "tlsa-none" };
	struct tree *tree = tree_new();
	(void)state;

	assert_non_null(tree);
	for (size_t i = 0; i < COUNT(added); i++)
		finding_add(tree, added[i], "et.example", NULL);
	finding_sort(tree);
	for (size_t i = 0; i < COUNT(sorted); i++)
		assert_string_equal(tree->report.findings[i].id, sorted[i]);
	danelaw_report_free(&tree->report);
}

/* Of hundreds of one kind a few are told, and one tells of the rest. */
static void
test_fold(void **state)
{
	static const struct {
		size_t refused, timeout; /* findings */
		size_t n, folded;
		const char *text;
	} rows[] = {
		{ 20, 20, 40, 0, NULL },
		{ 21, 1, 22, 1,
		    "The same is to be said 1 times more, of mx20." },
		{ 62500, 1, 22, 62480,
		    "The same is to be said 62480 times more, of mx20, mx21, "
		    "mx22, mx23, mx24 and others." },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tree *tree = tree_new();
		const struct danelaw_finding *last;
		size_t weight = 0;
		char name[24];

		assert_non_null(tree);
		tree->report.domain = "et.example";
		for (size_t j = 0; j < rows[i].timeout; j++)
			finding_add(tree, FINDING_TCP_TIMEOUT_25, "mx", NULL);
		for (size_t j = 0; j < rows[i].refused; j++) {
			struct danelaw_finding *one;

			snprintf(name, sizeof(name), "mx%zu", j);
			one =
			    finding_add(tree, FINDING_TCP_REFUSED, name, NULL);
			assert_non_null(one);
			one->severity = DANELAW_SEVERITY_CRITICAL;
		}
		finding_sort(tree);
		finding_fold(tree);
		assert_int_equal(tree->report.n_findings, rows[i].n);
		for (size_t j = 0; j < rows[i].n; j++)
			weight += finding_weight(&tree->report.findings[j]);
		assert_int_equal(weight, rows[i].refused + rows[i].timeout);
		last = &tree->report.findings[FINDING_TOLD];
		assert_int_equal(last->folded, rows[i].folded);
		if (rows[i].text != NULL) {
			assert_string_equal(last->text, rows[i].text);
			assert_string_equal(last->subject, "et.example");
			assert_int_equal(
			    last->severity, DANELAW_SEVERITY_CRITICAL);
		}
		danelaw_report_free(&tree->report);
	}
}

/* RFC 8460 section 4.3 */
static void
test_tlsrpt(void **state)
{
	static const struct {
		const char *rule;
		enum finding_id id;
		const char *tlsrpt; /* NULL: no failure of theirs */
	} rows[] = {
		{ "rule 99 STARTTLS is not offered",
		    FINDING_SMTP_STARTTLS_NOT_OFFERED,
		    "starttls-not-supported" },
		{ "rule 99 STARTTLS is refused for now",
		    FINDING_SMTP_STARTTLS_454, "starttls-not-supported" },
		{ "rule 99 STARTTLS is refused", FINDING_SMTP_STARTTLS_5XX,
		    "starttls-not-supported" },
		{ "rule 99 STARTTLS is masked", FINDING_SMTP_STARTTLS_MASKED,
		    "starttls-not-supported" },
		{ "rule 100 no name fits under usage 2",
		    FINDING_NAME_MISMATCH_TA, "certificate-host-mismatch" },
		{ "rule 100 but names do not count under usage 3",
		    FINDING_NAME_MISMATCH_EE, NULL },
		{ "rule 101 an expired leaf under usage 2",
		    FINDING_CERT_EXPIRED_TA_LEAF, "certificate-expired" },
		{ "rule 101 an expired root", FINDING_CERT_EXPIRED_TA_ROOT,
		    "certificate-expired" },
		{ "rule 101 but dates do not count under usage 3",
		    FINDING_CERT_EXPIRED_EE, NULL },
		{ "rule 102 a path that is not valid",
		    FINDING_CERT_CHAIN_INVALID, "certificate-not-trusted" },
		{ "rule 102 constraints that are broken", FINDING_CERT_PATHLEN,
		    "certificate-not-trusted" },
		{ "rule 102 an issuer that is no authority",
		    FINDING_CERT_TA_NOT_CA, "certificate-not-trusted" },
		{ "rule 103 the handshake fails", FINDING_TLS_HANDSHAKE_FAILED,
		    "validation-failure" },
		{ "rule 103 only old versions", FINDING_TLS_OLD_ONLY,
		    "validation-failure" },
		{ "rule 104 none is usable", FINDING_TLSA_ALL_UNUSABLE_PKIX,
		    "tlsa-invalid" },
		{ "rule 104 none fits", FINDING_TLSA_STALE_311_NEW_KEY,
		    "tlsa-invalid" },
		{ "rule 105 bogus MX records", FINDING_DNS_MX_BOGUS,
		    "dnssec-invalid" },
		{ "rule 105 a failing TLSA lookup", FINDING_DNS_TLSA_SERVFAIL,
		    "dnssec-invalid" },
		{ "rule 105 failing addresses", FINDING_DNS_MX_HOST_ADDR_ERROR,
		    "dnssec-invalid" },
		{ "rule 106 no TLSA is no failure unless DANE is a must",
		    FINDING_TLSA_NONE, NULL },
		{ "rule 108 nobody listens", FINDING_TCP_REFUSED, NULL },
		{ "rule 108 nobody answers", FINDING_TCP_TIMEOUT_25, NULL },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *is = finding_entry(rows[i].id)->tlsrpt;

		if (is == NULL ? rows[i].tlsrpt != NULL
			       : rows[i].tlsrpt == NULL ||
			    strcmp(is, rows[i].tlsrpt) != 0)
			fail_msg("%s: %s", rows[i].rule,
			    is == NULL ? "nothing" : is);
	}
	for (int i = 0; i < FINDING_COUNT; i++) {
		const char *is = finding_entry((enum finding_id)i)->tlsrpt;

		if (is != NULL && strncmp(is, "sts-", 4) == 0)
			fail_msg("rule 107 %s is for MTA-STS", is);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_tlsrpt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
