/* SPDX-License-Identifier: ISC */
#include "check/retry.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <strings.h>

#include "base/clock.h"
#include "model/outcomes.h"

struct retry {
	struct probe_queue *queue;
	struct probe_target target;
	const char *host;
	struct retry_plan plan;
	struct arena *arena;
	struct danelaw_try *tries;
	size_t n_tries;
	struct probe_ticket *ticket; /* NULL: it pauses */
	struct event timer;
	retry_done_fn *done;
	void *arg;
};

static bool
is_put_off(const struct danelaw_mail_reply *reply)
{
	return reply != NULL && reply->code / 100 == 4;
}

/* The reply that puts the mail off; NULL: none does. */
static const struct danelaw_mail_reply *
put_off(const struct danelaw_mail *mail)
{
	if (mail != NULL && is_put_off(mail->from))
		return mail->from;
	return mail != NULL && is_put_off(mail->to) ? mail->to : NULL;
}

static bool
is_temporary(const struct evidence *evidence)
{
	enum danelaw_outcome reached = evidence->shakes[0].reached;

	return outcome_is(reached, OUTCOME_TEMPORARY) ||
	    (outcome_is(reached, OUTCOME_PASSED) &&
		put_off(evidence->smtp.mail) != NULL);
}

static bool
offers_starttls(const struct danelaw_smtp *smtp)
{
	for (size_t i = 1; i < smtp->n_ehlo; i++) {
		if (strcasecmp(smtp->ehlo[i], "STARTTLS") == 0)
			return true;
	}
	return smtp->starttls != NULL;
}

static const char *
refusal_of(struct arena *arena, const struct evidence *evidence)
{
	const struct danelaw_smtp *smtp = &evidence->smtp;
	const struct danelaw_mail_reply *mail = put_off(smtp->mail);

	if (smtp->refusal != NULL)
		return arena_strdup(arena, smtp->refusal);
	if (mail != NULL)
		return arena_printf(arena, "%d%s%s%s%s", mail->code,
		    mail->enhanced == NULL ? "" : " ",
		    mail->enhanced == NULL ? "" : mail->enhanced,
		    mail->text == NULL ? "" : " ",
		    mail->text == NULL ? "" : mail->text);
	return arena_strdup(arena, evidence->shakes[0].error);
}

static void
keep(struct retry *retry, const struct evidence *evidence)
{
	struct danelaw_try *one =
	    ARENA_PUSH(retry->arena, retry->tries, retry->n_tries);

	if (one == NULL)
		return;
	*one = (struct danelaw_try) {
		.at = clock_unix(),
		.outcome = evidence->shakes[0].reached,
		.banner = arena_strdup(retry->arena, evidence->smtp.banner),
		.starttls = offers_starttls(&evidence->smtp),
		.refusal = refusal_of(retry->arena, evidence),
	};
}

/* Is there a try left, and the time for it? */
static bool
may_go_on(const struct retry *retry)
{
	int64_t deadline = retry->target.deadline;

	/* A try that could not be kept would not be counted either. */
	return !arena_failed(retry->arena) &&
	    retry->n_tries <= retry->plan.more &&
	    (deadline == 0 || retry->target.budget_ms != 0 ||
		clock_monotonic_ms() + retry->plan.delay_ms < deadline);
}

static void
finish(struct retry *retry, struct evidence *evidence)
{
	retry_done_fn *done = retry->done;
	struct danelaw_try *tries = retry->tries;
	size_t n = retry->n_tries;
	void *arg = retry->arg;

	event_del(&retry->timer);
	free(retry);
	done(evidence, n > 1 ? tries : NULL, n > 1 ? n : 0, arg);
}

static void
probe_done(struct evidence *evidence, void *arg)
{
	struct retry *retry = arg;
	struct timeval pause = {
		.tv_sec = (time_t)(retry->plan.delay_ms / 1000),
		.tv_usec = (suseconds_t)(retry->plan.delay_ms % 1000 * 1000),
	};

	retry->ticket = NULL;
	if (evidence != NULL)
		keep(retry, evidence);
	if (evidence == NULL || !is_temporary(evidence) || !may_go_on(retry) ||
	    evtimer_add(&retry->timer, &pause) != 0)
		finish(retry, evidence);
}

static bool
begin(struct retry *retry)
{
	/* What an earlier try found out is no answer to this one. */
	retry->target.attempt = (unsigned)retry->n_tries;
	retry->ticket = probe_queue_add(
	    retry->queue, &retry->target, retry->host, probe_done, retry);
	return retry->ticket != NULL;
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct retry *retry = arg;

	if (!begin(retry))
		finish(retry, NULL);
}

struct retry *
retry_start(struct probe_queue *queue, struct event_base *base,
    struct arena *arena, const struct probe_target *target, const char *host,
    const struct retry_plan *plan, retry_done_fn *done, void *arg)
{
	struct retry *retry = calloc(1, sizeof(*retry));

	if (retry == NULL)
		return NULL;
	retry->queue = queue;
	retry->target = *target;
	retry->host = host;
	retry->plan = *plan;
	retry->arena = arena;
	retry->done = done;
	retry->arg = arg;
	evtimer_assign(&retry->timer, base, on_timer, retry);
	if (!begin(retry)) {
		free(retry);
		return NULL;
	}
	return retry;
}

void
retry_cancel(struct retry *retry)
{
	if (retry == NULL)
		return;
	probe_ticket_cancel(retry->ticket);
	event_del(&retry->timer);
	free(retry);
}

bool
retry_is_active(const struct retry *retry)
{
	return retry->ticket == NULL || probe_ticket_is_running(retry->ticket);
}

const char *
retry_waiting(const struct retry *retry)
{
	return retry->ticket == NULL ? "waiting before another try"
				     : probe_ticket_waiting(retry->ticket);
}
