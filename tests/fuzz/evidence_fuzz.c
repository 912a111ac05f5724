/* SPDX-License-Identifier: ISC */
/*
 * Evidence that another process sent: whatever the bytes are, what is taken
 * of them can be put into a report, and is the same after another journey.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "probe/evidence_wire.h"

static void
check_texts(const char *const *texts, size_t n)
{
	assert((texts != NULL) == (n > 0));
	for (size_t i = 0; i < n; i++) {
		assert(texts[i] != NULL);
		fuzz_printable(texts[i]);
	}
}

static void
check_tls(const struct danelaw_tls *tls)
{
	if (tls == NULL)
		return;
	fuzz_printable(tls->version);
	fuzz_printable(tls->cipher);
	fuzz_printable(tls->group);
	fuzz_printable(tls->signature);
	fuzz_printable(tls->sni);
}

static void
check_shake(const struct evidence_shake *shake)
{
	assert(shake->offer != NULL);
	fuzz_printable(shake->error);
	assert(danelaw_outcome_word(shake->reached) != NULL);
	assert(shake->alert >= -1 && shake->alert <= 255);
	check_tls(shake->tls);
	assert(shake->n_certs == tls_chain_count(shake->chain));
	assert(shake->n_certs == 0 || shake->tls != NULL);
	for (size_t i = 0; i < shake->n_certs; i++) {
		fuzz_printable(shake->certs[i].subject);
		assert(shake->certs[i].depth == -1);
	}
}

static void
check_reply(const struct danelaw_mail_reply *reply)
{
	if (reply == NULL)
		return;
	fuzz_printable(reply->address);
	fuzz_printable(reply->enhanced);
	fuzz_printable(reply->text);
	assert(reply->code >= 0 && reply->code <= 999);
}

static void
check_evidence(const struct evidence *evidence)
{
	const struct danelaw_smtp *smtp = &evidence->smtp;

	fuzz_printable(evidence->ip);
	fuzz_printable(smtp->banner);
	fuzz_printable(smtp->starttls);
	fuzz_printable(smtp->refusal);
	check_texts((const char *const *)smtp->ehlo, smtp->n_ehlo);
	check_texts((const char *const *)smtp->transcript, smtp->n_transcript);
	if (smtp->mail != NULL) {
		check_reply(smtp->mail->from);
		check_reply(smtp->mail->to);
		check_reply(smtp->mail->rset);
		fuzz_printable(smtp->mail->error);
	}
	assert(evidence->n_shakes > 0 && evidence->refs == 1);
	assert(strcmp(evidence->shakes[0].offer, "default") == 0);
	for (size_t i = 0; i < evidence->n_shakes; i++)
		check_shake(&evidence->shakes[i]);
	for (size_t i = 0; i < evidence->n_trials; i++) {
		assert(evidence->trials[i].offer != NULL);
		fuzz_printable(evidence->trials[i].error);
		fuzz_printable(evidence->trials[i].key);
		check_tls(evidence->trials[i].tls);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct evidence *evidence = evidence_read(NULL, bytes, len), *again;
	struct buf one = { .limit = EVIDENCE_WIRE_MAX };
	struct buf two = { .limit = EVIDENCE_WIRE_MAX };

	fuzz_taken += fuzz_taken < 0;
	if (evidence == NULL)
		return 0;
	fuzz_taken++;
	check_evidence(evidence);
	/* DER that is not quite DER may come out longer than it went in. */
	if (evidence_write(evidence, &one)) {
		again = evidence_read(NULL, one.bytes, one.len);
		assert(again != NULL);
		assert(evidence_write(again, &two));
		assert(one.len == two.len);
		assert(memcmp(one.bytes, two.bytes, one.len) == 0);
		evidence_unref(again);
	}
	evidence_unref(evidence);
	buf_finish(&one);
	buf_finish(&two);
	return 0;
}
