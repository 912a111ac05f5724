/* SPDX-License-Identifier: ISC */
#include "rows.h"

/* A reply that fills the reader's buffer to the last byte. */
#define FOUR(text) text text text text
#define LINE_60 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"
#define MORE "220-" LINE_60
#define MORE_7 FOUR(MORE) MORE MORE MORE
#define REPLY_2048 FOUR(MORE_7) MORE MORE MORE "220 " LINE_60

_Static_assert(sizeof(REPLY_2048) == 2048 + 1, "not the reader's buffer");

/* A failure without hybrid groups is no failure before the full hello. */
#define TWICE(...)                                                             \
	{                                                                      \
		{ __VA_ARGS__ },                                               \
		{                                                              \
			"LONG", __VA_ARGS__                                    \
		}                                                              \
	}

#define SHORT 300 /* ms; for steps that are to be late */

const struct row rows[] = {
	{ "delivered", { { ALL } }, OUT(ENCRYPTED), NULL, .tls = true },
	{ "byte by byte", { { "SLOW", ALL } }, OUT(ENCRYPTED), NULL,
	    .tls = true },
	{ "TLS 1.0 is not taken", TWICE(SHAKE "?"), OUT(TLS_FAILED),
#if OPENSSL_VERSION_NUMBER < 0x30100000L
	    "legacy sigalg disallowed or unsupported",
#else
	    "alert 70, protocol version", .alert = 70,
#endif
	    .side = OLD },
	{ "closed instead of an answer to QUIT",
	    { { INSIDE, "S:250 mx.example", QUIT } }, OUT(ENCRYPTED), NULL,
	    .tls = true },
	{ "silence instead of an answer to QUIT",
	    { { INSIDE, "S:250 mx.example", QUIT, "HOLD" } }, OUT(ENCRYPTED),
	    NULL, .tls = true, .all_ms = 1000 },
	{ "reset instead of an answer to QUIT",
	    { { INSIDE, "S:250 mx.example", QUIT, "RESET" } }, OUT(ENCRYPTED),
	    NULL, .tls = true },
	{ "implicit TLS",
	    { { "TLS", EHLO, "S:250 mx.example", QUIT, "S:221 bye" } },
	    OUT(ENCRYPTED), NULL, .tls = true, .implicit = true },
	{ "implicit TLS, greeting in clear", TWICE(GREET, "HOLD"),
	    OUT(TLS_FAILED),
	    "the server answered with something that is not TLS: "
	    "\"220 m",
	    .implicit = true },
	{ "implicit TLS, refused inside",
	    { { "TLS", "S:554 no", QUIT, "S:221 bye" } }, OUT(SMTP_PERMFAIL),
	    "the server greeted us inside TLS with 554", "554 no", .tls = true,
	    .implicit = true },
	{ "implicit TLS, silent inside", { { "TLS", "HOLD" } },
	    OUT(SMTP_TIMEOUT), "no greeting within 0.3 seconds", .tls = true,
	    .implicit = true, .reply_ms = SHORT },

	{ "greeting 421", { { "S:421 later" } }, OUT(SMTP_TEMPFAIL),
	    "the server greeted us with 421", "421 later" },
	{ "greeting 554", { { "S:554 no", QUIT, "S:221 bye" } },
	    OUT(SMTP_PERMFAIL), "the server greeted us with 554", "554 no" },
	{ "EHLO 550", { { EHLO, "S:550 no" } }, OUT(SMTP_PERMFAIL),
	    "the server answered EHLO with 550 and closed", "550 no" },
	{ "no STARTTLS",
	    { { EHLO, "S:250-mx.example\r\n250 SIZE", QUIT, "S:221 bye" } },
	    OUT(STARTTLS_MISSING), "the server does not offer STARTTLS" },
	{ "no STARTTLS, nor an answer to QUIT",
	    { { EHLO, "S:250 mx.example", QUIT, "HOLD" } },
	    OUT(STARTTLS_MISSING), "the server does not offer STARTTLS",
	    .all_ms = 1000 },
	{ "STARTTLS 454", { { STARTTLS, "S:454 not now", QUIT, "S:221 bye" } },
	    OUT(STARTTLS_REFUSED), "the server answered STARTTLS with 454",
	    "454 not now" },
	{ "EHLO inside TLS 550, and HELO",
	    { { INSIDE, "S:550 no", "C:HELO client.example\r\n", "S:550 no",
		QUIT, "S:221 bye" } },
	    OUT(SMTP_PERMFAIL),
	    "the server answered EHLO and then HELO inside TLS with 550",
	    "550 no", .tls = true },
	{ "5321 3.2 EHLO inside TLS 502, HELO taken",
	    { { INSIDE, "S:502 no", "C:HELO client.example\r\n",
		"S:250 mx.example", QUIT, "S:221 bye" } },
	    OUT(ENCRYPTED), NULL, .tls = true },
	{ "SSH", { { "R:SSH-2.0-OpenSSH\r\n", "HOLD" } }, OUT(NOT_SMTP),
	    "the server speaks SSH, not SMTP", "SSH-2.0-OpenSSH" },
	{ "TLS at once", { { "R:\x15\x03\x03", "HOLD" } }, OUT(NOT_SMTP),
	    "the server speaks TLS from the first byte" },

	{ "rule 67 injected with the 220",
	    { { STARTTLS, "R:220 go\r\n250 x\r\n", "HOLD" } },
	    OUT(PLAINTEXT_INJECTED), "bytes in clear stand" },
	{ "rule 67 injected, still in the socket",
	    { { STARTTLS, "R:" REPLY_2048 "250 x\r\n", "HOLD" } },
	    OUT(PLAINTEXT_INJECTED), "bytes in clear stand" },
	{ "rule 67 injected, a single byte",
	    { { STARTTLS, "R:220 go\r\n\n", "HOLD" } }, OUT(PLAINTEXT_INJECTED),
	    "bytes in clear stand" },

	{ "closed before the greeting", { { "R:" } }, OUT(SMTP_TEMPFAIL),
	    "the server closed the connection before its greeting" },
	{ "closed after EHLO", { { EHLO } }, OUT(SMTP_TEMPFAIL),
	    "the server closed the connection after EHLO" },
	{ "closed after STARTTLS", { { STARTTLS } }, OUT(SMTP_TEMPFAIL),
	    "the server closed the connection after STARTTLS" },
	{ "closed after ClientHello", TWICE(STARTTLS, "S:220 go", "HELLO"),
	    OUT(TLS_FAILED),
	    "the server closed the connection during the handshake" },
	{ "closed after EHLO inside TLS", { { INSIDE } }, OUT(SMTP_TEMPFAIL),
	    "the server closed the connection after EHLO inside TLS",
	    .tls = true },
	{ "reset after EHLO", { { EHLO, "RESET" } }, OUT(SMTP_TEMPFAIL),
	    "the server closed the connection after EHLO" },
	{ "reset at once", { { "RESET" } }, OUT(CONNECT_REFUSED),
	    "Connection reset by peer" },
	{ "reset in the handshake",
	    TWICE(STARTTLS, "S:220 go", "HELLO", "RESET"), OUT(TLS_FAILED),
	    "Connection reset by peer" },

	{ "no TLS after the 220",
	    TWICE(STARTTLS, "S:220 go", "HELLO", "S:454 no TLS", "HOLD"),
	    OUT(TLS_FAILED),
	    "the server answered with something that is not TLS: \"454 n" },
	{ "an alert instead of a handshake",
	    TWICE(STARTTLS, "S:220 go", "HELLO", "ALERT:40", "HOLD"),
	    OUT(TLS_FAILED), "alert 40, handshake failure", .alert = 40 },
	{ "our certificate is missed", TWICE(SHAKE "?"), OUT(TLS_FAILED),
	    "alert 116, certificate required", .alert = 116, .tls = true,
	    .side = WANTS_CERT },

	{ "silent at once", { { "HOLD" } }, OUT(SMTP_TIMEOUT),
	    "no greeting within 0.3 seconds", .reply_ms = SHORT },
	{ "silent in the greeting", { { "R:220-mx\r\n220", "HOLD" } },
	    OUT(SMTP_TIMEOUT), "no greeting within 0.3 seconds",
	    .reply_ms = SHORT },
	{ "silent after EHLO", { { EHLO, QUIT, "HOLD" } }, OUT(SMTP_TIMEOUT),
	    "no reply to EHLO within 0.3 seconds", .reply_ms = SHORT },
	{ "silent after STARTTLS", { { STARTTLS, QUIT, "HOLD" } },
	    OUT(SMTP_TIMEOUT), "no reply to STARTTLS within 0.3 seconds",
	    .reply_ms = SHORT },
	{ "silent in the handshake",
	    TWICE(STARTTLS, "S:220 go", "HELLO", "HOLD"), OUT(TLS_TIMEOUT),
	    "no end of the TLS handshake within 0.3 seconds", .tls_ms = SHORT },
	{ "silent inside TLS", { { INSIDE, QUIT, "HOLD" } }, OUT(SMTP_TIMEOUT),
	    "no reply to EHLO inside TLS within 0.3 seconds", .tls = true,
	    .reply_ms = SHORT },
	{ "the whole takes too long", { { EHLO, QUIT, "HOLD" } },
	    OUT(SMTP_TIMEOUT), "no reply to EHLO within ", .all_ms = SHORT },

	{ "endless line", { { "FLOOD:2200000000" } }, OUT(NOT_SMTP),
	    "the server sends a reply code without" },
	{ "endless greeting", { { "FLOOD:220-mx\r\n" } }, OUT(NOT_SMTP),
	    "the server sends an endless reply" },
	{ "endless replies", { { "FLOOD:220 mx\r\n" } }, OUT(STARTTLS_MISSING),
	    "the server does not offer STARTTLS" },
	{ "endless reply inside TLS", { { INSIDE, "FLOOD:250-mx\r\n" } },
	    OUT(NOT_SMTP), "the server sends an endless reply", .tls = true },
	{ "endless bytes behind the 220",
	    { { STARTTLS, "FLOOD:220 go\r\n250 x\r\n" } },
	    OUT(PLAINTEXT_INJECTED), "bytes in clear stand" },
};

const size_t rows_count = sizeof(rows) / sizeof(rows[0]);
