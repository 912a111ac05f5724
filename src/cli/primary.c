/* SPDX-License-Identifier: ISC */
#include "cli/primary.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "dns/resolver.h"

#define QUESTION_MS 20000

struct search {
	struct event_base *base;
	struct arena *arena;
	const char *zone, *server;
};

static void
soa_done(const struct answer *answer, void *arg)
{
	struct search *search = arg;

	/* Updates go to nobody whom an unvalidated answer names. */
	if (answer->lookup.dnssec == DANELAW_DNSSEC_SECURE &&
	    answer->n_records == 1)
		search->server =
		    arena_strdup(search->arena, answer->records[0].name);
	else
		cli_complain("the SOA record of %s: %s", search->zone,
		    answer->lookup.why == NULL
			? danelaw_dnssec_word(answer->lookup.dnssec)
			: answer->lookup.why);
	event_base_loopbreak(search->base);
}

bool
primary_find(const struct settings *settings, struct arena *arena,
    const char *zone, const char **server)
{
	struct search search = { event_base_new(), arena, zone, NULL };
	const struct resolver_config config = cli_resolver(settings);
	struct resolver *resolver = NULL;
	char *error = NULL;

	if (search.base != NULL &&
	    resolver_new(search.base, &config, &resolver, &error) ==
		RESOLVER_OK &&
	    resolver_ask(resolver, zone, RRTYPE_SOA,
		clock_monotonic_ms() + QUESTION_MS, soa_done, &search) != NULL)
		event_base_dispatch(search.base);
	else
		cli_complain("%s", error == NULL ? "out of memory" : error);
	resolver_free(resolver);
	/* Where a resolver could not be made the base is left alone, as
	   cli_base_free() has it. */
	cli_base_free(
	    search.base, resolver == NULL ? DANELAW_ENOMEM : DANELAW_OK);
	free(error);
	if (search.server != NULL)
		*server = search.server;
	return search.server != NULL;
}
