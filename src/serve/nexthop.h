/* SPDX-License-Identifier: ISC */
/*
 * nexthop.h - where mail goes next, in the words of Postfix's transport(5).
 *
 *	example.com  example.com:587  [mx.example.com]  [mx.example.com]:smtp
 *	[192.0.2.1]  [IPv6:2001:db8::1]:25
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* The longest that is looked at; domains may be UTF-8 here. */
#define NEXTHOP_MAX 1024

struct nexthop {
	/* A-labels in lower case, "[...]" kept, as danelaw_request has it. */
	const char *domain;
	uint16_t port;   /* 0: none was given */
	bool is_address; /* an address stands in the brackets */
};

/* "1" to "65535", in no more than five digits. */
bool nexthop_port(const char *text, uint16_t *port);

/*
 * text need not end in NUL. False where it names no next hop, with *why a
 * static sentence without the full stop: an address without brackets, a name
 * of one label, ".example.com", "user@example.com", a service that is not one
 * of smtp, submission, submissions and smtps.
 */
bool nexthop_parse(struct arena *arena, const char *text, size_t len,
    struct nexthop *hop, const char **why);
