/* SPDX-License-Identifier: ISC */
/*
 * Metrics of trees built by hand against golden files; write them anew with
 * DANELAW_UPDATE_GOLDEN=1. What promtool says of them is tested elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "report/prometheus.h"
#include "trees.h"

#define HEAD(name, help, type)                                                 \
	"# HELP " name " " help "\n# TYPE " name " " type "\n"

static size_t
count_of(const struct buf *out, const char *text)
{
	size_t n = 0;

	for (const char *at = buf_text(out); (at = strstr(at, text)) != NULL;
	     at++)
		n++;
	return n;
}

/* The text before the value, of each line, comes once. */
static void
assert_distinct(const struct buf *out)
{
	const char *text = buf_text(out);
	size_t lines = 0, distinct = 0;

	for (const char *line = text; *line != '\0';
	     line = strchr(line, '\n') + 1) {
		size_t len = strcspn(line, "\n");
		const char *before = text;

		assert_int_equal(line[len], '\n');
		if (*line == '#')
			continue;
		while (len > 0 && line[len] != ' ')
			len--;
		while (before != line && strncmp(before, line, len + 1) != 0)
			before = strchr(before, '\n') + 1;
		lines++;
		distinct += before == line;
	}
	assert_int_equal(lines, distinct);
}

static void
test_trees(void **state)
{
	(void)state;

	for (size_t i = 0; i < trees_count; i++) {
		struct prometheus_item item = { trees_name_of(i),
			trees_report(i), TREES_AT, 1234 };
		struct buf out = { 0 };

		report_prometheus_probe(&item, &out);
		assert_distinct(&out);
		for (const char *c = buf_text(&out); *c != '\0'; c++)
			assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
		if (!trees_is_hostile(i))
			golden_assert(trees_name_of(i), "prom", &out);
		buf_finish(&out);
	}
}

/* All of a metric in a row, whatever the number of targets. */
static void
test_many(void **state)
{
	struct prometheus_item items[16];
	struct buf out = { 0 };
	size_t n = 0;
	(void)state;

	for (; n < trees_count; n++)
		items[n] = (struct prometheus_item) { trees_name_of(n),
			trees_report(n), TREES_AT, 5 };
	items[n++] = (struct prometheus_item) { "waits.example", NULL, 0, -1 };
	items[n++] =
	    (struct prometheus_item) { "lost.example", NULL, TREES_AT, 60000 };
	report_prometheus(items, n, &out);
	assert_distinct(&out);
	assert_int_equal(count_of(&out, "# HELP danelaw_check_success "), 1);
	assert_int_equal(count_of(&out, "# TYPE danelaw_host_policy "), 1);
	assert_int_equal(
	    count_of(&out, "\ndanelaw_domain_verdict{"), 8 * trees_count);
	/* One that was never checked has no sample at all. */
	assert_int_equal(count_of(&out, "waits.example"), 0);
	assert_int_equal(count_of(&out, "lost.example"), 3);
	assert_int_equal(
	    count_of(&out, "danelaw_check_success{domain=\"lost.example\"} 0"),
	    1);
	buf_finish(&out);
	report_prometheus(NULL, 0, &out);
	assert_string_equal(buf_text(&out), "");
	/* Without the hostile one, as /metrics has it; promtool reads this. */
	items[trees_count - 1] = items[n - 1];
	report_prometheus(items, trees_count, &out);
	report_prometheus_build(&out);
	golden_assert("many", "prom", &out);
}

static void
test_twice(void **state)
{
	static struct danelaw_record records[] = {
		{ .usage = 3, .selector = 1, .mtype = 1, .rr = "3 1 1 aa" },
		{ .usage = 3, .selector = 1, .mtype = 1, .rr = "3 1 1 aa" },
		{ .usage = 3, .selector = 1, .mtype = 1, .rr = "3 1 1 bb" },
		{ .usage = 2, .selector = 1, .mtype = 1, .rr = "2 1 1 aa" },
	};
	static struct danelaw_record_result results[] = {
		{ .record = 0, .result = DANELAW_RESULT_NO_MATCH },
		{ .record = 1, .result = DANELAW_RESULT_MATCH },
		{ .record = 3, .result = DANELAW_RESULT_UNUSABLE },
		{ .record = 77, .result = DANELAW_RESULT_MATCH },
	};
	static struct danelaw_probe probes[] = { { LIST(records, results) } };
	static struct danelaw_address addresses[] = {
		{ .ip = "192.0.2.1", LIST(probes, probes) },
		{ .ip = "192.0.2.1", LIST(probes, probes) },
		{ .ip = "192.0.2.2" },
	};
	static struct danelaw_host hosts[] = {
		{ .name = "mx.example",
		    LIST(addresses, addresses),
		    .tlsa = { LIST(records, records) } },
		{ .name = "mx.example",
		    LIST(addresses, addresses),
		    .tlsa = { LIST(records, records) } },
	};
	static struct danelaw_finding findings[] = {
		{ .id = "a", .severity = DANELAW_SEVERITY_WARNING },
		{ .id = "b", .severity = DANELAW_SEVERITY_WARNING },
		{ .id = "a", .severity = DANELAW_SEVERITY_WARNING },
		{ .id = "a", .severity = DANELAW_SEVERITY_INFO },
	};
	struct danelaw_report report = { LIST(hosts, hosts),
		LIST(findings, findings) };
	struct prometheus_item item = { "x", &report, TREES_AT, 0 };
	struct buf out = { 0 };
	(void)state;

	report_prometheus(&item, 1, &out);
	assert_distinct(&out);
	assert_int_equal(count_of(&out, "\ndanelaw_host_policy{"), 4);
	assert_int_equal(count_of(&out, "\ndanelaw_address_outcome{"), 2);
	/* One of the two equal records matched; nothing is known of bb. */
	assert_int_equal(count_of(&out, "\ndanelaw_record_match{"), 2);
	assert_int_equal(count_of(&out,
			     "address=\"192.0.2.1\",usage=\"3\",selector=\"1\","
			     "mtype=\"1\",data=\"aa\"} 1\n"),
	    1);
	assert_int_equal(count_of(&out,
			     "{domain=\"x\",id=\"a\",severity=\"warning\"} "
			     "2\n"),
	    1);
	assert_int_equal(count_of(&out, "\ndanelaw_finding{"), 3);
	buf_finish(&out);
}

/* A certificate as a whole makes no label; equal ends are one series. */
static void
test_long_data(void **state)
{
	static char first[4 * 1024], second[4 * 1024];
	static struct danelaw_record records[] = {
		{ .usage = 3, .rr = first },
		{ .usage = 3, .rr = second },
		{ .usage = 3 },
	};
	static struct danelaw_record_result results[] = {
		{ .record = 0 },
		{ .record = 1, .result = DANELAW_RESULT_MATCH },
		{ .record = 2 },
	};
	static struct danelaw_probe probes[] = { { LIST(records, results) } };
	static struct danelaw_address addresses[] = { { .ip = "192.0.2.1",
	    LIST(probes, probes) } };
	static struct danelaw_host hosts[] = { { .name = "mx.example",
	    LIST(addresses, addresses),
	    .tlsa = { LIST(records, records) } } };
	struct danelaw_report report = { LIST(hosts, hosts) };
	struct prometheus_item item = { "x", &report, TREES_AT, 0 };
	struct buf out = { 0 };
	(void)state;

	memset(first, 'a', sizeof(first) - 1);
	memset(second, 'a', sizeof(second) - 1);
	memcpy(first, "3 0 0 ", 6);
	memcpy(second, "3 0 0 ", 6);
	first[sizeof(first) - 2] = 'b';
	report_prometheus(&item, 1, &out);
	assert_distinct(&out);
	assert_int_equal(count_of(&out, "\ndanelaw_record_match{"), 3);
	assert_int_equal(count_of(&out, "aaa...aaa"), 2);
	assert_true(out.len < 10000);
	buf_finish(&out);
	/* Now they differ where it is not shown. */
	first[sizeof(first) - 2] = 'a';
	first[2000] = 'b';
	report_prometheus(&item, 1, &out);
	assert_distinct(&out);
	assert_int_equal(count_of(&out, "aaa...aaa"), 1);
	assert_int_equal(count_of(&out, "aaa\"} 1\n"), 1);
	buf_finish(&out);
}

/* As many records as an answer can hold: counted, but not all written. */
static void
test_flood(void **state)
{
	static char rrs[1400][32];
	static struct danelaw_record records[COUNT(rrs)];
	static struct danelaw_record_result results[COUNT(rrs)];
	static struct danelaw_probe probes[] = { { LIST(records, results) },
		{ LIST(records, results) } };
	static struct danelaw_address addresses[] = { { .ip = "192.0.2.1",
	    LIST(probes, probes) } };
	static struct danelaw_host hosts[] = { { .name = "mx.example",
	    LIST(addresses, addresses),
	    .tlsa = {
		LIST(records, records), .status = DANELAW_TLSA_UNUSABLE } } };
	struct danelaw_report report = { LIST(hosts, hosts) };
	struct prometheus_item item = { "x", &report, TREES_AT, 0 };
	struct buf out = { 0 };
	(void)state;

	for (size_t i = 0; i < COUNT(rrs); i++) {
		snprintf(rrs[i], sizeof(rrs[i]), "3 1 1 %08zx", i);
		records[i].rr = rrs[i];
		results[i].record = i;
	}
	report_prometheus(&item, 1, &out);
	assert_int_equal(count_of(&out, "\ndanelaw_record_match{"), 64);
	assert_int_equal(count_of(&out,
			     "danelaw_tlsa_records{domain=\"x\","
			     "host=\"mx.example\"} 1400\n"),
	    1);
	buf_finish(&out);
}

static void
test_success(void **state)
{
	static const struct {
		enum danelaw_state state;
		const char *line;
	} rows[] = {
		{ DANELAW_STATE_OK, "\nprobe_success 1\n" },
		{ DANELAW_STATE_WARNING, "\nprobe_success 1\n" },
		{ DANELAW_STATE_CRITICAL, "\nprobe_success 0\n" },
		{ DANELAW_STATE_UNKNOWN, "\nprobe_success 0\n" },
	};
	struct danelaw_report report = { 0 };
	struct prometheus_item item = { "x", &report, 7, 2005 };
	struct buf out = { 0 };
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		report.state = rows[i].state;
		report_prometheus_probe(&item, &out);
		assert_int_equal(count_of(&out, rows[i].line), 1);
		assert_int_equal(
		    count_of(&out, "\nprobe_duration_seconds 2.005\n"), 1);
		buf_finish(&out);
	}
	item.report = NULL;
	item.duration_ms = -1;
	report_prometheus_probe(&item, &out);
	assert_int_equal(count_of(&out, "\nprobe_success 0\n"), 1);
	assert_int_equal(count_of(&out, "\nprobe_duration_seconds 0.000\n"), 1);
	buf_finish(&out);
}

static void
test_values(void **state)
{
	static const struct prometheus_value values[] = {
		{ "danelaw_requests_total", "Requests.", PROMETHEUS_COUNTER,
		    "path", "/probe", 12, false },
		{ "danelaw_requests_total", "Requests.", PROMETHEUS_COUNTER,
		    "path", "a\"b\\c\nd\xff\x01", INT64_MAX, false },
		{ "danelaw_uptime_seconds", "Age.", PROMETHEUS_GAUGE, NULL,
		    NULL, 1002, true },
		{ "danelaw_skew_seconds", "Skew.", PROMETHEUS_GAUGE, NULL, NULL,
		    -1, true },
		{ "danelaw_least", "Least.", PROMETHEUS_GAUGE, NULL, NULL,
		    INT64_MIN, true },
	};
	struct buf out = { 0 };
	(void)state;

	report_prometheus_values(values, COUNT(values), &out);
	report_prometheus_build(&out);
	assert_string_equal(buf_text(&out),
	    HEAD("danelaw_requests_total", "Requests.",
		"counter") "danelaw_requests_total{path=\"/probe\"} 12\n"
			   "danelaw_requests_total{path="
			   "\"a\\\"b\\\\c\\nd\\\\xff\\\\x01\"} "
			   "9223372036854775807\n" HEAD(
			       "danelaw_uptime_seconds", "Age.",
			       "gauge") "danelaw_uptime_seconds 1.002\n" HEAD("danelaw_skew_seconds",
			       "Skew.",
			       "gauge") "danelaw_skew_seconds -0.001\n" HEAD("d"
									     "a"
									     "n"
									     "e"
									     "l"
									     "a"
									     "w"
									     "_"
									     "l"
									     "e"
									     "a"
									     "s"
									     "t",
			       "Least.",
			       "gauge") "danelaw_least "
					"-9223372036854775.808\n" HEAD("danelaw"
								       "_build_"
								       "info",
					    "1; the label says which danelaw "
					    "this is.",
					    "gauge") "danelaw_build_info{"
						     "version=\"0.2.0\"} 1\n");
	buf_finish(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_long_data),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_success),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
