/* SPDX-License-Identifier: ISC */
#include "base/mailbox.h"

#include <stddef.h>
#include <string.h>

enum { LOCAL_MAX = 64, DOMAIN_MAX = 255 };

static const char *
find_fault(const char *address)
{
	size_t len = strlen(address);
	const char *at = strrchr(address, '@');

	if (len > MAILBOX_MAX)
		return "it is too long";
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)address[i] > '~')
			return "it must be ASCII; write the domain as xn--";
		if (address[i] <= ' ')
			return "it holds a space or a control character";
		if (address[i] == '<' || address[i] == '>')
			return "write it without angle brackets";
	}
	if (at == NULL || at == address || at[1] == '\0')
		return "write it as name@domain";
	if (at - address > LOCAL_MAX)
		return "more than 64 characters stand before the @";
	if (strlen(at + 1) > DOMAIN_MAX)
		return "more than 255 characters stand behind the @";
	return NULL;
}

bool
mailbox_check(const char *address, const char **why)
{
	const char *fault = find_fault(address);

	if (fault != NULL)
		*why = fault;
	return fault == NULL;
}

bool
mailbox_is_null(const char *address)
{
	return strcmp(address, "<>") == 0;
}
