/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "report/due.h"
#include "report/nagios.h"
#include "policy/verdict.h"
#include "report/tally.h"
#include "trees.h"

#define OK DANELAW_STATE_OK
#define WARN DANELAW_STATE_WARNING
#define CRIT DANELAW_STATE_CRITICAL
#define UNKN DANELAW_STATE_UNKNOWN

#define NONE                                                                   \
	{                                                                      \
		.min_hosts = 0                                                 \
	}
#define BELOW(n)                                                               \
	{                                                                      \
		.given = true, .no_high = true, .low = (n)*RANGE_ONE           \
	}

/* Each option raises the state by what it sees, and by nothing else. */
static const struct row {
	const char *what;
	const struct danelaw_report *report;
	struct nagios_options options;
	enum danelaw_state state;
	const char *says; /* in the first line */
} rows[] = {
	{ "the report's own state", &trees_healthy, NONE, OK,
	    "DANELAW OK - example.org: " },
	{ "no match", &trees_stale, NONE, CRIT, "DANELAW CRITICAL - " },
	{ "a finding is the reason of a good verdict's warning", &trees_seed,
	    NONE, WARN, "DANELAW WARNING - " },
	{ "usage 3: dates do not count", &trees_healthy,
	    { .cert_critical = BELOW(90) }, OK, "DANELAW OK" },
	{ "unless they are asked for", &trees_healthy,
	    { .cert_warning = BELOW(90), .ee_expiry = true }, WARN,
	    "60 days left, the threshold is 90: | " },
	{ "critical rules over warning", &trees_healthy,
	    { .cert_warning = BELOW(90),
		.cert_critical = BELOW(61),
		.ee_expiry = true },
	    CRIT, "60 days left, the threshold is 61:" },
	{ "a share of its life, in days", &trees_seed,
	    { .cert_critical = { .given = true,
		  .percent = true,
		  .no_high = true,
		  .low = 100 * RANGE_ONE } },
	    CRIT, ", which is 100:% of its life" },
	{ "60 days are not less than 60", &trees_healthy,
	    { .cert_warning = BELOW(60), .ee_expiry = true }, OK,
	    "cert_days=60;60:" },
	{ "usage 2: dates count", &trees_seed, { .cert_critical = BELOW(999) },
	    CRIT, "days left, the threshold is 999:" },
	{ "signatures, in hours", &trees_healthy,
	    { .rrsig_warning = BELOW(265) }, WARN,
	    "_25._tcp.mx1.example.org TLSA has 264 hours left" },
	{ "signatures, long enough", &trees_healthy,
	    { .rrsig_critical = BELOW(264) }, OK, "rrsig_hours=264;;264:" },
	{ "hosts enough", &trees_healthy, { .min_hosts = 1 }, OK, "OK" },
	{ "too few hosts", &trees_healthy, { .min_hosts = 99 }, CRIT,
	    "authenticated, but there must be 99" },
	{ "nothing looked at", &trees_empty, NONE, UNKN, "UNKNOWN" },
	{ "time ran out, and nothing was seen: not known", &trees_empty,
	    { .elapsed_ms = 4000, .budget_ms = 4000 }, UNKN,
	    "no result after 4 s: " },
	{ "or what the user wants it to be", &trees_empty,
	    { .elapsed_ms = 4000, .budget_ms = 4000, .timeout_state = WARN },
	    WARN, "no result after 4 s: " },
	{ "interface 4: DNS that does not answer is critical", &trees_bogus,
	    { .elapsed_ms = 4000, .budget_ms = 4000 }, CRIT, "CRITICAL" },
	{ "time ran out, but a failure was seen", &trees_stale,
	    { .elapsed_ms = 4000, .budget_ms = 4000 }, CRIT, "CRITICAL" },
	{ "time ran out, never ok", &trees_healthy,
	    { .elapsed_ms = 4001, .budget_ms = 4000 }, UNKN, "UNKNOWN" },
	{ "in time", &trees_healthy, { .elapsed_ms = 3999, .budget_ms = 4000 },
	    OK, "OK" },
};

/* What policy writes into every tree. */
static int
classify(void **state)
{
	(void)state;

	for (size_t i = 0; i < trees_count; i++) {
		const struct danelaw_report *report = trees_report(i);

		for (size_t j = 0; j < report->n_hosts; j++) {
			struct danelaw_host *host = &report->hosts[j];

			host->counted = verdict_class(host);
			for (size_t k = 0; k < host->n_addresses; k++)
				host->addresses[k].counted = verdict_class_of(
				    host->policy, &host->addresses[k]);
		}
	}
	return 0;
}

static void
test_rows(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct buf out = { 0 };
		enum danelaw_state got;
		const char *at, *end;

		report_nagios(row->report, &row->options, &out, &got);
		assert_false(buf_failed(&out));
		at = strstr(buf_text(&out), row->says);
		end = strchr(buf_text(&out), '\n');
		if (got != row->state || at == NULL || at > end)
			fail_msg("%s: state %d\n%s", row->what, (int)got,
			    buf_text(&out));
		buf_finish(&out);
	}
}

static void
assert_format(const char *text)
{
	const char *bar = strstr(text, " | "), *end = strchr(text, '\n');

	assert_non_null(bar);
	assert_non_null(end);
	assert_true(bar < end && bar - text <= NAGIOS_LINE_MAX);
	assert_null(strchr(bar + 2, '|'));
	for (; *text != '\0'; text++)
		assert_true(*text == '\n' || (*text >= 0x20 && *text <= 0x7e));
}

static void
test_format(void **state)
{
	const struct danelaw_report *reports[] = { &trees_healthy, &trees_seed,
		&trees_open, &trees_stale, &trees_mixed, &trees_name,
		&trees_bogus, &trees_null, &trees_empty, trees_hostile() };
	(void)state;

	for (size_t i = 0; i < COUNT(reports); i++) {
		for (int verbosity = 0; verbosity <= 3; verbosity++) {
			struct nagios_options options = {
				.verbosity = verbosity,
			};
			struct buf out = { 0 };
			enum danelaw_state got;

			report_nagios(reports[i], &options, &out, &got);
			assert_false(buf_failed(&out));
			assert_format(buf_text(&out));
			buf_finish(&out);
		}
	}
}

/* What no tree should hold, held by one. */
static void
test_bytes(void **state)
{
	static const struct {
		const char *in, *out;
	} texts[] = {
		{ "a|b", "DANELAW UNKNOWN - a\\x7cb" },
		{ "a\nb\r\x1b[31m", "DANELAW UNKNOWN - a\\x0ab\\x0d\\x1b[31m" },
		{ "\xc3\xa4\x7f", "DANELAW UNKNOWN - \\xc3\\xa4\\x7f" },
		{ "", "DANELAW UNKNOWN - " },
	};
	char text[400];
	(void)state;

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct buf out = { 0 };

		report_nagios_line(UNKN, texts[i].in, &out);
		assert_string_equal(buf_text(&out), texts[i].out);
		buf_finish(&out);
	}
	for (size_t len = 150; len < sizeof(text); len++) {
		struct buf out = { 0 };
		size_t room = NAGIOS_LINE_MAX - strlen("DANELAW UNKNOWN - ");

		memset(text, 'x', len);
		text[len - 1] = len % 2 != 0 ? '|' : 'x';
		text[len] = '\0';
		report_nagios_line(UNKN, text, &out);
		assert_true(out.len <= NAGIOS_LINE_MAX);
		if (len + 3 > room)
			assert_true(out.len >= NAGIOS_LINE_MAX - 3);
		buf_finish(&out);
	}
}

/* What policy counted is what is shown, of hosts and of addresses. */
static void
test_tally(void **state)
{
	struct danelaw_address addresses[] = {
		{ .counted.authenticated = true },
		{ .counted.failing = true },
		{ .counted.unexamined = true,
		    .outcome = DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ .counted.open = true },
	};
	struct danelaw_host hosts[] = {
		{ .counted = { .authenticated = true, .failing = true },
		    .addresses = addresses,
		    .n_addresses = 4 },
		{ .counted.skipped = true },
		{ .counted.unexamined = true },
		{ .counted.open = true },
	};
	const struct danelaw_report report = { .hosts = hosts, .n_hosts = 4 };
	struct report_tally tally = tally_report(&report);
	(void)state;

	assert_int_equal(tally.hosts.all, 4);
	assert_int_equal(tally.hosts.authenticated, 1);
	assert_int_equal(tally.hosts.failed, 2);
	assert_int_equal(tally.hosts.unreachable, 1);
	assert_int_equal(tally.addresses.all, 4);
	assert_int_equal(tally.addresses.authenticated, 1);
	assert_int_equal(tally.addresses.failed, 1);
	assert_int_equal(tally.addresses.unreachable, 1);
	assert_int_equal(tally.silent, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_tally),
	};

	return cmocka_run_group_tests(tests, classify, NULL);
}
