/* SPDX-License-Identifier: ISC */
/*
 * The word of every value, once. A value outside its enum gives "?", so that
 * a report printed wrong is seen rather than a crash.
 */
#include <danelaw_report.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define WORD(table, value)                                                     \
	((size_t)(value) < COUNT(table) && (table)[value] != NULL              \
		? (table)[value]                                               \
		: "?")

const char *
danelaw_verdict_word(enum danelaw_verdict verdict)
{
	static const char *const words[] = {
		[DANELAW_VERDICT_DEFER] = "defer",
		[DANELAW_VERDICT_NO_MAIL] = "no-mail",
		[DANELAW_VERDICT_INSECURE] = "insecure",
		[DANELAW_VERDICT_DEGRADED] = "dane-degraded",
		[DANELAW_VERDICT_FAIL] = "dane-fail",
		[DANELAW_VERDICT_PARTIAL] = "dane-partial",
		[DANELAW_VERDICT_OK] = "dane-ok",
		[DANELAW_VERDICT_NO_DANE] = "no-dane",
	};

	return WORD(words, verdict);
}

const char *
danelaw_state_word(enum danelaw_state state)
{
	static const char *const words[] = {
		[DANELAW_STATE_OK] = "ok",
		[DANELAW_STATE_WARNING] = "warning",
		[DANELAW_STATE_CRITICAL] = "critical",
		[DANELAW_STATE_UNKNOWN] = "unknown",
	};

	return WORD(words, state);
}

const char *
danelaw_dnssec_word(enum danelaw_dnssec dnssec)
{
	static const char *const words[] = {
		[DANELAW_DNSSEC_ERROR] = "error",
		[DANELAW_DNSSEC_BOGUS] = "bogus",
		[DANELAW_DNSSEC_INSECURE] = "insecure",
		[DANELAW_DNSSEC_SECURE] = "secure",
	};

	return WORD(words, dnssec);
}

const char *
danelaw_presence_word(enum danelaw_presence presence)
{
	static const char *const words[] = {
		[DANELAW_PRESENCE_UNKNOWN] = "unknown",
		[DANELAW_PRESENCE_DATA] = "data",
		[DANELAW_PRESENCE_NODATA] = "nodata",
		[DANELAW_PRESENCE_NXDOMAIN] = "nxdomain",
	};

	return WORD(words, presence);
}

const char *
danelaw_mx_source_word(enum danelaw_mx_source source)
{
	static const char *const words[] = {
		[DANELAW_MX_NONE] = "none",
		[DANELAW_MX_MX] = "mx",
		[DANELAW_MX_IMPLICIT] = "implicit",
		[DANELAW_MX_LITERAL] = "literal",
		[DANELAW_MX_NULL] = "null",
	};

	return WORD(words, source);
}

const char *
danelaw_policy_word(enum danelaw_policy policy)
{
	static const char *const words[] = {
		[DANELAW_POLICY_SKIP] = "skip",
		[DANELAW_POLICY_MAY] = "may",
		[DANELAW_POLICY_ENCRYPT] = "encrypt",
		[DANELAW_POLICY_DANE] = "dane",
	};

	return WORD(words, policy);
}

const char *
danelaw_tlsa_status_word(enum danelaw_tlsa_status status)
{
	static const char *const words[] = {
		[DANELAW_TLSA_NOT_ASKED] = "not-asked",
		[DANELAW_TLSA_ERROR] = "error",
		[DANELAW_TLSA_NONE] = "none",
		[DANELAW_TLSA_UNUSABLE] = "unusable",
		[DANELAW_TLSA_USABLE] = "usable",
	};

	return WORD(words, status);
}

const char *
danelaw_smtp_stage_word(enum danelaw_smtp_stage stage)
{
	static const char *const words[] = {
		[DANELAW_SMTP_AT_BANNER] = "banner",
		[DANELAW_SMTP_AT_EHLO] = "ehlo",
		[DANELAW_SMTP_AT_STARTTLS] = "starttls",
		[DANELAW_SMTP_AT_TLS] = "tls",
		[DANELAW_SMTP_AT_EHLO_TLS] = "ehlo-tls",
		[DANELAW_SMTP_AT_ENVELOPE] = "envelope",
		[DANELAW_SMTP_AT_QUIT] = "quit",
	};

	return WORD(words, stage);
}

const char *
danelaw_smtp_fault_word(enum danelaw_smtp_fault fault)
{
	static const char *const words[] = {
		[DANELAW_SMTP_GARBLED] = "garbled",
		[DANELAW_SMTP_BROKEN] = "broken",
		[DANELAW_SMTP_TLS_FIRST] = "tls-first",
		[DANELAW_SMTP_REFUSED] = "refused",
		[DANELAW_SMTP_LACKING] = "lacking",
		[DANELAW_SMTP_INJECTED] = "injected",
		[DANELAW_SMTP_CLOSED] = "closed",
	};

	return fault == DANELAW_SMTP_NO_FAULT ? NULL : WORD(words, fault);
}

const char *
danelaw_result_word(enum danelaw_result result)
{
	static const char *const words[] = {
		[DANELAW_RESULT_NO_MATCH] = "no-match",
		[DANELAW_RESULT_MATCH] = "match",
		[DANELAW_RESULT_UNUSABLE] = "unusable",
		[DANELAW_RESULT_SUPERSEDED] = "superseded",
	};

	return WORD(words, result);
}

const char *
danelaw_role_word(enum danelaw_role role)
{
	static const char *const words[] = {
		[DANELAW_ROLE_ORPHAN] = "orphan",
		[DANELAW_ROLE_CURRENT_LEAF] = "current-leaf",
		[DANELAW_ROLE_TA_IN_PATH] = "ta-in-path",
		[DANELAW_ROLE_TA_NOT_SENT] = "ta-not-sent",
		[DANELAW_ROLE_NEXT_UNUSED] = "next-unused",
		[DANELAW_ROLE_DUPLICATE] = "duplicate",
		[DANELAW_ROLE_SUPERSEDED] = "superseded",
		[DANELAW_ROLE_UNUSABLE] = "unusable",
		[DANELAW_ROLE_PRESENTED_NOT_ON_PATH] = "presented-not-on-path",
		[DANELAW_ROLE_WRONG_USAGE] = "wrong-usage",
		[DANELAW_ROLE_WRONG_BYTES] = "wrong-bytes",
	};

	return WORD(words, role);
}

const char *
danelaw_how_word(enum danelaw_how how)
{
	static const char *const words[] = {
		[DANELAW_HOW_CERTIFICATE] = "certificate",
		[DANELAW_HOW_SIGNED_BY] = "signed-by",
	};

	return WORD(words, how);
}

const char *
danelaw_name_source_word(enum danelaw_name_source source)
{
	static const char *const words[] = {
		[DANELAW_NAME_SAN] = "san",
		[DANELAW_NAME_CN] = "cn",
	};

	return source == DANELAW_NAME_NONE ? NULL : WORD(words, source);
}

const char *
danelaw_delivery_word(enum danelaw_delivery delivery)
{
	static const char *const words[] = {
		[DANELAW_DELIVERY_REFUSE] = "refuse",
		[DANELAW_DELIVERY_DELIVER] = "deliver",
		[DANELAW_DELIVERY_VARIES] = "varies",
	};

	return WORD(words, delivery);
}

const char *
danelaw_severity_word(enum danelaw_severity severity)
{
	static const char *const words[] = {
		[DANELAW_SEVERITY_INFO] = "info",
		[DANELAW_SEVERITY_WARNING] = "warning",
		[DANELAW_SEVERITY_CRITICAL] = "critical",
	};

	return WORD(words, severity);
}

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
