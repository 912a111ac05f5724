/* SPDX-License-Identifier: ISC */
/*
 * OpenSSL builds the chain as its other users have it built, and goes on
 * after each error, so that a wrong name is seen behind a missing issuer.
 * Told is the error that it met first, which is what others log.
 */
#include "tls/pkix.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/name.h"
#include "base/text.h"
#include "tls/lack.h"
#include "tls/openssl.h"
#include "tls/trial.h"
#include "tls/trust.h"

enum { NAME_MAX_SHOWN = 120 };

struct view {
	const struct trust *trust;
	const struct tls_chain *chain;
	const struct pkix_question *question;
	struct arena *arena;
	X509_STORE_CTX *store;
	int code, depth;    /* of the first error; code 0: none */
	bool name, expired; /* which others there are */
};

static int
note_error(int ok, X509_STORE_CTX *store)
{
	struct view *view = X509_STORE_CTX_get_app_data(store);
	int code = X509_STORE_CTX_get_error(store);

	if (ok == 1)
		return 1;
	if (view->code == 0) {
		view->code = code;
		view->depth = X509_STORE_CTX_get_error_depth(store);
		return 1;
	}
	if (code == X509_V_ERR_HOSTNAME_MISMATCH ||
	    code == X509_V_ERR_IP_ADDRESS_MISMATCH)
		view->name = true;
	if (code == X509_V_ERR_CERT_HAS_EXPIRED)
		view->expired = true;
	return 1;
}

static bool
set_names(X509_VERIFY_PARAM *param, const struct pkix_question *question)
{
	const char *host = question->host, *domain = question->domain;

	X509_VERIFY_PARAM_set_hostflags(
	    param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (host != NULL && name_is_address(host))
		return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
	if (trial_is_reference(host) &&
	    X509_VERIFY_PARAM_add1_host(param, host, 0) != 1)
		return false;
	return !trial_is_reference(domain) ||
	    X509_VERIFY_PARAM_add1_host(param, domain, 0) == 1;
}

static bool
set_up(struct view *view, X509_STORE *trusted)
{
	X509_STORE_CTX *store = view->store;
	X509_VERIFY_PARAM *param;

	if (X509_STORE_CTX_init(store, trusted, view->chain->certs[0].x509,
		view->chain->stack) != 1 ||
	    X509_STORE_CTX_set_app_data(store, view) != 1 ||
	    X509_STORE_CTX_set_default(store, "ssl_server") != 1)
		return false;
	param = X509_STORE_CTX_get0_param(store);
	X509_VERIFY_PARAM_set_auth_level(param, 1);
	X509_VERIFY_PARAM_set_time(param, (time_t)view->question->at);
	X509_STORE_CTX_set_verify_cb(store, note_error);
	return set_names(param, view->question);
}

/* The last certificate of the chain that was built. */
static X509 *
top_of(const struct view *view, int *depth)
{
	const STACK_OF(X509) *built = X509_STORE_CTX_get0_chain(view->store);
	int n = built == NULL ? 0 : sk_X509_num(built);

	*depth = n == 0 ? 0 : n - 1;
	return n == 0 ? view->chain->certs[0].x509
		      : sk_X509_value(built, n - 1);
}

static const char *
words(const struct view *view, const X509_NAME *name)
{
	const char *text = tls_name_words(view->arena, name);

	/* Names come from the peer, of any length. */
	return text == NULL || strlen(text) <= NAME_MAX_SHOWN
	    ? text
	    : arena_printf(view->arena, "%.*s...", NAME_MAX_SHOWN - 3, text);
}

static bool
is_trusted_name(const struct view *view, const X509_NAME *name)
{
	STACK_OF(X509) *certs = X509_STORE_CTX_get1_certs(view->store, name);
	bool found = certs != NULL && sk_X509_num(certs) > 0;

	sk_X509_pop_free(certs, X509_free);
	return found;
}

/*
 * "unable to get local issuer certificate": all of the chain was sent, and
 * nobody here knows who signed its end.
 */
static const char *
explain_20(const struct view *view, const char *place)
{
	int depth;
	bool there;
	const X509 *top = top_of(view, &depth);
	const X509_NAME *name = X509_get_issuer_name(top);
	const char *issuer = words(view, name);
	const char *subject = words(view, X509_get_subject_name(top));
	const char *folder =
	    trust_folder_words(view->trust, name, view->arena, &there);
	size_t others = view->chain->n - 1;

	if (is_trusted_name(view, name))
		return arena_printf(view->arena,
		    "%s has a certificate of the name %s, but it is not the "
		    "one that signed %s",
		    place, issuer, subject);
	if (depth > 0)
		return arena_printf(view->arena,
		    "the server sends the chain up to %s; who signed that, "
		    "%s, is not found in %s%s%s",
		    subject, issuer, place,
		    there ? ""
			  : ": a root is to be added there, an intermediate "
			    "is to be sent by the server",
		    folder);
	if (others > 0)
		return arena_printf(view->arena,
		    "none of the %zu other certificates that the server sends "
		    "is that of the issuer, %s, nor is it found in %s: the "
		    "server must send it%s",
		    others, issuer, place, folder);
	return arena_printf(view->arena,
	    "the server sends its own certificate only, and its issuer, %s, "
	    "is not found in %s: the server must send it%s",
	    issuer, place, folder);
}

/* "unable to get issuer certificate": the trusted part has a gap. */
static const char *
explain_2(const struct view *view, const char *place)
{
	int depth;
	bool there;
	const X509 *top = top_of(view, &depth);
	const X509_NAME *name = X509_get_issuer_name(top);
	const char *folder =
	    trust_folder_words(view->trust, name, view->arena, &there);

	return arena_printf(view->arena,
	    "%s has %s, but who signed that, %s, is not found there%s; the "
	    "server is not to blame%s",
	    place, words(view, X509_get_subject_name(top)), words(view, name),
	    there ? "" : ": it must be added", folder);
}

static const char *
explain_self_signed(const struct view *view, const char *place)
{
	int depth;
	bool there;
	const X509 *top = top_of(view, &depth);
	const X509_NAME *name = X509_get_subject_name(top);
	const char *folder =
	    trust_folder_words(view->trust, name, view->arena, &there);

	if (depth == 0)
		return arena_printf(view->arena,
		    "the server's own certificate is not in %s%s", place,
		    folder);
	return arena_printf(view->arena,
	    "the root that the server sends, %s, is not found in %s%s",
	    words(view, name), place, folder);
}

static const char *
explain_name(const struct view *view)
{
	const struct pkix_question *question = view->question;
	bool both = question->domain != NULL &&
	    !name_equal(question->host, question->domain);

	return arena_printf(view->arena, "it is not for %s%s%s",
	    question->host == NULL ? "" : question->host,
	    both && question->host != NULL ? " nor " : "",
	    both ? question->domain : "");
}

static const char *
explain_error(const struct view *view)
{
	const STACK_OF(X509) *built = X509_STORE_CTX_get0_chain(view->store);
	const char *place = trust_words(view->trust, view->arena);

	switch (view->code) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
		return explain_2(view, place);
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return explain_20(view, place);
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return explain_self_signed(view, place);
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return explain_name(view);
	}
	if (built == NULL || view->depth < 0 ||
	    view->depth >= sk_X509_num(built))
		return "OpenSSL does not say where";
	return arena_printf(view->arena, "it is about %s, at depth %d",
	    words(
		view, X509_get_subject_name(sk_X509_value(built, view->depth))),
	    view->depth);
}

/* Is it the name of the domain that made it pass, and not the host's? */
static bool
only_by_domain(const struct view *view)
{
	const char *host = view->question->host;

	return trial_is_reference(host) && !name_is_address(host) &&
	    X509_check_host(view->chain->certs[0].x509, host, 0,
		X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) != 1;
}

static const char *
explain_trusted(const struct view *view)
{
	int depth;
	const X509 *top = top_of(view, &depth);

	return arena_printf(view->arena, "up to %s in %s%s%s",
	    words(view, X509_get_subject_name(top)),
	    trust_words(view->trust, view->arena),
	    only_by_domain(view)
		? ", but for the domain alone and not for the host: MTA-STS "
		  "refuses it, "
		: "",
	    only_by_domain(view) ? view->question->host : "");
}

static bool
fill(const struct view *view, struct danelaw_pkix **out)
{
	struct danelaw_pkix *answer = arena_alloc(view->arena, sizeof(*answer));
	const char *name = verify_error_name(view->code);
	const char *explain =
	    view->code == 0 ? explain_trusted(view) : explain_error(view);

	if (answer == NULL || explain == NULL)
		return false;
	*answer = (struct danelaw_pkix) {
		.trusted = view->code == 0,
		.code = view->code,
		.name = view->code == 0 ? "X509_V_OK"
		    : name != NULL
		    ? name
		    : arena_printf(view->arena, "X509_V_ERR_%d", view->code),
		.text = text_printable_str(view->arena,
		    X509_verify_cert_error_string(view->code), 256),
		.explain = arena_printf(view->arena, "%s%s%s", explain,
		    view->expired ? "; besides, a certificate has expired" : "",
		    view->name ? "; besides, the names do not fit" : ""),
	};
	if (answer->name == NULL || answer->text == NULL ||
	    answer->explain == NULL)
		return false;
	*out = answer;
	return true;
}

bool
pkix_judge(struct tls_context *context, const struct tls_chain *chain,
    const struct pkix_question *question, struct arena *arena,
    struct danelaw_pkix **answer)
{
	struct view view = {
		.trust = context->trust,
		.chain = chain,
		.question = question,
		.arena = arena,
	};
	unsigned long lacks = lack_count();
	X509_STORE *trusted;
	bool done = false;
	int ret, error;

	*answer = NULL;
	ERR_clear_error();
	if (context->trust == NULL || chain == NULL)
		return true;
	trusted = trust_store(context->trust);
	view.store = X509_STORE_CTX_new();
	if (trusted == NULL || view.store == NULL || !set_up(&view, trusted))
		goto done;
	ret = X509_verify_cert(view.store);
	error = X509_STORE_CTX_get_error(view.store);
	if (error == X509_V_ERR_OUT_OF_MEM)
		goto done;
	if (view.code == 0 && (ret != 1 || error != X509_V_OK))
		view.code = error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
	done = fill(&view, answer);
done:
	X509_STORE_CTX_free(view.store);
	if (tls_lack_look() || lack_count() != lacks) {
		/* What it could not read of a certificate stays unread. */
		chain->notes->lacked = true;
		trust_forget(context->trust);
		done = false;
	}
	ERR_clear_error();
	return done;
}
