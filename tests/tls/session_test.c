/* SPDX-License-Identifier: ISC */
/*
 * A session at one end of a socket pair, a server of OpenSSL or a script of
 * bytes at the other; the two take turns in one thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "tls/forge.h"
#include "tls/session.h"

struct server {
	int min, max;
	const char *kinds[3]; /* keys, a certificate for each */
	const char *ciphers, *groups, *sigalgs;
	bool request, require;
	int n_extra; /* more certificates in the chain */
	bool refuse_sni, no_ems;
	const char *own; /* PEM file with the client's certificate and key */
	bool tcp;        /* over loopback */
};

struct talk {
	struct tls_context *context;
	struct tls_session *session;
	SSL_CTX *server_ctx;
	SSL *server;
	bool tcp;
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

static int
accept_all(X509_STORE_CTX *store, void *arg)
{
	(void)store;
	(void)arg;
	return 1;
}

/* A key of each kind serves all: to make one of RSA takes a tenth of a second,
 * and on a busy machine a second. */
static EVP_PKEY *
key_of(const char *kind)
{
	static struct {
		const char *kind;
		EVP_PKEY *key;
	} made[16];
	size_t i = 0;

	while (made[i].kind != NULL && strcmp(made[i].kind, kind) != 0)
		assert_true(++i < sizeof(made) / sizeof(made[0]));
	if (made[i].kind == NULL) {
		made[i].kind = kind;
		made[i].key = forge_key(kind);
	}
	return made[i].key;
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
	if (how->no_ems)
		SSL_CTX_set_options(ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
	if (how->refuse_sni)
		SSL_CTX_set_tlsext_servername_callback(ctx, refuse_name);
	if (how->request || how->require)
		SSL_CTX_set_verify(ctx,
		    SSL_VERIFY_PEER |
			(how->require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
		    NULL);
	SSL_CTX_set_cert_verify_callback(ctx, accept_all, NULL);
	SSL_CTX_set_dh_auto(ctx, 1);
	for (size_t i = 0; i < 3 && how->kinds[i] != NULL; i++) {
		talk->certs[i] = forge_cert(&(struct forge) {
		    .key = key_of(how->kinds[i]), .cn = "server" });
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

/* Neither end blocks. */
static void
make_pair(int fd[2], bool tcp)
{
	const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, on = 1;
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int listener;

	if (!tcp) {
		assert_int_equal(socketpair(AF_UNIX, type, 0, fd), 0);
		return;
	}
	listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(
	    getsockname(listener, (struct sockaddr *)&address, &len), 0);
	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(
	    connect(fd[0], (struct sockaddr *)&address, sizeof(address)), 0);
	fd[1] = accept(listener, NULL, NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(fcntl(fd[i], F_SETFL, O_NONBLOCK), 0);
		assert_int_equal(setsockopt(fd[i], IPPROTO_TCP, TCP_NODELAY,
				     &on, sizeof(on)),
		    0);
	}
	close(listener);
}

static void
start(struct talk *talk, const struct server *how, const char *offer,
    const char *sni)
{
	char *error = NULL;

	memset(talk, 0, sizeof(*talk));
	talk->tcp = how != NULL && how->tcp;
	make_pair(talk->fd, talk->tcp);
	talk->context =
	    tls_context_new(how == NULL ? NULL : how->own, NULL, &error);
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

#define EXPECT(what, holds)                                                    \
	do {                                                                   \
		if (!(holds))                                                  \
			fail_msg("%s", what);                                  \
	} while (0)

/* Both sides in turn until the client is done or fails. */
static enum tls_step
shake(struct talk *talk)
{
	struct pollfd ends[2] = { { .fd = talk->fd[0], .events = POLLIN },
		{ .fd = talk->fd[1], .events = POLLIN } };
	enum tls_step step = TLS_STEP_READ;

	for (int turn = 0; turn < 200; turn++) {
		step = tls_session_handshake(talk->session);
		if (step != TLS_STEP_READ && step != TLS_STEP_WRITE)
			break;
		ERR_clear_error();
		SSL_accept(talk->server);
		if (talk->tcp)
			poll(ends, 2, 1000);
	}
	if (step == TLS_STEP_DONE) {
		ERR_clear_error();
		SSL_accept(talk->server);
	}
	return step;
}

/* What a server chooses by itself: groups with a name since OpenSSL 4.0. */
#if OPENSSL_VERSION_NUMBER < 0x40000000L
#define AUTO_DH "DH 1024"
#else
#define AUTO_DH "ffdhe2048"
#endif

/* Where nobody has said otherwise, a hybrid comes first since OpenSSL 3.5. */
static const char *
group_due(const struct server *server, const char *group)
{
	bool usual = server->groups == NULL && server->max == 0 &&
	    strcmp(group, "X25519") == 0;

	return usual && tls_offer_has_hybrid() ? "X25519MLKEM768" : group;
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
		{ { .kinds = { "RSA-PSS 2048" } }, "rsa", "TLSv1.3", "X25519",
		    "rsa_pss_pss_sha256" },
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
		    "default", "TLSv1.2", AUTO_DH, "rsa_pss_rsae_sha256" },
		{ { .max = TLS1_1_VERSION, .kinds = { "RSA 2048" } }, "weak",
		    "TLSv1.1", "X25519", "rsa_pkcs1_md5_sha1" },
		{ { .max = TLS1_VERSION, .kinds = { "P-256" } }, "tls10",
		    "TLSv1", "X25519", "ecdsa_sha1" },
		/* Two certificates: the offer chooses (by its key type). */
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
			assert_string_equal(facts.group,
			    group_due(&rows[i].server, rows[i].group));
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

/* The ClientHello as it came. */
static void
note_hello(int write, int version, int type, const void *bytes, size_t len,
    SSL *ssl, void *arg)
{
	int *octets = arg;

	(void)version;
	(void)ssl;
	if (!write && type == SSL3_RT_HANDSHAKE &&
	    *(const unsigned char *)bytes == SSL3_MT_CLIENT_HELLO &&
	    *octets == 0)
		*octets = (int)len;
}

static void
test_hello_facts(void **state)
{
	static const struct {
		struct server server;
		bool ems;
	} rows[] = {
		{ { .kinds = { "P-256" } }, true },
		{ { .kinds = { "P-256" }, .no_ems = true }, true },
		{ { .kinds = { "P-256" }, .max = TLS1_2_VERSION }, true },
		{ { .kinds = { "P-256" },
		      .max = TLS1_2_VERSION,
		      .no_ems = true },
		    false },
		/* It asks for another hello: the first one counts. */
		{ { .kinds = { "P-256" }, .groups = "P-384" }, true },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct danelaw_tls facts;
		struct talk talk;
		int octets = 0;

		start(&talk, &rows[i].server, "default", "mx.example");
		assert_int_equal(tls_session_hello_octets(talk.session), 0);
		SSL_set_msg_callback(talk.server, note_hello);
		SSL_set_msg_callback_arg(talk.server, &octets);
		assert_int_equal(shake(&talk), TLS_STEP_DONE);
		assert_true(tls_session_facts(talk.session, arena, &facts));
		assert_int_equal(facts.ems, rows[i].ems);
		assert_true(octets > 0);
		assert_int_equal(facts.hello_octets, octets);
		finish(&talk);
		arena_unref(arena);
	}
}

/* As far as anybody follows a chain it is kept; the leaf always is. */
static void
test_long_chain(void **state)
{
	const struct server server = { .kinds = { "P-256" },
		.n_extra = TLS_CHAIN_MAX + 9 };
	struct danelaw_tls facts;
	struct tls_chain *chain;
	struct arena *arena;
	struct talk talk;
	(void)state;

	start(&talk, &server, "default", "mx.example");
	assert_int_equal(shake(&talk), TLS_STEP_DONE);
	chain = tls_session_chain(talk.session);
	assert_int_equal(tls_chain_count(chain), TLS_CHAIN_MAX);
	arena = arena_new();
	assert_true(tls_session_facts(talk.session, arena, &facts));
	assert_int_equal(facts.certs_cut, 10);
	arena_unref(arena);
	tls_chain_unref(chain);
	finish(&talk);
}

/* Who presents what was presented before is given the same chain. */
static void
test_known_chain(void **state)
{
	const struct server server = { .kinds = { "P-256" }, .n_extra = 1 };
	struct tls_chain *chain, *again;
	struct talk talk;
	(void)state;

	start(&talk, &server, "default", "mx.example");
	assert_int_equal(shake(&talk), TLS_STEP_DONE);
	chain = tls_session_chain(talk.session);
	again = tls_session_chain(talk.session);
	assert_int_equal(tls_chain_count(chain), 2);
	assert_ptr_equal(chain, again);
	finish(&talk);
	/* And it may outlive the context. */
	assert_true(tls_chain_same_leaf(chain, again));
	tls_chain_unref(chain);
	tls_chain_unref(again);
}

/* A handshake that ends badly, and what is said about it. */
static void
test_refusals(void **state)
{
	static const struct {
		struct server server;
		const char *offer;
		int alert;
		const char *error;
		enum danelaw_tls_fault fault;
	} rows[] = {
		{ { .kinds = { "P-256" }, .refuse_sni = true }, "default", 112,
		    "alert 112, unrecognized name", DANELAW_TLS_NAME },
		{ { .kinds = { "P-256" } }, "rsa", 40,
		    "alert 40, handshake failure", DANELAW_TLS_REFUSED },
		{ { .kinds = { "RSA 2048" } }, "ecdsa", 40,
		    "alert 40, handshake failure", DANELAW_TLS_REFUSED },
		{ { .kinds = { "RSA 2048" }, .max = TLS1_2_VERSION }, "ecdsa",
		    40, "alert 40, handshake failure", DANELAW_TLS_REFUSED },
#if OPENSSL_VERSION_NUMBER < 0x30100000L
		{ { .kinds = { "RSA 2048" }, .max = TLS1_VERSION }, "ecdsa", 40,
		    "alert 40, handshake failure", DANELAW_TLS_REFUSED },
#else
		/* At our level it has nothing older than TLS 1.2 any more. */
		{ { .kinds = { "RSA 2048" }, .max = TLS1_VERSION }, "ecdsa", 70,
		    "alert 70, protocol version", DANELAW_TLS_VERSION },
#endif
		{ { .kinds = { "P-256" } }, "eddsa", 40,
		    "alert 40, handshake failure", DANELAW_TLS_REFUSED },
		{ { .kinds = { "P-256" }, .max = TLS1_1_VERSION }, "eddsa", 70,
		    "alert 70, protocol version", DANELAW_TLS_VERSION },
		/* Nobody offers this curve, so nobody gets mail in. */
		{ { .kinds = { "secp256k1" }, .max = TLS1_2_VERSION },
		    "default", 40, "alert 40, handshake failure",
		    DANELAW_TLS_REFUSED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct talk talk;

		start(&talk, &rows[i].server, rows[i].offer, "mx.example");
		assert_int_equal(shake(&talk), TLS_STEP_FAILED);
		assert_string_equal(
		    tls_session_error(talk.session), rows[i].error);
		assert_int_equal(
		    tls_session_alert(talk.session), rows[i].alert);
		assert_int_equal(
		    tls_session_fault(talk.session), rows[i].fault);
		/* It stays failed, and closing it does no harm. */
		assert_int_equal(
		    tls_session_handshake(talk.session), TLS_STEP_FAILED);
		tls_session_close(talk.session);
		finish(&talk);
	}
}

/* Packets with data that the client has sent. */
static unsigned
packets(const struct talk *talk)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	assert_int_equal(
	    getsockopt(talk->fd[0], IPPROTO_TCP, TCP_INFO, &info, &len), 0);
	return info.tcpi_data_segs_out;
}

/*
 * What we say behind our Finished goes with it, where it is we who speak. The
 * kernel lets nothing wait for longer than 200 ms, so that on a machine that
 * stops between the two it is a packet more: once is enough.
 */
static void
test_packets(void **state)
{
	static const struct {
		int max;
		bool speaks;
		unsigned after_shake, after_word;
	} rows[] = {
		{ TLS1_3_VERSION, false, 2, 3 },
		{ TLS1_3_VERSION, true, 1, 2 },
		{ TLS1_2_VERSION, false, 2, 3 },
		{ TLS1_2_VERSION, true, 2, 3 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct server server = {
			.kinds = { "P-256" }, .max = rows[i].max, .tcp = true
		};
		unsigned shook = 0, said = 0;

		for (int try = 0; try < 20 && said != rows[i].after_word;
		     try++) {
			struct pollfd poll_one;
			char word[8] = { 0 };
			struct talk talk;
			size_t put;

			start(&talk, &server, "default", "mx.example");
			if (rows[i].speaks)
				tls_session_speaks_next(talk.session);
			assert_int_equal(shake(&talk), TLS_STEP_DONE);
			shook = packets(&talk);
			assert_int_equal(
			    tls_session_write(talk.session, "EHLO", 4, &put),
			    TLS_STEP_DONE);
			said = packets(&talk);
			poll_one = (struct pollfd) { .fd = talk.fd[1],
				.events = POLLIN };
			while (SSL_read(talk.server, word, sizeof(word)) <= 0)
				assert_int_equal(poll(&poll_one, 1, 5000), 1);
			assert_string_equal(word, "EHLO");
			finish(&talk);
		}
		assert_int_equal(said, rows[i].after_word);
		assert_int_equal(shook, rows[i].after_shake);
	}
}

/* What a peer says in place of a ServerHello. */
static void
test_no_tls(void **state)
{
	static const struct {
		const char *said;
		size_t len;
		bool hangs_up;
		const char *error; /* NULL: it waits for more */
		enum danelaw_tls_fault fault;
	} rows[] = {
		{ "", 0, true,
		    "the server closed the connection during the handshake",
		    DANELAW_TLS_CLOSED },
		{ "\x16\x03\x03", 3, true,
		    "the server closed the connection during the handshake",
		    DANELAW_TLS_CLOSED },
		{ "554 5.7.1 no\r\n", 14, false,
		    "the server answered with something that is not TLS: "
		    "\"554 5.7.1 no\"",
		    DANELAW_TLS_NOT_TLS },
		{ "5", 1, false,
		    "the server answered with something that is not TLS: "
		    "\"5\"",
		    DANELAW_TLS_NOT_TLS },
		{ "\x1b]0;\x07\xff\n", 7, true,
		    "the server answered with something that is not TLS: "
		    "\"\\x1b]0;\\x07\\xff\"",
		    DANELAW_TLS_NOT_TLS },
		{ "HTTP/1.1 400 Bad Request\r\n\r\n", 28, false,
		    "the server answered with something that is not TLS: "
		    "\"HTTP/1.1 400 Bad Request\"",
		    DANELAW_TLS_NOT_TLS },
		{ "\x16\x02\x00\x00\x01\x00", 6, false,
		    "the server answered with something that is not TLS: "
		    "\"\\x16\\x02\\x00\\x00\\x01\\x00\"",
		    DANELAW_TLS_NOT_TLS },
		{ "\x15\x03\x01\x00\x02\x02\x28", 7, false,
		    "alert 40, handshake failure", DANELAW_TLS_REFUSED },
		{ "\x15\x03\x01\x00\x02\x02\x56", 7, false,
		    "alert 86, inappropriate fallback", DANELAW_TLS_ALERT },
		{ "\x15\x03\x03\x00\x02\x01\x00", 7, true,
		    "the server closed the connection during the handshake",
		    DANELAW_TLS_CLOSED },
		{ "\x16\x03\x03\xff\xff", 5, false,
#if OPENSSL_VERSION_NUMBER < 0x30200000L
		    "packet length too long",
#else
		    "data length too long",
#endif
		    DANELAW_TLS_NO_FAULT },
		{ "\x16\x03\x03\x00\x04\x02\x00\x00\x00", 9, false,
		    "length mismatch", DANELAW_TLS_NO_FAULT },
		{ "\x16\x03", 2, false, NULL, DANELAW_TLS_NO_FAULT },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct talk talk;
		enum tls_step step;

		start(&talk, NULL, "default", NULL);
		assert_int_equal(
		    tls_session_handshake(talk.session), TLS_STEP_READ);
		assert_int_equal(write(talk.fd[1], rows[i].said, rows[i].len),
		    (ssize_t)rows[i].len);
		if (rows[i].hangs_up)
			shutdown(talk.fd[1], SHUT_WR);
		step = tls_session_handshake(talk.session);
		if (rows[i].error == NULL) {
			assert_int_equal(step, TLS_STEP_READ);
			assert_null(tls_session_error(talk.session));
		} else {
			assert_int_equal(step, TLS_STEP_FAILED);
			assert_string_equal(
			    tls_session_error(talk.session), rows[i].error);
		}
		assert_int_equal(
		    tls_session_fault(talk.session), rows[i].fault);
		assert_null(tls_session_chain(talk.session));
		finish(&talk);
	}
}

/* The peer is gone before a byte is written: no signal may come of it. */
static void
test_broken_pipe(void **state)
{
	struct talk talk;
	(void)state;

	start(&talk, NULL, "default", NULL);
	close(talk.fd[1]);
	talk.fd[1] = -1;
	assert_int_equal(tls_session_handshake(talk.session), TLS_STEP_FAILED);
	assert_string_equal(tls_session_error(talk.session), "Broken pipe");
	assert_int_equal(tls_session_fault(talk.session), DANELAW_TLS_RESET);
	finish(&talk);
}

/* Application data both ways, then the two ends of a connection. */
static void
test_data(void **state)
{
	static const struct server server = { .kinds = { "P-256" } };
	char bytes[16];
	struct talk talk;
	size_t len;
	(void)state;

	for (int rude = 0; rude < 2; rude++) {
		start(&talk, &server, "default", "mx.example");
		assert_int_equal(tls_session_read(talk.session, bytes, 4, &len),
		    TLS_STEP_CLOSED);
		assert_int_equal(shake(&talk), TLS_STEP_DONE);
		assert_int_equal(
		    tls_session_read(talk.session, bytes, sizeof(bytes), &len),
		    TLS_STEP_READ);
		assert_int_equal(
		    tls_session_write(talk.session, "EHLO", 4, &len),
		    TLS_STEP_DONE);
		assert_int_equal(len, 4);
		assert_int_equal(SSL_read(talk.server, bytes, 16), 4);
		assert_int_equal(SSL_write(talk.server, "250", 3), 3);
		assert_int_equal(
		    tls_session_read(talk.session, bytes, sizeof(bytes), &len),
		    TLS_STEP_DONE);
		assert_int_equal(len, 3);
		if (rude)
			shutdown(talk.fd[1], SHUT_WR);
		else
			SSL_shutdown(talk.server);
		assert_int_equal(
		    tls_session_read(talk.session, bytes, sizeof(bytes), &len),
		    TLS_STEP_CLOSED);
		tls_session_close(talk.session);
		finish(&talk);
	}
}

/* Writing into a full socket asks to wait and goes on after that. */
static void
test_full_socket(void **state)
{
	static const struct server server = { .kinds = { "P-256" } };
	static char many[16384], drain[16384];
	enum tls_step step = TLS_STEP_DONE;
	struct talk talk;
	size_t len, sent = 0;
	(void)state;

	start(&talk, &server, "default", NULL);
	assert_int_equal(shake(&talk), TLS_STEP_DONE);
	while (step == TLS_STEP_DONE) {
		step =
		    tls_session_write(talk.session, many, sizeof(many), &len);
		sent += step == TLS_STEP_DONE ? len : 0;
		assert_true(sent < 64 * 1024 * 1024);
	}
	assert_int_equal(step, TLS_STEP_WRITE);
	while (SSL_read(talk.server, drain, sizeof(drain)) > 0)
		;
	assert_int_equal(
	    tls_session_write(talk.session, many, sizeof(many), &len),
	    TLS_STEP_DONE);
	finish(&talk);
}

/*
 * TLS 1.3 refuses the client only after its handshake is done, in place of
 * the first answer; TLS 1.2 within.
 */
static void
test_client_certificate(void **state)
{
	struct forged own = forge_cert(&(struct forge) { .cn = "me" });
	char path[] = "/tmp/danelaw-own-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	const struct {
		struct server server;
		enum tls_step shaken, read;
		const char *error;
		bool may_sign;
	} rows[] = {
		{ { .kinds = { "P-256" }, .request = true }, TLS_STEP_DONE,
		    TLS_STEP_READ, NULL, false },
		{ { .kinds = { "P-256" }, .require = true }, TLS_STEP_DONE,
		    TLS_STEP_FAILED, "alert 116, certificate required", false },
		{ { .kinds = { "P-256" },
		      .require = true,
		      .max = TLS1_2_VERSION },
		    TLS_STEP_FAILED, TLS_STEP_FAILED,
		    "alert 40, handshake failure", false },
		{ { .kinds = { "P-256" }, .require = true, .own = path },
		    TLS_STEP_DONE, TLS_STEP_READ, NULL, true },
	};
	(void)state;

	assert_true(fd >= 0 && file != NULL);
	assert_int_equal(PEM_write_X509(file, own.cert), 1);
	assert_int_equal(
	    PEM_write_PrivateKey(file, own.key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(file);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct danelaw_tls facts;
		struct talk talk;
		char bytes[4];
		size_t len;

		start(&talk, &rows[i].server, "default", NULL);
		assert_int_equal(shake(&talk), rows[i].shaken);
		assert_int_equal(
		    tls_session_read(talk.session, bytes, sizeof(bytes), &len),
		    rows[i].read);
		if (rows[i].error != NULL)
			assert_string_equal(
			    tls_session_error(talk.session), rows[i].error);
		assert_true(tls_session_facts(talk.session, arena, &facts));
		assert_true(facts.client_cert_requested);
		assert_int_equal(
		    facts.client_cert_sent, rows[i].server.own != NULL);
		assert_int_equal(facts.client_cert_may_sign, rows[i].may_sign);
		assert_null(facts.sni);
		finish(&talk);
		arena_unref(arena);
	}
	unlink(path);
	forge_free(&own);
}

static void
test_context_errors(void **state)
{
	static const struct {
		const char *cert, *key, *error;
	} rows[] = {
		{ "/nonexistent/cert.pem", NULL,
		    "the client certificate \"/nonexistent/cert.pem\" cannot "
		    "be used: No such file or directory" },
		{ "/dev/null", NULL,
		    "the client certificate \"/dev/null\" cannot be used: " },
		{ NULL, "key.pem", "key.pem: a key without a certificate" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *error = NULL;

		assert_null(tls_context_new(rows[i].cert, rows[i].key, &error));
		assert_non_null(error);
		assert_int_equal(
		    strncmp(error, rows[i].error, strlen(rows[i].error)), 0);
		free(error);
	}
}

/* What the ClientHello must say, whatever the machine is set to. */
static int
check_hello(SSL *ssl, int *alert, void *arg)
{
	const unsigned char *bytes;
	size_t len;
	int *seen = arg;

	(void)alert;
	*seen |= SSL_client_hello_get0_ext(
		     ssl, TLSEXT_TYPE_signature_algorithms_cert, &bytes, &len)
	    ? 2
	    : 1;
	return SSL_CLIENT_HELLO_SUCCESS;
}

static void
test_hello(void **state)
{
	static const struct server server = { .kinds = { "P-256" } };
	struct talk talk;
	int seen = 0;
	(void)state;

	start(&talk, &server, "default", NULL);
	SSL_CTX_set_client_hello_cb(talk.server_ctx, check_hello, &seen);
	assert_int_equal(shake(&talk), TLS_STEP_DONE);
	assert_int_equal(seen, 1);
	finish(&talk);
	seen = 0;
	start(&talk, &server, "ecdsa", NULL);
	SSL_CTX_set_client_hello_cb(talk.server_ctx, check_hello, &seen);
	assert_int_equal(shake(&talk), TLS_STEP_DONE);
	assert_int_equal(seen, 2);
	finish(&talk);
}

/* What a ClientHello offers. */
struct offered {
	bool sslv2, raw_key, anonymous, gcm, cbc, tls13;
	int lowest; /* with TLS 1.3 one list names them all */
};

static int
read_hello(SSL *ssl, int *alert, void *arg)
{
	struct offered *offered = arg;
	STACK_OF(SSL_CIPHER) *ciphers = NULL, *signals = NULL;
	const unsigned char *bytes;
	size_t len;

	(void)alert;
	memset(offered, 0, sizeof(*offered));
#if OPENSSL_VERSION_NUMBER < 0x40000000L /* where there is none any more */
	offered->sslv2 = SSL_client_hello_isv2(ssl) != 0;
#endif
	/* client_certificate_type and server_..., RFC 7250 section 3 */
	offered->raw_key =
	    SSL_client_hello_get0_ext(ssl, 19, &bytes, &len) == 1 ||
	    SSL_client_hello_get0_ext(ssl, 20, &bytes, &len) == 1;
	if (SSL_client_hello_get0_ext(
		ssl, TLSEXT_TYPE_supported_versions, &bytes, &len) == 1) {
		for (size_t i = 1; i + 1 < len; i += 2)
			if (offered->lowest == 0 ||
			    (bytes[i] << 8 | bytes[i + 1]) < offered->lowest)
				offered->lowest = bytes[i] << 8 | bytes[i + 1];
	}
	len = SSL_client_hello_get0_ciphers(ssl, &bytes);
	SSL_bytes_to_cipher_list(ssl, bytes, len, 0, &ciphers, &signals);
	for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
		const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, i);
		const char *name = SSL_CIPHER_get_name(cipher);

		if (SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null)
			offered->anonymous = true;
		if (strcmp(name, "ECDHE-RSA-AES128-GCM-SHA256") == 0)
			offered->gcm = true;
		if (strcmp(name, "AES128-SHA") == 0)
			offered->cbc = true;
		if (strcmp(name, "TLS_AES_128_GCM_SHA256") == 0)
			offered->tls13 = true;
	}
	sk_SSL_CIPHER_free(ciphers);
	sk_SSL_CIPHER_free(signals);
	return SSL_CLIENT_HELLO_SUCCESS;
}

static void
test_offered(void **state)
{
	static const struct server server = { .kinds = { "RSA 2048" } };
	struct offered offered = { 0 };
	struct talk talk;
	(void)state;

	start(&talk, &server, "default", "mx.example");
	SSL_CTX_set_client_hello_cb(talk.server_ctx, read_hello, &offered);
	assert_int_equal(shake(&talk), TLS_STEP_DONE);
	/* OpenSSL 3.1 gave up what signs with SHA-1, but for level 0. */
	EXPECT("rule 62 TLS 1.0 is the oldest offered",
	    offered.lowest ==
		(OPENSSL_VERSION_NUMBER < 0x30100000L ? TLS1_VERSION
						      : TLS1_2_VERSION));
	EXPECT("rule 63 no SSLv2 hello", !offered.sslv2);
	EXPECT("rule 63 SNI is the name given",
	    strcmp(SSL_get_servername(talk.server, TLSEXT_NAMETYPE_host_name),
		"mx.example") == 0);
	EXPECT("rule 64 no anonymous cipher suite", !offered.anonymous);
	EXPECT("rule 64 the usual ones",
	    offered.gcm && offered.cbc && offered.tls13);
	EXPECT("rule 69 no raw public keys", !offered.raw_key);
	finish(&talk);
}

/* RFC 6066 section 3: no address in SNI; and an offer can leave it out. */
static void
test_sni(void **state)
{
	static const struct server server = { .kinds = { "P-256" } };
	static const struct tls_offer silent = {
		.name = "silent", .no_sni = 1, .max_version = TLS1_2_VERSION
	};
	struct arena *arena = arena_new();
	struct danelaw_tls facts;
	struct talk talk;
	(void)state;

	start(&talk, &server, "default", "192.0.2.1");
	assert_int_equal(shake(&talk), TLS_STEP_DONE);
	assert_true(tls_session_facts(talk.session, arena, &facts));
	assert_null(facts.sni);
	finish(&talk);

	start(&talk, &server, "default", "mx.example");
	tls_session_free(talk.session);
	talk.session =
	    tls_session_new(talk.context, &silent, talk.fd[0], "mx.example");
	assert_int_equal(shake(&talk), TLS_STEP_DONE);
	assert_true(tls_session_facts(talk.session, arena, &facts));
	assert_null(facts.sni);
	assert_string_equal(facts.version, "TLSv1.2");
	finish(&talk);
	arena_unref(arena);
}

enum { BIG_CHAIN = 40 };

/* The chain outlives session and context. */
static void
test_big_chain(void **state)
{
	static const struct server server = { .kinds = { "RSA 2048" },
		.n_extra = BIG_CHAIN - 1 };
	struct arena *arena = arena_new();
	struct danelaw_cert *certs = NULL;
	struct tls_chain *chain;
	struct talk talk;
	size_t n = 0;
	(void)state;

	start(&talk, &server, "default", NULL);
	assert_int_equal(shake(&talk), TLS_STEP_DONE);
	chain = tls_session_chain(talk.session);
	finish(&talk);
	assert_int_equal(tls_chain_count(chain), BIG_CHAIN);
	assert_true(tls_chain_facts(chain, arena, &certs, &n));
	assert_int_equal(n, BIG_CHAIN);
	assert_string_equal(certs[n - 1].subject, "CN=server");
	tls_chain_unref(chain);
	arena_unref(arena);
}

static void
test_offers(void **state)
{
	(void)state;
	assert_null(tls_offer_find("post-quantum"));
	assert_int_equal(tls_offer_n_all_certs, 11);
	assert_string_equal(tls_offer_all_certs[0], "default");
	for (size_t i = 0; i < tls_offer_n_all_certs; i++)
		assert_string_equal(
		    tls_offer_find(tls_offer_all_certs[i])->name,
		    tls_offer_all_certs[i]);
	assert_int_equal(strncmp(tls_library(), "OpenSSL ", 8), 0);
}

/* Each of the offers that ask for a cause is one that OpenSSL can make. */
static void
test_diagnostic_offers(void **state)
{
	static const char *const names[] = { "no-sni", "no-cert", "tls12",
		"no-dhe", "ecdhe", "implicit", "tls10", "rare-groups", "weak",
		"anon", "small", "no-hybrid", "big-hello", "again", "today",
		"mldsa" };
	char *error = NULL;
	struct tls_context *context = tls_context_new(NULL, NULL, &error);
	(void)state;

	assert_non_null(context);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct tls_offer *offer = tls_offer_find(names[i]);
		struct tls_session *session;

		assert_non_null(offer);
		session = tls_session_new(context, offer, -1, "mx.example");
		assert_non_null(session);
		tls_session_free(session);
	}
	tls_context_free(context);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ .name = "rule 62 TLS 1.0 to 1.3 can be spoken",
		    .test_func = test_facts },
		cmocka_unit_test(test_hello_facts),
		cmocka_unit_test(test_long_chain),
		cmocka_unit_test(test_known_chain),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_no_tls),
		cmocka_unit_test(test_broken_pipe),
		cmocka_unit_test(test_data),
		cmocka_unit_test(test_full_socket),
		cmocka_unit_test(test_client_certificate),
		cmocka_unit_test(test_context_errors),
		cmocka_unit_test(test_hello),
		cmocka_unit_test(test_offered),
		cmocka_unit_test(test_sni),
		cmocka_unit_test(test_big_chain),
		cmocka_unit_test(test_offers),
		cmocka_unit_test(test_diagnostic_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
