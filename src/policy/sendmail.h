/* SPDX-License-Identifier: ISC */
/*
 * sendmail.h - what sendmail's macro ${verify} would hold after a talk.
 */
#pragma once

#include <danelaw_report.h>

struct sendmail_words {
	const char *verify; /* NULL: the talk never came so far */
	const char *why;    /* a sentence; NULL only with verify */
};

/*
 * Of a sendmail without DANE, which checks the chain and no name. Static
 * words. The outcome and the probes of the address must be there.
 */
struct sendmail_words sendmail_words(const struct danelaw_address *address);
