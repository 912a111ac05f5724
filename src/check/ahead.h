/* SPDX-License-Identifier: ISC */
/*
 * ahead.h - questions put before anybody waits for their answers.
 *
 * A chain of trust is followed link by link, and TLSA is asked where the
 * address answer allows it: each a round trip, when nothing is known yet.
 * What is asked here lies in the resolver's cache by then. Nothing is read
 * of these answers, so none becomes a finding (RFC 7672 section 2.2.2 stays
 * the judge), and nobody hears of one that fails. Only where somebody waits
 * for this one domain: of many, another's time is used.
 */
#ifndef CHECK_AHEAD_H
#define CHECK_AHEAD_H

struct domain_job;

/* The next hop's MX RRset, and the keys from the root down to it. */
void ahead_domain(const struct domain_job *job);
/* TLSA at the likely base domain of each that is in the zone of the MX
   records, and the keys that the domain's name does not share. */
void ahead_hosts(const struct domain_job *job);

#endif
