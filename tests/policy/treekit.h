/* SPDX-License-Identifier: ISC */
/*
 * treekit.h - a report tree in which all is well, to be spoilt by tests.
 *
 * The domain et.example has one host, mx1.example [192.0.2.1], which is
 * authenticated by two records: 3 1 1 for its leaf and 2 1 1 for the
 * intermediate it sends. Nothing is to be found there.
 */
#ifndef TESTS_POLICY_TREEKIT_H
#define TESTS_POLICY_TREEKIT_H

#include "model/tree.h"
#include "policy/diagnose.h"

/* Sixty-four hex digits of four, and twice as many. */
#define D64(x) x x x x x x x x x x x x x x x x
#define D128(x) D64(x) D64(x)

#define LEAF_CERT D64("1ace")
#define LEAF_KEY D64("1ae5")
#define EC_CERT D64("ecce")
#define EC_KEY D64("ece5")
#define INTER_CERT D64("2bce")
#define INTER_KEY D64("2be5")
#define ROOT_CERT D64("3cce")
#define ROOT_KEY D64("3ce5")
#define OTHER D64("dead")

/* SHA-256 of nothing. */
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

#define AT 1750000000 /* 2025-06-15T15:06:40Z */
#define DAYS (24 * 3600)

struct grown {
	struct tree *tree;
	struct danelaw_report *report;
	/* The first host, its first address, its default probe. */
	struct danelaw_host *host;
	struct danelaw_address *address;
	struct danelaw_probe *probe;
	struct danelaw_cert *leaf;
	struct diagnose_options options;
};

struct tree_row {
	const char *name;
	void (*spoil)(struct grown *g);
	/* "critical tlsa-x mx1.example\n..." for all findings, in order. */
	const char *findings;
	/* "+line\n-line\n" for all their fixes; NULL: not looked at. */
	const char *fixes;
};

/* Spoils a tree, diagnoses and compares; for TABLE_ROWS() of table.h. */
void check_tree_row(void **state);
/* All texts of a tree are whole sentences without holes. */
void check_sentences(const char *row, const struct danelaw_report *report);

struct grown grow(void);
/* All that follow end with NULL where they take a list. */
void grow_records(struct grown *g, ...);
/* Of leaf, ec, self, inter, root, stranger: "leaf inter". */
void grow_chain(
    struct grown *g, struct danelaw_probe *probe, const char *names);
/* Both of the address and of its default probe. */
void grow_outcome(struct grown *g, enum danelaw_outcome outcome);
/* The default probe never saw TLS. */
void grow_no_tls(
    struct grown *g, enum danelaw_outcome outcome, const char *error);
/*
 * What is left to do before diagnose(): each record is judged alone, where no
 * test has done so, and gets its role.
 */
void grow_results(struct grown *g);
/* Pointers into what is pushed to become stale, but for those in g. */
struct danelaw_host *grow_host(
    struct grown *g, const char *name, enum danelaw_policy policy);
struct danelaw_address *grow_address(struct grown *g, struct danelaw_host *host,
    const char *ip, enum danelaw_outcome outcome);
/* With TLS 1.3 and the chain "leaf inter". */
struct danelaw_probe *grow_probe(struct grown *g,
    struct danelaw_address *address, const char *offer,
    enum danelaw_outcome outcome);
void grow_match(
    struct grown *g, struct danelaw_probe *probe, size_t record, int depth);
/* Appended to the lookups of the host, or of the MX where host is NULL. */
struct danelaw_lookup *grow_lookup(struct grown *g, struct danelaw_host *host,
    const char *name, const char *type, enum danelaw_dnssec dnssec,
    enum danelaw_presence presence);
/* The first lookup of this type. */
struct danelaw_lookup *grow_find(struct danelaw_host *host, const char *type);
void grow_alias(
    struct grown *g, struct danelaw_lookup *lookup, const char *final);
/* How far the talk of SMTP got, and what ended it. */
void grow_smtp(struct grown *g, enum danelaw_smtp_stage stage,
    enum danelaw_smtp_fault fault);
void grow_texts(struct grown *g, const char ***list, size_t *n, ...);

#endif
