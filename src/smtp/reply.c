/* SPDX-License-Identifier: ISC */
#include "smtp/reply.h"

#include <string.h>

#define CODE_LEN 3

/* How those begin who are taken for an SMTP server by mistake. */
static const struct {
	const char *prefix;
	const char *error;
} strangers[] = {
	{ "\x15\x03", "the server speaks TLS from the first byte" },
	{ "\x16\x03", "the server speaks TLS from the first byte" },
	{ "SSH-", "the server speaks SSH, not SMTP" },
	{ "HTTP/", "the server speaks HTTP, not SMTP" },
	{ "<!DOCTYPE", "the server speaks HTTP, not SMTP" },
	{ "<html", "the server speaks HTTP, not SMTP" },
	{ "* OK", "the server speaks IMAP, not SMTP" },
	{ "* BYE", "the server speaks IMAP, not SMTP" },
	{ "+OK", "the server speaks POP3, not SMTP" },
	{ "-ERR", "the server speaks POP3, not SMTP" },
};

static const char no_code[] = "the server sends a line without a reply code";
static const char no_separator[] =
    "the server sends a reply code without a space or hyphen behind it";

void
reply_start(struct reply *reply, bool greeting)
{
	reply->greeting = greeting;
	reply->len = 0;
	reply->complete = false;
	reply->bare_lf = false;
	reply->mixed = false;
	reply->code = 0;
	reply->n_lines = 0;
	reply->n_bytes = 0;
	reply->error = NULL;
	reply->fault = DANELAW_SMTP_NO_FAULT;
}

static enum reply_status
end(struct reply *reply, enum danelaw_smtp_fault fault, const char *error)
{
	reply->fault = fault;
	reply->error = error;
	return REPLY_GARBLED;
}

static enum reply_status
garbled(struct reply *reply, const char *error)
{
	return end(reply, DANELAW_SMTP_GARBLED, error);
}

/* It began like a reply. */
static enum reply_status
broken(struct reply *reply, const char *error)
{
	return end(reply, DANELAW_SMTP_BROKEN, error);
}

/* Could the line so far be the beginning of "250", "250-" or "250 "? */
static bool
is_like_reply(const char *line, size_t len)
{
	if (len > 0 && (line[0] < '2' || line[0] > '5'))
		return false;
	for (size_t i = 1; i < len && i < CODE_LEN; i++) {
		if (line[i] < '0' || line[i] > '9')
			return false;
	}
	return len <= CODE_LEN || memchr(" -\r", line[CODE_LEN], 3) != NULL;
}

/*
 * The line is no reply. It is given more bytes only as long as they may tell
 * what it is instead.
 */
static enum reply_status
check_stranger(struct reply *reply)
{
	const size_t n = sizeof(strangers) / sizeof(strangers[0]);

	for (size_t i = 0; reply->greeting && i < n; i++) {
		size_t len = strlen(strangers[i].prefix);

		if (reply->len < len &&
		    memcmp(reply->line, strangers[i].prefix, reply->len) == 0)
			return REPLY_MORE;
		if (reply->len >= len &&
		    memcmp(reply->line, strangers[i].prefix, len) == 0)
			return end(reply,
			    reply->line[0] == '\x15' || reply->line[0] == '\x16'
				? DANELAW_SMTP_TLS_FIRST
				: DANELAW_SMTP_GARBLED,
			    strangers[i].error);
	}
	if (reply->len > CODE_LEN && is_like_reply(reply->line, CODE_LEN))
		return garbled(reply, no_separator);
	return garbled(reply, no_code);
}

static enum reply_status
end_line(struct reply *reply)
{
	int code = 0;

	reply->bare_lf = reply->len == 0 || reply->line[reply->len - 1] != '\r';
	while (reply->len > 0 && reply->line[reply->len - 1] == '\r')
		reply->len--;
	if (reply->len < CODE_LEN || !is_like_reply(reply->line, CODE_LEN))
		return garbled(reply, no_code);
	if (reply->len > CODE_LEN && reply->line[CODE_LEN] == '\r')
		return garbled(reply, no_separator);
	for (size_t i = 0; i < CODE_LEN; i++)
		code = 10 * code + (reply->line[i] - '0');
	/* RFC 5321 section 4.2.1 forbids it; where all of them say yes, senders
	   go by the last. */
	if (reply->n_lines > 0 && code != reply->code &&
	    (code / 100 != 2 || reply->code / 100 != 2))
		return broken(
		    reply, "the server sends different codes in one reply");
	reply->mixed |= reply->n_lines > 0 && code != reply->code;
	reply->code = code;
	reply->complete = true;
	reply->n_lines++;
	if (reply->len == CODE_LEN || reply->line[CODE_LEN] != '-')
		return REPLY_LAST;
	reply->n_bytes += reply->len;
	if (reply->n_lines == SMTP_MAX_LINES || reply->n_bytes > SMTP_MAX_REPLY)
		return broken(reply, "the server sends an endless reply");
	return REPLY_LINE;
}

enum reply_status
reply_feed(struct reply *reply, const char *bytes, size_t len, size_t *used)
{
	enum reply_status status = REPLY_MORE;
	size_t i = 0;

	if (reply->complete) {
		reply->complete = false;
		reply->len = 0;
	}
	while (i < len && status == REPLY_MORE) {
		char c = bytes[i++];

		if (c == '\n') {
			status = end_line(reply);
		} else if (reply->len == SMTP_MAX_LINE) {
			status =
			    broken(reply, "the server sends an endless line");
		} else {
			reply->line[reply->len++] = c;
			if (!is_like_reply(reply->line, reply->len))
				status = check_stranger(reply);
		}
	}
	*used = i;
	return status;
}

const char *
reply_text(const struct reply *reply, size_t *len)
{
	size_t skip = reply->len > CODE_LEN ? CODE_LEN + 1 : reply->len;

	*len = reply->len - skip;
	return reply->line + skip;
}
