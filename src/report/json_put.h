/* SPDX-License-Identifier: ISC */
/*
 * json_put.h - JSON as it is written: on one line, without spaces, or
 * indented for people.
 *
 * A scan writes a report for every domain, so no tree is built and nothing
 * is allocated but the buffer. What fails, fails the buffer: who writes asks
 * buf_failed() once, at the end.
 *
 * A key needs no escapes. Key NULL: an element of an array, or the root.
 */
#pragma once

#include <danelaw_report.h>

#include "base/buf.h"

/* Only .buf is to be set, and for people .indented. */
struct json_out {
	struct buf *buf;
	bool indented;
	bool more; /* a value stands before: a comma is due */
	unsigned depth;
};

void json_begin_object(struct json_out *out, const char *key);
/* null where there is nothing of it; true: an object is begun. */
bool json_begin_given(struct json_out *out, const char *key, const void *given);
void json_end_object(struct json_out *out);
void json_begin_array(struct json_out *out, const char *key);
void json_end_array(struct json_out *out);

void json_put_null(struct json_out *out, const char *key);
/* NULL becomes null. Text that is no UTF-8 fails the buffer. */
void json_put_text(struct json_out *out, const char *key, const char *text);
void json_put_number(struct json_out *out, const char *key, int64_t value);
/* As a number, but null below 0: a depth or a timing that is not there. */
void json_put_index(struct json_out *out, const char *key, int value);
void json_put_bool(struct json_out *out, const char *key, bool value);
/* RFC 3339. A time outside of its years is null. */
void json_put_time(struct json_out *out, const char *key, int64_t unix_time);
/* 0, "there is none", is null. */
void json_put_date(struct json_out *out, const char *key, int64_t unix_time);
void json_put_texts(
    struct json_out *out, const char *key, const char *const *texts, size_t n);

/* The parts of a report that stand below a host (json_probe.c). */
void json_probe(struct json_out *out, const char *key,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa);
void json_tls(
    struct json_out *out, const char *key, const struct danelaw_tls *tls);
void json_tlsa(
    struct json_out *out, const char *key, const struct danelaw_tlsa *tlsa);
