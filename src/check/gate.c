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

/* FNV-1a, 64 bits. */
static uint64_t
hash_text(const char *text)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

/*
 * What peers have a say in stands in full: an address and one name are
 * shorter than this. Only of our own EHLO name, at the end, a hash may be
 * left.
 */
void
probe_key(const struct probe_target *target, char key[GATE_KEY_MAX])
{
	const char *sni = target->sni == NULL ? "-" : target->sni;
	const char *helo = target->helo == NULL ? "-" : target->helo;
	size_t helo_len = strlen(helo);
	int len = snprintf(key, GATE_KEY_MAX, "%s %u %s %s %s ", target->ip,
	    target->port, target->implicit_tls ? "implicit" : "starttls",
	    target->all_certs ? "all" : "default", sni);
	size_t at =
	    len < 0 || len >= GATE_KEY_MAX ? GATE_KEY_MAX - 1 : (size_t)len;
	char *end = key + at;
	size_t room = GATE_KEY_MAX - at;

	if (helo_len < room)
		memcpy(end, helo, helo_len + 1);
	else
		snprintf(end, room, "#%016" PRIx64, hash_text(helo));
}
