/* SPDX-License-Identifier: ISC */
#include "base/name.h"

#include <arpa/inet.h>
#include <idn2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"

#define LABEL_MAX 63
#define INPUT_MAX 4096 /* bytes of UTF-8; far more than any name needs */

static bool
fail(const char **why, const char *reason)
{
	if (why != NULL)
		*why = reason;
	return false;
}

static bool
is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_';
}

/* Checks A-labels in lower case, without a dot at the end. */
static bool
check_labels(const char *name, const char **why)
{
	size_t len = strlen(name), label = 0;

	if (len == 0)
		return fail(why, "the name is empty");
	if (len > NAME_MAX_LEN)
		return fail(why, "the name is longer than 253 characters");
	for (size_t i = 0; i <= len; i++) {
		if (i < len && name[i] != '.') {
			if (!is_label_char(name[i]))
				return fail(why,
				    "the name has a character that no host "
				    "name can have");
			label++;
			continue;
		}
		if (label == 0)
			return fail(why, "the name has an empty label");
		if (label > LABEL_MAX)
			return fail(
			    why, "a label is longer than 63 characters");
		if (name[i - 1] == '-' || name[i - label] == '-')
			return fail(
			    why, "a label begins or ends with a hyphen");
		label = 0;
	}
	return true;
}

static void
lower(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
	}
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text >= 0x80)
			return false;
	}
	return true;
}

/* The length without one dot at the end; one after a backslash is no end. */
static size_t
undotted_len(const char *name)
{
	size_t len = strlen(name), escapes = 0;

	if (len == 0 || name[len - 1] != '.')
		return len;
	while (escapes < len - 1 && name[len - 2 - escapes] == '\\')
		escapes++;
	return escapes % 2 == 0 ? len - 1 : len;
}

/* A copy without the dot at the end. */
static char *
copy_undotted(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	if (copy != NULL)
		copy[undotted_len(copy)] = '\0';
	return copy;
}

/*
 * Label by label: an ASCII one is a name of the DNS as it stands, and no
 * business of IDNA, which knows "--" in third place in its own labels alone.
 */
static bool
to_ascii(const char *text, struct buf *out)
{
	char label[INPUT_MAX + 1], *ascii;

	for (;;) {
		size_t len = strcspn(text, ".");

		memcpy(label, text, len);
		label[len] = '\0';
		if (is_ascii(label)) {
			buf_puts(out, label);
		} else {
			if (idn2_to_ascii_8z(label, &ascii,
				IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) !=
			    IDN2_OK)
				return false;
			buf_puts(out, ascii);
			idn2_free(ascii);
		}
		text += len;
		if (*text == '\0')
			return !buf_failed(out);
		buf_puts(out, ".");
		text++;
	}
}

char *
name_parse(struct arena *arena, const char *text, const char **why)
{
	struct buf ascii = { 0 };
	char *name;

	if (strlen(text) > INPUT_MAX) {
		fail(why, "the name is longer than 253 characters");
		return NULL;
	}
	if (is_ascii(text)) {
		name = copy_undotted(arena, text);
	} else {
		if (!to_ascii(text, &ascii)) {
			buf_finish(&ascii);
			fail(why, "the name is no valid international name");
			return NULL;
		}
		name = copy_undotted(arena, buf_text(&ascii));
		buf_finish(&ascii);
	}
	if (name == NULL) {
		fail(why, "out of memory");
		return NULL;
	}
	lower(name);
	if (name_is_address(name)) {
		fail(why, "an address is no domain; write it in brackets");
		return NULL;
	}
	return check_labels(name, why) ? name : NULL;
}

/* The characters of one octet in presentation form (RFC 1035 s. 5.1); 0: bad */
static size_t
octet_len(const char *at)
{
	unsigned value = 0;

	if (*at <= ' ' || *at > '~')
		return 0;
	if (*at != '\\')
		return 1;
	if (at[1] < '0' || at[1] > '9')
		return at[1] > ' ' && at[1] <= '~' ? 2 : 0;
	for (size_t i = 1; i <= 3; i++) {
		if (at[i] < '0' || at[i] > '9')
			return 0;
		value = 10 * value + (unsigned)(at[i] - '0');
	}
	return value <= 255 ? 4 : 0;
}

/* Can this, without a dot at the end, stand in a packet? */
static bool
check_octets(const char *name)
{
	size_t label = 0, all = 0;

	while (*name != '\0') {
		size_t len = octet_len(name);
		bool dot = *name == '.';

		if (len == 0 || ++all > NAME_MAX_LEN ||
		    (dot ? label == 0 || name[1] == '\0' : label == LABEL_MAX))
			return false;
		label = dot ? 0 : label + 1;
		name += len;
	}
	return true;
}

char *
name_from_dns(struct arena *arena, const char *text)
{
	char *name = copy_undotted(arena, text);

	if (name == NULL || !check_octets(name))
		return NULL;
	lower(name);
	return name;
}

bool
name_equal(const char *a, const char *b)
{
	size_t len;

	if (a == NULL || b == NULL)
		return false;
	len = undotted_len(a);
	return len == undotted_len(b) && strncasecmp(a, b, len) == 0;
}

bool
name_is_below(const char *name, const char *zone)
{
	size_t name_len, zone_len;

	if (name == NULL || zone == NULL)
		return false;
	name_len = undotted_len(name);
	zone_len = undotted_len(zone);
	if (zone_len == 0)
		return true;
	if (name_len < zone_len ||
	    strncasecmp(name + name_len - zone_len, zone, zone_len) != 0)
		return false;
	return name_len == zone_len || name[name_len - zone_len - 1] == '.';
}

bool
name_is_address(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, address) == 1 ||
	    inet_pton(AF_INET6, text, address) == 1;
}

bool
name_unbracket(
    struct arena *arena, const char *text, char **inside, const char **why)
{
	size_t len = strlen(text);
	char *copy, *name;

	if (len < 2 || len > INPUT_MAX || text[0] != '[' ||
	    text[len - 1] != ']')
		return fail(why, "the brackets do not fit");
	copy = arena_memdup(arena, text + 1, len - 1);
	if (copy == NULL)
		return fail(why, "out of memory");
	copy[len - 2] = '\0';
	if (strncasecmp(copy, "IPv6:", 5) == 0) {
		copy += 5;
		if (strchr(copy, ':') == NULL || !name_is_address(copy))
			return fail(why,
			    "what stands in the brackets is no IPv6 address");
	}
	if (name_is_address(copy)) {
		lower(copy);
		*inside = copy;
		return true;
	}
	name = name_parse(arena, copy, why);
	if (name == NULL)
		return false;
	*inside = name;
	return true;
}

char *
name_tlsa(struct arena *arena, uint16_t port, const char *base)
{
	char *name = arena_printf(arena, "_%u._tcp.%s", port, base);

	return name != NULL && strlen(name) <= NAME_MAX_LEN ? name : NULL;
}
