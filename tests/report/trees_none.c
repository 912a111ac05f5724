/* SPDX-License-Identifier: ISC */
/* Domains without a host to look at; and one that fights back. */
#include "trees.h"

#include <string.h>

static struct danelaw_lookup bogus_lookups[] = { {
    .name = "bogus.example",
    .type = "MX",
    .dnssec = DANELAW_DNSSEC_BOGUS,
    .why = "validation failure <bogus.example. MX IN>: signature expired from "
	   "192.0.2.53 for key bogus.example. while building chain of trust",
    .cause = DANELAW_DNS_EXPIRED,
} };

static struct danelaw_finding bogus_findings[] = { {
    .id = "dns-mx-bogus",
    .severity = DANELAW_SEVERITY_CRITICAL,
    .subject = "bogus.example",
    .text = "The MX records of bogus.example fail DNSSEC validation: signature "
	    "expired.",
    .remedy = "Re-sign the zone of bogus.example, or mend the DS record at the "
	      "registrar; remove the DS if the zone is no longer signed.",
    .rfc = "RFC 7672 2.1.2",
    .tlsrpt = "dnssec-invalid",
    .sendmail = "TEMP",
} };

const struct danelaw_report trees_bogus = {
	.domain = "bogus.example",
	.port = 25,
	.at = TREES_AT,
	.verdict = DANELAW_VERDICT_DEFER,
	.state = DANELAW_STATE_CRITICAL,
	.summary = "the MX lookup fails, so mail waits in the sender's queue",
	.resolver = "own recursion from the root",
	.mx = { .source = DANELAW_MX_NONE,
	    .dnssec = DANELAW_DNSSEC_BOGUS,
	    .why = "validation failure <bogus.example. MX IN>: signature "
		   "expired from 192.0.2.53 for key bogus.example. while "
		   "building chain of trust",
	    LIST(lookups, bogus_lookups) },
	LIST(findings, bogus_findings),
};

const struct danelaw_report trees_null = {
	.domain = "null.example",
	.port = 25,
	.at = TREES_AT,
	.verdict = DANELAW_VERDICT_NO_MAIL,
	.state = DANELAW_STATE_CRITICAL,
	.summary = "this domain takes no mail",
	.resolver = "own recursion from the root",
	.mx = { .source = DANELAW_MX_NULL, .dnssec = DANELAW_DNSSEC_SECURE },
};

/* Nothing but what is never missing. */
const struct danelaw_report trees_empty = {
	.domain = "empty.example",
	.port = 25,
	.summary = "nothing is known",
};

/* What a peer may send, as text_printable() leaves it: long and ugly. */

enum { LONG = 3000, MANY = 300 };

static char long_word[LONG + 1], long_words[LONG + 1], escapes[LONG + 1];
static const char *many_names[MANY];
static struct danelaw_cert many_certs[64];
static struct danelaw_record many_records[MANY];
static struct danelaw_record_result many_results[MANY];

static struct danelaw_tls hostile_tls = { "TLSv1.3", "TLS_AES_128_GCM_SHA256",
	NULL, NULL, NULL, true, false, false, false, 0, 0 };
static struct danelaw_match hostile_match = {
	.record = 0,
	.depth = 7,
	.name = { true, "mx.hostile.example", NULL, DANELAW_NAME_NONE, -1,
	    false },
};
static struct danelaw_probe hostile_probes[] = { { .offer = "default",
    .outcome = DANELAW_OUTCOME_NAME_MISMATCH,
    .error = long_words,
    .tls = &hostile_tls,
    .match = &hostile_match,
    LIST(records, many_results),
    LIST(chain, many_certs) } };
static struct danelaw_address hostile_addresses[] = { { .ip = "192.0.2.66",
    .port = 25,
    .outcome = DANELAW_OUTCOME_SMTP_PERMFAIL,
    LIST(probes, hostile_probes),
    .smtp = { .banner = long_word,
	LIST(ehlo, many_names),
	.refusal = escapes,
	LIST(transcript, many_names) },
    .timing = NO_TIMING } };
static struct danelaw_lookup hostile_lookups[] = { { .name =
							 "mx.hostile.example",
    .type = "A",
    .presence = DANELAW_PRESENCE_UNKNOWN,
    .why = long_words } };
static struct danelaw_host hostile_hosts[] = { {
    .name = "mx.hostile.example",
    .policy = DANELAW_POLICY_SKIP,
    .why = "the address lookup failed",
    .tlsa = { .name = "_25._tcp.mx.hostile.example",
	.base = "mx.hostile.example",
	.status = DANELAW_TLSA_UNUSABLE,
	LIST(records, many_records),
	LIST(references, many_names) },
    LIST(addresses, hostile_addresses),
    LIST(lookups, hostile_lookups),
} };
static struct danelaw_finding hostile_findings[] = { {
    .id = "smtp-not-smtp",
    .severity = DANELAW_SEVERITY_CRITICAL,
    .subject = "mx.hostile.example [192.0.2.66]:25",
    .text = long_words,
    .remedy = "Do not go there.",
} };
static const struct danelaw_report hostile = {
	.domain = "hostile.example",
	.port = 25,
	.at = TREES_AT,
	.verdict = DANELAW_VERDICT_FAIL,
	.state = DANELAW_STATE_CRITICAL,
	.summary = "senders that honour DANE cannot deliver",
	.resolver = long_words,
	.mx = { .source = DANELAW_MX_MX,
	    .dnssec = DANELAW_DNSSEC_INSECURE,
	    .why = long_words },
	LIST(hosts, hostile_hosts),
	LIST(findings, hostile_findings),
};

const struct danelaw_report *
trees_hostile(void)
{
	memset(long_word, 'x', LONG);
	for (size_t i = 0; i < LONG; i++) {
		long_words[i] = i % 7 == 6 ? ' ' : 'w';
		escapes[i] = "\\x1b[31m"[i % 8];
	}
	for (size_t i = 0; i < MANY; i++) {
		many_names[i] = i % 100 == 3 ? long_word : "\\x00.example";
		many_records[i] = (struct danelaw_record) { .rr = "2 1 1 ab",
			.usable = i % 2 == 0,
			.reason = long_words };
		many_results[i] = (struct danelaw_record_result) { i,
			(enum danelaw_result)(i % 4), 7,
			(enum danelaw_role)(i % 10), NULL };
	}
	for (size_t i = 0; i < COUNT(many_certs); i++)
		many_certs[i] = (struct danelaw_cert) { .wire = (int)i,
			.depth = i % 2 == 0 ? (int)i / 2 : -1,
			.subject = long_word,
			.issuer = escapes,
			.cn = long_word,
			.key = "RSA 16384",
			LIST(names, many_names),
			.not_before = -1,
			.not_after = INT64_MAX,
			.path_len = -1,
			.version = 3,
			.cert_sha256 = HEX_A,
			.spki_sha256 = HEX_A };
	return &hostile;
}
