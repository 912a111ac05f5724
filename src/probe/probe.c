/* SPDX-License-Identifier: ISC */
/*
 * The plan. A probe makes one connection after the other, one for each
 * offer. A connection goes through these phases:
 *
 *	CONNECTING -> TALKING -> SHAKING -> TALKING -> the next one, or OVER
 *
 * In TALKING the dialogue says what is to be done next, and the probe does it
 * on the link: it decides nothing about SMTP. probe_move() is one such deed;
 * advance() goes on moving until something has to be waited for, but not for
 * ever: after some moves other probes get their turn.
 *
 * There are three events. door waits for the connection, io for the socket
 * when it stands. timer stands for the limit
 * of the step under way or of the whole, whichever comes first; set to zero
 * it brings the probe back to the loop: to begin, to go on, to end. done() is
 * called from there alone, and the probe is freed behind it, so that neither
 * happens below a caller of ours who has yet to return.
 *
 * A limit is set when a step begins and is not moved by bytes that trickle
 * in: a slow server cannot keep us.
 *
 * The first connection tells about the server; its failure is the result.
 * The others only look for more certificates, or why the first one failed;
 * plan.c knows which. A certificate that they do not find is not there, as far
 * as anybody can say, and leaves no trace; other failures are kept as trials.
 */
#include "probe/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "probe/evidence.h"
#include "probe/inside.h"
#include "tls/fault.h"

#define CONNECT_MS 30000
#define REPLY_MS 60000
#define TLS_MS 30000
#define QUIT_MS 5000  /* all is known by then; RFC 5321 sets no limit */
#define MOVES_MAX 32  /* without a look at the loop */
#define WORDS_MAX 200 /* characters */

/* Words for what is waited for, by stage of the dialogue. */
static const struct {
	const char *waiting;
	const char *late; /* "... within 60 seconds" */
} stages[] = {
	[DANELAW_SMTP_AT_BANNER] = { "waiting for the greeting",
	    "no greeting" },
	[DANELAW_SMTP_AT_EHLO] = { "waiting for the reply to EHLO",
	    "no reply to EHLO" },
	[DANELAW_SMTP_AT_STARTTLS] = { "waiting for the reply to STARTTLS",
	    "no reply to STARTTLS" },
	[DANELAW_SMTP_AT_TLS] = { "shaking hands",
	    "no end of the TLS handshake" },
	[DANELAW_SMTP_AT_EHLO_TLS] = { "waiting for the reply to EHLO inside "
				       "TLS",
	    "no reply to EHLO inside TLS" },
	[DANELAW_SMTP_AT_ENVELOPE] = { "waiting for the reply to MAIL or RCPT",
	    "no reply to MAIL or RCPT" },
	[DANELAW_SMTP_AT_QUIT] = { "saying goodbye", "no reply to QUIT" },
};

static void on_timer(evutil_socket_t fd, short what, void *arg);
static void on_io(evutil_socket_t fd, short what, void *arg);

static void
arm_timer(struct probe *probe, int64_t ms)
{
	struct timeval time = { 0 };

	if (ms > 0) {
		time.tv_sec = (time_t)(ms / 1000);
		time.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	}
	/* Without memory for it: as soon as the loop looks, and then again. */
	if (evtimer_add(&probe->timer, &time) != 0)
		event_active(&probe->timer, EV_TIMEOUT, 0);
}

static void
arm_limit(struct probe *probe)
{
	int64_t rest = probe->limit - clock_monotonic_ms();

	/* The loop's clock may be behind ours: at least one tick. */
	arm_timer(probe, rest < 1 ? 1 : rest);
}

void
probe_set_limit(struct probe *probe, uint32_t ms)
{
	int64_t deadline = probe->target.deadline;

	probe->limit_from = clock_monotonic_ms();
	probe->limit = probe->limit_from + ms;
	if (deadline != 0 && deadline < probe->limit)
		probe->limit = deadline;
	arm_limit(probe);
}

/* Back to the loop; on_timer() goes on from there. */
static void
yield(struct probe *probe)
{
	probe->again = true;
	arm_timer(probe, 0);
}

void
probe_set_reply_limit(struct probe *probe)
{
	probe_set_limit(
	    probe, probe_is_leaving(probe) ? QUIT_MS : probe->target.reply_ms);
}

/* Both directions, so that io behind it costs the kernel's list one change. */
void
probe_wait_connected(struct probe *probe)
{
	event_assign(&probe->door, probe->base, probe->link.fd,
	    EV_READ | EV_WRITE | EV_PERSIST, on_io, probe);
	if (event_add(&probe->door, NULL) != 0)
		probe_end_by_memory(probe);
}

static void
leave(struct event *event)
{
	if (event_initialized(event))
		event_del(event);
}

/* It stays in the kernel's list for as long as the direction is the same. */
void
probe_wait(struct probe *probe, enum tls_step step)
{
	short what = step == TLS_STEP_READ ? EV_READ : EV_WRITE;

	if (event_initialized(&probe->io)) {
		if (event_pending(&probe->io, what, NULL))
			return;
		event_del(&probe->io);
	}
	event_assign(&probe->io, probe->base, probe->link.fd, what | EV_PERSIST,
	    on_io, probe);
	if (event_add(&probe->io, NULL) != 0) {
		probe_end_by_memory(probe);
		return;
	}
	leave(&probe->door);
}

bool
probe_is_leaving(const struct probe *probe)
{
	return dialogue_facts(probe->dialogue)->fault !=
	    DANELAW_SMTP_NO_FAULT ||
	    dialogue_facts(probe->dialogue)->stage == DANELAW_SMTP_AT_QUIT;
}

bool
probe_is_settled(const struct probe *probe)
{
	return probe_is_leaving(probe) ||
	    dialogue_facts(probe->dialogue)->stage == DANELAW_SMTP_AT_ENVELOPE;
}

void
probe_note_time(struct probe *probe, int *step)
{
	int64_t now = clock_monotonic_ms();

	if (plan_leads(&probe->plan) && *step < 0)
		*step = (int)(now - probe->mark);
	probe->mark = now;
}

static void
drop_connection(struct probe *probe)
{
	leave(&probe->door);
	leave(&probe->io);
	link_finish(&probe->link);
	probe->readable = false;
	dialogue_free(probe->dialogue);
	probe->dialogue = NULL;
	if (probe->arena != NULL && probe->arena != probe->evidence->arena)
		arena_unref(probe->arena);
	probe->arena = NULL;
	tls_chain_unref(probe->shake.chain);
	probe->shake.chain = NULL;
}

static bool
open_dialogue(struct probe *probe)
{
	const struct dialogue_options options = {
		.helo = probe->target.helo,
		.implicit_tls = plan_is_implicit(&probe->plan),
		.mail_from =
		    plan_leads(&probe->plan) ? probe->target.mail_from : NULL,
		.mail_to =
		    plan_leads(&probe->plan) ? probe->target.mail_to : NULL,
	};

	/* The transcripts of others are not kept. */
	probe->arena =
	    plan_leads(&probe->plan) ? probe->evidence->arena : arena_new();
	if (probe->arena == NULL)
		return false;
	probe->dialogue = dialogue_new(probe->arena, &options);
	return probe->dialogue != NULL;
}

static void
end_connection(
    struct probe *probe, enum danelaw_outcome reached, const char *error)
{
	const struct plan_end end = {
		.reached = reached,
		.heard = probe->heard,
		.shook = probe->shook,
		.up = probe->up,
		.alert = probe->shake.alert,
		.late = probe->target.deadline != 0 &&
		    clock_monotonic_ms() >= probe->target.deadline,
	};

	probe_keep(probe, &end, error);
	if (!probe->lacked)
		probe_note_trial(probe, &end, error);
	drop_connection(probe);
	probe_plan_next(probe, &end);
	probe->phase =
	    probe->plan.offer != NULL && open_dialogue(probe) ? IDLE : OVER;
	yield(probe);
}

void
probe_end_dialogue(struct probe *probe)
{
	const struct danelaw_smtp *facts = dialogue_facts(probe->dialogue);

	if (facts->fault == DANELAW_SMTP_CLOSED)
		probe->shake.fault = facts->stage == DANELAW_SMTP_AT_TLS
		    ? DANELAW_TLS_DROPPED
		    : DANELAW_TLS_CLOSED;
	end_connection(probe, dialogue_outcome(probe->dialogue),
	    dialogue_error(probe->dialogue));
}

/* This machine has no more of it, which tells nothing about the server. */
static const char *
lack_of(const struct probe *probe, int error)
{
	switch (error) {
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return strerror(error);
	case EADDRNOTAVAIL: /* of IPv6: there is none here, for any server */
		return probe->address.address.ss_family == AF_INET
		    ? "No free local port"
		    : NULL;
	default:
		return NULL;
	}
}

static void
end_by_lack(struct probe *probe, const char *what)
{
	struct evidence *evidence = probe->evidence;

	probe->lacked = true;
	evidence->our_lack = arena_strdup(evidence->arena, what);
	end_connection(probe, DANELAW_OUTCOME_NOT_EXAMINED, evidence->our_lack);
}

bool
probe_end_by_lack(struct probe *probe)
{
	const struct tls_session *session = probe->link.session;
	const char *lack = session == NULL ? NULL : tls_session_lack(session);

	if (lack == NULL)
		lack = lack_of(probe, probe->link.error);
	if (lack != NULL)
		end_by_lack(probe, lack);
	return lack != NULL;
}

void
probe_end_by_errno(struct probe *probe)
{
	int error = probe->link.error;

	if (probe_end_by_lack(probe))
		return;
	probe->shake.fault = fault_of_errno(error);
	end_connection(probe,
	    error == ETIMEDOUT ? DANELAW_OUTCOME_CONNECT_TIMEOUT
			       : DANELAW_OUTCOME_CONNECT_REFUSED,
	    text_printable_str(probe->arena, strerror(error), WORDS_MAX));
}

/* What a hello alone has shown. False: no memory. */
static bool
note_answer(struct probe *probe)
{
	struct arena *arena = probe->evidence->arena;

	probe->shake.tls = arena_alloc(arena, sizeof(*probe->shake.tls));
	probe->trial.tls = probe->shake.tls;
	return probe->shake.tls != NULL &&
	    tls_session_facts(probe->link.session, arena, probe->shake.tls);
}

void
probe_end_by_tls(struct probe *probe)
{
	const struct tls_session *session = probe->link.session;

	if (probe_end_by_lack(probe))
		return;
	probe->shake.alert = tls_session_alert(session);
	probe->shake.fault = tls_session_fault(session);
	if (tls_session_answered(session) && !note_answer(probe)) {
		probe_end_by_memory(probe);
		return;
	}
	end_connection(probe,
	    tls_session_answered(session) ? DANELAW_OUTCOME_NOT_EXAMINED
					  : DANELAW_OUTCOME_TLS_FAILED,
	    arena_strdup(probe->arena, tls_session_error(session)));
}

void
probe_end_by_memory(struct probe *probe)
{
	end_by_lack(probe, "Out of memory");
}

static void
end_late(struct probe *probe, enum danelaw_outcome reached, const char *what)
{
	int64_t ms = probe->limit - probe->limit_from, tenths;

	/* What was left of a minute after its first steps is a minute. */
	tenths = ms < 0  ? 0
	    : ms < 10000 ? (ms + 50) / 100
			 : (ms + 500) / 1000 * 10;
	end_connection(probe, reached,
	    arena_printf(probe->arena, "%s within %g seconds", what,
		(double)tenths / 10));
}

static void
advance(struct probe *probe)
{
	for (int i = 0; i < MOVES_MAX; i++) {
		if (!probe_move(probe))
			return;
	}
	yield(probe);
}

static void
on_io(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;

	probe->readable = (what & EV_READ) != 0;
	advance(probe);
}

/*
 * One try, for nobody waits for an answer. Not before the greeting: who talks
 * first is taken for a spammer.
 */
static void
say_farewell(struct probe *probe)
{
	size_t len, put;
	const char *bytes;

	if (probe->phase != TALKING ||
	    dialogue_facts(probe->dialogue)->banner == NULL)
		return;
	dialogue_quit(probe->dialogue);
	if (dialogue_next(probe->dialogue) != DIALOGUE_WRITE)
		return;
	bytes = dialogue_output(probe->dialogue, &len);
	link_write(&probe->link, bytes, len, &put);
}

/* With implicit TLS the greeting comes late. */
static enum danelaw_smtp_stage
stage_of(const struct probe *probe)
{
	enum danelaw_smtp_stage stage = dialogue_facts(probe->dialogue)->stage;

	if (probe_is_leaving(probe))
		return DANELAW_SMTP_AT_QUIT;
	if (stage == DANELAW_SMTP_AT_EHLO_TLS &&
	    dialogue_facts(probe->dialogue)->banner == NULL)
		return DANELAW_SMTP_AT_BANNER;
	return stage;
}

static void
expire(struct probe *probe)
{
	enum danelaw_smtp_stage stage;

	switch (probe->phase) {
	case IDLE:
	case CONNECTING:
		end_late(
		    probe, DANELAW_OUTCOME_CONNECT_TIMEOUT, "no connection");
		break;
	case SHAKING:
		end_late(probe, DANELAW_OUTCOME_TLS_TIMEOUT,
		    stages[DANELAW_SMTP_AT_TLS].late);
		break;
	case TALKING:
		if (probe_is_leaving(probe)) {
			probe_end_dialogue(probe);
			break;
		}
		if (probe_is_settled(probe)) {
			say_farewell(probe);
			probe_end_dialogue(probe);
			break;
		}
		stage = stage_of(probe);
		if (stage == DANELAW_SMTP_AT_BANNER && !probe->shook)
			probe->shake.fault = DANELAW_TLS_MUTE;
		say_farewell(probe);
		end_late(
		    probe, DANELAW_OUTCOME_SMTP_TIMEOUT, stages[stage].late);
		break;
	case OVER:
		break;
	}
}

static void
probe_free(struct probe *probe)
{
	if (probe == NULL)
		return;
	drop_connection(probe);
	event_del(&probe->timer);
	evidence_unref(probe->evidence);
	free(probe);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct probe *probe = arg;
	bool again = probe->again;

	probe->again = false;
	if (probe->phase == OVER) {
		probe->done(probe->evidence, probe->arg);
		probe_free(probe);
	} else if (probe->phase != IDLE &&
	    clock_monotonic_ms() >= probe->limit) {
		expire(probe);
	} else if (again) {
		arm_limit(probe);
		advance(probe);
	} else {
		arm_limit(probe);
	}
}

/* False: no memory. */
static bool
copy_target(struct probe *probe, const struct probe_target *target)
{
	struct arena *arena = probe->evidence->arena;
	struct probe_target *own = &probe->target;

	*own = *target;
	own->ip = probe->evidence->ip;
	if (own->budget_ms != 0)
		own->deadline = clock_monotonic_ms() + own->budget_ms;
	own->sni = arena_strdup(arena, target->sni);
	own->helo = arena_strdup(arena, target->helo);
	own->mail_from = arena_strdup(arena, target->mail_from);
	own->mail_to = arena_strdup(arena, target->mail_to);
	if (own->connect_ms == 0)
		own->connect_ms = CONNECT_MS;
	if (own->reply_ms == 0)
		own->reply_ms = REPLY_MS;
	if (own->tls_ms == 0)
		own->tls_ms = TLS_MS;
	return !arena_failed(arena);
}

struct probe *
probe_start(struct event_base *base, struct tls_context *context,
    const struct probe_target *target, probe_done_fn *done, void *arg)
{
	struct probe *probe = calloc(1, sizeof(*probe));

	if (probe == NULL)
		return NULL;
	link_init(&probe->link);
	probe->base = base;
	probe->context = context;
	probe->done = done;
	probe->arg = arg;
	plan_begin(&probe->plan, target);
	evtimer_assign(&probe->timer, base, on_timer, probe);
	if (link_parse(target->ip, target->port, &probe->address))
		probe->evidence = evidence_new(target);
	if (probe->evidence == NULL || !copy_target(probe, target) ||
	    !open_dialogue(probe)) {
		probe_free(probe);
		return NULL;
	}
	yield(probe);
	return probe;
}

void
probe_cancel(struct probe *probe)
{
	if (probe == NULL)
		return;
	if (probe->dialogue != NULL)
		say_farewell(probe);
	probe_free(probe);
}

const char *
probe_waiting(const struct probe *probe)
{
	switch (probe->phase) {
	case IDLE:
	case CONNECTING:
		return "connecting";
	case SHAKING:
		return stages[DANELAW_SMTP_AT_TLS].waiting;
	case OVER:
		return stages[DANELAW_SMTP_AT_QUIT].waiting;
	case TALKING:
		break;
	}
	return stages[stage_of(probe)].waiting;
}
