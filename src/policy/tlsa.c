/* SPDX-License-Identifier: ISC */
#include "policy/tlsa.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "model/record.h"

enum {
	LEADING = 3,   /* usage, selector, matching type */
	MISSING = 255, /* what a field reads as that is not there */
	PRIVATE = 255, /* RFC 7218 section 2 */
	SHA256_LEN = 32,
	SHA512_LEN = 64,
};

static const char *
usage_reason(struct arena *arena, uint8_t usage)
{
	switch (usage) {
	case 0:
		return "certificate usage 0 (PKIX-TA) is not for SMTP "
		       "(RFC 7672 3.1.3)";
	case 1:
		return "certificate usage 1 (PKIX-EE) is not for SMTP "
		       "(RFC 7672 3.1.3)";
	case 2:
	case 3:
		return NULL;
	case PRIVATE:
		return "certificate usage 255 is for private use (RFC 7218 "
		       "2.1)";
	default:
		return arena_printf(arena,
		    "certificate usage %u is unknown (RFC 6698 2.1.1)", usage);
	}
}

static const char *
selector_reason(struct arena *arena, uint8_t selector)
{
	switch (selector) {
	case 0:
	case 1:
		return NULL;
	case PRIVATE:
		return "selector 255 is for private use (RFC 7218 2.2)";
	default:
		return arena_printf(
		    arena, "selector %u is unknown (RFC 6698 2.1.2)", selector);
	}
}

static const char *
digest_reason(struct arena *arena, const char *digest, size_t want, size_t len)
{
	if (len == want)
		return NULL;
	return arena_printf(arena,
	    "a %s digest has %zu octets, this has %zu (RFC 6698 2.1.3)", digest,
	    want, len);
}

static const char *
mtype_reason(struct arena *arena, uint8_t mtype, size_t len)
{
	switch (mtype) {
	case 0:
		return NULL;
	case 1:
		return digest_reason(arena, "SHA-256", SHA256_LEN, len);
	case 2:
		return digest_reason(arena, "SHA-512", SHA512_LEN, len);
	case PRIVATE:
		return "matching type 255 is for private use (RFC 7218 2.3)";
	default:
		return arena_printf(arena,
		    "matching type %u is unknown (RFC 6698 2.1.3)", mtype);
	}
}

/* NULL: usable, or no memory. Empty data fits no matching type. */
static const char *
find_reason(struct arena *arena, const struct danelaw_record *record)
{
	const char *reason = usage_reason(arena, record->usage);

	if (reason == NULL)
		reason = selector_reason(arena, record->selector);
	if (reason == NULL && record->len == 0)
		reason = "the record has no data (RFC 6698 2.1)";
	if (reason == NULL)
		reason = mtype_reason(arena, record->mtype, record->len);
	return reason;
}

bool
tlsa_from_rdata(struct arena *arena, const uint8_t *rdata, size_t len,
    struct danelaw_record *record)
{
	struct danelaw_record new = { 0 };
	const char *hex;

	new.usage = len > 0 ? rdata[0] : MISSING;
	new.selector = len > 1 ? rdata[1] : MISSING;
	new.mtype = len > 2 ? rdata[2] : MISSING;
	if (len > LEADING && len - LEADING <= TLSA_MAX_DATA) {
		new.len = len - LEADING;
		new.data = arena_memdup(arena, rdata + LEADING, new.len);
		if (new.data == NULL)
			return false;
	}
	hex = text_hex(arena, new.data, new.len);
	if (hex == NULL)
		return false;
	new.rr = arena_printf(arena, "%u %u %u%s%s", new.usage, new.selector,
	    new.mtype, new.len > 0 ? " " : "", hex);
	if (len < LEADING)
		new.reason = "the record ends before its data "
			     "(RFC 6698 2.1)";
	else if (len - LEADING > TLSA_MAX_DATA)
		new.reason = "the record is longer than any can be";
	else
		new.reason = find_reason(arena, &new);
	/* A reason there was no memory for must not make it usable. */
	if (arena_failed(arena))
		return false;
	new.usable = new.reason == NULL;
	*record = new;
	return true;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Past white space, and past the brackets that fold a record in a zone. */
static const char *
skip_noise(const char *at, bool *folded, bool *unfolded)
{
	for (;; at++) {
		if (*at == '(' && !*folded)
			*folded = true;
		else if (*at == ')' && *folded && !*unfolded)
			*unfolded = true;
		else if (!is_space(*at))
			return at;
	}
}

/* Up to noise, or to the end of the text. */
static size_t
word_len(const char *at)
{
	return strcspn(at, " \t\n\v\f\r()");
}

/* A number of one to three digits, ended by noise or the end of the text. */
static bool
read_octet(const char **at, uint8_t *octet)
{
	const char *digit = *at;
	unsigned value = 0;

	for (; *digit >= '0' && *digit <= '9' && digit - *at < 3; digit++)
		value = 10 * value + (unsigned)(*digit - '0');
	if (digit == *at || value > 255 ||
	    (*digit != '\0' && *digit != '(' && *digit != ')' &&
		!is_space(*digit)))
		return false;
	*at = digit;
	*octet = (uint8_t)value;
	return true;
}

/* RFC 7218, or a number; position 0 is the usage. */
static bool
read_field(const char **at, size_t position, uint8_t *octet)
{
	static const struct {
		size_t position;
		const char *word;
		uint8_t value;
	} words[] = {
		{ 0, "PKIX-TA", 0 },
		{ 0, "PKIX-EE", 1 },
		{ 0, "DANE-TA", 2 },
		{ 0, "DANE-EE", 3 },
		{ 0, "PrivCert", 255 },
		{ 1, "Cert", 0 },
		{ 1, "SPKI", 1 },
		{ 1, "PrivSel", 255 },
		{ 2, "Full", 0 },
		{ 2, "SHA2-256", 1 },
		{ 2, "SHA2-512", 2 },
		{ 2, "PrivMatch", 255 },
	};
	size_t len = word_len(*at);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].position != position ||
		    strlen(words[i].word) != len ||
		    strncasecmp(words[i].word, *at, len) != 0)
			continue;
		*at += len;
		*octet = words[i].value;
		return true;
	}
	return read_octet(at, octet);
}

/*
 * Past "NAME TTL IN TLSA", or as much of it as there is. Whose the record is
 * has been asked elsewhere.
 */
static const char *
skip_owner(const char *text)
{
	enum { WORDS = 4 };
	bool folded = true, unfolded = true;
	const char *at = text;

	for (int i = 0; i < WORDS; i++) {
		size_t len;

		at = skip_noise(at, &folded, &unfolded);
		len = word_len(at);
		if ((len == 4 && strncasecmp(at, "TLSA", 4) == 0) ||
		    (len == 6 && strncasecmp(at, "TYPE52", 6) == 0))
			return at + len;
		at += len;
	}
	return text;
}

struct reading {
	const char *at;
	bool folded, unfolded;
	size_t digits; /* in hex */
};

/* The hex digits, without all noise between them. */
static const char *
read_hex(struct reading *reading, size_t most, char *hex)
{
	size_t n = 0;
	char c;

	for (;;) {
		reading->at = skip_noise(
		    reading->at, &reading->folded, &reading->unfolded);
		c = *reading->at++;
		if (c == '\0')
			break;
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
			(c >= 'A' && c <= 'F')))
			return "the data are not hexadecimal digits";
		if (n == most)
			return "the data are longer than a record can hold";
		hex[n++] = c;
	}
	if (reading->folded != reading->unfolded)
		return "a bracket is not closed";
	if (n % 2 != 0)
		return "the number of hexadecimal digits is odd";
	hex[n] = '\0';
	reading->digits = n;
	return NULL;
}

/* "\# 35 0301...": the octets of any type (RFC 3597 section 5). */
static const char *
read_generic(struct reading *reading, char *hex)
{
	const char *why;
	char *end;
	unsigned long said;

	reading->at =
	    skip_noise(reading->at, &reading->folded, &reading->unfolded);
	if (*reading->at < '0' || *reading->at > '9')
		return "a length must follow \\#";
	said = strtoul(reading->at, &end, 10);
	reading->at = end;
	why = read_hex(reading, (size_t)2 * (LEADING + TLSA_MAX_DATA), hex);
	if (why != NULL)
		return why;
	return said == reading->digits / 2
	    ? NULL
	    : "the length behind \\# is not that of the data";
}

/* The three numbers, and the hex digits. */
static const char *
read_text(struct reading *reading, uint8_t leading[LEADING], char *hex)
{
	static const char *const no_number[LEADING] = {
		"the certificate usage is not a number from 0 to 255",
		"the selector is not a number from 0 to 255",
		"the matching type is not a number from 0 to 255",
	};
	const char *why;

	for (size_t i = 0; i < LEADING; i++) {
		reading->at = skip_noise(
		    reading->at, &reading->folded, &reading->unfolded);
		if (!read_field(&reading->at, i, &leading[i]))
			return no_number[i];
	}
	why = read_hex(reading, (size_t)2 * TLSA_MAX_DATA, hex);
	if (why == NULL && reading->digits == 0)
		why = "there are no data after the three numbers";
	return why;
}

bool
tlsa_from_text(struct arena *arena, const char *text,
    struct danelaw_record *record, const char **why)
{
	const size_t most = (size_t)2 * (LEADING + TLSA_MAX_DATA);
	struct reading reading = { .at = skip_owner(text) };
	size_t room = strlen(reading.at), len = 0, leading = LEADING;
	const char *reason = "out of memory";
	uint8_t *rdata;
	char *hex;

	if (room > most)
		room = most;
	hex = arena_alloc(arena, room + 1);
	rdata = arena_alloc(arena, LEADING + room / 2);
	reading.at = skip_noise(reading.at, &reading.folded, &reading.unfolded);
	if (hex == NULL || rdata == NULL) {
		if (why != NULL)
			*why = reason;
		return false;
	}
	if (strncmp(reading.at, "\\#", 2) == 0) {
		reading.at += 2;
		leading = 0;
		reason = read_generic(&reading, hex);
	} else {
		reason = read_text(&reading, rdata, hex);
	}
	if (reason == NULL &&
	    (!text_unhex(hex, rdata + leading, reading.digits / 2, &len) ||
		!tlsa_from_rdata(arena, rdata, leading + len, record)))
		reason = "out of memory";
	if (reason != NULL && why != NULL)
		*why = reason;
	return reason == NULL;
}

void
tlsa_set_unusable(struct danelaw_record *record, const char *reason)
{
	record->usable = false;
	record->reason = reason;
}

size_t
tlsa_count_usable(const struct danelaw_record *records, size_t n)
{
	size_t usable = 0;

	for (size_t i = 0; i < n; i++)
		usable += records[i].usable;
	return usable;
}

enum danelaw_tlsa_status
tlsa_status(const struct danelaw_record *records, size_t n)
{
	if (n == 0)
		return DANELAW_TLSA_NONE;
	return tlsa_count_usable(records, n) > 0 ? DANELAW_TLSA_USABLE
						 : DANELAW_TLSA_UNUSABLE;
}

bool
tlsa_is_superseded(const struct danelaw_record *records, size_t n, size_t i)
{
	for (size_t j = 0; i < n && records[i].usable && j < n; j++) {
		if (records[j].usable &&
		    record_is_outranked(&records[i], &records[j]))
			return true;
	}
	return false;
}
