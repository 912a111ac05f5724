/* SPDX-License-Identifier: ISC */
/*
 * The word of every value, once. A value outside its enum gives "?", so that
 * a report printed wrong is seen rather than a crash.
 */
#include <danelaw_report.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* The first value may have none: there is nothing to say then. */
#define WORDS(name, ...)                                                       \
	const char *danelaw_##name##_word(enum danelaw_##name value)           \
	{                                                                      \
		static const char *const words[] = { __VA_ARGS__ };            \
                                                                               \
		if ((size_t)value >= COUNT(words))                             \
			return "?";                                            \
		return words[value] == NULL && value != 0 ? "?"                \
							  : words[value];      \
	}

WORDS(verdict, [DANELAW_VERDICT_DEFER] = "defer",
    [DANELAW_VERDICT_NO_MAIL] = "no-mail",
    [DANELAW_VERDICT_INSECURE] = "insecure",
    [DANELAW_VERDICT_DEGRADED] = "dane-degraded",
    [DANELAW_VERDICT_FAIL] = "dane-fail",
    [DANELAW_VERDICT_PARTIAL] = "dane-partial",
    [DANELAW_VERDICT_OK] = "dane-ok", [DANELAW_VERDICT_NO_DANE] = "no-dane")

WORDS(state, [DANELAW_STATE_OK] = "ok", [DANELAW_STATE_WARNING] = "warning",
    [DANELAW_STATE_CRITICAL] = "critical", [DANELAW_STATE_UNKNOWN] = "unknown")

WORDS(
    dnssec, [DANELAW_DNSSEC_ERROR] = "error", [DANELAW_DNSSEC_BOGUS] = "bogus",
    [DANELAW_DNSSEC_INSECURE] = "insecure", [DANELAW_DNSSEC_SECURE] = "secure")

WORDS(presence, [DANELAW_PRESENCE_UNKNOWN] = "unknown",
    [DANELAW_PRESENCE_DATA] = "data", [DANELAW_PRESENCE_NODATA] = "nodata",
    [DANELAW_PRESENCE_NXDOMAIN] = "nxdomain")

WORDS(dns_cause, [DANELAW_DNS_ANCHOR] = "anchor", [DANELAW_DNS_CLOCK] = "clock",
    [DANELAW_DNS_EXPIRED] = "expired",
    [DANELAW_DNS_NOT_YET_VALID] = "not-yet-valid",
    [DANELAW_DNS_ITERATIONS] = "iterations",
    [DANELAW_DNS_ALGORITHM] = "algorithm", [DANELAW_DNS_LOOP] = "loop",
    [DANELAW_DNS_DENIAL] = "denial", [DANELAW_DNS_UNSIGNED] = "unsigned",
    [DANELAW_DNS_MISMATCH] = "mismatch", [DANELAW_DNS_TIMEOUT] = "timeout")

WORDS(mx_source, [DANELAW_MX_NONE] = "none", [DANELAW_MX_MX] = "mx",
    [DANELAW_MX_IMPLICIT] = "implicit", [DANELAW_MX_LITERAL] = "literal",
    [DANELAW_MX_NULL] = "null")

WORDS(policy, [DANELAW_POLICY_SKIP] = "skip", [DANELAW_POLICY_MAY] = "may",
    [DANELAW_POLICY_ENCRYPT] = "encrypt", [DANELAW_POLICY_DANE] = "dane")

WORDS(tlsa_status, [DANELAW_TLSA_NOT_ASKED] = "not-asked",
    [DANELAW_TLSA_ERROR] = "error", [DANELAW_TLSA_NONE] = "none",
    [DANELAW_TLSA_UNUSABLE] = "unusable", [DANELAW_TLSA_USABLE] = "usable")

WORDS(smtp_stage, [DANELAW_SMTP_AT_BANNER] = "banner",
    [DANELAW_SMTP_AT_EHLO] = "ehlo", [DANELAW_SMTP_AT_STARTTLS] = "starttls",
    [DANELAW_SMTP_AT_TLS] = "tls", [DANELAW_SMTP_AT_EHLO_TLS] = "ehlo-tls",
    [DANELAW_SMTP_AT_ENVELOPE] = "envelope", [DANELAW_SMTP_AT_QUIT] = "quit")

WORDS(
    tls_fault, [DANELAW_TLS_UNROUTED] = "unrouted", [DANELAW_TLS_MUTE] = "mute",
    [DANELAW_TLS_DROPPED] = "dropped", [DANELAW_TLS_CLOSED] = "closed",
    [DANELAW_TLS_RESET] = "reset", [DANELAW_TLS_NOT_TLS] = "not-tls",
    [DANELAW_TLS_REFUSED] = "refused", [DANELAW_TLS_ALERT] = "alert",
    [DANELAW_TLS_VERSION] = "version", [DANELAW_TLS_CIPHER] = "cipher",
    [DANELAW_TLS_NAME] = "name", [DANELAW_TLS_CERT_REQUIRED] = "cert-required",
    [DANELAW_TLS_OLD_SIGALG] = "old-sigalg",
    [DANELAW_TLS_SHORT_DH] = "short-dh",
    [DANELAW_TLS_RENEGOTIATION] = "renegotiation",
    [DANELAW_TLS_GROUP] = "group", [DANELAW_TLS_CURVE] = "curve",
    [DANELAW_TLS_SIGNATURE] = "signature",
    [DANELAW_TLS_TOO_LARGE] = "too-large")

WORDS(smtp_fault, [DANELAW_SMTP_GARBLED] = "garbled",
    [DANELAW_SMTP_BROKEN] = "broken", [DANELAW_SMTP_TLS_FIRST] = "tls-first",
    [DANELAW_SMTP_REFUSED] = "refused", [DANELAW_SMTP_LACKING] = "lacking",
    [DANELAW_SMTP_INJECTED] = "injected", [DANELAW_SMTP_CLOSED] = "closed")

WORDS(result, [DANELAW_RESULT_NO_MATCH] = "no-match",
    [DANELAW_RESULT_MATCH] = "match", [DANELAW_RESULT_UNUSABLE] = "unusable",
    [DANELAW_RESULT_SUPERSEDED] = "superseded")

WORDS(role, [DANELAW_ROLE_ORPHAN] = "orphan",
    [DANELAW_ROLE_CURRENT_LEAF] = "current-leaf",
    [DANELAW_ROLE_TA_IN_PATH] = "ta-in-path",
    [DANELAW_ROLE_TA_NOT_SENT] = "ta-not-sent",
    [DANELAW_ROLE_NEXT_UNUSED] = "next-unused",
    [DANELAW_ROLE_DUPLICATE] = "duplicate",
    [DANELAW_ROLE_SUPERSEDED] = "superseded",
    [DANELAW_ROLE_UNUSABLE] = "unusable",
    [DANELAW_ROLE_PRESENTED_NOT_ON_PATH] = "presented-not-on-path",
    [DANELAW_ROLE_WRONG_USAGE] = "wrong-usage",
    [DANELAW_ROLE_WRONG_BYTES] = "wrong-bytes")

WORDS(how, [DANELAW_HOW_CERTIFICATE] = "certificate",
    [DANELAW_HOW_SIGNED_BY] = "signed-by")

WORDS(name_source, [DANELAW_NAME_SAN] = "san", [DANELAW_NAME_CN] = "cn")

WORDS(delivery, [DANELAW_DELIVERY_REFUSE] = "refuse",
    [DANELAW_DELIVERY_DELIVER] = "deliver",
    [DANELAW_DELIVERY_VARIES] = "varies")

WORDS(severity, [DANELAW_SEVERITY_INFO] = "info",
    [DANELAW_SEVERITY_WARNING] = "warning",
    [DANELAW_SEVERITY_CRITICAL] = "critical")

const char *
danelaw_key_usage_word(unsigned bit)
{
	static const char *const words[] = { "digitalSignature",
		"nonRepudiation", "keyEncipherment", "dataEncipherment",
		"keyAgreement", "keyCertSign", "cRLSign", "encipherOnly",
		"decipherOnly" };

	for (size_t i = 0; i < COUNT(words); i++) {
		if (bit == 1u << i)
			return words[i];
	}
	return "?";
}

enum danelaw_state
danelaw_state_worse(enum danelaw_state a, enum danelaw_state b)
{
	static const int badness[] = {
		[DANELAW_STATE_OK] = 0,
		[DANELAW_STATE_WARNING] = 1,
		[DANELAW_STATE_UNKNOWN] = 2,
		[DANELAW_STATE_CRITICAL] = 3,
	};

	return badness[a] >= badness[b] ? a : b;
}
