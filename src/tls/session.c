/* SPDX-License-Identifier: ISC */
#include "tls/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/name.h"
#include "base/text.h"
#include "tls/bare.h"
#include "tls/fault.h"
#include "tls/known.h"
#include "tls/lack.h"
#include "tls/names.h"
#include "tls/openssl.h"

struct tls_session {
	struct tls_context *context;
	SSL *ssl;
	struct bare *bare; /* NULL: it is a whole handshake */
	struct wire wire;
	struct arena *words; /* made when something has to be said */
	const char *error;
	unsigned long lacks; /* when it began */
	int alert;
	int hello_octets;
	int certs_cut;
	enum danelaw_tls_fault fault;
	bool established, broken, cert_requested;
	bool answered; /* what bare asked for can be had */
	bool certs;    /* it asked for a kind of certificate */
};

/* Called where the server asks for a certificate, own one or not. */
static int
note_request(SSL *ssl, void *arg)
{
	struct tls_session *session = arg;

	session->cert_requested = true;
	return 1;
}

/* After a HelloRetryRequest there is a second one; the first counts. */
static void
note_hello(int write, int version, int type, const void *bytes, size_t len,
    SSL *ssl, void *arg)
{
	struct tls_session *session = arg;

	if (write && type == SSL3_RT_HANDSHAKE && len > 0 &&
	    *(const unsigned char *)bytes == SSL3_MT_CLIENT_HELLO &&
	    session->hello_octets == 0)
		session->hello_octets = (int)len;
}

/* OpenSSL has limits even at level 0 (DH below 1024 bits). */
static int
allow_anything(const SSL *ssl, const SSL_CTX *ctx, int op, int bits, int nid,
    void *other, void *ex)
{
	return 1;
}

/* The context has the default offer, short; what differs is set again. */
static bool
propose(SSL *ssl, const struct tls_offer *offer)
{
	const struct tls_offer *usual = tls_offer_find_short("default");

	if (SSL_set_app_data(ssl, (void *)(uintptr_t)offer) != 1)
		return false;
	SSL_set_security_level(ssl, offer->level);
	if (offer->insecure_any) {
		SSL_set_security_callback(ssl, allow_anything);
		SSL_set_options(ssl, SSL_OP_LEGACY_SERVER_CONNECT);
	}
	if (offer->no_cert)
		SSL_certs_clear(ssl);
	if (offer->min_version != 0 &&
	    SSL_set_min_proto_version(ssl, offer->min_version) != 1)
		return false;
	if (offer->max_version != 0 &&
	    SSL_set_max_proto_version(ssl, offer->max_version) != 1)
		return false;
	if (offer->sigalgs != NULL && offer->sigalgs != usual->sigalgs &&
	    SSL_set1_sigalgs_list(ssl, offer->sigalgs) != 1)
		return false;
	if (offer->groups != NULL && offer->groups != usual->groups &&
	    SSL_set1_groups_list(ssl, offer->groups) != 1)
		return false;
	if (offer->ciphers != NULL && offer->ciphers != usual->ciphers &&
	    SSL_set_cipher_list(ssl, offer->ciphers) != 1)
		return false;
	return offer->suites == NULL || offer->suites == usual->suites ||
	    SSL_set_ciphersuites(ssl, offer->suites) == 1;
}

struct tls_session *
tls_session_new(struct tls_context *context, const struct tls_offer *offer,
    int fd, const char *sni)
{
	struct tls_session *session = calloc(1, sizeof(*session));
	bool done = false;
	BIO *bio;

	if (session == NULL)
		return NULL;
	ERR_clear_error();
	session->lacks = lack_count();
	session->context = context;
	session->alert = -1;
	session->wire.fd = fd;
	/* RFC 6066 section 3: a literal address is no server name. */
	if (sni != NULL && (offer->no_sni || name_is_address(sni)))
		sni = NULL;
	session->ssl = SSL_new(context->shake);
	if (session->ssl == NULL)
		goto done;
	if (offer->bare != TLS_BARE_NONE) {
		session->bare = bare_new(offer, sni);
		session->certs = offer->bare == TLS_BARE_MLDSA;
		done = session->bare != NULL;
		goto done;
	}
	if (!propose(session->ssl, offer))
		goto done;
	if (sni != NULL && SSL_set_tlsext_host_name(session->ssl, sni) != 1)
		goto done;
	bio = wire_bio_new(context->wire, &session->wire);
	if (bio == NULL)
		goto done;
	SSL_set_bio(session->ssl, bio, bio);
	SSL_set_cert_cb(session->ssl, note_request, session);
	SSL_set_msg_callback(session->ssl, note_hello);
	SSL_set_msg_callback_arg(session->ssl, session);
	SSL_set_connect_state(session->ssl);
	done = true;
done:
	if (!done) {
		ERR_clear_error();
		tls_session_free(session);
		session = NULL;
	}
	return session;
}

void
tls_session_speaks_next(struct tls_session *session)
{
	session->wire.speaker = session->ssl;
}

void
tls_session_free(struct tls_session *session)
{
	if (session == NULL)
		return;
	SSL_free(session->ssl);
	bare_free(session->bare);
	arena_unref(session->words);
	free(session);
}

__attribute__((format(printf, 3, 4))) static enum tls_step
fail(struct tls_session *session, enum danelaw_tls_fault fault,
    const char *format, ...)
{
	va_list args;

	session->broken = true;
	session->fault = fault;
	session->error = "out of memory";
	if (session->words == NULL)
		session->words = arena_new();
	if (session->words != NULL) {
		char *text;

		va_start(args, format);
		text = arena_vprintf(session->words, format, args);
		va_end(args);
		if (text != NULL)
			session->error = text;
	}
	tls_lack_look();
	ERR_clear_error();
	return TLS_STEP_FAILED;
}

static const char *
alert_words(int alert)
{
	/* What OpenSSL has no words for, or none for people. */
	static const struct {
		int alert;
		const char *words;
	} own[] = {
		{ 10, "unexpected message" },
		{ 86, "inappropriate fallback" },
		{ 109, "missing extension" },
		{ 115, "unknown PSK identity" },
		{ 116, "certificate required" },
		{ 120, "no application protocol" },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (own[i].alert == alert)
			return own[i].words;
	return SSL_alert_desc_string_long(alert);
}

static enum tls_step
fail_by_alert(struct tls_session *session, int alert)
{
	session->alert = alert;
	return fail(session, fault_of_alert(alert), "alert %d, %s", alert,
	    alert_words(alert));
}

/* RFC 8446 section 5.1: the type of the record, then 3 for the version. */
static bool
is_tls(const struct wire *wire)
{
	if (wire->n_first > 0 && (wire->first[0] < 20 || wire->first[0] > 23))
		return false;
	return wire->n_first < 2 || wire->first[1] == 3;
}

static enum tls_step
fail_not_tls(struct tls_session *session)
{
	struct wire *wire = &session->wire;
	const char *said;
	size_t len;

	wire_listen(wire);
	len = wire->n_first;
	while (len > 0 &&
	    (wire->first[len - 1] == '\n' || wire->first[len - 1] == '\r'))
		len--;
	if (session->words == NULL)
		session->words = arena_new();
	said = session->words == NULL
	    ? NULL
	    : text_printable(session->words, wire->first, len, 80);
	return fail(session, DANELAW_TLS_NOT_TLS,
	    "the server answered with something that is not TLS: \"%s\"",
	    said == NULL ? "" : said);
}

/*
 * The first error says what happened, later ones who called whom; but what
 * another library found is named by the one that asked it.
 */
static enum tls_step
fail_by_library(struct tls_session *session)
{
	unsigned long code = ERR_get_error(), next = code;
	enum danelaw_tls_fault fault = DANELAW_TLS_NO_FAULT;
	const char *reason;

	for (; next != 0; next = ERR_get_error()) {
		int alert = ERR_GET_REASON(next) - SSL_AD_REASON_OFFSET;

		if (tls_is_lack(next))
			lack_note();
		if (fault == DANELAW_TLS_NO_FAULT)
			fault = fault_of_library(next);
		if (ERR_GET_LIB(next) != ERR_LIB_SSL || alert < 0 ||
		    alert > 255)
			continue;
		return fail_by_alert(session, alert);
	}
	reason = ERR_reason_error_string(code);
	return fail(session, fault, "%s",
	    reason == NULL ? "unknown TLS error" : reason);
}

static enum tls_step
step_closed(struct tls_session *session)
{
	if (!session->established) {
		return fail(session, DANELAW_TLS_CLOSED,
		    "the server closed the connection during the handshake");
	}
	session->broken = session->broken || session->wire.error != 0;
	return TLS_STEP_CLOSED;
}

/* What a call of OpenSSL that did not succeed means. */
static enum tls_step
step_after(struct tls_session *session, int ret)
{
	int kind = SSL_get_error(session->ssl, ret);

	if (!session->established && !is_tls(&session->wire))
		return fail_not_tls(session);
	switch (kind) {
	case SSL_ERROR_WANT_READ:
		return TLS_STEP_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_STEP_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return step_closed(session);
	case SSL_ERROR_SYSCALL:
		if (session->wire.error == 0)
			return step_closed(session);
		fail(session, fault_of_errno(session->wire.error), "%s",
		    strerror(session->wire.error));
		return session->established ? TLS_STEP_CLOSED : TLS_STEP_FAILED;
	default:
		if (ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SSL &&
		    ERR_GET_REASON(ERR_peek_error()) ==
			SSL_R_UNEXPECTED_EOF_WHILE_READING) {
			ERR_clear_error();
			session->broken = true;
			return step_closed(session);
		}
		return fail_by_library(session);
	}
}

/* It always ends as if it had failed: no handshake stands. */
static enum tls_step
shake_bare(struct tls_session *session)
{
	struct bare *bare = session->bare;
	enum tls_step step = bare_step(bare, session->wire.fd);

	session->hello_octets = (int)bare->len - 5;
	switch (step) {
	case TLS_STEP_READ:
	case TLS_STEP_WRITE:
		return step;
	case TLS_STEP_CLOSED:
		return step_closed(session);
	case TLS_STEP_FAILED:
		session->wire.error = bare->error;
		return fail(session, fault_of_errno(bare->error), "%s",
		    strerror(bare->error));
	case TLS_STEP_DONE:
		break;
	}
	switch (bare->answer.kind) {
	case HELLO_ALERT:
		return fail_by_alert(session, bare->answer.alert);
	case HELLO_SERVER:
	case HELLO_RETRY:
		session->answered = true;
		return fail(session, DANELAW_TLS_NO_FAULT,
		    "%s, and OpenSSL %s cannot: it takes 3.5",
		    session->certs ? "the server can sign with ML-DSA"
				   : "the server takes an offer of today",
		    tls_library_version());
	case HELLO_MORE:
	case HELLO_OTHER:
		break;
	}
	return fail(
	    session, DANELAW_TLS_NO_FAULT, "the server answered with nonsense");
}

/*
 * What nobody needs is not kept until the handshake ends, which may take a
 * while. It is no fault of the server's: senders take up to 100 KiB.
 */
static void
trim_chain(struct tls_session *session)
{
	STACK_OF(X509) *stack = SSL_get_peer_cert_chain(session->ssl);
	int n = 0, len, bytes = 0;

	/* The leaf stays in any case. */
	for (; n < sk_X509_num(stack) && n < TLS_CHAIN_MAX; n++) {
		len = i2d_X509(sk_X509_value(stack, n), NULL);
		bytes += len < 0 ? TLS_CHAIN_BYTES : len;
		if (n > 0 && bytes > TLS_CHAIN_BYTES)
			break;
	}
	for (; sk_X509_num(stack) > n; session->certs_cut++)
		X509_free(sk_X509_pop(stack));
}

enum tls_step
tls_session_handshake(struct tls_session *session)
{
	int ret;

	if (session->broken)
		return TLS_STEP_FAILED;
	if (session->established)
		return TLS_STEP_DONE;
	if (session->bare != NULL)
		return shake_bare(session);
	ERR_clear_error();
	session->wire.shaking = true;
	ret = SSL_connect(session->ssl);
	session->wire.shaking = session->wire.wrote = false;
	trim_chain(session);
	if (ret != 1)
		return step_after(session, ret);
	session->established = true;
	return TLS_STEP_DONE;
}

enum tls_step
tls_session_read(
    struct tls_session *session, void *bytes, size_t room, size_t *len)
{
	int ret;

	if (!session->established || session->broken)
		return session->error == NULL ? TLS_STEP_CLOSED
					      : TLS_STEP_FAILED;
	ERR_clear_error();
	ret = SSL_read_ex(session->ssl, bytes, room, len);
	return ret == 1 ? TLS_STEP_DONE : step_after(session, ret);
}

bool
tls_session_holds(const struct tls_session *session)
{
	return session->broken || SSL_has_pending(session->ssl);
}

enum tls_step
tls_session_write(
    struct tls_session *session, const void *bytes, size_t size, size_t *len)
{
	int ret;

	if (!session->established || session->broken)
		return session->error == NULL ? TLS_STEP_CLOSED
					      : TLS_STEP_FAILED;
	ERR_clear_error();
	ret = SSL_write_ex(session->ssl, bytes, size, len);
	return ret == 1 ? TLS_STEP_DONE : step_after(session, ret);
}

void
tls_session_close(struct tls_session *session)
{
	if (!session->established || session->broken)
		return;
	ERR_clear_error();
	session->wire.more = true;
	SSL_shutdown(session->ssl);
	ERR_clear_error();
}

const char *
tls_session_error(const struct tls_session *session)
{
	return session->error;
}

int
tls_session_alert(const struct tls_session *session)
{
	return session->alert;
}

const char *
tls_session_lack(const struct tls_session *session)
{
	int error = session->wire.error;

	if (lack_count() != session->lacks || error == ENOMEM)
		return "Out of memory";
	return error == ENOBUFS ? "No buffer space" : NULL;
}

enum danelaw_tls_fault
tls_session_fault(const struct tls_session *session)
{
	return session->fault;
}

int
tls_session_hello_octets(const struct tls_session *session)
{
	return session->hello_octets;
}

bool
tls_session_cert_requested(const struct tls_session *session)
{
	return session->cert_requested;
}

bool
tls_session_cert_sent(const struct tls_session *session)
{
	return session->cert_requested &&
	    SSL_get_certificate(session->ssl) != NULL;
}

/* An absent keyUsage forbids nothing. */
static bool
own_may_sign(const struct tls_session *session)
{
	return tls_session_cert_sent(session) &&
	    (X509_get_key_usage(SSL_get_certificate(session->ssl)) &
		KU_DIGITAL_SIGNATURE) != 0;
}

/* As far as the server's first message tells. */
static bool
bare_facts(const struct tls_session *session, struct arena *arena,
    struct danelaw_tls *facts)
{
	const struct hello_answer *answer = &session->bare->answer;
	const unsigned char suite[] = { (unsigned char)(answer->suite >> 8),
		(unsigned char)answer->suite };
	const SSL_CIPHER *cipher = SSL_CIPHER_find(session->ssl, suite);

	*facts = (struct danelaw_tls) {
		.version =
		    answer->version == TLS1_3_VERSION ? "TLSv1.3" : "TLS",
		.cipher = arena_strdup(arena,
		    cipher == NULL ? "unknown" : SSL_CIPHER_get_name(cipher)),
		.group = names_group(answer->group),
		.sni = text_printable_str(arena, session->bare->sni, 255),
		.ems = answer->version == TLS1_3_VERSION,
		.hello_octets = session->hello_octets,
	};
	ERR_clear_error();
	return !arena_failed(arena);
}

bool
tls_session_answered(const struct tls_session *session)
{
	return session->answered;
}

bool
tls_session_facts(const struct tls_session *session, struct arena *arena,
    struct danelaw_tls *facts)
{
	SSL *ssl = session->ssl;

	if (session->bare != NULL)
		return bare_facts(session, arena, facts);
	ERR_clear_error();
	*facts = (struct danelaw_tls) {
		.version = arena_strdup(arena, SSL_get_version(ssl)),
		.cipher = arena_strdup(
		    arena, SSL_CIPHER_get_name(SSL_get_current_cipher(ssl))),
		.group = tls_shaken_group(arena, ssl),
		.signature = tls_shaken_signature(arena, ssl),
		.sni = text_printable_str(arena,
		    SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name), 255),
		.client_cert_requested = session->cert_requested,
		.client_cert_sent = tls_session_cert_sent(session),
		.client_cert_may_sign = own_may_sign(session),
		.ems = SSL_version(ssl) == TLS1_3_VERSION ||
		    SSL_get_extms_support(ssl) == 1,
		.hello_octets = session->hello_octets,
		.certs_cut = session->certs_cut,
	};
	tls_lack_look();
	ERR_clear_error();
	return !arena_failed(arena) && lack_count() == session->lacks;
}

struct tls_chain *
tls_session_chain(const struct tls_session *session)
{
	return known_chain(
	    known_of(session->context), SSL_get_peer_cert_chain(session->ssl));
}
