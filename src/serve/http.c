/* SPDX-License-Identifier: ISC */
/*
 * A request becomes a visit only if it has to wait. Its answer comes from
 * the check that it waits for, from its own timer, or from the server when
 * it ends; whichever is first ends the visit. While it waits evhttp does not
 * read, and would end the program if it were made to and more came; so the
 * visit itself asks the kernel for the end of the stream. One who shows that
 * has left, as browsers and scrapers do.
 */
#include "serve/http.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/prometheus.h"
#include "serve/authority.h"
#include "serve/guests.h"
#include "serve/pack.h"
#include "serve/listen.h"
#include "serve/query.h"

#define MAX_HEADERS 16384
#define MAX_BODY 1024
/* Longer than any check takes. */
#define PATIENCE_S 600.0
/* What an answer may need on its way to a scraper that sets a limit. */
#define ALLOWANCE_S 0.5
#define TEXT "text/plain; charset=utf-8"

enum {
	OK = 200,
	BAD = 400,
	FORBIDDEN = 403,
	NOT_ALLOWED = 405,
	MISDIRECTED = 421,
	MANY = 429,
	FAILED = 500,
	UNAVAILABLE = 503
};

struct visit {
	struct server_ask ask; /* first, so that one gives the other */
	TAILQ_ENTRY(visit) link;
	struct http *http;
	struct evhttp_request *request;
	struct query query; /* but for the target */
	struct event *timer, *closed;
};

struct http {
	struct http_options options;
	struct evhttp *evhttp;
	struct guests *guests;
	const char *const *names;
	size_t n_names;
	TAILQ_HEAD(, visit) visits;
	bool stopping;
};

static const char front_page[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<title>danelaw</title>\n"
    "<h1>danelaw " DANELAW_VERSION "</h1>\n"
    "<p>Would mail to a domain be delivered under DANE?\n<ul>\n"
    "<li><code>/check?domain=DOMAIN</code>: the report, JSON\n"
    "<li><code>/probe?target=DOMAIN</code>: one domain for Prometheus\n"
    "<li><a href=\"/metrics\">/metrics</a>: the domains that are watched\n"
    "<li><a href=\"/healthz\">/healthz</a>: is all well here?\n</ul>\n";

static const char *
reason(int code)
{
	static const struct {
		int code;
		const char *words;
	} rows[] = { { OK, "OK" }, { BAD, "Bad Request" },
		{ FORBIDDEN, "Forbidden" }, { 404, "Not Found" },
		{ NOT_ALLOWED, "Method Not Allowed" }, { 414, "URI Too Long" },
		{ MISDIRECTED, "Misdirected Request" },
		{ MANY, "Too Many Requests" },
		{ FAILED, "Internal Server Error" },
		{ UNAVAILABLE, "Service Unavailable" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].code == code)
			return rows[i].words;
	}
	return "Error";
}

static void
put_header(struct evhttp_request *request, const char *key, const char *value)
{
	evhttp_add_header(
	    evhttp_request_get_output_headers(request), key, value);
}

/* body may be NULL: no memory. It is emptied, and ends here. */
static void
send_body(struct http *http, struct evhttp_request *request, int code,
    const char *type, struct evbuffer *body)
{
	char length[32];

	put_header(request, "Content-Type", type);
	put_header(request, "Cache-Control", "no-store");
	put_header(request, "X-Content-Type-Options", "nosniff");
	put_header(request, "Content-Security-Policy", "default-src 'none'");
	if (http->stopping)
		put_header(request, "Connection", "close");
	if (body != NULL &&
	    evhttp_request_get_command(request) == EVHTTP_REQ_HEAD) {
		snprintf(
		    length, sizeof(length), "%zu", evbuffer_get_length(body));
		put_header(request, "Content-Length", length);
		evbuffer_drain(body, evbuffer_get_length(body));
	}
	guests_answered(http->guests, request);
	evhttp_send_reply(request, code, reason(code), body);
	if (body != NULL)
		evbuffer_free(body);
}

static void
send_text(struct http *http, struct evhttp_request *request, int code,
    const char *type, const char *text, const char *end)
{
	struct evbuffer *body = evbuffer_new();

	if (body != NULL &&
	    (evbuffer_add(body, text, strlen(text)) != 0 ||
		evbuffer_add(body, end, strlen(end)) != 0)) {
		evbuffer_free(body);
		body = NULL;
	}
	send_body(http, request, code, type, body);
}

static void
send_bytes(struct http *http, struct evhttp_request *request, const char *type,
    const struct buf *bytes)
{
	struct evbuffer *body = evbuffer_new();

	if (body != NULL &&
	    evbuffer_add(body, buf_text(bytes), bytes->len) != 0) {
		evbuffer_free(body);
		body = NULL;
	}
	send_body(http, request, OK, type, body);
}

static void
send_words(struct http *http, struct evhttp_request *request, int code,
    const char *words)
{
	send_text(http, request, code, TEXT, words, "\n");
}

static void
bytes_sent(const void *bytes, size_t len, void *arg)
{
	result_unref(arg);
}

static void
send_result(struct http *http, struct evhttp_request *request,
    const struct query *query, struct result *result)
{
	struct evbuffer *body = evbuffer_new();
	bool json = query->path == QUERY_CHECK;
	bool fails = query_fails(query, result->report->state);

	if (body != NULL &&
	    evbuffer_add_reference(body, json ? result->json : result->probe,
		json ? result->json_len : result->probe_len, bytes_sent,
		result) == 0)
		result_ref(result);
	send_body(http, request, fails ? UNAVAILABLE : OK,
	    json ? "application/json" : PROMETHEUS_CONTENT_TYPE, body);
}

static void
send_health(struct http *http, struct evhttp_request *request)
{
	const char *why = server_unwell(http->options.server);

	if (why != NULL)
		send_words(http, request, UNAVAILABLE, why);
	else
		send_words(http, request, OK, "ok");
}

static void
send_reply(struct http *http, struct evhttp_request *request,
    const struct query *query, const struct server_reply *reply)
{
	switch (reply->status) {
	case SERVER_READY:
		send_result(http, request, query, reply->result);
		return;
	case SERVER_REFUSED:
		send_text(http, request, FORBIDDEN, TEXT, reply->why,
		    ", which is no target here\n");
		return;
	case SERVER_MANY:
		send_words(http, request, MANY, reply->why);
		return;
	case SERVER_BUSY:
	case SERVER_UNABLE:
		put_header(request, "Retry-After", "10");
		send_words(http, request, UNAVAILABLE, reply->why);
		return;
	case SERVER_WAITING:
	case SERVER_FAILED:
		break;
	}
	send_words(http, request, FAILED, "out of memory");
}

static void
visit_free(struct visit *visit)
{
	server_forget(&visit->ask);
	TAILQ_REMOVE(&visit->http->visits, visit, link);
	if (visit->timer != NULL)
		event_free(visit->timer);
	if (visit->closed != NULL)
		event_free(visit->closed);
	free(visit);
}

static void
visit_done(struct server_ask *ask, const struct server_reply *reply)
{
	struct visit *visit = (struct visit *)ask;

	send_reply(visit->http, visit->request, &visit->query, reply);
	visit_free(visit);
}

static void
out_of_patience(evutil_socket_t fd, short what, void *arg)
{
	struct visit *visit = arg;

	send_words(visit->http, visit->request, UNAVAILABLE,
	    "the check takes longer than the client may wait; it goes on, "
	    "and its result can be had when it has ended");
	visit_free(visit);
}

static void
left(evutil_socket_t fd, short what, void *arg)
{
	struct visit *visit = arg;

	server_abandon(&visit->ask);
	send_words(visit->http, visit->request, UNAVAILABLE, "you have left");
	visit_free(visit);
}

/* Where the kernel does not tell of it, the visit just waits. */
static void
watch_for_end(struct visit *visit)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(
	    evhttp_request_get_connection(visit->request));

	visit->closed = event_new(visit->http->options.base,
	    bufferevent_getfd(bev), EV_CLOSED, left, visit);
	if (visit->closed != NULL)
		(void)event_add(visit->closed, NULL);
}

/* Prometheus says how long it will wait. */
static struct timeval
patience(struct evhttp_request *request)
{
	const char *text =
	    evhttp_find_header(evhttp_request_get_input_headers(request),
		"X-Prometheus-Scrape-Timeout-Seconds");
	double seconds = PATIENCE_S, said;
	char *end;

	if (text != NULL) {
		said = strtod(text, &end);
		if (end != text && *end == '\0' && said > 0 &&
		    said < PATIENCE_S)
			seconds = said > 2 * ALLOWANCE_S ? said - ALLOWANCE_S
							 : said / 2;
	}
	return (struct timeval) {
		.tv_sec = (time_t)seconds,
		.tv_usec =
		    (suseconds_t)((seconds - (double)(time_t)seconds) * 1e6),
	};
}

static struct visit *
visit_new(struct http *http, struct evhttp_request *request,
    const struct query *query)
{
	struct timeval limit = patience(request);
	struct visit *visit = calloc(1, sizeof(*visit));

	if (visit == NULL)
		return NULL;
	visit->http = http;
	visit->request = request;
	visit->query = *query;
	visit->query.hop = (struct nexthop) { 0 };
	visit->ask.done = visit_done;
	TAILQ_INSERT_TAIL(&http->visits, visit, link);
	visit->timer = evtimer_new(http->options.base, out_of_patience, visit);
	if (visit->timer != NULL && evtimer_add(visit->timer, &limit) == 0)
		return visit;
	visit_free(visit);
	return NULL;
}

static const char *
client_of(struct evhttp_request *request)
{
	char *address = NULL;
	ev_uint16_t port;

	evhttp_connection_get_peer(
	    evhttp_request_get_connection(request), &address, &port);
	return address == NULL ? "?" : address;
}

static void
ask_server(struct http *http, struct evhttp_request *request,
    const struct query *query)
{
	const struct server_target target = {
		.domain = query->hop.domain,
		.is_address = query->hop.is_address,
		.port = query->hop.port,
		.has_tls = query->has_tls,
		.implicit_tls = query->implicit_tls,
	};
	struct server *server = http->options.server;
	struct visit *visit = visit_new(http, request, query);
	struct server_reply reply;

	if (visit == NULL) {
		send_words(http, request, FAILED, "out of memory");
		return;
	}
	reply = server_check(server, &target, client_of(request), &visit->ask);
	if (reply.status == SERVER_WAITING) {
		watch_for_end(visit);
		return;
	}
	send_reply(http, request, query, &reply);
	visit_free(visit);
}

static void
send_metrics(struct http *http, struct evhttp_request *request)
{
	struct buf out, packed;
	bool wanted;

	buf_init(&out, 0);
	buf_init(&packed, 0);
	http->options.metrics(http->options.metrics_arg, &out);
	wanted = pack_is_wanted(evhttp_find_header(
	    evhttp_request_get_input_headers(request), "Accept-Encoding"));
	put_header(request, "Vary", "Accept-Encoding");
	if (buf_failed(&out) || (wanted && !pack_gzip(&out, &packed))) {
		send_words(http, request, FAILED, "out of memory");
	} else {
		if (wanted)
			put_header(request, "Content-Encoding", "gzip");
		send_bytes(http, request, PROMETHEUS_CONTENT_TYPE,
		    wanted ? &packed : &out);
	}
	buf_finish(&packed);
	buf_finish(&out);
}

static void
answer(struct http *http, struct evhttp_request *request,
    const struct query *query)
{
	switch (query->path) {
	case QUERY_NOWHERE:
		break;
	case QUERY_PAGE:
		send_text(http, request, OK, "text/html; charset=utf-8",
		    front_page, "");
		return;
	case QUERY_METRICS:
		send_metrics(http, request);
		return;
	case QUERY_HEALTHZ:
		send_health(http, request);
		return;
	case QUERY_PROBE:
	case QUERY_CHECK:
		ask_server(http, request, query);
		return;
	}
	send_words(http, request, 404, "there is nothing here");
}

static void
handle(struct evhttp_request *request, void *arg)
{
	struct http *http = arg;
	const char *uri = evhttp_request_get_uri(request), *why = NULL;
	size_t path_len = strcspn(uri, "?");
	struct arena *arena = arena_new();
	struct query query = { .path = QUERY_NOWHERE };
	char *path = NULL;
	int status = UNAVAILABLE;

	guests_asked(http->guests, request);
	switch (evhttp_request_get_command(request)) {
	case EVHTTP_REQ_GET:
	case EVHTTP_REQ_HEAD:
		break;
	default:
		put_header(request, "Allow", "GET, HEAD");
		send_words(http, request, NOT_ALLOWED,
		    "there is only GET and HEAD here");
		goto done;
	}
	if (!authority_is_ours(
		evhttp_find_header(
		    evhttp_request_get_input_headers(request), "Host"),
		http->names, http->n_names)) {
		send_words(http, request, MISDIRECTED,
		    "this is no name of this server; --http-host makes it one");
		goto done;
	}
	if (arena != NULL)
		path = arena_printf(arena, "%.*s", (int)path_len, uri);
	if (path != NULL)
		status = query_parse(arena, path,
		    uri[path_len] == '?' ? uri + path_len + 1 : NULL, &query,
		    &why);
	if (status == OK)
		answer(http, request, &query);
	else
		send_words(
		    http, request, status, why == NULL ? "out of memory" : why);
done:
	arena_unref(arena);
}

struct http *
http_new(const struct http_options *options)
{
	const struct guests_limits limits = {
		.connections = options->connections,
		.input = 2 * MAX_HEADERS,
		.read_ms = options->idle_ms,
		.write_ms = options->idle_ms,
	};
	const struct timeval idle = {
		.tv_sec = options->idle_ms / 1000,
		.tv_usec = options->idle_ms % 1000 * 1000,
	};
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		return NULL;
	http->options = *options;
	TAILQ_INIT(&http->visits);
	http->evhttp = evhttp_new(options->base);
	if (http->evhttp != NULL)
		http->guests = guests_new(options->base, http->evhttp, &limits);
	if (http->guests == NULL) {
		http_free(http);
		return NULL;
	}
	evhttp_set_timeout_tv(http->evhttp, &idle);
	evhttp_set_max_headers_size(http->evhttp, MAX_HEADERS);
	evhttp_set_max_body_size(http->evhttp, MAX_BODY);
	evhttp_set_allowed_methods(http->evhttp, UINT16_MAX);
	evhttp_set_gencb(http->evhttp, handle, http);
	return http;
}

void
http_names(struct http *http, const char *const *names, size_t n)
{
	http->names = names;
	http->n_names = n;
}

bool
http_listen(struct http *http, int fd)
{
	struct evconnlistener *listener = evconnlistener_new(http->options.base,
	    NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);

	if (listener == NULL)
		return false;
	if (evhttp_bind_listener(http->evhttp, listener) != NULL) {
		listen_bear_shortage(listener);
		return true;
	}
	evconnlistener_free(listener);
	return false;
}

static void
unbind(struct evhttp_bound_socket *socket, void *arg)
{
	evconnlistener_disable(evhttp_bound_socket_get_listener(socket));
}

void
http_stop(struct http *http)
{
	http->stopping = true;
	evhttp_foreach_bound_socket(http->evhttp, unbind, NULL);
}

bool
http_busy(const struct http *http)
{
	return !TAILQ_EMPTY(&http->visits) || guests_busy(http->guests);
}

size_t
http_connections(const struct http *http)
{
	return guests_count(http->guests);
}

void
http_free(struct http *http)
{
	struct visit *visit;

	if (http == NULL)
		return;
	while ((visit = TAILQ_FIRST(&http->visits)) != NULL) {
		send_words(
		    http, visit->request, UNAVAILABLE, "the server has ended");
		visit_free(visit);
	}
	if (http->evhttp != NULL)
		evhttp_free(http->evhttp);
	guests_free(http->guests);
	free(http);
}
