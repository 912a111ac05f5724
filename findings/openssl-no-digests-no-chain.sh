#!/bin/sh
# OPENSSL_INIT_NO_ADD_ALL_DIGESTS looks like a relic: digests come from
# providers since OpenSSL 3.0, and EVP_sha256() and EVP_MD_fetch() work as
# ever behind it. But X509_verify_cert() still finds the digest of a
# signature by its old name, in the table that the flag leaves empty: a good
# chain fails with "certificate signature failure". There is no way back:
# OPENSSL_INIT_ADD_ALL_DIGESTS afterwards returns 1 and does nothing, the
# first call has decided. EVP_add_digest(EVP_sha256()) does help.
#
# Seen with libssl-dev version 3.0.22 (Debian 12), 3.5.9 (Debian 13), 4.0.3.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm libssl-dev=3.0.22-1~deb12u2 openssl=3.0.22-1~deb12u2
unpack trixie libssl-dev=3.5.9-1~deb13u1
unpack experimental libssl-dev=4.0.3-1

cat >"$work/verify.c" <<'C'
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
static void verify(const char *when, X509_STORE *store, X509 *leaf)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int ok, why;

	X509_STORE_CTX_init(ctx, store, leaf, NULL);
	ok = X509_verify_cert(ctx);
	why = X509_STORE_CTX_get_error(ctx);
	printf("%s: %d, %s\n", when, ok, X509_verify_cert_error_string(why));
	X509_STORE_CTX_free(ctx);
}
int main(int argc, char **argv)
{
	X509_STORE *store;
	FILE *file;
	int done;

	if (argc > 2)
		OPENSSL_init_crypto(OPENSSL_INIT_NO_ADD_ALL_DIGESTS, NULL);
	file = fopen(argv[1], "r");
	store = X509_STORE_new();
	X509_STORE_add_cert(store, PEM_read_X509(file, NULL, NULL, NULL));
	X509 *leaf = PEM_read_X509(file, NULL, NULL, NULL);
	puts(OpenSSL_version(OPENSSL_VERSION));
	verify(argc > 2 ? "with the flag" : "without", store, leaf);
	done = OPENSSL_init_crypto(OPENSSL_INIT_ADD_ALL_DIGESTS, NULL);
	printf("all asked for: %d\n", done);
	verify("behind that", store, leaf);
	EVP_add_digest(EVP_sha256());
	verify("with SHA-256 added", store, leaf);
	return 0;
}
C
new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30"
openssl()
{
	of bookworm usr/bin/openssl req -x509 $new "$@" 2>"$work/log" || {
		cat "$work/log"
		exit 2
	}
}
openssl -subj /CN=Root -keyout "$work/root.key" -out "$work/root"
openssl -subj /CN=mx.example -CA "$work/root" -CAkey "$work/root.key" \
    -keyout "$work/leaf.key" -out "$work/leaf"
cat "$work/root" "$work/leaf" >"$work/chain"

for suite in bookworm trixie experimental; do
	build $suite "$work/verify.c" -lcrypto
	expect "$suite: the chain is good" "^without: 1, ok" \
	    "$(start $suite "$work/chain")"
	seen=$(start $suite "$work/chain" flag)
	printf '%s\n' "$seen" | head -n 1
	expect "$suite: and fails" \
	    "^with the flag: 0, certificate signature failure" "$seen"
	expect "$suite: to take the flag back succeeds" \
	    "^all asked for: 1" "$seen"
	expect "$suite: and changes nothing" "^behind that: 0, " "$seen"
	expect "$suite: one digest added helps" \
	    "^with SHA-256 added: 1, ok" "$seen"
done
exit $wrong
