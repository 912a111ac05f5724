#!/bin/sh
# An NSEC3 record has six fields in its definition, the last the list of
# types. That of an empty non-terminal, as _tcp.mx.example in the middle of
# _25._tcp.mx.example, has no types (RFC 5155 section 7.1), and ldns then
# makes five fields of it, from text and from the wire: rdf 5 is NULL, and so
# is what ldns_nsec_get_bitmap() returns. A program that takes a record with
# fewer than six for broken loses the proof that there is no TLSA record, and
# one that goes on with the bitmap has none.
#
# Seen with libldns-dev version 1.8.3 (Debian 12) and 1.8.4 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm libldns-dev=1.8.3-1+b1
unpack trixie libldns-dev=1.8.4-2+b1

cat >"$work/fields.c" <<'C'
#include <ldns/ldns.h>
#include <stdio.h>
static void show(const char *how, ldns_rr *rr)
{
	printf("%s: %zu fields, at most %zu, %s\n", how, ldns_rr_rd_count(rr),
	    ldns_rr_descriptor_maximum(
		ldns_rr_descript(LDNS_RR_TYPE_NSEC3)),
	    ldns_nsec_get_bitmap(rr) == NULL ? "no bitmap" : "a bitmap");
}
int main(int argc, char **argv)
{
	ldns_rr *rr, *back;
	uint8_t *wire;
	size_t length, at = 0;

	if (ldns_rr_new_frm_str(&rr, argv[argc - 1], 0, NULL, NULL) != 0 ||
	    ldns_rr2wire(&wire, rr, LDNS_SECTION_ANSWER, &length) != 0 ||
	    ldns_wire2rr(&back, wire, length, &at, LDNS_SECTION_ANSWER) != 0)
		return 1;
	show("text", rr);
	show("wire", back);
	return 0;
}
C
hash=0123456789abcdefghijklmnopqrstuv
nsec3="$hash.example. 60 IN NSEC3 1 0 0 - $hash"
for suite in bookworm trixie; do
	build $suite "$work/fields.c" -lldns
	for how in text wire; do
		expect "$suite: with a type" \
		    "^$how: 6 fields, at most 6, a bitmap" \
		    "$(start $suite "$nsec3 TLSA")"
		expect "$suite: without" \
		    "^$how: 5 fields, at most 6, no bitmap" \
		    "$(start $suite "$nsec3")"
	done
done
exit $wrong
