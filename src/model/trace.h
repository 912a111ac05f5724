/* SPDX-License-Identifier: ISC */
/*
 * trace.h - what name servers themselves say, from the root down.
 *
 * Plain facts, all in one arena; names as base/name.h keeps them, with "" for
 * the root. All zero is "not asked". Times are Unix seconds, 0 for none.
 */
#ifndef MODEL_TRACE_H
#define MODEL_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How one question to one address ended. */
enum trace_end {
	TRACE_NOT_ASKED = 0, /* limits of ours, or no need */
	TRACE_ANSWERED,
	TRACE_TIMEOUT,
	TRACE_REFUSED,     /* no such port there: ICMP or RST */
	TRACE_UNREACHABLE, /* no way from here */
	TRACE_GARBLED,     /* no DNS packet */
	TRACE_SPECIAL,     /* a private address, which is not asked */
};

enum trace_way {
	TRACE_UDP = 0, /* with EDNS, DO and 1232 octets */
	TRACE_TCP,
	TRACE_PLAIN, /* UDP without EDNS */
	TRACE_WAYS,
};

enum trace_content {
	TRACE_NOTHING = 0, /* no answer, or an error code */
	TRACE_DATA,
	TRACE_ALIAS,
	TRACE_NODATA,
	TRACE_NXDOMAIN,
	TRACE_REFERRAL,
	TRACE_LAME, /* not authoritative, and leads nowhere below */
};

/* Does it hold? The order is that of badness. */
enum trace_standing {
	TRACE_UNSEEN = 0, /* could not look */
	TRACE_SECURE,
	TRACE_INSECURE, /* nothing above promises a signature */
	TRACE_BOGUS,
};

/* Why it does not, or what is to be known. */
enum trace_fault {
	TRACE_FAULT_NONE = 0,
#define TRACE_FAULT(name, word, severity, text, remedy) TRACE_FAULT_##name,
#include "model/trace_faults.def"
#undef TRACE_FAULT
	TRACE_N_FAULTS,
};

struct trace_sig {
	const char *signer;
	uint16_t tag;
	uint8_t algorithm;
	int64_t inception, expires;
	enum trace_fault fault; /* NONE: it is good */
};

/* One answer of one server. */
struct trace_answer {
	enum trace_end end;
	enum trace_content content;
	unsigned rcode;
	bool aa, edns, cut;     /* cut: truncated over UDP, the rest by TCP */
	enum trace_end tcp_end; /* then, how that went */
	size_t size;
	int ms;
	const char **records; /* as in a zone, without owner and TTL, sorted */
	size_t n_records;
	uint32_t ttl;      /* of the records, or of their denial */
	const char *alias; /* where a CNAME leads */
	struct trace_sig *sigs;
	size_t n_sigs;
	/* The denial. */
	const char *denial; /* "NSEC", "NSEC3", "compact NSEC"; NULL: none */
	unsigned iterations;
	bool opt_out;
	enum trace_standing standing;
	enum trace_fault fault;
	const char *detail; /* of the fault: a key, a date; or NULL */
};

struct trace_server {
	const char *name, *ip;
	bool at_parent, at_child; /* who names it */
	int64_t serial;           /* of the SOA; -1: unknown */
	bool answered;            /* anything */
	struct trace_answer soa, soa_tcp, ns, dnskey;
};

struct trace_ds {
	uint16_t tag;
	uint8_t algorithm, digest;
	const char *hex;
	enum trace_fault fault; /* NONE: it fits a key that signs the keys */
	uint32_t ttl;
};

struct trace_key {
	uint16_t tag, flags;
	uint8_t algorithm;
	unsigned bits;
	bool signs_keys; /* and that signature is good */
	bool in_ds;      /* a DS names it, and fits */
	const char *ds;  /* what the registrar needs: "TAG ALG 2 HEX" */
};

/* What the servers of a zone say of a name right below. */
struct trace_fork {
	const char *name;
	bool is_cut, is_missing; /* there is a delegation; no such name */
	struct trace_answer *ns, *ds, *a; /* for each server of the zone */
};

struct trace_zone {
	const char *name;
	const struct trace_zone *parent; /* NULL: the root */
	struct trace_server *servers;
	size_t n_servers;
	const char **nameless; /* servers without any address */
	size_t n_nameless;
	struct trace_ds *ds;
	size_t n_ds;
	struct trace_key *keys;
	size_t n_keys;
	struct trace_fork *forks;
	size_t n_forks;
	enum trace_standing standing; /* may its signatures be believed? */
	enum trace_fault fault;       /* why not */
	const char *detail;
};

struct trace_question {
	const char *name, *type;
	const struct trace_zone *zone; /* the last one on the way */
	const char *stopped;           /* why the way ends before; or NULL */
	struct trace_answer *answers[TRACE_WAYS]; /* by server of the zone */
	enum trace_standing standing; /* of all servers; the worst */
	const char *alias;            /* goes on there, as a question */
	bool hidden;                  /* below a name that some server denies */
	/* The word of libunbound, by which the verdict of check goes. */
	enum trace_standing resolver;
	const char *resolver_why;
};

enum trace_severity {
	TRACE_INFO = 0,
	TRACE_WARNING,
	TRACE_BROKEN,
};

/* What is to blame, the first link first. */
struct trace_cause {
	enum trace_fault fault;
	enum trace_severity severity;
	const char *zone;
	const char *place;       /* "the delegation example -> a.example" */
	const char **servers;    /* "ns1.example [192.0.2.1]" */
	size_t n_servers, n_all; /* of so many */
	const char **records;    /* "mx.example TLSA" */
	size_t n_records;
	const char *detail, *remedy;
	const char *paste; /* a line for a zone or a registrar; or NULL */
	uint32_t holds;    /* seconds that caches may hold it; 0: unknown */
};

struct trace {
	const char *name, *type; /* type NULL: a mail domain */
	int64_t at;
	struct trace_zone **zones;
	size_t n_zones;
	struct trace_question **questions;
	size_t n_questions;
	struct trace_cause *causes;
	size_t n_causes;
	const char *own_lack; /* this machine could not look; or NULL */
	bool ended_early;     /* the deadline, or a limit */
	int state;            /* enum danelaw_state */
	const char *summary;
};

/* "ds-digest" and so on; never NULL. */
const char *trace_fault_word(enum trace_fault fault);
const char *trace_fault_text(enum trace_fault fault);
const char *trace_fault_remedy(enum trace_fault fault);
enum trace_severity trace_fault_severity(enum trace_fault fault);
const char *trace_end_word(enum trace_end end);
const char *trace_content_word(enum trace_content content);
const char *trace_standing_word(enum trace_standing standing);

#endif
