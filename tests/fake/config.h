/* SPDX-License-Identifier: ISC */
/*
 * config.h - what a scripted mail server is to do, read from JSON.
 *
 * The keys are documented at the top of fakesmtpd.c, which is also its
 * usage text.
 */
#ifndef FAKE_CONFIG_H
#define FAKE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "pretend.h"
#include "tls.h"

/* Where a connection stands when the script acts. */
enum stage {
	STAGE_ACCEPT,
	STAGE_BANNER,
	STAGE_EHLO, /* or HELO */
	STAGE_STARTTLS,
	STAGE_HELLO, /* a ClientHello came: "starttls-220" */
	STAGE_TLS,   /* in the midst of our half of the handshake */
	STAGE_EHLO_TLS,
	STAGE_QUIT,
	STAGE_OTHER, /* any other command */
};
#define N_STAGES (STAGE_OTHER + 1)

enum act_kind {
	ACT_REPLY = 0, /* as an honest server would */
	ACT_CLOSE,
	ACT_SILENT,
	ACT_RESET,
	ACT_SEND,    /* these bytes instead of the reply */
	ACT_ENDLESS, /* these bytes again and again */
};

struct text {
	const char *bytes;
	size_t len;
};

struct act {
	enum act_kind kind;
	struct text bytes;
	uint64_t max; /* ACT_ENDLESS: then close */
};

enum reply {
	REPLY_BANNER,
	REPLY_EHLO,
	REPLY_HELO,
	REPLY_STARTTLS,
	REPLY_EHLO_TLS,
	REPLY_MAIL,
	REPLY_RCPT,
	REPLY_DATA,
	REPLY_MESSAGE, /* after the dot */
	REPLY_QUIT,
	REPLY_OK,
	REPLY_UNKNOWN,
	REPLY_TOO_LONG,
	REPLY_TLS_AGAIN, /* STARTTLS inside TLS */
};
#define N_REPLIES (REPLY_TLS_AGAIN + 1)

struct plan {
	struct text replies[N_REPLIES]; /* with line ends */
	struct act acts[N_STAGES];
	uint32_t delay_ms[N_STAGES];
	struct tls *tls; /* NULL: no certificates wanted */
	bool starts_tls; /* the reply to STARTTLS is a 220 */
	bool implicit_tls;
	bool keep_clear; /* obey what was pipelined behind STARTTLS */
	size_t chunk;    /* bytes a write; 0: all */
	uint32_t chunk_ms;
	size_t hello_max; /* close at a ClientHello longer than that; 0: none */
	enum pretend pretends;
	size_t tls_cut; /* handshake bytes sent before acts[STAGE_TLS] */
};

struct script {
	const char **listen;
	size_t n_listen;
	uint16_t port;
	bool has_port, blackhole;
	/* Connection number n (from 0) follows later if n % cycle >= first. */
	uint64_t first, cycle;
	struct plan plan, later;
	bool has_later;
};

struct config {
	struct script *scripts;
	size_t n_scripts;
	uint32_t idle_ms, max_connections;
};

/*
 * Everything lies in the arena but what config_finish() releases. On
 * failure false, and *why in the arena ("server 2: unknown key: colour").
 */
bool config_load(struct arena *arena, const char *path, struct config *config,
    const char **why);
void config_finish(struct config *config);

#endif
