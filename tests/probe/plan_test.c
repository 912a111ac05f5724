/* SPDX-License-Identifier: ISC */
/*
 * Which connections are made of one that ended so and so. A row tells how the
 * named ones end, the others go well; no server is needed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/plan.h"

enum { MANY = 20 };

static struct danelaw_tls tls13 = { .version = "TLSv1.3", .sni = "mx.example" };
static struct danelaw_tls tls12 = { .version = "TLSv1.2",
	.cipher = "DHE-RSA-AES256-SHA" };

static const struct row {
	const char *name;
	bool all_certs, implicit, asks;
	const char *fail;        /* offers whose handshake fails */
	const char *refuse;      /* offers for which there is no connection */
	const char *silent;      /* offers that are met by silence in clear */
	struct danelaw_tls *tls; /* of the first that goes well */
	const char *made;        /* connections, the last ones left out by * */
	const char *trials;      /* what is kept of them as trials */
} rows[] = {
	{ "more certificates of TLS 1.3", .all_certs = true, .tls = &tls13,
	    .made = "default *no-sni *tls12 *", .trials = "default *" },
	{ "a server that has had enough is left alone", .all_certs = true,
	    .refuse = "ecdsa", .tls = &tls13, .made = "default *ecdsa",
	    .trials = "default" },
	{ "no DHE, where there was some; no TLS 1.2 after it",
	    .all_certs = true, .tls = &tls12, .made = "default *no-dhe *",
	    .trials = "default *no-dhe *" },
	{ "it fails, and nobody is asked", .all_certs = true, .fail = "default",
	    .made = "default", .trials = "default" },
	{ "it fails, and somebody is asked", .all_certs = true, .asks = true,
	    .fail = "default", .tls = &tls13, .made = "default tls12 small",
	    .trials = "default tls12 small" },
	{ "silence, and somebody is asked", .all_certs = true, .asks = true,
	    .silent = "default", .made = "default tls12 small",
	    .trials = "default tls12 small" },
	{ "silence where TLS came first", .all_certs = true, .asks = true,
	    .implicit = true, .silent = "default", .made = "default",
	    .trials = "" },
	{ "no connection at all", .all_certs = true, .asks = true,
	    .refuse = "default", .made = "default", .trials = "" },
};

/* As policy would: it wants two more. */
static const char *
ask(const struct danelaw_trial *trials, size_t n)
{
	assert_string_equal(trials[0].offer, "default");
	return n == 1 ? "tls12" : n == 2 ? "small" : NULL;
}

static bool
names(const char *list, const char *offer)
{
	return list != NULL && strstr(list, offer) != NULL;
}

/* Words in this order; behind a * others may stand before the next. */
static bool
fits(const char *words, const char *pattern)
{
	bool any = false;

	while (*pattern != '\0') {
		size_t len;

		any = *pattern == '*';
		pattern += any;
		pattern += strspn(pattern, " ");
		len = strcspn(pattern, " ");
		if (len == 0)
			break;
		while (strncmp(words, pattern, len) != 0 ||
		    (words[len] != ' ' && words[len] != '\0')) {
			if (!any || *words == '\0')
				return false;
			words += strcspn(words, " ");
			words += strspn(words, " ");
		}
		words += len;
		words += strspn(words, " ");
		pattern += len;
		pattern += strspn(pattern, " ");
	}
	return any || *words == '\0';
}

static void
add(char *list, const char *word)
{
	assert_true(strlen(list) + strlen(word) < 300);
	strcat(strcat(list, *list == '\0' ? "" : " "), word);
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	const struct probe_target target = { .all_certs = row->all_certs,
		.implicit_tls = row->implicit,
		.next = row->asks ? ask : NULL };
	struct evidence_shake shakes[1] = { 0 };
	struct danelaw_trial trials[MANY] = { 0 };
	struct evidence evidence = { .shakes = shakes, .trials = trials };
	char made[320] = "", kept[320] = "";
	struct plan plan;

	plan_begin(&plan, &target);
	for (int i = 0; plan.offer != NULL; i++) {
		const char *offer = plan.offer->name;
		bool refused = names(row->refuse, offer);
		bool silent = names(row->silent, offer);
		bool failed = names(row->fail, offer);
		const struct plan_end end = {
			.reached = refused ? DANELAW_OUTCOME_CONNECT_REFUSED
			    : silent       ? DANELAW_OUTCOME_SMTP_TIMEOUT
			    : failed       ? DANELAW_OUTCOME_TLS_FAILED
					   : DANELAW_OUTCOME_ENCRYPTED,
			.heard = !refused && !silent,
			.shook = !refused && !silent,
			.up = !refused && !silent && !failed,
			.alert = -1,
		};

		assert_true(i < MANY);
		assert_int_equal(plan_is_first(&plan), i == 0);
		add(made, offer);
		if (plan_stands_first(&plan, &end)) {
			shakes[0].reached = end.reached;
			shakes[0].tls = end.up ? row->tls : NULL;
		}
		if (plan_is_trial(&plan, &end, &evidence.n_trials))
			trials[evidence.n_trials++] = (struct danelaw_trial) {
				.offer = offer, .ok = end.up, .alert = -1
			};
		plan_next(&plan, &end, &evidence);
	}
	for (size_t i = 0; i < evidence.n_trials; i++)
		add(kept, trials[i].offer);
	if (!fits(made, row->made) || !fits(kept, row->trials))
		fail_msg("made \"%s\", kept \"%s\"", made, kept);
}

/* Where there are hybrid groups the cheap one leaves them out at first. */
static void
test_lean(void **state)
{
	const struct probe_target target = { .ip = "192.0.2.1" };
	const struct plan_end end = { .reached = DANELAW_OUTCOME_TLS_FAILED,
		.shook = true,
		.alert = -1 };
	struct evidence_shake shakes[1] = { 0 };
	const struct evidence evidence = { .shakes = shakes };
	struct plan plan;
	(void)state;

	plan_begin(&plan, &target);
	assert_int_equal(plan.lean, tls_offer_has_hybrid());
	plan_next(&plan, &end, &evidence);
	assert_int_equal(plan.full, tls_offer_has_hybrid());
	if (plan.full) {
		assert_string_equal(plan.offer->name, "default");
		assert_true(plan_stands_first(&plan, &end));
		plan_next(&plan, &end, &evidence);
	}
	assert_null(plan.offer);
}

/* Whatever was begun: when the time is over nothing follows. */
static void
test_late(void **state)
{
	const struct probe_target target = { .all_certs = true, .next = ask };
	const struct plan_end end = { .reached = DANELAW_OUTCOME_TLS_FAILED,
		.shook = true,
		.alert = -1,
		.late = true };
	struct evidence_shake shakes[1] = { 0 };
	const struct evidence evidence = { .shakes = shakes };
	struct plan plan;
	(void)state;

	plan_begin(&plan, &target);
	plan_next(&plan, &end, &evidence);
	assert_null(plan.offer);
	assert_false(plan.asking);
}

int
main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0]) + 2] = {
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_lean),
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tests[i + 2] = (struct CMUnitTest) {
			.name = rows[i].name,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
