/* SPDX-License-Identifier: ISC */
#include "cli/explain_ca.h"

#include <string.h>

#include "policy/known_ca.h"

#define ADVICE                                                                 \
	"Publish 3 1 1 of the server's own key and keep that key at renewals " \
	"(certbot --reuse-key); then none of these matter. Or publish 2 1 1 "  \
	"of all active and backup issuers for the server's type of key, RSA "  \
	"or ECDSA, for one of them is drawn at each renewal. By default the "  \
	"server sends Root YR (RSA), or Root YE and ISRG Root X2 (ECDSA), so " \
	"that a 2 1 1 of these works as well; ISRG Root X1 is never sent, "    \
	"and a 2 1 1 of it fits nothing. What is retired or expired signs "    \
	"nothing any more."

static struct explain_issuer *
find(struct explain_answer *answer, const char *spki)
{
	for (size_t i = 0; i < answer->n_issuers; i++) {
		if (strcmp(answer->issuers[i].spki_sha256, spki) == 0)
			return &answer->issuers[i];
	}
	return NULL;
}

/* Another certificate of the same key. */
static void
add_signer(struct arena *arena, struct explain_issuer *issuer,
    const struct known_ca *ca)
{
	if (ca->not_after > issuer->until)
		issuer->until = ca->not_after;
	if (strstr(issuer->signers, ca->signer) == NULL)
		issuer->signers =
		    arena_printf(arena, "%s, %s", issuer->signers, ca->signer);
}

bool
explain_ca(struct arena *arena, struct explain_answer *answer)
{
	const struct known_ca *ca;

	answer->ca = EXPLAIN_CA;
	answer->ca_date = known_ca_date();
	answer->ca_advice = ADVICE;
	for (size_t i = 0; (ca = known_ca_at(i)) != NULL; i++) {
		struct explain_issuer *issuer = find(answer, ca->spki_sha256);

		if (issuer != NULL) {
			add_signer(arena, issuer, ca);
			if (issuer->signers == NULL)
				return false;
			continue;
		}
		issuer = ARENA_PUSH(arena, answer->issuers, answer->n_issuers);
		if (issuer == NULL)
			return false;
		*issuer = (struct explain_issuer) { .name = ca->name,
			.key = known_ca_key_word(ca->key),
			.state = known_ca_state_word(ca->state),
			.signers = ca->signer,
			.spki_sha256 = ca->spki_sha256,
			.until = ca->not_after };
	}
	return true;
}
