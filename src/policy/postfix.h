/* SPDX-License-Identifier: ISC */
/*
 * postfix.h - what smtp_tls_policy_maps should hear about a next hop.
 *
 * Pure. The rules and their reasons stand at the top of postfix.c. In short:
 * no answer makes Postfix accept less than its own level "dane" would, and
 * the zero value is the one that makes mail wait.
 */
#ifndef REPORT_POSTFIX_H
#define REPORT_POSTFIX_H

#include <danelaw_report.h>

enum postfix_answer {
	POSTFIX_TEMP = 0, /* mail waits */
	POSTFIX_OK,       /* *policy holds */
	POSTFIX_NOTFOUND, /* smtp_tls_security_level of main.cf holds */
};

/*
 * report may be NULL: nothing is known yet. *policy is static, "dane-only"
 * or "dane", and NULL where the answer is not OK; *why is a static sentence
 * without the full stop, for logs and for the text of TEMP.
 *
 * QUERYwithTLSRPT has the same answer: a policy of DANE carries none of the
 * attributes of Postfix 3.10 (see postfix.c).
 */
enum postfix_answer report_postfix(
    const struct danelaw_report *report, const char **policy, const char **why);

#endif
