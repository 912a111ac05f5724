/* SPDX-License-Identifier: ISC */
/*
 * The plan. A dialogue is a list of turns. In a turn we say our command, if
 * it has one, and hear one reply; the reply's first digit (RFC 5321 section
 * 4.2.1) and the table turns[] tell where that leads. Two kinds of end have
 * no turn of their own but set a fault and go on to QUIT, for a server we can
 * talk to is never left without a word: LACKING and REFUSED.
 *
 *	BANNER -> EHLO -> STARTTLS -> TLS -> EHLO_TLS -> QUIT -> END
 *	            \-> HELO -> LACKING      \-> HELO_TLS -> QUIT
 *
 * With implicit TLS the list begins at TLS and goes on with TLS_BANNER. With
 * an envelope MAIL, RCPT and RSET come before QUIT; from there on all that
 * matters is settled, and what goes wrong is told by the facts alone.
 *
 * TLS is the one turn without words: the caller shakes hands. Whatever comes
 * between the 220 to STARTTLS and dialogue_tls_up() was not protected by TLS
 * but would be taken as if it were (RFC 3207 section 4.2), so a single byte
 * there ends the dialogue. Nothing heard in clear decides anything later on.
 *
 * Bytes that come before their turn wait in pending, which is bounded: real
 * clients read them as the answer to what they say next, and so do we.
 *
 * An end without QUIT: garbled (nobody there who speaks SMTP), injected
 * (nothing may be said in clear any more), closed, and 421, after which the
 * server closes by itself (RFC 5321 section 3.8).
 */
#include "smtp/dialogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "smtp/ehlo.h"
#include "smtp/envelope.h"
#include "smtp/reply.h"
#include "smtp/transcript.h"
#include "smtp/turns.h"

#define HELO_MAX 255                   /* RFC 5321 section 4.5.3.1.2 */
#define PENDING_MAX 4096               /* bytes before their turn */
#define SAID_MAX 512                   /* bytes of a reply kept as one text */
#define CODE_LEN 4                     /* "250-" */
#define OUTPUT_MAX (ENVELOPE_MAX + 16) /* the longest command, and QUIT */

struct dialogue {
	struct arena *arena;
	char helo[HELO_MAX + 1];
	bool implicit_tls;
	struct envelope envelope;
	enum turn turn;
	bool accepted;         /* EHLO inside TLS was */
	bool starttls, masked; /* seen in the reply to EHLO */
	const char *error;
	char output[OUTPUT_MAX];
	size_t output_len, sent;
	struct buf pending; /* came before its turn */
	struct reply reply;
	char said[SAID_MAX + 1]; /* the reply as one line; tells a cut */
	size_t said_len;
	struct danelaw_smtp facts;
	struct transcript transcript;
	bool bare_lf_noted;
	int ehlo_code; /* of the 5xx that led to HELO */
};

/* A name that could end our line and begin another command is refused. */
static bool
is_helo(const char *helo)
{
	size_t len = helo == NULL ? 0 : strlen(helo);

	for (size_t i = 0; i < len; i++) {
		if (helo[i] <= ' ' || helo[i] > '~')
			return false;
	}
	return len > 0 && len <= HELO_MAX;
}

struct dialogue *
dialogue_new(struct arena *arena, const struct dialogue_options *options)
{
	struct dialogue *dialogue;

	if (!is_helo(options->helo))
		return NULL;
	dialogue = calloc(1, sizeof(*dialogue));
	if (dialogue == NULL)
		return NULL;
	dialogue->arena = arena;
	if (!envelope_init(&dialogue->envelope, arena, options->mail_from,
		options->mail_to)) {
		free(dialogue);
		return NULL;
	}
	dialogue->facts.mail = dialogue->envelope.facts;
	transcript_init(&dialogue->transcript, arena, &dialogue->facts);
	memcpy(dialogue->helo, options->helo, strlen(options->helo));
	dialogue->implicit_tls = options->implicit_tls;
	dialogue->turn = options->implicit_tls ? TLS : BANNER;
	dialogue->facts.stage = turns[dialogue->turn].stage;
	reply_start(&dialogue->reply, true);
	return dialogue;
}

void
dialogue_free(struct dialogue *dialogue)
{
	if (dialogue == NULL)
		return;
	buf_finish(&dialogue->pending);
	free(dialogue);
}

static bool
is_sending(const struct dialogue *dialogue)
{
	return dialogue->sent < dialogue->output_len;
}

static bool
is_hearing(const struct dialogue *dialogue)
{
	return dialogue->turn != END && dialogue->turn != TLS &&
	    !is_sending(dialogue);
}

enum dialogue_step
dialogue_next(struct dialogue *dialogue)
{
	if (dialogue->turn == END)
		return dialogue->facts.fault == DANELAW_SMTP_NO_FAULT
		    ? DIALOGUE_DONE
		    : DIALOGUE_FAILED;
	if (is_sending(dialogue))
		return DIALOGUE_WRITE;
	return dialogue->turn == TLS ? DIALOGUE_STARTTLS : DIALOGUE_READ;
}

static void
remark(struct dialogue *dialogue, const char *text)
{
	transcript_add(&dialogue->transcript, "* ", text, strlen(text));
}

static void
fail(
    struct dialogue *dialogue, enum danelaw_smtp_fault fault, const char *error)
{
	dialogue->facts.fault = fault;
	dialogue->facts.stage = turns[dialogue->turn].stage;
	dialogue->error = error;
}

/* Adds a command to what is not sent yet. */
static void
say(struct dialogue *dialogue, const char *verb, const char *name)
{
	char *end = dialogue->output + dialogue->output_len;
	size_t room = sizeof(dialogue->output) - dialogue->output_len;
	int len = snprintf(
	    end, room, "%s%s%s\r\n", verb, *name == '\0' ? "" : " ", name);

	dialogue->output_len += (size_t)len;
	transcript_add(&dialogue->transcript, "> ", end, (size_t)len - 2);
}

static void
end(struct dialogue *dialogue)
{
	dialogue->turn = END;
	dialogue->output_len = dialogue->sent = 0;
}

static const char *
lacking_error(const struct dialogue *dialogue)
{
	if (dialogue->turn == HELO)
		return "the server refused EHLO, and HELO offers no STARTTLS";
	if (dialogue->masked)
		return "the server does not offer STARTTLS; something on the "
		       "way writes over what it offers";
	return "the server does not offer STARTTLS";
}

/* What follows the verb of a turn; "": nothing. */
static const char *
argument(const struct dialogue *dialogue, enum turn turn)
{
	if (turn == MAIL)
		return dialogue->envelope.from;
	if (turn == RCPT)
		return dialogue->envelope.to;
	return turns[turn].named ? dialogue->helo : "";
}

/* All that matters is known: no fault can come any more. */
static bool
is_settled(const struct dialogue *dialogue)
{
	return turns[dialogue->turn].stage >= DANELAW_SMTP_AT_ENVELOPE;
}

/* Leads to the next turn, or by a fault to QUIT or to the end. */
static void
go(struct dialogue *dialogue, enum turn next)
{
	int code = dialogue->reply.code;

	if (next == LACKING) {
		fail(dialogue, DANELAW_SMTP_LACKING, lacking_error(dialogue));
		next = QUIT;
	} else if (next == REFUSED) {
		fail(dialogue, DANELAW_SMTP_REFUSED,
		    arena_printf(dialogue->arena, "the server %s with %d",
			turns[dialogue->turn].reply, code));
		dialogue->facts.code = code;
		next = code == 421 ? END : QUIT;
	}
	if (next == END) {
		end(dialogue);
		return;
	}
	dialogue->turn = next;
	if (dialogue->facts.fault == DANELAW_SMTP_NO_FAULT)
		dialogue->facts.stage = turns[next].stage;
	dialogue->said_len = 0;
	reply_start(&dialogue->reply, false);
	dialogue->output_len = dialogue->sent = 0;
	if (turns[next].verb != NULL)
		say(dialogue, turns[next].verb, argument(dialogue, next));
}

/* The lines of a reply, joined: "554 5.7.1 No. Go away". */
static void
add_said(struct dialogue *dialogue, const char *bytes, size_t len)
{
	size_t room = sizeof(dialogue->said) - dialogue->said_len;

	if (len > room)
		len = room;
	memcpy(dialogue->said + dialogue->said_len, bytes, len);
	dialogue->said_len += len;
}

/*
 * A line of the reply to EHLO, said so far by line of the transcript, if that
 * has room. Of the reply inside TLS only that it offers STARTTLS is kept.
 */
static void
take_capability(
    struct dialogue *dialogue, const char *line, const char *text, size_t len)
{
	const struct reply *reply = &dialogue->reply;
	bool inside = dialogue->turn == EHLO_TLS && !dialogue->implicit_tls;

	if (line != NULL)
		line = len == 0 ? "" : line + TRANSCRIPT_MARK + CODE_LEN;
	else if (!inside)
		line =
		    text_printable(dialogue->arena, text, len, TRANSCRIPT_LINE);
	if (line != NULL && !inside && reply->code / 100 == 2)
		arena_push_text(dialogue->arena, &dialogue->facts.ehlo,
		    &dialogue->facts.n_ehlo, line);
	if (reply->n_lines == 1)
		return;
	switch (ehlo_keyword(text, len)) {
	case EHLO_OTHER:
		break;
	case EHLO_STARTTLS:
		if (inside)
			dialogue->facts.starttls_again = true;
		else
			dialogue->starttls = true;
		break;
	case EHLO_MASKED:
		dialogue->masked = true;
		break;
	}
}

static void
take_line(struct dialogue *dialogue)
{
	const struct reply *reply = &dialogue->reply;
	const char *line = transcript_add(
	    &dialogue->transcript, "< ", reply->line, reply->len);
	size_t len;
	const char *text = reply_text(reply, &len);

	if (reply->bare_lf && !dialogue->bare_lf_noted) {
		remark(dialogue, "the line ended without CR");
		dialogue->bare_lf_noted = true;
	}
	if (reply->n_lines == 1)
		add_said(dialogue, reply->line, CODE_LEN - 1);
	if (len > 0)
		add_said(dialogue, " ", 1);
	add_said(dialogue, text, len);
	if (dialogue->turn == EHLO || dialogue->turn == EHLO_TLS)
		take_capability(dialogue, line, text, len);
}

static void
take_reply(struct dialogue *dialogue)
{
	struct danelaw_smtp *facts = &dialogue->facts;
	int code = dialogue->reply.code;
	enum turn turn = dialogue->turn, next = turns[turn].on[code / 100];
	char *text = NULL;

	facts->mixed_codes |= turn == EHLO && dialogue->reply.mixed;
	if (turn == EHLO && next == STARTTLS && !dialogue->starttls)
		next = LACKING;
	if (turn == BANNER || turn == TLS_BANNER || turn == STARTTLS ||
	    next == REFUSED || next == NOWHERE || next == HELO ||
	    next == HELO_TLS)
		text = text_printable(dialogue->arena, dialogue->said,
		    dialogue->said_len, SAID_MAX);
	if (turn == BANNER || turn == TLS_BANNER)
		facts->banner = text;
	if (turn == STARTTLS)
		facts->starttls = text;
	if (next == REFUSED || next == NOWHERE || next == HELO ||
	    next == HELO_TLS)
		facts->refusal = text;
	else if (turn == HELO_TLS)
		facts->refusal = NULL;
	if (next == HELO || next == HELO_TLS) {
		facts->ehlo_refusal = text;
		dialogue->ehlo_code = code;
	}
	if (next == NOWHERE) {
		fail(dialogue, DANELAW_SMTP_GARBLED,
		    arena_printf(dialogue->arena,
			"the server %s with %d, which means nothing there",
			turns[turn].reply, code));
		next = END;
	}
	if ((turn == EHLO_TLS || turn == HELO_TLS) && next == QUIT) {
		dialogue->accepted = true;
		if (dialogue->facts.mail != NULL)
			next = MAIL;
	} else if (turn > HELO_TLS && turn < QUIT) {
		envelope_heard(&dialogue->envelope, turn, code, dialogue->said,
		    dialogue->said_len);
		if (code == 421)
			next = END;
	}
	go(dialogue, next);
}

/*
 * What the server speaks may not be cut into lines. Of what came with the
 * offending byte, the rest of the line is kept for people to see.
 */
static void
take_garbled(struct dialogue *dialogue, const char *bytes, size_t len)
{
	const struct reply *reply = &dialogue->reply;

	if (is_settled(dialogue)) {
		envelope_broken(
		    &dialogue->envelope, dialogue->turn, reply->error);
		end(dialogue);
		return;
	}
	dialogue->said_len = 0;
	add_said(dialogue, reply->line, reply->len);
	for (size_t i = 0; i < len && bytes[i] != '\r' && bytes[i] != '\n'; i++)
		add_said(dialogue, bytes + i, 1);
	transcript_add(
	    &dialogue->transcript, "< ", dialogue->said, dialogue->said_len);
	dialogue->facts.refusal = text_printable(
	    dialogue->arena, dialogue->said, dialogue->said_len, SAID_MAX);
	fail(dialogue, reply->fault, reply->error);
	end(dialogue);
}

/* Returns how many bytes had their turn. */
static size_t
hear(struct dialogue *dialogue, const char *bytes, size_t len)
{
	size_t all = 0, used;

	while (all < len && is_hearing(dialogue)) {
		enum reply_status status =
		    reply_feed(&dialogue->reply, bytes + all, len - all, &used);

		all += used;
		switch (status) {
		case REPLY_MORE:
			break;
		case REPLY_LINE:
			take_line(dialogue);
			break;
		case REPLY_LAST:
			take_line(dialogue);
			take_reply(dialogue);
			break;
		case REPLY_GARBLED:
			take_garbled(dialogue, bytes + all, len - all);
			break;
		}
	}
	return all;
}

/* Bytes in clear where the first byte of TLS belongs. */
static void
take_intruders(struct dialogue *dialogue, const char *bytes, size_t len)
{
	remark(dialogue, "in clear, where TLS belongs:");
	transcript_add(&dialogue->transcript, "< ", bytes, len);
	if (dialogue->implicit_tls)
		fail(dialogue, DANELAW_SMTP_GARBLED,
		    "the server speaks in clear where TLS belongs");
	else
		fail(dialogue, DANELAW_SMTP_INJECTED,
		    "bytes in clear stand between the reply to STARTTLS and "
		    "the TLS handshake");
	end(dialogue);
}

bool
dialogue_feed(struct dialogue *dialogue, const void *bytes, size_t len)
{
	const char *rest = bytes;
	size_t used = hear(dialogue, rest, len);

	rest += used;
	len -= used;
	if (len == 0 || dialogue->turn == END)
		return !arena_failed(dialogue->arena);
	if (dialogue->turn == TLS) {
		take_intruders(dialogue, rest, len);
	} else if (len > PENDING_MAX - dialogue->pending.len) {
		static const char flood[] =
		    "the server sends much that was not asked for";

		if (dialogue->facts.fault == DANELAW_SMTP_NO_FAULT &&
		    !is_settled(dialogue))
			fail(dialogue, DANELAW_SMTP_GARBLED, flood);
		envelope_broken(&dialogue->envelope, dialogue->turn, flood);
		end(dialogue);
	} else if (!buf_add(&dialogue->pending, rest, len)) {
		return false;
	}
	return !arena_failed(dialogue->arena);
}

/* The peer has hung up, and there is no QUIT any more that it could hear. */
static const char *
closed_error(struct dialogue *dialogue)
{
	enum turn turn = dialogue->turn;

	if (turn == HELO || turn == HELO_TLS)
		return arena_printf(dialogue->arena,
		    "the server %s with %d and closed the connection",
		    turns[turn == HELO ? EHLO : EHLO_TLS].reply,
		    dialogue->ehlo_code);
	if (is_sending(dialogue))
		return arena_printf(dialogue->arena,
		    "the server closed the connection before %s could be said",
		    turns[turn].verb);
	return arena_printf(dialogue->arena,
	    "the server closed the connection %s", turns[turn].closed);
}

void
dialogue_feed_eof(struct dialogue *dialogue)
{
	if (dialogue->turn == END)
		return;
	remark(dialogue, "the server closed the connection");
	if (dialogue->turn == HELO || dialogue->turn == HELO_TLS) {
		/* It meant its 5xx to EHLO for good. */
		dialogue->facts.code = dialogue->ehlo_code;
		fail(dialogue, DANELAW_SMTP_REFUSED, closed_error(dialogue));
	} else if (is_settled(dialogue)) {
		envelope_broken(&dialogue->envelope, dialogue->turn,
		    "the server closed the connection");
	} else {
		fail(dialogue, DANELAW_SMTP_CLOSED, closed_error(dialogue));
	}
	end(dialogue);
}

const char *
dialogue_output(const struct dialogue *dialogue, size_t *len)
{
	*len = dialogue->output_len - dialogue->sent;
	return dialogue->output + dialogue->sent;
}

void
dialogue_sent(struct dialogue *dialogue, size_t len)
{
	struct buf *pending = &dialogue->pending;

	if (len > dialogue->output_len - dialogue->sent)
		len = dialogue->output_len - dialogue->sent;
	dialogue->sent += len;
	if (is_sending(dialogue) || pending->len == 0)
		return;
	buf_drop(pending, hear(dialogue, pending->bytes, pending->len));
	if (dialogue->turn == TLS && pending->len > 0)
		take_intruders(dialogue, pending->bytes, pending->len);
}

void
dialogue_tls_up(struct dialogue *dialogue)
{
	if (dialogue->turn != TLS)
		return;
	remark(dialogue, "TLS stands");
	go(dialogue, dialogue->implicit_tls ? TLS_BANNER : EHLO_TLS);
}

void
dialogue_quit(struct dialogue *dialogue)
{
	if (dialogue->turn == QUIT || dialogue->turn == END)
		return;
	if (dialogue->turn == TLS) {
		/* Nothing may be said before TLS stands. */
		end(dialogue);
		return;
	}
	envelope_broken(&dialogue->envelope, dialogue->turn,
	    "the server does not answer in time");
	/* A command half sent must be brought to its end first. */
	if (dialogue->sent == 0 || !is_sending(dialogue))
		dialogue->output_len = dialogue->sent = 0;
	dialogue->turn = QUIT;
	say(dialogue, turns[QUIT].verb, "");
}

const char *
dialogue_error(const struct dialogue *dialogue)
{
	return dialogue->error;
}

enum danelaw_outcome
dialogue_outcome(const struct dialogue *dialogue)
{
	switch (dialogue->facts.fault) {
	case DANELAW_SMTP_NO_FAULT:
		return dialogue->accepted ? DANELAW_OUTCOME_ENCRYPTED
					  : DANELAW_OUTCOME_SMTP_TIMEOUT;
	case DANELAW_SMTP_GARBLED:
	case DANELAW_SMTP_BROKEN:
	case DANELAW_SMTP_TLS_FIRST:
		return DANELAW_OUTCOME_NOT_SMTP;
	case DANELAW_SMTP_REFUSED:
		if (dialogue->facts.stage == DANELAW_SMTP_AT_STARTTLS)
			return DANELAW_OUTCOME_STARTTLS_REFUSED;
		return dialogue->facts.code < 500
		    ? DANELAW_OUTCOME_SMTP_TEMPFAIL
		    : DANELAW_OUTCOME_SMTP_PERMFAIL;
	case DANELAW_SMTP_LACKING:
		return DANELAW_OUTCOME_STARTTLS_MISSING;
	case DANELAW_SMTP_INJECTED:
		return DANELAW_OUTCOME_PLAINTEXT_INJECTED;
	case DANELAW_SMTP_CLOSED:
		return dialogue->facts.stage == DANELAW_SMTP_AT_TLS
		    ? DANELAW_OUTCOME_TLS_FAILED
		    : DANELAW_OUTCOME_SMTP_TEMPFAIL;
	}
	return DANELAW_OUTCOME_NOT_SMTP;
}

const struct danelaw_smtp *
dialogue_facts(const struct dialogue *dialogue)
{
	return &dialogue->facts;
}
