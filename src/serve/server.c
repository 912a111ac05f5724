/* SPDX-License-Identifier: ISC */
/*
 * A check runs for a domain, not for a client: it is begun for the first who
 * asks (CACHE_BEGIN), all who ask meanwhile wait for the same one, and it
 * ends in the cache whoever has left. The engine may be exchanged while
 * checks run: they end with it without done(), and the cache, which knows
 * them, tells which to begin anew. Without an engine nothing is begun.
 *
 * A check that is to be begun stands in a list first and goes to the engine
 * from the loop: so a failure to begin is told to those who wait in the same
 * way as the end of a check, never from inside server_check().
 */
#include "serve/server.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/name.h"
#include "check/own.h"

/* Answered inside the resolver (RFC 6761), once its self-test is over. */
#define HEALTH_DOMAIN "[danelaw.invalid]"
/* "DOMAIN PORT TLS": what a result depends on. */
#define KEY_MAX (NAME_MAX_LEN + 32)

struct check {
	TAILQ_ENTRY(check) link; /* in waiting or running */
	struct server *server;
	int64_t begun;
	uint16_t port;
	bool implicit_tls;
	struct postfix_facts facts; /* of the DNS, so far */
	char *domain, key[];
};
TAILQ_HEAD(check_list, check);

struct server {
	struct server_options options;
	struct server_setup setup;
	struct danelaw_engine *engine; /* NULL: none could be made */
	char *why_not;                 /* then: the reason */
	struct cache *cache;
	struct clients *clients;
	struct check_list waiting, running;
	struct event *pump; /* begins what is to be done */
	bool stopping;
	const char *refusal; /* during server_refuse() */
	struct server_counts counts;
};

static void pump(evutil_socket_t fd, short what, void *arg);

struct server *
server_new(const struct server_options *options)
{
	struct server *server = calloc(1, sizeof(*server));

	if (server == NULL)
		return NULL;
	server->options = *options;
	TAILQ_INIT(&server->waiting);
	TAILQ_INIT(&server->running);
	server->cache = cache_new(&options->cache);
	server->clients = clients_new(options->per_client);
	server->pump = event_new(options->base, -1, 0, pump, server);
	if (server->cache == NULL || server->clients == NULL ||
	    server->pump == NULL) {
		server_free(server);
		return NULL;
	}
	return server;
}

static void
drop_checks(struct check_list *list)
{
	struct check *check;

	while ((check = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, check, link);
		free(check);
	}
}

void
server_free(struct server *server)
{
	if (server == NULL)
		return;
	if (server->cache != NULL)
		server_refuse(server, "the server has ended");
	danelaw_engine_free(server->engine);
	drop_checks(&server->waiting);
	drop_checks(&server->running);
	cache_free(server->cache);
	clients_free(server->clients);
	if (server->pump != NULL)
		event_free(server->pump);
	free(server->why_not);
	free(server);
}

static void
log_line(struct server *server, const char *line)
{
	if (server->options.log != NULL)
		server->options.log(line, server->options.log_arg);
}

/* For the journal. Domains have said nothing of their own: all is ours. */
static void
log_result(struct server *server, const struct result *result)
{
	const struct danelaw_report *report = result->report;
	char line[400];

	if (report->resolver_error != NULL)
		snprintf(line, sizeof(line), "%s: %s", report->domain,
		    report->resolver_error);
	else if (server->options.log_checks)
		snprintf(line, sizeof(line), "%s: %s, after %lld ms",
		    report->domain, danelaw_verdict_word(report->verdict),
		    (long long)result->took_ms);
	else
		return;
	log_line(server, line);
}

static uint16_t
usual_port(const struct server *server)
{
	uint16_t port = server->setup.request->port;

	return port != 0 ? port : 25;
}

/* Other ports are other domains to Prometheus, as watch.c has them. */
static bool
render(const struct check *check, struct result *result)
{
	char target[KEY_MAX];

	if (check->port == usual_port(check->server))
		return result_render(result, check->domain);
	snprintf(target, sizeof(target), "%s:%u", check->domain, check->port);
	return result_render(result, target);
}

static struct result *
take_report(struct check *check, struct danelaw_report *report)
{
	struct server *server = check->server;
	struct result *result = report == NULL ? NULL : result_new(report);

	if (result == NULL)
		return NULL;
	result->fetched = clock_unix();
	result->fetched_ms = clock_monotonic_ms();
	result->took_ms = result->fetched_ms - check->begun;
	result->life_ms = lifetime(report, &server->options.life);
	if (!render(check, result)) {
		result_unref(result);
		return NULL;
	}
	log_result(server, result);
	return result;
}

static void
finish(struct check *check, struct danelaw_report *report)
{
	struct server *server = check->server;
	struct result *result = take_report(check, report);

	if (result == NULL)
		server->counts.failed++;
	cache_finish(server->cache, check->key, result);
	free(check);
}

static void
check_done(struct danelaw_report *report, void *arg)
{
	struct check *check = arg;

	TAILQ_REMOVE(&check->server->running, check, link);
	finish(check, report);
}

static void
waiter_looked_up(struct cache_waiter *waiter)
{
	struct server_ask *ask = (struct server_ask *)waiter;

	if (ask->looked_up != NULL)
		ask->looked_up(ask);
}

static void
check_facts(const struct danelaw_mx *mx, const struct danelaw_host *host,
    size_t n_pending, void *arg)
{
	struct check *check = arg;

	postfix_add_host(&check->facts, mx, host, n_pending);
	if (n_pending == 0)
		cache_each_waiter(
		    check->server->cache, check->key, waiter_looked_up);
}

static bool
start(struct server *server, struct check *check)
{
	struct danelaw_request request = *server->setup.request;

	request.domain = check->domain;
	if (check->port != usual_port(server))
		request.connect_port = 0;
	request.port = check->port;
	request.implicit_tls = check->implicit_tls;
	request.no_probe = strcmp(check->domain, HEALTH_DOMAIN) == 0;
	request.facts = check_facts;
	check->facts = (struct postfix_facts) { 0 };
	check->begun = clock_monotonic_ms();
	return danelaw_engine_add(
		   server->engine, &request, check_done, check) == DANELAW_OK;
}

static void
pump(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	struct check_list waiting = TAILQ_HEAD_INITIALIZER(waiting);
	struct check *check;
	(void)fd;
	(void)what;

	TAILQ_CONCAT(&waiting, &server->waiting, link);
	while ((check = TAILQ_FIRST(&waiting)) != NULL) {
		TAILQ_REMOVE(&waiting, check, link);
		if (server->engine != NULL && start(server, check))
			TAILQ_INSERT_TAIL(&server->running, check, link);
		else
			finish(check, NULL);
	}
}

/* What a target stands for, where it leaves something open. */
static uint16_t
port_of(const struct server *server, const struct server_target *target)
{
	return target->port != 0 ? target->port : usual_port(server);
}

static bool
is_implicit(const struct server *server, const struct server_target *target)
{
	return target->has_tls ? target->implicit_tls
			       : server->setup.request->implicit_tls;
}

static void
make_key(const struct server *server, const struct server_target *target,
    char key[static KEY_MAX])
{
	snprintf(key, KEY_MAX, "%s %u %s", target->domain,
	    port_of(server, target),
	    is_implicit(server, target) ? "implicit" : "starttls");
}

static struct check *
plan(struct server *server, const struct server_target *target, const char *key)
{
	size_t key_size = strlen(key) + 1,
	       domain_size = strlen(target->domain) + 1;
	struct check *check =
	    calloc(1, sizeof(*check) + key_size + domain_size);

	if (check == NULL)
		return NULL;
	check->server = server;
	check->port = port_of(server, target);
	check->implicit_tls = is_implicit(server, target);
	check->domain = check->key + key_size;
	memcpy(check->key, key, key_size);
	memcpy(check->domain, target->domain, domain_size);
	TAILQ_INSERT_TAIL(&server->waiting, check, link);
	event_active(server->pump, 0, 0);
	return check;
}

/* The one that is under way. */
static struct check *
find_check(const struct server *server, const char *key)
{
	const struct check_list *lists[] = { &server->waiting,
		&server->running };
	struct check *check;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		TAILQ_FOREACH (check, lists[i], link) {
			if (strcmp(check->key, key) == 0)
				return check;
		}
	}
	return NULL;
}

enum danelaw_err
server_use(struct server *server, const struct server_setup *setup, bool keep,
    const char **why)
{
	struct danelaw_config config = *setup->config;
	enum danelaw_err err;

	/* The resolver library keeps globals: never two at a time. */
	danelaw_engine_free(server->engine);
	server->engine = NULL;
	TAILQ_CONCAT(&server->waiting, &server->running, link);
	event_active(server->pump, 0, 0);
	if (!keep)
		cache_forget(server->cache);
	free(server->why_not);
	server->why_not = NULL;
	server->setup = *setup;
	config.base = server->options.base;
	err = danelaw_engine_new(&config, &server->engine);
	if (err == DANELAW_OK)
		return DANELAW_OK;
	server->why_not = strdup(danelaw_engine_error(server->engine));
	danelaw_engine_free(server->engine);
	server->engine = NULL;
	*why = server->why_not == NULL ? "out of memory" : server->why_not;
	return err;
}

static struct server_reply
refuse(enum server_status status, const char *why)
{
	return (struct server_reply) { .status = status, .why = why };
}

static const char *
unable(const struct server *server)
{
	if (server->stopping)
		return "the server is ending";
	if (server->engine == NULL)
		return server->why_not == NULL ? "out of memory"
					       : server->why_not;
	return NULL;
}

static void
unwait(struct server_ask *ask)
{
	clients_leave(ask->server->clients, ask->client);
	ask->client = NULL;
	ask->check = NULL;
}

static void
waiter_done(struct cache_waiter *waiter, struct result *result)
{
	struct server_ask *ask = (struct server_ask *)waiter;
	struct server *server = ask->server;
	struct server_reply reply = { .status = SERVER_READY,
		.result = result };

	unwait(ask);
	if (result == NULL && unable(server) != NULL)
		reply = refuse(SERVER_UNABLE, unable(server));
	else if (result == NULL)
		reply = refuse(SERVER_FAILED, "out of memory");
	ask->done(ask, &reply);
}

/* A check is to be begun, and ask waits for it. */
static struct server_reply
begin(struct server *server, const struct server_target *target,
    const char *key, struct server_ask *ask)
{
	ask->check = plan(server, target, key);
	if (ask->check != NULL) {
		if (strcmp(target->domain, HEALTH_DOMAIN) != 0)
			server->counts.checks++;
		return refuse(SERVER_WAITING, NULL);
	}
	cache_leave(&ask->waiter);
	cache_finish(server->cache, key, NULL);
	return refuse(SERVER_FAILED, "out of memory");
}

static struct server_reply
look_up(struct server *server, const struct server_target *target,
    struct server_ask *ask)
{
	struct result *result = NULL;
	char key[KEY_MAX];
	enum cache_answer said;

	make_key(server, target, key);
	said = cache_ask(
	    server->cache, key, clock_monotonic_ms(), &ask->waiter, &result);
	switch (said) {
	case CACHE_FRESH:
		server->counts.cached++;
		return (struct server_reply) { .status = SERVER_READY,
			.result = result };
	case CACHE_JOINED:
		server->counts.joined++;
		ask->check = find_check(server, key);
		return refuse(SERVER_WAITING, NULL);
	case CACHE_BEGIN:
		return begin(server, target, key, ask);
	case CACHE_FULL:
	case CACHE_BUSY:
		return refuse(SERVER_BUSY,
		    "too many checks are running; ask again later");
	case CACHE_ENOMEM:
		break;
	}
	return refuse(SERVER_FAILED, "out of memory");
}

/* Where mail is taken; elsewhere we would be a port scanner. */
static bool
is_mail_port(const struct server *server, uint16_t port)
{
	return port == 25 || port == 465 || port == 587 ||
	    port == usual_port(server);
}

/*
 * Who may ask from outside shall not find a way into this network. Mail
 * hosts behind a name are held to the same by the engine, which looks them
 * up.
 */
static const char *
forbidden(const struct server *server, const struct server_target *target)
{
	const struct danelaw_request *request = server->setup.request;
	struct arena *arena;
	const char *why = NULL;
	char *inside;

	if (request->others_only &&
	    !is_mail_port(server, port_of(server, target)))
		return "a port that is not for mail";
	if (target->domain[0] != '[')
		return NULL;
	arena = arena_new();
	if (arena == NULL ||
	    !name_unbracket(arena, target->domain, &inside, &why))
		why = "out of memory";
	else if (!target->is_address)
		why = request->others_only && own_host_name(inside)
		    ? "this machine"
		    : NULL;
	else if (request->public_only && address_special(inside) != NULL)
		why = address_special(inside);
	else if (request->others_only)
		why = own_address(inside);
	arena_unref(arena);
	return why;
}

static struct server_reply
ask_for(struct server *server, const struct server_target *target,
    const char *client, struct server_ask *ask)
{
	struct server_reply reply;
	const char *why;

	if (unable(server) != NULL)
		return refuse(SERVER_UNABLE, unable(server));
	why = forbidden(server, target);
	if (why != NULL)
		return refuse(SERVER_REFUSED, why);
	ask->server = server;
	ask->waiter.done = waiter_done;
	ask->client = clients_enter(server->clients, client);
	if (ask->client == NULL)
		return refuse(SERVER_MANY,
		    "too many requests of this client are waiting");
	reply = look_up(server, target, ask);
	if (reply.status != SERVER_WAITING)
		unwait(ask);
	return reply;
}

struct server_reply
server_check(struct server *server, const struct server_target *target,
    const char *client, struct server_ask *ask)
{
	struct server_reply reply = ask_for(server, target, client, ask);

	server->counts.asked++;
	if (reply.status != SERVER_READY && reply.status != SERVER_WAITING)
		server->counts.refused++;
	return reply;
}

struct result *
server_peek(const struct server *server, const struct server_target *target)
{
	char key[KEY_MAX];

	make_key(server, target, key);
	return cache_peek(server->cache, key, clock_monotonic_ms());
}

struct server_reply
server_health(struct server *server, const char *client, struct server_ask *ask)
{
	static const struct server_target health = { .domain = HEALTH_DOMAIN };

	return ask_for(server, &health, client, ask);
}

void
server_forget(struct server_ask *ask)
{
	if (ask->client == NULL)
		return;
	cache_leave(&ask->waiter);
	unwait(ask);
}

struct server_known
server_known(const struct server_ask *ask)
{
	static const struct postfix_facts nothing;

	return (struct server_known) {
		.now = ask->check == NULL ? &nothing : &ask->check->facts,
		.before = cache_before(&ask->waiter),
	};
}

void
server_stop(struct server *server)
{
	server->stopping = true;
}

void
server_refuse(struct server *server, const char *why)
{
	struct server_reply reply = refuse(SERVER_UNABLE, why);
	struct cache_waiter *waiter;

	while ((waiter = cache_first_waiter(server->cache)) != NULL) {
		struct server_ask *ask = (struct server_ask *)waiter;

		server_forget(ask);
		ask->done(ask, &reply);
	}
}

bool
server_awaited(const struct server *server)
{
	return cache_first_waiter(server->cache) != NULL;
}

struct server_counts
server_counts(const struct server *server)
{
	struct server_counts counts = server->counts;

	counts.cache = cache_counts(server->cache);
	return counts;
}
