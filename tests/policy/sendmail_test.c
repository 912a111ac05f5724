/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/sendmail.h"

#include "table.h"

static const struct row {
	const char *what;
	enum danelaw_outcome outcome;
	const char *starttls; /* the reply */
	bool self_signed;
	const char *verify;
} rows[] = {
	{ "DANE holds", DANELAW_OUTCOME_AUTHENTICATED, "220 go", false, "OK" },
	{ "nobody issued it", DANELAW_OUTCOME_AUTHENTICATED, "220 go", true,
	    "FAIL" },
	{ "TLS without DANE", DANELAW_OUTCOME_ENCRYPTED, "220 go", false,
	    "OK" },
	{ "TLS, self-signed", DANELAW_OUTCOME_ENCRYPTED, "220 go", true,
	    "FAIL" },
	{ "no record fits", DANELAW_OUTCOME_TLSA_MISMATCH, "220 go", false,
	    "FAIL" },
	{ "names are not compared", DANELAW_OUTCOME_NAME_MISMATCH, "220 go",
	    false, "OK" },
	{ "expired", DANELAW_OUTCOME_CERT_EXPIRED, "220 go", false, "FAIL" },
	{ "bad chain", DANELAW_OUTCOME_CHAIN_INVALID, "220 go", false, "FAIL" },
	{ "no STARTTLS", DANELAW_OUTCOME_STARTTLS_MISSING, NULL, false,
	    "NONE" },
	{ "none, none promised", DANELAW_OUTCOME_CLEARTEXT, NULL, false,
	    "NONE" },
	{ "refused, none promised", DANELAW_OUTCOME_CLEARTEXT, "554 no", false,
	    "PROTOCOL" },
	{ "put off", DANELAW_OUTCOME_STARTTLS_REFUSED, "454 later", false,
	    "TEMP" },
	{ "refused", DANELAW_OUTCOME_STARTTLS_REFUSED, "554 no", false,
	    "PROTOCOL" },
	{ "refused before", DANELAW_OUTCOME_SMTP_PERMFAIL, NULL, false,
	    "NONE" },
	{ "busy", DANELAW_OUTCOME_SMTP_TEMPFAIL, NULL, false, "NONE" },
	{ "injected", DANELAW_OUTCOME_PLAINTEXT_INJECTED, "220 go", false,
	    "PROTOCOL" },
	{ "handshake", DANELAW_OUTCOME_TLS_FAILED, "220 go", false,
	    "SOFTWARE" },
	{ "silence", DANELAW_OUTCOME_TLS_TIMEOUT, "220 go", false, "SOFTWARE" },
	{ "no connection", DANELAW_OUTCOME_CONNECT_REFUSED, NULL, false, NULL },
	{ "not tried", DANELAW_OUTCOME_SKIPPED, NULL, false, NULL },
	{ "no SMTP", DANELAW_OUTCOME_NOT_SMTP, NULL, false, NULL },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct danelaw_cert leaf = { .self_issued = row->self_signed };
	struct danelaw_probe probe = {
		.outcome = row->outcome,
		.chain = &leaf,
		.n_chain = 1,
	};
	struct danelaw_address address = {
		.outcome = row->outcome,
		.probes = &probe,
		.n_probes = 1,
		.smtp.starttls = row->starttls,
	};
	struct sendmail_words words = sendmail_words(&address);

	if ((words.verify == NULL) != (row->verify == NULL) ||
	    (words.verify != NULL && strcmp(words.verify, row->verify) != 0))
		fail_msg("%s: %s", row->what,
		    words.verify == NULL ? "none" : words.verify);
	assert_true((words.verify == NULL) == (words.why == NULL));
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_row);
	return table_run(&table);
}
