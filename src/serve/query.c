/* SPDX-License-Identifier: ISC */
#include "serve/query.h"

#include <string.h>

#include "base/arena.h"

/* One argument, decoded. */
struct argument {
	char *key, *value;
};

struct reader {
	struct arena *arena;
	struct query query;
	bool has_domain, has_port, has_tls; /* to tell what comes twice */
	uint16_t port;
	const char *why;
};

static const struct {
	const char *path;
	enum query_path meaning;
	const char *domain_key; /* NULL: takes no arguments */
} paths[] = {
	{ "/", QUERY_PAGE, NULL },
	{ "/healthz", QUERY_HEALTHZ, NULL },
	{ "/metrics", QUERY_METRICS, NULL },
	{ "/probe", QUERY_PROBE, "target" },
	{ "/check", QUERY_CHECK, "domain" },
};

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* In place; NULL: not well formed. */
static const char *
decode(char *text)
{
	char *to = text;

	for (const char *c = text; *c != '\0'; c++) {
		int high, low;

		if (*c != '%') {
			*to++ = *c == '+' ? ' ' : *c;
			continue;
		}
		high = digit_of(c[1]);
		low = high < 0 ? -1 : digit_of(c[2]);
		if (low < 0)
			return "a percent sign without two hex digits";
		if (high == 0 && low == 0)
			return "a zero byte";
		*to++ = (char)(high << 4 | low);
		c += 2;
	}
	*to = '\0';
	return NULL;
}

static bool
take_domain(struct reader *reader, const char *value)
{
	if (reader->has_domain) {
		reader->why = "the domain is named twice";
		return false;
	}
	reader->has_domain = true;
	return nexthop_parse(reader->arena, value, strlen(value),
	    &reader->query.hop, &reader->why);
}

static bool
take_port(struct reader *reader, const char *value)
{
	if (reader->has_port) {
		reader->why = "the port is named twice";
		return false;
	}
	reader->has_port = true;
	if (!nexthop_port(value, &reader->port)) {
		reader->why = "a port is a number from 1 to 65535";
		return false;
	}
	return true;
}

static bool
take_tls(struct reader *reader, const char *value)
{
	if (reader->has_tls) {
		reader->why = "tls, or module, is named twice";
		return false;
	}
	reader->has_tls = true;
	reader->query.implicit_tls = strcmp(value, "implicit") == 0;
	if (!reader->query.implicit_tls && strcmp(value, "starttls") != 0) {
		reader->why = "tls and module are starttls or implicit";
		return false;
	}
	return true;
}

static bool
take_fail(struct reader *reader, const char *value)
{
	static const enum danelaw_state states[] = { DANELAW_STATE_WARNING,
		DANELAW_STATE_CRITICAL, DANELAW_STATE_UNKNOWN };

	if (reader->query.fail != DANELAW_STATE_OK) {
		reader->why = "fail is named twice";
		return false;
	}
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcmp(value, danelaw_state_word(states[i])) == 0)
			reader->query.fail = states[i];
	}
	if (reader->query.fail == DANELAW_STATE_OK)
		reader->why = "fail is critical, warning or unknown";
	return reader->query.fail != DANELAW_STATE_OK;
}

bool
query_fails(const struct query *query, enum danelaw_state state)
{
	switch (query->fail) {
	case DANELAW_STATE_OK:
		break;
	case DANELAW_STATE_WARNING:
		return state == DANELAW_STATE_WARNING ||
		    state == DANELAW_STATE_CRITICAL;
	case DANELAW_STATE_CRITICAL:
		return state == DANELAW_STATE_CRITICAL;
	case DANELAW_STATE_UNKNOWN:
		return state != DANELAW_STATE_OK;
	}
	return false;
}

static bool
take_argument(struct reader *reader, const char *domain_key,
    const struct argument *argument)
{
	if (strcmp(argument->key, domain_key) == 0)
		return take_domain(reader, argument->value);
	if (strcmp(argument->key, "port") == 0)
		return take_port(reader, argument->value);
	if (strcmp(argument->key, "tls") == 0 ||
	    (strcmp(argument->key, "module") == 0 &&
		reader->query.path == QUERY_PROBE))
		return take_tls(reader, argument->value);
	if (strcmp(argument->key, "fail") == 0 &&
	    reader->query.path == QUERY_CHECK)
		return take_fail(reader, argument->value);
	reader->why = "there is no such argument";
	return false;
}

/* rest is what args points to, cut up. */
static bool
take_all(struct reader *reader, const char *domain_key, char *rest)
{
	while (rest != NULL) {
		struct argument argument = { .key = strsep(&rest, "&") };

		if (argument.key[0] == '\0')
			continue; /* "a=1&" and "&&" say nothing */
		argument.value = strchr(argument.key, '=');
		if (argument.value == NULL) {
			reader->why = "an argument without a value";
			return false;
		}
		*argument.value++ = '\0';
		reader->why = decode(argument.key);
		if (reader->why == NULL)
			reader->why = decode(argument.value);
		if (reader->why != NULL ||
		    !take_argument(reader, domain_key, &argument))
			return false;
	}
	return true;
}

/* What needs all arguments to be known. */
static bool
conclude(struct reader *reader)
{
	struct query *query = &reader->query;

	if (!reader->has_domain) {
		reader->why = query->path == QUERY_PROBE ? "target= is missing"
							 : "domain= is missing";
		return false;
	}
	if (reader->has_port) {
		if (query->hop.port != 0 && query->hop.port != reader->port) {
			reader->why = "two ports are named";
			return false;
		}
		query->hop.port = reader->port;
	}
	query->has_tls = reader->has_tls;
	/* RFC 8314 section 3.3: nothing else is spoken there. */
	if (!query->has_tls && query->hop.port == 465)
		query->has_tls = query->implicit_tls = true;
	return true;
}

int
query_parse(struct arena *arena, const char *path, const char *args,
    struct query *query, const char **why)
{
	struct reader reader = { .arena = arena };
	const char *domain_key = NULL;
	char *copy;

	if (args == NULL)
		args = "";
	if (strlen(path) + strlen(args) > QUERY_MAX) {
		*why = "the address is too long";
		return 414;
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (strcmp(path, paths[i].path) != 0)
			continue;
		reader.query.path = paths[i].meaning;
		domain_key = paths[i].domain_key;
	}
	if (reader.query.path == QUERY_NOWHERE) {
		*why = "there is nothing here; /probe, /check, /metrics and "
		       "/healthz are";
		return 404;
	}
	if (domain_key == NULL) {
		/* Load balancers and browsers may add what they like. */
		*query = reader.query;
		return 200;
	}
	copy = arena_strdup(arena, args);
	if (copy == NULL) {
		*why = "out of memory";
		return 503;
	}
	if (!take_all(&reader, domain_key, copy) || !conclude(&reader)) {
		*why = reader.why;
		return arena_failed(arena) ? 503 : 400;
	}
	*query = reader.query;
	return 200;
}
