/* SPDX-License-Identifier: ISC */
/*
 * trace_inside.h - what the parts of a trace share.
 *
 * A walk takes one question down from the root: it waits for the zone it
 * stands in, then for the fork at the next label, and goes on there. Zones and
 * forks are looked at once, whoever wants them. After each answer all walks
 * are tried again (trace_walk.c).
 */
#ifndef CHECK_TRACE_INSIDE_H
#define CHECK_TRACE_INSIDE_H

#include "base/arena.h"
#include "check/trace.h"
#include "dns/asker.h"
#include "dns/proof.h"
#include "dns/roots.h"

#define TRACE_MAX_ZONES 32
#define TRACE_MAX_FORKS 64
#define TRACE_MAX_SERVERS 32 /* addresses of one zone */
#define TRACE_MAX_NAMES 16   /* of its servers */
#define TRACE_ROOT_SERVERS 4
#define TRACE_MAX_QUESTIONS 64
#define TRACE_MAX_HOSTS 16
#define TRACE_MAX_ALIASES 8
#define TRACE_TYPE_NS 2
#define TRACE_TYPE_SOA 6

struct server_name {
	const char *name;
	bool at_parent, at_child;
	bool sought; /* its address is or was looked up */
	size_t n_addresses;
};

enum zone_phase {
	ZONE_NAMING = 0, /* addresses of the servers are looked up */
	ZONE_KEYS,       /* the servers are asked for themselves and keys */
	ZONE_READY,
};

struct zone_job {
	struct tracer *tracer;
	struct trace_zone *fact;
	struct keychain *keychain;
	struct zone_job *parent;
	enum zone_phase phase;
	unsigned pending;
	struct server_name names[TRACE_MAX_NAMES];
	size_t n_names;
	size_t n_asked;         /* of the servers */
	bool ds_bogus, ds_seen; /* at the parent */
	const char *ds_detail;
};

struct fork_job {
	struct zone_job *zone;
	struct trace_fork *fact;
	struct zone_job *child; /* made when the fork is asked for */
	unsigned pending;       /* NS and DS */
	bool ds_good, ds_bad, passed;
};

struct walk {
	struct trace_question *fact;
	enum rrtype type;
	struct zone_job *zone; /* where it stands */
	unsigned pending, aliases;
	bool mail; /* its answer names mail hosts */
	bool asking, done;
	bool resolving;
};

struct tracer {
	struct event_base *base;
	struct arena *arena;
	struct trace *trace;
	struct trace_request request;
	struct roots roots;
	struct resolver *resolver;
	struct asker *asker;
	int64_t deadline, at;
	uint32_t patience_ms;
	struct zone_job *zones[TRACE_MAX_ZONES];
	size_t n_zones;
	struct fork_job *forks[TRACE_MAX_FORKS];
	size_t n_forks;
	struct walk *walks[TRACE_MAX_QUESTIONS];
	size_t n_walks, n_hosts;
	unsigned pending; /* questions of any kind */
	bool limited;
	unsigned long lacked;
};

/* One question to one address; answer is where it goes. The rest is for who
 * gets it. */
struct ask {
	struct tracer *tracer;
	struct zone_job *zone;
	struct fork_job *fork;
	struct walk *walk;
	size_t server;
	const char *name;
	uint16_t type;
	enum trace_way way;
	struct trace_answer *answer; /* NULL: of a server that moves */
	void (*done)(struct ask *ask, struct trace_answer *answer,
	    const struct heard *heard);
};

/* trace.c */
/* False: no memory, or a limit; done() will not come. */
bool tracer_ask(const struct ask *ask);
void tracer_wake(struct tracer *tracer);
struct walk *tracer_add_question(struct tracer *tracer, const char *name,
    enum rrtype type, unsigned aliases);

/* trace_zone.c */
struct zone_job *zone_find(struct tracer *tracer, const char *name);
struct zone_job *zone_root(struct tracer *tracer);
/* One whose servers and DS are not known yet. */
struct zone_job *zone_new(struct zone_job *parent, const char *name);
void zone_name_server(
    struct zone_job *zone, const char *server, const char *ip, bool at_child);
/* Nothing is pending: goes on to the next phase. */
void zone_go_on(struct zone_job *zone);

/* trace_fork.c */
/* Asks for it where it is new. NULL: a limit. */
struct fork_job *fork_at(struct zone_job *zone, const char *name);
/* Somebody goes on to names below it: is it denied to him? */
void fork_pass(struct fork_job *fork);

/* trace_walk.c: false where there was nothing to be done. */
bool walk_go_on(struct tracer *tracer, struct walk *walk);

#endif
