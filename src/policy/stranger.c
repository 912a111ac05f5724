/* SPDX-License-Identifier: ISC */
#include "policy/stranger.h"

#include <ctype.h>
#include <string.h>

#include "base/name.h"
#include "base/owner.h"

/* The first word behind a reply code, if it is the name of a host. */
static const char *
first_name(struct arena *arena, const char *text)
{
	size_t len = strcspn(text, " ");
	bool dot = false, letter = false;
	char *name;

	if (len == 0 || len > NAME_MAX_LEN)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (!isalnum(c) && c != '-' && c != '.')
			return NULL;
		dot = dot || (c == '.' && i > 0 && i + 1 < len);
		letter = letter || isalpha(c);
	}
	if (!dot || !letter)
		return NULL;
	name = arena_memdup(arena, text, len + 1);
	if (name == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++)
		name[i] = (char)tolower((unsigned char)name[i]);
	name[len] = '\0';
	return name;
}

static bool
is_of(const char *owner, const char *name)
{
	return name != NULL && name_equal(owner, owner_of(name));
}

const char *
stranger_name(struct arena *arena, const struct danelaw_report *report,
    const struct danelaw_host *host, const struct danelaw_smtp *smtp)
{
	const char *banner, *ehlo, *owner;

	if (smtp->banner == NULL || strlen(smtp->banner) < 5 ||
	    smtp->banner[0] != '2' || smtp->n_ehlo == 0 ||
	    smtp->ehlo[0] == NULL)
		return NULL;
	banner = first_name(arena, smtp->banner + 4);
	ehlo = first_name(arena, smtp->ehlo[0]);
	if (banner == NULL || ehlo == NULL)
		return NULL;
	owner = owner_of(banner);
	if (!is_of(owner, ehlo) || is_of(owner, host->name) ||
	    is_of(owner, host->tlsa.base) || is_of(owner, report->domain))
		return NULL;
	return banner;
}
