/* SPDX-License-Identifier: ISC */
/*
 * The whole dialogue. The first byte chooses implicit TLS, an envelope and the
 * portions;
 * 0xff ends a turn of the server, and each turn is fed when the client would
 * read. However the bytes are cut, the outcome must be the same.
 */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "smtp/dialogue.h"

#define TURN_END 0xff
#define STEPS_MAX 100000

struct run {
	struct arena *arena;
	struct dialogue *dialogue;
	const uint8_t *bytes;
	size_t len, portion;
	unsigned quit; /* the step to leave at; 0: stay */
	bool eof;
};

static void
feed_turn(struct run *run)
{
	const uint8_t *end =
	    run->len > 0 ? memchr(run->bytes, TURN_END, run->len) : NULL;
	size_t left = end == NULL ? run->len : (size_t)(end - run->bytes);

	if (run->len == 0) {
		assert(!run->eof);
		dialogue_feed_eof(run->dialogue);
		run->eof = true;
		return;
	}
	run->len -= left + (end != NULL);
	while (left > 0) {
		size_t n = run->portion < left ? run->portion : left;

		assert(dialogue_feed(run->dialogue, run->bytes, n));
		dialogue_next(run->dialogue);
		run->bytes += n;
		left -= n;
	}
	run->bytes += end != NULL;
}

/* The low bit is for implicit TLS, the high one for an envelope. */
static void
run_init(struct run *run, uint8_t choice)
{
	struct dialogue_options options = { .helo = "client.example" };
	enum dialogue_step step;
	unsigned steps = 0;

	options.implicit_tls = (choice & 1) != 0;
	if ((choice & 0x80) != 0) {
		options.mail_from = (choice & 2) != 0 ? "<>" : "a@a.example";
		options.mail_to = "b@b.example";
	}
	run->arena = arena_new();
	run->dialogue = dialogue_new(run->arena, &options);
	assert(run->dialogue != NULL);
	while ((step = dialogue_next(run->dialogue)) != DIALOGUE_DONE &&
	    step != DIALOGUE_FAILED) {
		size_t len;

		assert(++steps < STEPS_MAX);
		if (steps == run->quit) {
			dialogue_quit(run->dialogue);
			continue;
		}
		if (step == DIALOGUE_READ) {
			feed_turn(run);
		} else if (step == DIALOGUE_STARTTLS) {
			dialogue_tls_up(run->dialogue);
		} else {
			dialogue_output(run->dialogue, &len);
			assert(len > 0);
			dialogue_sent(run->dialogue,
			    len > run->portion ? run->portion : len);
		}
	}
}

static void
run_finish(struct run *run)
{
	dialogue_free(run->dialogue);
	arena_unref(run->arena);
}

static void
check_mail_reply(const struct danelaw_mail_reply *reply)
{
	if (reply == NULL)
		return;
	assert(reply->code == 0 || (reply->code >= 200 && reply->code < 600));
	fuzz_printable(reply->text);
	fuzz_printable(reply->enhanced);
	if (reply->enhanced != NULL)
		assert(reply->enhanced[0] == '0' + reply->code / 100);
}

/* No command is said before the one it follows was answered. */
static void
check_mail(const struct danelaw_mail *mail, bool encrypted)
{
	if (mail == NULL)
		return;
	check_mail_reply(mail->from);
	check_mail_reply(mail->to);
	check_mail_reply(mail->rset);
	assert(mail->from == NULL || encrypted);
	assert(mail->to == NULL ||
	    (mail->from != NULL && mail->from->code / 100 == 2));
	assert(mail->rset == NULL ||
	    (mail->from != NULL && mail->from->code != 0));
}

static void
check_facts(struct dialogue *dialogue)
{
	const struct danelaw_smtp *facts = dialogue_facts(dialogue);
	bool encrypted =
	    dialogue_outcome(dialogue) == DANELAW_OUTCOME_ENCRYPTED;

	fuzz_printable(facts->banner);
	fuzz_printable(facts->starttls);
	fuzz_printable(facts->refusal);
	for (size_t i = 0; i < facts->n_ehlo; i++)
		fuzz_printable(facts->ehlo[i]);
	for (size_t i = 0; i < facts->n_transcript; i++)
		fuzz_printable(facts->transcript[i]);
	check_mail(facts->mail, encrypted);
	/* A fault after TLS stands leaves it unsaid only while saying QUIT. */
	if (encrypted)
		assert(dialogue_facts(dialogue)->stage > DANELAW_SMTP_AT_TLS);
	if (dialogue_facts(dialogue)->fault != DANELAW_SMTP_NO_FAULT)
		assert(dialogue_error(dialogue) != NULL);
}

static void
check_same_reply(
    const struct danelaw_mail_reply *a, const struct danelaw_mail_reply *b)
{
	assert((a == NULL) == (b == NULL));
	if (a == NULL)
		return;
	assert(a->code == b->code);
	assert(fuzz_same(a->text, b->text));
	assert(fuzz_same(a->enhanced, b->enhanced));
}

static void
check_same(struct dialogue *a, struct dialogue *b)
{
	const struct danelaw_smtp *x = dialogue_facts(a);
	const struct danelaw_smtp *y = dialogue_facts(b);

	assert(dialogue_next(a) == dialogue_next(b));
	assert(dialogue_facts(a)->stage == dialogue_facts(b)->stage);
	assert(dialogue_facts(a)->fault == dialogue_facts(b)->fault);
	assert(dialogue_facts(a)->code == dialogue_facts(b)->code);
	assert(dialogue_outcome(a) == dialogue_outcome(b));
	assert(fuzz_same(dialogue_error(a), dialogue_error(b)));
	assert(fuzz_same(x->banner, y->banner));
	assert(fuzz_same(x->starttls, y->starttls));
	assert((x->mail == NULL) == (y->mail == NULL));
	if (x->mail != NULL) {
		check_same_reply(x->mail->from, y->mail->from);
		check_same_reply(x->mail->to, y->mail->to);
		check_same_reply(x->mail->rset, y->mail->rset);
		assert(fuzz_same(x->mail->error, y->mail->error));
	}
	assert(x->n_ehlo == y->n_ehlo);
	for (size_t i = 0; i < x->n_ehlo; i++)
		assert(fuzz_same(x->ehlo[i], y->ehlo[i]));
	/* Of what should not be there, what came with it is shown. */
	if ((dialogue_facts(a)->fault >= DANELAW_SMTP_GARBLED &&
		dialogue_facts(a)->fault <= DANELAW_SMTP_TLS_FIRST) ||
	    dialogue_facts(a)->fault == DANELAW_SMTP_INJECTED)
		return;
	assert(fuzz_same(x->refusal, y->refusal));
	assert(x->n_transcript == y->n_transcript);
	for (size_t i = 0; i < x->n_transcript; i++)
		assert(fuzz_same(x->transcript[i], y->transcript[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct run start, whole, parts;

	if (len == 0)
		return 0;
	start = (struct run) {
		.bytes = bytes + 1,
		.len = len - 1,
		.portion = len,
	};
	whole = parts = start;
	parts.portion = 1 + (bytes[0] >> 1) % 32;
	run_init(&whole, bytes[0]);
	run_init(&parts, bytes[0]);
	check_facts(whole.dialogue);
	check_same(whole.dialogue, parts.dialogue);
	run_finish(&whole);
	run_finish(&parts);
	parts = start;
	parts.portion = 1 + bytes[0] % 32;
	parts.quit = 1 + bytes[0] % 16;
	run_init(&parts, bytes[0]);
	check_facts(parts.dialogue);
	run_finish(&parts);
	return 0;
}
