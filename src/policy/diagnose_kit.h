/* SPDX-License-Identifier: ISC */
/*
 * diagnose_kit.h - what the files behind diagnose.h share, and nobody else.
 */
#pragma once

#include "model/finding.h"
#include "policy/diagnose.h"

/*
 * One certificate chain as one host showed it, told once however many
 * addresses and offers it came from.
 */
struct sighting {
	const struct danelaw_host *host;
	const struct danelaw_address *address; /* the first */
	const struct danelaw_probe *probe;     /* the first; n_chain > 0 */
	size_t n_addresses;
	/* The host where it shows nothing else, else the place. */
	const char *subject;
	const char *where; /* the same for sentences */
};

struct exam {
	struct tree *tree;
	struct arena *arena;
	struct danelaw_report *report;
	struct diagnose_options options;
	struct sighting *sightings;
	size_t n_sightings;
	const char **told_zones; /* what is wrong with them was told */
	size_t n_told_zones;
};

/* Never NULL, never without an end: for {key}s. */
const char *kit_text(const struct exam *exam, const char *text);
/* The subject of a certificate, in brief. */
const char *kit_cert(const struct exam *exam, const struct danelaw_cert *cert);
const char *kit_date(const struct exam *exam, int64_t when);
const char *kit_number(const struct exam *exam, long number);
/* "a, b and c" */
const char *kit_list(
    const struct exam *exam, const char *const *items, size_t n);
/* Is the pattern in the text, in whatever case? NULL holds nothing. */
bool kit_says(const char *text, const char *pattern);
bool kit_is_address(const struct danelaw_lookup *lookup); /* A or AAAA? */
/* The address lookup that shows the host to be an alias; NULL: none does. */
const struct danelaw_lookup *kit_alias(const struct danelaw_host *host);
/* Where the CNAME records led; the name itself if there are none. */
const char *kit_end(const struct danelaw_lookup *lookup);
/* By SHA-1 or MD5? */
bool kit_is_weakly_signed(const struct danelaw_cert *cert);
/* Is it a lookup of this type? */
bool kit_is_type(const struct danelaw_lookup *lookup, const char *type);

/* "keyEncipherment and keyAgreement" */
const char *kit_key_usage(
    const struct exam *exam, const struct danelaw_cert *cert);

/* Does the host promise TLS (policy dane or encrypt)? */
bool kit_binding(const struct danelaw_host *host);
/* Only what makes a DANE sender refuse the host stays critical. */
void kit_soften(struct danelaw_finding *finding,
    const struct danelaw_host *host, enum danelaw_outcome outcome);

/* It is but what follows from another, which has the remedy. */
void kit_follow(const struct exam *exam, struct danelaw_finding *finding,
    enum finding_id cause);

/* The TLSA lookup whose answer is in force; NULL: none was made. */
const struct danelaw_lookup *kit_tlsa_lookup(const struct danelaw_host *host);
/* Where the TLSA records really are, behind any CNAME; never NULL. */
const char *kit_owner(const struct exam *exam, const struct danelaw_host *host);
/* The same as it stands in the zone, where a wildcard gives them. */
const char *kit_zone_owner(
    const struct exam *exam, const struct danelaw_host *host);
/* For a line beside those that the lookup found; NULL: none is known. */
unsigned kit_ttl(const struct danelaw_lookup *lookup);
/* "3 1 1 <hex>" for the key of this certificate. */
const char *kit_311(const struct exam *exam, const struct danelaw_cert *cert);
/*
 * A record to publish, in words: "the record below" where fix lines will hold
 * it, else what it should be.
 */
const char *kit_new(
    const struct exam *exam, const struct danelaw_host *host, bool below);
const char *kit_rr(
    const struct exam *exam, const struct danelaw_record *record);

/*
 * Fix lines; rr NULL adds none, nor does a line that is there already, nor a
 * record that is published already.
 */
void kit_publish(const struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host, const char *rr);
void kit_withdraw(const struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host, const char *rr);
/* Any zone line; NULL adds none. */
void kit_add_line(
    const struct exam *exam, struct danelaw_finding *finding, const char *line);
void kit_remove_line(
    const struct exam *exam, struct danelaw_finding *finding, const char *line);
/* kit_publish() of the 3 1 1 for a leaf that was presented. */
void kit_publish_311(const struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host, const struct danelaw_cert *cert);
/* The same for every leaf that the host showed and that is not on its way
   out: see kit_is_left_over(). */
void kit_publish_all_311(const struct exam *exam,
    struct danelaw_finding *finding, const struct danelaw_host *host);

/* Byte for byte, whatever the usage. */
bool kit_fits(
    const struct danelaw_record *record, const struct danelaw_cert *cert);
/* As kit_fits(), had the record this selector. */
bool kit_fits_as(const struct danelaw_record *record, uint8_t selector,
    const struct danelaw_cert *cert);
/* By usage: 3 fits the leaf, 2 any other certificate sent; else NULL. */
const struct danelaw_cert *kit_fitting(
    const struct danelaw_record *record, const struct danelaw_probe *probe);

/* The record that matched, whatever else failed; NULL: none did. */
const struct danelaw_record *kit_matched(const struct sighting *sighting);

/*
 * The certificate that OpenSSL's verdict is about, where that is an issuer:
 * *outside is it if it came by a record and was not sent, and has but a name.
 * NULL: it is the leaf, or nobody knows.
 */
const struct danelaw_cert *kit_faulty_issuer(
    const struct danelaw_probe *probe, struct danelaw_cert *outside);
/* The issuer of a certificate among those sent; NULL: not sent. */
const struct danelaw_cert *kit_issuer(
    const struct danelaw_probe *probe, const struct danelaw_cert *cert);
/* The last of the path from the leaf up, as far as it was sent. */
const struct danelaw_cert *kit_path_end(const struct danelaw_probe *probe);

/*
 * No record fits, and the certificate shown is at an end or past it, or older
 * than one of the host's that does fit: a renewal that the server has not
 * read. A server that was given the new one shows a young certificate.
 */
bool kit_is_left_over(const struct exam *exam, const struct sighting *sighting);
bool kit_has_sightings(
    const struct exam *exam, const struct danelaw_host *host);
/*
 * Does the record fit any chain that the host showed? To be sent is not
 * enough for an issuer, and one that was not sent may fit (2 0 0, 2 1 0).
 */
bool kit_fits_host(const struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_record *record);
/* What a record is a digest of that is no certificate and no key; or NULL. */
const char *kit_hashed(const struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_record *record);
/* Did all chains that the host showed pass, and was there one? */
bool kit_is_authenticated(
    const struct exam *exam, const struct danelaw_host *host);

/*
 * ": at TIME starttls-missing, at TIME authenticated", all tries; "":
 * one was enough.
 */
const char *kit_tries(
    const struct exam *exam, const struct danelaw_address *address);
/* Was STARTTLS there at one try, and missing or refused at another? */
bool kit_tries_differ(const struct danelaw_address *address);

/* Are such records why no connection to the host is authenticated? */
bool bytes_are_cause(const struct exam *exam, const struct danelaw_host *host);

/*
 * The signatures of today end before the time that was asked for, or had not
 * been made: that is so everywhere, and says nothing of the domain.
 */
void signatures_other_time(struct exam *exam, struct danelaw_finding *finding);
/* What else is to be said where a signature has ended or not begun. */
void signatures_explain(struct exam *exam, struct danelaw_finding *finding,
    enum finding_id id, const struct danelaw_lookup *lookup);
/* The earliest end among the signatures of these lookups, once. */
void signatures_expiring(struct exam *exam, const char *subject,
    const struct danelaw_lookup *lookups, size_t n);

/* What the validator's words tell of a lookup; FINDING_COUNT: nothing. */
enum finding_id dns_cause(
    const struct danelaw_lookup *lookup, enum danelaw_dns_cause cause);

/*
 * Why an answer with signatures counts as unsigned, by us or by others, once
 * for each zone. True: something else than the absence of signatures is why.
 */
bool trust_explain(struct exam *exam, const char *subject,
    const struct danelaw_lookup *lookup);
/* Was something found that others can judge, and our library cannot? */
bool trust_is_unjudged(const struct exam *exam);
/* Zones that rest on SHA-1 alone. */
void trust_old_digests(struct exam *exam);

/* The groups. */
void diagnose_dns(struct exam *exam);
/* Lookups that failed when they were asked first, as a part of it. */
void diagnose_again(struct exam *exam);
void diagnose_tlsa(struct exam *exam);
void diagnose_advice(struct exam *exam);
void diagnose_bytes(struct exam *exam);
void diagnose_mismatch(struct exam *exam);
void diagnose_cert(struct exam *exam);
void diagnose_chain(struct exam *exam);
void diagnose_name(struct exam *exam);
void diagnose_smtp(struct exam *exam);
void diagnose_mail(struct exam *exam);
void diagnose_tls(struct exam *exam);
void diagnose_ops(struct exam *exam);
void diagnose_looks(struct exam *exam);
/* Why a host that exists has no address; false: not for a wildcard. */
bool wildcards_explain(struct exam *exam, const struct danelaw_host *host);
/* When all others are done: what their lines would take away. */
void diagnose_wildcards(struct exam *exam);
