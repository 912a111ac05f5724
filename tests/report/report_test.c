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
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/page.h"
#include "report/report.h"
#include "report/when.h"
#include "trees.h"

/* The hostile one has no golden files for its megabytes of long report. */
static const struct {
	const char *name;
	const struct danelaw_report *report; /* NULL: trees_hostile() */
} trees[] = {
	{ "healthy", &trees_healthy },
	{ "seed", &trees_seed },
	{ "open", &trees_open },
	{ "stale", &trees_stale },
	{ "mixed", &trees_mixed },
	{ "name", &trees_name },
	{ "bogus", &trees_bogus },
	{ "null", &trees_null },
	{ "empty", &trees_empty },
	{ "hostile", NULL },
};

static const struct danelaw_report *
tree(size_t i)
{
	return trees[i].report == NULL ? trees_hostile() : trees[i].report;
}

static void
golden_path(const char *name, const char *suffix, char path[static 512])
{
	const char *source = getenv("DANELAW_SOURCE");

	assert_non_null(source);
	snprintf(path, 512, "%s/testdata/report/%s.%s", source, name, suffix);
}

static void
write_golden(const char *path, const struct buf *out)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(buf_text(out), 1, out->len, file), out->len);
	assert_int_equal(fclose(file), 0);
}

/* Compares and finishes out. */
static void
assert_golden(const char *name, const char *suffix, struct buf *out)
{
	struct buf want = { 0 };
	char path[512], block[4096];
	FILE *file;
	size_t n;

	assert_false(buf_failed(out));
	golden_path(name, suffix, path);
	if (getenv("DANELAW_UPDATE_GOLDEN") != NULL)
		write_golden(path, out);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s cannot be read", path);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(&want, block, n);
	fclose(file);
	if (strcmp(buf_text(&want), buf_text(out)) != 0)
		fail_msg("not as in %s:\n%s", path, buf_text(out));
	buf_finish(&want);
	buf_finish(out);
}

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

	for (size_t i = 0; i < COUNT(trees); i++) {
		for (size_t k = 0; k < COUNT(rows); k++) {
			struct buf out = { 0 };

			if (trees[i].report == NULL &&
			    rows[k].options.verbosity > 0)
				continue;
			report_text(tree(i), &rows[k].options, &out);
			assert_golden(trees[i].name, rows[k].suffix, &out);
		}
	}
}

static void
test_json(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(trees); i++) {
		struct buf out = { 0 }, line = { 0 };
		json_t *a, *b;

		report_json(tree(i), &out);
		report_json_line(tree(i), &line);
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
		if (trees[i].report != NULL)
			assert_golden(trees[i].name, "json", &out);
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
	assert_golden("stale", "color.txt", &out);
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
	assert_golden("probe-seed", "json", &out);
	report_json_probe(&stale->addresses[0].probes[0], &stale->tlsa, &out);
	buf_puts(&out, "\n");
	assert_golden("probe-stale", "json", &out);
	report_json_probe(&empty, NULL, &out);
	buf_puts(&out, "\n");
	assert_golden("probe-empty", "json", &out);
}

/* Does the line name the domain, a host, an address or a fixed zone line? */
static bool
stands_alone(const struct danelaw_report *report, const char *line)
{
	if (strstr(line, report->domain) != NULL)
		return true;
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		if (strstr(line, host->name) != NULL)
			return true;
		for (size_t k = 0; k < host->n_addresses; k++) {
			if (strstr(line, host->addresses[k].ip) != NULL)
				return true;
		}
	}
	return false;
}

/* INTERFACE section 7: each line stands alone under grep. */
static void
test_lines_stand_alone(void **state)
{
	(void)state;

	for (size_t i = 0; i < 2 * COUNT(trees); i++) {
		struct report_options options = { .verbosity = i % 2 };
		const struct danelaw_report *report = tree(i / 2);
		struct buf out = { 0 };
		char *rest = NULL;

		report_text(report, &options, &out);
		assert_false(buf_failed(&out));
		for (char *line = strtok_r(out.bytes, "\n", &rest);
		     line != NULL; line = strtok_r(NULL, "\n", &rest)) {
			if (!stands_alone(report, line))
				fail_msg("%s: \"%s\"", trees[i / 2].name, line);
			assert_int_not_equal(line[strlen(line) - 1], ' ');
		}
		buf_finish(&out);
	}
}

/* Is it to be copied, or does it have a word that is wider than the rest? */
static bool
may_be_wide(const char *line, size_t width)
{
	size_t longest = 0;

	if (line[0] == ';' || line[0] == '_' ||
	    strstr(line, "]:25  ") != NULL ||
	    strstr(line, "2001:db8:ffff:") != NULL)
		return true;
	for (const char *word = line; *word != '\0'; word++) {
		size_t len = strcspn(word, " ");

		longest = len > longest ? len : longest;
		word += len;
		if (*word == '\0')
			break;
	}
	return longest + 4 > width;
}

/*
 * On a terminal nothing but what is to be copied is wider than that, where
 * names and words are of a usual length.
 */
static void
test_width(void **state)
{
	static const unsigned widths[] = { 80, 100, 72 };
	(void)state;

	for (size_t i = 0; i < COUNT(trees) * COUNT(widths); i++) {
		unsigned width = widths[i % COUNT(widths)];
		struct report_options options = { .width = width };
		struct buf out = { 0 };
		char *rest = NULL, *line;

		report_text(tree(i / COUNT(widths)), &options, &out);
		assert_false(buf_failed(&out));
		for (line = strtok_r(out.bytes, "\n", &rest); line != NULL;
		     line = strtok_r(NULL, "\n", &rest)) {
			if (strlen(line) > width && !may_be_wide(line, width))
				fail_msg("%s at %u: \"%s\"",
				    trees[i / COUNT(widths)].name, width, line);
			assert_int_not_equal(line[strlen(line) - 1], ' ');
		}
		buf_finish(&out);
	}
}

/* The words without the space between them. */
static void
put_words(const struct buf *text, struct buf *words)
{
	for (const char *c = buf_text(text); *c != '\0'; c++) {
		if (*c != ' ' && *c != '\n')
			buf_add(words, c, 1);
		assert_int_not_equal(*c, PAGE_GLUE[0]);
	}
}

/* Whatever the width, the words are the same. */
static void
test_wrapping_is_only_space(void **state)
{
	static const unsigned widths[] = { 1, 40, 41, 55, 79, 80, 100, 200,
		UINT_MAX };
	(void)state;

	for (size_t i = 0; i < COUNT(trees) * COUNT(widths); i++) {
		const struct danelaw_report *report = tree(i / COUNT(widths));
		struct report_options plain = { .at_given = true };
		struct report_options wrapped = plain;
		struct buf a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

		wrapped.width = widths[i % COUNT(widths)];
		report_text(report, &plain, &a);
		report_text(report, &wrapped, &b);
		put_words(&a, &c);
		put_words(&b, &d);
		assert_string_equal(buf_text(&c), buf_text(&d));
		buf_finish(&a);
		buf_finish(&b);
		buf_finish(&c);
		buf_finish(&d);
	}
}

/* The resolver and the time are told where they matter. */
static void
test_where_from(void **state)
{
	static const struct {
		const char *name;
		int verbosity;
		bool at_given, fell_back;
		const char *error;
		enum danelaw_dnssec mx;
		bool at, resolver;
	} rows[] = {
		{ "as usual", .mx = DANELAW_DNSSEC_SECURE },
		{ "-v", 1, .mx = DANELAW_DNSSEC_SECURE, .at = true,
		    .resolver = true },
		{ "--at", .at_given = true, .mx = DANELAW_DNSSEC_SECURE,
		    .at = true },
		{ "fall-back", .fell_back = true, .mx = DANELAW_DNSSEC_SECURE,
		    .resolver = true },
		{ "dead", .error = "no answer", .mx = DANELAW_DNSSEC_SECURE,
		    .resolver = true },
		{ "bogus", .mx = DANELAW_DNSSEC_BOGUS, .resolver = true },
		{ "unsigned", .mx = DANELAW_DNSSEC_INSECURE },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct report_options options = {
			.verbosity = rows[i].verbosity,
			.at_given = rows[i].at_given,
		};
		struct danelaw_report report = trees_healthy;
		struct buf out = { 0 };

		report.mx.dnssec = rows[i].mx;
		report.resolver_fell_back = rows[i].fell_back;
		report.resolver_error = rows[i].error;
		report_text(&report, &options, &out);
		print_message("# %s\n", rows[i].name);
		assert_int_equal(rows[i].at,
		    strstr(buf_text(&out), "at     2026-11-22T") != NULL);
		assert_int_equal(rows[i].resolver,
		    strstr(buf_text(&out), "own recursion") != NULL);
		buf_finish(&out);
	}
}

/* Whatever a peer sends, the short report stays one that can be read. */
static void
test_hostile_is_bounded(void **state)
{
	struct report_options options = { .verbosity = 0 };
	struct buf out = { 0 };
	(void)state;

	report_text(trees_hostile(), &options, &out);
	assert_in_range(out.len, 1000, 30000);
	buf_finish(&out);
}

/* No colour changes a word: without the sequences the text is the same. */
static void
test_color_is_only_color(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(trees); i++) {
		struct report_options plain = { .verbosity = 0 };
		struct report_options colored = { .color = true };
		struct buf a = { 0 }, b = { 0 }, stripped = { 0 };
		const char *c;

		report_text(tree(i), &plain, &a);
		report_text(tree(i), &colored, &b);
		for (c = buf_text(&b); *c != '\0'; c++) {
			if (*c == '\033')
				c = strchr(c, 'm');
			else
				buf_add(&stripped, c, 1);
		}
		assert_true(b.len > a.len);
		assert_string_equal(buf_text(&a), buf_text(&stripped));
		buf_finish(&a);
		buf_finish(&b);
		buf_finish(&stripped);
	}
}

/* "Same as above" is said of the same evidence only. */
static void
test_same_as_above(void **state)
{
	static struct danelaw_verify_error error = { 65, "X509_V_ERR_X", "x",
		0 };
	const struct danelaw_host *host = &trees_healthy.hosts[0];
	(void)state;

	for (int change = 0; change <= 5; change++) {
		struct danelaw_cert chain[2] = {
			host->addresses[0].probes[0].chain[0],
			host->addresses[0].probes[0].chain[1]
		};
		struct danelaw_probe probe = host->addresses[1].probes[0];
		struct danelaw_address addresses[2] = { host->addresses[0],
			host->addresses[1] };
		struct danelaw_host hosts[1] = { *host };
		struct danelaw_report report = trees_healthy;
		struct report_options options = { .verbosity = 0 };
		struct buf out = { 0 };

		report.hosts = hosts;
		hosts[0].addresses = addresses;
		addresses[1].probes = &probe;
		probe.chain = chain;
		if (change == 1)
			probe.outcome = DANELAW_OUTCOME_SMTP_TEMPFAIL;
		if (change == 2)
			chain[1].cert_sha256 = HEX_B;
		if (change == 3)
			probe.n_chain = 1;
		if (change == 4)
			probe.match = NULL;
		if (change == 5)
			probe.verify_error = &error;
		report_text(&report, &options, &out);
		assert_int_equal(change == 0,
		    strstr(buf_text(&out), "same certificates") != NULL);
		buf_finish(&out);
	}
}

/* A CN beside SANs counts for nothing, so it is named where it might mislead.
 */
static void
test_cn(void **state)
{
	static const struct {
		const char *cn, *presented;
		bool named;
	} rows[] = {
		{ "example.org", "mx1.example.org", true },
		{ "smtp.example.org", "mx1.example.org", true },
		{ "MX1.example.org", "mx1.example.org", false },
		{ "*.example.org", "*.example.org", false },
		{ NULL, "mx1.example.org", false },
	};
	const struct danelaw_host *host = &trees_healthy.hosts[0];
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct danelaw_cert leaf =
		    host->addresses[0].probes[0].chain[0];
		struct danelaw_match match = {
			.name = { true, "mx1.example.org", rows[i].presented,
			    DANELAW_NAME_SAN, 0 }
		};
		struct danelaw_probe probe = host->addresses[0].probes[0];
		struct danelaw_address address = host->addresses[0];
		struct danelaw_host hosts[1] = { *host };
		struct danelaw_report report = trees_healthy;
		struct report_options options = { 0 };
		struct buf out = { 0 };

		leaf.cn = rows[i].cn;
		probe.chain = &leaf;
		probe.n_chain = 1;
		probe.match = &match;
		address.probes = &probe;
		hosts[0].addresses = &address;
		hosts[0].n_addresses = 1;
		report.hosts = hosts;
		report_text(&report, &options, &out);
		assert_non_null(strstr(buf_text(&out), "SAN 1 of 2"));
		assert_int_equal(rows[i].named,
		    strstr(buf_text(&out), "is not used\n") != NULL);
		buf_finish(&out);
	}
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
	probes[0] =
	    (struct danelaw_probe) { LIST(chain, certs), LIST(records, results),
		    .match = &match, .tls = &tls, .verify_error = &error };
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_when),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_same_as_above),
		cmocka_unit_test(test_cn),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_lines_stand_alone),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_wrapping_is_only_space),
		cmocka_unit_test(test_where_from),
		cmocka_unit_test(test_hostile_is_bounded),
		cmocka_unit_test(test_color_is_only_color),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_color),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
