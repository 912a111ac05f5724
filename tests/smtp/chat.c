/* SPDX-License-Identifier: ISC */
#include "chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/text.h"
#include "smtp/dialogue.h"

static const char *const steps[] = {
	[DIALOGUE_READ] = "read",
	[DIALOGUE_WRITE] = "write",
	[DIALOGUE_STARTTLS] = "starttls",
	[DIALOGUE_DONE] = "done",
	[DIALOGUE_FAILED] = "failed",
};
struct chat {
	const char *path;
	unsigned line;
	size_t portion;
	struct arena *arena;
	struct dialogue *dialogue;
	struct buf heard; /* from the server, not fed yet */
	size_t n_ehlo;    /* lines compared */
	unsigned n_expected;
};

/* The same place twice would be a mistake in the chat. */
static void
refuse(const struct chat *chat, const char *what, const char *text)
{
	fail_msg("%s:%u (portions of %zu): %s \"%s\"", chat->path, chat->line,
	    chat->portion, what, text == NULL ? "(null)" : text);
}

static void
add_bytes(struct chat *chat, const char *text)
{
	for (const char *c = text; *c != '\0'; c++) {
		char byte = *c;
		uint8_t value;
		size_t len;

		if (*c == '\\' && c[1] == 'x') {
			char hex[3] = { c[2], c[2] ? c[3] : '\0', '\0' };

			if (!text_unhex(hex, &value, 1, &len) || len != 1)
				refuse(chat, "no hex in", text);
			byte = (char)value;
			c += 3;
		} else if (*c == '\\') {
			c++;
			byte = *c == 'r' ? '\r' : *c == 'n' ? '\n' : *c;
		}
		assert_true(buf_add(&chat->heard, &byte, 1));
	}
}

/* Feeds what the server sent, asking for the next step in between. */
static void
feed(struct chat *chat)
{
	size_t len = chat->heard.len, at = 0;

	while (at < len) {
		size_t n = chat->portion;

		if (n == 0 || n > len - at)
			n = len - at;
		assert_true(
		    dialogue_feed(chat->dialogue, chat->heard.bytes + at, n));
		dialogue_next(chat->dialogue);
		at += n;
	}
	buf_drop(&chat->heard, len);
}

static void
server_line(struct chat *chat, const char *rest)
{
	unsigned long times = 1;
	char *end;

	if (*rest == '*') {
		times = strtoul(rest + 1, &end, 10);
		rest = end;
	} else {
		rest++;
	}
	if (*rest != ' ' || times == 0)
		refuse(chat, "no such line:", rest);
	for (; times > 0; times--) {
		add_bytes(chat, rest + 1);
		add_bytes(chat, "\\r\\n");
	}
}

static void
client_line(struct chat *chat, const char *text)
{
	const char *output;
	char want[1100];
	size_t len;

	if (dialogue_next(chat->dialogue) != DIALOGUE_WRITE)
		refuse(chat, "nothing is said, but should be:", text);
	output = dialogue_output(chat->dialogue, &len);
	snprintf(want, sizeof(want), "%s\r\n", text);
	if (len != strlen(want) || memcmp(want, output, len) != 0)
		refuse(chat, "not said:", text);
	/* A socket may take less than all. */
	if (chat->portion > 0 && chat->portion < len) {
		dialogue_sent(chat->dialogue, chat->portion);
		assert_int_equal(dialogue_next(chat->dialogue), DIALOGUE_WRITE);
		len -= chat->portion;
	}
	dialogue_sent(chat->dialogue, len);
}

static void
expect_text(struct chat *chat, const char *is, const char *want)
{
	if (is == NULL ? strcmp(want, "-") != 0 : strcmp(is, want) != 0)
		refuse(chat, "it is rather", is);
}

static void
expect_transcript(struct chat *chat, const char *want)
{
	const struct danelaw_smtp *facts = dialogue_facts(chat->dialogue);

	for (size_t i = 0; i < facts->n_transcript; i++) {
		if (strcmp(facts->transcript[i], want) == 0)
			return;
	}
	refuse(chat, "the transcript lacks", want);
}

static void
expect_mail(
    struct chat *chat, const struct danelaw_mail_reply *reply, const char *want)
{
	char *is = reply == NULL
	    ? NULL
	    : arena_printf(chat->arena, "%s %d %s %s",
		  reply->address == NULL ? "-" : reply->address, reply->code,
		  reply->enhanced == NULL ? "-" : reply->enhanced,
		  reply->text == NULL ? "-" : reply->text);

	expect_text(chat, is, want);
}

/* False: it is not about the envelope. */
static bool
expect_envelope(struct chat *chat, const char *what, const char *value)
{
	const struct danelaw_mail *mail = dialogue_facts(chat->dialogue)->mail;

	if (mail == NULL)
		return false;
	if (strcmp(what, "from") == 0)
		expect_mail(chat, mail->from, value);
	else if (strcmp(what, "to") == 0)
		expect_mail(chat, mail->to, value);
	else if (strcmp(what, "rset") == 0)
		expect_mail(chat, mail->rset, value);
	else if (strcmp(what, "broken") == 0)
		expect_text(chat, mail->error, value);
	else
		return false;
	return true;
}

static void
expect(struct chat *chat, const char *what, const char *value)
{
	struct dialogue *dialogue = chat->dialogue;
	const struct danelaw_smtp *facts = dialogue_facts(dialogue);
	char code[16];

	chat->n_expected++;
	snprintf(code, sizeof(code), "%d", dialogue_facts(dialogue)->code);
	if (strcmp(what, "step") == 0)
		expect_text(chat, steps[dialogue_next(dialogue)], value);
	else if (strcmp(what, "fault") == 0)
		expect_text(chat,
		    facts->fault == DANELAW_SMTP_NO_FAULT
			? "none"
			: danelaw_smtp_fault_word(facts->fault),
		    value);
	else if (strcmp(what, "stage") == 0)
		expect_text(chat, danelaw_smtp_stage_word(facts->stage), value);
	else if (strcmp(what, "code") == 0)
		expect_text(chat, code, value);
	else if (strcmp(what, "outcome") == 0)
		expect_text(chat,
		    danelaw_outcome_word(dialogue_outcome(dialogue)), value);
	else if (strcmp(what, "error") == 0)
		expect_text(chat, dialogue_error(dialogue), value);
	else if (strcmp(what, "banner") == 0)
		expect_text(chat, facts->banner, value);
	else if (strcmp(what, "ehlo-refusal") == 0)
		expect_text(chat, facts->ehlo_refusal, value);
	else if (strcmp(what, "starttls-again") == 0)
		expect_text(chat, facts->starttls_again ? "yes" : "no", value);
	else if (strcmp(what, "mixed") == 0)
		expect_text(chat, facts->mixed_codes ? "yes" : "no", value);
	else if (strcmp(what, "starttls") == 0)
		expect_text(chat, facts->starttls, value);
	else if (strcmp(what, "refusal") == 0)
		expect_text(chat, facts->refusal, value);
	else if (strcmp(what, "ehlo") == 0)
		expect_text(chat,
		    chat->n_ehlo < facts->n_ehlo ? facts->ehlo[chat->n_ehlo++]
						 : NULL,
		    value);
	else if (strcmp(what, "transcript") == 0)
		expect_transcript(chat, value);
	else if (!expect_envelope(chat, what, value))
		refuse(chat, "nothing known of", what);
}

static void
play(struct chat *chat, char *line)
{
	char *value;

	if (*line == '\0' || *line == '#' || strcmp(line, "implicit") == 0 ||
	    strncmp(line, "envelope ", 9) == 0)
		return;
	if (line[0] == 'S' && line[1] == '!' && line[2] == ' ') {
		add_bytes(chat, line + 3);
		return;
	}
	if (line[0] == 'S' && (line[1] == ':' || line[1] == '*')) {
		server_line(chat, line + 1);
		return;
	}
	feed(chat);
	if (strncmp(line, "C: ", 3) == 0) {
		client_line(chat, line + 3);
	} else if (strcmp(line, "TLS") == 0) {
		if (dialogue_next(chat->dialogue) != DIALOGUE_STARTTLS)
			refuse(chat, "not the time for", line);
		dialogue_tls_up(chat->dialogue);
	} else if (strcmp(line, "EOF") == 0) {
		dialogue_feed_eof(chat->dialogue);
	} else if (strncmp(line, "= ", 2) == 0) {
		value = strchr(line + 2, ' ');
		if (value == NULL)
			refuse(chat, "no value:", line);
		*value++ = '\0';
		expect(chat, line + 2, value);
	} else {
		refuse(chat, "no such line:", line);
	}
}

void
chat_replay(const char *path, size_t portion)
{
	struct chat chat = { .path = path, .portion = portion };
	struct dialogue_options options = { .helo = "client.example" };
	FILE *file = fopen(path, "r");
	char line[1024], from[100], to[100];

	if (file == NULL)
		refuse(&chat, "cannot open", path);
	chat.arena = arena_new();
	while (fgets(line, sizeof(line), file) != NULL) {
		chat.line++;
		line[strcspn(line, "\n")] = '\0';
		if (strcmp(line, "implicit") == 0)
			options.implicit_tls = true;
		if (sscanf(line, "envelope %99s %99s", from, to) == 2) {
			options.mail_from = from;
			options.mail_to = to;
			continue;
		}
		if (chat.dialogue == NULL && *line != '#' && *line != '\0')
			chat.dialogue = dialogue_new(chat.arena, &options);
		play(&chat, line);
	}
	if (chat.n_expected < 3)
		refuse(&chat, "too little is expected of", path);
	if (chat.n_ehlo > 0)
		assert_int_equal(
		    chat.n_ehlo, dialogue_facts(chat.dialogue)->n_ehlo);
	dialogue_free(chat.dialogue);
	buf_finish(&chat.heard);
	arena_unref(chat.arena);
	fclose(file);
}
