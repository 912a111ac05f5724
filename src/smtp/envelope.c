/* SPDX-License-Identifier: ISC */
#include "smtp/envelope.h"

#include <string.h>

#include "base/text.h"

enum { CODE_LEN = 3, TEXT_MAX = 512 };

bool
envelope_init(struct envelope *envelope, struct arena *arena, const char *from,
    const char *to)
{
	const char *why;

	*envelope = (struct envelope) { .arena = arena };
	if (from == NULL && to == NULL)
		return true;
	if (from == NULL || to == NULL ||
	    (!mailbox_is_null(from) && !mailbox_check(from, &why)) ||
	    !mailbox_check(to, &why))
		return false;
	envelope->from_address = arena_strdup(arena, from);
	envelope->to_address = arena_strdup(arena, to);
	envelope->from =
	    arena_printf(arena, "FROM:<%s>", mailbox_is_null(from) ? "" : from);
	envelope->to = arena_printf(arena, "TO:<%s>", to);
	envelope->facts = arena_alloc(arena, sizeof(*envelope->facts));
	if (arena_failed(arena))
		return false;
	*envelope->facts = (struct danelaw_mail) { .error = NULL };
	return true;
}

static size_t
count_digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= '0' && text[n] <= '9')
		n++;
	return n;
}

size_t
envelope_enhanced(int code, const char *text, size_t len)
{
	size_t at = 1, n;

	/* "The class must be that of the code" (RFC 2034 section 4). */
	if (len == 0 || text[0] != '0' + code / 100)
		return 0;
	for (int part = 0; part < 2; part++) {
		if (at == len || text[at] != '.')
			return 0;
		at++;
		n = count_digits(text + at, len - at);
		if (n == 0 || n > 3)
			return 0;
		at += n;
	}
	return at == len || text[at] == ' ' || text[at] == '\t' ? at : 0;
}

static struct danelaw_mail_reply **
place_for(struct envelope *envelope, enum turn turn)
{
	if (turn == MAIL)
		return &envelope->facts->from;
	return turn == RCPT ? &envelope->facts->to : &envelope->facts->rset;
}

static struct danelaw_mail_reply *
add_reply(struct envelope *envelope, enum turn turn)
{
	struct danelaw_mail_reply *reply =
	    arena_alloc(envelope->arena, sizeof(*reply));

	if (reply == NULL)
		return NULL;
	*reply = (struct danelaw_mail_reply) {
		.address = turn == MAIL ? envelope->from_address
		    : turn == RCPT      ? envelope->to_address
					: NULL,
	};
	*place_for(envelope, turn) = reply;
	return reply;
}

void
envelope_heard(struct envelope *envelope, enum turn turn, int code,
    const char *said, size_t len)
{
	struct danelaw_mail_reply *reply = add_reply(envelope, turn);
	size_t skip = CODE_LEN + 1, n;

	if (reply == NULL)
		return;
	reply->code = code;
	if (len <= skip)
		return;
	n = envelope_enhanced(code, said + skip, len - skip);
	if (n > 0) {
		reply->enhanced =
		    text_printable(envelope->arena, said + skip, n, TEXT_MAX);
		skip += n;
		skip += skip < len;
	}
	if (skip < len)
		reply->text = text_printable(
		    envelope->arena, said + skip, len - skip, TEXT_MAX);
}

void
envelope_broken(struct envelope *envelope, enum turn turn, const char *error)
{
	if (envelope->facts == NULL || turn < MAIL || turn > RSET)
		return;
	add_reply(envelope, turn);
	envelope->facts->error = error;
}
