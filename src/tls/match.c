/* SPDX-License-Identifier: ISC */
/*
 * First OpenSSL judges all records together: that is the verdict. Then each
 * record stands alone before it. A digest record that describes none of the
 * certificates sent need not be tried: nothing else can be in the path.
 */
#include "tls/match.h"

#include <string.h>
#include <strings.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "base/text.h"
#include "model/record.h"
#include "tls/lack.h"
#include "tls/library.h"
#include "tls/names.h"
#include "tls/trial.h"
#include "tls/wrong.h"

static const struct complaint no_match = { X509_V_ERR_DANE_NO_MATCH, -1 };

/* What match_judge() works with. */
struct bench {
	struct tls_context *context;
	const struct tls_chain *chain;
	const struct match_question *question;
	struct arena *arena;
	struct match_answer *answer;
	bool *taken; /* per record: did OpenSSL take it? */
	size_t n_taken;
};

/* OpenSSL takes usages 0 and 1 as well; they are not for SMTP. */
static bool
is_candidate(const struct danelaw_record *record)
{
	return record->usable &&
	    (record->usage == DANELAW_USAGE_DANE_TA ||
		record->usage == DANELAW_USAGE_DANE_EE);
}

bool
match_mark_unusable(
    struct tls_context *context, struct danelaw_record *records, size_t n)
{
	static const char *const why[] = {
		"the data is not a certificate in DER (RFC 6698 2.1.2)",
		"the data is not a public key in DER (RFC 6698 2.1.2)",
	};
	static const char *const nobody[] = { "name.invalid" };
	const struct match_question question = { .references = nobody,
		.n_references = 1 };
	struct trial trial = { .ssl = NULL };
	unsigned long lacks = lack_count();
	bool ready = false, done = false;

	ERR_clear_error();
	for (size_t i = 0; i < n; i++) {
		int taken;

		if (!is_candidate(&records[i]) ||
		    records[i].mtype != DANELAW_MTYPE_FULL)
			continue;
		if (!ready && !trial_init(&trial, context, &question))
			goto done;
		ready = true;
		taken = trial_add(&trial, &records[i]);
		if (taken < 0)
			goto done;
		if (taken == 0) {
			records[i].usable = false;
			records[i].reason =
			    why[records[i].selector != DANELAW_SELECTOR_CERT];
		}
	}
	done = true;
done:
	trial_finish(&trial);
	return done && lack_count() == lacks;
}

static bool
is_superseded(const struct bench *bench, size_t i)
{
	const struct danelaw_record *records = bench->question->records;

	for (size_t j = 0; j < bench->question->n_records; j++)
		if (bench->taken[j] &&
		    record_is_outranked(&records[i], &records[j]))
			return true;
	return false;
}

static bool
describes(const struct danelaw_record *record, const struct tls_cert *cert)
{
	size_t selector = record->selector != DANELAW_SELECTOR_CERT;
	const struct record_subject subject = {
		cert->part[selector].der,
		cert->part[selector].len,
		cert->part[selector].sha256,
		cert->part[selector].sha512,
	};

	return record_describes(record, &subject);
}

/*
 * Could OpenSSL find it in the path? A whole certificate or key of usage 2
 * may come from the DNS only (RFC 7671 sections 5.2.2 and 5.2.3).
 */
static bool
is_thinkable(const struct bench *bench, const struct danelaw_record *record)
{
	size_t n = record->usage == DANELAW_USAGE_DANE_EE ? 1 : bench->chain->n;

	if (record->usage == DANELAW_USAGE_DANE_TA &&
	    record->mtype == DANELAW_MTYPE_FULL)
		return true;
	for (size_t i = 0; i < n; i++)
		if (describes(record, &bench->chain->certs[i]))
			return true;
	return false;
}

static bool
judge_alone(
    const struct bench *bench, const struct danelaw_record *record, int *depth)
{
	struct trial trial;
	bool done = false;

	*depth = -1;
	if (!is_thinkable(bench, record))
		return true;
	if (!trial_init(&trial, bench->context, bench->question) ||
	    trial_add(&trial, record) < 0 ||
	    !trial_run(&trial, bench->chain, bench->question))
		goto done;
	*depth = trial.depth;
	done = true;
done:
	trial_finish(&trial);
	return done;
}

/* Of keys or signatures, by name; NULL: it is known here, or to nobody. */
static const char *
foreign(const ASN1_OBJECT *object)
{
	EVP_PKEY_CTX *ctx;
	char oid[80];
	const char *name = NULL;

	if (object != NULL && OBJ_obj2txt(oid, sizeof(oid), object, 1) > 0)
		name = names_algorithm(oid);
	if (name == NULL)
		return NULL;
	ctx = EVP_PKEY_CTX_new_from_name(library_own(), name, NULL);
	ERR_clear_error();
	if (ctx == NULL)
		return name;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

static const char *
find_foreign(const struct tls_chain *chain)
{
	const char *name = NULL;

	for (size_t i = 0; i < chain->n && name == NULL; i++) {
		const X509 *x509 = chain->certs[i].x509;
		ASN1_OBJECT *key = NULL;
		const ASN1_OBJECT *signature = NULL;

		X509_PUBKEY_get0_param(
		    &key, NULL, NULL, NULL, X509_get_X509_PUBKEY(x509));
		X509_ALGOR_get0(
		    &signature, NULL, NULL, X509_get0_tbs_sigalg(x509));
		name = foreign(key);
		if (name == NULL)
			name = foreign(signature);
	}
	return name;
}

/* Could the records be met, if this OpenSSL knew more? */
static void
fill_unreadable(const struct bench *bench)
{
	const struct match_question *question = bench->question;
	const char *name =
	    bench->chain == NULL ? NULL : find_foreign(bench->chain);

	for (size_t i = 0; name != NULL && i < question->n_records; i++)
		if (bench->taken[i] &&
		    is_thinkable(bench, &question->records[i]))
			bench->answer->unreadable = name;
}

static bool
judge_each(const struct bench *bench, int whole_depth)
{
	const struct match_question *question = bench->question;

	for (size_t i = 0; i < question->n_records; i++) {
		struct danelaw_record_result *result =
		    &bench->answer->records[i];

		if (!bench->taken[i]) {
			result->result = DANELAW_RESULT_UNUSABLE;
			continue;
		}
		if (bench->n_taken == 1)
			result->depth = whole_depth;
		else if (bench->chain != NULL &&
		    !judge_alone(bench, &question->records[i], &result->depth))
			return false;
		if (is_superseded(bench, i))
			result->result = DANELAW_RESULT_SUPERSEDED;
		else if (result->depth >= 0)
			result->result = DANELAW_RESULT_MATCH;
	}
	return true;
}

/* Which dNSName of the leaf reads like this? -1: none does. */
static int
find_dns_name(const X509 *leaf, const char *name)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	int index = 0, found = -1;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && found < 0; i++) {
		const GENERAL_NAME *entry = sk_GENERAL_NAME_value(names, i);

		if (entry->type != GEN_DNS)
			continue;
		if ((size_t)ASN1_STRING_length(entry->d.ia5) == strlen(name) &&
		    memcmp(ASN1_STRING_get0_data(entry->d.ia5), name,
			strlen(name)) == 0)
			found = index;
		index++;
	}
	GENERAL_NAMES_free(names);
	return found;
}

/* "*.example" for "mx.example", and not for itself. */
static bool
is_wildcard(const char *presented, const char *reference)
{
	return presented != NULL && strncmp(presented, "*.", 2) == 0 &&
	    strcasecmp(presented, reference) != 0;
}

/*
 * OpenSSL says which presented name fitted, but not where it stood: it reads
 * the dNSNames in order, and the common names where there are none.
 */
static void
fill_name(const struct bench *bench, struct danelaw_name_check *check)
{
	const struct match_question *question = bench->question;
	X509 *leaf = bench->chain->certs[0].x509;
	char *presented = NULL;

	check->checked = true;
	for (size_t i = 0; i < question->n_references; i++) {
		const char *name = question->references[i];

		if (!trial_is_reference(name) ||
		    X509_check_host(leaf, name, 0,
			X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, &presented) != 1)
			continue;
		check->reference = arena_strdup(bench->arena, name);
		check->presented =
		    text_printable_str(bench->arena, presented, 1024);
		check->san =
		    presented == NULL ? -1 : find_dns_name(leaf, presented);
		check->source =
		    check->san >= 0 ? DANELAW_NAME_SAN : DANELAW_NAME_CN;
		check->wildcard = is_wildcard(presented, name);
		break;
	}
	OPENSSL_free(presented);
}

static size_t
find_record(const struct bench *bench, const struct trial *trial)
{
	const struct danelaw_record *records = bench->question->records;
	size_t i;

	for (i = 0; i < bench->question->n_records; i++)
		if (bench->taken[i] && records[i].usage == trial->parts[0] &&
		    records[i].selector == trial->parts[1] &&
		    records[i].mtype == trial->parts[2] &&
		    records[i].len == trial->len &&
		    memcmp(records[i].data, trial->data, trial->len) == 0)
			break;
	return i;
}

static bool
fill_match(const struct bench *bench, const struct trial *trial)
{
	struct danelaw_match *match = arena_alloc(bench->arena, sizeof(*match));

	if (match == NULL)
		return false;
	match->record = find_record(bench, trial);
	match->depth = trial->depth;
	match->how =
	    trial->by_key ? DANELAW_HOW_SIGNED_BY : DANELAW_HOW_CERTIFICATE;
	match->name.san = -1;
	if (trial->parts[0] != DANELAW_USAGE_DANE_EE ||
	    bench->question->ee_names)
		fill_name(bench, &match->name);
	bench->answer->match = match;
	return true;
}

static bool
fill_error(const struct bench *bench, struct complaint complaint)
{
	const char *name = verify_error_name(complaint.code);
	struct danelaw_verify_error *error =
	    arena_alloc(bench->arena, sizeof(*error));

	if (error == NULL)
		return false;
	*error = (struct danelaw_verify_error) {
		.code = complaint.code,
		.name = name != NULL ? name
				     : arena_printf(bench->arena,
					   "X509_V_ERR_%d", complaint.code),
		.text = text_printable_str(bench->arena,
		    X509_verify_cert_error_string(complaint.code), 256),
		.depth = complaint.depth,
	};
	bench->answer->verify_error = error;
	return true;
}

static bool
prepare(struct bench *bench)
{
	size_t n = bench->question->n_records;
	size_t n_certs = tls_chain_count(bench->chain);
	struct match_answer *answer = bench->answer;

	*answer = (struct match_answer) { .n_records = n };
	bench->taken = arena_alloc(bench->arena, n * sizeof(*bench->taken));
	if (bench->taken == NULL)
		return false;
	if (n > 0) {
		answer->records =
		    arena_alloc(bench->arena, n * sizeof(*answer->records));
		if (answer->records == NULL)
			return false;
	}
	if (n_certs > 0) {
		answer->depths = arena_alloc(
		    bench->arena, n_certs * sizeof(*answer->depths));
		if (answer->depths == NULL)
			return false;
	}
	for (size_t i = 0; i < n; i++) {
		answer->records[i].record = i;
		answer->records[i].depth = -1;
	}
	for (size_t i = 0; i < n_certs; i++)
		answer->depths[i] = -1;
	return true;
}

/* Hands OpenSSL what SMTP may use of the RRset. */
static bool
take_records(struct bench *bench, struct trial *trial)
{
	for (size_t i = 0; i < bench->question->n_records; i++) {
		int taken;

		if (!is_candidate(&bench->question->records[i]))
			continue;
		taken = trial_add(trial, &bench->question->records[i]);
		if (taken < 0)
			return false;
		bench->taken[i] = taken > 0;
		bench->n_taken += taken > 0;
	}
	return true;
}

/*
 * A digest may have matched a certificate that only a 2 0 0 record brought
 * in; alone it would not. Named then is the one that brought it.
 */
static void
name_bringer(const struct bench *bench)
{
	struct danelaw_match *match = bench->answer->match;
	const struct danelaw_record_result *results = bench->answer->records;

	if (match == NULL || results[match->record].depth >= 0)
		return;
	for (size_t i = 0; i < bench->answer->n_records; i++)
		if (results[i].result == DANELAW_RESULT_MATCH &&
		    results[i].depth == match->depth) {
			match->record = i;
			return;
		}
}

/*
 * The first run went on after every error. What a sender's OpenSSL says, and
 * so what is told, is the result of a run that ends with the first one: a
 * name (62) comes before a date (10), and a weak key (66) before a match. The
 * outcome is another question (policy/verdict.h).
 */
static bool
fill_refusal(const struct bench *bench)
{
	const struct match_question *question = bench->question;
	struct complaint told;
	struct trial trial;
	bool done = false;

	if (!trial_init(&trial, bench->context, question))
		goto done;
	trial.stop_at_first = true;
	for (size_t i = 0; i < question->n_records; i++)
		if (bench->taken[i] &&
		    trial_add(&trial, &question->records[i]) < 0)
			goto done;
	if (!trial_run(&trial, bench->chain, question))
		goto done;
	/* OpenSSL has no objection where there was no name to check. */
	told = trial.result.code != 0 ? trial.result : trial.first;
	done = fill_error(bench, told.code != 0 ? told : no_match);
done:
	trial_finish(&trial);
	return done;
}

static bool
judge_whole(const struct bench *bench, struct trial *trial)
{
	struct match_answer *answer = bench->answer;

	/* Without a record OpenSSL would trust the public CAs. */
	if (bench->n_taken == 0)
		return true;
	if (bench->chain == NULL)
		return fill_error(bench, no_match);
	if (!trial_run(trial, bench->chain, bench->question))
		return false;
	answer->verified = trial->passed;
	answer->date_failed = trial->date.code != 0;
	answer->name_failed = trial->name.code != 0;
	if (trial->depth >= 0 && !fill_match(bench, trial))
		return false;
	return trial->passed || fill_refusal(bench);
}

static bool
fill_depths(const struct bench *bench, const struct trial *trial)
{
	const STACK_OF(X509) *built =
	    bench->n_taken > 0 ? trial_chain(trial) : NULL;

	if (bench->chain == NULL)
		return true;
	if (!path_depths(bench->context, bench->chain, bench->question->at,
		built, bench->answer->depths))
		return false;
	if (!bench->question->unsigned_too)
		path_cut_unsigned(bench->chain, built, bench->answer->depths);
	return true;
}

bool
match_judge(struct tls_context *context, const struct tls_chain *chain,
    const struct match_question *question, struct arena *arena,
    struct match_answer *answer)
{
	struct match_answer out;
	struct bench bench = {
		.context = context,
		.chain = tls_chain_count(chain) == 0 ? NULL : chain,
		.question = question,
		.arena = arena,
		.answer = &out,
	};
	struct trial trial = { .ssl = NULL };
	unsigned long lacks = lack_count();
	bool done = false;

	ERR_clear_error();
	if (bench.chain != NULL && bench.chain->notes->lacked)
		return false;
	if (!prepare(&bench) || !trial_init(&trial, context, question) ||
	    !take_records(&bench, &trial) || !judge_whole(&bench, &trial) ||
	    !judge_each(&bench, trial.depth) ||
	    !wrong_fill(bench.chain, question, &out))
		goto done;
	name_bringer(&bench);
	if (!out.verified)
		fill_unreadable(&bench);
	if (!fill_depths(&bench, &trial))
		goto done;
	done = !arena_failed(arena);
done:
	trial_finish(&trial);
	if (lack_count() != lacks) {
		/* A certificate it could not read stays unread for ever. */
		if (bench.chain != NULL)
			bench.chain->notes->lacked = true;
		return false;
	}
	if (done)
		*answer = out;
	return done;
}
