/* SPDX-License-Identifier: ISC */
/* How the text lies on the page, whatever it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <string.h>

#include "report/page.h"
#include "report/report.h"
#include "trees.h"

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

/* doc/interface.md 7: each line stands alone under grep. */
static void
test_lines_stand_alone(void **state)
{
	(void)state;

	for (size_t i = 0; i < 2 * trees_count; i++) {
		struct report_options options = { .verbosity = i % 2 };
		const struct danelaw_report *report = trees_report(i / 2);
		struct buf out = { 0 };
		char *rest = NULL;

		report_text(report, &options, &out);
		assert_false(buf_failed(&out));
		for (char *line = strtok_r(out.bytes, "\n", &rest);
		     line != NULL; line = strtok_r(NULL, "\n", &rest)) {
			if (!stands_alone(report, line))
				fail_msg(
				    "%s: \"%s\"", trees_name_of(i / 2), line);
			assert_int_not_equal(line[strlen(line) - 1], ' ');
		}
		buf_finish(&out);
	}
}

/* Is it to be copied, or does it have a word that is wider than the rest? */
static bool
may_be_wide(const char *line, size_t width)
{
	enum { MARGIN = 26 }; /* "  192.0.2.100  chain   0  " */
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
	return longest + MARGIN > width;
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

	for (size_t i = 0; i < trees_count * COUNT(widths); i++) {
		unsigned width = widths[i % COUNT(widths)];
		struct report_options options = { .width = width };
		struct buf out = { 0 };
		char *rest = NULL, *line;

		report_text(trees_report(i / COUNT(widths)), &options, &out);
		assert_false(buf_failed(&out));
		for (line = strtok_r(out.bytes, "\n", &rest); line != NULL;
		     line = strtok_r(NULL, "\n", &rest)) {
			if (strlen(line) > width && !may_be_wide(line, width))
				fail_msg("%s at %u: \"%s\"",
				    trees_name_of(i / COUNT(widths)), width,
				    line);
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

	for (size_t i = 0; i < trees_count * COUNT(widths); i++) {
		const struct danelaw_report *report =
		    trees_report(i / COUNT(widths));
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
	assert_true(out.len >= 1000 && out.len <= 30000);
	buf_finish(&out);
}

/* No colour changes a word: without the sequences the text is the same. */
static void
test_color_is_only_color(void **state)
{
	(void)state;

	for (size_t i = 0; i < trees_count; i++) {
		struct report_options plain = { .verbosity = 0 };
		struct report_options colored = { .color = true };
		struct buf a = { 0 }, b = { 0 }, stripped = { 0 };
		const char *c;

		report_text(trees_report(i), &plain, &a);
		report_text(trees_report(i), &colored, &b);
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
			    DANELAW_NAME_SAN, 0, false }
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_stand_alone),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_wrapping_is_only_space),
		cmocka_unit_test(test_where_from),
		cmocka_unit_test(test_hostile_is_bounded),
		cmocka_unit_test(test_color_is_only_color),
		cmocka_unit_test(test_same_as_above),
		cmocka_unit_test(test_cn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
