/* SPDX-License-Identifier: ISC */
/*
 * A presented chain, its facts, and the judge. The input is PEM, or else
 * certificates in DER that each begin with their length in two octets: so
 * they are changed where it matters and not in their base64.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509_vfy.h>

#include "base/buf.h"
#include "fuzz.h"
#include "policy/tlsa.h"
#include "tls/match.h"

#define AT INT64_C(1795400000)
#define PEM_LIMIT 65536

static void
put_pem(struct buf *pem, const uint8_t *bytes, size_t len)
{
	while (len >= 2) {
		size_t size = (size_t)bytes[0] << 8 | bytes[1];
		unsigned char *base64;

		bytes += 2;
		len -= 2;
		size = size > len ? len : size;
		base64 = malloc(4 * (size / 3 + 1) + 1);
		assert(base64 != NULL);
		EVP_EncodeBlock(base64, bytes, (int)size);
		buf_puts(pem, "-----BEGIN CERTIFICATE-----\n");
		for (size_t i = 0; i < strlen((char *)base64); i += 64)
			buf_printf(pem, "%.64s\n", (char *)base64 + i);
		buf_puts(pem, "-----END CERTIFICATE-----\n");
		free(base64);
		bytes += size;
		len -= size;
	}
}

static void
check_cert(const struct danelaw_cert *cert, size_t wire)
{
	assert(cert->wire == (int)wire && cert->depth == -1);
	assert(strlen(cert->cert_sha256) == 64);
	assert(strlen(cert->spki_sha512) == 128);
	assert(cert->der_len > 0 && cert->spki_len < cert->der_len);
	fuzz_printable(cert->subject);
	fuzz_printable(cert->issuer);
	fuzz_printable(cert->cn);
	fuzz_printable(cert->key);
	fuzz_printable(cert->signature);
	for (size_t i = 0; i < cert->n_names; i++)
		fuzz_printable(cert->names[i]);
	for (size_t i = 0; i < cert->n_ext_key_usage; i++)
		fuzz_printable(cert->ext_key_usage[i]);
}

/* "3 1 1 <hex>"; the last digit changed if it is not to match. */
static struct danelaw_record
make_record(struct arena *arena, const char *params, const char *hex, bool fits)
{
	char *text = arena_printf(arena, "%s %s", params, hex);
	struct danelaw_record record;
	size_t len;

	assert(text != NULL);
	len = strlen(text);
	if (!fits)
		text[len - 1] = text[len - 1] == '0' ? '1' : '0';
	assert(tlsa_from_text(arena, text, &record, NULL));
	return record;
}

/* The error, X509_V_OK where the chain passes. */
static int
judge(struct tls_context *context, const struct tls_chain *chain,
    struct danelaw_record *records, size_t n, struct arena *arena)
{
	static const char *const references[] = { "mx.example", "example" };
	struct match_question question = {
		.records = records,
		.n_records = n,
		.references = references,
		.n_references = 2,
		.at = AT,
	};
	struct match_answer answer = { 0 };

	assert(match_mark_unusable(context, records, n));
	assert(match_judge(context, chain, &question, arena, &answer));
	assert(answer.n_records == n);
	if (answer.verified)
		assert(answer.match != NULL && answer.verify_error == NULL);
	if (answer.match != NULL)
		assert(answer.match->record < n);
	if (answer.verified)
		return X509_V_OK;
	/* A key that cannot be read is no full data of a record. */
	if (tlsa_count_usable(records, n) == 0)
		return X509_V_ERR_DANE_NO_MATCH;
	assert(answer.verify_error != NULL);
	return answer.verify_error->code;
}

/* Usage 3 leaves nothing to complain about but a key of no use. */
static bool
is_taken(int error)
{
	return error == X509_V_OK || error == X509_V_ERR_EE_KEY_TOO_SMALL;
}

/* A leaf is what its digest says; what fits nothing proves nothing. */
static void
check_judge(struct tls_context *context, const struct tls_chain *chain,
    const struct danelaw_cert *certs, size_t n, struct arena *arena)
{
	const struct danelaw_cert *leaf = &certs[0], *last = &certs[n - 1];
	struct danelaw_record fit =
	    make_record(arena, "3 1 1", leaf->spki_sha256, true);
	struct danelaw_record whole =
	    make_record(arena, "3 0 2", leaf->cert_sha512, true);
	struct danelaw_record off[3];
	struct danelaw_record anchors[2];

	assert(is_taken(judge(context, chain, &fit, 1, arena)));
	assert(is_taken(judge(context, chain, &whole, 1, arena)));
	off[0] = make_record(arena, "3 1 1", leaf->spki_sha256, false);
	off[1] = make_record(arena, "2 0 1", last->cert_sha256, false);
	off[2] = make_record(arena, "2 1 2", last->spki_sha512, false);
	assert(judge(context, chain, off, 3, arena) != X509_V_OK);
	anchors[0] = make_record(arena, "2 0 1", last->cert_sha256, true);
	anchors[1] = make_record(arena, "2 1 1", last->spki_sha256, true);
	judge(context, chain, anchors, 2, arena);
}

/* Full data, in the DNS alone and on the wire: 2 0 0 and 2 1 0. */
static void
check_full(struct tls_context *context, const struct tls_chain *chain,
    const struct danelaw_cert *last, struct arena *arena)
{
	struct danelaw_record records[2] = {
		{ .usage = 2,
		    .data = last->der,
		    .len = last->der_len,
		    .rr = "2 0 0",
		    .usable = true },
		{ .usage = 2,
		    .selector = 1,
		    .data = last->spki,
		    .len = last->spki_len,
		    .rr = "2 1 0",
		    .usable = true },
	};

	judge(context, chain, records, 1, arena);
	judge(context, chain, records + 1, 1, arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static struct tls_context *context;
	struct arena *arena = arena_new();
	struct danelaw_cert *certs = NULL;
	struct buf pem = { .limit = PEM_LIMIT };
	struct tls_chain *chain;
	char *error = NULL;
	size_t n = 0;

	if (context == NULL)
		context = tls_context_new(NULL, NULL, &error);
	assert(context != NULL && arena != NULL);
	if (len > 0 && bytes[0] == '-')
		buf_add(&pem, bytes, len);
	else
		put_pem(&pem, bytes, len);
	chain = tls_chain_from_pem(buf_text(&pem), pem.len, &error);
	if (chain == NULL) {
		assert(error != NULL);
		free(error);
	} else {
		assert(tls_chain_facts(chain, arena, &certs, &n));
		assert(n >= 1 && n <= TLS_CHAIN_MAX);
		for (size_t i = 0; i < n; i++)
			check_cert(&certs[i], i);
		check_judge(context, chain, certs, n, arena);
		check_full(context, chain, &certs[n - 1], arena);
	}
	tls_chain_unref(chain);
	buf_finish(&pem);
	arena_unref(arena);
	return 0;
}
