/* SPDX-License-Identifier: ISC */
#include "policy/known_ca.h"

#include <string.h>

#include "policy/diagnose_kit.h"

static const struct known_ca known_cas[] = {
#define KNOWN_CA(                                                              \
    name, cn, key, state, signer, end, spki256, cert256, spki512, cert512)     \
	{ name, cn, signer, KNOWN_CA_##key, KNOWN_CA_##state, end, spki256,    \
		cert256, spki512, cert512 },
#include "policy/known_ca.def" /* from known_ca.tsv, by the build */
#undef KNOWN_CA
};

#define N_KNOWN (sizeof(known_cas) / sizeof(known_cas[0]))

const char *
known_ca_date(void)
{
	return KNOWN_CA_DATE;
}

int64_t
known_ca_time(void)
{
	return KNOWN_CA_TIME;
}

const struct known_ca *
known_ca_at(size_t index)
{
	return index < N_KNOWN ? &known_cas[index] : NULL;
}

static bool
fits(const struct danelaw_record *record, const struct known_ca *ca)
{
	const struct danelaw_cert cert = { .spki_sha256 = ca->spki_sha256,
		.spki_sha512 = ca->spki_sha512,
		.cert_sha256 = ca->cert_sha256,
		.cert_sha512 = ca->cert_sha512 };

	return record->usage == DANELAW_USAGE_DANE_TA &&
	    kit_fits(record, &cert);
}

const struct known_ca *
known_ca_find(const struct danelaw_record *record)
{
	for (size_t i = 0; i < N_KNOWN; i++) {
		if (fits(record, &known_cas[i]))
			return &known_cas[i];
	}
	return NULL;
}

bool
known_ca_has_cn(const char *dn, const char *cn)
{
	const char *at = dn == NULL ? NULL : strstr(dn, "CN=");
	size_t len = strlen(cn);

	return at != NULL && strncmp(at + 3, cn, len) == 0 &&
	    (at[3 + len] == ',' || at[3 + len] == '\0');
}

bool
known_ca_names(const struct danelaw_record *record, const char *dn)
{
	for (size_t i = 0; i < N_KNOWN; i++) {
		if (known_ca_has_cn(dn, known_cas[i].cn) &&
		    fits(record, &known_cas[i]))
			return true;
	}
	return false;
}

bool
known_ca_issues(const struct known_ca *ca)
{
	return ca->state == KNOWN_CA_ACTIVE || ca->state == KNOWN_CA_BACKUP;
}

bool
known_ca_is_retired(const struct known_ca *ca)
{
	return ca->state == KNOWN_CA_RETIRED || ca->state == KNOWN_CA_EXPIRED;
}

enum known_ca_key
known_ca_key_of(const struct danelaw_cert *cert)
{
	if (cert->key == NULL)
		return KNOWN_CA_NO_KEY;
	if (strncmp(cert->key, "RSA ", 4) == 0)
		return KNOWN_CA_RSA;
	return strncmp(cert->key, "EC ", 3) == 0 ? KNOWN_CA_ECDSA
						 : KNOWN_CA_NO_KEY;
}

bool
known_ca_issued(const struct danelaw_cert *cert)
{
	return cert->issuer != NULL &&
	    strstr(cert->issuer, "O=Let's Encrypt") != NULL;
}

const char *
known_ca_state_word(enum known_ca_state state)
{
	static const char *const words[] = {
		[KNOWN_CA_ACTIVE] = "active",
		[KNOWN_CA_BACKUP] = "backup",
		[KNOWN_CA_ROOT] = "root",
		[KNOWN_CA_RETIRED] = "retired",
		[KNOWN_CA_EXPIRED] = "expired",
	};

	return words[state];
}

const char *
known_ca_key_word(enum known_ca_key key)
{
	static const char *const words[] = { [KNOWN_CA_RSA] = "RSA",
		[KNOWN_CA_ECDSA] = "ECDSA",
		[KNOWN_CA_NO_KEY] = "other" };

	return words[key];
}
