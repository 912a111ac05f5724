/* SPDX-License-Identifier: ISC */
#include "check/gate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/fingerprint.h"
#include "probe/probe.h"

static const char *
or_dash(const char *text)
{
	return text == NULL ? "-" : text;
}

/*
 * What peers have a say in stands in full: an address and one name are
 * shorter than this. Only of our own words, at the end, a hash may be left.
 */
void
probe_key(const struct probe_target *target, char key[GATE_KEY_MAX])
{
	static const struct fingerprint_secret alike_everywhere;
	char own[1024];
	int len = snprintf(key, GATE_KEY_MAX, "%s %u %s %s %u %s ", target->ip,
	    target->port, target->implicit_tls ? "implicit" : "starttls",
	    target->all_certs ? "all" : "default", target->attempt,
	    or_dash(target->sni));
	size_t at =
	    len < 0 || len >= GATE_KEY_MAX ? GATE_KEY_MAX - 1 : (size_t)len;
	size_t room = GATE_KEY_MAX - at;

	snprintf(own, sizeof(own), "%s %s %s", or_dash(target->helo),
	    or_dash(target->mail_from), or_dash(target->mail_to));
	if ((size_t)snprintf(key + at, room, "%s", own) < room)
		return;
	snprintf(key + at, room, "#%016" PRIx64,
	    fingerprint_of(&alike_everywhere, own, strlen(own)).a);
}

void
probe_endpoint(
    const struct probe_target *target, char endpoint[GATE_ENDPOINT_MAX])
{
	snprintf(endpoint, GATE_ENDPOINT_MAX, "%s %u %u", target->ip,
	    target->port, target->attempt);
}
