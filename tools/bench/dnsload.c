/* SPDX-License-Identifier: ISC */
/*
 * dnsload - what DNS alone costs: the questions of danelaw, without the rest.
 *
 * Asks for MX of every domain, then A, AAAA and TLSA of the hosts, each once,
 * through the same resolver as danelaw scan. For comparisons: this, taken from
 * the whole, leaves the cost of probing and reporting. Prints one JSON object.
 *
 *	dnsload ANCHOR HINTS WINDOW <DOMAINS	(HINTS -: those built in)
 */
#include <event2/event.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "dns/resolver.h"

#define PATIENCE_MS 60000
#define LINE_MAX_LEN 1024

struct load {
	struct event_base *base;
	struct resolver *resolver;
	void *hosts; /* a tree of names */
	size_t n_hosts;
	size_t running, window, domains, questions, failed;
};

static void
die(const char *what)
{
	fprintf(stderr, "dnsload: %s\n", what);
	exit(70);
}

static void
ask(struct load *load, const char *name, enum rrtype type,
    resolver_done_fn *done)
{
	if (resolver_ask(load->resolver, name, type,
		clock_monotonic_ms() + PATIENCE_MS, done, load) == NULL)
		die("no memory");
	load->running++;
	load->questions++;
}

static int
order(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* True: seen for the first time. */
static bool
add(void **tree, const char *name)
{
	char *copy;

	if (tfind(name, tree, order) != NULL)
		return false;
	copy = strdup(name);
	if (copy == NULL || tsearch(copy, tree, order) == NULL)
		die("no memory");
	return true;
}

static void
on_answer(const struct answer *answer, void *arg)
{
	struct load *load = arg;
	const struct danelaw_lookup *lookup = &answer->lookup;

	load->running--;
	load->failed += lookup->dnssec != DANELAW_DNSSEC_SECURE;
}

static void
on_mx(const struct answer *answer, void *arg)
{
	struct load *load = arg;
	char tlsa[512];

	on_answer(answer, arg);
	for (size_t i = 0; i < answer->n_records; i++) {
		const char *host = answer->records[i].name;

		if (!add(&load->hosts, host))
			continue;
		load->n_hosts++;
		snprintf(tlsa, sizeof(tlsa), "_25._tcp.%s", host);
		ask(load, host, RRTYPE_A, on_answer);
		ask(load, host, RRTYPE_AAAA, on_answer);
		ask(load, tlsa, RRTYPE_TLSA, on_answer);
	}
}

/* False: the list has ended. */
static bool
ask_next(struct load *load)
{
	char line[LINE_MAX_LEN];

	if (fgets(line, sizeof(line), stdin) == NULL)
		return false;
	line[strcspn(line, "\r\n")] = '\0';
	if (*line != '\0') {
		load->domains++;
		ask(load, line, RRTYPE_MX, on_mx);
	}
	return true;
}

static void
run(struct load *load)
{
	bool more = true;

	do {
		while (more && load->running < load->window)
			more = ask_next(load);
		if (load->running > 0 &&
		    event_base_loop(load->base, EVLOOP_ONCE) != 0)
			die("the loop ran dry");
	} while (more || load->running > 0);
}

int
main(int argc, char **argv)
{
	struct load load = { 0 };
	struct resolver_config config = { 0 };
	struct rusage usage;
	char *error = NULL;
	int64_t start = clock_monotonic_ms();

	if (argc != 4 || (load.window = strtoul(argv[3], NULL, 10)) == 0) {
		fputs("usage: dnsload ANCHOR HINTS WINDOW\n", stderr);
		return 64;
	}
	config.trust_anchor = argv[1];
	if (strcmp(argv[2], "-") != 0)
		config.root_hints = argv[2];
	load.base = event_base_new();
	if (load.base == NULL ||
	    resolver_new(load.base, &config, &load.resolver, &error) !=
		RESOLVER_OK)
		die(error == NULL ? "no memory" : error);
	run(&load);
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"domains\": %zu, \"hosts\": %zu, \"questions\": %zu, "
	       "\"not_secure\": %zu, \"wall_ms\": %lld, \"rss_kib\": %ld}\n",
	    load.domains, load.n_hosts, load.questions, load.failed,
	    (long long)(clock_monotonic_ms() - start), usage.ru_maxrss);
	return load.failed > 0;
}
