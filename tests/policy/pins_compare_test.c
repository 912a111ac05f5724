/* SPDX-License-Identifier: ISC */
/*
 * What is wanted against what is published and presented. The lab has the
 * rest (tests/e2e/tlsa).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "policy/pins_compare.h"

#define OWNER "_25._tcp.mx.example"
#define ALIAS "tlsa.example"

/* Records are one octet: "3 1 1 0a" fits the key 0a. */
#define RR(octet, text)                                                        \
	{                                                                      \
		.usage = 3, .selector = 1, .mtype = 0, .len = 1,               \
		.data = (const uint8_t[]) { octet }, .rr = "3 1 0 " text,      \
		.usable = true                                                 \
	}
#define CERT(octet)                                                            \
	{                                                                      \
		.subject = "CN=mx", .key = "EC P-256", .depth = -1,            \
		.der = (const uint8_t[]) { 0 }, .der_len = 1,                  \
		.spki = (const uint8_t[]) { octet }, .spki_len = 1             \
	}

/* The address presents this key (0: nothing), and records match it so. */
struct sight {
	uint8_t key;
	enum danelaw_result results[2];
};

static const struct row {
	const char *what;
	bool probed;
	uint8_t wanted[2]; /* keys; 0: no more */
	uint8_t published[2];
	struct sight sights[2];
	size_t n_sights;
	enum pin_state state;
	const char *steps; /* "add 0a, keep 0b" */
	const char *note;  /* a part of the first, or NULL */
} rows[] = {
	{ "it fits another address", true, { 10 }, { 10, 12 },
	    { { 10, { DANELAW_RESULT_MATCH, DANELAW_RESULT_NO_MATCH } },
		{ 12, { DANELAW_RESULT_NO_MATCH, DANELAW_RESULT_MATCH } } },
	    2, PIN_DONE, "keep 0a, keep 0c", NULL },
	{ "nothing to do", true, { 10 }, { 10 },
	    { { 10, { DANELAW_RESULT_MATCH } } }, 1, PIN_DONE, "keep 0a",
	    NULL },
	{ "rule 92: the next beside the present", true, { 10, 11 }, { 10 },
	    { { 10, { DANELAW_RESULT_MATCH } } }, 1, PIN_TO_ADD,
	    "add 0b, keep 0a", NULL },
	{ "what is presented stays, given or not", true, { 11 }, { 10 },
	    { { 10, { DANELAW_RESULT_MATCH } } }, 1, PIN_TO_ADD,
	    "add 0b, keep 0a", NULL },
	{ "nothing fits it", true, { 10 }, { 10, 12 },
	    { { 10, { DANELAW_RESULT_MATCH, DANELAW_RESULT_NO_MATCH } } }, 1,
	    PIN_DONE, "keep 0a, drop 0c", NULL },
	{ "nothing fits it, but one address was not seen", true, { 10 },
	    { 10, 12 },
	    { { 10, { DANELAW_RESULT_MATCH, DANELAW_RESULT_NO_MATCH } },
		{ 0, { 0 } } },
	    2, PIN_UNKNOWN, "keep 0a, keep 0c", "could not be looked at" },
	{ "in order, whatever the server's is", true, { 10 }, { 12, 10 },
	    { { 10, { DANELAW_RESULT_NO_MATCH, DANELAW_RESULT_MATCH } },
		{ 12, { DANELAW_RESULT_MATCH, DANELAW_RESULT_NO_MATCH } } },
	    2, PIN_DONE, "keep 0a, keep 0c", NULL },
	{ "nothing was looked at", false, { 10 }, { 12 }, { { 0, { 0 } } }, 0,
	    PIN_TO_ADD, "add 0a, keep 0c", NULL },
	{ "one address has no record", true, { 10 }, { 10 },
	    { { 10, { DANELAW_RESULT_MATCH } },
		{ 12, { DANELAW_RESULT_NO_MATCH } } },
	    2, PIN_NAKED, "keep 0a", "[192.0.2.2] presents CN=mx" },
	{ "it will have one", true, { 12 }, { 10 },
	    { { 10, { DANELAW_RESULT_MATCH } },
		{ 12, { DANELAW_RESULT_NO_MATCH } } },
	    2, PIN_NAKED, "add 0c, keep 0a", "mail waits until" },
	{ "a first record promises nothing yet", true, { 10 }, { 0 },
	    { { 10, { 0 } } }, 1, PIN_TO_ADD, "add 0a", NULL },
	{ "a first record that would break mail", true, { 11 }, { 0 },
	    { { 10, { 0 } } }, 1, PIN_NAKED, "add 0b", "neither" },
	{ "naked is worse than unseen", true, { 10 }, { 11 },
	    { { 10, { DANELAW_RESULT_NO_MATCH } }, { 0, { 0 } } }, 2, PIN_NAKED,
	    "add 0a, keep 0b", "mail waits until" },
	{ "a stronger digest, as of type 2, hides the one that fits", true,
	    { 10 }, { 10, 12 },
	    { { 10, { DANELAW_RESULT_SUPERSEDED, DANELAW_RESULT_NO_MATCH } } },
	    1, PIN_NAKED, "keep 0a, drop 0c", "stronger digest" },
};

static const struct danelaw_record records[] = {
	RR(10, "0a"),
	RR(11, "0b"),
	RR(12, "0c"),
};
static const struct danelaw_cert certs[] = { CERT(10), CERT(11), CERT(12) };

/* Everything that a report points to, for as long as the row lasts. */
struct world {
	struct danelaw_report report;
	struct danelaw_host host;
	struct danelaw_lookup lookup;
	struct danelaw_record published[2];
	struct danelaw_address addresses[2];
	struct danelaw_probe probes[2];
	struct danelaw_cert chains[2];
	struct danelaw_record_result results[2][2];
	const char *signers[2];
	const char *aliases[1];
	struct pin_source source;
	struct pin pins[2];
	struct pin_set set;
};

static void
make_sight(struct world *world, const struct sight *sight, size_t at)
{
	struct danelaw_address *address = &world->addresses[at];
	struct danelaw_probe *probe = &world->probes[at];

	address->ip = at == 0 ? "192.0.2.1" : "192.0.2.2";
	address->probes = probe;
	address->n_probes = 1;
	probe->n_chain = sight->key > 0;
	if (sight->key == 0)
		return;
	world->chains[at] = certs[sight->key - 10];
	probe->chain = &world->chains[at];
	probe->records = world->results[at];
	probe->n_records = world->host.tlsa.n_records;
	for (size_t i = 0; i < 2; i++) {
		world->results[at][i].record = i;
		world->results[at][i].result = sight->results[i];
	}
}

static void
make(struct world *world, const struct row *row)
{
	*world = (struct world) { 0 };
	world->report.hosts = &world->host;
	world->report.n_hosts = 1;
	world->signers[0] = "example";
	world->signers[1] = "";
	world->aliases[0] = ALIAS;
	world->lookup = (struct danelaw_lookup) {
		.name = OWNER,
		.type = "TLSA",
		.dnssec = DANELAW_DNSSEC_SECURE,
		.signers = world->signers,
		.n_signers = 2,
	};
	world->host.lookups = &world->lookup;
	world->host.n_lookups = 1;
	world->host.dnssec = DANELAW_DNSSEC_SECURE;
	world->host.tlsa.name = OWNER;
	world->host.tlsa.dnssec = DANELAW_DNSSEC_SECURE;
	world->host.tlsa.status = DANELAW_TLSA_NONE;
	world->host.tlsa.records = world->published;
	for (size_t i = 0; i < 2 && row->published[i] > 0; i++) {
		world->published[i] = records[row->published[i] - 10];
		world->host.tlsa.n_records++;
		world->host.tlsa.status = DANELAW_TLSA_USABLE;
	}
	world->set.pins = world->pins;
	for (size_t i = 0; i < 2 && row->wanted[i] > 0; i++) {
		world->pins[i].record = records[row->wanted[i] - 10];
		world->pins[i].source = &world->source;
		world->set.n_pins++;
	}
	world->host.addresses = world->addresses;
	world->host.n_addresses = row->n_sights;
	for (size_t i = 0; i < row->n_sights; i++)
		make_sight(world, &row->sights[i], i);
}

static void
write_steps(const struct pin_host *host, char *text, size_t room)
{
	static const char *const words[] = { "add", "keep", "drop" };
	size_t len = 0;

	*text = '\0';
	for (size_t i = 0; i < host->n_lines; i++)
		len += (size_t)snprintf(text + len, room - len, "%s%s %s",
		    i == 0 ? "" : ", ", words[host->lines[i].step],
		    host->lines[i].record->rr + strlen("3 1 0 "));
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct arena *arena = arena_new();
		struct pin_host host = { .name = "mx.example" };
		struct world world;
		char steps[200];

		make(&world, row);
		assert_true(pins_compare(
		    arena, &world.report, row->probed, &world.set, &host));
		write_steps(&host, steps, sizeof(steps));
		if (strcmp(steps, row->steps) != 0)
			fail_msg("%s: %s", row->what, steps);
		if (host.state != row->state)
			fail_msg("%s: state %d", row->what, (int)host.state);
		if ((row->note != NULL) != (host.n_notes > 0) ||
		    (row->note != NULL &&
			strstr(host.notes[0], row->note) == NULL))
			fail_msg("%s: %zu notes, %s", row->what, host.n_notes,
			    host.n_notes > 0 ? host.notes[0] : "");
		assert_string_equal(host.owner, OWNER);
		assert_string_equal(host.zone, "example");
		arena_unref(arena);
	}
}

/* No look is taken for an answer where there was none. */
static void
test_failures(void **state)
{
	static const struct {
		const char *what;
		enum danelaw_dnssec dnssec, tlsa_dnssec;
		enum danelaw_tlsa_status status;
		const char *failed; /* a part; NULL: nothing did */
	} list[] = {
		{ "fine", DANELAW_DNSSEC_SECURE, DANELAW_DNSSEC_SECURE,
		    DANELAW_TLSA_NONE, NULL },
		{ "unsigned address", DANELAW_DNSSEC_INSECURE,
		    DANELAW_DNSSEC_ERROR, DANELAW_TLSA_NOT_ASKED,
		    "would do nothing" },
		{ "no address", DANELAW_DNSSEC_ERROR, DANELAW_DNSSEC_ERROR,
		    DANELAW_TLSA_NOT_ASKED, "the reason" },
		{ "no answer", DANELAW_DNSSEC_SECURE, DANELAW_DNSSEC_ERROR,
		    DANELAW_TLSA_ERROR, "the reason" },
		{ "unsigned records", DANELAW_DNSSEC_SECURE,
		    DANELAW_DNSSEC_INSECURE, DANELAW_TLSA_USABLE,
		    "take no notice" },
		{ "unsigned alias, signed records", DANELAW_DNSSEC_INSECURE,
		    DANELAW_DNSSEC_SECURE, DANELAW_TLSA_USABLE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct arena *arena = arena_new();
		struct pin_host host = { .name = "mx.example" };
		struct world world;

		make(&world, &rows[1]);
		world.host.why = "the reason";
		world.host.dnssec = list[i].dnssec;
		world.host.tlsa.dnssec = list[i].tlsa_dnssec;
		world.host.tlsa.status = list[i].status;
		assert_true(pins_compare(
		    arena, &world.report, true, &world.set, &host));
		if ((host.failed == NULL) != (list[i].failed == NULL) ||
		    (host.failed != NULL &&
			strstr(host.failed, list[i].failed) == NULL))
			fail_msg("%s: %s", list[i].what, host.failed);
		if (host.failed != NULL) {
			assert_int_equal(host.state, PIN_UNKNOWN);
			assert_int_equal(host.n_lines, 0);
		}
		arena_unref(arena);
	}
}

static void
test_owner(void **state)
{
	struct arena *arena = arena_new();
	struct pin_host host = { .name = "mx.example" };
	struct world world;

	(void)state;
	make(&world, &rows[1]);
	world.lookup.aliases = world.aliases;
	world.lookup.n_aliases = 1;
	assert_true(
	    pins_compare(arena, &world.report, true, &world.set, &host));
	assert_string_equal(host.owner, ALIAS);
	arena_unref(arena);
}

static void
test_distrust(void **state)
{
	struct arena *arena = arena_new();
	struct world world;

	(void)state;
	make(&world, &rows[0]);
	world.probes[0].outcome = world.probes[1].outcome =
	    DANELAW_OUTCOME_AUTHENTICATED;
	assert_null(pins_distrust(arena, &world.report));
	for (int outcome = 0; outcome <= DANELAW_OUTCOME_NOT_EXAMINED;
	     outcome++) {
		world.probes[1].outcome = (enum danelaw_outcome)outcome;
		assert_int_equal(pins_distrust(arena, &world.report) == NULL,
		    outcome == DANELAW_OUTCOME_AUTHENTICATED);
	}
	world.probes[1].outcome = DANELAW_OUTCOME_AUTHENTICATED;
	world.host.n_left_out = 1;
	assert_non_null(pins_distrust(arena, &world.report));
	world.host.n_left_out = 0;
	world.probes[1].n_chain = 0;
	assert_non_null(pins_distrust(arena, &world.report));
	world.host.n_addresses = 0;
	assert_non_null(pins_distrust(arena, &world.report));
	arena_unref(arena);
}

static void
test_worse(void **state)
{
	static const enum pin_state order[] = { PIN_DONE, PIN_TO_ADD,
		PIN_UNKNOWN, PIN_NAKED };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		for (size_t j = 0; j < 4; j++)
			assert_int_equal(pins_worse(order[i], order[j]),
			    order[i > j ? i : j]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_distrust),
		cmocka_unit_test(test_worse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
