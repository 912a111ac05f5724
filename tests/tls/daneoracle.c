/* SPDX-License-Identifier: ISC */
/*
 * daneoracle - what OpenSSL by itself says of a chain and TLSA records.
 *
 * usage: daneoracle [-e] [-p] [-t UNIXTIME] CHAIN NAME[,NAME...] RECORD...
 *
 * Prints "CODE DEPTH": the verify result, and the depth of the match, -1
 * without one, also where the verification failed for another reason; or
 * "unusable" where OpenSSL takes none of the records. Records of usage 0 and
 * 1 are left out. -e: names count for usage 3. -p: a plain client; else set
 * up for mail, which is no partial wildcards and security level 1.
 *
 * Nothing of danelaw is in here: it is what danelaw is measured by.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static void
die(const char *what)
{
	fprintf(stderr, "daneoracle: %s\n", what);
	exit(70);
}

static STACK_OF(X509) * read_chain(const char *path)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	BIO *in = BIO_new_file(path, "r");
	X509 *cert;

	if (in == NULL || chain == NULL)
		die(path);
	while ((cert = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL)
		sk_X509_push(chain, cert);
	ERR_clear_error();
	BIO_free(in);
	if (sk_X509_num(chain) == 0)
		die("no certificate");
	return chain;
}

/* 1: OpenSSL took it; 0: it is of no use. */
static int
add_record(SSL *ssl, const char *text)
{
	unsigned usage, selector, mtype;
	unsigned char *data;
	long len = 0;
	int at = 0, taken;

	if (sscanf(text, "%u %u %u %n", &usage, &selector, &mtype, &at) != 3)
		die(text);
	if (usage < 2)
		return 0;
	data = OPENSSL_hexstr2buf(text + at, &len);
	if (data == NULL)
		die(text);
	taken = SSL_dane_tlsa_add(ssl, (uint8_t)usage, (uint8_t)selector,
	    (uint8_t)mtype, data, (size_t)len);
	OPENSSL_free(data);
	ERR_clear_error();
	if (taken < 0)
		die("SSL_dane_tlsa_add");
	return taken;
}

static void
add_names(SSL *ssl, char *names)
{
	char *name = strtok(names, ",");

	if (name == NULL || SSL_dane_enable(ssl, name) <= 0)
		die("SSL_dane_enable");
	while ((name = strtok(NULL, ",")) != NULL)
		if (X509_VERIFY_PARAM_add1_host(SSL_get0_param(ssl), name, 0) !=
		    1)
			die("X509_VERIFY_PARAM_add1_host");
}

static long
verify(SSL *ssl, STACK_OF(X509) * chain)
{
	X509_STORE_CTX *store = X509_STORE_CTX_new();
	long code;

	if (store == NULL ||
	    X509_STORE_CTX_init(store,
		SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl)),
		sk_X509_value(chain, 0), chain) != 1 ||
	    X509_STORE_CTX_set_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx(), ssl) != 1 ||
	    X509_STORE_CTX_set_default(store, "ssl_server") != 1 ||
	    X509_VERIFY_PARAM_set1(
		X509_STORE_CTX_get0_param(store), SSL_get0_param(ssl)) != 1)
		die("X509_STORE_CTX");
	X509_STORE_CTX_set0_dane(store, SSL_get0_dane(ssl));
	X509_verify_cert(store);
	code = X509_STORE_CTX_get_error(store);
	X509_STORE_CTX_free(store);
	return code;
}

int
main(int argc, char **argv)
{
	int option, usable = 0, ee_names = 0, plain = 0;
	STACK_OF(X509) * chain;
	long at = 0, code;
	SSL_CTX *ctx;
	SSL *ssl;

	while ((option = getopt(argc, argv, "ept:")) != -1) {
		if (option == 'e')
			ee_names = 1;
		else if (option == 'p')
			plain = 1;
		else if (option == 't')
			at = atol(optarg);
		else
			return 64;
	}
	if (argc - optind < 3)
		return 64;
	chain = read_chain(argv[optind]);
	ctx = SSL_CTX_new(TLS_client_method());
	if (ctx == NULL || SSL_CTX_dane_enable(ctx) != 1)
		die("SSL_CTX");
	ssl = SSL_new(ctx);
	if (ssl == NULL)
		die("SSL");
	SSL_set_connect_state(ssl);
	add_names(ssl, argv[optind + 1]);
	if (!ee_names)
		SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	if (!plain) {
		SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		X509_VERIFY_PARAM_set_auth_level(SSL_get0_param(ssl), 1);
	}
	if (at != 0)
		X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), at);
	for (int i = optind + 2; i < argc; i++)
		usable += add_record(ssl, argv[i]);
	if (usable == 0) {
		puts("unusable");
	} else {
		code = verify(ssl, chain);
		/* A failure hides what matched, unless it is taken back. */
		SSL_set_verify_result(ssl, X509_V_OK);
		printf(
		    "%ld %d\n", code, SSL_get0_dane_authority(ssl, NULL, NULL));
	}
	sk_X509_pop_free(chain, X509_free);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return 0;
}
