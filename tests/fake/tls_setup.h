/* SPDX-License-Identifier: ISC */
/*
 * tls_setup.h - the keys "certs", "tls" and "sni..." of a script.
 */
#ifndef FAKE_TLS_SETUP_H
#define FAKE_TLS_SETUP_H

#include "loader.h"
#include "tls.h"

/* Errors stay in the loader. */
void tls_setup_load(
    struct loader *loader, const json_t *object, struct tls_setup *setup);

#endif
