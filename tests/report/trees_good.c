/* SPDX-License-Identifier: ISC */
/* Domains to which mail goes through. */
#include "trees.h"

/* Two hosts, one with IPv4 and IPv6; 3 1 1 with the next key published. */

static struct danelaw_record healthy_records[] = {
	{ 3, 1, 1, NULL, 0, "3 1 1 " HEX_A, true, NULL },
	{ 3, 1, 1, NULL, 0, "3 1 1 " HEX_B, true, NULL },
};

static struct danelaw_cert healthy_chain[] = {
	{
	    .wire = 0,
	    .depth = 0,
	    .subject = "CN=mx1.example.org",
	    .issuer = "CN=E7, O=Let's Encrypt, C=US",
	    .cn = "mx1.example.org",
	    TEXTS(names, "mx1.example.org", "smtp.example.org"),
	    .not_before = DAYS(-30),
	    .not_after = DAYS(60),
	    .key = "EC P-256",
	    .signature = "ecdsa-with-SHA384",
	    .has_key_usage = true,
	    .key_usage = DANELAW_KU_DIGITAL_SIGNATURE,
	    .has_ext_key_usage = true,
	    TEXTS(ext_key_usage, "serverAuth"),
	    .path_len = -1,
	    .version = 3,
	    .cert_sha256 = HEX_C,
	    .cert_sha512 = HEX_C HEX_C,
	    .spki_sha256 = HEX_A,
	    .spki_sha512 = HEX_A HEX_A,
	},
	{
	    .wire = 1,
	    .depth = -1,
	    .subject = "CN=E7, O=Let's Encrypt, C=US",
	    .issuer = "CN=ISRG Root X1, O=Internet Security Research Group, "
		      "C=US",
	    .cn = "E7",
	    .not_before = DAYS(-900),
	    .not_after = DAYS(111),
	    .key = "EC P-384",
	    .signature = "sha256WithRSAEncryption",
	    .has_key_usage = true,
	    .key_usage = DANELAW_KU_DIGITAL_SIGNATURE |
		DANELAW_KU_KEY_CERT_SIGN | DANELAW_KU_CRL_SIGN,
	    .has_ext_key_usage = true,
	    TEXTS(ext_key_usage, "clientAuth", "serverAuth"),
	    .ca = true,
	    .path_len = 0,
	    .version = 3,
	    .cert_sha256 = HEX_D,
	    .cert_sha512 = HEX_D HEX_D,
	    .spki_sha256 = HEX_E,
	    .spki_sha512 = HEX_E HEX_E,
	},
};

static struct danelaw_tls healthy_tls = { "TLSv1.3", "TLS_AES_256_GCM_SHA384",
	"X25519", "ecdsa_secp256r1_sha256", "mx1.example.org", false, false,
	false, true, 1551, 0 };

static struct danelaw_match healthy_match = {
	.record = 0,
	.depth = 0,
	.name = { .san = -1 },
};

static struct danelaw_record_result healthy_results[] = {
	{ 0, DANELAW_RESULT_MATCH, 0, DANELAW_ROLE_CURRENT_LEAF, NULL },
	{ 1, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
};

static struct danelaw_probe healthy_probes[] = {
	{
	    .offer = "default",
	    .outcome = DANELAW_OUTCOME_AUTHENTICATED,
	    .tls = &healthy_tls,
	    .match = &healthy_match,
	    LIST(records, healthy_results),
	    LIST(chain, healthy_chain),
	},
};

static struct danelaw_sender healthy_senders[] = {
	{ "postfix", "3.10", DANELAW_DELIVERY_DELIVER, NULL, true },
	{ "exim-gnutls", "4.96", DANELAW_DELIVERY_DELIVER, NULL, true },
	{ "exim-gnutls", "4.98", DANELAW_DELIVERY_DELIVER, NULL, true },
};

#define HEALTHY_SMTP                                                           \
	{                                                                      \
		.banner = "220 mx1.example.org ESMTP Postfix",                 \
		TEXTS(ehlo, "mx1.example.org", "PIPELINING", "SIZE 52428800",  \
		    "STARTTLS", "8BITMIME"),                                   \
		.starttls = "220 2.0.0 Ready to start TLS",                    \
		TEXTS(transcript, "< 220 mx1.example.org ESMTP Postfix",       \
		    "> EHLO probe.example.net", "< 250-mx1.example.org",       \
		    "< 250-PIPELINING", "< 250-SIZE 52428800",                 \
		    "< 250-STARTTLS", "< 250 8BITMIME", "> STARTTLS",          \
		    "< 220 2.0.0 Ready to start TLS"),                         \
	}

static struct danelaw_address healthy_addresses[] = {
	{
	    .ip = "192.0.2.25",
	    .port = 25,
	    .outcome = DANELAW_OUTCOME_AUTHENTICATED,
	    LIST(probes, healthy_probes),
	    .smtp = HEALTHY_SMTP,
	    LIST(senders, healthy_senders),
	    .timing = { 12, 20, 33, 57, 64 },
	},
	{
	    .ip = "2001:db8:1::25",
	    .port = 25,
	    .outcome = DANELAW_OUTCOME_AUTHENTICATED,
	    LIST(probes, healthy_probes),
	    .smtp = HEALTHY_SMTP,
	    LIST(senders, healthy_senders),
	    .timing = { 14, 22, 35, 59, 66 },
	},
};

static struct danelaw_lookup healthy_lookups[] = {
	{ .name = "mx1.example.org",
	    .type = "A",
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .presence = DANELAW_PRESENCE_DATA,
	    .ttl = 3600,
	    .rrsig_expires = DAYS(12),
	    .n_records = 1 },
	{ .name = "mx1.example.org",
	    .type = "AAAA",
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .presence = DANELAW_PRESENCE_DATA,
	    .ttl = 3600,
	    .rrsig_expires = DAYS(12),
	    .n_records = 1 },
	{ .name = "_25._tcp.mx1.example.org",
	    .type = "TLSA",
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .presence = DANELAW_PRESENCE_DATA,
	    .ttl = 1800,
	    .rrsig_expires = DAYS(11),
	    .n_records = 2 },
};

static struct danelaw_lookup healthy_mx_lookups[] = {
	{ .name = "example.org",
	    .type = "MX",
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .presence = DANELAW_PRESENCE_DATA,
	    .ttl = 86400,
	    .rrsig_expires = DAYS(12),
	    .n_records = 1 },
};

static struct danelaw_host healthy_hosts[] = {
	{
	    .name = "mx1.example.org",
	    .preference = 10,
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .policy = DANELAW_POLICY_DANE,
	    .why = "secure usable TLSA records call for authentication (RFC "
		   "7672 2.2)",
	    .tlsa = { .name = "_25._tcp.mx1.example.org",
		.base = "mx1.example.org",
		.dnssec = DANELAW_DNSSEC_SECURE,
		.status = DANELAW_TLSA_USABLE,
		LIST(records, healthy_records),
		TEXTS(references, "mx1.example.org", "example.org") },
	    LIST(addresses, healthy_addresses),
	    LIST(lookups, healthy_lookups),
	},
};

static struct danelaw_clock_rrsig healthy_clock = { DAYS(11), 264,
	"_25._tcp.mx1.example.org", "TLSA" };

const struct danelaw_report trees_healthy = {
	.domain = "example.org",
	.port = 25,
	.at = TREES_AT,
	.verdict = DANELAW_VERDICT_OK,
	.state = DANELAW_STATE_OK,
	.summary = "mail is delivered under DANE",
	.resolver = "own recursion from the root, trust anchor "
		    "/usr/share/dns/root.key",
	.mx = { .source = DANELAW_MX_MX,
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    LIST(lookups, healthy_mx_lookups) },
	LIST(hosts, healthy_hosts),
	.clocks = { .rrsig = &healthy_clock },
};

/*
 * Debian bug 1075900: nine 2 1 1 records, one of which is the issuer's, and
 * an RSA certificate that may not sign.
 */

#define SEED_RECORD(hex)                                                       \
	{                                                                      \
		2, 1, 1, NULL, 0, "2 1 1 " hex, true, NULL                     \
	}
static struct danelaw_record seed_records[] = {
	SEED_RECORD(
	    "025490860b498ab73c6a12f27a49ad5fe230fafe3ac8f6112c9b7d0aad46941d"),
	SEED_RECORD(
	    "276fe8a8c4ec7611565bf9fce6dcace9be320c1b5bea27596b2204071ed04f10"),
	SEED_RECORD(HEX_R3),
	SEED_RECORD(HEX_A),
	SEED_RECORD(HEX_B),
	SEED_RECORD(HEX_C),
	SEED_RECORD(HEX_D),
	SEED_RECORD(HEX_E),
	SEED_RECORD(
	    "f6e5d4c3b2a1908f7e6d5c4b3a29181706f5e4d3c2b1a09f8e7d6c5b4a39f6f6"),
};

static struct danelaw_cert seed_chain[] = {
	{
	    .wire = 0,
	    .depth = 0,
	    .subject = "CN=et.example",
	    .issuer = "CN=R3, O=Let's Encrypt, C=US",
	    .cn = "et.example",
	    TEXTS(names, "ftp.et.example", "imap.et.example",
		"lists.et.example", "mail.et.example", "mx01.et.example",
		"mx02.et.example", "mx05.et.example", "mx06.et.example"),
	    .not_before = DAYS(-29),
	    .not_after = DAYS(61),
	    .key = "RSA 4096",
	    .signature = "sha256WithRSAEncryption",
	    .has_key_usage = true,
	    .key_usage = DANELAW_KU_KEY_ENCIPHERMENT,
	    .has_ext_key_usage = true,
	    TEXTS(ext_key_usage, "serverAuth", "clientAuth"),
	    .path_len = -1,
	    .version = 3,
	    .cert_sha256 = HEX_A,
	    .cert_sha512 = HEX_A HEX_A,
	    .spki_sha256 = HEX_B,
	    .spki_sha512 = HEX_B HEX_B,
	},
	{
	    .wire = 1,
	    .depth = 1,
	    .subject = "CN=R3, O=Let's Encrypt, C=US",
	    .issuer = "CN=ISRG Root X1, O=Internet Security Research Group, "
		      "C=US",
	    .cn = "R3",
	    .not_before = DAYS(-800),
	    .not_after = DAYS(295),
	    .key = "RSA 2048",
	    .signature = "sha256WithRSAEncryption",
	    .has_key_usage = true,
	    .key_usage = DANELAW_KU_DIGITAL_SIGNATURE |
		DANELAW_KU_KEY_CERT_SIGN | DANELAW_KU_CRL_SIGN,
	    .ca = true,
	    .path_len = 0,
	    .version = 3,
	    .cert_sha256 = HEX_C,
	    .cert_sha512 = HEX_C HEX_C,
	    .spki_sha256 = HEX_R3,
	    .spki_sha512 = HEX_R3 HEX_R3,
	},
};

static struct danelaw_tls seed_tls = { "TLSv1.3", "TLS_AES_256_GCM_SHA384",
	"X25519", "rsa_pss_rsae_sha256", "mx06.et.example", false, false, false,
	true, 254, 0 };

static struct danelaw_match seed_match = {
	.record = 2,
	.depth = 1,
	.name = { true, "mx06.et.example", "mx06.et.example", DANELAW_NAME_SAN,
	    7, false },
};

static struct danelaw_record_result seed_results[] = {
	{ 0, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
	{ 1, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
	{ 2, DANELAW_RESULT_MATCH, 1, DANELAW_ROLE_TA_IN_PATH, NULL },
	{ 3, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
	{ 4, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
	{ 5, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
	{ 6, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
	{ 7, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
	{ 8, DANELAW_RESULT_NO_MATCH, -1, DANELAW_ROLE_NEXT_UNUSED, NULL },
};

static struct danelaw_pkix seed_pkix = { true, 0, "X509_V_OK", "ok",
	"up to CN=ISRG Root X1, O=Internet Security Research Group, C=US in "
	"the system's store" };

static struct danelaw_probe seed_probes[] = { {
    .offer = "default",
    .outcome = DANELAW_OUTCOME_AUTHENTICATED,
    .tls = &seed_tls,
    .match = &seed_match,
    LIST(records, seed_results),
    LIST(chain, seed_chain),
    .pkix = &seed_pkix,
} };

static struct danelaw_sender seed_senders[] = {
	{ "postfix", "3.10", DANELAW_DELIVERY_DELIVER, NULL, true },
	{ "exim-gnutls", "4.98", DANELAW_DELIVERY_REFUSE,
	    "Key usage violation in certificate has been detected", true },
	{ "sendmail", "8.18", DANELAW_DELIVERY_DELIVER, NULL, false },
};

static struct danelaw_address seed_addresses[] = { {
    .ip = "192.0.2.84",
    .port = 25,
    .outcome = DANELAW_OUTCOME_AUTHENTICATED,
    LIST(probes, seed_probes),
    .smtp = { .banner = "220 mx06.et.example ESMTP",
	TEXTS(ehlo, "mx06.et.example", "STARTTLS"),
	.starttls = "220 2.0.0 Ready to start TLS" },
    LIST(senders, seed_senders),
    .timing = { 31, 62, 93, 160, 190 },
} };

static struct danelaw_lookup seed_lookups[] = {
	{ .name = "mx06.et.example",
	    .type = "A",
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .presence = DANELAW_PRESENCE_DATA,
	    .ttl = 3600,
	    .rrsig_expires = DAYS(9),
	    .n_records = 1 },
	{ .name = "mx06.et.example",
	    .type = "AAAA",
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .presence = DANELAW_PRESENCE_NODATA,
	    .ttl = 900,
	    .rrsig_expires = DAYS(9) },
	{ .name = "_25._tcp.mx06.et.example",
	    .type = "TLSA",
	    .dnssec = DANELAW_DNSSEC_SECURE,
	    .presence = DANELAW_PRESENCE_DATA,
	    .ttl = 3600,
	    .rrsig_expires = DAYS(9),
	    .n_records = 9 },
};

static struct danelaw_host seed_hosts[] = { {
    .name = "mx06.et.example",
    .preference = 10,
    .dnssec = DANELAW_DNSSEC_SECURE,
    .policy = DANELAW_POLICY_DANE,
    .why = "secure usable TLSA records call for authentication (RFC 7672 "
	   "2.2)",
    .tlsa = { .name = "_25._tcp.mx06.et.example",
	.base = "mx06.et.example",
	.dnssec = DANELAW_DNSSEC_SECURE,
	.status = DANELAW_TLSA_USABLE,
	LIST(records, seed_records),
	TEXTS(references, "mx06.et.example", "et.example") },
    LIST(addresses, seed_addresses),
    LIST(lookups, seed_lookups),
} };

static struct danelaw_finding seed_findings[] = { {
    .id = "tls-gnutls-kuv-sign",
    .severity = DANELAW_SEVERITY_WARNING,
    .subject = "mx06.et.example [192.0.2.84]:25",
    .text = "The certificate may not sign (keyUsage lacks digitalSignature), "
	    "but TLS 1.3 needs it to. OpenSSL does not mind; GnuTLS (Exim on "
	    "Debian and Ubuntu) ends the handshake.",
    .remedy = "Ask the CA for a certificate with keyUsage digitalSignature.",
    .rfc = "RFC 8446 4.4.2.2",
    .tlsrpt = "validation-failure",
} };

static struct danelaw_ds seed_ds[] = { { 12345, 13, 2 } };
static struct danelaw_zone seed_zones[] = {
	{ .name = "et.example",
	    .dnskey = { .name = "et.example",
		.type = "DNSKEY",
		.dnssec = DANELAW_DNSSEC_SECURE,
		.presence = DANELAW_PRESENCE_DATA,
		.ttl = 3600,
		.rrsig_expires = DAYS(6),
		.rrsig_inception = DAYS(-8),
		.signer = "et.example",
		TEXTS(signers, "et.example"),
		.n_records = 2 },
	    .ds = { .name = "et.example",
		.type = "DS",
		.dnssec = DANELAW_DNSSEC_SECURE,
		.presence = DANELAW_PRESENCE_DATA,
		.ttl = 86400,
		.rrsig_expires = DAYS(4),
		.rrsig_inception = DAYS(-3),
		.signer = "example",
		TEXTS(signers, "example"),
		.n_records = 1 },
	    .ds_records = seed_ds,
	    .n_ds_records = 1 },
	{ .name = "example",
	    .ds = { .name = "example",
		.type = "DS",
		.dnssec = DANELAW_DNSSEC_ERROR,
		.why = "no answer in time" } },
};
static struct danelaw_clock_cert seed_clock_cert = { DAYS(61), 61,
	"CN=et.example", "mx06.et.example" };
static struct danelaw_clock_rrsig seed_clock_rrsig = { DAYS(4), 96,
	"et.example", "DS" };

const struct danelaw_report trees_seed = {
	.domain = "et.example",
	.port = 25,
	.at = TREES_AT,
	.verdict = DANELAW_VERDICT_OK,
	.state = DANELAW_STATE_WARNING,
	.summary = "mail is delivered under DANE; Exim with GnuTLS will refuse",
	.resolver = "own recursion from the root, trust anchor "
		    "/usr/share/dns/root.key",
	.mx = { .source = DANELAW_MX_MX, .dnssec = DANELAW_DNSSEC_SECURE },
	LIST(hosts, seed_hosts),
	LIST(findings, seed_findings),
	LIST(zones, seed_zones),
	.clocks = { &seed_clock_cert, &seed_clock_rrsig },
};

/* No MX, no signature, no TLS; and a name in Unicode. */

static struct danelaw_probe open_probes[] = { {
    .offer = "default",
    .outcome = DANELAW_OUTCOME_CLEARTEXT,
} };

static struct danelaw_try open_tries[] = {
	{ 1750000000, DANELAW_OUTCOME_SMTP_TEMPFAIL, "450 4.7.1 Later", false,
	    "450 4.7.1 Later" },
	{ 1750000030, DANELAW_OUTCOME_CLEARTEXT, "220 mail ESMTP", false,
	    NULL },
};

static struct danelaw_address open_addresses[] = { {
    .ip = "198.51.100.7",
    .port = 25,
    .outcome = DANELAW_OUTCOME_CLEARTEXT,
    LIST(probes, open_probes),
    .smtp = { .banner = "220 mail ESMTP",
	TEXTS(ehlo, "mail", "PIPELINING", "SIZE 10485760", "8BITMIME"),
	.mail = &(struct danelaw_mail) { .error = NULL } },
    LIST(tries, open_tries),
    .timing = { 5, 9, -1, -1, 14 },
} };

static struct danelaw_lookup open_lookups[] = {
	{ .name = "xn--bcher-kva.example",
	    .type = "A",
	    .dnssec = DANELAW_DNSSEC_INSECURE,
	    .presence = DANELAW_PRESENCE_DATA,
	    TEXTS(aliases, "www.hoster.example", "lb3.hoster.example"),
	    .ttl = 60,
	    .n_records = 1 },
	{ .name = "xn--bcher-kva.example",
	    .type = "AAAA",
	    .dnssec = DANELAW_DNSSEC_INSECURE,
	    .presence = DANELAW_PRESENCE_NODATA,
	    TEXTS(aliases, "www.hoster.example", "lb3.hoster.example"),
	    .ttl = 60 },
};

static struct danelaw_host open_hosts[] = { {
    .name = "xn--bcher-kva.example",
    .dnssec = DANELAW_DNSSEC_INSECURE,
    .policy = DANELAW_POLICY_MAY,
    .why = "the address records are not signed, so TLSA is not asked for (RFC "
	   "7672 2.2.2)",
    .tlsa = { .status = DANELAW_TLSA_NOT_ASKED },
    LIST(addresses, open_addresses),
    LIST(lookups, open_lookups),
} };

static struct danelaw_finding open_findings[] = { {
    .id = "dns-mx-none-implicit",
    .severity = DANELAW_SEVERITY_INFO,
    .subject = "xn--bcher-kva.example",
    .text = "xn--bcher-kva.example has no MX record; mail goes to its "
	    "address.",
    .rfc = "RFC 5321 5.1",
} };

const struct danelaw_report trees_open = {
	.domain = "xn--bcher-kva.example",
	.unicode = "b\xc3\xbc"
		   "cher.example",
	.port = 25,
	.at = TREES_AT,
	.verdict = DANELAW_VERDICT_INSECURE,
	.state = DANELAW_STATE_WARNING,
	.summary = "nothing in the DNS of this domain is signed",
	.resolver = "forwarding to 192.0.2.53 (resolv.conf): no root server "
		    "could be reached",
	.mx = { .source = DANELAW_MX_IMPLICIT,
	    .dnssec = DANELAW_DNSSEC_INSECURE },
	LIST(hosts, open_hosts),
	LIST(findings, open_findings),
};
