/* SPDX-License-Identifier: ISC */
/*
 * Trees built by hand against golden files. To write them anew after a
 * change that is meant: DANELAW_UPDATE_GOLDEN=1 meson test report-report,
 * then read what git diff says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "golden.h"
#include "report/report.h"
#include "base/when.h"
#include "trees.h"

static void
test_text(void **state)
{
	static const struct {
		const char *suffix;
		struct report_options options;
	} rows[] = {
		{ "q.txt", { .verbosity = -1, .width = 80 } },
		{ "txt", { .verbosity = 0 } },
		{ "v.txt", { .verbosity = 1 } },
		{ "80.txt", { .width = 80 } },
	};
	(void)state;

	for (size_t i = 0; i < trees_count; i++) {
		for (size_t k = 0; k < COUNT(rows); k++) {
			struct buf out = { 0 };

			if (trees_is_hostile(i) &&
			    rows[k].options.verbosity > 0)
				continue;
			report_text(trees_report(i), &rows[k].options, &out);
			golden_assert(trees_name_of(i), rows[k].suffix, &out);
		}
	}
}

static void
test_json(void **state)
{
	(void)state;

	for (size_t i = 0; i < trees_count; i++) {
		struct buf out = { 0 }, line = { 0 };
		json_t *a, *b;

		report_json(trees_report(i), &out);
		report_json_line(trees_report(i), &line);
		a = json_loads(buf_text(&out), JSON_REJECT_DUPLICATES, NULL);
		b = json_loads(buf_text(&line), JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(a);
		assert_true(json_equal(a, b));
		assert_null(strchr(buf_text(&line), '\n'));
		assert_int_not_equal(out.bytes[out.len - 1], '\n');
		json_decref(a);
		json_decref(b);
		buf_finish(&line);
		buf_puts(&out, "\n");
		if (!trees_is_hostile(i))
			golden_assert(trees_name_of(i), "json", &out);
		buf_finish(&out);
	}
}

/* Five keys of the report, and where its hosts come from. */
static void
test_summary(void **state)
{
	static const char *const keys[] = { "domain", "verdict", "state",
		"summary", "own_lack" };
	(void)state;

	for (size_t i = 0; i < trees_count; i++) {
		struct buf out = { 0 }, line = { 0 };
		json_t *a, *b;

		report_json(trees_report(i), &out);
		report_summary_line(trees_report(i), &line);
		assert_null(strchr(buf_text(&line), '\n'));
		a = json_loads(buf_text(&out), 0, NULL);
		b = json_loads(buf_text(&line), JSON_REJECT_DUPLICATES, NULL);
		assert_string_equal(
		    json_string_value(json_object_get(b, "schema")),
		    "danelaw-summary/1");
		for (size_t k = 0; k < COUNT(keys); k++)
			assert_true(json_equal(json_object_get(a, keys[k]),
			    json_object_get(b, keys[k])));
		assert_true(json_equal(
		    json_object_get(json_object_get(a, "mx"), "source"),
		    json_object_get(json_object_get(b, "mx"), "source")));
		assert_int_equal(json_object_size(b), COUNT(keys) + 2);
		json_decref(a);
		json_decref(b);
		buf_finish(&line);
		buf_finish(&out);
	}
}

static void
test_text_color(void **state)
{
	struct report_options options = { .color = true };
	struct buf out = { 0 };
	(void)state;

	report_text(&trees_stale, &options, &out);
	golden_assert("stale", "color.txt", &out);
}

static void
test_json_probe(void **state)
{
	const struct danelaw_host *seed = &trees_seed.hosts[0];
	const struct danelaw_host *stale = &trees_stale.hosts[0];
	struct danelaw_probe empty = { .offer = "chain" };
	struct buf out = { 0 };
	(void)state;

	report_json_probe(&seed->addresses[0].probes[0], &seed->tlsa, &out);
	buf_puts(&out, "\n");
	golden_assert("probe-seed", "json", &out);
	report_json_probe(&stale->addresses[0].probes[0], &stale->tlsa, &out);
	buf_puts(&out, "\n");
	golden_assert("probe-stale", "json", &out);
	report_json_probe(&empty, NULL, &out);
	buf_puts(&out, "\n");
	golden_assert("probe-empty", "json", &out);
}

/* All zero, not even a domain: a reporter must survive what it is given. */
static void
test_zero(void **state)
{
	static struct danelaw_host hosts[1];
	static struct danelaw_address addresses[1];
	static struct danelaw_probe probes[1];
	static struct danelaw_cert certs[1];
	static struct danelaw_record records[1];
	static struct danelaw_record_result results[2];
	static struct danelaw_match match;
	static struct danelaw_tls tls;
	static struct danelaw_pkix pkix;
	static struct danelaw_verify_error error;
	static struct danelaw_lookup lookups[1];
	static struct danelaw_finding findings[1];
	struct danelaw_report report = { LIST(hosts, hosts),
		LIST(findings, findings) };
	struct report_options options = { .verbosity = 1 };
	struct buf out = { 0 };
	(void)state;

	results[0].record = 99;
	match.record = 99;
	probes[0] = (struct danelaw_probe) { LIST(chain, certs),
		LIST(records, results), .match = &match, .tls = &tls,
		.verify_error = &error, .pkix = &pkix };
	addresses[0] = (struct danelaw_address) { LIST(probes, probes) };
	hosts[0] = (struct danelaw_host) { LIST(addresses, addresses),
		LIST(lookups, lookups), .tlsa = { LIST(records, records) } };
	report.mx.lookups = lookups;
	report.mx.n_lookups = 1;
	for (int source = 0; source <= DANELAW_MX_NULL; source++) {
		report.mx.source = (enum danelaw_mx_source)source;
		report_text(&report, &options, &out);
	}
	report_json(&report, &out);
	assert_false(buf_failed(&out));
	buf_finish(&out);
}

/* A buffer that is too small fails as a whole. */
static void
test_limit(void **state)
{
	struct report_options options = { .verbosity = 0 };
	struct buf text, json;
	(void)state;

	buf_init(&text, 200);
	buf_init(&json, 200);
	report_text(&trees_seed, &options, &text);
	report_json(&trees_seed, &json);
	assert_true(buf_failed(&text));
	assert_true(buf_failed(&json));
	buf_finish(&text);
	buf_finish(&json);
}

static void
test_when(void **state)
{
	static const struct {
		int64_t at;
		const char *text;
	} times[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ TREES_AT, "2026-11-22T22:09:00Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(253402300800), NULL },
		{ INT64_C(-62135596800), "0001-01-01T00:00:00Z" },
		{ INT64_C(-70000000000), NULL },
		{ INT64_MAX, NULL },
		{ INT64_MIN, NULL },
	};
	static const struct {
		int64_t seconds;
		const char *text;
	} spans[] = {
		{ 0, "less than an hour" },
		{ 3599, "less than an hour" },
		{ 3600, "1 hour" },
		{ 86399, "23 hours" },
		{ 86400, "1 day" },
		{ 2 * 86400 - 1, "1 day" },
		{ INT64_MAX, "106751991167300 days" },
		{ INT64_MIN, "106751991167300 days" },
	};
	char text[WHEN_ROOM], span[WHEN_DAYS_ROOM];
	(void)state;

	for (size_t i = 0; i < COUNT(times); i++) {
		bool ok = when_format(times[i].at, text);

		assert_int_equal(ok, times[i].text != NULL);
		if (ok)
			assert_string_equal(text, times[i].text);
	}
	for (size_t i = 0; i < COUNT(spans); i++) {
		when_between(0, spans[i].seconds, span);
		assert_string_equal(span, spans[i].text);
		when_between(spans[i].seconds, 0, span);
		assert_string_equal(span, spans[i].text);
	}
}

/* Each day of all the years, at some second of it, is the one of gmtime(). */
static void
test_when_days(void **state)
{
	const int64_t first = INT64_C(-62167219200),
		      last = INT64_C(253402300799);
	char text[WHEN_ROOM];
	struct tm tm, wanted;
	(void)state;

	assert_false(when_format(first - 1, text));
	assert_false(when_format(last + 1, text));
	for (int64_t day = first; day < last; day += 86400) {
		/* The prime lets each second have its turn. */
		time_t at = day + (day - first) / 86400 * 7919 % 86400;
		const char *end;

		assert_true(when_format(at, text));
		memset(&tm, 0, sizeof(tm));
		end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_non_null(end);
		assert_int_equal(end - text, 20);
		assert_int_equal(*end, '\0');
		gmtime_r(&at, &wanted);
		assert_int_equal(tm.tm_year, wanted.tm_year);
		assert_int_equal(tm.tm_yday, wanted.tm_yday);
		assert_int_equal(tm.tm_mon, wanted.tm_mon);
		assert_int_equal(tm.tm_mday, wanted.tm_mday);
		assert_int_equal(tm.tm_hour, wanted.tm_hour);
		assert_int_equal(tm.tm_min, wanted.tm_min);
		assert_int_equal(tm.tm_sec, wanted.tm_sec);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_when),
		cmocka_unit_test(test_when_days),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_color),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_json_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
