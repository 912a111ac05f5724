/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/denial.h"

#define N_RECORDS 4
#define OK TRACE_FAULT_NONE
#define MISSING TRACE_FAULT_DENIAL_MISSING
#define INCOMPLETE TRACE_FAULT_DENIAL_INCOMPLETE
#define CONTRARY TRACE_FAULT_DENIAL_CONTRARY

/* Of the zone "z". */
static const struct row {
	const char *what;
	const char *name;
	ldns_rr_type type;
	bool no_such_name;
	const char *records[N_RECORDS];
	enum trace_fault fault;
	const char *kind;
} rows[] = {
	{ "no record at all", "a.z.", LDNS_RR_TYPE_A, false, { NULL }, MISSING,
	    NULL },
	{ "4035 5.4 the name lacks the type", "a.z.", LDNS_RR_TYPE_AAAA, false,
	    { "a.z. NSEC b.z. A RRSIG NSEC" }, OK, "NSEC" },
	{ "the name has the type", "a.z.", LDNS_RR_TYPE_A, false,
	    { "a.z. NSEC b.z. A RRSIG NSEC" }, CONTRARY, "NSEC" },
	{ "the name is an alias", "a.z.", LDNS_RR_TYPE_A, false,
	    { "a.z. NSEC b.z. CNAME RRSIG NSEC" }, CONTRARY, "NSEC" },
	{ "an NSEC of the zone above says nothing of what is below", "c.z.",
	    LDNS_RR_TYPE_MX, false, { "c.z. NSEC d.z. NS DS RRSIG NSEC" },
	    INCOMPLETE, "NSEC" },
	{ "but of the DS it does", "c.z.", LDNS_RR_TYPE_DS, false,
	    { "c.z. NSEC d.z. NS RRSIG NSEC" }, OK, "NSEC" },
	{ "one of the zone below says nothing of the DS", "c.z.",
	    LDNS_RR_TYPE_DS, false, { "c.z. NSEC c.z. NS SOA RRSIG NSEC" },
	    INCOMPLETE, "NSEC" },
	{ "a name with names below it", "_tcp.mx.z.", LDNS_RR_TYPE_A, false,
	    { "mx.z. NSEC _25._tcp.mx.z. A RRSIG NSEC" }, OK, "NSEC" },
	{ "no such name, and no wildcard", "m.z.", LDNS_RR_TYPE_A, true,
	    { "a.z. NSEC n.z. A RRSIG NSEC", "z. NSEC a.z. NS SOA" }, OK,
	    "NSEC" },
	{ "no such name, but a wildcard may be there", "m.z.", LDNS_RR_TYPE_A,
	    true, { "a.z. NSEC n.z. A RRSIG NSEC" }, INCOMPLETE, "NSEC" },
	{ "one record for both", "a.z.", LDNS_RR_TYPE_A, true,
	    { "z. NSEC b.z. NS SOA RRSIG NSEC" }, OK, "NSEC" },
	{ "the last NSEC leads back to the apex", "y.z.", LDNS_RR_TYPE_A, true,
	    { "x.z. NSEC z. A RRSIG NSEC", "z. NSEC x.z. NS SOA" }, OK,
	    "NSEC" },
	{ "a name before its owner is not covered", "a.z.", LDNS_RR_TYPE_A,
	    true, { "b.z. NSEC z. A", "z. NSEC 0.z. NS SOA" }, INCOMPLETE,
	    "NSEC" },
	{ "below a cut nothing is covered", "a.c.z.", LDNS_RR_TYPE_A, true,
	    { "c.z. NSEC d.z. NS", "z. NSEC c.z. NS SOA" }, INCOMPLETE,
	    "NSEC" },
	{ "nor below a DNAME", "a.c.z.", LDNS_RR_TYPE_A, true,
	    { "c.z. NSEC d.z. DNAME", "z. NSEC c.z. NS SOA" }, INCOMPLETE,
	    "NSEC" },
	{ "a wildcard that lacks the type", "m.z.", LDNS_RR_TYPE_A, false,
	    { "*.z. NSEC n.z. MX RRSIG NSEC" }, OK, "NSEC" },
	{ "a wildcard that has the type", "m.z.", LDNS_RR_TYPE_MX, false,
	    { "*.z. NSEC n.z. MX RRSIG NSEC" }, CONTRARY, "NSEC" },
	{ "a name outside of the zone", "a.y.", LDNS_RR_TYPE_A, true,
	    { "z. NSEC z. NS SOA" }, INCOMPLETE, "NSEC" },
	{ "9824 compact denial", "m.z.", LDNS_RR_TYPE_A, false,
	    { "m.z. NSEC \\000.m.z. RRSIG NSEC TYPE128" }, OK, "compact NSEC" },
	{ "case does not matter", "A.Z.", LDNS_RR_TYPE_AAAA, false,
	    { "a.z. NSEC B.z. A" }, OK, "NSEC" },
};

static ldns_rr_list *
read_records(const char *const *texts)
{
	ldns_rr_list *list = ldns_rr_list_new();

	for (size_t i = 0; i < N_RECORDS && texts[i] != NULL; i++) {
		ldns_rr *rr = NULL;

		assert_int_equal(
		    ldns_rr_new_frm_str(&rr, texts[i], 300, NULL, NULL),
		    LDNS_STATUS_OK);
		ldns_rr_list_push_rr(list, rr);
	}
	return list;
}

static void
test_nsec(void **state)
{
	ldns_rdf *zone = ldns_dname_new_frm_str("z.");
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		ldns_rr_list *list = read_records(row->records);
		ldns_rdf *name = ldns_dname_new_frm_str(row->name);
		struct denial denial = { .nsecs = list, .zone = zone };
		enum trace_fault fault =
		    denial_of(&denial, name, row->type, row->no_such_name);

		if (fault != row->fault)
			fail_msg("%s: %s, not %s", row->what,
			    trace_fault_word(fault),
			    trace_fault_word(row->fault));
		if (row->kind == NULL)
			assert_null(denial.kind);
		else
			assert_string_equal(denial.kind, row->kind);
		ldns_rdf_deep_free(name);
		ldns_rr_list_deep_free(list);
	}
	ldns_rdf_deep_free(zone);
}

/* How many of this letter stand at the end. */
static size_t
strspn_end(const char *text, char letter)
{
	size_t len = strlen(text), n = 0;

	while (n < len && text[len - 1 - n] == letter)
		n++;
	return n;
}

/* "NAME FLAGS ITERATIONS TYPES": the NSEC3 of this name; "!NAME": one that
 * covers it, and nothing else. */
static ldns_rr *
nsec3(const char *text)
{
	char name[64], types[64] = "", line[512];
	unsigned flags, iterations;
	bool covers = *text == '!';
	ldns_rdf *dname, *hash;
	ldns_rr *rr = NULL;
	char *hex, *next;

	assert_true(sscanf(text + covers, "%63s %u %u %63[^\n]", name, &flags,
			&iterations, types) >= 3);
	dname = ldns_dname_new_frm_str(name);
	hash = ldns_nsec3_hash_name(dname, 1, (uint16_t)iterations, 0, NULL);
	hex = ldns_rdf2str(hash);
	hex[strcspn(hex, ".")] = '\0';
	next = strdup(hex);
	/* The nearest neighbours: a digit less, and one more. */
	if (covers)
		hex[strlen(hex) - strspn_end(hex, '0') - 1] = '0';
	next[strlen(next) - strspn_end(next, 'v') - 1] = 'v';
	snprintf(line, sizeof(line), "%s.z. NSEC3 1 %u %u - %s %s", hex, flags,
	    iterations, next, types);
	assert_int_equal(
	    ldns_rr_new_frm_str(&rr, line, 300, NULL, NULL), LDNS_STATUS_OK);
	ldns_rdf_deep_free(dname);
	ldns_rdf_deep_free(hash);
	free(hex);
	free(next);
	return rr;
}

static void
test_nsec3(void **state)
{
	static const struct {
		const char *what, *name;
		ldns_rr_type type;
		bool no_such_name;
		const char *records[N_RECORDS];
		enum trace_fault fault;
		bool opt_out;
	} table[] = {
		{ "5155 8.5 the name lacks the type", "a.z.", LDNS_RR_TYPE_AAAA,
		    false, { "a.z. 0 0 A RRSIG" }, OK, false },
		{ "the name has the type", "a.z.", LDNS_RR_TYPE_A, false,
		    { "a.z. 0 0 A RRSIG" }, CONTRARY, false },
		{ "8.4 no such name", "m.z.", LDNS_RR_TYPE_A, true,
		    { "z. 0 0 NS SOA", "!m.z. 0 0", "!*.z. 0 0" }, OK, false },
		{ "without the name above", "m.z.", LDNS_RR_TYPE_A, true,
		    { "!m.z. 0 0", "!*.z. 0 0" }, INCOMPLETE, false },
		{ "without a word of the wildcard", "m.z.", LDNS_RR_TYPE_A,
		    true, { "z. 0 0 NS SOA", "!m.z. 0 0" }, INCOMPLETE, false },
		{ "without a cover", "m.z.", LDNS_RR_TYPE_A, true,
		    { "z. 0 0 NS SOA", "!*.z. 0 0" }, INCOMPLETE, false },
		{ "8.6 a DS under opt-out", "c.z.", LDNS_RR_TYPE_DS, false,
		    { "z. 0 0 NS SOA", "!c.z. 1 0" }, OK, true },
		{ "150 iterations are taken", "a.z.", LDNS_RR_TYPE_AAAA, false,
		    { "a.z. 0 150 A" }, OK, false },
		{ "151 are not", "a.z.", LDNS_RR_TYPE_AAAA, false,
		    { "a.z. 0 151 A" }, TRACE_FAULT_DENIAL_ITERATIONS, false },
		{ "8.7 a wildcard that lacks the type", "m.z.", LDNS_RR_TYPE_A,
		    false, { "z. 0 0 NS SOA", "!m.z. 0 0", "*.z. 0 0 MX" }, OK,
		    false },
	};
	ldns_rdf *zone = ldns_dname_new_frm_str("z.");
	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ldns_rr_list *list = ldns_rr_list_new();
		ldns_rdf *name = ldns_dname_new_frm_str(table[i].name);
		struct denial denial = { .nsecs = list, .zone = zone };
		enum trace_fault fault;

		for (size_t k = 0; k < N_RECORDS && table[i].records[k] != NULL;
		     k++)
			ldns_rr_list_push_rr(list, nsec3(table[i].records[k]));
		fault = denial_of(
		    &denial, name, table[i].type, table[i].no_such_name);
		if (fault != table[i].fault)
			fail_msg("%s: %s, not %s", table[i].what,
			    trace_fault_word(fault),
			    trace_fault_word(table[i].fault));
		assert_int_equal(denial.opt_out, table[i].opt_out);
		assert_string_equal(denial.kind, "NSEC3");
		ldns_rdf_deep_free(name);
		ldns_rr_list_deep_free(list);
	}
	ldns_rdf_deep_free(zone);
}

/* What a wildcard made: nothing nearer may be there. */
static void
test_expanded(void **state)
{
	static const struct {
		const char *name, *record;
		unsigned labels;
		enum trace_fault fault;
	} table[] = {
		{ "m.z.", "a.z. NSEC n.z. A", 1, OK },
		{ "m.z.", "a.z. NSEC b.z. A", 1, INCOMPLETE },
		{ "m.z.", NULL, 1, MISSING },
	};
	ldns_rdf *zone = ldns_dname_new_frm_str("z.");
	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *texts[N_RECORDS] = { table[i].record };
		ldns_rr_list *list = read_records(texts);
		ldns_rdf *name = ldns_dname_new_frm_str(table[i].name);
		struct denial denial = { .nsecs = list, .zone = zone };

		assert_int_equal(
		    denial_of_expanded(&denial, name, table[i].labels),
		    table[i].fault);
		ldns_rdf_deep_free(name);
		ldns_rr_list_deep_free(list);
	}
	ldns_rdf_deep_free(zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nsec),
		cmocka_unit_test(test_nsec3),
		cmocka_unit_test(test_expanded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
