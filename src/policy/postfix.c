/* SPDX-License-Identifier: ISC */
/*
 * What Postfix does at the levels we may name, given a next hop:
 *
 * dane	usable TLSA records: that host must match them, or it is passed over.
 *	Unusable ones: TLS is a must. None, or nothing signed: as level "may".
 *	A failed lookup: that host is passed over. It looks all of this up
 *	itself, host by host, for each delivery, and waits for its resolver.
 * dane-only	as above, but a host without usable TLSA records behind signed
 *	MX and address records is passed over, too.
 *
 * So "dane" can never accept less than "dane" does, "dane-only" only less,
 * and TEMP nothing at all. But "dane" accepts less than "encrypt" where a host
 * has no records, and no level of DANE asks for what "verify" and "secure" do.
 *
 * A question goes this way; whoever asks waits until its answer is given:
 *
 *	fresh result		-> the answer of a check that has ended
 *	the DNS is all in	-> answered, unless the probe may still make
 *				   "dane-only" of "dane"
 *	the check has ended	-> answered
 *	patience has ended	-> answered from what is known by then
 *
 * The check goes on behind an answer, and what it comes to is there for the
 * next question: Postfix comes again after 5 to 67 minutes. An earlier result
 * that is out of date still tells that the probe passed, and at "encrypt"
 * what the DNS had said, should the DNS be too slow once more.
 *
 * The answers, by level of main.cf; "-" is NOTFOUND, main.cf's level itself:
 *
 *				may, dane    encrypt      dane-only  verify...
 * 1 we have no DNS		TEMP	     TEMP	  TEMP	     -
 * 2 nothing is known yet	dane	     TEMP	  dane-only  -
 * 3 the MX lookup failed	TEMP	     TEMP	  TEMP	     -
 * 4 no mail is taken		-	     -		  -	     -
 * 5 some host is not known	dane	     by the rest  by the rest -
 * 6 all hosts skipped		TEMP	     TEMP	  TEMP	     -
 * 7 all guarded, probe passed	dane-only    dane-only	  dane-only  -
 * 8 all guarded or skipped	dane	     dane-only	  dane-only  -
 * 9 some with TLSA records	dane	     -		  -	     -
 * 10 none			-	     -		  -	     -
 *    MX records not signed	as 5 to 10   -		  -	     -
 *
 * 1. That we could not look is no property of the domain: never PERM. The
 *    answer says what we lacked.
 * 2. Slow is not failed. Postfix at "dane" asks its own resolver and waits for
 *    it, so "dane" is what it would do alone. "encrypt" has mail wait until
 *    the DNS has spoken: neither "-" nor "dane-only" is known to be right.
 * 3. Nobody knows which hosts there are, and RFC 7672 section 2.1.2 has mail
 *    wait. 6 is the same for hosts; where only some are skipped Postfix passes
 *    over these by itself and may use the others, so a TEMP would hold up mail
 *    that RFC 7672 lets go, for as long as one zone of many is broken.
 * 4. There is no host to have a policy for; Postfix bounces by its own lookup.
 * 5. "dane" is right for each host, known or not. At "encrypt" one open host
 *    settles it, and one guarded host is worth being held to; else as 2.
 * 7. The probe authenticated a host, and none failed; what could not be
 *    reached does not count against it. From then on a host that loses its
 *    records, or comes without any, makes mail wait instead of going out in
 *    the open. A domain that turns DANE off for good waits as well, until this
 *    report ends: its life is bounded by the TTLs and signatures it rests on,
 *    which is as long as a resolver may believe the old records anyway. A next
 *    hop in brackets has no MX records; its address and TLSA records decide.
 * 8. A host that fails is refused at "dane" as well, and is used again the
 *    moment its records are right. "encrypt" cannot say "dane", as that would
 *    send in the open to a host that has lost its records; nor "-", or who can
 *    spoil the probe would turn DANE off.
 * 9. "dane" covers every verdict in which hosts differ, "unusable" records
 *    (TLS is a must then), hosts nobody could reach; and "insecure", where
 *    Postfix at "dane" still holds a host in a signed zone to its records. At
 *    "encrypt" the open host must have TLS and may be the only one that is
 *    up: no policy says "DANE for these and TLS for all".
 *    So it does where a zone is signed with an algorithm that our library
 *    does not know, as Postfix's resolver may. Why answers are signed and yet
 *    insecure is known when the check has ended, and is waited for.
 * 10. DANE plays no role; main.cf's level may well be stricter than what
 *    "dane" comes down to here.
 *
 * For unsigned MX records Postfix looks at no TLSA records unless main.cf's
 * own level is "dane" (smtp_tls_insecure_mx_policy): at stricter ones "dane"
 * would come down to "may". "verify" and "secure" ask for a public CA, which
 * no level of DANE does, so that all answers are "-".
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
#include "policy/postfix.h"

#include <stddef.h>
#include <string.h>

#include "model/finding.h"

bool
postfix_level(const char *word, enum postfix_level *level)
{
	static const char *const words[] = {
		[POSTFIX_LEVEL_MAY] = "may",
		[POSTFIX_LEVEL_ENCRYPT] = "encrypt",
		[POSTFIX_LEVEL_DANE] = "dane",
		[POSTFIX_LEVEL_DANE_ONLY] = "dane-only",
		[POSTFIX_LEVEL_VERIFY] = "verify",
		[POSTFIX_LEVEL_SECURE] = "secure",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i]) == 0) {
			*level = (enum postfix_level)i;
			return true;
		}
	}
	return false;
}

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

static bool
is_signed_in_vain(const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_lookups; i++) {
		if (host->lookups[i].dnssec == DANELAW_DNSSEC_INSECURE &&
		    host->lookups[i].n_signers > 0)
			return true;
	}
	return false;
}

static void
count_host(struct postfix_facts *facts, const struct danelaw_host *host)
{
	if (is_guarded(host))
		facts->guarded++;
	else if (host->policy == DANELAW_POLICY_MAY)
		facts->open++;
	else if (host->policy == DANELAW_POLICY_SKIP)
		facts->skipped++;
	else
		facts->bound++;
}

/* RFC 7672 section 2.2.1; behind brackets there are no MX records, nor are
   there where the domain is its own host (section 2.2.2). */
static bool
mx_is_signed(const struct danelaw_mx *mx)
{
	return mx->source == DANELAW_MX_LITERAL ||
	    mx->source == DANELAW_MX_IMPLICIT ||
	    mx->dnssec == DANELAW_DNSSEC_SECURE;
}

void
postfix_add_host(struct postfix_facts *facts, const struct danelaw_mx *mx,
    const struct danelaw_host *host, size_t pending)
{
	/* Nobody has looked at these: they may have records, or none. */
	if (facts->stage != POSTFIX_HOSTS)
		facts->bound += mx->n_left_out;
	facts->stage = POSTFIX_HOSTS;
	facts->mx_signed = mx_is_signed(mx);
	facts->pending = pending;
	if (host->policy == DANELAW_POLICY_MAY && is_signed_in_vain(host))
		facts->unclear++;
	else
		count_host(facts, host);
}

static enum postfix_stage
stage_of(const struct danelaw_report *report)
{
	const struct danelaw_mx *mx = &report->mx;

	if (report->resolver_error != NULL || report->own_lack != NULL)
		return POSTFIX_NO_DNS;
	/* NXDOMAIN counts only where it is believed (RFC 7672 s. 2.1.1). */
	if (report->verdict == DANELAW_VERDICT_NO_MAIL && report->n_hosts == 0)
		return POSTFIX_NO_MAIL;
	if (mx->source != DANELAW_MX_LITERAL &&
	    (mx->source == DANELAW_MX_NONE || is_failure(mx->dnssec)))
		return POSTFIX_MX_FAILED;
	return POSTFIX_HOSTS;
}

struct postfix_facts
postfix_facts_of(const struct danelaw_report *report)
{
	struct postfix_facts facts = {
		.stage = stage_of(report),
		.mx_signed = mx_is_signed(&report->mx),
		.bound = report->mx.n_left_out,
		.probed = true,
		.lack = report->resolver_error != NULL ? report->resolver_error
						       : report->own_lack,
	};

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		count_host(&facts, host);
		facts.authenticated |= host->counted.authenticated;
		facts.failing |= host->counted.failing;
	}
	/* Postfix's own resolver may know the algorithm that ours does not. */
	if (finding_present(report, FINDING_DNS_ALG_UNJUDGED, NULL)) {
		facts.bound += facts.open;
		facts.open = 0;
	}
	return facts;
}

static struct postfix_answer
temp(const char *why)
{
	return (struct postfix_answer) { POSTFIX_TEMP, NULL, why };
}

static struct postfix_answer
notfound(const char *why)
{
	return (struct postfix_answer) { POSTFIX_NOTFOUND, NULL, why };
}

static struct postfix_answer
policy(const char *word, const char *why)
{
	return (struct postfix_answer) { POSTFIX_OK, word, why };
}

static bool
is_all_in(const struct postfix_facts *facts)
{
	return facts->stage != POSTFIX_UNKNOWN &&
	    facts->pending + facts->unclear == 0;
}

static struct postfix_answer
not_yet(enum postfix_level level)
{
	switch (level) {
	case POSTFIX_LEVEL_MAY:
	case POSTFIX_LEVEL_DANE:
		return policy(
		    "dane", "not all is known yet; Postfix looks by itself");
	case POSTFIX_LEVEL_DANE_ONLY:
		return policy("dane-only", "not all is known yet");
	case POSTFIX_LEVEL_ENCRYPT:
	case POSTFIX_LEVEL_VERIFY:
	case POSTFIX_LEVEL_SECURE:
		break;
	}
	return temp("the DNS has not answered yet");
}

/* In the place of "may" or "dane". */
static struct postfix_answer
above_may(const struct postfix_facts *facts, bool passed)
{
	if (facts->pending + facts->unclear > 0)
		return not_yet(POSTFIX_LEVEL_MAY);
	if (facts->guarded > 0 && facts->mx_signed && passed &&
	    facts->bound + facts->open + facts->skipped == 0)
		return policy("dane-only",
		    "every host has usable TLSA records, and what could be "
		    "examined passes");
	if (facts->guarded + facts->bound + facts->skipped > 0)
		return policy("dane",
		    "DANE holds for some hosts, or the probe did not pass");
	return notfound("no host has TLSA records that count");
}

/* In the place of "encrypt" or "dane-only". */
static struct postfix_answer
above_encrypt(const struct postfix_facts *facts, enum postfix_level level)
{
	if (!facts->mx_signed)
		return notfound("the MX records are not signed");
	if (facts->bound + facts->open + facts->unclear > 0)
		return notfound("DANE does not hold for every host");
	if (facts->guarded > 0)
		return policy("dane-only",
		    "every host that can be looked up has usable TLSA "
		    "records");
	return not_yet(level);
}

static struct postfix_answer
from_hosts(
    const struct postfix_facts *facts, bool passed, enum postfix_level level)
{
	bool lenient =
	    level == POSTFIX_LEVEL_MAY || level == POSTFIX_LEVEL_DANE;

	if (facts->pending + facts->unclear + facts->guarded + facts->bound +
		    facts->open ==
		0 &&
	    (lenient || facts->mx_signed))
		return temp("the lookups leave no host to use");
	return lenient ? above_may(facts, passed) : above_encrypt(facts, level);
}

/*
 * An earlier probe counts where this one has not ended. Where not even the
 * DNS has, who asks at "encrypt" hears of the earlier one: else a domain that
 * is always slow would wait for ever.
 */
struct postfix_answer
postfix_answer(const struct postfix_facts *now,
    const struct postfix_facts *before, enum postfix_level level)
{
	const struct postfix_facts *probe =
	    now->probed || before == NULL ? now : before;

	if (postfix_is_settled(level))
		return notfound("no policy of DANE is as strict as this level");
	if (level == POSTFIX_LEVEL_ENCRYPT && before != NULL &&
	    !is_all_in(now) && now->guarded + now->bound + now->open == 0)
		now = before;
	switch (now->stage) {
	case POSTFIX_UNKNOWN:
		return not_yet(level);
	case POSTFIX_NO_DNS:
		return temp(
		    now->lack != NULL ? now->lack : "the DNS cannot be asked");
	case POSTFIX_MX_FAILED:
		return temp("the MX lookup fails");
	case POSTFIX_NO_MAIL:
		return notfound("the domain takes no mail");
	case POSTFIX_HOSTS:
		break;
	}
	return from_hosts(now, probe->authenticated && !probe->failing, level);
}

static bool
same_policy(struct postfix_answer one, struct postfix_answer other)
{
	return one.policy == NULL || other.policy == NULL
	    ? one.policy == other.policy
	    : strcmp(one.policy, other.policy) == 0;
}

bool
postfix_may_change(const struct postfix_facts *now,
    const struct postfix_facts *before, enum postfix_level level)
{
	struct postfix_facts passed = *now;

	if (postfix_is_settled(level))
		return false;
	if (!is_all_in(now))
		return true;
	passed.probed = passed.authenticated = true;
	passed.failing = false;
	return !now->probed &&
	    !same_policy(postfix_answer(now, before, level),
		postfix_answer(&passed, before, level));
}

bool
postfix_is_settled(enum postfix_level level)
{
	return level == POSTFIX_LEVEL_VERIFY || level == POSTFIX_LEVEL_SECURE;
}
