/* SPDX-License-Identifier: ISC */
#include "serve/checks.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "check/engine.h"

static struct check_list *
list_of(struct check *check)
{
	return check->running ? &check->server->running
			      : &check->server->waiting;
}

/* One that is on no list. */
static void
check_free(struct check *check)
{
	clients_end(check->server->clients, check->client);
	free(check);
}

void
checks_drop(struct check_list *list)
{
	struct check *check;

	while ((check = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, check, link);
		check_free(check);
	}
}

void
server_log(struct server *server, const char *line)
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

	if (report->own_lack != NULL)
		snprintf(line, sizeof(line), "%s: %s", report->domain,
		    report->own_lack);
	else if (server->options.log_checks)
		snprintf(line, sizeof(line), "%s: %s, after %lld ms",
		    report->domain, danelaw_verdict_word(report->verdict),
		    (long long)result->took_ms);
	else
		return;
	server_log(server, line);
}

uint16_t
server_usual_port(const struct server *server)
{
	uint16_t port = server->setup.request->port;

	return port != 0 ? port : 25;
}

/* Other ports are other domains to Prometheus, as watch.c has them. */
static bool
render(const struct check *check, struct result *result)
{
	char target[KEY_MAX];

	if (check->port == server_usual_port(check->server))
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
	/* What was our fault is for those who wait, and no longer. */
	result->life_ms = report->own_lack != NULL
	    ? 0
	    : lifetime(report, &server->options.life);
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
	check_free(check);
}

static void
check_done(struct danelaw_report *report, void *arg)
{
	struct check *check = arg;

	TAILQ_REMOVE(list_of(check), check, link);
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
	if (check->port != server_usual_port(server))
		request.connect_port = 0;
	request.port = check->port;
	request.implicit_tls = check->implicit_tls;
	request.facts = check_facts;
	check->facts = (struct postfix_facts) { 0 };
	check->begun = clock_monotonic_ms();
	return danelaw_engine_add(
		   server->engine, &request, check_done, check) == DANELAW_OK;
}

void
checks_pump(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	struct check_list waiting = TAILQ_HEAD_INITIALIZER(waiting);
	struct check *check;

	TAILQ_CONCAT(&waiting, &server->waiting, link);
	while ((check = TAILQ_FIRST(&waiting)) != NULL) {
		TAILQ_REMOVE(&waiting, check, link);
		check->running = server->engine != NULL && start(server, check);
		if (check->running)
			TAILQ_INSERT_TAIL(&server->running, check, link);
		else
			finish(check, NULL);
	}
}

/* What a target stands for, where it leaves something open. */
uint16_t
server_port_of(const struct server *server, const struct server_target *target)
{
	return target->port != 0 ? target->port : server_usual_port(server);
}

static bool
is_implicit(const struct server *server, const struct server_target *target)
{
	return target->has_tls ? target->implicit_tls
			       : server->setup.request->implicit_tls;
}

void
server_key(const struct server *server, const struct server_target *target,
    char key[static KEY_MAX])
{
	snprintf(key, KEY_MAX, "%s %u %s", target->domain,
	    server_port_of(server, target),
	    is_implicit(server, target) ? "implicit" : "starttls");
}

struct check *
checks_plan(struct server *server, const struct server_target *target,
    const char *key, const struct server_ask *ask)
{
	size_t key_size = strlen(key) + 1,
	       domain_size = strlen(target->domain) + 1;
	struct check *check =
	    calloc(1, sizeof(*check) + key_size + domain_size);

	if (check == NULL)
		return NULL;
	check->server = server;
	check->client = ask->client;
	check->entry = ask->waiter.entry;
	check->port = server_port_of(server, target);
	check->implicit_tls = is_implicit(server, target);
	check->domain = check->key + key_size;
	memcpy(check->key, key, key_size);
	memcpy(check->domain, target->domain, domain_size);
	TAILQ_INSERT_TAIL(&server->waiting, check, link);
	event_active(server->pump, 0, 0);
	return check;
}

struct check *
checks_find(struct server *server, const struct cache_entry *entry)
{
	struct check_list *lists[] = { &server->waiting, &server->running };
	struct check *check;

	for (size_t i = 0; i < 2; i++) {
		TAILQ_FOREACH (check, lists[i], link) {
			if (check->entry == entry)
				return check;
		}
	}
	return NULL;
}

void
check_cancel(struct check *check)
{
	struct server *server = check->server;

	TAILQ_REMOVE(list_of(check), check, link);
	if (check->running)
		engine_cancel(server->engine, check);
	server->counts.cancelled++;
	cache_finish(server->cache, check->key, NULL);
	check_free(check);
}

void
checks_again(struct server *server)
{
	struct check *check;

	TAILQ_FOREACH (check, &server->running, link)
		check->running = false;
	TAILQ_CONCAT(&server->waiting, &server->running, link);
	event_active(server->pump, 0, 0);
}
