/* SPDX-License-Identifier: ISC */
#include "dns/roots.h"

#include "dns/settings.h"

/* https://www.internic.net/domain/named.root; b moved in 2023. */
static const char *const built_in[] = { "198.41.0.4", "2001:503:ba3e::2:30",
	"192.5.5.241", "2001:500:2f::f", "193.0.14.129", "2001:7fd::1",
	"192.36.148.17", "2001:7fe::53" };

bool
roots_read(struct arena *arena, const struct resolver_config *config,
    struct roots *roots, const char **why)
{
	struct settings settings = { 0 };

	if (settings_read(arena, config, &settings, why) != RESOLVER_OK)
		return false;
	*roots = (struct roots) {
		.addresses = settings.roots,
		.n_addresses = settings.n_roots,
		.anchors = settings.anchors.records,
		.n_anchors = settings.anchors.n_records,
		.given = settings.n_roots > 0,
	};
	for (size_t i = 0; settings.n_roots == 0 &&
	     i < sizeof(built_in) / sizeof(built_in[0]);
	     i++)
		arena_push_text(
		    arena, &roots->addresses, &roots->n_addresses, built_in[i]);
	return roots->n_addresses > 0;
}
