/* SPDX-License-Identifier: ISC */
/*
 * gate.h - who may connect to which address, and when.
 *
 * Without a gate an engine follows its own manners: one connection to an
 * address at a time. A program of several processes puts a gate in front of
 * the probes of each engine: one of the processes rules over all, and what
 * another has already found out comes as bytes instead of a connection.
 *
 * For each probe the engine calls ask() once; the gate answers from the
 * loop, never from inside ask(), by engine_gate_go() or engine_gate_have().
 * After go the engine calls done() once, whatever happens. The time spent
 * at the gate counts against no limit of the probe.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATE_KEY_MAX 400 /* bytes, NUL included */
#define GATE_ENDPOINT_MAX 72
/* So long, at most, is it believed that an address does not answer. */
#define GATE_UNREACHED_MS 600000

struct danelaw_engine;
struct probe_target;

struct gate_wish {
	const char *key, *endpoint, *ip, *host;
};

struct gate {
	void *arg;
	/*
	 * May the engine probe? key names all that the result depends on
	 * (address, port, SNI, offers...), endpoint what a connection does
	 * (address, port, attempt), both printable; ip is the address, host
	 * the MX host it stands for. All are borrowed for the call. id is the
	 * engine's own, never used twice.
	 */
	void (*ask)(void *arg, uint64_t id, const struct gate_wish *wish);
	/* The wish is dropped before it was answered. */
	void (*drop)(void *arg, uint64_t id);
	/* The probe has ended. bytes are what engine_gate_have() reads; none,
	   if there is nothing that others could use. unreached: no connection
	   came about, so that the bytes serve for all of the same endpoint,
	   whatever their key. */
	void (*done)(void *arg, uint64_t id, const void *bytes, size_t len,
	    bool unreached);
};

/* Before the first request; *gate is copied. */
void engine_set_gate(struct danelaw_engine *engine, const struct gate *gate);
/* An id that is unknown, as it was dropped meanwhile, does no harm: for go
 * the engine then calls done() without bytes. */
void engine_gate_go(struct danelaw_engine *engine, uint64_t id);
/* False: these bytes cannot be read; the wish stands, and wants go. */
bool engine_gate_have(
    struct danelaw_engine *engine, uint64_t id, const void *bytes, size_t len);

/* All that the evidence depends on, in one printable line. */
void probe_key(const struct probe_target *target, char key[GATE_KEY_MAX]);
/* And all that it depends on whether there is a connection. */
void probe_endpoint(
    const struct probe_target *target, char endpoint[GATE_ENDPOINT_MAX]);
