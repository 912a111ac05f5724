/* SPDX-License-Identifier: ISC */
/*
 * references_match() explains what X509_check_host() decides, so the two must
 * never differ: every name of one table against every name of the other, as
 * a dNSName and as a CN.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "plant.h"
#include "policy/references.h"

/* X509_check_host() needs no signature. */
static X509 *
cert_with_san(const char *name)
{
	X509 *cert = X509_new();
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *general = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	assert_true(
	    cert != NULL && names != NULL && general != NULL && text != NULL);
	assert_int_equal(ASN1_STRING_set(text, name, -1), 1);
	GENERAL_NAME_set0_value(general, GEN_DNS, text);
	assert_true(sk_GENERAL_NAME_push(names, general) > 0);
	assert_int_equal(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0,
			     X509V3_ADD_DEFAULT),
	    1);
	GENERAL_NAMES_free(names);
	return cert;
}

static X509 *
cert_with_cn(const char *name)
{
	X509 *cert = X509_new();
	X509_NAME *subject = X509_NAME_new();

	assert_true(cert != NULL && subject != NULL);
	assert_int_equal(
	    X509_NAME_add_entry_by_NID(subject, NID_commonName,
		V_ASN1_UTF8STRING, (const unsigned char *)name, -1, -1, 0),
	    1);
	assert_int_equal(X509_set_subject_name(cert, subject), 1);
	X509_NAME_free(subject);
	return cert;
}

static const char *const presented[] = { "mx.example.com", "MX.Example.COM",
	"mx.example.com.", "*.example.com", "*.EXAMPLE.com", "*.example.com.",
	"*.com", "*.example", "*", "*.", "*.*", "*.*.com", "*.*.example.com",
	"m*.example.com", "*x.example.com", "mx*.example.com",
	"*mx.example.com", "m*x.example.com", "mx.*.com", "mx.*.example.com",
	"xn--*.example.com", "xn--bcher-kva.example", "*.xn--bcher-kva.example",
	"XN--*.example.com", "**.example.com", "*.exa_mple.com",
	"_25._tcp.mx.example.com", "*._tcp.example.com", "*.-x.com", "*.x-.com",
	"*.x--y.com", "*..com", "*.example..com", "*.example.com.au", "*.a.b.c",
	"a.*", "*a*.b.c", ".example.com", "..example.com", "*.1.2.3",
	" mx.example.com", "mx.example.com ", "*.example.com ", "*.example.co-",
	"*.example.co-m", "*-.example.com", "*.-", "a", "-", ".", "x", "*.b.c",
	"\xc3\xbc.example.com", "*.\xc3\xbc.com", "mx.example.com/",
	"mx.example.com\\x00.evil" };

static const char *const references[] = { "mx.example.com", "a.mx.example.com",
	"example.com", "MX.EXAMPLE.COM", "com", "a", "xn--a.example.com",
	"xn--bcher-kva.example", "XN--A.example.com", "x.xn--bcher-kva.example",
	"_x.example.com", "x_y.example.com", "_25._tcp.mx.example.com",
	"mx._tcp.example.com", "*.example.com", "**.example.com",
	"*a.example.com", "m*.example.com", "mx.example", "a.com",
	"a.exa_mple.com", "a.b.c", "b.c", "x.a.b.c", "*.b.c", "-a.example.com",
	"a-.example.com", "-.example.com", "x.1.2.3", "a.x--y.com",
	"a..example.com", "mx.example.com.au", "mx.example.co-m", "mx..com",
	"a.x-.com", "a.-x.com", "1.example.com", "0123456789.example.com",
	"m x.example.com", "mx.example.comx", "xmx.example.com",
	"\xc3\xbc.example.com", "mx.example.com\\x00.evil", "*", "*.*", "*.com",
	"aaaa.b", "x.aa.b", "x.aa.b.c", "x.a-a.b", "*.aa.b", "a_aa.b.c", "x.b",
	"x.b.c", "--.aa.b" };

static void
compare(X509 *cert, const char *name, size_t *matches)
{
	for (size_t i = 0; i < COUNT(references); i++) {
		int theirs = X509_check_host(cert, references[i], 0,
		    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL);
		bool ours = references_match(name, references[i]);

		if (theirs < 0 || ours != (theirs == 1))
			fail_msg("\"%s\" for \"%s\": OpenSSL %d, we %d", name,
			    references[i], theirs, ours);
		*matches += ours;
	}
	X509_free(cert);
}

static void
test_same_as_openssl(void **state)
{
	size_t matches = 0;
	(void)state;

	for (size_t i = 0; i < COUNT(presented); i++) {
		compare(cert_with_san(presented[i]), presented[i], &matches);
		compare(cert_with_cn(presented[i]), presented[i], &matches);
	}
	/* The table is no table of refusals only. */
	assert_true(matches > 60);
}

/* All short names over a small alphabet, so that no shape is forgotten. */
static void
test_every_short_name(void **state)
{
	static const char letters[] = "*.-a_";
	char name[] = "******", full[32];
	size_t matches = 0;
	(void)state;

	for (unsigned i = 0; i < 5 * 5 * 5 * 5; i++) {
		for (unsigned j = 0, rest = i; j < 4; j++, rest /= 5)
			name[j] = letters[rest % 5];
		strcpy(name + 4, ".b");
		compare(cert_with_san(name), name, &matches);
		strcpy(full, name);
		strcat(full, ".c");
		compare(cert_with_san(full), full, &matches);
	}
	assert_int_equal(matches, 6);
}

/* Where we are asked what OpenSSL is never asked. */
static void
test_beyond(void **state)
{
	(void)state;
	assert_true(references_match("mx.example.com", "mx.example.com."));
	assert_true(references_match("*.example.com", "mx.example.com."));
	/* OpenSSL would take it for "any name below". */
	assert_false(references_match("mx.example.com", ".example.com"));
	assert_false(references_match(".example.com", ".example.com"));
	assert_false(references_match("*.example.com", ".example.com"));
	assert_false(references_match("", ""));
	assert_false(references_match("mx.example.com", ""));
	assert_false(references_match(".", "."));
	assert_false(references_match(NULL, "mx.example.com"));
	assert_false(references_match("mx.example.com", NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_as_openssl),
		cmocka_unit_test(test_every_short_name),
		cmocka_unit_test(test_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
