/* SPDX-License-Identifier: ISC */
#include "base/owner.h"

#include <libpsl.h>

#include "base/name.h"

const char *
owner_of(const char *name)
{
	const psl_ctx_t *list = psl_builtin();
	const char *owner;

	if (list == NULL || name_is_address(name))
		return name;
	owner = psl_registrable_domain(list, name);
	return owner == NULL ? name : owner;
}

uint32_t
owner_part(const char *owner, uint32_t n)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *owner != '\0'; owner++)
		hash = (hash ^ (unsigned char)*owner) * UINT64_C(0x100000001b3);
	hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	hash ^= hash >> 33;
	return (uint32_t)(hash % n) + 1;
}
