/* SPDX-License-Identifier: ISC */
/*
 * engine.h - what the parts of this floor share.
 */
#pragma once

#include <danelaw.h>
#include <sys/queue.h>

#include "check/own.h"
#include "check/facts.h"
#include "check/pulse.h"
#include "check/queue.h"
#include "dns/resolver.h"

struct domain_job;
struct hosts;
TAILQ_HEAD(domain_list, domain_job);

struct danelaw_engine {
	struct event_base *base;
	bool owns_base;
	struct resolver *resolver;
	struct pulse *pulse;
	struct tls_context *tls;
	struct probe_queue *queue;
	struct hosts *hosts;
	bool is_shared, is_gated, is_lab;
	enum stage stage;
	uint64_t last_serial; /* of a domain */
	struct event *pump;   /* hands out what is finished */
	struct domain_list running, finished;
	int64_t at; /* 0: ask the clock */
	bool pkix;  /* always tell of public CAs */
	char *helo;
	char *error;
};

/* The time to judge by, for a check that begins now. */
int64_t engine_at(const struct danelaw_engine *engine);
/*
 * Does a domain wait for others? What these began, or how long a gate stays
 * shut, is not for it to say, and its time stands still meanwhile.
 */
bool engine_is_patient(const struct danelaw_engine *engine);
/* What is this machine, where the request does not name the host itself. */
enum own_scope engine_own_scope(
    const struct danelaw_engine *engine, const struct danelaw_request *request);
/* Ends the check that was added with this arg, without done(). Not from a
 * callback of one of its parts. */
void engine_cancel(struct danelaw_engine *engine, const void *arg);
/* job has its report; done() follows from the loop. */
void engine_finish(struct danelaw_engine *engine, struct domain_job *job);
