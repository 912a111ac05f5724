#!/bin/sh
# A C source that includes <ldns/ldns.h> before <stdbool.h> gets a "bool" that
# is no bool: ldns's configuration header of Debian says "#define _Bool signed
# char", and <stdbool.h> makes bool of _Bool. It compiles without a warning.
# Any value fits into it (2 stays 2; 256 becomes false), and a struct with
# bools that one file includes before and another behind ldns is read by two
# rules: reading a byte other than 0 and 1 as a real bool is undefined.
#
# Seen with libldns-dev version 1.8.3 (Debian 12) and 1.8.4 (Debian 13).
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm libldns-dev=1.8.3-1+b1
unpack trixie libldns-dev=1.8.4-2+b1

cat >"$work/before.c" <<'C'
#include <ldns/ldns.h>
#include <stdbool.h>
#include <stdio.h>
int main(void)
{
	bool flag = 2, wide = (bool)256;
	printf("flag=%d wide=%d\n", flag, wide);
	return 0;
}
C
{ echo '#include <stdbool.h>'; cat "$work/before.c"; } >"$work/behind.c"
for suite in bookworm trixie; do
	build $suite "$work/before.c"
	expect "$suite, ldns before stdbool" "flag=2 wide=0" "$(start $suite)"
	build $suite "$work/behind.c"
	expect "$suite, ldns behind it" "flag=1 wide=1" "$(start $suite)"
done
exit $wrong
