/* SPDX-License-Identifier: ISC */
#include "report/json_put.h"
#include "report/report.h"

static const char *
record_rr(const struct danelaw_tlsa *tlsa, size_t record)
{
	if (tlsa == NULL || record >= tlsa->n_records)
		return NULL;
	return tlsa->records[record].rr;
}

json_t *
json_tlsa(struct json_maker *maker, const struct danelaw_tlsa *tlsa)
{
	json_t *object = json_object(), *records = json_array();

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		json_t *item = json_object();

		json_put_text(maker, item, "rr", record->rr);
		json_put_bool(maker, item, "usable", record->usable);
		json_put_text(maker, item, "reason", record->reason);
		json_add(maker, records, item);
	}
	json_put_text(maker, object, "name", tlsa->name);
	json_put_text(maker, object, "base", tlsa->base);
	json_put_text(
	    maker, object, "dnssec", danelaw_dnssec_word(tlsa->dnssec));
	json_put_text(
	    maker, object, "status", danelaw_tlsa_status_word(tlsa->status));
	json_put(maker, object, "records", records);
	json_put_texts(
	    maker, object, "references", tlsa->references, tlsa->n_references);
	return object;
}

json_t *
json_tls(struct json_maker *maker, const struct danelaw_tls *tls)
{
	json_t *object;

	if (tls == NULL)
		return json_null();
	object = json_object();
	json_put_text(maker, object, "version", tls->version);
	json_put_text(maker, object, "cipher", tls->cipher);
	json_put_text(maker, object, "group", tls->group);
	json_put_text(maker, object, "signature", tls->signature);
	json_put_text(maker, object, "sni", tls->sni);
	json_put_bool(
	    maker, object, "client_cert_requested", tls->client_cert_requested);
	json_put_bool(maker, object, "client_cert_sent", tls->client_cert_sent);
	json_put_bool(
	    maker, object, "client_cert_may_sign", tls->client_cert_may_sign);
	return object;
}

static json_t *
match_object(struct json_maker *maker, const struct danelaw_match *match,
    const struct danelaw_tlsa *tlsa)
{
	json_t *object, *name;

	if (match == NULL)
		return json_null();
	name = json_object();
	json_put_bool(maker, name, "checked", match->name.checked);
	json_put_text(maker, name, "reference", match->name.reference);
	json_put_text(maker, name, "presented", match->name.presented);
	json_put_text(maker, name, "source",
	    danelaw_name_source_word(match->name.source));
	json_put_index(maker, name, "san", match->name.san);
	json_put_bool(maker, name, "wildcard", match->name.wildcard);

	object = json_object();
	json_put_number(maker, object, "record", (int64_t)match->record);
	json_put_text(maker, object, "rr", record_rr(tlsa, match->record));
	json_put_index(maker, object, "depth", match->depth);
	json_put_text(maker, object, "how", danelaw_how_word(match->how));
	json_put(maker, object, "name", name);
	return object;
}

static json_t *
results_array(struct json_maker *maker, const struct danelaw_probe *probe,
    const struct danelaw_tlsa *tlsa)
{
	json_t *array = json_array();

	for (size_t i = 0; i < probe->n_records; i++) {
		const struct danelaw_record_result *result = &probe->records[i];
		json_t *item = json_object();

		json_put_number(maker, item, "record", (int64_t)result->record);
		json_put_text(
		    maker, item, "rr", record_rr(tlsa, result->record));
		json_put_text(
		    maker, item, "result", danelaw_result_word(result->result));
		json_put_index(maker, item, "depth", result->depth);
		json_put_text(
		    maker, item, "role", danelaw_role_word(result->role));
		json_add(maker, array, item);
	}
	return array;
}

static json_t *
verify_error_object(
    struct json_maker *maker, const struct danelaw_verify_error *error)
{
	json_t *object;

	if (error == NULL)
		return json_null();
	object = json_object();
	json_put_number(maker, object, "code", error->code);
	json_put_text(maker, object, "name", error->name);
	json_put_text(maker, object, "text", error->text);
	json_put_index(maker, object, "depth", error->depth);
	return object;
}

static json_t *
pkix_object(struct json_maker *maker, const struct danelaw_pkix *pkix)
{
	json_t *object;

	if (pkix == NULL)
		return json_null();
	object = json_object();
	json_put_bool(maker, object, "trusted", pkix->trusted);
	json_put_number(maker, object, "code", pkix->code);
	json_put_text(maker, object, "name", pkix->name);
	json_put_text(maker, object, "text", pkix->text);
	json_put_text(maker, object, "explain", pkix->explain);
	return object;
}

static json_t *
key_usage_array(struct json_maker *maker, const struct danelaw_cert *cert)
{
	json_t *array = json_array();

	for (unsigned bit = 1;
	     cert->has_key_usage && bit <= DANELAW_KU_DECIPHER_ONLY;
	     bit <<= 1) {
		if (cert->key_usage & bit)
			json_add(maker, array,
			    json_string(danelaw_key_usage_word(bit)));
	}
	return array;
}

/*
 * "depth" and "wire" are the place as sent, "path" the one in the chain that
 * OpenSSL built, which is what match.depth counts by.
 */
static json_t *
cert_object(struct json_maker *maker, const struct danelaw_cert *cert)
{
	json_t *object = json_object();

	json_put_index(maker, object, "depth", cert->wire);
	json_put_index(maker, object, "wire", cert->wire);
	json_put_index(maker, object, "path", cert->depth);
	json_put_text(maker, object, "subject", cert->subject);
	json_put_text(maker, object, "issuer", cert->issuer);
	json_put_text(maker, object, "cn", cert->cn);
	json_put_texts(maker, object, "names", cert->names, cert->n_names);
	json_put_date(maker, object, "not_before", cert->not_before);
	json_put_date(maker, object, "not_after", cert->not_after);
	json_put_text(maker, object, "key", cert->key);
	json_put_text(maker, object, "signature", cert->signature);
	json_put_bool(maker, object, "has_key_usage", cert->has_key_usage);
	json_put(maker, object, "key_usage", key_usage_array(maker, cert));
	json_put_bool(
	    maker, object, "has_ext_key_usage", cert->has_ext_key_usage);
	json_put_texts(maker, object, "ext_key_usage", cert->ext_key_usage,
	    cert->n_ext_key_usage);
	json_put_bool(maker, object, "ca", cert->ca);
	json_put_index(maker, object, "path_len", cert->path_len);
	json_put_number(maker, object, "version", cert->version);
	json_put_bool(maker, object, "self_issued", cert->self_issued);
	json_put_text(maker, object, "spki_sha256", cert->spki_sha256);
	json_put_text(maker, object, "cert_sha256", cert->cert_sha256);
	json_put_text(maker, object, "spki_sha512", cert->spki_sha512);
	json_put_text(maker, object, "cert_sha512", cert->cert_sha512);
	return object;
}

static void
put_probe(struct json_maker *maker, json_t *object,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa)
{
	json_t *chain = json_array();

	for (size_t i = 0; i < probe->n_chain; i++)
		json_add(maker, chain, cert_object(maker, &probe->chain[i]));
	json_put_text(maker, object, "offer", probe->offer);
	json_put_text(
	    maker, object, "outcome", danelaw_outcome_word(probe->outcome));
	json_put_text(maker, object, "error", probe->error);
	json_put(maker, object, "tls", json_tls(maker, probe->tls));
	json_put(
	    maker, object, "match", match_object(maker, probe->match, tlsa));
	json_put(maker, object, "records", results_array(maker, probe, tlsa));
	json_put(maker, object, "verify_error",
	    verify_error_object(maker, probe->verify_error));
	json_put(maker, object, "chain", chain);
	json_put(maker, object, "pkix", pkix_object(maker, probe->pkix));
}

json_t *
json_probe(struct json_maker *maker, const struct danelaw_probe *probe,
    const struct danelaw_tlsa *tlsa)
{
	json_t *object = json_object();

	put_probe(maker, object, probe, tlsa);
	return object;
}

void
report_json_probe(const struct danelaw_probe *probe,
    const struct danelaw_tlsa *tlsa, struct buf *out)
{
	struct json_maker maker = { .failed = false };
	json_t *object = json_object();

	json_put_text(&maker, object, "schema", "danelaw-probe/1");
	put_probe(&maker, object, probe, tlsa);
	json_put(&maker, object, "tlsa",
	    tlsa == NULL ? json_null() : json_tlsa(&maker, tlsa));
	json_finish(&maker, object, JSON_INDENT(2) | JSON_PRESERVE_ORDER, out);
}
