/* SPDX-License-Identifier: ISC */
#include "policy/uneven.h"

#include <string.h>

bool
uneven_is_again(const struct danelaw_probe *probe)
{
	return probe->offer != NULL && strcmp(probe->offer, "again") == 0;
}

static bool
lacks_starttls(const struct danelaw_probe *probe)
{
	return probe->outcome == DANELAW_OUTCOME_STARTTLS_MISSING ||
	    probe->outcome == DANELAW_OUTCOME_STARTTLS_REFUSED ||
	    probe->outcome == DANELAW_OUTCOME_CLEARTEXT;
}

static bool
fails(const struct danelaw_probe *probe)
{
	return probe->outcome == DANELAW_OUTCOME_TLS_FAILED ||
	    probe->outcome == DANELAW_OUTCOME_TLS_TIMEOUT;
}

static bool
differ(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) != 0;
}

static enum uneven_kind
compare(const struct danelaw_probe *a, const struct danelaw_probe *b)
{
	if (lacks_starttls(a) != lacks_starttls(b))
		return UNEVEN_STARTTLS;
	if (fails(a) != fails(b))
		return UNEVEN_SHAKE;
	if (a->n_chain > 0 && b->n_chain > 0 &&
	    differ(a->chain[0].cert_sha256, b->chain[0].cert_sha256))
		return UNEVEN_CERTS;
	if (a->tls != NULL && b->tls != NULL &&
	    differ(a->tls->version, b->tls->version))
		return UNEVEN_VERSIONS;
	return UNEVEN_NOT;
}

struct uneven
uneven_of(const struct danelaw_address *address)
{
	for (size_t i = 1; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];
		enum uneven_kind kind;

		if (!uneven_is_again(probe))
			continue;
		kind = compare(&address->probes[0], probe);
		if (kind != UNEVEN_NOT)
			return (
			    struct uneven) { kind, &address->probes[0], probe };
	}
	return (struct uneven) { .kind = UNEVEN_NOT };
}
