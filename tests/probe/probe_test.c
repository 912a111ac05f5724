/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "probe/evidence_wire.h"
#include "probe/probe.h"
#include "rows.h"
#include "server.h"
#include "tls/forge.h"
#include "tls/offer.h"
#include "wired.h"

static SSL_CTX *sides[N_SIDES];
static struct tls_context *context;
static struct event_base *base;

/* What done() told, and that it did not come too early. */
struct seen {
	bool started, done;
	struct evidence *evidence;
};

static void
take(struct evidence *evidence, void *arg)
{
	struct seen *seen = arg;

	assert_true(seen->started && !seen->done);
	seen->done = true;
	seen->evidence = evidence;
	evidence_ref(evidence);
}

static struct probe *
start(struct seen *seen, const struct probe_target *target)
{
	struct probe *probe;

	*seen = (struct seen) { 0 };
	probe = probe_start(base, context, target, take, seen);
	assert_non_null(probe);
	seen->started = true;
	return probe;
}

static struct evidence *
run(const struct probe_target *target)
{
	struct seen seen;

	start(&seen, target);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_true(seen.done);
	assert_int_equal(seen.evidence->refs, 1);
	assert_false(arena_failed(seen.evidence->arena));
	return wired(seen.evidence);
}

static void
assert_text(const char *text, const char *begin)
{
	if (begin == NULL) {
		assert_null(text);
		return;
	}
	assert_non_null(text);
	if (strncmp(text, begin, strlen(begin)) != 0)
		assert_string_equal(text, begin);
}

static struct evidence *
run_row(const struct row *row, const char *ip)
{
	struct server server;
	struct evidence *evidence;
	struct probe_target target = {
		.ip = ip,
		.sni = "mx.example",
		.helo = "client.example",
		.implicit_tls = row->implicit,
		.reply_ms = row->reply_ms,
		.tls_ms = row->tls_ms,
	};

	server_start(&server, ip, sides[row->side], row->talks);
	target.port = server.port;
	if (row->all_ms != 0)
		target.deadline = clock_monotonic_ms() + row->all_ms;
	evidence = run(&target);
	server_end(&server);
	return evidence;
}

/* A step that was reached has a time, and none comes behind one that was not */
static void
check_timing(const struct row *row, const struct evidence *evidence)
{
	const struct danelaw_timing *timing = &evidence->timing;

	assert_true(timing->connect >= 0);
	assert_int_equal(timing->banner >= 0, evidence->smtp.banner != NULL);
	assert_int_equal(
	    timing->starttls >= 0, evidence->smtp.starttls != NULL);
	assert_int_equal(timing->tls >= 0, row->tls);
	assert_true(timing->total >= timing->connect);
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	struct evidence *evidence = run_row(row, "127.0.0.1");
	const struct evidence_shake *shake = &evidence->shakes[0];

	assert_int_equal(evidence->n_shakes, 1);
	assert_string_equal(shake->offer, "default");
	assert_text(shake->error, row->error);
	assert_int_equal(shake->reached, row->reached);
	assert_int_equal(shake->alert, row->alert == 0 ? -1 : row->alert);
	assert_int_equal(shake->tls != NULL, row->tls);
	assert_int_equal(shake->chain != NULL, row->tls);
	assert_int_equal(shake->n_certs, row->tls);
	if (row->refusal != NULL)
		assert_string_equal(evidence->smtp.refusal, row->refusal);
	if (row->tls && row->side == EC)
		assert_string_equal(shake->tls->version, "TLSv1.3");
	check_timing(row, evidence);
	assert_string_equal(evidence->ip, "127.0.0.1");
	assert_true(arena_used(evidence->arena) < 32 * 1024);
	evidence_unref(evidence);
}

static void
test_ipv6(void **state)
{
	struct evidence *evidence = run_row(&rows[0], "::1");
	(void)state;

	assert_string_equal(evidence->ip, "::1");
	assert_int_equal(evidence->shakes[0].reached, OUT(ENCRYPTED));
	assert_string_equal(evidence->smtp.banner, "220 mx.example ESMTP");
	assert_string_equal(evidence->smtp.starttls, "220 go");
	assert_int_equal(evidence->smtp.n_ehlo, 2);
	evidence_unref(evidence);
}

/*
 * What this machine lacks is said of this machine, and told to nobody else:
 * the server may be in the best of health.
 */
static void
test_our_lack(void **state)
{
	struct probe_target target = { .ip = "127.0.0.1",
		.helo = "client.example" };
	int fd = server_refuse(&target.port), spare = dup(fd);
	struct buf bytes = { .limit = 0 };
	struct rlimit limit, none;
	struct seen seen;
	(void)state;

	assert_true(spare >= 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = (rlim_t)spare;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	start(&seen, &target);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_true(seen.done);
	assert_int_equal(seen.evidence->n_shakes, 1);
	assert_string_equal(seen.evidence->our_lack, "Too many open files");
	assert_false(evidence_write(seen.evidence, &bytes));
	buf_finish(&bytes);
	evidence_unref(seen.evidence);
	close(spare);
	close(fd);
}

static void
test_refused(void **state)
{
	struct probe_target target = { .ip = "127.0.0.1", .helo = "x" };
	int fd = server_refuse(&target.port);
	struct evidence *evidence = run(&target);
	(void)state;

	assert_int_equal(evidence->n_shakes, 1);
	assert_int_equal(evidence->shakes[0].reached, OUT(CONNECT_REFUSED));
	assert_string_equal(evidence->shakes[0].error, "Connection refused");
	assert_int_equal(evidence->timing.connect, -1);
	assert_int_equal(evidence->timing.banner, -1);
	assert_null(evidence->smtp.banner);
	evidence_unref(evidence);
	close(fd);
}

static void
test_ignored(void **state)
{
	struct probe_target target = {
		.ip = "127.0.0.1", .helo = "x", .connect_ms = 100
	};
	int filler, fd = server_ignore(&target.port, &filler);
	struct evidence *evidence = run(&target);
	(void)state;

	assert_int_equal(evidence->shakes[0].reached, OUT(CONNECT_TIMEOUT));
	assert_string_equal(
	    evidence->shakes[0].error, "no connection within 0.1 seconds");
	evidence_unref(evidence);
	/* The deadline has passed before it begins. */
	target.connect_ms = 0;
	target.deadline = clock_monotonic_ms() - 1;
	evidence = run(&target);
	assert_int_equal(evidence->shakes[0].reached, OUT(CONNECT_TIMEOUT));
	evidence_unref(evidence);
	close(filler);
	close(fd);
}

static void
test_targets(void **state)
{
	static const struct {
		const char *ip, *helo;
	} bad[] = {
		{ "mx.example", "x" },
		{ "[::1]", "x" },
		{ "", "x" },
		{ "127.0.0.1", "x\r\nQUIT" },
		{ "127.0.0.1", NULL },
	};
	struct seen seen = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct probe_target target = {
			.ip = bad[i].ip, .helo = bad[i].helo, .port = 1
		};

		assert_null(probe_start(base, context, &target, take, &seen));
	}
	assert_int_equal(event_base_dispatch(base), 1);
	probe_cancel(NULL);
	evidence_unref(NULL);
}

/* Cancelled where it waits, it says QUIT if it may, and never done(). */
static void
test_cancel(void **state)
{
	static const struct {
		const char *waiting;
		server_talk talks[2];
		bool implicit;
	} stages[] = {
		{ "waiting for the greeting", { { "HOLD" } }, false },
		{ "waiting for the reply to EHLO", { { EHLO, QUIT } }, false },
		{ "waiting for the reply to STARTTLS", { { STARTTLS, QUIT } },
		    false },
		{ "shaking hands",
		    { { STARTTLS, "S:220 go", "HELLO", "HOLD" } }, false },
		{ "shaking hands", { { "HELLO", "HOLD" } }, true },
		{ "waiting for the reply to EHLO inside TLS",
		    { { INSIDE, QUIT } }, false },
		{ "saying goodbye",
		    { { INSIDE, "S:250 mx.example", QUIT, "HOLD" } }, false },
	};
	struct seen seen;
	(void)state;

	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		struct server server;
		struct probe *probe;
		struct probe_target target = {
			.ip = "127.0.0.1",
			.helo = "client.example",
			.implicit_tls = stages[i].implicit,
		};

		server_start(&server, target.ip, sides[EC], stages[i].talks);
		target.port = server.port;
		probe = start(&seen, &target);
		assert_string_equal(probe_waiting(probe), "connecting");
		while (strcmp(probe_waiting(probe), stages[i].waiting) != 0)
			assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		/* What it waits for must have been asked for. */
		event_base_loop(base, EVLOOP_NONBLOCK);
		probe_cancel(probe);
		server_end(&server);
		assert_int_equal(event_base_dispatch(base), 1);
		assert_false(seen.done);
	}
}

/* Cancelled before the loop has begun, and while it connects. */
static void
test_cancel_early(void **state)
{
	struct probe_target target = { .ip = "127.0.0.1", .helo = "x" };
	int filler, fd = server_ignore(&target.port, &filler);
	struct probe *probe;
	struct seen seen;
	(void)state;

	probe_cancel(start(&seen, &target));
	probe = start(&seen, &target);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_string_equal(probe_waiting(probe), "connecting");
	probe_cancel(probe);
	assert_int_equal(event_base_dispatch(base), 1);
	assert_false(seen.done);
	close(filler);
	close(fd);
}

struct certs_row {
	const char *name;
	enum side side;
	server_talk talks[SERVER_TALKS];
	const char *offers[4]; /* with the key of the leaf behind it */
	const char *keys[4];
	enum danelaw_outcome reached; /* where there is no key */
};

#define ANY_OFFER "*" /* depends on what OpenSSL can */

static const struct certs_row certs_rows[] = {
	/* Twice the default again: is it for the offer? */
	{ "two certificates", RSA_AND_EC,
	    { { ALL }, { "SHORT", ALL }, { ALL }, { ALL }, { SHAKE "?" },
		{ SHAKE "?" }, { ALL }, { ALL }, { ALL }, { ALL } },
	    { "default", "rsa" }, { "EC P-256", "RSA 2048" } },
	{ "one certificate", EC,
	    { { ALL }, { "SHORT", ALL }, { SHAKE "?" }, { ALL }, { SHAKE "?" },
		{ SHAKE "?" }, { ALL }, { ALL } },
	    { "default" }, { "EC P-256" } },
	/* RFC 7672 section 8.1 */
	{ "a certificate by server name", BY_NAME,
	    { { ALL }, { "SHORT", ALL }, { SHAKE "?" }, { ALL }, { SHAKE "?" },
		{ SHAKE "?" }, { ALL }, { ALL }, { ALL }, { ALL } },
	    { "default", "no-sni" }, { "EC P-256", "RSA 2048" } },
	/* The chain was seen: what comes behind it does not matter. */
	{ "refused inside TLS", RSA_AND_EC,
	    { { ALL }, { "SHORT", ALL }, { INSIDE, "S:421 too many" }, { ALL },
		{ SHAKE "?" }, { SHAKE "?" }, { ALL }, { ALL }, { ALL },
		{ ALL } },
	    { "default", "rsa" }, { "EC P-256", "RSA 2048" } },
	/* A server that has had enough of us is left alone; it is told. */
	{ "the second connection is refused", RSA_AND_EC,
	    { { ALL }, { "S:421 too many" } }, { "default", ANY_OFFER },
	    { "EC P-256", NULL }, OUT(SMTP_TEMPFAIL) },
	{ "a later connection is closed", EC,
	    { { ALL }, { "SHORT", ALL }, { SHAKE "?" }, { "RESET" } },
	    { "default", "ecdsa" }, { "EC P-256", NULL },
	    OUT(CONNECT_REFUSED) },
	{ "a later STARTTLS is put off", EC,
	    { { ALL }, { "SHORT", ALL }, { SHAKE "?" },
		{ STARTTLS, "S:454 no", QUIT } },
	    { "default", "ecdsa" }, { "EC P-256", NULL }, OUT(SMTP_TEMPFAIL) },
	/* Before any offer is made: no matter of the offer. */
	{ "a later STARTTLS is missing", EC,
	    { { ALL }, { "SHORT", ALL }, { SHAKE "?" },
		{ EHLO, "S:250 mx.example", QUIT } },
	    { "default", "again" }, { "EC P-256", NULL },
	    OUT(STARTTLS_MISSING) },
	{ "a later STARTTLS is refused", EC,
	    { { ALL }, { "SHORT", ALL }, { SHAKE "?" },
		{ STARTTLS, "S:554 no", QUIT } },
	    { "default", "again" }, { "EC P-256", NULL },
	    OUT(STARTTLS_REFUSED) },
	{ "the first one fails", RSA_AND_EC, { { INSIDE, "S:421 too many" } },
	    { "default" }, { "EC P-256" } },
};

static void
test_all_certs(void **state)
{
	const struct certs_row *row = *state;
	struct probe_target target = {
		.ip = "127.0.0.1",
		.sni = "mx.example",
		.helo = "client.example",
		.all_certs = true,
	};
	struct server server;
	struct evidence *evidence;
	size_t n = 0;

	server_start(&server, target.ip, sides[row->side], row->talks);
	target.port = server.port;
	evidence = run(&target);
	server_end(&server);
	for (; n < 4 && row->offers[n] != NULL; n++) {
		const struct evidence_shake *shake = &evidence->shakes[n];

		assert_true(n < evidence->n_shakes);
		if (strcmp(row->offers[n], ANY_OFFER) != 0)
			assert_string_equal(shake->offer, row->offers[n]);
		if (row->keys[n] == NULL) {
			assert_int_equal(shake->n_certs, 0);
			assert_int_equal(shake->reached, row->reached);
			assert_non_null(shake->error);
			continue;
		}
		assert_string_equal(shake->certs[0].key, row->keys[n]);
		if (n > 0) {
			assert_int_equal(shake->reached, OUT(ENCRYPTED));
			assert_null(shake->error);
		}
	}
	assert_int_equal(evidence->n_shakes, n);
	/* The transcript is that of the first connection alone. */
	assert_string_equal(
	    evidence->smtp.transcript[0], "< 220 mx.example ESMTP");
	evidence_unref(evidence);
}

#define REFUSE STARTTLS, "S:220 go", "HELLO", "ALERT:40"
#define CUT STARTTLS, "S:220 go", "HELLO", "RESET"

struct trials_row {
	const char *name;
	probe_next_fn *next;
	server_talk talks[SERVER_TALKS];
	size_t n;         /* trials, the default with them */
	const char *last; /* offer of the last one, and how it ended */
	bool ok;
	bool all_certs;
	enum side side;
	uint32_t reply_ms;
	bool brief; /* with hybrid groups, one more look without */
};

/* Would go on for ever: the bound is the probe's. */
static const char *
never_content(const struct danelaw_trial *trials, size_t n)
{
	assert_string_equal(trials[0].offer, "default");
	assert_false(trials[0].ok);
	return n % 2 == 0 ? "no-sni" : "tls12";
}

static const char *
soon_content(const struct danelaw_trial *trials, size_t n)
{
	return trials[n - 1].ok ? NULL : never_content(trials, n);
}

static const char *
asks_implicit(const struct danelaw_trial *trials, size_t n)
{
	assert_false(trials[0].shook);
	return n == 1 ? "implicit" : NULL;
}

static const char *
never_asked(const struct danelaw_trial *trials, size_t n)
{
	(void)trials;
	(void)n;
	fail_msg("asked though the handshake did not fail");
	return NULL;
}

static const struct trials_row trials_rows[] = {
	{ "eight trials and no more", never_content,
	    { { REFUSE }, { "LONG", REFUSE }, { REFUSE }, { REFUSE },
		{ REFUSE }, { REFUSE }, { REFUSE }, { REFUSE }, { REFUSE },
		{ REFUSE } },
	    9, "no-sni" },
	{ "the first that works ends it", soon_content,
	    { { REFUSE }, { "LONG", REFUSE }, { CUT }, { ALL } }, 3, "no-sni",
	    .ok = true },
	{ "trials instead of certificates", soon_content,
	    { { REFUSE }, { ALL } }, 2, "tls12", .ok = true,
	    .all_certs = true },
	{ "a server that has had enough is left alone", never_content,
	    { { REFUSE }, { "LONG", REFUSE }, { "S:421 too many" } }, 2,
	    "tls12" },
	{ "nobody asks", NULL, { { REFUSE }, { "LONG", REFUSE } }, 1,
	    "default" },
	{ "refused at EHLO inside TLS 1.3", soon_content,
	    { { SHAKE "?" }, { "LONG", SHAKE "?" }, { SHAKE "?" }, { REFUSE },
		{ REFUSE }, { REFUSE }, { REFUSE }, { REFUSE }, { REFUSE },
		{ REFUSE } },
	    9, "no-sni", .side = WANTS_CERT },
	{ "no greeting, but TLS from the first byte", asks_implicit,
	    { { "HOLD" },
		{ "TLS", EHLO, "S:250 mx.example", QUIT, "S:221 bye" } },
	    2, "implicit", .ok = true, .reply_ms = 300 },
	{ "no greeting, and nothing else", asks_implicit,
	    { { "HOLD" }, { "HELLO", "RESET" } }, 2, "implicit",
	    .reply_ms = 300 },
	{ "half a greeting is no silence", never_asked, { { "R:22", "HOLD" } },
	    0, .reply_ms = 300 },
	{ "no failure, no trials", never_asked, { { ALL } }, 0 },
	{ "no TLS, no trials", never_asked, { { STARTTLS, "S:454 no" } }, 0 },
	/* Why a second certificate cannot be had is not kept to ourselves. */
	{ "a look at certificates fails", never_asked,
	    { { ALL }, { "SHORT", ALL }, { CUT }, { SHAKE "?" }, { SHAKE "?" },
		{ SHAKE "?" }, { ALL }, { ALL }, { ALL }, { ALL }, { ALL } },
	    2, "rsa", .all_certs = true },
	{ "TLS 1.2 alone fails", never_asked,
	    { { ALL }, { "SHORT", ALL }, { SHAKE "?" }, { ALL }, { SHAKE "?" },
		{ SHAKE "?" }, { ALL }, { REFUSE }, { "LONG", ALL }, { ALL },
		{ ALL }, { ALL } },
	    2, "tls12", .all_certs = true, .brief = true },
};

static void
test_trials(void **state)
{
	const struct trials_row *row = *state;
	struct probe_target target = {
		.ip = "127.0.0.1",
		.sni = "mx.example",
		.helo = "client.example",
		.all_certs = row->all_certs,
		.next = row->next,
		.reply_ms = row->reply_ms,
	};
	const struct danelaw_trial *last;
	struct server server;
	struct evidence *evidence;
	size_t n;

	server_start(&server, target.ip, sides[row->side], row->talks);
	target.port = server.port;
	evidence = run(&target);
	server_end(&server);
	n = evidence->n_trials;
	if (row->brief && n > 0 &&
	    strcmp(evidence->trials[n - 1].offer, "no-hybrid") == 0)
		assert_true(evidence->trials[--n].ok);
	assert_int_equal(n, row->n);
	assert_int_equal(evidence->n_shakes, 1);
	if (row->n > 0) {
		last = &evidence->trials[row->n - 1];
		assert_string_equal(evidence->trials[0].offer, "default");
		assert_string_equal(last->offer, row->last);
		assert_int_equal(last->ok, row->ok);
		assert_int_equal(last->tls != NULL, row->ok);
		assert_int_equal(last->error == NULL, row->ok);
		if (row->ok)
			assert_string_equal(last->key, "EC P-256");
	}
	if (row->side == WANTS_CERT) {
		assert_true(evidence->trials[0].client_cert_requested);
		assert_false(evidence->trials[0].client_cert_sent);
		assert_int_equal(evidence->trials[0].alert, 116);
		assert_non_null(evidence->trials[0].tls);
		/* In TLS 1.2 it says so within the handshake. */
		assert_true(evidence->trials[1].client_cert_requested);
		assert_null(evidence->trials[1].tls);
	}
	evidence_unref(evidence);
}

struct lean_row {
	const char *name;
	server_talk talks[SERVER_TALKS];
	enum danelaw_outcome reached;
	size_t n; /* trials */
	probe_next_fn *next;
	bool all_certs;
};

/* The full one is made only where the OpenSSL at hand has hybrid groups. */
static const struct lean_row lean_rows[] = {
	{ "it works without hybrid groups", { { ALL } }, OUT(ENCRYPTED), 0,
	    never_asked },
	{ "it works with hybrid groups alone",
	    { { "LONG", REFUSE }, { "LONG", ALL }, { "SHORT", ALL } },
	    OUT(ENCRYPTED), 0, never_asked },
	{ "it is refused inside, with hybrid groups alone",
	    { { "LONG", CUT },
		{ "LONG", INSIDE, "S:550 no", "C:HELO client.example",
		    "S:550 no", QUIT },
		{ "SHORT", INSIDE, "S:550 no", "C:HELO client.example",
		    "S:550 no", QUIT } },
	    OUT(SMTP_PERMFAIL), 0, never_asked },
	{ "the full one is not let in", { { REFUSE }, { "LONG", "S:421 no" } },
	    OUT(TLS_FAILED), 1, NULL },
	{ "with all certificates the full one comes first", { { REFUSE } },
	    OUT(TLS_FAILED), 1, NULL, .all_certs = true },
};

static void
test_lean(void **state)
{
	const struct lean_row *row = *state;
	struct probe_target target = {
		.ip = "127.0.0.1",
		.helo = "client.example",
		.all_certs = row->all_certs,
		.next = row->next,
	};
	struct server server;
	struct evidence *evidence;

	server_start(&server, target.ip, sides[EC], row->talks);
	target.port = server.port;
	evidence = run(&target);
	server_end(&server);
	assert_int_equal(evidence->n_shakes, 1);
	assert_string_equal(evidence->shakes[0].offer, "default");
	assert_int_equal(evidence->shakes[0].reached, row->reached);
	assert_int_equal(evidence->n_trials, row->n);
	evidence_unref(evidence);
}

/* Many at once share one loop, and one that floods does not hold up others. */
static void
test_many(void **state)
{
	static const server_talk good[] = { { ALL }, { NULL } };
	static const server_talk bad[] = { { "FLOOD:220-mx\r\n" }, { NULL } };
	struct server servers[8];
	struct seen seen[8];
	(void)state;

	for (size_t i = 0; i < 8; i++)
		server_start(&servers[i], "127.0.0.1", sides[EC],
		    i % 2 == 0 ? good : bad);
	for (size_t i = 0; i < 8; i++)
		start(&seen[i],
		    &(struct probe_target) { .ip = "127.0.0.1",
			.port = servers[i].port,
			.helo = "client.example" });
	assert_int_equal(event_base_dispatch(base), 1);
	for (size_t i = 0; i < 8; i++) {
		server_end(&servers[i]);
		assert_true(seen[i].done);
		assert_int_equal(seen[i].evidence->shakes[0].reached,
		    i % 2 == 0 ? OUT(ENCRYPTED) : OUT(NOT_SMTP));
		evidence_unref(seen[i].evidence);
	}
}

static void
make_side(enum side side, const char *first, const char *second)
{
	const char *const kinds[] = { first, second };
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	assert_non_null(ctx);
	SSL_CTX_set_security_level(ctx, 0);
	for (size_t i = 0; i < 2 && kinds[i] != NULL; i++) {
		struct forged cert = forge_cert(
		    &(struct forge) { .kind = kinds[i], .cn = "mx.example" });

		assert_int_equal(SSL_CTX_use_certificate(ctx, cert.cert), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey(ctx, cert.key), 1);
		forge_free(&cert);
	}
	sides[side] = ctx;
}

static int
by_name(SSL *ssl, int *alert, void *arg)
{
	(void)alert;
	(void)arg;
	if (SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) == NULL)
		SSL_set_SSL_CTX(ssl, sides[OLD]);
	return SSL_TLSEXT_ERR_OK;
}

static int
set_up(void **state)
{
	char *error = NULL;
	(void)state;

	base = event_base_new();
	context = tls_context_new(NULL, NULL, &error);
	if (base == NULL || context == NULL)
		return -1;
	make_side(EC, "P-256", NULL);
	make_side(RSA_AND_EC, "RSA 2048", "P-256");
	make_side(WANTS_CERT, "P-256", NULL);
	SSL_CTX_set_verify(sides[WANTS_CERT],
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	make_side(BY_NAME, "P-256", NULL);
	SSL_CTX_set_tlsext_servername_callback(sides[BY_NAME], by_name);
	make_side(OLD, "RSA 2048", NULL);
	SSL_CTX_set_min_proto_version(sides[OLD], TLS1_VERSION);
	SSL_CTX_set_max_proto_version(sides[OLD], TLS1_VERSION);
	SSL_CTX_set_cipher_list(sides[OLD], "ALL");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_SIDES; i++)
		SSL_CTX_free(sides[i]);
	tls_context_free(context);
	event_base_free(base);
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int
main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_our_lack),
		cmocka_unit_test(test_ignored),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_cancel_early),
		cmocka_unit_test(test_many),
	};
	struct CMUnitTest tests[ROWS_MAX + COUNT(certs_rows) +
	    COUNT(trials_rows) + COUNT(others)];
	size_t n = 0;

	if (rows_count > ROWS_MAX)
		return 1;
	for (size_t i = 0; i < rows_count; i++)
		tests[n++] = (struct CMUnitTest) { rows[i].name, test_row, NULL,
			NULL, (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < COUNT(certs_rows); i++)
		tests[n++] =
		    (struct CMUnitTest) { certs_rows[i].name, test_all_certs,
			    NULL, NULL, (void *)(uintptr_t)&certs_rows[i] };
	for (size_t i = 0; i < COUNT(trials_rows); i++)
		tests[n++] =
		    (struct CMUnitTest) { trials_rows[i].name, test_trials,
			    NULL, NULL, (void *)(uintptr_t)&trials_rows[i] };
	for (size_t i = 0; i < COUNT(lean_rows); i++)
		tests[n++] = (struct CMUnitTest) { lean_rows[i].name, test_lean,
			NULL, NULL, (void *)(uintptr_t)&lean_rows[i] };
	memcpy(tests + n, others, sizeof(others));
	n += COUNT(others);
	return _cmocka_run_group_tests("probe", tests, n, set_up, tear_down);
}
