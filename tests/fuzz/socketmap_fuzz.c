/* SPDX-License-Identifier: ISC */
/* What a connection of the socketmap says: frames, requests, next hops. */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "serve/netstring.h"
#include "serve/socketmap.h"

/* A next hop that was understood reads the same again. */
static void
check_hop(struct arena *arena, const struct nexthop *hop)
{
	struct nexthop again = { 0 };
	const char *why;

	fuzz_printable(hop->domain);
	assert(strchr(hop->domain, ' ') == NULL);
	assert(hop->is_address || strchr(hop->domain, '.') != NULL);
	assert(nexthop_parse(
	    arena, hop->domain, strlen(hop->domain), &again, &why));
	assert(strcmp(again.domain, hop->domain) == 0);
	assert(again.is_address == hop->is_address && again.port == 0);
}

static void
check_reply(enum socketmap_status status, const char *text)
{
	struct netstring found = { 0 };
	struct buf out = { 0 };

	socketmap_reply(status, text, &out);
	assert(netstring_decode(out.bytes, out.len, 1024, &found) ==
	    NETSTRING_READY);
	assert(found.taken == out.len);
	fuzz_printable(buf_text(&out));
	buf_finish(&out);
}

static void
check_request(const char *text, size_t len)
{
	struct arena *arena = arena_new();
	struct socketmap_request request = { 0 };
	const char *why = NULL;
	enum socketmap_status status =
	    socketmap_parse(arena, text, len, &request, &why);

	if (status == SOCKETMAP_OK) {
		check_hop(arena, &request.hop);
		assert(!request.hop.is_address);
		check_reply(status, request.hop.domain);
	} else {
		assert(
		    status == SOCKETMAP_NOTFOUND || status == SOCKETMAP_PERM);
		assert(why != NULL);
		fuzz_printable(why);
		check_reply(status, why);
	}
	arena_unref(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *text = (const char *)bytes;
	struct netstring found;

	check_request(text, len);
	while (netstring_decode(text, len, SOCKETMAP_REQUEST_MAX, &found) ==
	    NETSTRING_READY) {
		struct buf again = { 0 };

		assert(found.taken <= len && found.len < found.taken);
		assert(found.taken - found.len <= NETSTRING_FRAME);
		/* There is one way to write it, and a byte less is not it. */
		netstring_encode(found.text, found.len, &again);
		assert(again.len == found.taken);
		assert(memcmp(again.bytes, text, again.len) == 0);
		assert(netstring_decode(text, found.taken - 1,
			   SOCKETMAP_REQUEST_MAX, &found) == NETSTRING_MORE);
		buf_finish(&again);
		check_request(found.text, found.len);
		text += found.taken;
		len -= found.taken;
	}
	return 0;
}
