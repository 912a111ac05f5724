/* SPDX-License-Identifier: ISC */
/*
 * pins.h - TLSA records that are to be published, and what they come from.
 *
 * Plain facts: policy makes them, report writes them down. All text is
 * printable, as in a report.
 */
#ifndef MODEL_PINS_H
#define MODEL_PINS_H

#include <danelaw_report.h>

enum pin_kind {
	PIN_CHAIN = 0, /* certificates as a server sends them, its own first */
	PIN_KEY,       /* the key alone */
	PIN_NEXT,      /* a key that is to follow */
	PIN_REQUEST,   /* a certificate request: the key, and a name */
	PIN_LIVE,      /* a chain that a server presents */
};

struct pin_source {
	enum pin_kind kind;
	const char *from; /* the file, or the place */
	/* Of a key or a request one, as tls/public.h has it. */
	const struct danelaw_cert *certs;
	size_t n_certs;
};

/* A record, the source it was made from first, and what it describes. */
struct pin {
	struct danelaw_record record;
	const struct pin_source *source;
	const struct danelaw_cert *cert;
};

/* What is to become of a record. */
enum pin_step {
	PIN_ADD = 0,
	PIN_KEEP,
	PIN_DROP, /* once somebody knows that nobody needs it */
};

struct pin_line {
	enum pin_step step;
	const struct danelaw_record *record;
	const struct pin *pin; /* NULL: it is only published */
	const char *why;       /* NULL: as the pin has it */
};

/* The values are exit statuses. */
enum pin_state {
	PIN_DONE = 0,    /* all is published */
	PIN_TO_ADD = 1,  /* something is to be added */
	PIN_NAKED = 2,   /* what a server presents has no record */
	PIN_UNKNOWN = 3, /* it was not possible to look */
};

struct pin_host {
	const char *name;
	/* Of the records, as "_25._tcp.mx1.example.org"; where that is an
	   alias and it was looked up, the name at its end. */
	const char *owner;
	/* The rest only where the host was looked at, by looked. */
	bool looked;
	enum pin_state state;
	const char *failed; /* why nothing can be said, or NULL */
	const char *zone;   /* that signs them, or NULL */
	const char *server; /* "ns1.example.org", where to send updates, or
			       NULL; behind an @ the port */
	bool wildcard;      /* what is published comes from one */
	const struct danelaw_record *published;
	size_t n_published;
	struct pin_line *lines; /* to add, to keep, to drop */
	size_t n_lines;
	const char **notes; /* what is presented and has no record, ... */
	size_t n_notes;
};

struct pin_set {
	uint16_t port;
	uint32_t ttl;
	struct pin_host *hosts; /* each is to have all of the pins */
	size_t n_hosts;
	struct pin *pins;
	size_t n_pins;
	const char **warnings; /* sentences without full stop */
	size_t n_warnings;
};

#endif
