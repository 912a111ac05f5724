/* SPDX-License-Identifier: ISC */
/*
 * danelaw.h - would mail reach this domain, and would DANE guard it?
 *
 *	danelaw_engine_new()	one per process: resolver, loop, TLS
 *	danelaw_engine_add()	any number, also from inside done()
 *	danelaw_engine_run()	returns after one done() per add
 *	danelaw_engine_free()	drops what still runs; no done() for it
 *	danelaw_verify()	a chain from a file instead of a server's
 *
 * Ownership: a request and a configuration are copied. A report belongs to
 * whoever done() hands it to; all it points to dies with
 * danelaw_report_free(), which may come before or after the engine's end.
 *
 * Errors: enum danelaw_err is about us. A domain that is broken, unsigned
 * or unreachable is no error but a finding, and belongs in the report.
 *
 * The library never prints, exits, forks or keeps globals; the resolver
 * library below it does keep some, so make engines one after the other.
 * SIGPIPE must be ignored by the program.
 */
#ifndef DANELAW_H
#define DANELAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <danelaw_report.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DANELAW_VERSION "0.2.0"

struct event_base;
struct danelaw_engine;

enum danelaw_err {
	DANELAW_OK = 0,
	DANELAW_ENOMEM,
	DANELAW_EINVAL,    /* an argument; see danelaw_engine_error() */
	DANELAW_ENOANCHOR, /* the trust anchor cannot be read or is empty */
	DANELAW_EFILE,     /* another file cannot be read or makes no sense */
	DANELAW_EINTERNAL, /* a library below refused to work */
};

enum danelaw_family {
	DANELAW_FAMILY_ANY = 0,
	DANELAW_FAMILY_IPV4,
	DANELAW_FAMILY_IPV6,
};

/* What an engine needs to know. All zero: everything by default. */
struct danelaw_config {
	struct event_base *base;      /* NULL: the engine makes its own */
	const char *const *resolvers; /* "ADDR[@PORT]"; forward there */
	size_t n_resolvers;
	bool system_resolver;     /* forward to what resolv.conf names */
	const char *resolv_conf;  /* NULL: "/etc/resolv.conf" */
	const char *root_hints;   /* file in zone format; NULL: built in */
	const char *trust_anchor; /* file of DS or DNSKEY; NULL: see below */
	int64_t at;               /* Unix time to judge by; 0: ask the clock */
	const char *cert_file;    /* client certificate, PEM; NULL: none */
	const char *key_file;     /* NULL: in cert_file */
	const char *ca_file;      /* public CAs, PEM; see below */
	const char *ca_path;      /* a folder of them, as of openssl rehash */
	bool pkix;                /* ask the system's CAs, too */
	/* For many domains; see below. All 0: each is examined by itself. */
	uint32_t share_ms;  /* reuse what a host showed so long ago */
	size_t share_hosts; /* remember so many hosts; 0: 4096 */
	/* Connections at once; 0: 500. No more than a third of the files that
	   may be open. */
	size_t probe_window;
	unsigned dns_window; /* DNS questions at once, about; 0: 4096 */
	unsigned dns_memory; /* MiB for DNS answers to come again; 0: 256 */
	bool watch_health;   /* see danelaw_engine_health() */
	/* Send no question to a name server at a private, loopback or other
	   special address, but to those that are named above. */
	bool public_dns;
};
/*
 * Without trust_anchor the system's root.key is used where there is one,
 * else the IANA root keys 20326 and 38696, which are built in.
 * Without resolvers the engine resolves from the root itself; where no root
 * server answers, it forwards to what resolv.conf names and the report says
 * so. Every answer is validated in process in any case.
 * With ca_file, ca_path or pkix each chain is also held against public CAs,
 * those of the system where neither file nor folder is named; without, only
 * one whose name is wrong, as some senders then ask these. That changes no
 * outcome and no verdict.
 * With share_ms an MX host that several domains name is examined once, and
 * the reports after the first say that they share it. DANELAW_SHARE_ALWAYS
 * is for as long as it is remembered; the least recently used go first. A
 * domain then waits for its hosts as long as these take, each lookup of a host
 * and each address having budget_ms from its own start. Such reports have
 * memory in common: they are freed by one thread, before or after the engine.
 */
#define DANELAW_SHARE_ALWAYS UINT32_MAX

/*
 * What the DNS says, before the check has ended: comes with the arg of
 * danelaw_engine_add(), from the loop, each time that one more host of the
 * domain is looked up, n_pending hosts being still to come. Both are borrowed
 * for the call, and tell nothing yet of what the host's servers show.
 */
typedef void danelaw_facts_fn(const struct danelaw_mx *mx,
    const struct danelaw_host *host, size_t n_pending, void *arg);

/* One question. All zero but the domain: everything by default. */
struct danelaw_request {
	const char *domain;    /* next hop; "[host]" skips the MX lookup */
	uint16_t port;         /* in TLSA names; 0: 25 */
	uint16_t connect_port; /* TCP; 0: same as port */
	bool implicit_tls;     /* TLS from the first byte, no STARTTLS */
	bool all_certs;        /* probe each key type the server may hold */
	bool require_dane;     /* not protected is critical (RFC 7672 s. 6) */
	bool no_probe; /* only for "[host]": look up, connect to nobody */
	enum danelaw_family family;
	const char *helo;   /* EHLO name; NULL: the host's own */
	uint32_t budget_ms; /* for the whole domain; 0: 60000 */
	bool hints;         /* a few lookups more, which may only add advice */
	bool no_zones;      /* do not look up DNSKEY and DS of the zones */
	bool public_only;   /* leave alone what is no public address */
	bool others_only;   /* leave alone this machine's own addresses */
	/* A mail host that is this machine by a loopback or private address
	   is left alone, unless "[host]" names it; true: it is not. A private
	   trust anchor or a connect_port is a lab, where 127.0.0.1 alone is. */
	bool here_too;
	/* Warn of what ends sooner than this. */
	uint32_t expiry_days;    /* of certificates; 0: a share of their life */
	uint32_t expiry_percent; /* which; 0: 25 */
	uint32_t rrsig_hours;    /* signatures in the DNS; 0: 48 */
	/* Both or neither: go on inside TLS with MAIL FROM and RCPT TO, then
	   RSET and QUIT; nothing is sent. ASCII, without brackets, but "<>"
	   is the null sender. */
	const char *mail_from, *mail_to;
	/* Probe an address again that refuses for a while, so many times and
	   after such a pause; within the budget. */
	uint32_t retries, retry_delay_ms;
	/* Addresses that are looked at, of the whole domain and of each MX
	   host; 0: 100. Each host gets one, by preference, then a second; what
	   is left out is told. */
	uint32_t max_addresses, max_host_addresses;
	danelaw_facts_fn *facts; /* NULL: only done() */
};

/*
 * Never called from inside danelaw_engine_add(). A NULL report: memory ran
 * out on the way.
 */
typedef void danelaw_done_fn(struct danelaw_report *report, void *arg);

/*
 * *engine is set in any case but DANELAW_ENOMEM, so that the reason can be
 * read by danelaw_engine_error(); it must be freed then, too.
 */
enum danelaw_err danelaw_engine_new(
    const struct danelaw_config *config, struct danelaw_engine **engine);

/*
 * Takes up one domain. DANELAW_EINVAL: no such name can exist, or done is
 * NULL; done() is not called then.
 */
enum danelaw_err danelaw_engine_add(struct danelaw_engine *engine,
    const struct danelaw_request *request, danelaw_done_fn *done, void *arg);

/* Runs the loop until nothing is left to do. */
enum danelaw_err danelaw_engine_run(struct danelaw_engine *engine);

/* What the last failed call did not like, in one sentence; never NULL. */
const char *danelaw_engine_error(const struct danelaw_engine *engine);

/*
 * Calls fn once for each thing that is being waited for: "the TLSA records
 * of mx.example", "the greeting of mx.example [192.0.2.1]:25". For progress;
 * text is valid only during the call.
 */
void danelaw_engine_waiting(const struct danelaw_engine *engine,
    void (*fn)(const char *text, void *arg), void *arg);

/*
 * Is this machine fit to judge others? Where lookups or connections of a
 * domain fail it is first made sure that it is not our own fault; else the
 * report says so in own_lack, and nothing against the domain. With
 * watch_health this is also tested now and then, whatever is asked. In doubt
 * a test is under way. *why is what was last wrong, a sentence without full
 * stop; it lives until the loop goes on.
 */
enum danelaw_health {
	DANELAW_HEALTH_UNTESTED = 0,
	DANELAW_HEALTH_WELL,
	DANELAW_HEALTH_DOUBT,
	DANELAW_HEALTH_UNWELL,
};
enum danelaw_health danelaw_engine_health(
    struct danelaw_engine *engine, const char **why);

/* NULL is fine. */
void danelaw_engine_free(struct danelaw_engine *engine);

/*
 * A chain and the records it is to be held against. All zero but the host,
 * the chain, and the records or what was found: everything by default.
 */
struct danelaw_verify_request {
	const char *host;  /* TLSA base domain, and what must be in
			      the certificate (RFC 7672 s. 3.2.2) */
	uint16_t port;     /* in the name of the records; 0: 25 */
	const void *chain; /* PEM, the leaf first; or DER */
	size_t chain_len;
	const char *const *records; /* "3 1 1 <hex>" */
	size_t n_records;
	struct danelaw_report *found;  /* instead of records: the report on a
					  request with no_probe */
	const char *const *references; /* names that will do as well */
	size_t n_references;
	int64_t at;    /* Unix time to judge by; 0: ask the clock */
	bool ee_names; /* check names for usage 3, too */
};

/*
 * Would a sender that follows RFC 7672 accept this chain? Needs no engine,
 * and connects to nobody. The report has one host with one address, and that
 * one probe; its state is ok where the chain passes, critical where it is
 * refused, warning where no record asks for it, unknown where the lookups
 * in found failed. On failure *report is as before and *why a sentence to
 * be freed by free(), or NULL; DANELAW_EINVAL: chain, a record or a name
 * cannot be read. A record that is well written but unusable is no error.
 */
enum danelaw_err danelaw_verify(const struct danelaw_verify_request *request,
    struct danelaw_report **report, char **why);

/* "0.2.0"; and one line per library used, for --version. Static. */
const char *danelaw_version(void);
const char *danelaw_version_libraries(void);

#ifdef __cplusplus
}
#endif
#endif
