/* SPDX-License-Identifier: ISC */
/*
 * stage.h - the whole cast and a context, for the tests of a program that
 * need no more.
 */
#ifndef TESTS_TLS_STAGE_H
#define TESTS_TLS_STAGE_H

#include "tls/cast.h"
#include "tls/context.h"

extern struct cast cast;
extern struct tls_context *context;

/* For cmocka_run_group_tests(). */
int stage_set_up(void **state);
int stage_tear_down(void **state);

#endif
