/* SPDX-License-Identifier: ISC */
#include "dns/upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unbound-event.h>
#include <unbound.h>
#include <unistd.h>

#include "base/address.h"
#include "base/lack.h"
#include "base/text.h"
#include "dns/anchor.h"
#include "dns/reason.h"

#define CLASS_IN 1
#define LOG_MAX 8192
#define LOG_SHOWN 200
#define PORTS_MAX 4096
#define PORTS_MIN 8
#define MEMORY_USUAL 256 /* MiB */

/* What libunbound writes to its log, one line at a time. */
struct log {
	FILE *file;
	char line[LOG_MAX]; /* what came since the last newline */
	size_t len;
	char last[LOG_MAX]; /* the last line with a reason in it */
	uint32_t unjudged;
};

struct upstream {
	struct ub_ctx *ctx;
	struct log log;
	struct reason_memory failures;
	int64_t at;
	bool public_only, closing;
};

/* One question. Ends in its callback. */
struct call {
	struct upstream *upstream;
	upstream_done_fn *done;
	void *arg;
	enum rrtype type;
	int id; /* 0 where no lookup was needed: a local zone */
	char name[];
};

/* The log. */

/* The words of libunbound and of the system for it. */
static bool
is_lack(const char *line)
{
	static const char *const words[] = { "out of memory", "malloc",
		"Cannot allocate memory", "Too many open files",
		"No buffer space", "could not allocate" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasestr(line, words[i]) != NULL)
			return true;
	}
	return false;
}

/*
 * To what this library can there is no call; but a trust anchor that it can
 * do nothing with it ignores, and says so in its log before the first
 * question. These anchors are for names that nobody has.
 */
#define TRIED_ANCHOR "algorithm-%u.danelaw.invalid"
#define IGNORED "trust anchor algorithm-"
static const unsigned tried_algorithms[] = { 5, 7, 8, 10, 13, 14, 15, 16 };

static int
try_algorithms(struct ub_ctx *ctx)
{
	enum { N = sizeof(tried_algorithms) / sizeof(tried_algorithms[0]) };
	char record[200];
	int rc = 0;

	for (size_t i = 0; i < N && rc == 0; i++) {
		snprintf(record, sizeof(record),
		    TRIED_ANCHOR ". 3600 IN DS 1 %u 2 %064d",
		    tried_algorithms[i], tried_algorithms[i], 0);
		rc = ub_ctx_add_ta(ctx, record);
	}
	return rc;
}

static void
note_ignored(struct log *log)
{
	const char *text = strstr(log->line, IGNORED);
	unsigned long number;

	if (text == NULL || strstr(text, "no supported algorithms") == NULL)
		return;
	number = strtoul(text + strlen(IGNORED), NULL, 10);
	if (number < 32)
		log->unjudged |= UINT32_C(1) << number;
}

static void
log_line(struct log *log)
{
	const char *colon;

	log->line[log->len] = '\0';
	log->len = 0;
	note_ignored(log);
	/* "[time] libunbound[pid:thread] error: text" */
	colon = strstr(log->line, "error: ");
	if (colon == NULL)
		return;
	memcpy(log->last, colon + 7, strlen(colon + 7) + 1);
	if (is_lack(log->last))
		lack_note();
}

static ssize_t
on_log(void *cookie, const char *bytes, size_t len)
{
	struct log *log = cookie;

	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n')
			log_line(log);
		else if (log->len < sizeof(log->line) - 1)
			log->line[log->len++] = bytes[i];
	}
	return (ssize_t)len;
}

static bool
log_open(struct log *log)
{
	log->file =
	    fopencookie(log, "w", (cookie_io_functions_t) { .write = on_log });
	if (log->file == NULL)
		return false;
	setvbuf(log->file, NULL, _IOLBF, 0);
	return true;
}

/* What it says where all of them are on the list of set_all_options(). */
static const char unusable[] = "nameserver addresses not usable";
static const char not_asked[] =
    "its name servers have private or reserved addresses, which are not asked "
    "here";

/*
 * libunbound writes the reason of a SERVFAIL right before it calls back; but
 * not for one out of its cache.
 */
static const char *
find_reason(struct upstream *upstream, const char *name, enum rrtype type)
{
	const char *question, *text = NULL, *known;
	size_t len;

	if (strcmp(name, ".") == 0)
		name = "";
	if (!reason_parse_log(upstream->log.last, &question, &len, &text) ||
	    !reason_is_about(question, len, name, rrtype_word(type)))
		text = NULL;
	if (text == NULL || reason_is_from_cache(text)) {
		known = reason_recall(&upstream->failures, name, (int)type);
		return known == NULL ? text : known;
	}
	if (upstream->public_only && strstr(text, unusable) != NULL)
		text = not_asked;
	reason_remember(&upstream->failures, name, (int)type, text);
	return text;
}

/* Questions. */

static void
on_answer(void *arg, int rcode, void *packet, int len, int security, char *why,
    int ratelimited)
{
	struct call *call = arg;
	struct upstream *upstream = call->upstream;
	bool failed = rcode != 0 || packet == NULL || len < 4 ||
	    (((const uint8_t *)packet)[3] & 15) != 0;

	/* ub_ctx_delete() calls back for all that still runs. */
	if (!upstream->closing) {
		const struct answer_raw raw = {
			.rcode = rcode,
			.packet = packet,
			.len = packet == NULL || len < 0 ? 0 : (size_t)len,
			.security = security,
			.why_bogus = why,
			.servfail = failed
			    ? find_reason(upstream, call->name, call->type)
			    : NULL,
			.local = call->id == 0,
			.at = upstream->at,
		};

		call->done(&raw, call->arg);
		/* Lest it be taken for the reason of another failure. */
		upstream->log.last[0] = '\0';
	}
	free(call);
}

const char *
upstream_ask(struct upstream *upstream, const char *name, enum rrtype type,
    upstream_done_fn *done, void *arg)
{
	size_t len = strlen(name);
	struct call *call;
	int rc;

	/* What it refuses, it keeps until its end. */
	if (!answer_can_ask(name))
		return "no such name can be asked for";
	call = malloc(sizeof(*call) + len + 2);
	if (call == NULL) {
		lack_note();
		return "out of memory";
	}
	*call = (struct call) {
		.upstream = upstream,
		.done = done,
		.arg = arg,
		.type = type,
	};
	if (*name == '\0')
		memcpy(call->name, ".", 2);
	else
		memcpy(call->name, name, len + 1);
	rc = ub_resolve_event(upstream->ctx, call->name, (int)type, CLASS_IN,
	    call, on_answer, &call->id);
	if (rc != 0) {
		if (rc == UB_NOMEM)
			lack_note();
		free(call);
		return ub_strerror(rc);
	}
	return NULL;
}

/* Setting up. */

bool
upstream_is_place(const char *text)
{
	const char *at = strchr(text, '@');
	size_t len = at == NULL ? strlen(text) : (size_t)(at - text);
	unsigned char address[sizeof(struct in6_addr)];
	char host[INET6_ADDRSTRLEN];
	unsigned long port;

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, address) != 1 &&
	    inet_pton(AF_INET6, host, address) != 1)
		return false;
	if (at == NULL)
		return true;
	len = strspn(at + 1, "0123456789");
	if (len == 0 || len > 5 || at[1 + len] != '\0')
		return false;
	port = strtoul(at + 1, NULL, 10);
	return port > 0 && port <= 65535;
}

/* Connecting a UDP socket sends nothing, but asks the kernel for a route. */
static bool
has_route(int family, const char *address)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(53) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(53) };
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return false;
	if (family == AF_INET) {
		inet_pton(family, address, &v4.sin_addr);
		rc = connect(fd, (struct sockaddr *)&v4, sizeof(v4));
	} else {
		inet_pton(family, address, &v6.sin6_addr);
		rc = connect(fd, (struct sockaddr *)&v6, sizeof(v6));
	}
	close(fd);
	return rc == 0;
}

/*
 * Sockets that libunbound may have open at once: each question needs one. It
 * sets them all up beforehand, which a short run would feel. With those for
 * TCP it has a good two fifths of all; where it cannot have what it was
 * promised, questions fail, and domains seem to.
 */
unsigned
upstream_ports(unsigned window)
{
	struct rlimit limit;
	unsigned ports = window == 0 || window > PORTS_MAX ? PORTS_MAX : window;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 3 < ports)
		ports = (unsigned)limit.rlim_cur / 3;
	return ports < PORTS_MIN ? PORTS_MIN : ports;
}

struct option {
	const char *name, *value;
};

static const char *
set_options(struct ub_ctx *ctx, const struct option *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ub_ctx_set_option(ctx, options[i].name, options[i].value) !=
		    0)
			return options[i].name;
	}
	return NULL;
}

/* Where there is no way to a family's servers, do not wait for them. */
static const char *
set_families(struct ub_ctx *ctx)
{
	const struct option no_ip4[] = { { "do-ip4:", "no" } };
	const struct option no_ip6[] = { { "do-ip6:", "no" } };
	bool ip4 = has_route(AF_INET, "198.41.0.4");
	bool ip6 = has_route(AF_INET6, "2001:503:ba3e::2:30");

	if (ip4 && !ip6)
		return set_options(ctx, no_ip6, 1);
	return ip6 && !ip4 ? set_options(ctx, no_ip4, 1) : NULL;
}

/*
 * Keys are a quarter of what a zone needs: where they are forgotten while its
 * answers come in, they are verified again for each.
 */
static const char *
set_memory(struct ub_ctx *ctx, unsigned memory)
{
	static const char *const names[] = { "rrset-cache-size:",
		"key-cache-size:", "msg-cache-size:", "neg-cache-size:" };
	static const unsigned sixteenths[] = { 8, 4, 3, 1 };
	const char *refused = NULL;
	char size[16];

	for (size_t i = 0; i < 4 && refused == NULL; i++) {
		snprintf(size, sizeof(size), "%uk",
		    memory * 1024 / 16 * sixteenths[i]);
		refused =
		    set_options(ctx, &(struct option) { names[i], size }, 1);
	}
	return refused;
}

static bool
on_prefix(const char *prefix, void *arg)
{
	return ub_ctx_set_option(arg, "do-not-query-address:", prefix) == 0;
}

static const char *
set_date(struct ub_ctx *ctx, time_t at)
{
	char date[16];
	const struct option judged[] = { { "val-override-date:", date } };
	struct tm tm;

	if (gmtime_r(&at, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y%m%d%H%M%S", &tm) != 14)
		return judged[0].name;
	return set_options(ctx, judged, 1);
}

/* NULL, or the option that was refused. */
/* Whom it may ask. */
static const char *
set_servers(struct ub_ctx *ctx, const struct upstream_config *config)
{
	const struct option hints[] = { { "root-hints:", config->root_hints } };
	const char *refused = NULL;

	if (config->root_hints != NULL)
		refused = set_options(ctx, hints, 1);
	else if (config->n_forwarders == 0)
		refused = set_families(ctx);
	if (refused == NULL && config->public_only &&
	    !address_each_special(
		config->spared, config->n_spared, on_prefix, ctx))
		refused = "do-not-query-address:";
	return refused;
}

static const char *
set_all_options(struct ub_ctx *ctx, const struct upstream_config *config)
{
	char ports[16], tcp[16];
	unsigned n_ports = upstream_ports(config->window);
	/*
	 * A server known to be near is else given up after 50 ms, doubled a
	 * few times: too soon for one that must ask others first. And what
	 * libunbound thinks of a server it thinks of all that is asked there:
	 * a few names whose own servers are silent must not make it give up
	 * the one forwarder (or a firewall that drops TLSA queries, the MX
	 * records). So its memory is short, and infra-cache-max-rtt, beyond
	 * which a server is not asked at all, stays out of reach.
	 */
	bool forwards = config->n_forwarders > 0;
	const struct option always[] = {
		{ "outgoing-range:", ports },
		{ "outgoing-num-tcp:", tcp },
		{ "num-queries-per-thread:", "8192" },
		{ "infra-cache-numhosts:", "100000" },
		{ "infra-host-ttl:", forwards ? "2" : "10" },
		{ "infra-cache-min-rtt:", forwards ? "1500" : "600" },
		{ "outbound-msg-retry:", "2" },
		{ "edns-buffer-size:", "1232" },
		/* More than a day, so that it can be told from a day. */
		{ "cache-max-ttl:", "90000" },
		{ "target-fetch-policy:", "0 0 0 0 0" },
		/*
		 * Step by step, as RFC 9156 has it and as is usual: a server
		 * that denies the names between a host and its records shows
		 * itself so, and hides these from others who ask like this.
		 */
		{ "qname-minimisation:", "yes" },
		/*
		 * No denial is made up from others that came before: whether
		 * servers still answer is told by asking for a name that
		 * nobody has. It spares a scan about one question in seventy.
		 */
		{ "aggressive-nsec:", "no" },
		/* It tells the root of resolvers' anchors, not of ours. */
		{ "trust-anchor-signaling:", "no" },
		/* Spares it a hundred reverse zones: nobody asks for these. */
		{ "unblock-lan-zones:", "yes" },
		/*
		 * A tenth of a signature's life is forgiven by libunbound and
		 * by nobody else: what has ended here has ended.
		 */
		{ "val-sig-skew-min:", "0" },
		{ "val-sig-skew-max:", "0" },
		{ "val-log-level:", "2" },
		{ "val-log-squelch:", "no" },
		{ "log-servfail:", "yes" },
		{ "module-config:", "validator iterator" },
	};
	/* "nodefault" would be the word, but that one is not understood. */
	const struct option special[] = {
		{ "local-zone:", "test. transparent" },
		{ "local-zone:", "invalid. transparent" },
		{ "local-zone:", "home.arpa. transparent" },
	};
	const char *refused;

	snprintf(ports, sizeof(ports), "%u", n_ports);
	snprintf(tcp, sizeof(tcp), "%u", n_ports > 1600 ? 100 : n_ports / 16);
	refused = set_options(ctx, always, sizeof(always) / sizeof(always[0]));
	if (refused == NULL)
		refused = set_memory(
		    ctx, config->memory == 0 ? MEMORY_USUAL : config->memory);
	if (refused == NULL && config->ask_special)
		refused = set_options(
		    ctx, special, sizeof(special) / sizeof(special[0]));
	if (refused == NULL && config->at != 0)
		refused = set_date(ctx, (time_t)config->at);
	return refused == NULL ? set_servers(ctx, config) : refused;
}

static void
on_prime(const struct answer_raw *raw, void *arg)
{
}

struct upstream *
upstream_new(struct event_base *base, const struct upstream_config *config,
    struct arena *arena, const char **why)
{
	struct upstream *upstream = calloc(1, sizeof(*upstream));
	const char *refused, *wrong = NULL;
	int rc = 0;

	if (upstream == NULL || !log_open(&upstream->log)) {
		*why = "out of memory";
		goto fail;
	}
	upstream->at = config->at;
	upstream->public_only = config->public_only;
	upstream->ctx = ub_ctx_create_event(base);
	if (upstream->ctx == NULL) {
		*why = "the resolver library does not start";
		goto fail;
	}
	ub_ctx_debugout(upstream->ctx, upstream->log.file);
	refused = set_all_options(upstream->ctx, config);
	if (refused != NULL) {
		*why = arena_printf(arena,
		    "the resolver library refuses the option %s", refused);
		goto fail;
	}
	for (size_t i = 0; i < config->anchors->n_records && rc == 0; i++)
		rc = ub_ctx_add_ta(upstream->ctx, config->anchors->records[i]);
	if (rc == 0)
		rc = try_algorithms(upstream->ctx);
	for (size_t i = 0; i < config->n_forwarders && rc == 0; i++)
		rc = ub_ctx_set_fwd(upstream->ctx, config->forwarders[i]);
	if (rc != 0) {
		wrong = ub_strerror(rc);
	} else {
		/*
		 * A first question, answered without asking anybody, shows
		 * what it does not like of the configuration.
		 */
		wrong = upstream_ask(
		    upstream, "localhost", RRTYPE_A, on_prime, NULL);
	}
	if (wrong == NULL)
		return upstream;
	*why =
	    arena_printf(arena, "the resolver library does not start: %s%s%s",
		wrong, upstream->log.last[0] == '\0' ? "" : ", ",
		upstream->log.last[0] == '\0'
		    ? ""
		    : text_printable_str(arena, upstream->log.last, LOG_SHOWN));
fail:
	upstream_free(upstream);
	return NULL;
}

uint32_t
upstream_unjudged(const struct upstream *upstream)
{
	return upstream->log.unjudged;
}

void
upstream_free(struct upstream *upstream)
{
	if (upstream == NULL)
		return;
	upstream->closing = true;
	/* This lets go of the log, too. */
	ub_ctx_delete(upstream->ctx);
	if (upstream->log.file != NULL)
		fclose(upstream->log.file);
	reason_memory_finish(&upstream->failures);
	free(upstream);
}

const char *
upstream_version(void)
{
	return ub_version();
}
