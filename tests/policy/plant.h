/* SPDX-License-Identifier: ISC */
/*
 * plant.h - report trees from one line of text, for the tables of tests.
 *
 * "dane authenticated tlsa-mismatch | skip | may cleartext": three hosts,
 * mx1.example to mx3.example; each a policy and the outcomes of its
 * addresses, 192.0.2.1 and so on. "starttls-refused=454" gives the reply to
 * STARTTLS as well.
 */
#ifndef TESTS_POLICY_PLANT_H
#define TESTS_POLICY_PLANT_H

#include "model/tree.h"

/* Short, for the columns of tables. */
#define ERR DANELAW_DNSSEC_ERROR
#define BOG DANELAW_DNSSEC_BOGUS
#define INS DANELAW_DNSSEC_INSECURE
#define SEC DANELAW_DNSSEC_SECURE

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Fails the test, naming its row. */
#define ROW_EXPECT(row, holds)                                                 \
	do {                                                                   \
		if (!(holds))                                                  \
			fail_msg("%s: not so: %s", (row), #holds);             \
	} while (0)

/* Never NULL: stops the test when the text makes no sense. */
struct tree *plant_tree(enum danelaw_mx_source source,
    enum danelaw_dnssec dnssec, const char *hosts);
void plant_finding(struct tree *tree, enum danelaw_severity severity);
/* An MX lookup that found this. */
void plant_mx_lookup(struct tree *tree, enum danelaw_dnssec dnssec,
    enum danelaw_presence presence);

#endif
