/* SPDX-License-Identifier: ISC */
/*
 * names.h - words for what OpenSSL, or one as old as ours, has none for.
 */
#pragma once

/* A group by its number in TLS (IANA, "TLS Supported Groups"); NULL: a rare
 * one. */
const char *names_group(unsigned number);
/* "ML-DSA-65" for the dotted OID of a key or signature; NULL: not in here. */
const char *names_algorithm(const char *oid);
