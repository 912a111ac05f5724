/* SPDX-License-Identifier: ISC */
/*
 * inside.h - what probe.c, which lets a probe live and end, and deeds.c, which
 * does its single deeds, share. Nobody else may include it.
 */
#ifndef PROBE_INSIDE_H
#define PROBE_INSIDE_H

#include <event2/event.h>
#include <event2/event_struct.h>

#include "probe/link.h"
#include "probe/probe.h"
#include "smtp/dialogue.h"

enum probe_phase {
	IDLE = 0, /* before each connection */
	CONNECTING,
	TALKING,
	SHAKING,
	OVER,
};

struct probe {
	struct event_base *base;
	struct tls_context *context;
	struct probe_target target;
	struct link_address address;
	probe_done_fn *done;
	void *arg;
	struct evidence *evidence;
	const struct tls_offer *offer; /* of this connection */
	size_t n_before;               /* connections before this one */
	size_t next_cert;              /* index in tls_offer_all_certs */
	bool lacked; /* what stopped this connection is ours */
	bool asking; /* why the default failed, not for certificates */
	bool curt;   /* hybrid groups are left out from now on */
	bool lean;   /* this first connection leaves them out, to be cheap */
	bool full;   /* this is the default, after a lean one that failed */
	bool uneven; /* the default offer meets now this, now that */
	unsigned n_repeats, n_wanted; /* of the default: made, to be made */
	enum probe_phase phase;
	struct link link;
	struct dialogue *dialogue;
	struct arena *arena; /* for this connection; the evidence's or own */
	struct evidence_shake shake;
	bool heard; /* the server said something, be it half a line */
	bool shook; /* it got as far as a handshake */
	bool up;    /* the handshake was finished */
	struct danelaw_trial trial;
	struct event door, io, timer;
	bool readable;       /* the socket, as far as the loop has told */
	bool again;          /* the timer is no limit but another turn */
	int64_t begun, mark; /* of the connection, of the step */
	int64_t limit_from, limit;
};

/*
 * The first offer. With all_certs it is the full default; else a lean one, and
 * the full one only where that fails.
 */
const struct tls_offer *probe_first_offer(struct probe *probe, bool all_certs);
/*
 * Keeps what a connection came to, if that tells anything (keep.c), and says
 * whether the default is in doubt.
 */
void probe_keep(
    struct probe *probe, enum danelaw_outcome reached, const char *error);
/*
 * What comes after a connection (next.c): takes note of it as a trial if it is
 * one, then says which offer is next; NULL: none.
 */
void probe_note_trial(
    struct probe *probe, enum danelaw_outcome reached, const char *error);
const struct tls_offer *probe_next_offer(
    struct probe *probe, enum danelaw_outcome reached);

/* The first connection tells about the server, the others only look on. */
bool probe_is_first(const struct probe *probe);
/* What it ends with counts as what the first one did, now or from now on. */
bool probe_stands_first(
    const struct probe *probe, enum danelaw_outcome reached);
/*
 * What it shows is what the server shows: it is the first one, or the first
 * that the server can bear.
 */
bool probe_leads(const struct probe *probe);
/* The server has no certificate of the type that alone was offered. */
bool probe_is_no_such_cert(const struct probe *probe);
/* The first connection ended with TLS and EHLO inside. */
bool probe_stands(const struct probe *probe);
/* It only asks whether the default works still. */
bool probe_is_repeated(const struct probe *probe);
/* How long its handshake may take. */
uint32_t probe_tls_ms(const struct probe *probe);
/* No fault can come any more: QUIT, or what stands before it, is under way. */
bool probe_is_settled(const struct probe *probe);
/* All that matters is known; what happens now changes nothing. */
bool probe_is_leaving(const struct probe *probe);

/* Does TLS come before the greeting here? */
bool probe_is_implicit(const struct probe *probe);
/* Will TLS from the first byte be tried where no greeting comes (next.c)? */
bool probe_may_ask_implicit(const struct probe *probe);

/* A step begins that may last so long. */
void probe_set_limit(struct probe *probe, uint32_t ms);
/* The same for what the dialogue does next. */
void probe_set_reply_limit(struct probe *probe);
/* The next deed is done when the connection stands, or will not. */
void probe_wait_connected(struct probe *probe);
/* READ or WRITE: the next deed is done when the socket is ready for it. */
void probe_wait(struct probe *probe, enum tls_step step);
/* *step becomes what passed since the last one; for the first connection. */
void probe_note_time(struct probe *probe, int *step);

/* The ends of a connection. The caller does nothing more. */
void probe_end_dialogue(struct probe *probe);
void probe_end_by_errno(struct probe *probe);
void probe_end_by_tls(struct probe *probe);
void probe_end_by_memory(struct probe *probe);
/* Where this machine lacked something. False: it did not. */
bool probe_end_by_lack(struct probe *probe);

/* One deed. False: an event goes on from here. */
bool probe_move(struct probe *probe);

#endif
