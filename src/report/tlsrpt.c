/* SPDX-License-Identifier: ISC */
#include "report/tlsrpt.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/name.h"
#include "base/text.h"

enum {
	TEXT_MAX = 200,
	NAME_TEXT_MAX = 300,
	DETAILS_MAX = 20000,
	SESSIONS_MAX = 1000000000, /* of one detail; so no sum overflows */
};

static const char *
shown(struct arena *arena, const json_t *object, const char *key)
{
	return text_printable_str(
	    arena, json_string_value(json_object_get(object, key)), TEXT_MAX);
}

/* Nonsense counts as none. */
static int64_t
count(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	if (n < 0)
		return 0;
	return n > SESSIONS_MAX ? SESSIONS_MAX : (int64_t)n;
}

static const char *
host_name(struct arena *arena, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	const char *name = text == NULL || strlen(text) > NAME_TEXT_MAX
	    ? NULL
	    : name_parse(arena, text, NULL);

	return name == NULL || strchr(name, '.') == NULL || name[0] == '-'
	    ? NULL
	    : name;
}

/* Where a report is read to; many details may be one failure. */
struct reader {
	struct arena *arena;
	struct tlsrpt *report;
	size_t n_details;
};

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_same(const struct tlsrpt_failure *a, const struct tlsrpt_failure *b)
{
	return same_text(a->type, b->type) && same_text(a->reason, b->reason) &&
	    same_text(a->shown_host, b->shown_host) &&
	    same_text(a->shown_domain, b->shown_domain);
}

static void
add_failure(struct reader *reader, const struct tlsrpt_failure *failure)
{
	struct tlsrpt *report = reader->report;
	struct tlsrpt_failure *added;

	for (size_t i = 0; i < report->n_failures; i++) {
		if (is_same(&report->failures[i], failure)) {
			report->failures[i].sessions += failure->sessions;
			return;
		}
	}
	if (report->n_failures == TLSRPT_FAILURES_MAX) {
		report->n_more++;
		return;
	}
	added = ARENA_PUSH(reader->arena, report->failures, report->n_failures);
	if (added != NULL)
		*added = *failure;
}

/* An array, or what some write where one object is all there is. */
static const json_t *
element(const json_t *value, size_t index)
{
	if (json_is_array(value))
		return json_array_get(value, index);
	return index == 0 && json_is_object(value) ? value : NULL;
}

static void
read_detail(struct reader *reader, const json_t *policy, const json_t *detail)
{
	struct arena *arena = reader->arena;
	const char *domain = shown(arena, policy, "policy-domain");
	const char *host = shown(arena, detail, "receiving-mx-hostname");
	const char *type = shown(arena, detail, "result-type");
	struct tlsrpt_failure failure = {
		.domain = host_name(arena, policy, "policy-domain"),
		.host = host_name(arena, detail, "receiving-mx-hostname"),
		.shown_domain = domain == NULL ? "no domain" : domain,
		.shown_host = host == NULL ? "no host" : host,
		.type = type == NULL ? "no result type" : type,
		.reason = shown(arena, detail, "failure-reason-code"),
		.sessions = count(detail, "failed-session-count"),
	};

	if (reader->n_details++ < DETAILS_MAX)
		add_failure(reader, &failure);
	else
		reader->report->n_more++;
}

static void
read_policy(struct reader *reader, const json_t *entry)
{
	const json_t *policy = json_object_get(entry, "policy");
	const json_t *summary = json_object_get(entry, "summary");
	const json_t *details = json_object_get(entry, "failure-details");
	const json_t *detail;

	reader->report->successful +=
	    count(summary, "total-successful-session-count");
	reader->report->failed += count(summary, "total-failure-session-count");
	for (size_t i = 0; (detail = element(details, i)) != NULL &&
	     reader->n_details <= DETAILS_MAX;
	     i++)
		read_detail(reader, policy, detail);
}

static int
by_sessions(const void *a, const void *b)
{
	const struct tlsrpt_failure *one = a, *other = b;

	if (one->sessions != other->sessions)
		return one->sessions < other->sessions ? 1 : -1;
	return strcmp(one->shown_host, other->shown_host);
}

static void
read_report(struct arena *arena, const json_t *root, struct tlsrpt *report)
{
	const json_t *policies = json_object_get(root, "policies");
	const json_t *range = json_object_get(root, "date-range");
	const json_t *entry;
	struct reader reader = { .arena = arena, .report = report };

	report->organization = shown(arena, root, "organization-name");
	report->id = shown(arena, root, "report-id");
	report->start = shown(arena, range, "start-datetime");
	report->end = shown(arena, range, "end-datetime");
	for (size_t i = 0; (entry = element(policies, i)) != NULL; i++)
		read_policy(&reader, entry);
	if (report->n_failures > 1)
		qsort(report->failures, report->n_failures,
		    sizeof(*report->failures), by_sessions);
}

bool
tlsrpt_read(struct arena *arena, const void *bytes, size_t len,
    struct tlsrpt *report, const char **why)
{
	struct tlsrpt read = { .n_failures = 0 };
	json_t *root = json_loadb(bytes, len, 0, NULL);

	*why = "it is no JSON";
	if (root != NULL) {
		*why = "it has no \"policies\" (RFC 8460 section 4.4)";
		if (json_object_get(root, "policies") != NULL) {
			read_report(arena, root, &read);
			*why = NULL;
			*report = read;
		}
	}
	json_decref(root);
	return *why == NULL;
}
