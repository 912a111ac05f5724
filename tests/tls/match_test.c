/* SPDX-License-Identifier: ISC */
/*
 * A row is a sentence of RFC 6698, 7671 or 7672, or a trap of OpenSSL that
 * somebody fell into: chain and records in, the judgement out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/x509_vfy.h>

#include "tls/cast.h"
#include "tls/match.h"

struct row {
	const char *why, *chain, *tlsa;
	int code;            /* 0: verified */
	const char *match;   /* "record depth", " key" behind it: signed by */
	const char *results; /* one word a record: m1 - u s1 s- */
	const char *name;    /* "reference presented san", or NULL */
	const char *references;
	bool ee_names;
};

#define OK 0
#define NO_MATCH X509_V_ERR_DANE_NO_MATCH
#define MX_NAME "mx.example mx.example 0"
#define TAKES_CN "mx.example mx.example cn"
#define NO_NAME "- - -"

static struct cast cast;
static struct tls_context *context;

static char trusted[] = "/tmp/danelaw-match-XXXXXX";

/* A machine that trusts every authority of the cast; nobody may ask it. */
static bool
trust_all(void)
{
	static const char *const names[] = { "root", "inter", "evilca" };
	X509 *certs[sizeof(names) / sizeof(names[0])];
	FILE *file = NULL;
	int fd = mkstemp(trusted);
	bool done = false;
	char *pem;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		certs[i] = cast_find(&cast, names[i])->cert;
	pem = forge_pem(certs, sizeof(names) / sizeof(names[0]));
	if (fd >= 0)
		file = fdopen(fd, "w");
	if (file != NULL) {
		done = fputs(pem, file) >= 0;
		done = fclose(file) == 0 && done;
	}
	OPENSSL_free(pem);
	return done && setenv("SSL_CERT_FILE", trusted, 1) == 0;
}

static int
set_up(void **state)
{
	char *error = NULL;

	(void)state;
	cast_init(&cast, cast_roles, cast_n_roles);
	if (!trust_all())
		return -1;
	context = tls_context_new(NULL, NULL, &error);
	return context == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	unlink(trusted);
	tls_context_free(context);
	cast_finish(&cast);
	return 0;
}

static size_t
split(struct arena *arena, const char *words, const char ***list)
{
	size_t n = 0;

	*list = NULL;
	while (words != NULL && *words != '\0') {
		size_t len = strcspn(words, " ");

		arena_push_text(arena, list, &n,
		    arena_printf(arena, "%.*s", (int)len, words));
		words += len;
		words += strspn(words, " ");
	}
	return n;
}

static struct match_answer
judge(struct arena *arena, const struct row *row, struct tls_chain *chain)
{
	struct match_question question = { .at = FORGE_NOW,
		.ee_names = row->ee_names };
	struct match_answer answer;
	struct danelaw_record *records;
	const char **references;

	question.n_references = split(arena,
	    row->references == NULL ? "mx.example" : row->references,
	    &references);
	question.references = references;
	records = cast_records(&cast, arena, row->tlsa, &question.n_records);
	question.records = records;
	assert_true(match_mark_unusable(context, records, question.n_records));
	assert_true(match_judge(context, chain, &question, arena, &answer));
	assert_int_equal(answer.n_records, question.n_records);
	return answer;
}

static char *
words_of_results(struct arena *arena, const struct match_answer *answer)
{
	static const char letters[] = "-mus";
	char *words = arena_strdup(arena, "");

	for (size_t i = 0; i < answer->n_records; i++) {
		const struct danelaw_record_result *r = &answer->records[i];

		assert_int_equal(r->record, i);
		words = arena_printf(arena, "%s%s%c", words, i > 0 ? " " : "",
		    letters[r->result]);
		if (r->depth >= 0)
			words = arena_printf(arena, "%s%d", words, r->depth);
		else if (r->result == DANELAW_RESULT_SUPERSEDED)
			words = arena_printf(arena, "%s-", words);
	}
	return words;
}

static char *
words_of_match(struct arena *arena, const struct danelaw_match *match)
{
	return match == NULL
	    ? arena_strdup(arena, "none")
	    : arena_printf(arena, "%zu %d%s", match->record, match->depth,
		  match->how == DANELAW_HOW_SIGNED_BY ? " key" : "");
}

static char *
words_of_name(struct arena *arena, const struct danelaw_match *match)
{
	const struct danelaw_name_check *name;

	if (match == NULL || !match->name.checked)
		return arena_strdup(arena, "unchecked");
	name = &match->name;
	return arena_printf(arena, "%s %s %s",
	    name->reference == NULL ? "-" : name->reference,
	    name->presented == NULL ? "-" : name->presented,
	    name->source == DANELAW_NAME_NONE ? "-"
		: name->source == DANELAW_NAME_CN
		? "cn"
		: arena_printf(arena, "%d", name->san));
}

static void
check_rows(const struct row *rows, size_t n)
{
	size_t bad = 0;

	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		struct arena *arena = arena_new();
		struct tls_chain *chain = cast_chain(&cast, row->chain);
		struct match_answer answer = judge(arena, row, chain);
		const char *want, *have;

		want = arena_printf(arena, "%d, match %s, results %s, name %s",
		    row->code, row->match == NULL ? "none" : row->match,
		    row->results, row->name == NULL ? "unchecked" : row->name);
		have = arena_printf(arena, "%d, match %s, results %s, name %s",
		    answer.verify_error == NULL ? 0 : answer.verify_error->code,
		    words_of_match(arena, answer.match),
		    words_of_results(arena, &answer),
		    words_of_name(arena, answer.match));
		if (strcmp(want, have) != 0) {
			print_error(
			    "%s\n  want %s\n  have %s\n", row->why, want, have);
			bad++;
		}
		if (answer.verified !=
		    (row->code == OK && row->match != NULL)) {
			print_error(
			    "%s: verified %d\n", row->why, answer.verified);
			bad++;
		}
		tls_chain_unref(chain);
		arena_unref(arena);
	}
	assert_int_equal(bad, 0);
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void
test_usage_3(void **state)
{
	static const struct row rows[] = {
		{ "rule 73: 6698 2.1.1 the leaf's key", "leaf inter",
		    "3 1 1 leaf", OK, "0 0", "m0" },
		{ "rule 73: 6698 2.1.2 selector 0, the whole certificate",
		    "leaf", "3 0 1 leaf", OK, "0 0", "m0" },
		{ "rule 73: 6698 2.1.3 SHA-512", "leaf", "3 1 2 leaf", OK,
		    "0 0", "m0" },
		{ "rule 73: 6698 2.1.3 no digest, certificate", "leaf",
		    "3 0 0 leaf", OK, "0 0", "m0" },
		{ "rule 73: 6698 2.1.3 no digest, key", "leaf", "3 1 0 leaf",
		    OK, "0 0", "m0" },
		{ "rule 74: 3 x x: only the leaf is compared",
		    "leaf inter root", "3 1 1 inter", NO_MATCH, NULL, "-" },
		{ "rule 72: another key", "leaf inter", "3 1 1 next", NO_MATCH,
		    NULL, "-" },
		{ "rule 73: selector and data do not go together", "leaf",
		    "3 0 1 leaf~", NO_MATCH, NULL, "-" },
		{ "self-signed is fine", "selfleaf", "3 1 1 selfleaf", OK,
		    "0 0", "m0" },
		{ "rule 75: 7672 3.1.1 dates do not count", "exleaf",
		    "3 1 1 exleaf", OK, "0 0", "m0" },
		{ "rule 75: 7672 3.1.1 nor before their time", "newleaf",
		    "3 1 1 newleaf", OK, "0 0", "m0" },
		{ "rule 74: 7672 3.1.1 names do not count", "leaf",
		    "3 1 1 leaf", OK, "0 0", "m0", NULL, "other.example" },
		{ "rule 75: purposes do not count", "client", "3 1 1 client",
		    OK, "0 0", "m0" },
		{ "nor key usage", "dataenc", "3 0 1 dataenc", OK, "0 0",
		    "m0" },
		{ "nor critical extensions", "critical", "3 1 1 critical", OK,
		    "0 0", "m0" },
		{ "nor signatures", "forged inter", "3 1 1 forged", OK, "0 0",
		    "m0" },
		{ "nor SHA-1", "sha1leaf", "3 1 1 sha1leaf", OK, "0 0", "m0" },
		{ "RSA 1024 passes at level 1", "rsa1024", "3 1 1 rsa1024", OK,
		    "0 0", "m0" },
		{ "rule 52: RSA 512 does not; the match is known all the same",
		    "rsa512", "3 1 1 rsa512", X509_V_ERR_EE_KEY_TOO_SMALL,
		    "0 0", "m0" },
		{ "names checked on request", "leaf", "3 1 1 leaf", OK, "0 0",
		    "m0", MX_NAME, NULL, true },
		{ "names checked on request, none fits", "leaf", "3 1 1 leaf",
		    X509_V_ERR_HOSTNAME_MISMATCH, "0 0", "m0", NO_NAME,
		    "other.example", true },
		{ "rule 71: 6698 4.1 any record is enough", "leaf inter",
		    "3 1 1 next; 3 1 1 inter; 3 1 1 leaf", OK, "2 0",
		    "- - m0" },
		{ "nothing was sent", "", "3 1 1 leaf", NO_MATCH, NULL, "-" },
	};
	(void)state;
	CHECK(rows);
}

static void
test_usage_2(void **state)
{
	static const struct row rows[] = {
		{ "rule 70: no transparency log vouches for it", "leaf inter",
		    "2 0 1 inter", OK, "0 1", "m1", MX_NAME },
		{ "rule 76: 6698 2.1.1 the issuer", "leaf inter", "2 1 1 inter",
		    OK, "0 1", "m1", MX_NAME },
		{ "selector 0, SHA-512", "leaf inter", "2 0 2 inter", OK, "0 1",
		    "m1", MX_NAME },
		{ "the root, sent", "leaf inter root", "2 1 1 root", OK, "0 2",
		    "m2", MX_NAME },
		{ "rule 78: not even where a usage 0 record wants one",
		    "leaf inter", "2 1 1 root; 0 1 1 root", NO_MATCH, NULL,
		    "- u" },
		{ "rule 78: 7671 5.2.2 the root, not sent", "leaf inter",
		    "2 1 1 root", NO_MATCH, NULL, "-" },
		{ "the issuer, not sent", "leaf", "2 1 1 inter", NO_MATCH, NULL,
		    "-" },
		{ "never the leaf itself", "leaf inter", "2 1 1 leaf", NO_MATCH,
		    NULL, "-" },
		{ "not even self-signed", "selfleaf", "2 1 1 selfleaf",
		    NO_MATCH, NULL, "-" },
		{ "not even as a CA", "selfca", "2 0 1 selfca", NO_MATCH, NULL,
		    "-" },
		{ "rule 76: 6698 2.1.1 sent, but no issuer of the leaf",
		    "evilleaf evilca inter", "2 1 1 inter", NO_MATCH, NULL,
		    "-" },
		{ "sent behind a complete other chain",
		    "evilleaf evilca inter root", "2 0 1 inter; 2 0 1 root",
		    NO_MATCH, NULL, "- -" },
		{ "in wrong order", "leaf root inter", "2 1 1 root", OK, "0 2",
		    "m2", MX_NAME },
		{ "the depth is that of the path", "leaf root inter",
		    "2 1 1 inter", OK, "0 1", "m1", MX_NAME },
		{ "duplicates", "leaf leaf inter inter root", "2 1 1 root", OK,
		    "0 2", "m2", MX_NAME },
		{ "the issuer's name on somebody else's signature",
		    "forged inter", "2 1 1 inter",
		    X509_V_ERR_CERT_SIGNATURE_FAILURE, NULL, "-" },
		{ "one key, two certificates: the one sent counts",
		    "leaf interx evilca", "2 0 1 inter", NO_MATCH, NULL, "-" },
		{ "one key, two certificates: by key they are the same",
		    "leaf interx evilca", "2 1 1 inter", OK, "0 1", "m1",
		    MX_NAME },
		{ "usages 2 and 3: 3 is tried first", "leaf inter",
		    "2 1 1 inter; 3 1 1 leaf", OK, "1 0", "m1 m0" },
		{ "rule 71: 7671 8 a stale 3 beside a good 2", "leaf inter",
		    "3 1 1 next; 2 1 1 inter", OK, "1 1", "- m1", MX_NAME },
		{ "the nearest authority ends the path", "leaf inter root",
		    "2 1 1 root; 2 1 1 inter", OK, "1 1", "m2 m1", MX_NAME },
	};
	(void)state;
	CHECK(rows);
}

static void
test_from_dns(void **state)
{
	static const struct row rows[] = {
		{ "rule 79: 7671 5.2.2 2 0 0 works with nothing sent", "leaf",
		    "2 0 0 inter", OK, "0 1", "m1", MX_NAME },
		{ "rule 79: 2 0 0 of the root", "leaf inter", "2 0 0 root", OK,
		    "0 2", "m2", MX_NAME },
		{ "2 0 0 of the root, the one between not sent", "leaf",
		    "2 0 0 root", NO_MATCH, NULL, "-" },
		{ "2 0 0 sent as well", "leaf inter", "2 0 0 inter", OK, "0 1",
		    "m1", MX_NAME },
		{ "2 0 0 of a stranger", "leaf inter", "2 0 0 evilca", NO_MATCH,
		    NULL, "-" },
		{ "two 2 0 0 help each other, alone one cannot", "leaf",
		    "2 0 0 root; 2 0 0 inter", OK, "1 1", "- m1", MX_NAME },
		{ "a digest of what only the DNS has: not it is named", "leaf",
		    "2 1 1 inter; 2 0 0 inter", OK, "1 1", "- m1", MX_NAME },
		{ "rule 80: 7671 5.2.3 a bare key, nothing sent", "leaf",
		    "2 1 0 inter", OK, "0 0 key", "m0", MX_NAME },
		{ "a bare key, two sent", "leaf inter", "2 1 0 root", OK,
		    "0 1 key", "m1", MX_NAME },
		{ "a bare key that was sent as a certificate", "leaf inter",
		    "2 1 0 inter", OK, "0 1", "m1", MX_NAME },
		{ "rule 80: a bare key that signed nothing", "leaf inter",
		    "2 1 0 evilca", NO_MATCH, NULL, "-" },
		{ "rule 80: a bare key, the leaf expired", "exleaf",
		    "2 1 0 inter", X509_V_ERR_CERT_HAS_EXPIRED, "0 0 key", "m0",
		    MX_NAME },
		{ "rule 80: a bare key, no such name", "leaf", "2 1 0 inter",
		    X509_V_ERR_HOSTNAME_MISMATCH, "0 0 key", "m0", NO_NAME,
		    "other.example" },
		{ "a bare key makes an authority of what is none", "notca-leaf",
		    "2 1 0 notca", OK, "0 0 key", "m0", MX_NAME },
		{ "2 0 0 of what is no authority", "notca-leaf", "2 0 0 notca",
		    X509_V_ERR_INVALID_CA, "0 1", "m1", MX_NAME },
		{ "rule 51: 7671 9 not DER", "leaf inter",
		    "2 0 0 inter#; 2 1 0 inter+", OK, NULL, "u u" },
		{ "7671 9 not DER, another one good", "leaf inter",
		    "2 0 0 inter#; 3 1 1 leaf", OK, "1 0", "u m0" },
		{ "a certificate where a key should be", "leaf inter",
		    "3 0 0 leaf+; 2 1 0 leaf#", OK, NULL, "u u" },
	};
	(void)state;
	CHECK(rows);
}

static void
test_faults(void **state)
{
	static const struct row rows[] = {
		{ "rule 76: leaf expired", "exleaf inter", "2 1 1 inter",
		    X509_V_ERR_CERT_HAS_EXPIRED, "0 1", "m1", MX_NAME },
		{ "leaf not yet valid", "newleaf inter", "2 1 1 inter",
		    X509_V_ERR_CERT_NOT_YET_VALID, "0 1", "m1", MX_NAME },
		{ "the date of an authority that others issued is not read",
		    "exinter-leaf exinter", "2 1 1 exinter", OK, "0 1", "m1",
		    MX_NAME },
		{ "but it is on the way to the root",
		    "exinter-leaf exinter root", "2 1 1 root",
		    X509_V_ERR_CERT_HAS_EXPIRED, "0 2", "m2", MX_NAME },
		{ "a root that is expired", "exroot-leaf exroot-inter exroot",
		    "2 1 1 exroot", X509_V_ERR_CERT_HAS_EXPIRED, "0 2", "m2",
		    MX_NAME },
		{ "expired above what matched",
		    "exroot-leaf exroot-inter exroot", "2 1 1 exroot-inter", OK,
		    "0 1", "m1", MX_NAME },
		{ "rule 76: not for servers", "client inter", "2 1 1 inter",
		    X509_V_ERR_INVALID_PURPOSE, "0 1", "m1", MX_NAME },
		{ "key usage that no server can have", "dataenc inter",
		    "2 1 1 inter", X509_V_ERR_INVALID_PURPOSE, "0 1", "m1",
		    MX_NAME },
		{ "keyEncipherment alone passes", "keyenc inter", "2 1 1 inter",
		    OK, "0 1", "m1", MX_NAME },
		{ "keyAgreement alone passes", "keyagree inter", "2 1 1 inter",
		    OK, "0 1", "m1", MX_NAME },
		{ "unknown critical extension", "critical inter", "2 1 1 inter",
		    X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, "0 1", "m1",
		    MX_NAME },
		{ "rule 76: authority without keyCertSign",
		    "nosign-leaf nosign", "2 1 1 nosign", X509_V_ERR_INVALID_CA,
		    "0 1", "m1", MX_NAME },
		{ "authority with CA:FALSE", "notca-leaf notca", "2 1 1 notca",
		    X509_V_ERR_INVALID_CA, "0 1", "m1", MX_NAME },
		{ "authority without basicConstraints", "nobasic-leaf nobasic",
		    "2 0 1 nobasic", X509_V_ERR_INVALID_CA, "0 1", "m1",
		    MX_NAME },
		{ "root of version 1", "v1root-leaf v1root", "2 1 1 v1root", OK,
		    "0 1", "m1", MX_NAME },
		{ "other authority of version 1", "v1inter-leaf v1inter",
		    "2 1 1 v1inter", X509_V_ERR_INVALID_CA, "0 1", "m1",
		    MX_NAME },
		{ "rule 77: 7672 3.1.2 path length", "plleaf plinter plroot",
		    "2 0 1 plroot", X509_V_ERR_PATH_LENGTH_EXCEEDED, "0 2",
		    "m2", MX_NAME },
		{ "path length above what matched", "plleaf plinter plroot",
		    "2 0 1 plinter", OK, "0 1", "m1", MX_NAME },
		{ "rule 77: 7672 3.1.2 name constraints", "ncleaf ncroot",
		    "2 0 1 ncroot", X509_V_ERR_PERMITTED_VIOLATION, "0 1", "m1",
		    MX_NAME },
		{ "name constraints kept", "ncgood ncroot", "2 0 1 ncroot", OK,
		    "0 1", "m1", "mx.example.org mx.example.org 0",
		    "mx.example.org" },
		{ "SHA-1 under the leaf", "sha1leaf inter", "2 1 1 inter",
		    X509_V_ERR_CA_MD_TOO_WEAK, "0 1", "m1", MX_NAME },
		{ "SHA-1 under what matched", "sha1inter-leaf sha1inter",
		    "2 1 1 sha1inter", OK, "0 1", "m1", MX_NAME },
		{ "SHA-1 below what matched", "sha1inter-leaf sha1inter root",
		    "2 1 1 root", X509_V_ERR_CA_MD_TOO_WEAK, "0 2", "m2",
		    MX_NAME },
		{ "RSA 1024 passes at level 1", "rsa1024 inter", "2 1 1 inter",
		    OK, "0 1", "m1", MX_NAME },
		{ "too weak a key and no match: OpenSSL ends at the key",
		    "rsa512 inter", "2 1 1 root", X509_V_ERR_EE_KEY_TOO_SMALL,
		    NULL, "-" },
		{ "a good 3 heals a chain with faults", "exleaf inter",
		    "2 1 1 inter; 3 1 1 exleaf", OK, "1 0", "m1 m0" },
		{ "expired and a wrong name: OpenSSL ends at the name",
		    "exleaf inter", "2 1 1 inter", X509_V_ERR_HOSTNAME_MISMATCH,
		    "0 1", "m1", NO_NAME, "other.example" },
		{ "no match is told before all others", "exleaf inter",
		    "2 1 1 root", NO_MATCH, NULL, "-", NULL, "other.example" },
	};
	(void)state;
	CHECK(rows);
}

static void
test_names(void **state)
{
	static const struct row rows[] = {
		{ "rule 84: 7672 3.2.2 the base", "leaf inter", "2 1 1 inter",
		    OK, "0 1", "m1", MX_NAME },
		{ "rule 85: 7672 3.2.2 the next hop", "leaf inter",
		    "2 1 1 inter", OK, "0 1", "m1", MX_NAME,
		    "mx1.other mx.example" },
		{ "the first reference that fits", "many inter", "2 1 1 inter",
		    OK, "0 1", "m1", "c.example c.example 2",
		    "x.example c.example a.example" },
		{ "none", "leaf inter", "2 1 1 inter",
		    X509_V_ERR_HOSTNAME_MISMATCH, "0 1", "m1", NO_NAME,
		    "mx.other example" },
		{ "rule 88: 7672 3.2.3 CN without SAN", "cn inter",
		    "2 1 1 inter", OK, "0 1", "m1", TAKES_CN },
		{ "any CN", "cn2 inter", "2 1 1 inter", OK, "0 1", "m1",
		    TAKES_CN },
		{ "CN beside e-mail only", "email inter", "2 1 1 inter", OK,
		    "0 1", "m1", TAKES_CN },
		{ "CN beside an address only", "ip inter", "2 1 1 inter", OK,
		    "0 1", "m1", TAKES_CN },
		{ "rule 88: 7672 3.2.3 one DNS-ID rules the CN out",
		    "cn-san inter", "2 1 1 inter", X509_V_ERR_HOSTNAME_MISMATCH,
		    "0 1", "m1", NO_NAME },
		{ "wildcard", "wild inter", "2 1 1 inter", OK, "0 1", "m1",
		    "mx.example.com *.example.com 0", "mx.example.com" },
		{ "wildcard in the CN", "wild-cn inter", "2 1 1 inter", OK,
		    "0 1", "m1", "mx.example.com *.example.com cn",
		    "mx.example.com" },
		{ "rule 89: a wildcard is one label", "wild inter",
		    "2 1 1 inter", X509_V_ERR_HOSTNAME_MISMATCH, "0 1", "m1",
		    NO_NAME, "a.b.example.com" },
		{ "and not none", "wild inter", "2 1 1 inter",
		    X509_V_ERR_HOSTNAME_MISMATCH, "0 1", "m1", NO_NAME,
		    "example.com" },
		{ "rule 89: 7672 3.2.3 partial wildcards are invalid",
		    "partial inter", "2 1 1 inter",
		    X509_V_ERR_HOSTNAME_MISMATCH, "0 1", "m1", NO_NAME,
		    "mx.example.com" },
		{ "no wildcard right below the top", "wild-top inter",
		    "2 1 1 inter", X509_V_ERR_HOSTNAME_MISMATCH, "0 1", "m1",
		    NO_NAME },
		{ "case", "upper inter", "2 1 1 inter", OK, "0 1", "m1",
		    "mx.example MX.Example 0" },
		{ "NUL in a DNS-ID", "nul inter", "2 1 1 inter",
		    X509_V_ERR_HOSTNAME_MISMATCH, "0 1", "m1", NO_NAME },
		{ "NUL in a CN", "nul-cn inter", "2 1 1 inter",
		    X509_V_ERR_HOSTNAME_MISMATCH, "0 1", "m1", NO_NAME },
		{ "a reference with a dot in front is none", "leaf inter",
		    "2 1 1 inter", X509_V_ERR_HOSTNAME_MISMATCH, "0 1", "m1",
		    NO_NAME, ".example" },
		{ "the second one is used then", "leaf inter", "2 1 1 inter",
		    OK, "0 1", "m1", MX_NAME, ".example mx.example" },
	};
	(void)state;
	CHECK(rows);
}

static void
test_records(void **state)
{
	static const struct row rows[] = {
		{ "rule 57: 7671 9 the stronger digest rules", "leaf",
		    "3 1 1 leaf; 3 1 2 next", NO_MATCH, NULL, "s0 -" },
		{ "7671 9 the weaker one may be stale", "leaf",
		    "3 1 1 next; 3 1 2 leaf", OK, "1 0", "s- m0" },
		{ "rule 57: 7671 9 per selector", "leaf",
		    "3 0 2 next; 3 1 1 leaf", OK, "1 0", "- m0" },
		{ "rule 57: 7671 9 per usage", "leaf inter",
		    "3 1 2 next; 2 1 1 inter", OK, "1 1", "- m1", MX_NAME },
		{ "rule 57: 7671 9 type 0 stands apart", "leaf",
		    "3 1 0 leaf; 3 1 2 next", OK, "0 0", "m0 -" },
		{ "7671 9 an unusable one rules nothing", "leaf",
		    "3 1 1 leaf; 3 1 2 next#", OK, "0 0", "m0 u" },
		{ "7671 9 also for authorities", "leaf inter",
		    "2 1 1 inter; 2 1 2 root", NO_MATCH, NULL, "s1 -" },
		{ "rule 53: 7672 3.1.3 usages 0 and 1", "leaf inter",
		    "0 1 1 inter; 1 1 1 leaf", OK, NULL, "u u" },
		{ "7672 3.1.3 they do not help others", "leaf inter",
		    "1 1 1 leaf; 3 1 1 next", NO_MATCH, NULL, "u -" },
		{ "rule 50: 6698 4.1 unknown numbers", "leaf",
		    "4 1 1 leaf; 3 2 0 leaf; 3 1 3 leaf", OK, NULL, "u u u" },
		{ "rule 51: a digest of wrong length", "leaf",
		    "3 1 1 leaf#; 3 1 2 leaf+", OK, NULL, "u u" },
		{ "no record at all", "leaf", "", OK, NULL, "" },
		{ "nothing sent and nothing usable", "", "3 1 1 leaf#", OK,
		    NULL, "u" },
		{ "the same twice: the first is named", "leaf",
		    "3 1 1 next; 3 1 1 leaf; 3 1 1 leaf", OK, "1 0",
		    "- m0 m0" },
		{ "Debian 1075900: nine issuers, one fits, SAN 8 of 8",
		    "many inter",
		    "2 1 1 root; 2 1 1 evilca; 2 1 1 exroot; 2 1 1 nosign; "
		    "2 1 1 inter; 2 1 1 v1root; 2 1 1 plroot; 2 1 1 ncroot; "
		    "2 1 1 sha1inter",
		    OK, "4 1", "- - - - m1 - - - -",
		    "mx06.et.example mx06.et.example 7", "mx06.et.example" },
	};
	(void)state;
	CHECK(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage_3),
		cmocka_unit_test(test_usage_2),
		cmocka_unit_test(test_from_dns),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_records),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
