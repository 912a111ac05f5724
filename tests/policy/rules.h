/* SPDX-License-Identifier: ISC */
/*
 * rules.h - the kinds of rows that the rules of the RFCs are written in.
 *
 * Each row is named "rule N ..." by its number in the list of rules, so that
 * a tool can see that none was forgotten; *state is the row (table.h).
 */
#ifndef TESTS_POLICY_RULES_H
#define TESTS_POLICY_RULES_H

#include "policy/bases.h"
#include "policy/references.h"
#include "policy/ruling.h"
#include "policy/verdict.h"

#include "plant.h"

struct ruling_row {
	const char *rule;
	struct host_facts facts;
	enum danelaw_policy policy;
};
void rules_ruling(void **state);

struct bases_row {
	const char *rule;
	const char *final; /* NULL: mx.example, which is the host */
	enum danelaw_dnssec addr, alias;
	bool need_alias;
	const char *bases; /* "end.example mx.example" */
};
void rules_bases(void **state);

struct judge_row {
	const char *rule;
	enum danelaw_dnssec dnssec;
	enum danelaw_presence presence;
	enum bases_next next;
};
void rules_judge(void **state);

struct verdict_row {
	const char *rule;
	enum danelaw_mx_source source;
	enum danelaw_dnssec mx;
	const char *hosts; /* see plant.h */
	bool require_dane;
	const char *verdict, *state;
};
void rules_verdict(void **state);

struct outcome_row {
	const char *rule;
	enum danelaw_policy policy;
	struct outcome_facts facts;
	enum danelaw_outcome outcome;
};
void rules_outcome(void **state);

struct reference_row {
	const char *rule;
	struct reference_facts facts;
	const char *names; /* "mx.example example.org" */
};
void rules_references(void **state);

struct match_row {
	const char *rule;
	const char *san, *cn; /* one dNSName and the CN of the leaf, or NULL */
	const char *reference;
	bool match;
};
void rules_match(void **state);

struct records_row {
	const char *rule;
	const char *rrset; /* "311 312:20": octets where not the usual */
	const char *kept;  /* one letter each: Used, Superseded, - unusable */
};
void rules_records(void **state);

#endif
