#!/bin/sh
# EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)4096) makes a key of 4,096
# bits. With "RSA-PSS" OpenSSL 3.0 makes none ("passed invalid argument"), and
# newer ones make one of 2,048 bits: the size is an argument of "RSA" alone
# and is passed over, silently. A test key for RSA-PSS certificates that is
# made this way is missing on Debian 12 and half as long on Debian 13.
# EVP_PKEY_CTX_set_rsa_keygen_bits() on a context of the name works in all.
#
# Seen with libssl-dev version 3.0.22 (Debian 12), 3.5.9 (Debian 13), 4.0.3.
work=$(mktemp -d)
. "$(dirname "$0")/kit"
unpack bookworm libssl-dev=3.0.22-1~deb12u2
unpack trixie libssl-dev=3.5.9-1~deb13u1
unpack experimental libssl-dev=4.0.3-1

cat >"$work/key.c" <<'C'
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
static void show(const char *how, const EVP_PKEY *key)
{
	const char *why = ERR_reason_error_string(ERR_get_error());

	if (key != NULL)
		printf("%s: %d bits\n", how, EVP_PKEY_get_bits(key));
	else
		printf("%s: none, %s\n", how, why == NULL ? "" : why);
	ERR_clear_error();
}
int main(void)
{
	EVP_PKEY_CTX *ctx;
	EVP_PKEY *key = NULL;
	size_t bits = 4096;

	puts(OpenSSL_version(OPENSSL_VERSION));
	show("RSA", EVP_PKEY_Q_keygen(NULL, NULL, "RSA", bits));
	show("RSA-PSS", EVP_PKEY_Q_keygen(NULL, NULL, "RSA-PSS", bits));
	ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY_keygen_init(ctx);
	EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits);
	EVP_PKEY_generate(ctx, &key);
	show("by a context", key);
	return 0;
}
C
for suite in bookworm trixie experimental; do
	case $suite in
	bookworm) pss="none, passed invalid argument" ;;
	*) pss="2048 bits" ;;
	esac
	build $suite "$work/key.c" -lcrypto
	seen=$(start $suite)
	printf '%s\n' "$seen" | head -n 1
	expect "$suite: RSA" "^RSA: 4096 bits" "$seen"
	expect "$suite: RSA-PSS" "^RSA-PSS: $pss" "$seen"
	expect "$suite: RSA-PSS by a context" "^by a context: 4096 bits" "$seen"
done
exit $wrong
