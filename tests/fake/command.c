/* SPDX-License-Identifier: ISC */
/*
 * What clients say, a line at a time. Lines longer than the buffer are
 * swallowed and answered once.
 */
#include <string.h>
#include <strings.h>

#include "conn.h"

static bool
is_verb(const char *line, const char *verb)
{
	size_t len = strlen(verb);

	return strncasecmp(line, verb, len) == 0 &&
	    (line[len] == '\0' || line[len] == ' ' || line[len] == ':');
}

static void
greet(struct conn *conn, const char *line)
{
	struct counters *counters = conn->listener->counters;
	bool helo = is_verb(line, "HELO");
	enum reply reply = helo ? REPLY_HELO
	    : conn->tls_up      ? REPLY_EHLO_TLS
				: REPLY_EHLO;

	counters_note(
	    counters, counters->helo, line + 4 + strspn(line + 4, " "));
	conn_stage(conn, conn->tls_up ? STAGE_EHLO_TLS : STAGE_EHLO,
	    &conn->plan->replies[reply], CONN_AFTER_NOTHING);
}

static void
want_tls(struct conn *conn)
{
	const struct plan *plan = conn->plan;

	atomic_fetch_add(&conn->listener->counters->starttls, 1);
	if (conn->tls_up)
		conn_stage(conn, STAGE_OTHER, &plan->replies[REPLY_TLS_AGAIN],
		    CONN_AFTER_NOTHING);
	else
		conn_stage(conn, STAGE_STARTTLS, &plan->replies[REPLY_STARTTLS],
		    plan->starts_tls ? CONN_AFTER_HELLO : CONN_AFTER_NOTHING);
}

static void
obey(struct conn *conn, const char *line)
{
	static const struct {
		const char *verb;
		enum reply reply;
	} others[] = { { "MAIL FROM", REPLY_MAIL }, { "RCPT TO", REPLY_RCPT },
		{ "DATA", REPLY_DATA }, { "RSET", REPLY_OK },
		{ "NOOP", REPLY_OK }, { "VRFY", REPLY_OK } };
	const struct text *replies = conn->plan->replies;
	enum reply reply = REPLY_UNKNOWN;
	enum conn_after after = CONN_AFTER_NOTHING;

	if (is_verb(line, "EHLO") || is_verb(line, "HELO")) {
		greet(conn, line);
		return;
	}
	if (is_verb(line, "STARTTLS")) {
		want_tls(conn);
		return;
	}
	if (is_verb(line, "QUIT")) {
		atomic_fetch_add(&conn->listener->counters->quits, 1);
		conn_stage(
		    conn, STAGE_QUIT, &replies[REPLY_QUIT], CONN_AFTER_HANGUP);
		return;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (is_verb(line, others[i].verb))
			reply = others[i].reply;
	}
	if (reply == REPLY_DATA && replies[reply].len > 0 &&
	    replies[reply].bytes[0] == '3')
		after = CONN_AFTER_MAIL;
	conn_stage(conn, STAGE_OTHER, &replies[reply], after);
}

static void
mail_line(struct conn *conn, const char *line)
{
	if (strcmp(line, ".") != 0)
		return;
	conn->in_mail = false;
	conn_stage(conn, STAGE_OTHER, &conn->plan->replies[REPLY_MESSAGE],
	    CONN_AFTER_NOTHING);
}

bool
command_take(struct conn *conn)
{
	char line[CONN_LINE], *end = memchr(conn->line, '\n', conn->used);
	bool overlong = conn->overlong;
	size_t len;

	if (end == NULL) {
		if (conn->used == sizeof(conn->line)) {
			conn->overlong = true;
			conn->used = 0;
		}
		return false;
	}
	len = (size_t)(end - conn->line);
	memcpy(line, conn->line, len);
	conn->used -= len + 1;
	memmove(conn->line, end + 1, conn->used);
	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	line[len] = '\0';
	conn->overlong = false;
	if (conn->in_mail) {
		if (!overlong)
			mail_line(conn, line);
	} else if (overlong) {
		conn_stage(conn, STAGE_OTHER,
		    &conn->plan->replies[REPLY_TOO_LONG], CONN_AFTER_NOTHING);
	} else {
		obey(conn, line);
	}
	return true;
}
