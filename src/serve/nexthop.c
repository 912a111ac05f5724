/* SPDX-License-Identifier: ISC */
#include "serve/nexthop.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/name.h"

bool
nexthop_port(const char *text, uint16_t *port)
{
	unsigned value = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] < '0' || text[i] > '9' || i >= 5)
			return false;
		value = value * 10 + (unsigned)(text[i] - '0');
	}
	if (value == 0 || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

static bool
find_service(const char *text, uint16_t *port)
{
	static const struct {
		const char *name;
		uint16_t port;
	} services[] = {
		{ "smtp", 25 },
		{ "submission", 587 },
		{ "submissions", 465 },
		{ "smtps", 465 },
	};

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (strcasecmp(text, services[i].name) == 0) {
			*port = services[i].port;
			return true;
		}
	}
	return nexthop_port(text, port);
}

/*
 * Cuts ":port" off. A colon in brackets is part of an address, and so is
 * each of several behind none.
 */
static bool
split_port(char *text, uint16_t *port, const char **why)
{
	char *end = text[0] == '[' ? strrchr(text, ']') : text;
	char *colon = end != NULL ? strchr(end, ':') : NULL;

	*port = 0;
	if (colon == NULL)
		return true;
	if (text[0] != '[' && name_is_address(text)) {
		*why = "an address must stand in brackets";
		return false;
	}
	if (!find_service(colon + 1, port)) {
		*why = "no port or service that is known stands behind the "
		       "colon";
		return false;
	}
	*colon = '\0';
	return true;
}

static bool
parse_bracketed(struct arena *arena, const char *text, struct nexthop *hop,
    const char **why)
{
	char *inside = NULL;

	if (!name_unbracket(arena, text, &inside, why))
		return false;
	hop->is_address = name_is_address(inside);
	hop->domain = arena_printf(arena,
	    hop->is_address && strchr(inside, ':') != NULL ? "[IPv6:%s]"
							   : "[%s]",
	    inside);
	return true;
}

static bool
parse_plain(struct arena *arena, const char *text, struct nexthop *hop,
    const char **why)
{
	if (name_is_address(text)) {
		*why = "an address must stand in brackets";
		return false;
	}
	if (text[0] == '.') {
		*why = "this stands for the names below it, and is none";
		return false;
	}
	hop->domain = name_parse(arena, text, why);
	return hop->domain != NULL;
}

bool
nexthop_parse(struct arena *arena, const char *text, size_t len,
    struct nexthop *hop, const char **why)
{
	struct nexthop found = { 0 };
	char *copy;

	*why = "out of memory";
	if (len == 0 || len > NEXTHOP_MAX) {
		*why =
		    len == 0 ? "no domain is named" : "too long for a domain";
		return false;
	}
	if (memchr(text, '\0', len) != NULL) {
		*why = "no domain has a zero byte in it";
		return false;
	}
	copy = arena_alloc(arena, len + 1);
	if (copy == NULL)
		return false;
	memcpy(copy, text, len);
	if (!split_port(copy, &found.port, why))
		return false;
	if (copy[0] == '[' ? !parse_bracketed(arena, copy, &found, why)
			   : !parse_plain(arena, copy, &found, why))
		return false;
	if (found.domain == NULL) {
		*why = "out of memory";
		return false;
	}
	/* RFC 7085; and Postfix may complete it to another name. */
	if (strchr(found.domain, '.') == NULL && !found.is_address) {
		*why = "a name of one label is no mail domain";
		return false;
	}
	*hop = found;
	return true;
}
