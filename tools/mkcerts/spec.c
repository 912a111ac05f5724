/* SPDX-License-Identifier: ISC */
#include "spec.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

#define MAX_ENTRIES 10000
#define MAX_SHOWN 60

struct parser {
	struct arena *arena;
	int64_t now;
	const char *why;
};

typedef bool field_fn(struct parser *parser, char *value, struct entry *entry);

static bool
refuse(struct parser *parser, const char *what, const char *value)
{
	parser->why = arena_printf(parser->arena, "%s: %s", what,
	    text_printable_str(parser->arena, value, MAX_SHOWN));
	return false;
}

static bool
is_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= 100 && text[0] != '.' && text[0] != '-' &&
	    strspn(text,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_.") == len;
}

/* Undoes \xNN and \\ in a new copy. */
static bool
unescape(struct parser *parser, const char *text, struct bytes *bytes)
{
	unsigned char *out = arena_alloc(parser->arena, strlen(text) + 1);
	size_t len = 0;

	if (out == NULL)
		return refuse(parser, "no memory", text);
	for (const char *c = text; *c != '\0'; c++) {
		char digits[3] = { 0 };

		if (*c != '\\') {
			out[len++] = (unsigned char)*c;
		} else if (c[1] == '\\') {
			out[len++] = '\\';
			c++;
		} else if (c[1] == 'x' && isxdigit((unsigned char)c[2]) &&
		    isxdigit((unsigned char)c[3])) {
			memcpy(digits, c + 2, 2);
			out[len++] = (unsigned char)strtoul(digits, NULL, 16);
			c += 3;
		} else {
			return refuse(parser, "bad escape", c);
		}
	}
	bytes->bytes = out;
	bytes->len = len;
	return true;
}

static bool
read_number(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t sum = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || sum > (max - digit) / 10)
			return false;
		sum = 10 * sum + digit;
	}
	*number = sum;
	return true;
}

static bool
one_of(const char *value, const char *const *words)
{
	while (*words != NULL) {
		if (strcmp(value, *words++) == 0)
			return true;
	}
	return false;
}

static bool
field_key(struct parser *parser, char *value, struct entry *entry)
{
	static const char *const kinds[] = { "p256", "p384", "p521",
		"secp256k1", "secp224r1", "bp256", "rsapss", "ed25519", "ed448",
		"mldsa44", "mldsa65", "mldsa87", "slhdsa", NULL };
	uint64_t bits;

	if (value[0] == '=') {
		entry->other_name = value + 1;
		return true;
	}
	entry->key = value;
	if (one_of(value, kinds))
		return true;
	if (strncmp(value, "rsa", 3) == 0 &&
	    read_number(value + 3, 8192, &bits) && bits >= 512)
		return true;
	return refuse(parser, "unknown kind of key", value);
}

static bool
field_issuer(struct parser *parser, char *value, struct entry *entry)
{
	(void)parser;
	entry->issuer_name = strcmp(value, "self") == 0 ? NULL : value;
	return true;
}

static bool
field_cn(struct parser *parser, char *value, struct entry *entry)
{
	return unescape(parser, value, &entry->cn);
}

static bool
field_cn2(struct parser *parser, char *value, struct entry *entry)
{
	return unescape(parser, value, &entry->cn2);
}

static bool
field_o(struct parser *parser, char *value, struct entry *entry)
{
	return unescape(parser, value, &entry->o);
}

static bool
read_san(struct parser *parser, const char *text, struct san *san)
{
	static const struct {
		const char *prefix;
		enum san_type type;
	} types[] = { { "dns:", SAN_DNS }, { "email:", SAN_EMAIL },
		{ "uri:", SAN_URI }, { "ip:", SAN_IP } };
	unsigned char ip[16];

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t len = strlen(types[i].prefix);

		if (strncmp(text, types[i].prefix, len) != 0)
			continue;
		san->type = types[i].type;
		if (san->type != SAN_IP)
			return unescape(parser, text + len, &san->value);
		if (inet_pton(AF_INET, text + len, ip) == 1)
			san->value.len = 4;
		else if (inet_pton(AF_INET6, text + len, ip) == 1)
			san->value.len = 16;
		else
			return refuse(parser, "bad IP address", text + len);
		san->value.bytes =
		    arena_memdup(parser->arena, ip, san->value.len);
		return true;
	}
	return refuse(parser, "san needs dns:, email:, uri: or ip:", text);
}

static bool
field_san(struct parser *parser, char *value, struct entry *entry)
{
	struct san *sans = NULL;
	char *item, *rest = value;

	while ((item = strsep(&rest, ",")) != NULL) {
		struct san san = { 0 }, *slot;

		if (!read_san(parser, item, &san))
			return false;
		slot = ARENA_PUSH(parser->arena, sans, entry->n_san);
		if (slot == NULL)
			return refuse(parser, "no memory", item);
		*slot = san;
	}
	entry->san = sans;
	return true;
}

/* As far as X.509 can write it: 1950 to 9999. */
static bool
read_time(struct parser *parser, const char *value, int64_t *when)
{
	if (!clock_parse(value, parser->now, when))
		return refuse(parser, "bad time", value);
	if (*when < INT64_C(-631152000) || *when > INT64_C(253402300799))
		return refuse(parser, "too far away", value);
	return true;
}

static bool
field_from(struct parser *parser, char *value, struct entry *entry)
{
	return read_time(parser, value, &entry->from);
}

static bool
field_to(struct parser *parser, char *value, struct entry *entry)
{
	return read_time(parser, value, &entry->to);
}

static bool
field_ca(struct parser *parser, char *value, struct entry *entry)
{
	if (strcmp(value, "yes") == 0)
		entry->ca = BASIC_YES;
	else if (strcmp(value, "no") == 0)
		entry->ca = BASIC_NO;
	else if (strcmp(value, "absent") == 0)
		entry->ca = BASIC_ABSENT;
	else
		return refuse(parser, "ca is yes, no or absent, not", value);
	return true;
}

static bool
field_pathlen(struct parser *parser, char *value, struct entry *entry)
{
	uint64_t number;

	if (!read_number(value, 1000, &number))
		return refuse(parser, "bad number", value);
	entry->pathlen = (int)number;
	return true;
}

static bool
field_version(struct parser *parser, char *value, struct entry *entry)
{
	if (strcmp(value, "1") != 0 && strcmp(value, "3") != 0)
		return refuse(parser, "version is 1 or 3, not", value);
	entry->version = value[0] - '0';
	return true;
}

static bool
field_serial(struct parser *parser, char *value, struct entry *entry)
{
	entry->has_serial = true;
	entry->negative_serial = value[0] == '-';
	value += entry->negative_serial;
	return read_number(value, UINT64_MAX, &entry->serial) ||
	    refuse(parser, "bad number", value);
}

static const char *
unless_none(const char *value)
{
	return strcmp(value, "none") == 0 ? NULL : value;
}

static bool
field_ku(struct parser *parser, char *value, struct entry *entry)
{
	(void)parser;
	entry->ku = unless_none(value);
	return true;
}

static bool
field_eku(struct parser *parser, char *value, struct entry *entry)
{
	(void)parser;
	entry->eku = unless_none(value);
	return true;
}

static bool
field_nc(struct parser *parser, char *value, struct entry *entry)
{
	(void)parser;
	entry->nc = unless_none(value);
	return true;
}

static bool
field_md(struct parser *parser, char *value, struct entry *entry)
{
	static const char *const digests[] = { "sha224", "sha256", "sha384",
		"sha512", "sha1", "md5", NULL };

	entry->md = value;
	return one_of(value, digests) ||
	    refuse(parser, "unknown digest", value);
}

static bool
field_critical_ext(struct parser *parser, char *value, struct entry *entry)
{
	entry->critical_ext = value;
	return value[strspn(value, "0123456789.")] == '\0' ||
	    refuse(parser, "bad OID", value);
}

static bool
read_yes_no(struct parser *parser, const char *value, bool *yes)
{
	*yes = strcmp(value, "yes") == 0;
	return *yes || strcmp(value, "no") == 0 ||
	    refuse(parser, "need yes or no, not", value);
}

static bool
field_keyid(struct parser *parser, char *value, struct entry *entry)
{
	bool keyid;

	if (!read_yes_no(parser, value, &keyid))
		return false;
	entry->no_keyid = !keyid;
	return true;
}

static bool
field_badsig(struct parser *parser, char *value, struct entry *entry)
{
	return read_yes_no(parser, value, &entry->bad_sig);
}

static const struct field {
	const char *key;
	field_fn *read;
} fields[] = {
	{ "key", field_key },
	{ "issuer", field_issuer },
	{ "cn", field_cn },
	{ "cn2", field_cn2 },
	{ "o", field_o },
	{ "san", field_san },
	{ "from", field_from },
	{ "to", field_to },
	{ "ca", field_ca },
	{ "pathlen", field_pathlen },
	{ "ku", field_ku },
	{ "eku", field_eku },
	{ "nc", field_nc },
	{ "version", field_version },
	{ "md", field_md },
	{ "serial", field_serial },
	{ "critical_ext", field_critical_ext },
	{ "keyid", field_keyid },
	{ "badsig", field_badsig },
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

/*
 * Cuts the next word off a line, in place, and takes its quotes away.
 * Escapes other than \" are left for unescape(). NULL: no more words.
 */
static char *
next_word(struct parser *parser, char **rest)
{
	char *in = *rest + strspn(*rest, " \t\r"), *word = in, *out = in;
	bool quoted = false;

	if (*in == '\0' || *in == '#')
		return NULL;
	for (; *in != '\0' && (quoted || strchr(" \t\r", *in) == NULL); in++) {
		if (*in == '"') {
			quoted = !quoted;
			continue;
		}
		if (*in == '\\' && in[1] == '"')
			in++;
		else if (*in == '\\' && in[1] == '\\')
			*out++ = *in++;
		*out++ = *in;
	}
	if (quoted) {
		*out = '\0';
		refuse(parser, "missing quote", word);
		return NULL;
	}
	*rest = *in == '\0' ? in : in + 1;
	*out = '\0';
	return word;
}

static bool
read_field(struct parser *parser, char *word, bool *seen, struct entry *entry)
{
	char *value = strchr(word, '=');

	if (value == NULL)
		return refuse(parser, "need key=value, not", word);
	*value++ = '\0';
	for (size_t i = 0; i < N_FIELDS; i++) {
		if (strcmp(fields[i].key, word) != 0)
			continue;
		if (seen[i])
			return refuse(parser, "given twice", word);
		seen[i] = true;
		return fields[i].read(parser, value, entry);
	}
	return refuse(parser, "unknown key", word);
}

static bool
check_entry(struct parser *parser, const struct entry *entry)
{
	if (entry->key == NULL && entry->other_name == NULL)
		return refuse(parser, "no key= for", entry->name);
	if (entry->pathlen >= 0 && entry->ca != BASIC_YES)
		return refuse(parser, "pathlen needs ca=yes in", entry->name);
	return true;
}

/* Nothing but blanks and comments: true, and the name stays NULL. */
static bool
read_line(struct parser *parser, char *line, struct entry *entry)
{
	bool seen[N_FIELDS] = { false };
	char *word, *name = next_word(parser, &line);
	size_t len;

	if (name == NULL)
		return parser->why == NULL;
	len = strlen(name);
	if (len < 2 || name[len - 1] != ':')
		return refuse(parser, "need NAME: first, not", name);
	name[len - 1] = '\0';
	if (!is_name(name))
		return refuse(parser, "bad name", name);
	*entry = (struct entry) {
		.name = name,
		.from = parser->now - 86400,
		.to = parser->now + 90 * (int64_t)86400,
		.pathlen = -1,
		.version = 3,
		.md = "sha256",
	};
	while ((word = next_word(parser, &line)) != NULL) {
		if (!read_field(parser, word, seen, entry))
			return false;
	}
	return parser->why == NULL && check_entry(parser, entry);
}

static struct entry *
find_entry(const struct spec *spec, const char *name)
{
	for (size_t i = 0; i < spec->n_entries; i++) {
		if (strcmp(spec->entries[i].name, name) == 0)
			return &spec->entries[i];
	}
	return NULL;
}

/* Names to pointers. A chain of shared keys must end in a real one. */
static bool
resolve(struct parser *parser, const struct spec *spec, struct entry *entry)
{
	const struct entry *at = entry;

	entry->issuer = entry->issuer_name == NULL
	    ? entry
	    : find_entry(spec, entry->issuer_name);
	if (entry->issuer == NULL)
		return refuse(parser, "no such issuer", entry->issuer_name);
	for (size_t steps = 0; at->key == NULL; steps++) {
		const char *wanted = at->other_name;

		at = find_entry(spec, wanted);
		if (at == NULL)
			return refuse(parser, "no such entry", wanted);
		if (steps > spec->n_entries)
			return refuse(parser, "keys in a circle", wanted);
	}
	entry->other = at == entry ? NULL : at;
	return true;
}

/* Cuts one line off, joining those that end in a backslash. */
static char *
next_line(char **rest, int *line)
{
	char *start = *rest, *end = start;

	if (*start == '\0')
		return NULL;
	for (;;) {
		end += strcspn(end, "\n");
		(*line)++;
		if (*end == '\0' || end == start || end[-1] != '\\')
			break;
		end[-1] = ' ';
		*end++ = ' ';
	}
	*rest = *end == '\0' ? end : end + 1;
	*end = '\0';
	return start;
}

bool
spec_parse(struct arena *arena, const char *text, int64_t now,
    struct spec *spec, int *line, const char **why)
{
	struct parser parser = { .arena = arena, .now = now };
	char *at, *rest = arena_strdup(arena, text);
	int number = 0;

	*spec = (struct spec) { 0 };
	while (rest != NULL && (at = next_line(&rest, &number)) != NULL) {
		struct entry entry = { 0 }, *slot;

		*line = number;
		if (!read_line(&parser, at, &entry))
			goto refused;
		if (entry.name == NULL)
			continue;
		entry.line = number;
		if (find_entry(spec, entry.name) != NULL) {
			refuse(&parser, "defined twice", entry.name);
			goto refused;
		}
		slot = ARENA_PUSH(arena, spec->entries, spec->n_entries);
		if (slot == NULL || spec->n_entries > MAX_ENTRIES) {
			refuse(&parser, "too many entries", entry.name);
			goto refused;
		}
		*slot = entry;
	}
	for (size_t i = 0; i < spec->n_entries; i++) {
		*line = spec->entries[i].line;
		if (!resolve(&parser, spec, &spec->entries[i]))
			goto refused;
	}
	return !arena_failed(arena);
refused:
	*why = parser.why;
	return false;
}
