/* SPDX-License-Identifier: ISC */
/*
 * own.h - is it this machine?
 */
#pragma once

#include <stdbool.h>

/* Which addresses are no mail host's but this machine's, whoever reads them. */
enum own_scope {
	OWN_SPECIAL = 0, /* loopback ones, and private ones of its interfaces */
	OWN_LOCALHOST,   /* 127.0.0.1: a lab lives at the others */
	OWN_NOTHING,
};

/*
 * "an address of this machine", if one of its interfaces has it now or if
 * that cannot be found out; else NULL.
 */
const char *own_address(const char *ip);
/*
 * What leads back to this machine wherever it is read, as "a loopback address
 * (RFC 1122)"; NULL: the address does not.
 */
const char *own_here(enum own_scope scope, const char *ip);
/* Is it the name of this machine? */
bool own_host_name(const char *name);
