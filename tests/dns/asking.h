/* SPDX-License-Identifier: ISC */
/*
 * asking.h - a lab, and questions to resolvers that use it.
 */
#ifndef DNS_ASKING_H
#define DNS_ASKING_H

#include "dns/resolver.h"
#include "lab.h"

#define LONG_MS 30000 /* longer than any answer may take */

extern struct event_base *base;
extern struct lab *lab;

/* For each test. */
int asking_setup(void **state);
int asking_teardown(void **state);
#define ASKING_TEST(function)                                                  \
	cmocka_unit_test_setup_teardown(function, asking_setup, asking_teardown)

/* What came of one question. */
struct got {
	bool done;
	enum danelaw_dnssec dnssec;
	enum danelaw_presence presence;
	size_t n_records, n_aliases;
	char why[600], final[300], first[300];
	uint32_t ttl;
	int64_t expires;
	bool timed_out;
};

struct resolver_query *begin(struct resolver *resolver, const char *name,
    enum rrtype type, int ms, struct got *got);
void wait_for(const struct got *got);
/* Both. */
void ask(struct resolver *resolver, const char *name, enum rrtype type,
    struct got *got);

struct resolver *make(const struct resolver_config *config);
/* One that forwards to the lab. */
struct resolver *make_forwarding(int64_t at, const char *anchor);
/* The same, at the right time and with the right anchor. */
struct resolver *make_good(void);

#endif
