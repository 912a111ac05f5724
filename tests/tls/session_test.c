/* SPDX-License-Identifier: ISC */
/*
 * A session at one end of a socket pair, a server of OpenSSL or a script of
 * bytes at the other; the two take turns in one thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls/forge.h"
#include "tls/session.h"

struct server {
	int min, max;
	const char *kinds[3]; /* keys, a certificate for each */
	const char *ciphers, *groups, *sigalgs;
	bool request, require;
	int n_extra; /* more certificates in the chain */
	bool refuse_sni;
};

struct talk {
	struct tls_context *context;
	struct tls_session *session;
	SSL_CTX *server_ctx;
	SSL *server;
	int fd[2];
	struct forged certs[3];
};

static int
refuse_name(SSL *ssl, int *alert, void *arg)
{
	(void)ssl;
	(void)arg;
	*alert = SSL_AD_UNRECOGNIZED_NAME;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void
serve(struct talk *talk, const struct server *how)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_min_proto_version(ctx, how->min ? how->min : TLS1_VERSION);
	SSL_CTX_set_max_proto_version(ctx, how->max);
	assert_int_equal(
	    SSL_CTX_set_cipher_list(ctx, how->ciphers ? how->ciphers : "ALL"),
	    1);
	if (how->groups != NULL)
		assert_int_equal(SSL_CTX_set1_groups_list(ctx, how->groups), 1);
	if (how->sigalgs != NULL)
		assert_int_equal(
		    SSL_CTX_set1_sigalgs_list(ctx, how->sigalgs), 1);
	if (how->refuse_sni)
		SSL_CTX_set_tlsext_servername_callback(ctx, refuse_name);
	if (how->request || how->require)
		SSL_CTX_set_verify(ctx,
		    SSL_VERIFY_PEER |
			(how->require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
		    NULL);
	SSL_CTX_set_dh_auto(ctx, 1);
	for (size_t i = 0; i < 3 && how->kinds[i] != NULL; i++) {
		talk->certs[i] = forge_cert(
		    &(struct forge) { .kind = how->kinds[i], .cn = "server" });
		assert_int_equal(
		    SSL_CTX_use_certificate(ctx, talk->certs[i].cert), 1);
		assert_int_equal(
		    SSL_CTX_use_PrivateKey(ctx, talk->certs[i].key), 1);
	}
	for (int i = 0; i < how->n_extra; i++)
		assert_int_equal(
		    SSL_CTX_add1_chain_cert(ctx, talk->certs[0].cert), 1);
	talk->server_ctx = ctx;
	talk->server = SSL_new(ctx);
	SSL_set_fd(talk->server, talk->fd[1]);
	SSL_set_accept_state(talk->server);
}

static void
start(struct talk *talk, const struct server *how, const char *offer,
    const char *sni)
{
	char *error = NULL;

	memset(talk, 0, sizeof(*talk));
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		talk->fd),
	    0);
	talk->context = tls_context_new(NULL, NULL, &error);
	assert_non_null(talk->context);
	talk->session = tls_session_new(
	    talk->context, tls_offer_find(offer), talk->fd[0], sni);
	assert_non_null(talk->session);
	if (how != NULL)
		serve(talk, how);
}

static void
finish(struct talk *talk)
{
	tls_session_free(talk->session);
	tls_context_free(talk->context);
	SSL_free(talk->server);
	SSL_CTX_free(talk->server_ctx);
	for (size_t i = 0; i < 3; i++)
		forge_free(&talk->certs[i]);
	close(talk->fd[0]);
	if (talk->fd[1] >= 0)
		close(talk->fd[1]);
}

/* Both sides in turn until the client is done or fails. */
static enum tls_step
shake(struct talk *talk)
{
	enum tls_step step = TLS_STEP_READ;

	for (int turn = 0; turn < 200; turn++) {
		step = tls_session_handshake(talk->session);
		if (step != TLS_STEP_READ && step != TLS_STEP_WRITE)
			break;
		ERR_clear_error();
		SSL_accept(talk->server);
	}
	if (step == TLS_STEP_DONE) {
		ERR_clear_error();
		SSL_accept(talk->server);
	}
	return step;
}

static void
test_facts(void **state)
{
	static const struct {
		struct server server;
		const char *offer;
		const char *version, *group, *signature;
	} rows[] = {
		{ { .kinds = { "P-256" } }, "default", "TLSv1.3", "X25519",
		    "ecdsa_secp256r1_sha256" },
		{ { .kinds = { "RSA 2048" } }, "default", "TLSv1.3", "X25519",
		    "rsa_pss_rsae_sha256" },
		{ { .kinds = { "ED25519" } }, "default", "TLSv1.3", "X25519",
		    "ed25519" },
		{ { .kinds = { "ED448" }, .groups = "X448" }, "default",
		    "TLSv1.3", "X448", "ed448" },
		{ { .kinds = { "P-384" }, .groups = "P-384" }, "default",
		    "TLSv1.3", "P-384", "ecdsa_secp384r1_sha384" },
		{ { .kinds = { "P-521" }, .groups = "ffdhe2048" }, "default",
		    "TLSv1.3", "ffdhe2048", "ecdsa_secp521r1_sha512" },
		{ { .max = TLS1_2_VERSION, .kinds = { "P-256" } }, "default",
		    "TLSv1.2", "X25519", "ecdsa_secp256r1_sha256" },
		{ { .max = TLS1_2_VERSION,
		      .kinds = { "RSA 2048" },
		      .sigalgs = "RSA+SHA256" },
		    "default", "TLSv1.2", "X25519", "rsa_pkcs1_sha256" },
		{ { .max = TLS1_2_VERSION,
		      .kinds = { "RSA 2048" },
		      .ciphers = "kRSA" },
		    "default", "TLSv1.2", NULL, NULL },
		{ { .max = TLS1_2_VERSION,
		      .kinds = { "RSA 1024" },
		      .ciphers = "kDHE" },
		    "default", "TLSv1.2", "DH 1024", "rsa_pss_rsae_sha256" },
		{ { .max = TLS1_1_VERSION, .kinds = { "RSA 2048" } }, "default",
		    "TLSv1.1", "X25519", "rsa_pkcs1_md5_sha1" },
		{ { .max = TLS1_VERSION, .kinds = { "P-256" } }, "default",
		    "TLSv1", "X25519", "ecdsa_sha1" },
		/* Two certificates: the offer chooses (API_NOTES 2.3). */
		{ { .kinds = { "RSA 2048", "P-256", "ED25519" } }, "rsa",
		    "TLSv1.3", "X25519", "rsa_pss_rsae_sha256" },
		{ { .kinds = { "RSA 2048", "P-256", "ED25519" } }, "ecdsa",
		    "TLSv1.3", "X25519", "ecdsa_secp256r1_sha256" },
		{ { .kinds = { "RSA 2048", "P-256", "ED25519" } }, "eddsa",
		    "TLSv1.3", "X25519", "ed25519" },
		{ { .max = TLS1_2_VERSION, .kinds = { "RSA 2048", "P-256" } },
		    "rsa", "TLSv1.2", "X25519", "rsa_pss_rsae_sha256" },
		{ { .max = TLS1_2_VERSION, .kinds = { "RSA 2048", "P-256" } },
		    "ecdsa", "TLSv1.2", "X25519", "ecdsa_secp256r1_sha256" },
		{ { .max = TLS1_VERSION, .kinds = { "RSA 2048", "P-256" } },
		    "ecdsa", "TLSv1", "X25519", "ecdsa_sha1" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct danelaw_tls facts;
		struct tls_chain *chain;
		struct talk talk;

		start(&talk, &rows[i].server, rows[i].offer, "mx.example");
		assert_int_equal(shake(&talk), TLS_STEP_DONE);
		assert_null(tls_session_error(talk.session));
		assert_int_equal(tls_session_alert(talk.session), -1);
		assert_true(tls_session_facts(talk.session, arena, &facts));
		assert_string_equal(facts.version, rows[i].version);
		assert_non_null(facts.cipher);
		if (rows[i].group == NULL)
			assert_null(facts.group);
		else
			assert_string_equal(facts.group, rows[i].group);
		if (rows[i].signature == NULL)
			assert_null(facts.signature);
		else
			assert_string_equal(facts.signature, rows[i].signature);
		assert_string_equal(facts.sni, "mx.example");
		assert_false(facts.client_cert_requested);
		chain = tls_session_chain(talk.session);
		assert_int_equal(tls_chain_count(chain), 1);
		tls_chain_unref(chain);
		finish(&talk);
		arena_unref(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
