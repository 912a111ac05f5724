/* SPDX-License-Identifier: ISC */
#include "check/gate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check/engine.h"

void
engine_set_gate(struct danelaw_engine *engine, const struct gate *gate)
{
	engine->is_gated = true;
	probe_queue_set_gate(engine->queue, gate);
}

void
engine_gate_go(struct danelaw_engine *engine, uint64_t id)
{
	probe_queue_go(engine->queue, id);
}

bool
engine_gate_have(
    struct danelaw_engine *engine, uint64_t id, const void *bytes, size_t len)
{
	return probe_queue_have(engine->queue, id, bytes, len);
}

/* FNV-1a, 64 bits, with the NUL at the end. */
static uint64_t
hash_text(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	while (*text++ != '\0');
	return hash;
}

static const char *
or_dash(const char *text)
{
	return text == NULL ? "-" : text;
}

/*
 * What peers have a say in stands in full: an address and one name are
 * shorter than this. Only of our own words, at the end, a hash may be left.
 */
void
probe_key(const struct probe_target *target, char key[GATE_KEY_MAX])
{
	const char *const own[] = { or_dash(target->helo),
		or_dash(target->mail_from), or_dash(target->mail_to) };
	uint64_t hash = UINT64_C(14695981039346656037);
	int len = snprintf(key, GATE_KEY_MAX, "%s %u %s %s %u %s ", target->ip,
	    target->port, target->implicit_tls ? "implicit" : "starttls",
	    target->all_certs ? "all" : "default", target->attempt,
	    or_dash(target->sni));
	size_t at =
	    len < 0 || len >= GATE_KEY_MAX ? GATE_KEY_MAX - 1 : (size_t)len;
	size_t room = GATE_KEY_MAX - at;

	len = snprintf(key + at, room, "%s %s %s", own[0], own[1], own[2]);
	if (len >= 0 && (size_t)len < room)
		return;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		hash = hash_text(hash, own[i]);
	snprintf(key + at, room, "#%016" PRIx64, hash);
}

void
probe_endpoint(
    const struct probe_target *target, char endpoint[GATE_ENDPOINT_MAX])
{
	snprintf(endpoint, GATE_ENDPOINT_MAX, "%s %u %u", target->ip,
	    target->port, target->attempt);
}
