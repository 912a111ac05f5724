/* SPDX-License-Identifier: ISC */
#include "check/looks.h"

#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "check/engine.h"
#include "check/own.h"
#include "policy/cause.h"

/* The least time to connect, where many are to be connected to. */
enum { LEAST_CONNECT_MS = 5000, MOST_CONNECT_MS = 30000 };

struct look {
	struct looks *looks;
	struct retry *retry;
	struct evidence *evidence;
	struct danelaw_try *tries;
	size_t n_tries;
	bool granted;
};

struct looks {
	struct looks_plan plan;
	struct arena *arena;
	struct look *list; /* as host->addresses */
	size_t *order;     /* whose turn it is when */
	size_t n, n_granted, n_running;
};

static bool
is_ipv6(const struct danelaw_host *host, size_t i)
{
	return strchr(host->addresses[i].ip, ':') != NULL;
}

/* The next of this family from i on. */
static size_t
next_of(const struct danelaw_host *host, size_t i, bool ipv6)
{
	while (i < host->n_addresses && is_ipv6(host, i) != ipv6)
		i++;
	return i;
}

static void
take_turns(struct looks *looks)
{
	const struct danelaw_host *host = looks->plan.host;
	size_t next[2] = { next_of(host, 0, false), next_of(host, 0, true) };
	bool ipv6 = false;

	for (size_t i = 0; i < looks->n; i++) {
		if (next[ipv6] == looks->n)
			ipv6 = !ipv6;
		looks->order[i] = next[ipv6];
		next[ipv6] = next_of(host, next[ipv6] + 1, ipv6);
		ipv6 = !ipv6;
	}
}

struct looks *
looks_new(struct arena *arena, const struct looks_plan *plan)
{
	struct looks *looks = arena_alloc(arena, sizeof(*looks));

	if (looks == NULL)
		return NULL;
	looks->plan = *plan;
	looks->arena = arena;
	looks->n = plan->host->n_addresses;
	looks->list = arena_alloc(arena, looks->n * sizeof(*looks->list));
	looks->order = arena_alloc(arena, looks->n * sizeof(*looks->order));
	if (looks->list == NULL || looks->order == NULL)
		return NULL;
	take_turns(looks);
	return looks;
}

struct looks *
looks_of(struct arena *arena, const struct danelaw_host *host,
    const struct looks_told *told)
{
	const struct looks_plan plan = { .host = host };
	struct looks *looks = looks_new(arena, &plan);

	for (size_t i = 0; i < host->n_addresses; i++) {
		if (looks == NULL) {
			evidence_unref(told[i].evidence);
			continue;
		}
		looks->list[i].evidence = told[i].evidence;
		looks->list[i].tries = told[i].tries;
		looks->list[i].n_tries = told[i].n_tries;
		looks->list[i].granted = told[i].granted;
	}
	return looks;
}

void
looks_finish(struct looks *looks)
{
	for (size_t i = 0; looks != NULL && i < looks->n; i++) {
		retry_cancel(looks->list[i].retry);
		looks->list[i].retry = NULL;
		evidence_unref(looks->list[i].evidence);
		looks->list[i].evidence = NULL;
	}
}

static void
look_done(struct evidence *evidence, struct danelaw_try *tries, size_t n_tries,
    void *arg)
{
	struct look *look = arg;
	struct looks *looks = look->looks;

	look->retry = NULL;
	look->tries = tries;
	look->n_tries = n_tries;
	look->evidence = evidence;
	if (evidence != NULL)
		evidence_ref(evidence);
	if (--looks->n_running == 0)
		looks->plan.done(looks->plan.arg);
}

/* Why an address is not connected to; NULL: it is. */
static const char *
why_untried(const struct host_spec *spec, const char *ip)
{
	const char *why = NULL;

	if (spec->public_only)
		why = address_special(ip);
	if (why == NULL && spec->others_only)
		why = own_address(ip);
	return why;
}

/* Time for a domain must do for several that do not answer, one by one. */
static uint32_t
connect_ms(const struct host_spec *spec)
{
	uint32_t ms = spec->budget_ms / 3;

	if (spec->budget_ms == 0 || ms > MOST_CONNECT_MS)
		return 0;
	return ms > LEAST_CONNECT_MS ? ms : LEAST_CONNECT_MS;
}

static void
begin(struct looks *looks, size_t i)
{
	const struct host_spec *spec = looks->plan.spec;
	const struct danelaw_host *host = looks->plan.host;
	struct look *look = &looks->list[i];
	const struct probe_target target = {
		.ip = host->addresses[i].ip,
		.port = spec->connect_port,
		.helo = spec->helo,
		.mail_from = spec->mail_from,
		.mail_to = spec->mail_to,
		.implicit_tls = spec->implicit_tls,
		.all_certs = spec->all_certs,
		.deadline = spec->deadline,
		.budget_ms = spec->budget_ms,
		.connect_ms = connect_ms(spec),
		.next = cause_next,
		.sni = looks->plan.sni,
		.owner = spec->owner,
	};
	const char *here = own_here(spec->here, target.ip);
	const char *why = here != NULL ? here : why_untried(spec, target.ip);

	look->looks = looks;
	look->granted = true;
	if (why != NULL) {
		look->evidence =
		    evidence_untried(target.ip, target.port, why, here != NULL);
		return;
	}
	look->retry = retry_start(looks->plan.engine->queue,
	    looks->plan.engine->base, looks->arena, &target, host->name,
	    &spec->retry, look_done, look);
	looks->n_running += look->retry != NULL;
}

bool
looks_would_grant(const struct looks *looks, size_t n)
{
	return looks != NULL && looks->n_granted < looks->n &&
	    looks->n_granted < n;
}

bool
looks_grant(struct looks *looks, size_t n)
{
	if (!looks_would_grant(looks, n))
		return false;
	/* One more than there are, so that none can end it too early. */
	looks->n_running++;
	for (; looks->n_granted < looks->n && looks->n_granted < n;
	     looks->n_granted++)
		begin(looks, looks->order[looks->n_granted]);
	if (--looks->n_running == 0)
		looks->plan.done(looks->plan.arg);
	return true;
}

bool
looks_is_granted(const struct looks *looks, size_t i)
{
	return looks != NULL && looks->list[i].granted;
}

bool
looks_is_active(const struct looks *looks)
{
	for (size_t i = 0; looks != NULL && i < looks->n; i++) {
		if (looks->list[i].retry != NULL &&
		    retry_is_active(looks->list[i].retry))
			return true;
	}
	return false;
}

struct evidence *
looks_evidence(const struct looks *looks, size_t i)
{
	return looks == NULL ? NULL : looks->list[i].evidence;
}

const struct danelaw_try *
looks_tries(const struct looks *looks, size_t i, size_t *n)
{
	*n = looks == NULL ? 0 : looks->list[i].n_tries;
	return *n == 0 ? NULL : looks->list[i].tries;
}

bool
looks_are_whole(const struct looks *looks)
{
	for (size_t i = 0; looks != NULL && i < looks->n; i++) {
		const struct look *look = &looks->list[i];

		if (look->granted &&
		    (look->evidence == NULL ||
			look->evidence->our_lack != NULL))
			return false;
	}
	return true;
}

void
looks_waiting(const struct looks *looks,
    void (*fn)(const char *text, void *arg), void *arg)
{
	char text[512];

	for (size_t i = 0; looks != NULL && i < looks->n; i++) {
		const struct look *look = &looks->list[i];

		if (look->retry == NULL)
			continue;
		snprintf(text, sizeof(text), "%s [%s]:%u: %s",
		    looks->plan.host->name, looks->plan.host->addresses[i].ip,
		    looks->plan.spec->connect_port, retry_waiting(look->retry));
		fn(text, arg);
	}
}
