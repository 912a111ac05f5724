/* SPDX-License-Identifier: ISC */
/*
 * dnsload - what DNS alone costs: the questions of danelaw scan, without the
 * rest.
 *
 * Asks for MX of every domain, then A, AAAA and TLSA of its hosts, each host
 * once in a process, and with -z for DNSKEY and DS of all zones that signed
 * these answers, for every domain anew, through the same resolver as danelaw
 * and as patiently. For comparisons: this, taken from the whole, leaves the
 * cost of probing and reporting. Prints one JSON object.
 *
 *	dnsload [-z] [-m MIB] [-w PROCESSES] ANCHOR WINDOW DOMAINS
 *
 * Each process has at most WINDOW domains in work, a cache of its own of MIB,
 * and its share of the list: neighbours in the list go to any of them, as
 * they do in a scan.
 */
#include <event2/event.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/resolver.h"

#define PATIENCE_MS 60000
#define LINE_MAX_LEN 1024
#define PROCESSES_MAX 64
#define NAMES_MAX 16

struct options {
	const char *anchor, *domains;
	bool zones;
	unsigned memory;
	size_t window, processes;
};

struct tally {
	size_t domains, hosts, questions, failed;
};

struct names {
	const char *list[NAMES_MAX];
	size_t n;
};

struct load {
	const struct options *options;
	struct event_base *base;
	struct resolver *resolver;
	FILE *list;
	size_t index, line, running; /* domains in work */
	void *hosts;                 /* a tree of them */
	struct tally *tally;
};

struct domain {
	struct load *load;
	struct names zones;
	size_t pending; /* its questions, and hosts it waits for */
};

struct host {
	struct load *load;
	char *name;
	struct names signers;
	size_t pending;
	struct domain **waiting;
	size_t n_waiting;
};

static void
die(const char *what)
{
	fprintf(stderr, "dnsload: %s\n", what);
	exit(70);
}

static void *
need(void *memory)
{
	if (memory == NULL)
		die("no memory");
	return memory;
}

/* True: it was not there. */
static bool
add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (strcmp(names->list[i], name) == 0)
			return false;
	}
	if (names->n == NAMES_MAX)
		return false;
	names->list[names->n++] = need(strdup(name));
	return true;
}

static void
free_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free((void *)names->list[i]);
}

static void
ask(struct load *load, const char *name, enum rrtype type,
    resolver_done_fn *done, void *arg)
{
	need(resolver_ask(load->resolver, name, type,
	    clock_monotonic_ms() + PATIENCE_MS, done, arg));
	load->tally->questions++;
}

static void
count(struct load *load, const struct answer *answer)
{
	load->tally->failed += answer->lookup.dnssec != DANELAW_DNSSEC_SECURE;
}

static void
release(struct domain *domain)
{
	if (--domain->pending > 0)
		return;
	domain->load->running--;
	free_names(&domain->zones);
	free(domain);
}

static void on_zone(const struct answer *answer, void *arg);

/* The keys of the root are the trust anchor's business. */
static void
learn(struct domain *domain, const char *const *signers, size_t n)
{
	struct load *load = domain->load;

	for (size_t i = 0; load->options->zones && i < n; i++) {
		if (*signers[i] == '\0' ||
		    !add_name(&domain->zones, signers[i]))
			continue;
		domain->pending += 2;
		ask(load, signers[i], RRTYPE_DNSKEY, on_zone, domain);
		ask(load, signers[i], RRTYPE_DS, on_zone, domain);
	}
}

static void
on_zone(const struct answer *answer, void *arg)
{
	struct domain *domain = arg;

	count(domain->load, answer);
	learn(domain, answer->lookup.signers, answer->lookup.n_signers);
	release(domain);
}

static void
on_host(const struct answer *answer, void *arg)
{
	struct host *host = arg;

	count(host->load, answer);
	for (size_t i = 0; i < answer->lookup.n_signers; i++)
		add_name(&host->signers, answer->lookup.signers[i]);
	if (--host->pending > 0)
		return;
	for (size_t i = 0; i < host->n_waiting; i++) {
		learn(host->waiting[i], host->signers.list, host->signers.n);
		release(host->waiting[i]);
	}
	free(host->waiting);
	host->waiting = NULL;
}

static int
order(const void *a, const void *b)
{
	const struct host *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
free_host(void *arg)
{
	struct host *host = arg;

	free_names(&host->signers);
	free(host->name);
	free(host);
}

/* Its questions have been put. */
static struct host *
find_host(struct load *load, const char *name)
{
	struct host *host = need(calloc(1, sizeof(*host)));
	struct host **found;
	char tlsa[512];

	host->load = load;
	host->name = need(strdup(name));
	found = need(tsearch(host, &load->hosts, order));
	if (*found != host) {
		free_host(host);
		return *found;
	}
	load->tally->hosts++;
	host->pending = 3;
	snprintf(tlsa, sizeof(tlsa), "_25._tcp.%s", name);
	ask(load, name, RRTYPE_A, on_host, host);
	ask(load, name, RRTYPE_AAAA, on_host, host);
	ask(load, tlsa, RRTYPE_TLSA, on_host, host);
	return host;
}

static void
await_host(struct domain *domain, struct host *host)
{
	if (host->pending == 0) {
		learn(domain, host->signers.list, host->signers.n);
		return;
	}
	host->waiting = need(realloc(
	    host->waiting, (host->n_waiting + 1) * sizeof(struct domain *)));
	host->waiting[host->n_waiting++] = domain;
	domain->pending++;
}

static void
on_mx(const struct answer *answer, void *arg)
{
	struct domain *domain = arg;

	count(domain->load, answer);
	learn(domain, answer->lookup.signers, answer->lookup.n_signers);
	for (size_t i = 0; i < answer->n_records; i++) {
		const char *host = answer->records[i].name;

		/* "." says that the domain takes no mail (RFC 7505). */
		if (*host != '\0')
			await_host(domain, find_host(domain->load, host));
	}
	release(domain);
}

static bool
is_ours(struct load *load)
{
	uint32_t mixed = (uint32_t)load->line++ * 2654435761U;

	return (mixed >> 16) % load->options->processes == load->index;
}

/* False: the list has ended. */
static bool
ask_next(struct load *load)
{
	char line[LINE_MAX_LEN];
	struct domain *domain;

	do {
		if (fgets(line, sizeof(line), load->list) == NULL)
			return false;
		line[strcspn(line, "\r\n")] = '\0';
	} while (!is_ours(load) || *line == '\0');
	domain = need(calloc(1, sizeof(*domain)));
	domain->load = load;
	domain->pending = 1;
	load->running++;
	load->tally->domains++;
	ask(load, line, RRTYPE_MX, on_mx, domain);
	return true;
}

static void
run(const struct options *options, size_t index, struct tally *tally)
{
	const struct resolver_config config = {
		.trust_anchor = options->anchor,
		.memory = options->memory,
		.patient = true,
	};
	struct load load = {
		.options = options,
		.index = index,
		.tally = tally,
		.list = fopen(options->domains, "r"),
		.base = event_base_new(),
	};
	char *error = NULL;
	bool more = true;

	if (load.list == NULL)
		die("no list");
	need(load.base);
	if (resolver_new(load.base, &config, &load.resolver, &error) !=
	    RESOLVER_OK)
		die(error == NULL ? "no memory" : error);
	do {
		while (more && load.running < options->window)
			more = ask_next(&load);
		if (load.running > 0 &&
		    event_base_loop(load.base, EVLOOP_ONCE) != 0)
			die("the loop ran dry");
	} while (more || load.running > 0);
	fclose(load.list);
	tdestroy(load.hosts, free_host);
	resolver_free(load.resolver);
	event_base_free(load.base);
}

/* False: one of them failed. */
static bool
run_all(const struct options *options, struct tally *tallies)
{
	int status;
	bool good = true;

	if (options->processes == 1) {
		run(options, 0, tallies);
		return true;
	}
	for (size_t i = 0; i < options->processes; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			run(options, i, &tallies[i]);
			_exit(0);
		}
		if (pid < 0)
			die("no process");
	}
	while (wait(&status) > 0)
		good = good && status == 0;
	return good;
}

/* As danelaw does: each question takes a descriptor. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static bool
read_options(int argc, char **argv, struct options *options)
{
	int option;

	options->processes = 1;
	while ((option = getopt(argc, argv, "zm:w:")) != -1) {
		if (option == 'z')
			options->zones = true;
		else if (option == 'm')
			options->memory = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'w')
			options->processes = strtoul(optarg, NULL, 10);
		else
			return false;
	}
	if (argc - optind != 3)
		return false;
	options->anchor = argv[optind];
	options->window = strtoul(argv[optind + 1], NULL, 10);
	options->domains = argv[optind + 2];
	return options->window > 0 && options->processes > 0 &&
	    options->processes <= PROCESSES_MAX;
}

int
main(int argc, char **argv)
{
	struct options options = { 0 };
	struct tally *tallies, sum = { 0 };
	int64_t start = clock_monotonic_ms();
	bool good;

	if (!read_options(argc, argv, &options)) {
		fputs("usage: dnsload [-z] [-m MIB] [-w PROCESSES] ANCHOR "
		      "WINDOW DOMAINS\n",
		    stderr);
		return 64;
	}
	raise_limit();
	tallies = mmap(NULL, options.processes * sizeof(*tallies),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tallies == MAP_FAILED)
		die("no memory");
	good = run_all(&options, tallies);
	for (size_t i = 0; i < options.processes; i++) {
		sum.domains += tallies[i].domains;
		sum.hosts += tallies[i].hosts;
		sum.questions += tallies[i].questions;
		sum.failed += tallies[i].failed;
	}
	printf("{\"domains\": %zu, \"hosts\": %zu, \"questions\": %zu, "
	       "\"not_secure\": %zu, \"wall_ms\": %lld}\n",
	    sum.domains, sum.hosts, sum.questions, sum.failed,
	    (long long)(clock_monotonic_ms() - start));
	return !good || sum.failed > 0;
}
