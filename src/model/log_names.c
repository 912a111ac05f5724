/* SPDX-License-Identifier: ISC */
/*
 * Names out of a line. Postfix and sendmail write to=<user@DOMAIN> and
 * relay=HOST[ADDRESS], Exim "== user@DOMAIN R=... H=HOST [ADDRESS]"; words of
 * them speak "for HOST:25", "by host HOST[ADDRESS]", "for name=DOMAIN". A
 * name that could not be in the DNS, or that stands alone as an address, is
 * none.
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/name.h"
#include "model/log.h"

static bool
is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '.' || c == '_';
}

/* NULL: not the name of a host or mail domain. */
static const char *
take(struct arena *arena, const char *from, const char *end)
{
	char text[NAME_MAX_LEN + 2], *name;
	size_t len = (size_t)(end - from);

	if (len == 0 || len >= sizeof(text) || !isalnum((unsigned char)*from))
		return NULL;
	memcpy(text, from, len);
	text[len] = '\0';
	if (name_is_address(text))
		return NULL;
	name = name_parse(arena, text, NULL);
	/* "12:00:01.123 [7]" is a time. */
	if (name == NULL || strrchr(name, '.') == NULL ||
	    !isalpha((unsigned char)strrchr(name, '.')[1]))
		return NULL;
	return name;
}

static const char *
skip_name(const char *at)
{
	while (is_name_char(*at))
		at++;
	return at;
}

/* The name behind the mark, as far as it goes. */
static const char *
behind(struct arena *arena, const char *line, const char *mark)
{
	for (const char *at = line; (at = strstr(at, mark)) != NULL;) {
		const char *name;

		at += strlen(mark);
		name = take(arena, at, skip_name(at));
		if (name != NULL)
			return name;
	}
	return NULL;
}

/* The domain of the mailbox behind the mark. */
static const char *
mailbox_behind(struct arena *arena, const char *line, const char *mark)
{
	for (const char *at = line; (at = strstr(at, mark)) != NULL;) {
		const char *end, *local;
		const char *name = NULL;

		at += strlen(mark);
		end = at + strcspn(at, " <>,;\t\n");
		local = memchr(at, '@', (size_t)(end - at));
		if (local != NULL)
			name = take(arena, local + 1, skip_name(local + 1));
		if (name != NULL)
			return name;
	}
	return NULL;
}

/* The first "HOST[ADDRESS]" or "HOST [ADDRESS]". */
static const char *
before_address(struct arena *arena, const char *line)
{
	for (const char *at = line; (at = strchr(at, '[')) != NULL; at++) {
		const char *end = at, *from, *name;

		if (!isxdigit((unsigned char)at[1]) &&
		    strncmp(at + 1, "IPv6:", 5) != 0)
			continue;
		if (end > line && end[-1] == ' ')
			end--;
		from = end;
		while (from > line && is_name_char(from[-1]))
			from--;
		name = take(arena, from, end);
		if (name != NULL)
			return name;
	}
	return NULL;
}

struct log_names
log_names(struct arena *arena, const char *line)
{
	static const char *const mailboxes[] = { " to=<", "to=<",
		" to=", "== ", "=> ", "** ", "-> ", "rcpt=<" };
	static const char *const hosts[] = { "relay=", "H=", "by host ",
		"host ", "error for ", "failed for ", "error to ", "mx=" };
	struct log_names names = { NULL, NULL };
	char start[LOG_MAX];
	size_t len = strnlen(line, sizeof(start) - 1);

	memcpy(start, line, len);
	start[len] = '\0';
	for (size_t i = 0; names.domain == NULL &&
	     i < sizeof(mailboxes) / sizeof(mailboxes[0]);
	     i++)
		names.domain = mailbox_behind(arena, start, mailboxes[i]);
	names.host = before_address(arena, start);
	for (size_t i = 0;
	     names.host == NULL && i < sizeof(hosts) / sizeof(hosts[0]); i++)
		names.host = behind(arena, start, hosts[i]);
	if (names.domain == NULL)
		names.domain = behind(arena, start, "error for name=");
	return names;
}
