/* SPDX-License-Identifier: ISC */
#include "dns/selftest.h"

#include <string.h>

#include "base/clock.h"

/* Words differ from one libunbound to the next: only their core is looked at.
 */
static bool
says(const struct answer *answer, const char *const *words)
{
	const char *why = answer->lookup.why;

	for (; why != NULL && *words != NULL; words++) {
		if (strcasestr(why, *words) != NULL)
			return true;
	}
	return false;
}

static enum resolver_health
bogus_health(const struct answer *answer)
{
	static const char *const clock[] = { "expired", "inception", NULL };
	static const char *const strips[] = { "no signatures", "no dnskey",
		"no dnssec", "no rrsig", NULL };
	static const char *const stale[] = { "missing", "mismatch",
		"unknown key", "no keys have a ds", "not secured",
		"did not match", NULL };

	if (says(answer, clock))
		return RESOLVER_WRONG_CLOCK;
	if (says(answer, strips))
		return RESOLVER_STRIPS;
	if (says(answer, stale))
		return RESOLVER_STALE_ANCHOR;
	return RESOLVER_BROKEN;
}

enum resolver_health
selftest_health(const struct answer *answer)
{
	/* "got REFUSED": somebody is there, but will not serve us. */
	static const char *const refused[] = { "got ", "error code", NULL };

	switch (answer->lookup.dnssec) {
	case DANELAW_DNSSEC_ERROR:
		return says(answer, refused) ? RESOLVER_BROKEN
					     : RESOLVER_NO_NETWORK;
	case DANELAW_DNSSEC_BOGUS:
		return bogus_health(answer);
	case DANELAW_DNSSEC_INSECURE:
		return RESOLVER_STALE_ANCHOR;
	case DANELAW_DNSSEC_SECURE:
		break;
	}
	return answer->lookup.presence == DANELAW_PRESENCE_DATA
	    ? RESOLVER_GOOD
	    : RESOLVER_BROKEN;
}

static const char *
cause(struct arena *arena, enum resolver_health health,
    const struct selftest_subject *subject)
{
	const char *time;

	switch (health) {
	case RESOLVER_UNTESTED:
	case RESOLVER_GOOD:
		break;
	case RESOLVER_NO_NETWORK:
		if (subject->own)
			return "no root server answers; let UDP and TCP "
			       "port 53 out, or name a resolver to forward to";
		return arena_printf(arena,
		    "%s does not answer; see that it runs and can be reached, "
		    "or name another resolver",
		    subject->servers);
	case RESOLVER_STRIPS:
		return arena_printf(arena,
		    "answers from %s come without DNSSEC signatures; have "
		    "DNSSEC turned on there, or name another resolver",
		    subject->servers);
	case RESOLVER_WRONG_CLOCK:
		time = clock_format(arena, subject->at);
		return arena_printf(arena,
		    subject->at_given
			? "the signatures of the root zone are not valid at "
			  "the time given, %s; give another time"
			: "the signatures of the root zone are not valid by "
			  "this system's clock, which says %s; set the clock",
		    time == NULL ? "?" : time);
	case RESOLVER_STALE_ANCHOR:
		return arena_printf(arena,
		    "no key of the root zone fits the trust anchor, %s; bring "
		    "the trust anchor up to date",
		    subject->anchor);
	case RESOLVER_BROKEN:
		return arena_printf(arena,
		    "%s gave no usable keys of the root zone; name another "
		    "resolver",
		    subject->servers);
	}
	return NULL;
}

const char *
selftest_reason(struct arena *arena, enum resolver_health health,
    const struct selftest_subject *subject, const struct answer *answer)
{
	const char *why = answer->lookup.why;
	const char *text = cause(arena, health, subject);

	if (text == NULL || why == NULL)
		return text;
	return arena_printf(arena, "%s (%s)", text, why);
}
