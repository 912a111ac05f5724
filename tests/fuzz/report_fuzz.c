/* SPDX-License-Identifier: ISC */
/* Trees that hold anything, through all that writes reports. */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "report/nagios.h"
#include "report/prometheus.h"
#include "report/report.h"
#include "tree.h"

/* Lines of printable ASCII, and colours where they were asked for. */
static void
check_lines(const struct buf *out, bool color)
{
	const char *text = buf_text(out);

	assert(!buf_failed(out) && strlen(text) == out->len);
	assert(strstr(text, "(null)") == NULL);
	for (const char *c = text; *c != '\0'; c++) {
		if (color && *c == '\033') {
			assert(c[1] == '[');
			c += 2 + strspn(c + 2, "0123456789;");
			assert(*c == 'm');
			continue;
		}
		assert(*c == '\n' || (*c >= ' ' && *c <= '~'));
	}
}

static json_t *
load(struct buf *out)
{
	json_t *json;

	assert(!buf_failed(out) && strlen(buf_text(out)) == out->len);
	json = json_loads(buf_text(out), JSON_REJECT_DUPLICATES, NULL);
	assert(json_is_object(json));
	buf_finish(out);
	return json;
}

static void
check_json(const struct danelaw_report *report)
{
	struct buf one = { 0 }, two = { 0 };
	json_t *line, *indented;

	report_json_line(report, &one);
	assert(strpbrk(buf_text(&one), "\n\r") == NULL);
	report_json(report, &two);
	line = load(&one);
	indented = load(&two);
	assert(json_equal(line, indented));
	json_decref(line);
	json_decref(indented);
	report_summary_line(report, &one);
	json_decref(load(&one));
	if (report->n_hosts > 0 && report->hosts[0].n_addresses > 0 &&
	    report->hosts[0].addresses[0].n_probes > 0) {
		report_json_probe(report->hosts[0].addresses[0].probes,
		    &report->hosts[0].tlsa, &one);
		json_decref(load(&one));
	}
}

static void
check_text(const struct danelaw_report *report, struct fuzz_bytes *in)
{
	static const unsigned widths[] = { 0, 80, 20, 1, 200 };
	struct report_options options = {
		.color = fuzz_take(in, 2) == 1,
		.verbosity = (int)fuzz_take(in, 3) - 1,
		.width = widths[fuzz_take(in, 5)],
		.at_given = fuzz_take(in, 2) == 1,
	};
	struct buf out = { 0 };

	report_text(report, &options, &out);
	check_lines(&out, options.color);
	buf_clear(&out);
	if (report->n_hosts > 0 && report->hosts[0].n_addresses > 0 &&
	    report->hosts[0].addresses[0].n_probes > 0)
		report_verify(report, &options, &out);
	check_lines(&out, options.color);
	buf_finish(&out);
}

static struct range
some_range(struct fuzz_bytes *in)
{
	unsigned bits = fuzz_take(in, 16);

	return (struct range) { bits & 1, bits & 2, bits & 4, bits & 8,
		fuzz_take(in, 256) * RANGE_ONE,
		(256 + fuzz_take(in, 256)) * RANGE_ONE, bits == 9 };
}

static void
check_nagios(const struct danelaw_report *report, struct fuzz_bytes *in)
{
	struct nagios_options options = {
		.cert_warning = some_range(in),
		.cert_critical = some_range(in),
		.rrsig_warning = some_range(in),
		.rrsig_critical = some_range(in),
		.ee_expiry = fuzz_take(in, 2) == 1,
		.min_hosts = fuzz_take(in, 4),
		.verbosity = (int)fuzz_take(in, 4),
		.elapsed_ms = fuzz_take(in, 256),
		.budget_ms = fuzz_take(in, 256),
		.timeout_state = fuzz_take(in, 4),
	};
	enum danelaw_state state = DANELAW_STATE_UNKNOWN;
	struct buf out = { 0 };
	bool authenticated = false;

	report_nagios(report, &options, &out, &state);
	check_lines(&out, false);
	assert(state <= DANELAW_STATE_UNKNOWN);
	assert(strcspn(buf_text(&out), "|\n") <= NAGIOS_LINE_MAX + 1);
	for (size_t i = 0; i < report->n_hosts; i++)
		authenticated |= report->hosts[i].counted.authenticated;
	assert(authenticated || state != DANELAW_STATE_OK ||
	    options.timeout_state == DANELAW_STATE_OK);
	buf_finish(&out);
}

/* "# ..." or "name{label="value",...} number" */
static void
check_sample(const char *line)
{
	const char *c =
	    line + strspn(line, "abcdefghijklmnopqrstuvwxyz_0123456789");

	if (*line == '#')
		return;
	assert(c > line);
	if (*c == '{') {
		do {
			c += 1 + strcspn(c + 1, "=\"}, ");
			assert(c[0] == '=' && c[1] == '"');
			for (c += 2; *c != '"'; c++) {
				assert(*c != '\0');
				c += *c == '\\';
			}
			c++;
		} while (*c == ',');
		assert(*c == '}');
		c++;
	}
	assert(*c == ' ');
	strtod(c, (char **)(uintptr_t)&c);
	assert(*c == '\0');
}

static void
check_prometheus(const struct danelaw_report *report, struct fuzz_bytes *in)
{
	struct prometheus_item item = {
		.target = report->domain,
		.report = fuzz_take(in, 8) == 7 ? NULL : report,
		.checked_at = fuzz_take(in, 2),
		.duration_ms = (int)fuzz_take(in, 256) - 1,
	};
	struct buf out = { 0 };
	char *rest = NULL;

	report_prometheus_probe(&item, &out);
	report_prometheus_build(&out);
	check_lines(&out, false);
	for (char *line = strtok_r(out.bytes, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		check_sample(line);
	buf_finish(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	/* The options stand first: a tree may take all the rest. */
	struct fuzz_bytes options = { bytes, len < 24 ? len : 24 };
	struct fuzz_bytes in = { bytes + options.left, len - options.left };
	struct danelaw_report *report = fuzz_tree(&in);

	switch (fuzz_take(&options, 4)) {
	case 0:
		check_text(report, &options);
		break;
	case 1:
		check_nagios(report, &options);
		break;
	case 2:
		check_prometheus(report, &options);
		break;
	default:
		check_json(report);
	}
	danelaw_report_free(report);
	return 0;
}
