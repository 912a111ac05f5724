/* SPDX-License-Identifier: ISC */
/*
 * record.h - what a TLSA record says of bytes, and of other records.
 */
#pragma once

#include <danelaw_report.h>

/* A certificate or its key; what is not known is NULL. */
struct record_subject {
	const uint8_t *der;
	size_t len;
	const uint8_t *sha256, *sha512;
};

/* Does it describe this, byte for byte (RFC 6698 section 2.1.3)? */
bool record_describes(
    const struct danelaw_record *record, const struct record_subject *subject);
/*
 * Is the other one's digest the stronger one, of the same usage and selector
 * (RFC 7671 section 9)? OpenSSL holds SHA-512 for stronger than SHA-256.
 */
bool record_is_outranked(
    const struct danelaw_record *record, const struct danelaw_record *other);
