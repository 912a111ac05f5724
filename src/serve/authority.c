/* SPDX-License-Identifier: ISC */
#include "serve/authority.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_TEXT 255

/* The host alone; false: it is none. */
static bool
take_host(const char *text, char host[static NAME_MAX_TEXT + 1])
{
	bool bracket = text[0] == '[';
	const char *begin = bracket ? text + 1 : text;
	size_t len = strcspn(begin, bracket ? "]" : ":");
	const char *rest = begin + len;

	if (len == 0 || len > NAME_MAX_TEXT || (bracket && *rest != ']'))
		return false;
	if (bracket)
		rest++;
	if (*rest == ':')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (*rest != '\0')
		return false;
	memcpy(host, begin, len);
	host[len] = '\0';
	/* "example.com." is the same name. */
	if (!bracket && len > 1 && host[len - 1] == '.')
		host[len - 1] = '\0';
	return true;
}

static bool
is_address(const char *host)
{
	unsigned char address[16];

	return inet_pton(AF_INET, host, address) == 1 ||
	    inet_pton(AF_INET6, host, address) == 1;
}

static bool
is_local(const char *host)
{
	static const char local[] = "localhost";
	size_t len = strlen(host), tail = sizeof(local) - 1;

	return len >= tail && strcasecmp(host + len - tail, local) == 0 &&
	    (len == tail || host[len - tail - 1] == '.');
}

bool
authority_is_ours(const char *host, const char *const *names, size_t n_names)
{
	char name[NAME_MAX_TEXT + 1];

	if (host == NULL)
		return true;
	if (!take_host(host, name))
		return false;
	for (size_t i = 0; i < n_names; i++) {
		if (strcasecmp(name, names[i]) == 0)
			return true;
	}
	return is_address(name) || is_local(name);
}
