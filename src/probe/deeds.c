/* SPDX-License-Identifier: ISC */
#include <errno.h>

#include "base/clock.h"
#include "model/outcomes.h"
#include "probe/inside.h"

#define READ_SIZE 2048 /* bytes a deed */
/* Trials have shorter limits, and together no more than so much time, so that
 * the domain's is not used up. */
#define TRIAL_CONNECT_MS 5000
#define TRIAL_REPLY_MS 10000 /* many servers make clients wait a little */
#define TRIAL_TLS_MS 5000
#define TRIALS_MS 30000
#define IMPLICIT_MS 3000 /* what one more try needs, where there is time */

/* The link is gone, or of no use any more. */
static bool
lose(struct probe *probe, enum tls_step step)
{
	if (!probe_is_leaving(probe) && probe_end_by_lack(probe))
		return false;
	if (step == TLS_STEP_FAILED && !probe_is_settled(probe)) {
		if (probe->link.secured) {
			probe_end_by_tls(probe);
			return false;
		}
		if (probe->link.error == ECONNRESET &&
		    dialogue_facts(probe->dialogue)->stage ==
			DANELAW_SMTP_AT_BANNER) {
			probe_end_by_errno(probe);
			return false;
		}
	}
	dialogue_feed_eof(probe->dialogue);
	return true;
}

/* Each of these does one deed; false: wait for an event. */

/* How long to wait for a greeting, so that time for another try is left. */
static uint32_t
greeting_ms(const struct probe *probe)
{
	int64_t deadline = probe->target.deadline, rest, spare;

	if (!plan_may_ask_implicit(&probe->plan) || deadline == 0)
		return probe->target.reply_ms;
	rest = deadline - clock_monotonic_ms();
	spare = rest / 4 < IMPLICIT_MS ? rest / 4 : IMPLICIT_MS;
	rest = rest > spare ? rest - spare : 0;
	return rest < probe->target.reply_ms ? (uint32_t)rest
					     : probe->target.reply_ms;
}

static bool
take_up(struct probe *probe)
{
	probe->phase = TALKING;
	probe_note_time(probe, &probe->evidence->timing.connect);
	probe_set_limit(probe, greeting_ms(probe));
	return true;
}

static bool
connect_to(struct probe *probe)
{
	enum tls_step step;

	probe->mark = clock_monotonic_ms();
	if (!probe->plan.full)
		probe->begun = probe->mark;
	probe->heard = probe->shook = probe->up = probe->lacked = false;
	probe->shake = (struct evidence_shake) {
		.offer = probe->plan.offer->name,
		.alert = -1,
	};
	probe->trial =
	    (struct danelaw_trial) { .offer = probe->plan.offer->name };
	probe->phase = CONNECTING;
	probe_set_limit(probe, probe->target.connect_ms);
	step = link_connect(&probe->link, &probe->address);
	if (step == TLS_STEP_DONE)
		return take_up(probe);
	if (step == TLS_STEP_WRITE)
		probe_wait_connected(probe);
	else
		probe_end_by_errno(probe);
	return false;
}

static bool
see_connected(struct probe *probe)
{
	if (link_connected(&probe->link) == TLS_STEP_DONE)
		return take_up(probe);
	/* It stood, and was reset before we looked: a SYN is refused. */
	if (probe->link.error == ECONNRESET)
		probe_note_time(probe, &probe->evidence->timing.connect);
	probe_end_by_errno(probe);
	return false;
}

static bool
say(struct probe *probe)
{
	size_t len, put = 0;
	const char *bytes = dialogue_output(probe->dialogue, &len);
	enum tls_step step = link_write(&probe->link, bytes, len, &put);

	switch (step) {
	case TLS_STEP_DONE:
		dialogue_sent(probe->dialogue, put);
		probe_set_reply_limit(probe);
		return true;
	case TLS_STEP_READ:
	case TLS_STEP_WRITE:
		probe_wait(probe, step);
		return false;
	case TLS_STEP_CLOSED:
	case TLS_STEP_FAILED:
		break;
	}
	return lose(probe, step);
}

static bool
hear(struct probe *probe)
{
	const struct danelaw_smtp *facts = dialogue_facts(probe->dialogue);
	struct danelaw_timing *timing = &probe->evidence->timing;
	char bytes[READ_SIZE];
	size_t len = 0;
	enum tls_step step = TLS_STEP_READ;

	/* Nobody has answered yet to what was said a moment ago. */
	if (probe->readable || link_holds(&probe->link))
		step = link_read(&probe->link, bytes, sizeof(bytes), &len);
	probe->readable = false;
	switch (step) {
	case TLS_STEP_DONE:
		break;
	case TLS_STEP_READ:
	case TLS_STEP_WRITE:
		probe_wait(probe, step);
		return false;
	case TLS_STEP_CLOSED:
	case TLS_STEP_FAILED:
		return lose(probe, step);
	}
	probe->heard = true;
	if (!dialogue_feed(probe->dialogue, bytes, len)) {
		probe_end_by_memory(probe);
		return false;
	}
	if (facts->banner != NULL && timing->banner < 0)
		probe_note_time(probe, &timing->banner);
	if (facts->starttls != NULL && timing->starttls < 0)
		probe_note_time(probe, &timing->starttls);
	if (dialogue_next(probe->dialogue) != DIALOGUE_READ)
		probe_set_reply_limit(probe);
	return true;
}

/*
 * What lies in the socket between the 220 and our ClientHello was not
 * protected by TLS: the dialogue must see it before the handshake does.
 */
static bool
begin_tls(struct probe *probe)
{
	char bytes[READ_SIZE];
	enum tls_step step = TLS_STEP_READ;
	size_t len = 0;
	uint32_t ms;

	if (!plan_is_implicit(&probe->plan))
		step = link_read(&probe->link, bytes, sizeof(bytes), &len);
	if (step == TLS_STEP_DONE && dialogue_feed(probe->dialogue, bytes, len))
		return true;
	if (step == TLS_STEP_CLOSED || step == TLS_STEP_FAILED)
		return lose(probe, step);
	if (step == TLS_STEP_DONE ||
	    !link_start_tls(&probe->link, probe->context, probe->plan.offer,
		probe->target.sni, !plan_is_implicit(&probe->plan))) {
		probe_end_by_memory(probe);
		return false;
	}
	probe->phase = SHAKING;
	probe->shook = true;
	probe->mark = clock_monotonic_ms();
	ms = probe->target.tls_ms;
	if (ms > TRIAL_TLS_MS && plan_is_quick(&probe->plan, probe->evidence))
		ms = TRIAL_TLS_MS;
	probe_set_limit(probe, ms);
	return true;
}

static bool
is_known(const struct evidence *evidence, const struct tls_chain *chain)
{
	for (size_t i = 0; i < evidence->n_shakes; i++) {
		const struct tls_chain *other = evidence->shakes[i].chain;

		if (other != NULL && tls_chain_same_leaf(chain, other))
			return true;
	}
	return false;
}

/* Only the key is of interest: the chain goes with the connection. */
static bool
note_trial_facts(struct probe *probe, const struct tls_chain *chain)
{
	struct arena *arena = probe->evidence->arena;
	struct danelaw_trial *trial = &probe->trial;
	struct danelaw_cert *certs = NULL;
	size_t n = 0;

	trial->tls = arena_alloc(arena, sizeof(*trial->tls));
	if (trial->tls == NULL ||
	    !tls_session_facts(probe->link.session, arena, trial->tls) ||
	    (chain != NULL &&
		!tls_chain_facts(chain, probe->arena, &certs, &n)))
		return false;
	if (n > 0)
		trial->key = arena_strdup(arena, certs[0].key);
	return true;
}

/* False: no memory. */
static bool
note_handshake(struct probe *probe)
{
	struct evidence *evidence = probe->evidence;
	struct evidence_shake *shake = &probe->shake;
	struct tls_session *session = probe->link.session;
	struct tls_chain *chain = tls_session_chain(session);

	probe_note_time(probe, &evidence->timing.tls);
	probe->up = true;
	if (tls_session_lack(session) != NULL) {
		tls_chain_unref(chain);
		return false;
	}
	if (probe->plan.asking && !plan_leads(&probe->plan)) {
		bool noted = note_trial_facts(probe, chain);

		if (!noted || !plan_is_repeated(&probe->plan)) {
			tls_chain_unref(chain);
			return noted;
		}
	}
	/* What was seen is not kept twice; keep.c compares what is repeated. */
	if (!plan_leads(&probe->plan) && !plan_is_repeated(&probe->plan) &&
	    chain != NULL && is_known(evidence, chain)) {
		tls_chain_unref(chain);
		chain = NULL;
	}
	shake->chain = chain;
	shake->tls = arena_alloc(evidence->arena, sizeof(*shake->tls));
	if (shake->tls == NULL ||
	    !tls_session_facts(session, evidence->arena, shake->tls) ||
	    (chain != NULL &&
		!tls_chain_facts(
		    chain, evidence->arena, &shake->certs, &shake->n_certs)))
		return false;
	probe->trial.tls = shake->tls;
	probe->trial.key = shake->n_certs > 0 ? shake->certs[0].key : NULL;
	return true;
}

static bool
shake_hands(struct probe *probe)
{
	enum tls_step step = link_handshake(&probe->link);

	switch (step) {
	case TLS_STEP_DONE:
		break;
	case TLS_STEP_READ:
	case TLS_STEP_WRITE:
		probe_wait(probe, step);
		return false;
	case TLS_STEP_CLOSED:
	case TLS_STEP_FAILED:
		probe_end_by_tls(probe);
		return false;
	}
	if (!note_handshake(probe)) {
		/* Of what was presented not all could be read. */
		tls_chain_unref(probe->shake.chain);
		probe->shake.chain = NULL;
		probe->shake.tls = NULL;
		probe->shake.certs = NULL;
		probe->shake.n_certs = 0;
		probe_end_by_memory(probe);
		return false;
	}
	dialogue_tls_up(probe->dialogue);
	probe->readable = false;
	probe->phase = TALKING;
	probe_set_limit(probe, probe->target.reply_ms);
	return true;
}

static bool
talk(struct probe *probe)
{
	switch (dialogue_next(probe->dialogue)) {
	case DIALOGUE_READ:
		return hear(probe);
	case DIALOGUE_WRITE:
		return say(probe);
	case DIALOGUE_STARTTLS:
		return begin_tls(probe);
	case DIALOGUE_DONE:
	case DIALOGUE_FAILED:
		break;
	}
	probe_end_dialogue(probe);
	return false;
}

bool
probe_move(struct probe *probe)
{
	switch (probe->phase) {
	case IDLE:
		return connect_to(probe);
	case CONNECTING:
		return see_connected(probe);
	case TALKING:
		return talk(probe);
	case SHAKING:
		return shake_hands(probe);
	case OVER:
		break;
	}
	return false;
}

void
probe_note_trial(
    struct probe *probe, const struct plan_end *end, const char *error)
{
	struct evidence *evidence = probe->evidence;
	const struct tls_session *session = probe->link.session;
	struct danelaw_trial *trial;

	if (!plan_is_trial(&probe->plan, end, &evidence->n_trials))
		return;
	trial =
	    ARENA_PUSH(evidence->arena, evidence->trials, evidence->n_trials);
	if (trial == NULL)
		return;
	*trial = probe->trial;
	trial->ok =
	    probe->up && !outcome_is(end->reached, OUTCOME_NO_HANDSHAKE);
	trial->timeout = end->reached == DANELAW_OUTCOME_TLS_TIMEOUT;
	trial->shook = probe->shook;
	trial->alert = probe->shake.alert;
	if (!trial->ok) {
		trial->error = arena_strdup(evidence->arena, error);
		trial->fault = probe->shake.fault;
	}
	if (session != NULL) {
		trial->client_cert_requested =
		    tls_session_cert_requested(session);
		trial->client_cert_sent = tls_session_cert_sent(session);
		trial->hello_octets = tls_session_hello_octets(session);
	}
}

/* The default alone, and well: there is nothing to learn from it. */
static void
tidy_trials(struct evidence *evidence)
{
	if (evidence->n_trials == 1 && evidence->trials[0].ok)
		evidence->n_trials = 0;
	if (evidence->n_trials == 0)
		evidence->trials = NULL;
}

static uint32_t
lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void
shorten_limits(struct probe_target *target)
{
	int64_t end = clock_monotonic_ms() + TRIALS_MS;

	target->connect_ms = lesser(target->connect_ms, TRIAL_CONNECT_MS);
	target->reply_ms = lesser(target->reply_ms, TRIAL_REPLY_MS);
	target->tls_ms = lesser(target->tls_ms, TRIAL_TLS_MS);
	if (target->deadline == 0 || end < target->deadline)
		target->deadline = end;
}

void
probe_plan_next(struct probe *probe, const struct plan_end *end)
{
	bool was_asking = probe->plan.asking;

	plan_next(&probe->plan, end, probe->evidence);
	if (probe->plan.asking && !was_asking)
		shorten_limits(&probe->target);
	if (probe->plan.offer == NULL)
		tidy_trials(probe->evidence);
}
