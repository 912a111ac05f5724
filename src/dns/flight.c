/* SPDX-License-Identifier: ISC */
#include "dns/flight.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/lack.h"
#include "dns/upstream.h"

void
fleet_init(struct fleet *fleet, struct event *wake)
{
	TAILQ_INIT(&fleet->flying);
	TAILQ_INIT(&fleet->landed);
	fleet->n = 0;
	fleet->wake = wake;
}

void
flight_free(struct flight *flight)
{
	struct fleet *fleet = flight->fleet;

	if (flight->landed)
		TAILQ_REMOVE(&fleet->landed, flight, link);
	else
		TAILQ_REMOVE(&fleet->flying, flight, link);
	fleet->n--;
	free((void *)(uintptr_t)flight->raw.packet);
	free((void *)(uintptr_t)flight->raw.why_bogus);
	free((void *)(uintptr_t)flight->raw.servfail);
	free(flight);
}

static const char *
copy_text(const char *text, bool *lost)
{
	char *copy = text == NULL ? NULL : strdup(text);

	if (copy == NULL && text != NULL)
		*lost = true;
	return copy;
}

static void
on_landed(const struct answer_raw *raw, void *arg)
{
	struct flight *flight = arg;
	struct fleet *fleet = flight->fleet;
	uint8_t *packet = NULL;

	flight->raw = *raw;
	if (raw->packet != NULL && raw->len > 0) {
		packet = malloc(raw->len);
		if (packet == NULL)
			flight->lost = true;
		else
			memcpy(packet, raw->packet, raw->len);
	}
	flight->raw.packet = packet;
	flight->raw.why_bogus = copy_text(raw->why_bogus, &flight->lost);
	flight->raw.servfail = copy_text(raw->servfail, &flight->lost);
	if (flight->lost)
		lack_note();
	flight->landed = true;
	TAILQ_REMOVE(&fleet->flying, flight, link);
	TAILQ_INSERT_TAIL(&fleet->landed, flight, link);
	event_active(fleet->wake, EV_TIMEOUT, 0);
}

const char *
flight_start(struct fleet *fleet, struct upstream *upstream, const char *name,
    enum rrtype type, void *passenger, struct flight **out)
{
	struct flight *flight = calloc(1, sizeof(*flight));
	const char *why;

	if (flight == NULL)
		return "out of memory";
	flight->fleet = fleet;
	flight->passenger = passenger;
	TAILQ_INSERT_TAIL(&fleet->flying, flight, link);
	fleet->n++;
	why = upstream_ask(upstream, name, type, on_landed, flight);
	if (why != NULL)
		flight_free(flight);
	else
		*out = flight;
	return why;
}

void
flight_read(const struct flight *flight, struct arena *arena, const char *name,
    enum rrtype type, struct answer *answer)
{
	if (flight->lost)
		answer_fail(arena, name, type, "out of memory", answer);
	else
		answer_read(arena, name, type, &flight->raw, answer);
}
