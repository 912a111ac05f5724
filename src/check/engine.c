/* SPDX-License-Identifier: ISC */
/*
 * The engine owns what all checks share. A finished check waits in a list
 * until the pump event hands its report out, so that done() is never called
 * from inside the floors below and may add further domains.
 */
#include "check/engine.h"

#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/name.h"
#include "check/domain.h"

#define PROBE_WINDOW 500

static void set_error(struct danelaw_engine *engine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
set_error(struct danelaw_engine *engine, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	free(engine->error);
	engine->error = text;
}

const char *
danelaw_engine_error(const struct danelaw_engine *engine)
{
	return engine == NULL || engine->error == NULL ? "out of memory"
						       : engine->error;
}

int64_t
engine_at(const struct danelaw_engine *engine)
{
	return engine->at != 0 ? engine->at : clock_unix();
}

bool
engine_is_patient(const struct danelaw_engine *engine)
{
	return engine->is_shared || engine->is_gated;
}

enum own_scope
engine_own_scope(
    const struct danelaw_engine *engine, const struct danelaw_request *request)
{
	if (request->here_too || request->domain[0] == '[')
		return OWN_NOTHING;
	return engine->is_lab || request->connect_port != 0 ? OWN_LOCALHOST
							    : OWN_SPECIAL;
}

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

/* The host's own name, if it can stand in an EHLO. */
static char *
own_name(void)
{
	char host[256] = "";
	struct arena *arena = arena_new();
	char *name = NULL, *copy;

	if (arena != NULL && gethostname(host, sizeof(host) - 1) == 0)
		name = name_parse(arena, host, NULL);
	copy = strdup(name != NULL ? name : "localhost");
	arena_unref(arena);
	return copy;
}

static void
deliver(struct danelaw_engine *engine, struct domain_job *job)
{
	TAILQ_REMOVE(&engine->finished, job, link);
	job->done(domain_job_report(job), job->arg);
	domain_job_free(job);
}

static void
pump(evutil_socket_t fd, short what, void *arg)
{
	struct danelaw_engine *engine = arg;
	struct domain_job *job;

	while ((job = TAILQ_FIRST(&engine->finished)) != NULL)
		deliver(engine, job);
}

void
engine_finish(struct danelaw_engine *engine, struct domain_job *job)
{
	TAILQ_REMOVE(&engine->running, job, link);
	TAILQ_INSERT_TAIL(&engine->finished, job, link);
	event_active(engine->pump, 0, 0);
}

static enum danelaw_err
make_resolver(
    struct danelaw_engine *engine, const struct danelaw_config *config)
{
	const struct resolver_config resolver = {
		.forwarders = config->resolvers,
		.n_forwarders = config->n_resolvers,
		.system = config->system_resolver,
		.resolv_conf = config->resolv_conf,
		.root_hints = config->root_hints,
		.trust_anchor = config->trust_anchor,
		.at = config->at,
		/* Many domains at once must not cost each other answers. */
		.patient = config->share_ms != 0,
		.window = config->dns_window,
		.memory = config->dns_memory,
		.public_only = config->public_dns,
	};
	char *error = NULL;
	enum resolver_err err =
	    resolver_new(engine->base, &resolver, &engine->resolver, &error);

	if (err != RESOLVER_OK)
		set_error(engine, "%s",
		    error == NULL ? "the resolver cannot be set up" : error);
	free(error);
	switch (err) {
	case RESOLVER_OK:
		return DANELAW_OK;
	case RESOLVER_ENOMEM:
		return DANELAW_ENOMEM;
	case RESOLVER_EINVAL:
		return DANELAW_EINVAL;
	case RESOLVER_EANCHOR:
		return DANELAW_ENOANCHOR;
	case RESOLVER_EFILE:
		return DANELAW_EFILE;
	case RESOLVER_ELIBRARY:
		break;
	}
	return DANELAW_EINTERNAL;
}

/*
 * A second opinion on certificates, where it is wanted or needed; the CAs are
 * read when it is first asked for.
 */
static bool
trust_public_cas(
    struct danelaw_engine *engine, const struct danelaw_config *config)
{
	char *error = NULL;
	bool done;

	engine->pkix =
	    config->pkix || config->ca_file != NULL || config->ca_path != NULL;
	done = tls_context_trust(
	    engine->tls, config->ca_file, config->ca_path, &error);
	if (!done)
		set_error(
		    engine, "%s", error == NULL ? "out of memory" : error);
	free(error);
	return done;
}

/*
 * A third of the files that may be open; the DNS takes as many and some
 * (dns/upstream.c). What cannot be opened would say nothing about a server.
 */
static size_t
probe_window(size_t wanted)
{
	size_t window = wanted != 0 ? wanted : PROBE_WINDOW;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur / 3 < window)
		window = (size_t)limit.rlim_cur / 3;
	return window > 0 ? window : 1;
}

static enum danelaw_err
make_parts(struct danelaw_engine *engine, const struct danelaw_config *config)
{
	enum danelaw_err err;
	char *error = NULL;

	engine->base = config->base;
	if (engine->base == NULL) {
		engine->base = event_base_new();
		engine->owns_base = true;
	}
	if (engine->base == NULL) {
		set_error(engine, "the event loop cannot be set up");
		return DANELAW_EINTERNAL;
	}
	engine->tls =
	    tls_context_new(config->cert_file, config->key_file, &error);
	if (engine->tls == NULL) {
		set_error(engine, "%s",
		    error == NULL ? "TLS cannot be set up" : error);
		free(error);
		return config->cert_file != NULL ? DANELAW_EFILE
						 : DANELAW_EINTERNAL;
	}
	if (!trust_public_cas(engine, config))
		return DANELAW_EFILE;
	engine->helo = own_name();
	engine->pump = event_new(engine->base, -1, 0, pump, engine);
	engine->queue = probe_queue_new(
	    engine->base, engine->tls, probe_window(config->probe_window));
	engine->is_shared = config->share_ms != 0;
	engine->is_lab = config->trust_anchor != NULL;
	engine->hosts =
	    hosts_new(engine, config->share_ms, config->share_hosts);
	if (engine->helo == NULL || engine->pump == NULL ||
	    engine->queue == NULL || engine->hosts == NULL)
		return DANELAW_ENOMEM;
	err = make_resolver(engine, config);
	if (err != DANELAW_OK)
		return err;
	engine->pulse =
	    pulse_new(engine->base, engine->resolver, config->watch_health);
	if (engine->pulse == NULL)
		return DANELAW_ENOMEM;
	probe_queue_set_pulse(engine->queue, engine->pulse);
	return DANELAW_OK;
}

enum danelaw_err
danelaw_engine_new(
    const struct danelaw_config *config, struct danelaw_engine **out)
{
	struct danelaw_engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL)
		return DANELAW_ENOMEM;
	TAILQ_INIT(&engine->running);
	TAILQ_INIT(&engine->finished);
	engine->at = config->at;
	*out = engine;
	return make_parts(engine, config);
}

enum danelaw_err
danelaw_engine_add(struct danelaw_engine *engine,
    const struct danelaw_request *request, danelaw_done_fn *done, void *arg)
{
	const char *why = "the request lacks a domain or a callback";
	enum danelaw_err err = DANELAW_EINVAL;

	if (request->domain != NULL && done != NULL)
		err = domain_job_start(engine, request, done, arg, &why);
	if (err == DANELAW_EINVAL)
		set_error(engine, "%s", why);
	return err;
}

void
engine_cancel(struct danelaw_engine *engine, const void *arg)
{
	struct domain_list *lists[] = { &engine->running, &engine->finished };
	struct domain_job *job;

	for (size_t i = 0; i < 2; i++) {
		TAILQ_FOREACH (job, lists[i], link) {
			if (job->arg != arg)
				continue;
			TAILQ_REMOVE(lists[i], job, link);
			domain_job_free(job);
			return;
		}
	}
}

enum danelaw_err
danelaw_engine_run(struct danelaw_engine *engine)
{
	while (
	    !TAILQ_EMPTY(&engine->running) || !TAILQ_EMPTY(&engine->finished)) {
		if (event_base_loop(engine->base, EVLOOP_ONCE) != 0) {
			set_error(engine, "the event loop ran dry");
			return DANELAW_EINTERNAL;
		}
	}
	return DANELAW_OK;
}

void
danelaw_engine_waiting(const struct danelaw_engine *engine,
    void (*fn)(const char *text, void *arg), void *arg)
{
	const struct domain_job *job;

	TAILQ_FOREACH (job, &engine->running, link)
		domain_job_waiting(job, fn, arg);
}

enum danelaw_health
danelaw_engine_health(struct danelaw_engine *engine, const char **why)
{
	static const enum danelaw_health words[] = {
		[HEALTH_UNTESTED] = DANELAW_HEALTH_UNTESTED,
		[HEALTH_WELL] = DANELAW_HEALTH_WELL,
		[HEALTH_DOUBT] = DANELAW_HEALTH_DOUBT,
		[HEALTH_UNWELL] = DANELAW_HEALTH_UNWELL,
	};
	const struct health *health = pulse_health(engine->pulse);

	*why = health_why(health);
	return words[health->state];
}

void
danelaw_engine_free(struct danelaw_engine *engine)
{
	struct domain_job *job;

	if (engine == NULL)
		return;
	while ((job = TAILQ_FIRST(&engine->running)) != NULL) {
		TAILQ_REMOVE(&engine->running, job, link);
		domain_job_free(job);
	}
	while ((job = TAILQ_FIRST(&engine->finished)) != NULL) {
		TAILQ_REMOVE(&engine->finished, job, link);
		domain_job_free(job);
	}
	hosts_free(engine->hosts);
	probe_queue_free(engine->queue);
	pulse_free(engine->pulse);
	resolver_free(engine->resolver);
	tls_context_free(engine->tls);
	if (engine->pump != NULL)
		event_free(engine->pump);
	if (engine->owns_base && engine->base != NULL)
		event_base_free(engine->base);
	free(engine->helo);
	free(engine->error);
	free(engine);
}
