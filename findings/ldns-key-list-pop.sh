#!/bin/sh
# ldns_key_list_pop_key() takes the last key off a list and returns it, says
# its comment. It looks one place behind the last: what it returns is NULL, the
# list is one key shorter, and the key that was last is lost to the caller.
# ldns_rr_list_pop_rr(), of the same make, returns the record.
#
# Seen with libldns-dev version 1.8.3 (Debian 12), 1.8.4 (Debian 13), 1.9.2
# (sid).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm libldns-dev=1.8.3-1+b1
unpack trixie libldns-dev=1.8.4-2+b1
unpack sid libldns-dev=1.9.2-1+b1

cat >"$work/pop.c" <<'C'
#include <ldns/ldns.h>
#include <stdio.h>
int main(void)
{
	ldns_key_list *keys = ldns_key_list_new();
	ldns_rr_list *list = ldns_rr_list_new();
	ldns_key *two[2] = { ldns_key_new(), ldns_key_new() };
	ldns_rr *rrs[2] = { ldns_rr_new(), ldns_rr_new() };
	ldns_key *key;
	ldns_rr *rr;

	for (int i = 0; i < 2; i++) {
		ldns_key_list_push_key(keys, two[i]);
		ldns_rr_list_push_rr(list, rrs[i]);
	}
	key = ldns_key_list_pop_key(keys);
	printf("key: %s, %zu left\n",
	    key == NULL ? "none" : key == two[1] ? "the last" : "another",
	    ldns_key_list_key_count(keys));
	rr = ldns_rr_list_pop_rr(list);
	printf("record: %s, %zu left\n", rr == rrs[1] ? "the last" : "another",
	    ldns_rr_list_rr_count(list));
	return 0;
}
C
for suite in bookworm trixie sid; do
	build $suite "$work/pop.c" -lldns
	seen=$(start $suite)
	expect "$suite: no key comes off" '^key: none, 1 left$' "$seen"
	expect "$suite: a record does" '^record: the last, 1 left$' "$seen"
done
exit $wrong
