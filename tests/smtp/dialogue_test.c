/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "smtp/dialogue.h"

static const struct dialogue_options options = { .helo = "client.example" };

static bool
feed(struct dialogue *dialogue, const char *text)
{
	return dialogue_feed(dialogue, text, strlen(text));
}

static void
send_all(struct dialogue *dialogue)
{
	size_t len;

	assert_int_equal(dialogue_next(dialogue), DIALOGUE_WRITE);
	dialogue_output(dialogue, &len);
	dialogue_sent(dialogue, len);
}

/* Our name must not be able to say a second command. */
static void
test_helo(void **state)
{
	char longest[257];
	const struct {
		const char *helo;
		bool good;
	} rows[] = {
		{ "client.example", true },
		{ "[192.0.2.1]", true },
		{ "[IPv6:2001:db8::1]", true },
		{ "a b", false },
		{ "a\r\nQUIT", false },
		{ "a\x7f", false },
		{ "\xc3\xbc", false },
		{ "", false },
		{ NULL, false },
		{ longest, false },
		{ longest + 1, true },
	};
	struct arena *arena = arena_new();
	(void)state;

	memset(longest, 'x', sizeof(longest));
	longest[256] = '\0';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dialogue_options row = { .helo = rows[i].helo };
		struct dialogue *dialogue = dialogue_new(arena, &row);
		char want[300];
		const char *said;
		size_t len;

		assert_int_equal(dialogue != NULL, rows[i].good);
		if (dialogue == NULL)
			continue;
		assert_true(feed(dialogue, "220 hi\r\n"));
		snprintf(want, sizeof(want), "EHLO %s\r\n", rows[i].helo);
		said = dialogue_output(dialogue, &len);
		assert_int_equal(len, strlen(want));
		assert_memory_equal(said, want, len);
		/* Half of it is out when we want to go. */
		dialogue_sent(dialogue, 3);
		dialogue_quit(dialogue);
		said = dialogue_output(dialogue, &len);
		assert_int_equal(len, strlen(want) - 3 + 6);
		assert_memory_equal(said + len - 8, "\r\nQUIT\r\n", 8);
		dialogue_free(dialogue);
	}
	arena_unref(arena);
}

/* QUIT from everywhere: what is said, and that the end comes. */
static void
test_quit(void **state)
{
	static const struct {
		const char *what;
		const char *server; /* "|": we speak; "T": TLS */
		const char *said;   /* NULL: nothing may be said any more */
		enum danelaw_outcome outcome;
	} rows[] = {
		{ "before the greeting", "", "QUIT\r\n",
		    DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "in the greeting", "220-x\r\n22", "QUIT\r\n",
		    DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "after the greeting", "220 x\r\n", "QUIT\r\n",
		    DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "after EHLO", "220 x\r\n|", "QUIT\r\n",
		    DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "after the reply to EHLO",
		    "220 x\r\n|250-x\r\n250 STARTTLS\r\n", "QUIT\r\n",
		    DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "rule 67 nothing is said between the 220 and TLS",
		    "220 x\r\n|250-x\r\n250 STARTTLS\r\n|220 x\r\n", NULL,
		    DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "rule 68 inside TLS, before EHLO is answered",
		    "220 x\r\n|250-x\r\n250 STARTTLS\r\n|220 x\r\nT|",
		    "QUIT\r\n", DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "rule 68 inside TLS, whatever the certificate",
		    "220 x\r\n|250-x\r\n250 STARTTLS\r\n|220 x\r\nT|250 x\r\n",
		    "QUIT\r\n", DANELAW_OUTCOME_ENCRYPTED },
		{ "5321 3.2 inside TLS, HELO in place of EHLO",
		    "220 x\r\n|250-x\r\n250 STARTTLS\r\n|220 x\r\n"
		    "T|502 no\r\n|250 x\r\n",
		    "QUIT\r\n", DANELAW_OUTCOME_ENCRYPTED },
		{ "5321 3.2 inside TLS, neither EHLO nor HELO",
		    "220 x\r\n|250-x\r\n250 STARTTLS\r\n|220 x\r\n"
		    "T|502 no\r\n|550 no\r\n",
		    "QUIT\r\n", DANELAW_OUTCOME_SMTP_PERMFAIL },
		{ "when QUIT was said already", "220 x\r\n|250 x\r\n",
		    "QUIT\r\n", DANELAW_OUTCOME_STARTTLS_MISSING },
		{ "to what is no SMTP", "hello\r\n", NULL,
		    DANELAW_OUTCOME_NOT_SMTP },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct dialogue *dialogue = dialogue_new(arena, &options);
		const char *said;
		size_t len;

		for (const char *c = rows[i].server; *c != '\0'; c++) {
			if (*c == '|')
				send_all(dialogue);
			else if (*c == 'T' && c[-1] == '\n')
				dialogue_tls_up(dialogue);
			else
				assert_true(dialogue_feed(dialogue, c, 1));
		}
		print_message("# %s\n", rows[i].what);
		dialogue_quit(dialogue);
		if (rows[i].said == NULL) {
			assert_true(dialogue_next(dialogue) >= DIALOGUE_DONE);
		} else {
			assert_int_equal(
			    dialogue_next(dialogue), DIALOGUE_WRITE);
			said = dialogue_output(dialogue, &len);
			assert_int_equal(len, strlen(rows[i].said));
			assert_memory_equal(said, rows[i].said, len);
			dialogue_sent(dialogue, len);
			assert_int_equal(
			    dialogue_next(dialogue), DIALOGUE_READ);
			assert_true(feed(dialogue, "221 x\r\n"));
			assert_true(dialogue_next(dialogue) >= DIALOGUE_DONE);
		}
		assert_int_equal(dialogue_outcome(dialogue), rows[i].outcome);
		dialogue_free(dialogue);
		arena_unref(arena);
	}
}

/* RFC 3207 sections 4 and 4.2 */
static void
test_order(void **state)
{
#define BEFORE "220 x\r\n|250-x\r\n250 STARTTLS\r\n"
	static const struct {
		const char *what;
		const char *server; /* "|": we speak; "T": TLS */
		const char *said;
		enum danelaw_outcome outcome;
	} rows[] = {
		{ "rule 67 STARTTLS is said alone", BEFORE, "STARTTLS\r\n",
		    DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "rule 67 TLS begins at once", BEFORE "|220 x\r\n", "",
		    DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "rule 67 EHLO is said again", BEFORE "|220 x\r\nT",
		    "EHLO client.example\r\n", DANELAW_OUTCOME_SMTP_TIMEOUT },
		{ "rule 67 what EHLO said in clear says nothing inside TLS",
		    BEFORE "|220 x\r\nT|550 x\r\n|550 x\r\n", "QUIT\r\n",
		    DANELAW_OUTCOME_SMTP_PERMFAIL },
		{ "rule 67 a reply to EHLO that came in clear is no answer",
		    BEFORE "|220 x\r\n250 x\r\n", NULL,
		    DANELAW_OUTCOME_PLAINTEXT_INJECTED },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct dialogue *dialogue = dialogue_new(arena, &options);
		size_t len = 0;

		print_message("# %s\n", rows[i].what);
		for (const char *c = rows[i].server; *c != '\0'; c++) {
			if (*c == '|')
				send_all(dialogue);
			else if (*c == 'T' && c[-1] == '\n')
				dialogue_tls_up(dialogue);
			else
				assert_true(dialogue_feed(dialogue, c, 1));
		}
		if (rows[i].said == NULL) {
			assert_int_equal(
			    dialogue_next(dialogue), DIALOGUE_FAILED);
		} else if (*rows[i].said == '\0') {
			assert_int_equal(
			    dialogue_next(dialogue), DIALOGUE_STARTTLS);
		} else {
			const char *said = dialogue_output(dialogue, &len);

			assert_int_equal(len, strlen(rows[i].said));
			assert_memory_equal(said, rows[i].said, len);
		}
		assert_int_equal(dialogue_outcome(dialogue), rows[i].outcome);
		dialogue_free(dialogue);
		arena_unref(arena);
	}
#undef BEFORE
}

/* Whatever is sent, however often: memory and transcript are bounded. */
static void
test_bounds(void **state)
{
	static const char *const floods[] = {
		"220 hello\r\n",
		"220-hello\r\n",
		"250-hello\r\n250-\x01\x02\x03\x04 STARTTLS\r\n250 x\r\n",
		"500 hello\r\n",
		"x",
		"220-\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\n",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		struct arena *arena = arena_new();
		struct dialogue *dialogue = dialogue_new(arena, &options);
		const struct danelaw_smtp *facts = dialogue_facts(dialogue);

		for (int n = 0; n < 20000; n++) {
			assert_true(feed(dialogue, floods[i]));
			switch (dialogue_next(dialogue)) {
			case DIALOGUE_WRITE:
				send_all(dialogue);
				break;
			case DIALOGUE_STARTTLS:
				dialogue_tls_up(dialogue);
				break;
			case DIALOGUE_READ:
			case DIALOGUE_DONE:
			case DIALOGUE_FAILED:
				break;
			}
		}
		assert_true(dialogue_next(dialogue) >= DIALOGUE_DONE);
		assert_true(facts->n_transcript <= 200);
		assert_true(arena_used(arena) < 40 * 1024);
		dialogue_free(dialogue);
		arena_unref(arena);
	}
}

static void
test_transcript_end(void **state)
{
	struct arena *arena = arena_new();
	struct dialogue *dialogue = dialogue_new(arena, &options);
	const struct danelaw_smtp *facts = dialogue_facts(dialogue);
	(void)state;

	for (int i = 0; i < 100; i++)
		assert_true(feed(dialogue, "220-hello\r\n"));
	assert_true(feed(dialogue, "220 hello\r\n"));
	send_all(dialogue);
	for (int i = 0; i < 110; i++)
		assert_true(feed(dialogue, "250-hello\r\n"));
	assert_true(feed(dialogue, "250 STARTTLS\r\n"));
	/* What does not get into the transcript decides all the same. */
	assert_int_equal(dialogue_next(dialogue), DIALOGUE_WRITE);
	assert_int_equal(
	    dialogue_facts(dialogue)->stage, DANELAW_SMTP_AT_STARTTLS);
	assert_int_equal(facts->n_transcript, 200);
	assert_string_equal(facts->transcript[198], "< 250-hello");
	assert_string_equal(facts->transcript[199], "... more");
	dialogue_free(dialogue);
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_helo),
		cmocka_unit_test(test_quit),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_transcript_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
