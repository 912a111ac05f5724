/* SPDX-License-Identifier: ISC */
#include "policy/sendmail.h"

#include "policy/verdict.h"

static struct sendmail_words
without_starttls(const struct danelaw_address *address)
{
	const char *reply = address->smtp.starttls;

	if (reply != NULL && reply[0] == '4')
		return (struct sendmail_words) { "TEMP",
			"The server puts STARTTLS off with a 4xx reply; 8.18 "
			"with DANE says DANE_TEMP where records ask for it." };
	if (reply != NULL && reply[0] == '5')
		return (struct sendmail_words) { "PROTOCOL",
			"The server refuses STARTTLS with a 5xx reply; 8.18 "
			"with DANE says DANE_TEMP where records ask for it." };
	return (struct sendmail_words) { "NONE",
		"STARTTLS was not performed; 8.18 with DANE says DANE_NOTLS "
		"where records ask for it." };
}

static bool
is_self_signed(const struct danelaw_address *address)
{
	return address->n_probes > 0 && address->probes[0].n_chain > 0 &&
	    address->probes[0].chain[0].self_issued;
}

/* A chain that DANE does not judge, or that it passed. */
static struct sendmail_words
with_chain(const struct danelaw_address *address)
{
	if (is_self_signed(address))
		return (struct sendmail_words) { "FAIL",
			"The certificate is self-signed; FAIL does not stop "
			"delivery, and sendmail 8.18 with DANE says TRUSTED "
			"where a record fits." };
	return (struct sendmail_words) { "OK",
		"OK where sendmail knows the CA, else FAIL; neither stops "
		"delivery, and 8.18 with DANE says TRUSTED where a record "
		"fits." };
}

struct sendmail_words
sendmail_words(const struct danelaw_address *address)
{
	switch (outcome_counted(address)) {
	case DANELAW_OUTCOME_AUTHENTICATED:
	case DANELAW_OUTCOME_ENCRYPTED:
		return with_chain(address);
	case DANELAW_OUTCOME_TLSA_MISMATCH:
		return (struct sendmail_words) { "FAIL",
			"FAIL unless sendmail knows the CA, and delivery goes "
			"on; 8.18 with DANE says DANE_FAIL and does not "
			"deliver." };
	case DANELAW_OUTCOME_NAME_MISMATCH:
		return (struct sendmail_words) { "OK",
			"OK where sendmail knows the CA, for it compares no "
			"name; 8.18 with DANE says DANE_FAIL and does not "
			"deliver." };
	case DANELAW_OUTCOME_CERT_EXPIRED:
	case DANELAW_OUTCOME_CHAIN_INVALID:
		return (struct sendmail_words) { "FAIL",
			"The chain does not pass; FAIL alone does not stop "
			"delivery, DANE_FAIL of 8.18 does." };
	case DANELAW_OUTCOME_CLEARTEXT:
	case DANELAW_OUTCOME_STARTTLS_MISSING:
	case DANELAW_OUTCOME_STARTTLS_REFUSED:
	case DANELAW_OUTCOME_SMTP_TEMPFAIL:
	case DANELAW_OUTCOME_SMTP_PERMFAIL:
		return without_starttls(address);
	case DANELAW_OUTCOME_PLAINTEXT_INJECTED:
		return (struct sendmail_words) { "PROTOCOL",
			"The server broke the protocol around STARTTLS." };
	case DANELAW_OUTCOME_TLS_FAILED:
	case DANELAW_OUTCOME_TLS_TIMEOUT:
		return (struct sendmail_words) { "SOFTWARE",
			"The TLS handshake failed, which ends the session." };
	case DANELAW_OUTCOME_SKIPPED:
	case DANELAW_OUTCOME_SMTP_TIMEOUT:
	case DANELAW_OUTCOME_NOT_SMTP:
	case DANELAW_OUTCOME_CONNECT_REFUSED:
	case DANELAW_OUTCOME_CONNECT_TIMEOUT:
	case DANELAW_OUTCOME_NOT_EXAMINED:
		break;
	}
	return (struct sendmail_words) { NULL, NULL };
}
