/* SPDX-License-Identifier: ISC */
#include "policy/twin.h"

#include <string.h>

const struct danelaw_cert *
twin_signer(const struct danelaw_probe *probe, const struct danelaw_cert *cert)
{
	size_t at =
	    cert->signed_by > 0 ? (size_t)cert->signed_by - 1 : probe->n_chain;

	return at < probe->n_chain ? &probe->chain[at] : NULL;
}

/* Sent before the signer, and of the same name. */
static const struct danelaw_cert *
find_first(const struct danelaw_probe *probe, const struct danelaw_cert *cert,
    const struct danelaw_cert *signer)
{
	for (size_t i = 0; &probe->chain[i] != signer; i++) {
		const struct danelaw_cert *other = &probe->chain[i];

		if (other != cert && other->subject != NULL &&
		    cert->issuer != NULL &&
		    strcmp(other->subject, cert->issuer) == 0)
			return other;
	}
	return NULL;
}

bool
twin_find(const struct danelaw_probe *probe, const struct danelaw_cert *ta,
    struct twin *twin)
{
	const struct danelaw_cert *cert = &probe->chain[0];
	struct twin found = { 0 };

	/* Signatures may go round in a circle. */
	for (size_t i = 0; i < probe->n_chain && cert != ta; i++) {
		const struct danelaw_cert *signer = twin_signer(probe, cert);

		if (signer == NULL)
			return false;
		if (found.first == NULL) {
			found.first = find_first(probe, cert, signer);
			found.signer = signer;
		}
		cert = signer;
	}
	if (cert != ta || found.first == NULL)
		return false;
	*twin = found;
	return true;
}
