/* SPDX-License-Identifier: ISC */
/*
 * Where domains wait for each other a timer counts the time in which this one
 * had something under way; when that is over what is known makes the report.
 */
#include <event2/event.h>

#include "check/domain.h"
#include "check/extras.h"

#define TICKS 16u /* of its time */
#define WAITS 2u  /* times its time, where no gate keeps it waiting */

/* Has it something under way, or does it wait for its turn behind others? */
static bool
is_active(const struct domain_job *job)
{
	if (job->mx_query != NULL || zones_busy(job->zones) ||
	    extras_pending(job->extras))
		return true;
	for (size_t i = 0; i < job->n_hosts; i++) {
		if (job->hosts[i].pending &&
		    host_job_is_active(job->hosts[i].job))
			return true;
	}
	return false;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct domain_job *job = arg;

	job->ticks++;
	job->active_ticks += is_active(job);
	if (job->active_ticks >= TICKS ||
	    (!job->engine->is_gated && job->ticks >= WAITS * TICKS))
		domain_job_late(job);
}

void
domain_timer_init(struct domain_job *job)
{
	event_assign(
	    &job->timer, job->engine->base, -1, EV_PERSIST, on_tick, job);
}

/* Else each thing that is waited for has the domain's deadline itself. */
bool
domain_timer_start(struct domain_job *job)
{
	uint32_t ms = job->request.budget_ms / TICKS + 1;
	const struct timeval interval = { .tv_sec = (time_t)(ms / 1000),
		.tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	return !engine_is_patient(job->engine) ||
	    event_add(&job->timer, &interval) == 0;
}
