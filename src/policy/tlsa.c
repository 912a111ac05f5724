/* SPDX-License-Identifier: ISC */
#include "policy/tlsa.h"

#include <string.h>

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

/* The three numbers and the hex digits, without all noise between them. */
static const char *
read_text(const char *at, uint8_t leading[LEADING], char *hex, size_t *digits)
{
	static const char *const no_number[LEADING] = {
		"the certificate usage is not a number from 0 to 255",
		"the selector is not a number from 0 to 255",
		"the matching type is not a number from 0 to 255",
	};
	bool folded = false, unfolded = false;
	size_t n = 0;

	for (size_t i = 0; i < LEADING; i++) {
		at = skip_noise(at, &folded, &unfolded);
		if (!read_octet(&at, &leading[i]))
			return no_number[i];
	}
	while (*(at = skip_noise(at, &folded, &unfolded)) != '\0') {
		if (!((*at >= '0' && *at <= '9') ||
			(*at >= 'a' && *at <= 'f') ||
			(*at >= 'A' && *at <= 'F')))
			return "the data are not hexadecimal digits";
		if (n == (size_t)2 * TLSA_MAX_DATA)
			return "the data are longer than a record can hold";
		hex[n++] = *at++;
	}
	if (folded != unfolded)
		return "a bracket is not closed";
	if (n == 0)
		return "there are no data after the three numbers";
	if (n % 2 != 0)
		return "the number of hexadecimal digits is odd";
	hex[n] = '\0';
	*digits = n;
	return NULL;
}

bool
tlsa_from_text(struct arena *arena, const char *text,
    struct danelaw_record *record, const char **why)
{
	size_t room = strlen(text), digits = 0, len = 0;
	const char *reason;
	uint8_t *rdata;
	char *hex;

	if (room > (size_t)2 * TLSA_MAX_DATA)
		room = (size_t)2 * TLSA_MAX_DATA;
	hex = arena_alloc(arena, room + 1);
	rdata = arena_alloc(arena, LEADING + room / 2);
	reason = hex == NULL || rdata == NULL
	    ? "out of memory"
	    : read_text(text, rdata, hex, &digits);
	if (reason == NULL &&
	    (!text_unhex(hex, rdata + LEADING, digits / 2, &len) ||
		!tlsa_from_rdata(arena, rdata, LEADING + len, record)))
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
