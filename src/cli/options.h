/* SPDX-License-Identifier: ISC */
/*
 * options.h - one table of options: the parser, --help, the completion and
 * the check of the man page all come from it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Which programs take an option; bits of option_spec.commands. */
enum {
	COMMAND_CHECK = 1 << 0,
	COMMAND_EXPLAIN = 1 << 7,
	COMMAND_MONITOR = 1 << 5,
	COMMAND_SERVE = 1 << 6,
	COMMAND_VERIFY = 1 << 8,
	COMMAND_SCAN = 1 << 9,
	COMMAND_TLSA = 1 << 10,
	COMMAND_TRACE = 1 << 12,
	COMMAND_PLAN = 1 << 13,
	COMMAND_JOIN = 1 << 14,
	COMMAND_DIFF = 1 << 1,
	COMMAND_STATS = 1 << 2,
};

/* Pointers into argv; the array ends with options_finish(). */
struct text_list {
	const char **texts;
	size_t n;
};

/* So many days, or percent; one of them is 0. */
struct share {
	long days, percent;
};

struct settings {
	long port, connect_port, timeout;
	long dns_port;       /* trace and plan */
	struct share expiry; /* of certificates; all 0: the default */
	long rrsig_hours;    /* 0: the default */
	const char *tls, *helo, *certs, *color;
	bool ipv4, ipv6, system_resolver, require_dane, json, help, version;
	bool search;        /* explain */
	bool pkix;          /* ask public CAs, too */
	bool dns, ee_names; /* verify */
	struct text_list resolvers, records, references;
	const char *host, *chain;
	const char *resolv_conf, *trust_anchor, *root_hints;
	const char *cert, *key, *cafile, *capath;
	const char *from, *to;     /* check */
	long retries, retry_delay; /* options_parse() knows the default */
	long max_addresses, max_host_addresses; /* 0: the command's */
	int64_t at;                             /* 0: now */
	int verbose, quiet;
	/* The monitoring plugin's own. */
	const char *hostname, *mx;
	const char *warning, *critical, *rrsig_warning, *rrsig_critical;
	const char *timeout_state, *unreachable_state;
	long min_hosts;
	bool ee_expiry;
	bool allow_private; /* not verify, tlsa and explain */
	/* The daemon's own. */
	struct text_list listens, http_hosts, socketmaps, domains, domain_files;
	const char *config_file;
	const char *level;
	/* 0: the defaults */
	long interval, max_clients, memory, idle, grace, patience;
	/* scan, which sets the defaults of rate and drain, where 0 counts */
	bool order, summary, split, zones;
	const char *resume, *shard, *stage, *status;
	const char *list; /* join */
	/* tlsa, which sets the defaults where 0 counts */
	struct text_list hosts, chains, key_files, next_keys, requests, lives;
	long usage, selector, mtype, ttl;
	bool issuer, current, trust_live, drop;
	const char *format, *server;
	/* plan, which takes hosts and key_files of tlsa as well */
	struct text_list news, olds;
	const char *state;
	bool gate, wait;
	long deadline;
	long concurrency, workers, per_host, rate, drain;
};

/* A value the user gave that makes no sense. */
struct option_error {
	char text[512]; /* printable */
};

/*
 * Reads argv[1] and on for one command. What is left over, from
 * argv[*first_operand], are the operands; options may stand among them.
 * now is what "--at +14d" counts from. False: error says what is wrong.
 */
bool options_parse(unsigned command, int argc, char **argv, int64_t now,
    struct settings *settings, int *first_operand, struct option_error *error);
void options_finish(struct settings *settings);
/* what "value": why; value may hold any byte, and may be NULL. */
void options_complain(struct option_error *error, const char *what,
    const char *value, const char *why);

/* The options of a command, one paragraph each, for --help. */
void options_usage(unsigned command, FILE *out);
/* "--port" and so on, a line each: for completion and the man page's test. */
void options_list(unsigned command, FILE *out);
/* Those that make sense in a configuration file. */
void options_each_key(unsigned command,
    void (*fn)(const char *name, bool is_list, bool is_flag, void *arg),
    void *arg);
