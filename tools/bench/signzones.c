/* SPDX-License-Identifier: ISC */
/*
 * signzones - signs many zones, or big ones, faster than a process for each.
 *
 * Standard input has a line "ORIGIN ZONEFILE ALGORITHM" for every zone. With
 * 13 each gets an ECDSA P-256 key of its own; with 8 an RSA key of 2048 bits,
 * which takes long to make: these are shared, in turn, among a few dozen. All
 * get NSEC, and their files are replaced. The DS records come out on standard
 * output, to stand in the parents, which are for a later call.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <ldns/ldns.h>

#define ECDSA_BITS 256
#define RSA_BITS 2048
#define RSA_KEYS 32
#define BEFORE (24 * 3600)
#define AFTER (20 * 24 * 3600)

static void
die(const char *what, const char *where)
{
	fprintf(stderr, "signzones: %s: %s\n", where, what);
	exit(70);
}

static void
must(ldns_status status, const char *where)
{
	if (status != LDNS_STATUS_OK)
		die(ldns_get_errorstr_by_id(status), where);
}

/*
 * One of RSA stays ours. ldns makes it, and nobody else: it may be linked with
 * another OpenSSL than this program, whose keys it could not read.
 */
static ldns_key *
new_key(int algorithm)
{
	static ldns_key *pool[RSA_KEYS];
	static size_t turn;
	ldns_key **shared = &pool[turn % RSA_KEYS];

	if (algorithm != LDNS_SIGN_RSASHA256)
		return ldns_key_new_frm_algorithm(
		    LDNS_SIGN_ECDSAP256SHA256, ECDSA_BITS);
	turn++;
	if (*shared == NULL)
		*shared =
		    ldns_key_new_frm_algorithm(LDNS_SIGN_RSASHA256, RSA_BITS);
	else
		ldns_rdf_deep_free(ldns_key_pubkey_owner(*shared));
	return *shared;
}

static ldns_key_list *
make_key(int algorithm, const ldns_rdf *origin, const char *where)
{
	ldns_key_list *keys = ldns_key_list_new();
	ldns_key *key = new_key(algorithm);
	time_t now = time(NULL);

	if (keys == NULL || key == NULL)
		die("no key", where);
	ldns_key_set_pubkey_owner(key, ldns_rdf_clone(origin));
	ldns_key_set_flags(key, LDNS_KEY_ZONE_KEY | LDNS_KEY_SEP_KEY);
	ldns_key_set_inception(key, (uint32_t)(now - BEFORE));
	ldns_key_set_expiration(key, (uint32_t)(now + AFTER));
	ldns_key_list_push_key(keys, key);
	return keys;
}

static ldns_dnssec_zone *
read_zone(const ldns_rdf *origin, const char *path)
{
	ldns_dnssec_zone *signed_zone = ldns_dnssec_zone_new();
	ldns_zone *zone = NULL;
	FILE *file = fopen(path, "r");

	if (file == NULL || signed_zone == NULL)
		die("cannot be read", path);
	must(ldns_zone_new_frm_fp(&zone, file, origin, 300, LDNS_RR_CLASS_IN),
	    path);
	fclose(file);
	must(ldns_dnssec_zone_add_rr(signed_zone, ldns_zone_soa(zone)), path);
	for (size_t i = 0; i < ldns_zone_rr_count(zone); i++)
		must(ldns_dnssec_zone_add_rr(
			 signed_zone, ldns_rr_list_rr(ldns_zone_rrs(zone), i)),
		    path);
	ldns_zone_free(zone); /* its records have moved */
	return signed_zone;
}

static void
sign(const char *name, const char *path, int algorithm)
{
	ldns_rdf *origin = ldns_dname_new_frm_str(name);
	ldns_dnssec_zone *zone;
	ldns_key_list *keys;
	ldns_rr_list *made = ldns_rr_list_new();
	ldns_rr *dnskey, *ds;
	FILE *file;

	if (origin == NULL)
		die("no name", name);
	zone = read_zone(origin, path);
	keys = make_key(algorithm, origin, path);
	dnskey = ldns_key2rr(ldns_key_list_key(keys, 0));
	ldns_key_set_keytag(
	    ldns_key_list_key(keys, 0), ldns_calc_keytag(dnskey));
	must(ldns_dnssec_zone_add_rr(zone, dnskey), path);
	must(ldns_dnssec_zone_mark_glue(zone), path);
	must(ldns_dnssec_zone_sign(zone, made, keys,
		 ldns_dnssec_default_replace_signatures, NULL),
	    path);
	file = fopen(path, "w");
	if (file == NULL)
		die("cannot be written", path);
	ldns_dnssec_zone_print(file, zone);
	if (fclose(file) != 0)
		die("cannot be written", path);
	ds = ldns_key_rr2ds(dnskey, LDNS_SHA256);
	if (ds == NULL)
		die("no DS", path);
	ldns_rr_print(stdout, ds);
	ldns_rr_free(ds);
	ldns_dnssec_zone_deep_free(zone);
	if (algorithm == LDNS_SIGN_RSASHA256)
		ldns_key_list_set_key_count(keys, 0);
	ldns_key_list_free(keys);
	ldns_rr_list_free(made);
	ldns_rdf_deep_free(origin);
}

int
main(void)
{
	char line[4096], name[1024], path[2048];
	int algorithm;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (sscanf(line, "%1023s %2047s %d", name, path, &algorithm) !=
			3 ||
		    (algorithm != LDNS_SIGN_ECDSAP256SHA256 &&
			algorithm != LDNS_SIGN_RSASHA256))
			die("no zone, file and algorithm", line);
		sign(name, path, algorithm);
	}
	return fflush(stdout) != 0;
}
