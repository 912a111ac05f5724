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

void
json_tlsa(
    struct json_out *out, const char *key, const struct danelaw_tlsa *tlsa)
{
	if (!json_begin_given(out, key, tlsa))
		return;
	json_put_text(out, "name", tlsa->name);
	json_put_text(out, "base", tlsa->base);
	json_put_text(out, "dnssec", danelaw_dnssec_word(tlsa->dnssec));
	json_put_text(out, "status", danelaw_tlsa_status_word(tlsa->status));
	json_begin_array(out, "records");
	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		json_begin_object(out, NULL);
		json_put_text(out, "rr", record->rr);
		json_put_bool(out, "usable", record->usable);
		json_put_text(out, "reason", record->reason);
		json_end_object(out);
	}
	json_end_array(out);
	json_put_texts(out, "references", tlsa->references, tlsa->n_references);
	json_end_object(out);
}

void
json_tls(struct json_out *out, const char *key, const struct danelaw_tls *tls)
{
	if (!json_begin_given(out, key, tls))
		return;
#define TEXT(field) json_put_text(out, #field, tls->field);
#define FLAG(field) json_put_bool(out, #field, tls->field);
#define NUMBER(field) json_put_number(out, #field, tls->field);
#include "model/tls_fields.def"
	json_end_object(out);
}

static void
put_match(struct json_out *out, const struct danelaw_match *match,
    const struct danelaw_tlsa *tlsa)
{
	if (!json_begin_given(out, "match", match))
		return;
	json_put_number(out, "record", (int64_t)match->record);
	json_put_text(out, "rr", record_rr(tlsa, match->record));
	json_put_index(out, "depth", match->depth);
	json_put_text(out, "how", danelaw_how_word(match->how));
	json_begin_object(out, "name");
	json_put_bool(out, "checked", match->name.checked);
	json_put_text(out, "reference", match->name.reference);
	json_put_text(out, "presented", match->name.presented);
	json_put_text(
	    out, "source", danelaw_name_source_word(match->name.source));
	json_put_index(out, "san", match->name.san);
	json_put_bool(out, "wildcard", match->name.wildcard);
	json_end_object(out);
	json_end_object(out);
}

static void
put_results(struct json_out *out, const struct danelaw_probe *probe,
    const struct danelaw_tlsa *tlsa)
{
	json_begin_array(out, "records");
	for (size_t i = 0; i < probe->n_records; i++) {
		const struct danelaw_record_result *result = &probe->records[i];

		json_begin_object(out, NULL);
		json_put_number(out, "record", (int64_t)result->record);
		json_put_text(out, "rr", record_rr(tlsa, result->record));
		json_put_text(
		    out, "result", danelaw_result_word(result->result));
		json_put_index(out, "depth", result->depth);
		json_put_text(out, "role", danelaw_role_word(result->role));
		json_end_object(out);
	}
	json_end_array(out);
}

static void
put_verify_error(struct json_out *out, const struct danelaw_verify_error *error)
{
	if (!json_begin_given(out, "verify_error", error))
		return;
	json_put_number(out, "code", error->code);
	json_put_text(out, "name", error->name);
	json_put_text(out, "text", error->text);
	json_put_index(out, "depth", error->depth);
	json_end_object(out);
}

static void
put_pkix(struct json_out *out, const struct danelaw_pkix *pkix)
{
	if (!json_begin_given(out, "pkix", pkix))
		return;
	json_put_bool(out, "trusted", pkix->trusted);
	json_put_number(out, "code", pkix->code);
	json_put_text(out, "name", pkix->name);
	json_put_text(out, "text", pkix->text);
	json_put_text(out, "explain", pkix->explain);
	json_end_object(out);
}

static void
put_key_usage(struct json_out *out, const struct danelaw_cert *cert)
{
	json_begin_array(out, "key_usage");
	for (unsigned bit = 1;
	     cert->has_key_usage && bit <= DANELAW_KU_DECIPHER_ONLY;
	     bit <<= 1) {
		if (cert->key_usage & bit)
			json_put_text(out, NULL, danelaw_key_usage_word(bit));
	}
	json_end_array(out);
}

/*
 * "depth" and "wire" are the place as sent, "path" the one in the chain that
 * OpenSSL built, which is what match.depth counts by.
 */
static void
put_cert(struct json_out *out, const struct danelaw_cert *cert)
{
	json_begin_object(out, NULL);
	json_put_index(out, "depth", cert->wire);
	json_put_index(out, "wire", cert->wire);
	json_put_index(out, "path", cert->depth);
	json_put_text(out, "subject", cert->subject);
	json_put_text(out, "issuer", cert->issuer);
	json_put_text(out, "cn", cert->cn);
	json_put_texts(out, "names", cert->names, cert->n_names);
	json_put_date(out, "not_before", cert->not_before);
	json_put_date(out, "not_after", cert->not_after);
	json_put_text(out, "key", cert->key);
	json_put_text(out, "signature", cert->signature);
	json_put_bool(out, "has_key_usage", cert->has_key_usage);
	put_key_usage(out, cert);
	json_put_bool(out, "has_ext_key_usage", cert->has_ext_key_usage);
	json_put_texts(
	    out, "ext_key_usage", cert->ext_key_usage, cert->n_ext_key_usage);
	json_put_bool(out, "ca", cert->ca);
	json_put_index(out, "path_len", cert->path_len);
	json_put_number(out, "version", cert->version);
	json_put_bool(out, "has_alt_names", cert->has_alt_names);
	json_put_bool(out, "has_ip_names", cert->has_ip_names);
	json_put_bool(out, "has_uri_names", cert->has_uri_names);
	json_put_bool(out, "negative_serial", cert->negative_serial);
	json_put_bool(out, "self_issued", cert->self_issued);
	json_put_index(
	    out, "signed_by", cert->signed_by > 0 ? cert->signed_by - 1 : -1);
	json_put_text(out, "spki_sha256", cert->spki_sha256);
	json_put_text(out, "cert_sha256", cert->cert_sha256);
	json_put_text(out, "spki_sha512", cert->spki_sha512);
	json_put_text(out, "cert_sha512", cert->cert_sha512);
	json_end_object(out);
}

static void
put_probe(struct json_out *out, const struct danelaw_probe *probe,
    const struct danelaw_tlsa *tlsa)
{
	json_put_text(out, "offer", probe->offer);
	json_put_text(out, "outcome", danelaw_outcome_word(probe->outcome));
	json_put_text(out, "error", probe->error);
	json_put_text(out, "fault", danelaw_tls_fault_word(probe->fault));
	json_tls(out, "tls", probe->tls);
	put_match(out, probe->match, tlsa);
	put_results(out, probe, tlsa);
	put_verify_error(out, probe->verify_error);
	json_begin_array(out, "chain");
	for (size_t i = 0; i < probe->n_chain; i++)
		put_cert(out, &probe->chain[i]);
	json_end_array(out);
	put_pkix(out, probe->pkix);
}

void
json_probe(struct json_out *out, const char *key,
    const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa)
{
	if (!json_begin_given(out, key, probe))
		return;
	put_probe(out, probe, tlsa);
	json_end_object(out);
}

void
report_json_probe(const struct danelaw_probe *probe,
    const struct danelaw_tlsa *tlsa, struct buf *buf)
{
	struct json_out out = { .buf = buf, .indented = true };

	json_begin_object(&out, NULL);
	json_put_text(&out, "schema", "danelaw-probe/1");
	put_probe(&out, probe, tlsa);
	json_tlsa(&out, "tlsa", tlsa);
	json_end_object(&out);
}
