/* SPDX-License-Identifier: ISC */
/*
 * due.h - which certificate of a report will run out first, by the plugin's
 * rules; of signatures report->clocks tells.
 */
#pragma once

#include <danelaw_report.h>

/* The nearest end; when is 0 if there is none. All borrowed. */
struct due_cert {
	int64_t when;
	const struct danelaw_host *host;
	const struct danelaw_address *address;
	const struct danelaw_cert *cert;
};

/*
 * Certificates on the path from a server's own to the one that a record of
 * usage 2 matched. Under usage 3 no date counts (RFC 7672 section 3.1.1),
 * unless ee_expiry is set.
 */
struct due_cert due_certificate(
    const struct danelaw_report *report, bool ee_expiry);
/* The same for one address. */
struct due_cert due_certificate_at(const struct danelaw_host *host,
    const struct danelaw_address *address, bool ee_expiry);
