/* SPDX-License-Identifier: ISC */
/*
 * known_ca.h - the issuers of Let's Encrypt, as of KNOWN_CA_DATE.
 *
 * They only explain and advise: what passes is OpenSSL's to say. A key is one
 * issuer, though it may have several names and certificates. The build makes
 * the table of known_ca.tsv by tools/known-ca.
 */
#pragma once

#include <danelaw_report.h>

enum known_ca_state {
	KNOWN_CA_ACTIVE,
	KNOWN_CA_BACKUP, /* may be used at any time, without a word before */
	KNOWN_CA_ROOT,
	KNOWN_CA_RETIRED,
	KNOWN_CA_EXPIRED,
};
enum known_ca_key { KNOWN_CA_RSA, KNOWN_CA_ECDSA, KNOWN_CA_NO_KEY };

/* One certificate of one issuer. */
struct known_ca {
	const char *name; /* of the key: "X1 and X3 (one key)" */
	const char *cn, *signer;
	enum known_ca_key key;
	enum known_ca_state state;
	int64_t not_after;
	const char *spki_sha256, *cert_sha256, *spki_sha512, *cert_sha512;
};

/* When the table was made. */
const char *known_ca_date(void);
int64_t known_ca_time(void);
/* By index from 0, those in use first; NULL: there are no more. */
const struct known_ca *known_ca_at(size_t index);
/* By the digest in a record of usage 2; NULL: it is none of them. */
const struct known_ca *known_ca_find(const struct danelaw_record *record);
/* "CN=R1" is not the beginning of "CN=R10". */
bool known_ca_has_cn(const char *dn, const char *cn);
/* Is this distinguished name that of the record's issuer? */
bool known_ca_names(const struct danelaw_record *record, const char *dn);
/* Does it issue certificates today, or may tomorrow? */
bool known_ca_issues(const struct known_ca *ca);
/* Did it issue, and does so no more? */
bool known_ca_is_retired(const struct known_ca *ca);
/* By a certificate's key; NO_KEY: Let's Encrypt issues for no such key. */
enum known_ca_key known_ca_key_of(const struct danelaw_cert *cert);
/* Was this certificate issued by an issuer of Let's Encrypt? */
bool known_ca_issued(const struct danelaw_cert *cert);
/* "active" and "RSA" */
const char *known_ca_state_word(enum known_ca_state state);
const char *known_ca_key_word(enum known_ca_key key);
