/* SPDX-License-Identifier: ISC */
/*
 * rollover.h - a change of a server's chain that is planned: what is live,
 * what each name server says, and the steps with their times.
 *
 * Plain facts: policy makes them, report writes them down. All text is
 * printable, as in a report. Times are Unix seconds, 0 for none.
 */
#ifndef MODEL_ROLLOVER_H
#define MODEL_ROLLOVER_H

#include "model/pins.h"

/* The values are exit statuses, those of policy/plan.h. */
enum rollover_answer {
	ROLLOVER_NOW = 0,
	ROLLOVER_LATER = 1,
	ROLLOVER_BREAKS = 2,
	ROLLOVER_UNKNOWN = 3,
};

/* What one address of a name server says of the records. */
struct rollover_server {
	const char *name, *ip;
	int64_t serial;   /* of the SOA; -1: unknown */
	const char *lack; /* why what it says does not count; NULL: it does */
	const char **records; /* "3 1 1 <hex>", sorted; none: it denies them */
	size_t n_records;
	uint32_t ttl; /* of the records, or of their denial */
	int64_t signed_until;
	bool passes;     /* who has this answer delivers to the new chain */
	const char *why; /* he does not: why */
	bool has_key;    /* a record 3 1 x of the new key counts in it */
	int64_t since;   /* first seen so; 0: only now */
};

/* A chain that an address presents, or that is given as such. */
struct rollover_live {
	const char *from; /* the address, or the file */
	const struct danelaw_cert *certs;
	size_t n_certs;
	const char *error; /* why nothing was seen there, or NULL */
	bool stays;        /* its key type is not that of what is new */
};

/* What a sender would do that has what is published now. */
struct rollover_loss {
	const char *ip;           /* where, or NULL: at all */
	const char *key;          /* of the new chain, "EC P-256" */
	const char *name, *words; /* of the sender; NULL: any with DANE */
};

enum rollover_do {
	ROLLOVER_PUBLISH = 0,
	ROLLOVER_WAIT,
	ROLLOVER_DEPLOY,
	ROLLOVER_REMOVE,
};

struct rollover_step {
	enum rollover_do what;
	int64_t at;       /* not before this; 0: after the one before */
	const char *rr;   /* of a record; else NULL */
	const char *text; /* a line for a zone, or what is to be done */
};

struct rollover_host {
	const char *name;
	const char *owner, *zone; /* of the records; NULL: there are none */
	bool wildcard;            /* the owner is one */
	enum rollover_answer answer;
	const char *headline; /* a sentence without full stop */
	int64_t when;         /* ROLLOVER_LATER, and if published now */
	uint32_t wait;        /* seconds, from when all servers have it */
	struct rollover_server *servers;
	size_t n_servers;
	struct rollover_live *lives;
	size_t n_lives;
	struct rollover_loss *losses;
	size_t n_losses;
	struct rollover_step *steps;
	size_t n_steps;
	const char **notes;
	size_t n_notes;
};

struct rollover {
	uint16_t port;
	int64_t at;
	enum rollover_answer answer; /* the worst of its hosts */
	const struct pin_source *news;
	size_t n_news;
	struct rollover_host *hosts;
	size_t n_hosts;
};

#endif
