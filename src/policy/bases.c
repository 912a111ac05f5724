/* SPDX-License-Identifier: ISC */
#include "policy/bases.h"

#include "base/name.h"

static bool
is_alias(const struct address_facts *facts)
{
	return facts->final != NULL && !name_equal(facts->host, facts->final);
}

bool
bases_need_alias(const struct address_facts *facts)
{
	return facts->dnssec == DANELAW_DNSSEC_INSECURE && is_alias(facts);
}

size_t
bases_for(const struct address_facts *facts, const char *bases[BASES_MAX])
{
	size_t n = 0;

	/* DANE does not apply to an address (2.2, last paragraph). */
	if (facts->host == NULL || name_is_address(facts->host))
		return 0;
	if (facts->dnssec == DANELAW_DNSSEC_SECURE) {
		if (is_alias(facts))
			bases[n++] = facts->final;
		bases[n++] = facts->host;
	} else if (bases_need_alias(facts) &&
	    facts->alias == DANELAW_DNSSEC_SECURE) {
		/* The end is unsigned: nothing there can be believed. */
		bases[n++] = facts->host;
	}
	return n;
}

enum bases_next
bases_judge(enum danelaw_dnssec dnssec, enum danelaw_presence presence)
{
	if (dnssec != DANELAW_DNSSEC_SECURE &&
	    dnssec != DANELAW_DNSSEC_INSECURE)
		return BASES_STOP_ERROR;
	switch (presence) {
	case DANELAW_PRESENCE_UNKNOWN:
		break;
	case DANELAW_PRESENCE_DATA:
		return dnssec == DANELAW_DNSSEC_SECURE ? BASES_USE
						       : BASES_TRY_NEXT;
	case DANELAW_PRESENCE_NODATA:
	case DANELAW_PRESENCE_NXDOMAIN:
		return BASES_TRY_NEXT;
	}
	return BASES_STOP_ERROR;
}

enum danelaw_dnssec
bases_alias(enum danelaw_dnssec dnssec, enum danelaw_presence presence)
{
	return dnssec == DANELAW_DNSSEC_SECURE &&
		presence != DANELAW_PRESENCE_DATA
	    ? DANELAW_DNSSEC_INSECURE
	    : dnssec;
}
