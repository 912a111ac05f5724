/* SPDX-License-Identifier: ISC */
#include "serve/socketmap.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "serve/netstring.h"

static bool
is_map(const char *text, size_t len, const char *name)
{
	return len == strlen(name) && strncasecmp(text, name, len) == 0;
}

enum socketmap_status
socketmap_parse(struct arena *arena, const char *text, size_t len,
    struct socketmap_request *request, const char **why)
{
	const char *space = memchr(text, ' ', len);
	size_t map = space != NULL ? (size_t)(space - text) : len;
	struct socketmap_request found = { 0 };

	found.tlsrpt = is_map(text, map, "QUERYwithTLSRPT");
	if (!found.tlsrpt && !is_map(text, map, "QUERY")) {
		*why = "there is no such map; QUERY and QUERYwithTLSRPT are";
		return SOCKETMAP_PERM;
	}
	if (space == NULL) {
		*why = "a key must stand behind the name of the map";
		return SOCKETMAP_PERM;
	}
	if (!nexthop_parse(arena, space + 1, len - map - 1, &found.hop, why))
		return arena_failed(arena) ? SOCKETMAP_TEMP
					   : SOCKETMAP_NOTFOUND;
	if (found.hop.is_address) {
		/* RFC 7672 section 2.2: without a name there is no TLSA. */
		*why = "an address has no TLSA records";
		return SOCKETMAP_NOTFOUND;
	}
	*request = found;
	return SOCKETMAP_OK;
}

void
socketmap_reply(enum socketmap_status status, const char *text, struct buf *out)
{
	static const char *const words[] = {
		[SOCKETMAP_TEMP] = "TEMP ",
		[SOCKETMAP_OK] = "OK ",
		[SOCKETMAP_NOTFOUND] = "NOTFOUND ",
		[SOCKETMAP_TIMEOUT] = "TIMEOUT ",
		[SOCKETMAP_PERM] = "PERM ",
	};
	char line[sizeof("NOTFOUND ") + SOCKETMAP_TEXT_MAX];
	size_t len = strlen(words[status]);

	memcpy(line, words[status], len);
	if (text == NULL)
		text = "";
	for (size_t i = 0; text[i] != '\0' && i < SOCKETMAP_TEXT_MAX; i++)
		line[len++] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	netstring_encode(line, len, out);
}
