/* SPDX-License-Identifier: ISC */
/*
 * json_put.h - JSON values that may fail quietly.
 *
 * Every call takes the value it is given, NULL included, and remembers in
 * the maker that memory ran out. Who builds asks once, at the end.
 */
#ifndef REPORT_JSON_PUT_H
#define REPORT_JSON_PUT_H

#include <danelaw_report.h>
#include <jansson.h>

#include "base/buf.h"

struct json_maker {
	bool failed;
};

void json_put(
    struct json_maker *maker, json_t *object, const char *key, json_t *value);
/* NULL becomes null. */
void json_put_text(struct json_maker *maker, json_t *object, const char *key,
    const char *text);
void json_put_number(
    struct json_maker *maker, json_t *object, const char *key, int64_t value);
/* As a number, but null below 0: a depth or a timing that is not there. */
void json_put_index(
    struct json_maker *maker, json_t *object, const char *key, int value);
void json_put_bool(
    struct json_maker *maker, json_t *object, const char *key, bool value);
/* RFC 3339. A time outside of its years is null. */
void json_put_time(struct json_maker *maker, json_t *object, const char *key,
    int64_t unix_time);
/* 0, "there is none", is null. */
void json_put_date(struct json_maker *maker, json_t *object, const char *key,
    int64_t unix_time);
void json_put_texts(struct json_maker *maker, json_t *object, const char *key,
    const char *const *texts, size_t n);
void json_add(struct json_maker *maker, json_t *array, json_t *value);

/* Writes root, frees it, and fails out if anything failed on the way. */
void json_finish(
    struct json_maker *maker, json_t *root, size_t flags, struct buf *out);
/* The same on one line, without spaces and without a newline. No reals. */
void json_finish_line(struct json_maker *maker, json_t *root, struct buf *out);

/* The parts of a report that stand below a host (json_probe.c). */
json_t *json_probe(struct json_maker *maker, const struct danelaw_probe *probe,
    const struct danelaw_tlsa *tlsa);
json_t *json_tls(struct json_maker *maker, const struct danelaw_tls *tls);
json_t *json_tlsa(struct json_maker *maker, const struct danelaw_tlsa *tlsa);

#endif
