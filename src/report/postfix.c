/* SPDX-License-Identifier: ISC */
/*
 * What Postfix does at the levels we may name, given a next hop:
 *
 * dane	usable TLSA records: that host must match them, or it is passed over.
 *	Unusable ones: TLS is a must. None, or nothing signed: as level "may".
 *	A failed lookup: that host is passed over. It looks all of this up
 *	itself, host by host, for each delivery.
 * dane-only	as above, but a host without usable TLSA records behind signed
 *	MX and address records is passed over, too.
 *
 * So "dane" can never accept less than "dane" does, "dane-only" only less,
 * and TEMP nothing at all. The one dangerous answer is NOTFOUND, as the level
 * of main.cf may be "may". Hence the rules, in their order:
 *
 * 1. Nothing is known (no report, or another shard's), there was no DNS, or
 *    the MX lookup failed (bogus, SERVFAIL, timeout): TEMP. Nobody knows which
 *    hosts there are, and RFC 7672 section 2.1.2 has mail wait. Never PERM:
 *    that we could not look is no property of the domain.
 * 2. No mail is taken (null MX, no such domain): NOTFOUND. There is no host to
 *    have a policy for, and Postfix bounces by its own lookup.
 * 3. Every host was passed over for a failed lookup, or the MX records name
 *    none that could be looked up: TEMP, for the reason of 1.
 *    Where only some were, the answer comes from 4 to 6: Postfix passes over
 *    such a host by itself and may still use the others, so a TEMP would hold
 *    up mail that RFC 7672 lets go, for as long as one zone of many is broken.
 * 4. MX records signed, every host with usable signed TLSA records, the probe
 *    authenticated one of them, and none failed: "dane-only". What could not
 *    be reached does not count against it. From then on a host that loses its
 *    records, or comes without any, makes mail wait instead of going out in
 *    the open. A domain that turns DANE off for good waits as well, until this
 *    report ends: its life is bounded by the TTLs and signatures it rests on,
 *    which is as long as a resolver may believe the old records anyway. A next
 *    hop in brackets has no MX records; its address and TLSA records decide.
 * 5. Some host has TLSA records, usable or not, or its lookups failed: "dane".
 *    That covers every verdict in which hosts differ or fail: dane-fail and
 *    dane-degraded (the failing host is refused by Postfix as well, and is
 *    used again the moment its records are right), dane-partial (the open host
 *    stays usable, as the RFC has it), and hosts nobody could reach. Also
 *    "insecure": for unsigned MX records Postfix at "dane" still holds a host
 *    in a signed zone to its records, so NOTFOUND would loosen that.
 * 6. No host has any: NOTFOUND, since DANE plays no role and the level of
 *    main.cf may well be stricter than what "dane" comes down to here.
 *
 * But for no-mail the verdict is not asked: it sums up, and a sum hides the one
 * host that matters. The state, which findings raise, is not Postfix's concern.
 *
 * TLSRPT: the attributes of Postfix 3.10 (policy_type, policy_string,
 * policy_ttl...) are for policies that Postfix cannot know, as MTA-STS. For
 * levels of DANE it reports the TLSA records that it looked up itself. It
 * knows the types "sts" and "no-policy-found" only, and takes any other, or
 * an attribute without a type, for a broken policy that makes mail wait.
 */
#include "report/postfix.h"

#include <stdbool.h>
#include <stddef.h>

/* What the hosts come to. */
struct counts {
	bool all_skipped;   /* none is left, or there never was one */
	bool all_guarded;   /* usable TLSA records, all of it signed */
	bool some_tlsa;     /* it has records, or nobody knows */
	bool authenticated; /* an address was */
	bool failing;       /* an address did not pass */
};

static bool
is_failure(enum danelaw_dnssec dnssec)
{
	/* What is outside the enum is no answer either. */
	return dnssec != DANELAW_DNSSEC_SECURE &&
	    dnssec != DANELAW_DNSSEC_INSECURE;
}

/* Every part is looked at: a policy alone may have been shared or guessed. */
static bool
is_guarded(const struct danelaw_host *host)
{
	return host->policy == DANELAW_POLICY_DANE &&
	    host->tlsa.status == DANELAW_TLSA_USABLE &&
	    host->tlsa.dnssec == DANELAW_DNSSEC_SECURE;
}

static struct counts
count(const struct danelaw_report *report)
{
	struct counts counts = { .all_skipped = true, .all_guarded = true };

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		if (host->policy != DANELAW_POLICY_SKIP)
			counts.all_skipped = false;
		if (host->policy != DANELAW_POLICY_MAY)
			counts.some_tlsa = true;
		if (!is_guarded(host))
			counts.all_guarded = false;
		counts.authenticated |= host->counted.authenticated;
		counts.failing |= host->counted.failing;
	}
	return counts;
}

/* NXDOMAIN counts only where it is believed (RFC 7672 section 2.1.1). */
static bool
takes_no_mail(const struct danelaw_report *report)
{
	return report->verdict == DANELAW_VERDICT_NO_MAIL &&
	    report->n_hosts == 0;
}

static bool
is_unknown(const struct danelaw_report *report, const char **why)
{
	const struct danelaw_mx *mx;

	*why = "nothing is known of this domain yet";
	if (report == NULL || report->elsewhere)
		return true;
	mx = &report->mx;
	*why = "the DNS cannot be asked";
	if (report->resolver_error != NULL)
		return true;
	*why = report->own_lack;
	if (*why != NULL)
		return true;
	*why = "the MX lookup fails";
	if (mx->source == DANELAW_MX_LITERAL || takes_no_mail(report))
		return false;
	return mx->source == DANELAW_MX_NONE || is_failure(mx->dnssec);
}

/* RFC 7672 section 2.2.1; behind brackets there are no MX records. */
static bool
mx_is_signed(const struct danelaw_mx *mx)
{
	return mx->source == DANELAW_MX_LITERAL ||
	    mx->dnssec == DANELAW_DNSSEC_SECURE;
}

enum postfix_answer
report_postfix(
    const struct danelaw_report *report, const char **policy, const char **why)
{
	struct counts counts;

	*policy = NULL;
	if (is_unknown(report, why))
		return POSTFIX_TEMP;
	if (takes_no_mail(report)) {
		*why = "the domain takes no mail";
		return POSTFIX_NOTFOUND;
	}
	counts = count(report);
	if (counts.all_skipped) {
		*why = "the lookups leave no host to use";
		return POSTFIX_TEMP;
	}
	if (counts.all_guarded && mx_is_signed(&report->mx) &&
	    counts.authenticated && !counts.failing) {
		*policy = "dane-only";
		*why = "every host has usable TLSA records, and what could "
		       "be examined passes";
		return POSTFIX_OK;
	}
	if (counts.some_tlsa) {
		*policy = "dane";
		*why = "DANE holds for some hosts, or the probe did not pass";
		return POSTFIX_OK;
	}
	*why = "no host has TLSA records that count";
	return POSTFIX_NOTFOUND;
}
