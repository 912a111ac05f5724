/* SPDX-License-Identifier: ISC */
#include "policy/sendmail.h"

#include "model/outcomes.h"
#include "policy/verdict.h"

static bool
is_self_signed(const struct danelaw_address *address)
{
	return address->n_probes > 0 && address->probes[0].n_chain > 0 &&
	    address->probes[0].chain[0].self_issued;
}

struct sendmail_words
sendmail_words(const struct danelaw_address *address)
{
	static const struct sendmail_words
	    put_off = { "TEMP",
		    "The server puts STARTTLS off with a 4xx reply; 8.18 "
		    "with DANE says DANE_TEMP where records ask for it." },
	    refused = { "PROTOCOL",
		    "The server refuses STARTTLS with a 5xx reply; 8.18 "
		    "with DANE says DANE_TEMP where records ask for it." },
	    self_signed = { "FAIL",
		    "The certificate is self-signed; FAIL does not stop "
		    "delivery, and sendmail 8.18 with DANE says TRUSTED "
		    "where a record fits." };
	enum danelaw_outcome counted = outcome_counted(address);
	const struct outcome *outcome = outcome_about(counted);
	const char *reply = address->smtp.starttls;

	if (outcome_is(counted, OUTCOME_PASSED) && is_self_signed(address))
		return self_signed;
	if (outcome_is(counted, OUTCOME_NO_STARTTLS) ||
	    counted == DANELAW_OUTCOME_SMTP_TEMPFAIL ||
	    counted == DANELAW_OUTCOME_SMTP_PERMFAIL) {
		if (reply != NULL && reply[0] == '4')
			return put_off;
		if (reply != NULL && reply[0] == '5')
			return refused;
	}
	return (struct sendmail_words) { outcome->verify, outcome->verify_why };
}
