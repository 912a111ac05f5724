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
};

struct pin_source {
	enum pin_kind kind;
	const char *from; /* the file */
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

struct pin_host {
	const char *name;
	const char *owner; /* of the records, as "_25._tcp.mx1.example.org" */
};

struct pin_set {
	uint16_t port;
	uint32_t ttl;
	const struct pin_host *hosts; /* each is to have all of the pins */
	size_t n_hosts;
	struct pin *pins;
	size_t n_pins;
	const char **warnings; /* sentences without full stop */
	size_t n_warnings;
};

#endif
