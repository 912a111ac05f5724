/* SPDX-License-Identifier: ISC */
#include "dns/reason.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/text.h"

/* After "WORD <question>: ", or NULL. */
static const char *
after_question(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *end;

	if (strncmp(text, word, len) != 0 || strncmp(text + len, " <", 2) != 0)
		return NULL;
	end = strstr(text + len, ">:");
	if (end == NULL)
		return NULL;
	for (end += 2; *end == ' '; end++)
		;
	return end;
}

/*
 * A zone whose keys were found bad a moment ago is reported as "key for
 * validation D is marked as invalid because of a previous validation failure
 * <...>: why": what matters stands behind the last of these.
 */
static const char *
skip_prefixes(const char *text)
{
	const char *rest = text, *next;

	for (const char *c = text; *c != '\0'; c++) {
		next = after_question(c, "validation failure");
		if (next == NULL)
			next = after_question(c, "SERVFAIL");
		if (next != NULL && *next != '\0')
			rest = next;
	}
	return rest;
}

/* The first of these that text begins with is put in our words. */
static const char *
rephrase(const char *text, const char **rest)
{
	static const struct {
		const char *theirs, *ours;
	} phrases[] = {
		{ "all the configured stub or forward servers failed, at "
		  "zone . ",
		    "the resolver forwarded to failed: " },
		{ "all servers for this domain failed, at zone ",
		    "all name servers failed for the zone " },
		{ "request has exceeded the maximum number restarts "
		  "(eg. indirections)",
		    "the CNAME records run on for too long or in a circle," },
	};

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		size_t len = strlen(phrases[i].theirs);

		if (strncmp(text, phrases[i].theirs, len) == 0) {
			*rest = text + len;
			return phrases[i].ours;
		}
	}
	*rest = text;
	return "";
}

/* libunbound names the server it asked last, even if there was none. */
static const char *
skip_nobody(const char *text)
{
	static const char nobody[] = "from (inet_ntop_error)";

	return strncmp(text, nobody, strlen(nobody)) == 0
	    ? text + strlen(nobody)
	    : text;
}

/* "from a and a and a": it was asked several times. */
static void
drop_repeated(char *text)
{
	static const char and[] = " and ";
	char *from = text, *begin, *end;

	while ((end = strstr(from, and)) != NULL) {
		char *next = end + strlen(and);
		size_t len;

		begin = end;
		while (begin > text && begin[-1] != ' ')
			begin--;
		len = (size_t)(end - begin);
		if (len > 0 && strncmp(begin, next, len) == 0 &&
		    (next[len] == ' ' || next[len] == '\0'))
			memmove(end, next + len, strlen(next + len) + 1);
		else
			from = end + 1;
	}
}

char *
reason_shorten(struct arena *arena, const char *text)
{
	static const char chain[] = " while building chain of trust";
	const char *in, *begin;
	char *copy, *out;
	size_t len;

	if (text == NULL)
		return NULL;
	begin = rephrase(skip_prefixes(text), &in);
	copy = arena_printf(arena, "%s%s", begin, in);
	if (copy == NULL)
		return NULL;
	in = copy;
	/* White space, newlines too, becomes one space each. */
	out = copy;
	while (*in != '\0') {
		const char *rest = skip_nobody(in);

		if (rest != in) {
			in = rest;
			continue;
		}
		if (!isspace((unsigned char)*in))
			*out++ = *in;
		else if (out > copy && out[-1] != ' ')
			*out++ = ' ';
		in++;
	}
	while (out > copy && out[-1] == ' ')
		out--;
	*out = '\0';
	drop_repeated(copy);
	len = strlen(copy);
	if (len > strlen(chain) &&
	    strcmp(copy + len - strlen(chain), chain) == 0)
		copy[len - strlen(chain)] = '\0';
	return *copy == '\0' ? NULL
			     : text_printable_str(arena, copy, REASON_MAX);
}

/*
 * What libunbound says, and we at the self-test and the deadline; the first
 * that fits counts.
 */
static const struct {
	enum danelaw_dns_cause cause;
	const char *patterns[8]; /* up to a NULL */
} causes[] = {
	{ DANELAW_DNS_CLOCK, { "signatures of the root zone are not valid" } },
	{ DANELAW_DNS_ANCHOR, { "trust anchor" } },
	{ DANELAW_DNS_EXPIRED, { "signature expired", "has expired" } },
	{ DANELAW_DNS_NOT_YET_VALID, { "inception date", "not yet valid" } },
	{ DANELAW_DNS_ITERATIONS, { "iteration" } },
	{ DANELAW_DNS_ALGORITHM,
	    { "algorithm refused", "unsupported algorithm",
		"supported algorithms" } },
	{ DANELAW_DNS_LOOP, { "restarts", "loop", "in a circle" } },
	{ DANELAW_DNS_DENIAL,
	    { "nsec", "denial", "proof", "prove", "no dnssec records",
		"no ds" } },
	{ DANELAW_DNS_UNSIGNED,
	    { "no signatures", "signature missing", "missing signature",
		"no rrsig" } },
	{ DANELAW_DNS_MISMATCH,
	    { "verification failed", "crypto failed", "mismatch", "dnskey",
		"unknown keys", "no keys have a ds", "matches ds" } },
	{ DANELAW_DNS_TIMEOUT, { "timed out", "timeout", "no answer came" } },
};

/*
 * The validator's words without the names in them: proofpoint.com is no
 * proof. Names are written with a dot, and not only at their end.
 */
static void
drop_names(const char *why, char *words, size_t room)
{
	size_t len = 0, n;

	*words = '\0';
	while (why != NULL && *why != '\0' && len < room) {
		n = strcspn(why, " ");
		if (n < 2 || memchr(why, '.', n - 1) == NULL)
			len += (size_t)snprintf(
			    words + len, room - len, "%.*s ", (int)n, why);
		why += n + strspn(why + n, " ");
	}
}

static enum danelaw_dns_cause
cause_of(const char *words)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		for (const char *const *p = causes[i].patterns; *p != NULL; p++)
			if (strcasestr(words, *p) != NULL)
				return causes[i].cause;
	}
	return DANELAW_DNS_UNTOLD;
}

enum danelaw_dns_cause
reason_cause(const char *why)
{
	char words[1024];
	enum danelaw_dns_cause cause;

	drop_names(why, words, sizeof(words));
	cause = cause_of(words);
	/* The root's own signatures: it is hardly the root that is wrong. */
	if (cause == DANELAW_DNS_ANCHOR &&
	    (strcasestr(words, "signature expired") != NULL ||
		strcasestr(words, "inception date") != NULL))
		return DANELAW_DNS_CLOCK;
	return cause;
}

bool
reason_parse_log(const char *line, const char **question, size_t *question_len,
    const char **text)
{
	static const char word[] = "SERVFAIL <";
	const char *start = strstr(line, word), *end;

	if (start == NULL)
		return false;
	start += strlen(word);
	end = strstr(start, ">:");
	if (end == NULL)
		return false;
	*question = start;
	*question_len = (size_t)(end - start);
	for (end += 2; *end == ' '; end++)
		;
	*text = end;
	return true;
}

/* Takes one octet of a name in presentation form: "a", "\." or "\032". */
static const char *
name_octet(const char *name, unsigned char *octet)
{
	if (name[0] != '\\' || name[1] == '\0') {
		*octet = (unsigned char)*name;
		return name + 1;
	}
	if (isdigit((unsigned char)name[1]) &&
	    isdigit((unsigned char)name[2]) &&
	    isdigit((unsigned char)name[3])) {
		*octet = (unsigned char)((name[1] - '0') * 100 +
		    (name[2] - '0') * 10 + name[3] - '0');
		return name + 4;
	}
	*octet = (unsigned char)name[1];
	return name + 2;
}

static bool
is_plain(unsigned char octet)
{
	return octet < 0x80 &&
	    (isalnum(octet) || octet == '-' || octet == '_' || octet == '*');
}

bool
reason_is_about(
    const char *question, size_t len, const char *name, const char *type)
{
	const char *q = question, *end = question + len;
	size_t type_len = strlen(type);
	unsigned char octet;

	while (*name != '\0') {
		bool dot = *name == '.';

		name = name_octet(name, &octet);
		if (q == end)
			return false;
		if (!dot && !is_plain(octet))
			octet = '?';
		if (tolower((unsigned char)*q) != tolower(octet))
			return false;
		q++;
	}
	if (end - q < 2 || *q++ != '.' || *q++ != ' ')
		return false;
	return (size_t)(end - q) > type_len &&
	    strncmp(q, type, type_len) == 0 && q[type_len] == ' ';
}

/* FNV-1a, without regard to case. */
static size_t
slot_of(const char *name, int type)
{
	uint32_t hash = 2166136261u ^ (uint32_t)type;

	for (; *name != '\0'; name++) {
		hash ^= (uint32_t)tolower((unsigned char)*name);
		hash *= 16777619u;
	}
	return hash % REASON_SLOTS;
}

static void
slot_finish(struct reason_slot *slot)
{
	free(slot->name);
	free(slot->text);
	*slot = (struct reason_slot) { 0 };
}

void
reason_remember(
    struct reason_memory *memory, const char *name, int type, const char *text)
{
	struct reason_slot *slot = &memory->slots[slot_of(name, type)];

	slot_finish(slot);
	slot->name = strdup(name);
	slot->text = strndup(text, 4 * REASON_MAX);
	slot->type = type;
	if (slot->name == NULL || slot->text == NULL)
		slot_finish(slot);
}

const char *
reason_recall(const struct reason_memory *memory, const char *name, int type)
{
	const struct reason_slot *slot = &memory->slots[slot_of(name, type)];

	if (slot->name == NULL || slot->type != type ||
	    strcasecmp(slot->name, name) != 0)
		return NULL;
	return slot->text;
}

bool
reason_is_from_cache(const char *text)
{
	return strcasestr(text, "in cache") != NULL;
}

void
reason_memory_finish(struct reason_memory *memory)
{
	for (size_t i = 0; i < REASON_SLOTS; i++)
		slot_finish(&memory->slots[i]);
}
