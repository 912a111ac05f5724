/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <danelaw_report.h>

#include "base/arena.h"
#include "policy/blame.h"

#define N 3

/* What one server says to the one question; all else is well. */
enum said {
	GOOD = 0,
	OTHER, /* another record, as good */
	EXPIRED,
	UNSIGNED, /* no signature */
	DENIED,   /* without a proof */
	SERVFAIL,
	DROPS, /* no answer to this question */
	MUTE,  /* none at all */
	FAR,   /* cannot be reached from here */
	LAME,
	CUT, /* wants TCP, which fails */
	NO_EDNS,
	HIDES, /* denies the name above */
	NO_TCP,
	OLD, /* another serial */
};

static const struct row {
	const char *what;
	enum said said[N];
	enum trace_fault fault; /* of the first cause */
	int state;
	unsigned n_causes, n_servers;
	enum trace_standing resolver;
} rows[] = {
	{ "all is well", { GOOD, GOOD, GOOD }, TRACE_FAULT_NONE,
	    DANELAW_STATE_OK, 0, 0, TRACE_SECURE },
	{ "one has expired signatures", { GOOD, EXPIRED, GOOD },
	    TRACE_FAULT_SIG_EXPIRED, DANELAW_STATE_CRITICAL, 1, 1,
	    TRACE_SECURE },
	{ "all have", { EXPIRED, EXPIRED, EXPIRED }, TRACE_FAULT_SIG_EXPIRED,
	    DANELAW_STATE_CRITICAL, 1, 3, TRACE_BOGUS },
	{ "two faults at once", { EXPIRED, UNSIGNED, GOOD },
	    TRACE_FAULT_SIG_EXPIRED, DANELAW_STATE_CRITICAL, 2, 1,
	    TRACE_SECURE },
	{ "one denies it without a proof, and differs", { GOOD, GOOD, DENIED },
	    TRACE_FAULT_DENIAL_MISSING, DANELAW_STATE_CRITICAL, 2, 1,
	    TRACE_SECURE },
	{ "the others make good for one that fails", { SERVFAIL, GOOD, GOOD },
	    TRACE_FAULT_SERVER_ERROR, DANELAW_STATE_WARNING, 1, 1,
	    TRACE_SECURE },
	{ "nobody does where all fail", { SERVFAIL, SERVFAIL, SERVFAIL },
	    TRACE_FAULT_SERVER_ERROR, DANELAW_STATE_CRITICAL, 1, 3,
	    TRACE_UNSEEN },
	{ "one drops the question", { GOOD, DROPS, GOOD },
	    TRACE_FAULT_SERVER_DROPS, DANELAW_STATE_WARNING, 1, 1,
	    TRACE_SECURE },
	{ "one is silent: told once, not for each question",
	    { GOOD, MUTE, GOOD }, TRACE_FAULT_SERVER_MUTE,
	    DANELAW_STATE_WARNING, 1, 1, TRACE_SECURE },
	{ "what we cannot reach is not broken", { GOOD, FAR, GOOD },
	    TRACE_FAULT_NOT_REACHED, DANELAW_STATE_OK, 1, 1, TRACE_SECURE },
	{ "one is lame", { LAME, GOOD, GOOD }, TRACE_FAULT_SERVER_LAME,
	    DANELAW_STATE_WARNING, 1, 1, TRACE_SECURE },
	{ "one needs TCP, and does not do it", { GOOD, GOOD, CUT },
	    TRACE_FAULT_TCP_NEEDED, DANELAW_STATE_WARNING, 1, 1, TRACE_SECURE },
	{ "one answers without EDNS alone", { GOOD, NO_EDNS, GOOD },
	    TRACE_FAULT_EDNS_BROKEN, DANELAW_STATE_WARNING, 1, 1,
	    TRACE_SECURE },
	{ "one hides the name", { GOOD, HIDES, GOOD }, TRACE_FAULT_NAME_HIDDEN,
	    DANELAW_STATE_CRITICAL, 1, 1, TRACE_BOGUS },
	{ "one does no TCP", { NO_TCP, GOOD, GOOD }, TRACE_FAULT_TCP_BLOCKED,
	    DANELAW_STATE_WARNING, 1, 1, TRACE_SECURE },
	{ "the odd one out is named", { GOOD, OTHER, GOOD },
	    TRACE_FAULT_ANSWERS_DIFFER, DANELAW_STATE_WARNING, 1, 1,
	    TRACE_SECURE },
	{ "the odd one out, were it the first", { OTHER, GOOD, GOOD },
	    TRACE_FAULT_ANSWERS_DIFFER, DANELAW_STATE_WARNING, 1, 1,
	    TRACE_SECURE },
	{ "another serial alone is no fault", { GOOD, OLD, GOOD },
	    TRACE_FAULT_SERIALS_DIFFER, DANELAW_STATE_OK, 1, 3, TRACE_SECURE },
	{ "the resolver says bogus to what is good", { GOOD, GOOD, GOOD },
	    TRACE_FAULT_DISAGREE, DANELAW_STATE_WARNING, 1, 3, TRACE_BOGUS },
	{ "and no answer", { GOOD, GOOD, GOOD }, TRACE_FAULT_DISAGREE,
	    DANELAW_STATE_WARNING, 1, 3, TRACE_UNSEEN },
	{ "the resolver says secure to what is bad",
	    { EXPIRED, EXPIRED, EXPIRED }, TRACE_FAULT_SIG_EXPIRED,
	    DANELAW_STATE_CRITICAL, 2, 3, TRACE_SECURE },
};

static const char *good[] = { "3 1 1 aa" }, *other[] = { "3 1 1 bb" };

static void
say(enum said said, struct trace_server *server, struct trace_answer *a,
    struct trace_answer *udp, struct trace_answer *plain)
{
	struct trace_answer fine = { .end = TRACE_ANSWERED,
		.content = TRACE_DATA,
		.aa = true,
		.edns = true,
		.records = good,
		.n_records = 1,
		.ttl = 300,
		.standing = TRACE_SECURE };

	server->answered = true;
	server->soa = server->soa_tcp = server->dnskey = fine;
	*a = *udp = *plain = fine;
	a->content = TRACE_NODATA;
	switch (said) {
	case GOOD:
		break;
	case OTHER:
		udp->records = other;
		break;
	case EXPIRED:
		udp->standing = TRACE_BOGUS;
		udp->fault = TRACE_FAULT_SIG_EXPIRED;
		break;
	case UNSIGNED:
		udp->standing = TRACE_BOGUS;
		udp->fault = TRACE_FAULT_SIG_MISSING;
		break;
	case DENIED:
		udp->standing = TRACE_BOGUS;
		udp->content = TRACE_NXDOMAIN;
		udp->fault = TRACE_FAULT_DENIAL_MISSING;
		break;
	case SERVFAIL:
		*udp =
		    (struct trace_answer) { .end = TRACE_ANSWERED, .rcode = 2 };
		break;
	case DROPS:
		*udp = (struct trace_answer) { .end = TRACE_TIMEOUT };
		break;
	case MUTE:
		server->answered = false;
		*plain = *udp = server->soa = server->soa_tcp = server->dnskey =
		    (struct trace_answer) { .end = TRACE_TIMEOUT };
		break;
	case FAR:
		server->answered = false;
		*plain = *udp = server->soa = server->soa_tcp = server->dnskey =
		    (struct trace_answer) { .end = TRACE_UNREACHABLE };
		break;
	case LAME:
		*udp = (struct trace_answer) { .end = TRACE_ANSWERED,
			.content = TRACE_LAME };
		break;
	case CUT:
		*udp = (struct trace_answer) { .end = TRACE_TIMEOUT,
			.tcp_end = TRACE_TIMEOUT,
			.cut = true };
		break;
	case NO_EDNS:
		*udp = server->soa = server->dnskey =
		    (struct trace_answer) { .end = TRACE_ANSWERED, .rcode = 1 };
		break;
	case HIDES:
		a->content = TRACE_NXDOMAIN;
		break;
	case NO_TCP:
		server->soa_tcp =
		    (struct trace_answer) { .end = TRACE_REFUSED };
		break;
	case OLD:
		server->serial = 1;
		break;
	}
}

static void
test_causes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct arena *arena = arena_new();
		struct trace_answer answers[TRACE_WAYS][N] = { 0 };
		struct trace_answer ns[N] = { 0 }, ds[N] = { 0 }, a[N] = { 0 };
		struct trace_server servers[N] = { 0 };
		struct trace_fork fork = { "_tcp.mx.z", false, false, ns, ds,
			a };
		struct trace_zone zone = { .name = "z",
			.servers = servers,
			.n_servers = N,
			.forks = &fork,
			.n_forks = 1,
			.standing = TRACE_SECURE };
		struct trace_question question = { .name = "_25._tcp.mx.z",
			.type = "TLSA",
			.zone = &zone,
			.resolver = row->resolver };
		struct trace_zone *zones[] = { &zone };
		struct trace_question *questions[] = { &question };
		struct trace trace = { .name = "z",
			.zones = zones,
			.n_zones = 1,
			.questions = questions,
			.n_questions = 1 };

		for (int way = 0; way < TRACE_WAYS; way++)
			question.answers[way] = answers[way];
		for (size_t k = 0; k < N; k++) {
			servers[k] = (struct trace_server) { .name = "ns",
				.ip = (const char *[]) { "192.0.2.1",
				    "192.0.2.2", "192.0.2.3" }[k],
				.at_parent = true,
				.at_child = true,
				.serial = 7 };
			say(row->said[k], &servers[k], &a[k],
			    &answers[TRACE_UDP][k], &answers[TRACE_PLAIN][k]);
		}
		blame(arena, &trace);
		if (trace.n_causes != row->n_causes ||
		    trace.state != row->state ||
		    (row->n_causes > 0 &&
			(trace.causes[0].fault != row->fault ||
			    trace.causes[0].n_servers != row->n_servers)))
			fail_msg("%s: state %d, %zu causes, first %s: %s",
			    row->what, trace.state, trace.n_causes,
			    trace.n_causes == 0
				? "none"
				: trace_fault_word(trace.causes[0].fault),
			    trace.summary);
		arena_unref(arena);
	}
}

/* Silence is nobody's fault where this machine cannot ask. */
static void
test_own_lack(void **state)
{
	struct arena *arena = arena_new();
	struct trace_server server = { .name = "the root",
		.ip = "192.0.2.1",
		.serial = -1,
		.soa = { .end = TRACE_TIMEOUT } };
	struct trace_zone root = {
		.name = "", .servers = &server, .n_servers = 1
	};
	struct trace_zone *zones[] = { &root };
	struct trace trace = { .name = "z",
		.zones = zones,
		.n_zones = 1,
		.own_lack = "no network" };
	(void)state;

	blame(arena, &trace);
	assert_int_equal(trace.state, DANELAW_STATE_UNKNOWN);
	assert_string_equal(trace.summary, "NOT EXAMINED - no network");
	/* What was seen stays so. */
	server.soa.end = TRACE_ANSWERED;
	server.answered = true;
	root.fault = TRACE_FAULT_DS_DIGEST;
	trace.n_causes = 0;
	blame(arena, &trace);
	assert_int_equal(trace.state, DANELAW_STATE_CRITICAL);
	arena_unref(arena);
}

/* Each fault has a word of its own, and says what to do. */
static void
test_words(void **state)
{
	(void)state;
	for (int i = 1; i < TRACE_N_FAULTS; i++) {
		assert_non_null(trace_fault_remedy((enum trace_fault)i));
		for (int k = 1; k < i; k++)
			assert_string_not_equal(
			    trace_fault_word((enum trace_fault)i),
			    trace_fault_word((enum trace_fault)k));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_own_lack),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
