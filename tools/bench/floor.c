/* SPDX-License-Identifier: ISC */
/*
 * floor - what a full TLS 1.3 handshake under DANE costs a client, at least.
 *
 * Client and server talk over memory, so that no socket and no scheduling
 * counts. CPU time is read around the calls of the client alone, from SSL_new
 * to SSL_free. Prints one JSON object.
 *
 *	floor CHAIN.pem KEY.pem RUNS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>

#define WARM_UP 20

struct bench {
	SSL_CTX *client, *server;
	unsigned char digest[32]; /* of the leaf's key */
};

static void
die(const char *what)
{
	fprintf(stderr, "floor: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(70);
}

static double
cpu_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void
prepare(struct bench *bench, const char *chain, const char *key)
{
	unsigned char *der = NULL;
	int len;

	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	bench->client = SSL_CTX_new(TLS_client_method());
	bench->server = SSL_CTX_new(TLS_server_method());
	if (bench->client == NULL || bench->server == NULL ||
	    SSL_CTX_dane_enable(bench->client) != 1 ||
	    SSL_CTX_use_certificate_chain_file(bench->server, chain) != 1 ||
	    SSL_CTX_use_PrivateKey_file(bench->server, key, SSL_FILETYPE_PEM) !=
		1)
		die("cannot set up");
	SSL_CTX_set_verify(bench->client, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_security_level(bench->client, 0);
	SSL_CTX_set_options(bench->client, SSL_OP_NO_TICKET);
	SSL_CTX_set_session_cache_mode(bench->client, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_session_cache_mode(bench->server, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(bench->server, 0);
	len = i2d_X509_PUBKEY(
	    X509_get_X509_PUBKEY(SSL_CTX_get0_certificate(bench->server)),
	    &der);
	if (len <= 0 ||
	    EVP_Digest(
		der, (size_t)len, bench->digest, NULL, EVP_sha256(), NULL) != 1)
		die("no key in the certificate");
	OPENSSL_free(der);
}

/* What the client calls until it waits for the server; microseconds. */
static double
client_turn(SSL *ssl, int *done)
{
	double start = cpu_now();
	int rc = SSL_do_handshake(ssl);

	if (rc != 1 && SSL_get_error(ssl, rc) != SSL_ERROR_WANT_READ)
		die("the handshake fails");
	*done = rc == 1;
	return cpu_now() - start;
}

static void
server_turn(SSL *ssl)
{
	int rc = SSL_do_handshake(ssl);

	if (rc != 1 && SSL_get_error(ssl, rc) != SSL_ERROR_WANT_READ)
		die("the server's handshake fails");
}

static SSL *
new_client(const struct bench *bench, BIO *bio)
{
	SSL *ssl = SSL_new(bench->client);

	if (ssl == NULL || SSL_dane_enable(ssl, "mx.example") != 1 ||
	    SSL_dane_tlsa_add(
		ssl, 3, 1, 1, bench->digest, sizeof(bench->digest)) != 1)
		die("no DANE");
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	SSL_set_tlsext_host_name(ssl, "mx.example");
	SSL_set_bio(ssl, bio, bio);
	SSL_set_connect_state(ssl);
	return ssl;
}

/* One handshake: microseconds of the client. */
static double
shake(const struct bench *bench)
{
	SSL *client, *server = SSL_new(bench->server);
	BIO *near = NULL, *far = NULL;
	int done = 0;
	double used, start;

	if (server == NULL || BIO_new_bio_pair(&near, 0, &far, 0) != 1)
		die("no memory");
	SSL_set_bio(server, far, far);
	SSL_set_accept_state(server);
	start = cpu_now();
	client = new_client(bench, near);
	used = cpu_now() - start;
	while (!done) {
		used += client_turn(client, &done);
		server_turn(server);
	}
	if (SSL_get_verify_result(client) != X509_V_OK ||
	    SSL_version(client) != TLS1_3_VERSION)
		die("not authenticated by TLS 1.3");
	start = cpu_now();
	SSL_free(client);
	used += cpu_now() - start;
	SSL_free(server);
	return used;
}

static int
ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
main(int argc, char **argv)
{
	struct bench bench;
	size_t runs = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	double *times, sum = 0;

	if (runs == 0 || runs > 1000000) {
		fputs("usage: floor CHAIN.pem KEY.pem RUNS\n", stderr);
		return 64;
	}
	times = calloc(runs, sizeof(*times));
	if (times == NULL)
		die("no memory");
	prepare(&bench, argv[1], argv[2]);
	for (int i = 0; i < WARM_UP; i++)
		shake(&bench);
	for (size_t i = 0; i < runs; i++)
		sum += times[i] = shake(&bench);
	qsort(times, runs, sizeof(*times), ascending);
	printf("{\"runs\": %zu, \"median_us\": %.1f, \"mean_us\": %.1f}\n",
	    runs, times[runs / 2], sum / (double)runs);
	free(times);
	SSL_CTX_free(bench.client);
	SSL_CTX_free(bench.server);
	return 0;
}
