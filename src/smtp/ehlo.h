/* SPDX-License-Identifier: ISC */
/*
 * ehlo.h - what one line of a reply to EHLO offers (RFC 5321 section 4.1.1.1).
 */
#pragma once

#include <stddef.h>

enum ehlo_keyword {
	EHLO_OTHER = 0,
	EHLO_STARTTLS,
	EHLO_MASKED, /* "XXXXXXXA": a firewall wrote over it */
};

/* text: behind the code. Not for the first line, which names the server. */
enum ehlo_keyword ehlo_keyword(const char *text, size_t len);
