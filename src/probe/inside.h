/* SPDX-License-Identifier: ISC */
/*
 * inside.h - what probe.c, which lets a probe live and end, and deeds.c, which
 * does its single deeds, share. Nobody else may include it.
 */
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include "probe/link.h"
#include "probe/plan.h"
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
	struct plan plan;
	bool lacked; /* what stopped this connection is ours */
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
 * Keeps what a connection came to, if that tells anything (keep.c), and says
 * whether the default is in doubt.
 */
void probe_keep(
    struct probe *probe, const struct plan_end *end, const char *error);
/* Takes note of a connection as a trial, if it is one. */
void probe_note_trial(
    struct probe *probe, const struct plan_end *end, const char *error);
/* What comes behind it; there may be less time for it than before. */
void probe_plan_next(struct probe *probe, const struct plan_end *end);

/* No fault can come any more: QUIT, or what stands before it, is under way. */
bool probe_is_settled(const struct probe *probe);
/* All that matters is known; what happens now changes nothing. */
bool probe_is_leaving(const struct probe *probe);

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
