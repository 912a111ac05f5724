/* SPDX-License-Identifier: ISC */
/*
 * roots.h - where the chain of trust begins: root servers and anchors.
 */
#ifndef DNS_ROOTS_H
#define DNS_ROOTS_H

#include "dns/resolver.h"

struct roots {
	const char **addresses; /* of root servers */
	size_t n_addresses;
	const char **anchors; /* DS or DNSKEY of the root, in zone format */
	size_t n_anchors;
	bool given; /* the addresses are of a file that the user named */
};

/* By the files of the configuration, else built in. All in the arena; *why
 * as for settings_read(). */
bool roots_read(struct arena *arena, const struct resolver_config *config,
    struct roots *roots, const char **why);

#endif
