/* SPDX-License-Identifier: ISC */
/*
 * mailbox.h - addresses that can be said in MAIL FROM and RCPT TO.
 */
#pragma once

#include <stdbool.h>

/* RFC 5321 section 4.5.3.1: 64 for the local part, @, 255 for the domain. */
#define MAILBOX_MAX 320

/*
 * May the address, without angle brackets, stand between them? It can end
 * neither the path nor the line, and is ASCII: without SMTPUTF8 (RFC 6531)
 * nothing else may be said. False: *why is a static sentence.
 */
bool mailbox_check(const char *address, const char **why);

/* The sender of bounces, "<>" (RFC 5321 section 4.5.5). */
bool mailbox_is_null(const char *address);
