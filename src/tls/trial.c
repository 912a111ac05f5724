/* SPDX-License-Identifier: ISC */
#include "tls/trial.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls/lack.h"

/* What OpenSSL calls "expired", "not yet valid" and "no date at all". */
static bool
is_date(int code)
{
	return code == X509_V_ERR_CERT_HAS_EXPIRED ||
	    code == X509_V_ERR_CERT_NOT_YET_VALID ||
	    code == X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD ||
	    code == X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD;
}

/* Not signed by the issuer whose name and key identifier fitted. */
static bool
is_signature(int code)
{
	return code == X509_V_ERR_CERT_SIGNATURE_FAILURE ||
	    code == X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE ||
	    code == X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY;
}

static void
complain(struct trial *trial, int code, int depth)
{
	struct complaint complaint = { code, depth };

	if (trial->first.code == 0)
		trial->first = complaint;
	if (is_date(code) && trial->date.code == 0)
		trial->date = complaint;
	if (code == X509_V_ERR_HOSTNAME_MISMATCH && trial->name.code == 0)
		trial->name = complaint;
	/* Of a key that cannot be read it is told with the issuer. */
	if (code == X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY)
		complaint.depth--;
	if (!is_signature(code))
		return;
	trial->unsigned_depth = complaint.depth;
	if (trial->signature.code == 0 ||
	    complaint.depth < trial->signature.depth)
		trial->signature = complaint;
}

/*
 * Each certificate is told to be fine once its signature was looked at, also
 * where we went on after a complaint. path.c need not look again, which with
 * an issuer on P-384 takes longer than a handshake. Where the chain has no
 * issuer above it, as with usage 3, no signature was looked at.
 */
static void
note_signed(const struct trial *trial, X509_STORE_CTX *store)
{
	const STACK_OF(X509) *built = X509_STORE_CTX_get0_chain(store);
	const X509 *below = X509_STORE_CTX_get_current_cert(store);
	const X509 *above = X509_STORE_CTX_get0_current_issuer(store);
	int depth = X509_STORE_CTX_get_error_depth(store);

	if (above != NULL && depth >= 0 && depth + 1 < sk_X509_num(built) &&
	    sk_X509_value(built, depth) == below &&
	    sk_X509_value(built, depth + 1) == above &&
	    trial->unsigned_depth != depth)
		path_note_signed(trial->chain, below, above);
}

static int
note_error(int ok, X509_STORE_CTX *store)
{
	struct trial *trial = X509_STORE_CTX_get_app_data(store);

	if (ok == 1)
		note_signed(trial, store);
	else
		complain(trial, X509_STORE_CTX_get_error(store),
		    X509_STORE_CTX_get_error_depth(store));
	return trial->stop_at_first ? ok : 1;
}

bool
trial_is_reference(const char *name)
{
	/* To OpenSSL ".example" means any name below example, "" anything. */
	return name != NULL && *name != '\0' && *name != '.';
}

/* Without any name SSL_dane_enable() would turn name checks off. */
static bool
set_names(SSL *ssl, const struct match_question *question)
{
	bool enabled = false;

	for (size_t i = 0; i < question->n_references; i++) {
		const char *name = question->references[i];

		if (!trial_is_reference(name))
			continue;
		if ((enabled ? X509_VERIFY_PARAM_add1_host(
				   SSL_get0_param(ssl), name, 0)
			     : SSL_dane_enable(ssl, name)) <= 0)
			return false;
		enabled = true;
	}
	return enabled || SSL_dane_enable(ssl, NULL) > 0;
}

/*
 * Partial wildcards are invalid (RFC 7672 section 3.2.3). Names do not count
 * for usage 3 (section 3.1.1). The security level is that of Postfix, which
 * also leaves the depth at OpenSSL's 100 for DANE. All is set here, whatever
 * openssl.cnf says.
 */
bool
trial_init(struct trial *trial, const struct tls_context *context,
    const struct match_question *question)
{
	*trial = (struct trial) { .depth = -1, .unsigned_depth = -1 };
	trial->ssl = SSL_new(context->shake);
	trial->store = X509_STORE_CTX_new();
	if (trial->ssl == NULL || trial->store == NULL ||
	    !set_names(trial->ssl, question))
		return false;
	SSL_set_hostflags(trial->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (!question->ee_names)
		SSL_dane_set_flags(trial->ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	X509_VERIFY_PARAM_set_auth_level(SSL_get0_param(trial->ssl), 1);
	X509_VERIFY_PARAM_set_time(
	    SSL_get0_param(trial->ssl), (time_t)question->at);
	return true;
}

void
trial_finish(struct trial *trial)
{
	X509_STORE_CTX_free(trial->store);
	SSL_free(trial->ssl);
	tls_lack_look();
	ERR_clear_error();
}

int
trial_add(struct trial *trial, const struct danelaw_record *record)
{
	int taken = SSL_dane_tlsa_add(trial->ssl, record->usage,
	    record->selector, record->mtype, record->data, record->len);

	tls_lack_look();
	ERR_clear_error();
	return taken;
}

/* What of the record set was used, also where a check failed later on. */
static void
read_authority(struct trial *trial)
{
	long result = SSL_get_verify_result(trial->ssl);
	X509 *cert = NULL;
	EVP_PKEY *key = NULL;

	/* The getters are mute unless the result is good. */
	SSL_set_verify_result(trial->ssl, X509_V_OK);
	trial->depth = SSL_get0_dane_authority(trial->ssl, &cert, &key);
	if (trial->depth >= 0) {
		trial->by_key = cert == NULL && key != NULL;
		SSL_get0_dane_tlsa(trial->ssl, &trial->parts[0],
		    &trial->parts[1], &trial->parts[2], &trial->data,
		    &trial->len);
	}
	SSL_set_verify_result(trial->ssl, result);
}

static bool
has_reference(const struct match_question *question)
{
	for (size_t i = 0; i < question->n_references; i++)
		if (trial_is_reference(question->references[i]))
			return true;
	return false;
}

bool
trial_run(struct trial *trial, const struct tls_chain *chain,
    const struct match_question *question)
{
	X509_STORE_CTX *store = trial->store;
	int ret, error;

	trial->chain = chain;
	if (X509_STORE_CTX_init(store,
		SSL_CTX_get_cert_store(SSL_get_SSL_CTX(trial->ssl)),
		chain->certs[0].x509, chain->stack) != 1 ||
	    X509_STORE_CTX_set_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx(), trial->ssl) != 1 ||
	    X509_STORE_CTX_set_app_data(store, trial) != 1 ||
	    X509_STORE_CTX_set_default(store, "ssl_server") != 1 ||
	    X509_VERIFY_PARAM_set1(X509_STORE_CTX_get0_param(store),
		SSL_get0_param(trial->ssl)) != 1)
		return false;
	X509_STORE_CTX_set0_dane(store, SSL_get0_dane(trial->ssl));
	X509_STORE_CTX_set_verify_cb(store, note_error);
	ret = X509_verify_cert(store);
	error = X509_STORE_CTX_get_error(store);
	if (error == X509_V_ERR_OUT_OF_MEM)
		return false;
	trial->result = (struct complaint) {
		error,
		X509_STORE_CTX_get_error_depth(store),
	};
	if (trial->first.code == 0 && (ret != 1 || error != X509_V_OK))
		complain(trial,
		    error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error,
		    X509_STORE_CTX_get_error_depth(store));
	read_authority(trial);
	/*
	 * The record was found before the signatures were looked at. An issuer
	 * that did not sign is not above the leaf, so it is no match.
	 */
	if (!question->unsigned_too && trial->signature.code != 0 &&
	    trial->signature.depth < trial->depth)
		trial->depth = -1;
	/* A name check that nothing was held against has not passed. */
	if (trial->depth >= 0 && !has_reference(question) &&
	    (trial->parts[0] != 3 || question->ee_names))
		complain(trial, X509_V_ERR_HOSTNAME_MISMATCH, 0);
	trial->passed = trial->depth >= 0 && trial->first.code == 0;
	return true;
}

const STACK_OF(X509) * trial_chain(const struct trial *trial)
{
	return X509_STORE_CTX_get0_chain(trial->store);
}
