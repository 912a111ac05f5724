/* SPDX-License-Identifier: ISC */
/* Domains in trouble. */
#include "trees.h"

#define LEAF(subject_cn, until, digest, key_digest, key_name)                  \
	.wire = 0, .depth = 0, .subject = "CN=" subject_cn,                    \
	.issuer = "CN=Example Issuing CA, O=Example", .cn = subject_cn,        \
	TEXTS(names, subject_cn), .not_before = DAYS(-10),                     \
	.not_after = DAYS(until), .key = (key_name),                           \
	.signature = "sha256WithRSAEncryption", .path_len = -1, .version = 3,  \
	.cert_sha256 = (digest), .cert_sha512 = digest digest,                 \
	.spki_sha256 = (key_digest), .spki_sha512 = key_digest key_digest

#define DATA_LOOKUP(owner, rrtype, how_many)                                   \
	{                                                                      \
		.name = (owner), .type = (rrtype),                             \
		.dnssec = DANELAW_DNSSEC_SECURE,                               \
		.presence = DANELAW_PRESENCE_DATA, .ttl = 3600,                \
		.rrsig_expires = DAYS(5), .n_records = (how_many)              \
	}

/* The key was renewed and the record was not; one old record is unusable. */

static struct danelaw_record stale_records[] = {
	{ 3, 1, 1, NULL, 0, "3 1 1 " HEX_A, true, NULL },
	{ 1, 1, 1, NULL, 0, "1 1 1 " HEX_B, false,
	    "usage 1 is not for SMTP (RFC 7672 3.1.3)" },
	{ 3, 0, 1, NULL, 0, "3 0 1 " HEX_C, true, NULL },
};

static struct danelaw_cert stale_chain[] = { { LEAF(
    "mx1.stale.example", 80, HEX_D, HEX_E, "RSA 2048") } };

static struct danelaw_tls stale_tls = { "TLSv1.2",
	"ECDHE-RSA-AES256-GCM-SHA384", "P-256", NULL, "mx1.stale.example", true,
	true, true, true, 254, 0 };

static struct danelaw_record_result stale_results[] = {
	{ 0, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_ORPHAN, NULL },
	{ 1, DANELAW_RESULT_UNUSABLE, -1, DANELAW_ROLE_UNUSABLE, NULL },
	{ 2, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_ORPHAN, NULL },
};

static struct danelaw_verify_error stale_error = { 65,
	"X509_V_ERR_DANE_NO_MATCH", "no matching DANE TLSA records", 0 };

static struct danelaw_probe stale_probes[] = { {
    .offer = "default",
    .outcome = DANELAW_OUTCOME_TLSA_MISMATCH,
    .tls = &stale_tls,
    LIST(records, stale_results),
    .verify_error = &stale_error,
    LIST(chain, stale_chain),
} };

static struct danelaw_sender stale_senders[] = {
	{ "postfix", "3.7", DANELAW_DELIVERY_DELIVER, NULL, true },
	{ "postfix", "3.10", DANELAW_DELIVERY_REFUSE,
	    "Server certificate not trusted", true },
	{ "postfix", "3.11", DANELAW_DELIVERY_REFUSE,
	    "Server certificate not verified", false },
	{ "exim-gnutls", "4.96", DANELAW_DELIVERY_REFUSE, "DANE attempt failed",
	    true },
	{ "go", "1.24", DANELAW_DELIVERY_VARIES, "EOF", true },
};

static struct danelaw_mail_reply stale_replies[] = {
	{ "<>", 250, "2.1.0", "Sender ok" },
	{ "a@stale.example", 450, "4.2.0", "Greylisted" },
	{ NULL, 0, NULL, NULL },
};

static struct danelaw_mail stale_mail = {
	&stale_replies[0],
	&stale_replies[1],
	&stale_replies[2],
	"the server closed the connection",
};

static struct danelaw_address stale_addresses[] = { {
    .ip = "192.0.2.10",
    .port = 25,
    .outcome = DANELAW_OUTCOME_TLSA_MISMATCH,
    LIST(probes, stale_probes),
    .smtp = { .banner = "220 mx1.stale.example ESMTP",
	TEXTS(ehlo, "mx1.stale.example", "STARTTLS"),
	.starttls = "220 go ahead",
	.mail = &stale_mail },
    LIST(senders, stale_senders),
    .timing = { 1, 2, 3, 4, 5 },
} };

static struct danelaw_lookup stale_lookups[] = {
	DATA_LOOKUP("mx1.stale.example", "A", 1),
	DATA_LOOKUP("_25._tcp.mx1.stale.example", "TLSA", 3),
};

static struct danelaw_host stale_hosts[] = { {
    .name = "mx1.stale.example",
    .preference = 5,
    .dnssec = DANELAW_DNSSEC_SECURE,
    .policy = DANELAW_POLICY_DANE,
    .why = "secure usable TLSA records call for authentication (RFC 7672 "
	   "2.2)",
    .tlsa = { .name = "_25._tcp.mx1.stale.example",
	.base = "mx1.stale.example",
	.dnssec = DANELAW_DNSSEC_SECURE,
	.status = DANELAW_TLSA_USABLE,
	LIST(records, stale_records),
	TEXTS(references, "mx1.stale.example", "stale.example") },
    LIST(addresses, stale_addresses),
    LIST(lookups, stale_lookups),
} };

static struct danelaw_finding stale_findings[] = {
	{
	    .id = "tlsa-stale-311-new-key",
	    .severity = DANELAW_SEVERITY_CRITICAL,
	    .subject = "mx1.stale.example [192.0.2.10]:25",
	    .text = "The server has a new key, but no TLSA record describes "
		    "it: every DANE sender refuses this server and the mail "
		    "waits in its queue.",
	    .remedy = "Publish the record of the new key now; take the old one "
		      "out after two TTLs (7200 seconds). Next time publish "
		      "the next key before it is used.",
	    .rfc = "RFC 7671 8.1",
	    .tlsrpt = "tlsa-invalid",
	    .sendmail = "DANE_FAIL",
	    TEXTS(fix_add,
		"_25._tcp.mx1.stale.example. 3600 IN TLSA 3 1 1 " HEX_E),
	    TEXTS(fix_remove,
		"_25._tcp.mx1.stale.example. 3600 IN TLSA 3 1 1 " HEX_A,
		"_25._tcp.mx1.stale.example. 3600 IN TLSA 3 0 1 " HEX_C),
	},
	{
	    .id = "tlsa-pkix-mixed",
	    .severity = DANELAW_SEVERITY_WARNING,
	    .subject = "_25._tcp.mx1.stale.example",
	    .text =
		"The record 1 1 1 b2f1f7f0...c4d5b2b2 is of no use to mail.",
	    .remedy = "Take it out.",
	    .rfc = "RFC 7672 3.1.3",
	},
};

static struct danelaw_clock_rrsig stale_clock = { DAYS(5), 120,
	"mx1.stale.example", "A" };

const struct danelaw_report trees_stale = {
	.domain = "stale.example",
	.port = 25,
	.at = TREES_AT,
	.verdict = DANELAW_VERDICT_FAIL,
	.state = DANELAW_STATE_CRITICAL,
	.summary = "senders that honour DANE cannot deliver",
	.resolver = "forwarding to 127.0.0.1@5300",
	.mx = { .source = DANELAW_MX_MX, .dnssec = DANELAW_DNSSEC_SECURE },
	LIST(hosts, stale_hosts),
	LIST(findings, stale_findings),
	.clocks = { .rrsig = &stale_clock },
};

/*
 * One of everything: IPv4 is right, IPv6 leads to another machine; two key
 * types; a second host without STARTTLS, a third that cannot be reached, a
 * fourth whose TLSA lookup fails.
 */

static struct danelaw_record mixed_records[] = {
	{ 3, 1, 1, NULL, 0, "3 1 1 " HEX_A, true, NULL },
	{ 3, 1, 2, NULL, 0, "3 1 2 " HEX_B HEX_B, true, NULL },
	{ 3, 1, 2, NULL, 0, "3 1 2 " HEX_A HEX_A, true, NULL },
};

static struct danelaw_cert mixed_ecdsa[] = { { LEAF(
    "mx1.mixed.example", -3, HEX_C, HEX_B, "EC P-256") } };
static struct danelaw_cert mixed_rsa[] = { { LEAF(
    "mx1.mixed.example", 20, HEX_D, HEX_E, "RSA 2048") } };
static struct danelaw_cert mixed_other[] = { { LEAF(
    "localhost.localdomain", 3000, HEX_E, HEX_D, "RSA 1024") } };

static struct danelaw_tls mixed_tls = { "TLSv1.3", "TLS_AES_128_GCM_SHA256",
	"X25519MLKEM768", "ecdsa_secp256r1_sha256", "mx1.mixed.example", false,
	false, false, true, 1551, 0 };

static struct danelaw_match mixed_match = {
	.record = 1,
	.depth = 0,
	.name = { .san = -1 },
};

static struct danelaw_record_result mixed_hit[] = {
	{ 0, DANELAW_RESULT_SUPERSEDED, -1, DANELAW_ROLE_SUPERSEDED, NULL },
	{ 1, DANELAW_RESULT_MATCH, 0, DANELAW_ROLE_CURRENT_LEAF, NULL },
	{ 2, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
};
static struct danelaw_record_result mixed_miss[] = {
	{ 0, DANELAW_RESULT_SUPERSEDED, -1, DANELAW_ROLE_SUPERSEDED, NULL },
	{ 1, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_CURRENT_LEAF, NULL },
	{ 2, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
};

static struct danelaw_probe mixed_v4[] = {
	{ .offer = "default",
	    .outcome = DANELAW_OUTCOME_AUTHENTICATED,
	    .tls = &mixed_tls,
	    .match = &mixed_match,
	    LIST(records, mixed_hit),
	    LIST(chain, mixed_ecdsa) },
	{ .offer = "rsa",
	    .outcome = DANELAW_OUTCOME_TLSA_MISMATCH,
	    .tls = &mixed_tls,
	    LIST(records, mixed_miss),
	    .verify_error = &stale_error,
	    LIST(chain, mixed_rsa) },
};
static struct danelaw_probe mixed_v6[] = { { .offer = "default",
    .outcome = DANELAW_OUTCOME_TLSA_MISMATCH,
    .tls = &mixed_tls,
    LIST(records, mixed_miss),
    .verify_error = &stale_error,
    LIST(chain, mixed_other) } };
static struct danelaw_probe mixed_silent[] = { { .offer = "default",
    .outcome = DANELAW_OUTCOME_CONNECT_TIMEOUT,
    .error = "no answer within 30 seconds" } };
static struct danelaw_probe mixed_refused[] = { { .offer = "default",
    .outcome = DANELAW_OUTCOME_SMTP_PERMFAIL,
    .error = "the greeting is a refusal" } };
static struct danelaw_probe mixed_alert[] = { { .offer = "default",
    .outcome = DANELAW_OUTCOME_TLS_FAILED,
    .error = "alert 40, handshake failure",
    .fault = DANELAW_TLS_REFUSED } };
static struct danelaw_probe mixed_no_starttls[] = { { .offer = "default",
    .outcome = DANELAW_OUTCOME_STARTTLS_MISSING } };

static struct danelaw_address mixed_1[] = {
	{ .ip = "192.0.2.11",
	    .port = 25,
	    .outcome = DANELAW_OUTCOME_TLSA_MISMATCH,
	    LIST(probes, mixed_v4),
	    .timing = NO_TIMING },
	{ .ip = "2001:db8:ffff:eeee:dddd:cccc:bbbb:aaaa",
	    .port = 25,
	    .outcome = DANELAW_OUTCOME_TLSA_MISMATCH,
	    LIST(probes, mixed_v6),
	    .timing = NO_TIMING },
};
static struct danelaw_address mixed_2[] = {
	{ .ip = "192.0.2.12",
	    .port = 25,
	    .outcome = DANELAW_OUTCOME_STARTTLS_MISSING,
	    LIST(probes, mixed_no_starttls),
	    .smtp = { .banner = "220 mx2.mixed.example ESMTP",
		TEXTS(ehlo, "mx2.mixed.example", "PIPELINING", "SIZE 52428800",
		    "VRFY", "ETRN", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN",
		    "XXXXXXXA"),
		.refusal = "502 5.5.1 Error: command not implemented" },
	    .timing = NO_TIMING },
	{ .ip = "192.0.2.13",
	    .port = 25,
	    .outcome = DANELAW_OUTCOME_TLS_FAILED,
	    LIST(probes, mixed_alert),
	    .timing = NO_TIMING },
};
static struct danelaw_address mixed_3[] = {
	{ .ip = "192.0.2.14",
	    .port = 25,
	    .outcome = DANELAW_OUTCOME_CONNECT_TIMEOUT,
	    LIST(probes, mixed_silent),
	    .timing = NO_TIMING },
	{ .ip = "192.0.2.15",
	    .port = 25,
	    .outcome = DANELAW_OUTCOME_SMTP_PERMFAIL,
	    LIST(probes, mixed_refused),
	    .smtp = { .banner = "554 5.7.1 Service unavailable; Client host "
				"[198.51.100.1] blocked using list.example; "
				"see http://list.example/?198.51.100.1",
		.refusal = "554 5.7.1 Service unavailable; Client host "
			   "[198.51.100.1] blocked using list.example; see "
			   "http://list.example/?198.51.100.1" },
	    .timing = NO_TIMING },
};
static struct danelaw_address mixed_4[] = {
	{ .ip = "192.0.2.16",
	    .port = 25,
	    .outcome = DANELAW_OUTCOME_SKIPPED,
	    .timing = NO_TIMING },
};

static struct danelaw_lookup mixed_lookups_1[] = {
	DATA_LOOKUP("mx1.mixed.example", "A", 1),
	DATA_LOOKUP("mx1.mixed.example", "AAAA", 1),
	DATA_LOOKUP("_25._tcp.mx1.mixed.example", "TLSA", 3),
};
static struct danelaw_lookup mixed_lookups_2[] = {
	DATA_LOOKUP("mx2.mixed.example", "A", 2),
};
static struct danelaw_lookup mixed_lookups_3[] = {
	DATA_LOOKUP("mx3.mixed.example", "A", 2),
};
static struct danelaw_lookup mixed_lookups_4[] = {
	DATA_LOOKUP("mx4.mixed.example", "A", 1),
	{ .name = "_25._tcp.mx4.mixed.example",
	    .type = "TLSA",
	    .dnssec = DANELAW_DNSSEC_BOGUS,
	    .why = "validation failure <_25._tcp.mx4.mixed.example. TLSA IN>: "
		   "signature expired from 192.0.2.53",
	    .cause = DANELAW_DNS_EXPIRED },
};

#define MIXED_TLSA(host)                                                       \
	{                                                                      \
		.name = "_25._tcp." host, .base = host,                        \
		.dnssec = DANELAW_DNSSEC_SECURE,                               \
		.status = DANELAW_TLSA_USABLE, LIST(records, mixed_records)    \
	}
#define MIXED_WHY                                                              \
	"secure usable TLSA records call for authentication (RFC 7672 2.2)"

static struct danelaw_host mixed_hosts[] = {
	{ .name = "mx1.mixed.example",
	    .preference = 10,
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .policy = DANELAW_POLICY_DANE,
	    .why = MIXED_WHY,
	    .tlsa = MIXED_TLSA("mx1.mixed.example"),
	    LIST(addresses, mixed_1),
	    LIST(lookups, mixed_lookups_1) },
	{ .name = "mx2.mixed.example",
	    .shared = true,
	    .preference = 20,
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .policy = DANELAW_POLICY_DANE,
	    .why = MIXED_WHY,
	    .tlsa = MIXED_TLSA("mx2.mixed.example"),
	    LIST(addresses, mixed_2),
	    LIST(lookups, mixed_lookups_2) },
	{ .name = "mx3.mixed.example",
	    .preference = 20,
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .policy = DANELAW_POLICY_DANE,
	    .why = MIXED_WHY,
	    .tlsa = MIXED_TLSA("mx3.mixed.example"),
	    LIST(addresses, mixed_3),
	    LIST(lookups, mixed_lookups_3) },
	{ .name = "mx4.mixed.example",
	    .preference = 30,
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .policy = DANELAW_POLICY_SKIP,
	    .why = "the TLSA lookup failed, so the host must not be used (RFC "
		   "7672 2.1.2)",
	    .tlsa = { .name = "_25._tcp.mx4.mixed.example",
		.base = "mx4.mixed.example",
		.dnssec = DANELAW_DNSSEC_BOGUS,
		.status = DANELAW_TLSA_ERROR },
	    LIST(addresses, mixed_4),
	    LIST(lookups, mixed_lookups_4) },
};

#define MIXED_CALLED_BY(place)                                                 \
	{                                                                      \
		.id = "smtp-banner-5xx", .severity = DANELAW_SEVERITY_WARNING, \
		.subject = (place),                                            \
		.text = "The server refuses us before TLS is tried.",          \
		.remedy = "Check from another address.", .rfc = "RFC 5321 3.1" \
	}

static struct danelaw_finding mixed_findings[] = {
	{ .id = "ops-lb-different-certs",
	    .severity = DANELAW_SEVERITY_CRITICAL,
	    .subject = "mx1.mixed.example",
	    .text = "The addresses of mx1.mixed.example present different "
		    "certificates, and the records fit only some of them.",
	    .remedy = "Bring all machines to the same key, or publish a record "
		      "for each.",
	    .rfc = "RFC 7672 2.2",
	    .tlsrpt = "tlsa-invalid" },
	MIXED_CALLED_BY("mx3.mixed.example [192.0.2.15]:25"),
	MIXED_CALLED_BY("mx3.mixed.example [192.0.2.19]:25"),
};

static struct danelaw_clock_rrsig mixed_clock = { DAYS(5), 120,
	"mx1.mixed.example", "A" };

const struct danelaw_report trees_mixed = {
	.domain = "mixed.example",
	.port = 25,
	.at = TREES_AT,
	.verdict = DANELAW_VERDICT_DEGRADED,
	.state = DANELAW_STATE_CRITICAL,
	.summary = "mail gets through by luck: some servers authenticate, "
		   "others fail",
	.resolver = "own recursion from the root",
	.mx = { .source = DANELAW_MX_MX, .dnssec = DANELAW_DNSSEC_SECURE },
	LIST(hosts, mixed_hosts),
	LIST(findings, mixed_findings),
	.clocks = { .rrsig = &mixed_clock },
};

/* A bare 2 1 0 key matches, the name does not; literal next hop. */

static struct danelaw_record name_records[] = {
	{ 2, 1, 0, NULL, 0, "2 1 0 30820122300d06092a864886f70d01010105000382",
	    true, NULL },
};

static struct danelaw_cert name_chain[] = {
	{ LEAF("old.name.example", 30, HEX_A, HEX_B, "RSA 2048") },
	{ .wire = 2,
	    .depth = 1,
	    .subject = "CN=Example Issuing CA, O=Example",
	    .issuer = "CN=Example Root CA, O=Example",
	    .not_before = DAYS(1),
	    .not_after = DAYS(2),
	    .key = "RSA 4096",
	    .ca = true,
	    .path_len = -1,
	    .version = 3,
	    .cert_sha256 = HEX_C,
	    .cert_sha512 = HEX_C HEX_C,
	    .spki_sha256 = HEX_D,
	    .spki_sha512 = HEX_D HEX_D },
	{ .wire = 1,
	    .depth = -1,
	    .subject = "CN=Stray",
	    .issuer = "CN=Stray",
	    .not_before = DAYS(-100),
	    .not_after = DAYS(-1),
	    .key = "ED25519",
	    .path_len = -1,
	    .version = 1,
	    .self_issued = true,
	    .cert_sha256 = HEX_D,
	    .cert_sha512 = HEX_D HEX_D,
	    .spki_sha256 = HEX_E,
	    .spki_sha512 = HEX_E HEX_E },
};

static struct danelaw_match name_match = {
	.record = 0,
	.depth = 1,
	.how = DANELAW_HOW_SIGNED_BY,
	.name = { true, "mx.name.example", NULL, DANELAW_NAME_NONE, -1, false },
};
static struct danelaw_record_result name_results[] = {
	{ 0, DANELAW_RESULT_MATCH, 1, DANELAW_ROLE_TA_IN_PATH, NULL },
};
static struct danelaw_pkix name_pkix = { false, 20,
	"X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
	"unable to get local issuer certificate",
	"the server sends its own certificate only, and its issuer, CN=E7, is "
	"not found in /etc/ssl/ca.pem: the server must send it" };

static struct danelaw_verify_error name_error = { 62,
	"X509_V_ERR_HOSTNAME_MISMATCH", "hostname mismatch", -1 };

static struct danelaw_probe name_probes[] = { { .offer = "default",
    .outcome = DANELAW_OUTCOME_NAME_MISMATCH,
    .tls = &mixed_tls,
    .match = &name_match,
    LIST(records, name_results),
    .verify_error = &name_error,
    .pkix = &name_pkix,
    LIST(chain, name_chain) } };

static struct danelaw_address name_addresses[] = { { .ip = "192.0.2.20",
    .port = 2525,
    .outcome = DANELAW_OUTCOME_NAME_MISMATCH,
    LIST(probes, name_probes),
    .timing = NO_TIMING } };

static struct danelaw_lookup name_lookups[] = {
	{ .name = "mx.name.example",
	    .type = "A",
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .presence = DANELAW_PRESENCE_DATA,
	    TEXTS(aliases, "real.name.example"),
	    .ttl = 300,
	    .rrsig_expires = DAYS(-1),
	    .n_records = 1 },
};

static struct danelaw_host name_hosts[] = { {
    .name = "mx.name.example",
    .dnssec = DANELAW_DNSSEC_SECURE,
    .policy = DANELAW_POLICY_DANE,
    .why = MIXED_WHY,
    .tlsa = { .name = "_25._tcp.real.name.example",
	.base = "real.name.example",
	.dnssec = DANELAW_DNSSEC_SECURE,
	.status = DANELAW_TLSA_USABLE,
	LIST(records, name_records),
	TEXTS(references, "real.name.example", "mx.name.example") },
    LIST(addresses, name_addresses),
    LIST(lookups, name_lookups),
} };

static struct danelaw_clock_rrsig name_clock = { DAYS(-1), -24,
	"mx.name.example", "A" };

const struct danelaw_report trees_name = {
	.domain = "mx.name.example",
	.port = 25,
	.at = TREES_AT,
	.verdict = DANELAW_VERDICT_FAIL,
	.state = DANELAW_STATE_CRITICAL,
	.summary = "senders that honour DANE cannot deliver",
	.resolver = "own recursion from the root",
	.mx = { .source = DANELAW_MX_LITERAL, .dnssec = DANELAW_DNSSEC_SECURE },
	LIST(hosts, name_hosts),
	.clocks = { .rrsig = &name_clock },
};
