/* SPDX-License-Identifier: ISC */
/* What is to be published, which record counts, and when to look again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/pins.h"
#include "policy/rollover.h"

#define KEY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NOW 1000000

static const struct key_row {
	const char *what;
	const char *records[3];
	size_t n;
	bool passes, named;
	struct pin_wish wish;
} key_rows[] = {
	{ "its record", { "3 1 1 " KEY }, 1, true, true, { 3, 1, 1, false } },
	{ "another one", { "3 1 1 " OTHER }, 1, false, false,
	    { 3, 1, 1, false } },
	{ "both", { "3 1 1 " OTHER, "3 1 1 " KEY }, 2, true, true,
	    { 3, 1, 1, false } },
	{ "none at all", { NULL }, 0, true, false, { 3, 1, 1, false } },
	{ "none that is usable", { "1 1 1 " KEY }, 1, true, false,
	    { 3, 1, 1, false } },
	{ "an issuer", { "2 1 1 " KEY }, 1, false, false, { 2, 1, 1, false } },
	{ "an issuer beside it", { "2 1 1 " OTHER, "3 1 1 " KEY }, 2, true,
	    true, { 3, 1, 1, false } },
	{ "the whole certificate", { "3 0 1 " KEY }, 1, false, false,
	    { 3, 1, 1, false } },
	{ "RFC 7671 9: a stronger digest rules",
	    { "3 1 1 " KEY, "3 1 2 " OTHER OTHER }, 2, false, false,
	    { 3, 1, 2, false } },
	{ "the strong one of it", { "3 1 2 " KEY KEY }, 1, true, true,
	    { 3, 1, 2, false } },
};

static void
test_keys(void **state)
{
	const struct danelaw_cert cert = { .spki_sha256 = KEY,
		.spki_sha512 = KEY KEY,
		.spki = (const uint8_t *)"x",
		.spki_len = 1 };
	const struct pin_source source = { PIN_NEXT, "key", &cert, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(key_rows) / sizeof(key_rows[0]); i++) {
		const struct key_row *row = &key_rows[i];
		struct arena *arena = arena_new();
		const struct rollover_server server = {
			.records = (const char **)row->records,
			.n_records = row->n,
		};
		struct pin_wish wish = rollover_wish(arena, &server, 1, true);

		if (rollover_key_passes(arena, row->records, row->n, &source,
			false) != row->passes ||
		    rollover_key_passes(arena, row->records, row->n, &source,
			true) != row->named)
			fail_msg("%s", row->what);
		if (wish.usage != row->wish.usage ||
		    wish.selector != row->wish.selector ||
		    wish.mtype != row->wish.mtype)
			fail_msg("%s: %u %u %u", row->what, wish.usage,
			    wish.selector, wish.mtype);
		arena_unref(arena);
	}
}

static const struct look_row {
	const char *what;
	enum rollover_answer answer;
	bool lags;
	uint32_t wait;
	int64_t when, deadline, next;
} look_rows[] = {
	{ "only time is lacking", ROLLOVER_LATER, false, 3605, NOW + 3605,
	    NOW + 86400, NOW + 3605 },
	{ "no later than the deadline", ROLLOVER_LATER, false, 3605, NOW + 3605,
	    NOW + 60, NOW + 60 },
	{ "a server lags", ROLLOVER_LATER, true, 305, NOW + 305, NOW + 86400,
	    NOW + 30 },
	{ "short TTLs", ROLLOVER_LATER, true, 6, NOW + 6, NOW + 86400,
	    NOW + 1 },
	{ "it may be published", ROLLOVER_BREAKS, true, 86405, NOW + 86405,
	    NOW + 86400, NOW + 60 },
	{ "one is silent", ROLLOVER_UNKNOWN, true, 0, 0, NOW + 86400, NOW + 1 },
};

static void
test_looks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(look_rows) / sizeof(look_rows[0]); i++) {
		const struct look_row *row = &look_rows[i];
		struct rollover_server server = { .passes = !row->lags };
		struct rollover_host host = { .answer = row->answer,
			.wait = row->wait,
			.when = row->when,
			.servers = &server,
			.n_servers = 1 };
		const struct rollover rollover = {
			.at = NOW, .hosts = &host, .n_hosts = 1
		};
		int64_t next = rollover_next_look(&rollover, row->deadline);

		if (next != row->next)
			fail_msg("%s: %lld", row->what, (long long)next - NOW);
	}
}

static const struct same_row {
	const char *what;
	bool has_key, passes, told, same_key, is_live;
	size_t n_records;
	enum rollover_answer answer;
} same_rows[] = {
	{ "the same key, and its record", true, true, true, true, false, 1,
	    ROLLOVER_NOW },
	{ "the same key, by another record", false, true, true, true, false, 1,
	    ROLLOVER_LATER },
	{ "the same key, and no record of it", false, false, true, true, false,
	    1, ROLLOVER_BREAKS },
	{ "the same key, and nobody answers", true, true, false, true, false, 1,
	    ROLLOVER_UNKNOWN },
	{ "another key", true, true, true, false, false, 1, ROLLOVER_LATER },
	{ "what is live", false, true, true, true, true, 1, ROLLOVER_NOW },
	{ "what is live, and does not pass", false, false, true, true, true, 1,
	    ROLLOVER_BREAKS },
	{ "the same key, and no records", false, true, true, true, false, 0,
	    ROLLOVER_NOW },
};

static void
test_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(same_rows) / sizeof(same_rows[0]); i++) {
		const struct same_row *row = &same_rows[i];
		struct arena *arena = arena_new();
		struct rollover_server server = { .name = "ns",
			.ip = "::1",
			.lack = row->told ? NULL : "timeout",
			.n_records = row->n_records,
			.ttl = 300,
			.has_key = row->has_key,
			.passes = row->passes };
		struct rollover_host host = { .name = "mx",
			.owner = "_25",
			.servers = &server,
			.n_servers = 1 };
		const struct rollover_facts facts = { .now = NOW,
			.same_key = row->same_key,
			.is_live = row->is_live };

		assert_true(rollover_fill(arena, &facts, &host));
		if (host.answer != row->answer || host.headline == NULL)
			fail_msg("%s: %d", row->what, (int)host.answer);
		arena_unref(arena);
	}
}

static const struct first_row {
	const char *what, *rr;
	size_t n_publish;
	bool is_fresh, is_live;
	enum rollover_answer answer;
} first_rows[] = {
	{ "keys are pinned, and the next is to come", "3 1 1 aa", 1, true,
	    false, ROLLOVER_LATER },
	{ "issuers alone are pinned", "2 1 1 aa", 1, true, false,
	    ROLLOVER_BREAKS },
	{ "a part of it is there", "3 1 1 aa", 1, false, false,
	    ROLLOVER_BREAKS },
	{ "nothing that is published would do", "3 1 1 aa", 0, true, false,
	    ROLLOVER_BREAKS },
	{ "it is live, and broken", "3 1 1 aa", 1, true, true,
	    ROLLOVER_BREAKS },
};

static void
test_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(first_rows) / sizeof(first_rows[0]);
	     i++) {
		const struct first_row *row = &first_rows[i];
		struct arena *arena = arena_new();
		const char *records[] = { row->rr };
		const struct danelaw_record publish = { .rr = "3 1 1 bb" };
		struct rollover_server server = { .name = "ns",
			.ip = "::1",
			.records = records,
			.n_records = 1,
			.ttl = 300,
			.why = "no record is for this key" };
		struct rollover_host host = { .name = "mx",
			.owner = "_25",
			.servers = &server,
			.n_servers = 1 };
		const struct rollover_facts facts = { .now = NOW,
			.is_live = row->is_live,
			.publish = &publish,
			.n_publish = row->n_publish,
			.is_fresh = row->is_fresh };

		assert_true(rollover_fill(arena, &facts, &host));
		if (host.answer != row->answer ||
		    host.when != (row->n_publish > 0 ? NOW + 300 : 0))
			fail_msg("%s: %d", row->what, (int)host.answer);
		arena_unref(arena);
	}
}

static void
test_worse(void **state)
{
	static const enum rollover_answer order[] = { ROLLOVER_NOW,
		ROLLOVER_LATER, ROLLOVER_UNKNOWN, ROLLOVER_BREAKS };

	(void)state;
	for (int i = 0; i < 4; i++) {
		for (int k = 0; k < 4; k++)
			assert_int_equal(rollover_worse(order[i], order[k]),
			    order[i > k ? i : k]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_first),
		cmocka_unit_test(test_worse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
