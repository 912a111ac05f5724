/* SPDX-License-Identifier: ISC */
/*
 * A check runs for a domain, not for a client: it is begun for the first who
 * asks (CACHE_BEGIN), all who ask meanwhile wait for the same one, and it
 * ends in the cache whoever has left. The engine may be exchanged while
 * checks run: they end with it without done(), and the cache, which knows
 * them, tells which to begin anew. Without an engine nothing is begun.
 *
 * What is known is shown before anything else is looked at. A check takes a
 * slot of the client that it is begun for. It is cancelled where all who asked
 * for it have hung up; those who only lost patience will come back for it.
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
#include "serve/checks.h"

#define LOOK_MS 1000

static const char busy[] = "too many checks are running; ask again later";
static void look(evutil_socket_t fd, short what, void *arg);

void
server_shed(struct server *server)
{
	cache_forget(server->cache);
}

struct server *
server_new(const struct server_options *options)
{
	const struct timeval every = { .tv_sec = LOOK_MS / 1000 };
	struct server *server = calloc(1, sizeof(*server));

	if (server == NULL)
		return NULL;
	server->options = *options;
	TAILQ_INIT(&server->waiting);
	TAILQ_INIT(&server->running);
	server->cache = cache_new(&options->cache);
	server->clients = clients_new(&options->clients);
	server->pump = event_new(options->base, -1, 0, checks_pump, server);
	server->look = event_new(options->base, -1, EV_PERSIST, look, server);
	if (server->cache == NULL || server->clients == NULL ||
	    server->pump == NULL || server->look == NULL ||
	    event_add(server->look, &every) != 0) {
		server_free(server);
		return NULL;
	}
	return server;
}

void
server_free(struct server *server)
{
	if (server == NULL)
		return;
	if (server->cache != NULL)
		server_refuse(server, "the server has ended");
	danelaw_engine_free(server->engine);
	checks_drop(&server->waiting);
	checks_drop(&server->running);
	cache_free(server->cache);
	clients_free(server->clients);
	if (server->pump != NULL)
		event_free(server->pump);
	if (server->look != NULL)
		event_free(server->look);
	free(server->why_not);
	free(server);
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
	checks_again(server);
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
	struct server_reply reply = refuse(SERVER_BUSY, busy);
	bool may = clients_begin(server->clients, ask->client);

	if (may)
		ask->check = checks_plan(server, target, key, ask);
	if (ask->check != NULL) {
		server->counts.checks++;
		return refuse(SERVER_WAITING, NULL);
	}
	if (may) {
		clients_end(server->clients, ask->client);
		reply = refuse(SERVER_FAILED, "out of memory");
	}
	cache_leave(&ask->waiter);
	cache_finish(server->cache, key, NULL);
	return reply;
}

static struct server_reply
wait_for(struct server *server, const struct server_target *target,
    const char *key, struct server_ask *ask)
{
	struct result *result = NULL;

	switch (cache_ask(
	    server->cache, key, clock_monotonic_ms(), &ask->waiter, &result)) {
	case CACHE_FRESH:
		return (struct server_reply) { .status = SERVER_READY,
			.result = result };
	case CACHE_JOINED:
		server->counts.joined++;
		ask->check = checks_find(server, ask->waiter.entry);
		return refuse(SERVER_WAITING, NULL);
	case CACHE_BEGIN:
		return begin(server, target, key, ask);
	case CACHE_FULL:
	case CACHE_BUSY:
		return refuse(SERVER_BUSY, busy);
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
	    port == server_usual_port(server);
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
	    !is_mail_port(server, server_port_of(server, target)))
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

/* Why we are unwell, or NULL; a change is a line in the log. */
static const char *
note(struct server *server, const char *why)
{
	char line[600];
	bool unwell = why != NULL;

	if (unwell != server->unwell) {
		snprintf(line, sizeof(line), "%s%s",
		    unwell ? "nothing can be checked: " : "all is well again",
		    unwell ? why : "");
		server_log(server, line);
	}
	server->unwell = unwell;
	server->tested = true;
	return why;
}

/* A new engine is as well as the one before until it knows better. */
static const char *
unwell(struct server *server)
{
	const char *why;

	switch (danelaw_engine_health(server->engine, &why)) {
	case DANELAW_HEALTH_UNTESTED:
		return server->unwell ? why : NULL;
	case DANELAW_HEALTH_WELL:
	case DANELAW_HEALTH_DOUBT:
		return note(server, NULL);
	case DANELAW_HEALTH_UNWELL:
		return note(server, why);
	}
	return NULL;
}

static struct server_reply
ask_for(struct server *server, const struct server_target *target,
    const char *client, struct server_ask *ask)
{
	struct server_reply reply;
	char key[KEY_MAX];
	const char *why;

	server_key(server, target, key);
	reply.result = cache_show(server->cache, key, clock_monotonic_ms());
	if (reply.result != NULL) {
		server->counts.cached++;
		reply.status = SERVER_READY;
		reply.why = NULL;
		return reply;
	}
	why = unable(server);
	if (why == NULL)
		why = unwell(server);
	if (why != NULL)
		return refuse(SERVER_UNABLE, why);
	why = forbidden(server, target);
	if (why != NULL)
		return refuse(SERVER_REFUSED, why);
	ask->server = server;
	ask->waiter.done = waiter_done;
	ask->client = clients_enter(server->clients, ask->class, client);
	if (ask->client == NULL)
		return refuse(SERVER_MANY,
		    "too many requests of this client are waiting");
	reply = wait_for(server, target, key, ask);
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

	server_key(server, target, key);
	return cache_peek(server->cache, key, clock_monotonic_ms());
}

const char *
server_unwell(struct server *server)
{
	const char *why = unable(server);

	if (why == NULL)
		why = unwell(server);
	if (why == NULL && !server->tested)
		why = "the resolver has not been tested yet";
	return why;
}

bool
server_look(struct server *server)
{
	if (server->engine != NULL)
		unwell(server);
	return server->tested;
}

static void
look(evutil_socket_t fd, short what, void *arg)
{
	server_look(arg);
}

/* Whoever waits for it waits no more. */
static struct check *
leave(struct server_ask *ask)
{
	struct check *check = checks_find(ask->server, ask->waiter.entry);

	cache_leave(&ask->waiter);
	unwait(ask);
	return check;
}

void
server_forget(struct server_ask *ask)
{
	struct check *check = ask->client == NULL ? NULL : leave(ask);

	if (check != NULL)
		check->kept = true;
}

void
server_abandon(struct server_ask *ask)
{
	struct check *check = ask->client == NULL ? NULL : leave(ask);

	if (check != NULL && !check->kept && !cache_is_awaited(check->entry))
		check_cancel(check);
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

struct server_counts
server_counts(const struct server *server)
{
	struct server_counts counts = server->counts;

	counts.cache = cache_counts(server->cache);
	return counts;
}
