/* SPDX-License-Identifier: ISC */
/*
 * Group S: connections and SMTP, address by address. What could not be
 * looked at is a warning at most; kit_soften() sees to that.
 */
#include <string.h>

#include "model/outcomes.h"
#include "policy/cause.h"
#include "policy/diagnose_kit.h"
#include "policy/stranger.h"
#include "policy/senders.h"
#include "policy/verdict.h"

enum { SLOW_MS = 10000 };

/* How far the first connection got. */
struct talk {
	const struct danelaw_host *host;
	const struct danelaw_address *address;
	const struct danelaw_smtp *smtp;
	const char *why;
	bool greeted, ehlo, starttls, inside;
};

static bool
begins(const char *text, const char *head)
{
	return text != NULL && strncmp(text, head, strlen(head)) == 0;
}

/* Only where there is something to tell of it. */
static const char *
place(const struct exam *exam, const struct talk *talk)
{
	const char *text = tree_place(exam->arena, talk->host, talk->address);

	return text == NULL ? talk->host->name : text;
}

static struct talk
read_talk(
    const struct danelaw_host *host, const struct danelaw_address *address)
{
	const struct danelaw_smtp *smtp = &address->smtp;
	struct talk talk = { .host = host,
		.address = address,
		.smtp = smtp,
		.greeted = begins(smtp->banner, "2"),
		.ehlo = smtp->stage >= DANELAW_SMTP_AT_EHLO,
		.starttls = smtp->starttls != NULL ||
		    smtp->stage == DANELAW_SMTP_AT_STARTTLS,
		.inside = smtp->stage > DANELAW_SMTP_AT_TLS };

	for (size_t i = 0; talk.why == NULL && i < address->n_probes; i++) {
		if (address->probes[i].outcome == address->outcome)
			talk.why = address->probes[i].error;
	}
	return talk;
}

static struct danelaw_finding *
tell(struct exam *exam, const struct talk *talk, enum finding_id id,
    const char *reply)
{
	const struct danelaw_host *host = talk->host;
	const char *where = place(exam, talk);
	struct danelaw_finding *finding = finding_add(exam->tree, id, where,
	    "where", where, "host", host->name, "name", kit_owner(exam, host),
	    "why", kit_text(exam, talk->why), "reply", kit_text(exam, reply),
	    "promise",
	    kit_binding(host) ? ", though its TLSA records promise TLS"
			      : ", so mail goes there in the clear",
	    "tries", kit_tries(exam, talk->address), NULL);

	kit_soften(finding, host, talk->address->outcome);
	return finding;
}

static const char *
refusal(const struct talk *talk)
{
	if (talk->smtp->refusal != NULL)
		return talk->smtp->refusal;
	return talk->smtp->starttls != NULL && talk->starttls
	    ? talk->smtp->starttls
	    : talk->why;
}

/* Capabilities painted over, as X's, or a greeting of asterisks. */
static const char *
painted_over(const struct danelaw_smtp *smtp)
{
	if (kit_says(smtp->banner, "****"))
		return smtp->banner;
	for (size_t i = 0; i < smtp->n_ehlo; i++) {
		if (begins(smtp->ehlo[i], "XXXX"))
			return smtp->ehlo[i];
	}
	return NULL;
}

/*
 * Many providers lead port 25 of their customers to a relay of their own,
 * which has no TLS and says who it is. The host itself was then not seen.
 */
static bool
diagnose_stranger(
    struct exam *exam, const struct talk *talk, enum finding_id general)
{
	const char *where = place(exam, talk);
	const char *name =
	    stranger_name(exam->arena, exam->report, talk->host, talk->smtp);
	struct danelaw_finding *finding;

	if (name == NULL)
		return false;
	finding = finding_add(exam->tree, FINDING_TCP_INTERCEPTED, where,
	    "where", where, "host", talk->host->name, "other",
	    kit_text(exam, name), "does",
	    general == FINDING_SMTP_STARTTLS_NOT_OFFERED
		? "does not offer STARTTLS"
		: "refuses STARTTLS",
	    NULL);
	kit_soften(finding, talk->host, talk->address->outcome);
	return true;
}

static void
tell_no_tls(struct exam *exam, const struct talk *talk, enum finding_id id,
    const char *reply)
{
	bool stranger = diagnose_stranger(exam, talk, id);
	struct danelaw_finding *finding = tell(exam, talk, id, reply);

	if (stranger)
		kit_follow(exam, finding, FINDING_TCP_INTERCEPTED);
}

static void
diagnose_missing(struct exam *exam, const struct talk *talk)
{
	const char *paint = painted_over(talk->smtp);

	if (talk->smtp->ehlo_refusal != NULL)
		tell(exam, talk, FINDING_SMTP_EHLO_REJECTED,
		    talk->smtp->ehlo_refusal);
	else if (paint != NULL)
		tell(exam, talk, FINDING_SMTP_STARTTLS_MASKED, paint);
	else
		tell_no_tls(
		    exam, talk, FINDING_SMTP_STARTTLS_NOT_OFFERED, NULL);
}

static void
diagnose_refused(struct exam *exam, const struct talk *talk)
{
	const char *reply =
	    talk->smtp->starttls != NULL ? talk->smtp->starttls : refusal(talk);

	if (begins(reply, "4"))
		tell(exam, talk, FINDING_SMTP_STARTTLS_454, reply);
	else
		tell_no_tls(exam, talk, FINDING_SMTP_STARTTLS_5XX, reply);
}

static void
tell_inside(struct exam *exam, const struct talk *talk, const char *does)
{
	const char *where = place(exam, talk);

	finding_add(exam->tree, FINDING_SMTP_EHLO_AFTER_TLS, where, "where",
	    where, "host", talk->host->name, "does", does == NULL ? "" : does,
	    NULL);
}

/* The server said no, or hung up. */
static void
diagnose_failure(struct exam *exam, const struct talk *talk)
{
	bool closed = talk->smtp->fault == DANELAW_SMTP_CLOSED;
	const char *reply = refusal(talk);

	if (talk->inside && talk->smtp->refusal == NULL)
		tell_inside(exam, talk, "the server hangs up");
	else if (talk->inside)
		tell_inside(exam, talk,
		    arena_printf(exam->arena, "the server fails: \"%s\"",
			kit_text(exam, reply)));
	else if (closed && !talk->greeted && talk->smtp->banner == NULL)
		tell(exam, talk, FINDING_TCP_RESET_AFTER_CONNECT, NULL);
	else if (talk->starttls && closed)
		tell(exam, talk, FINDING_SMTP_STARTTLS_DROPPED, NULL);
	else if (talk->starttls)
		diagnose_refused(exam, talk);
	else if (!talk->greeted && !talk->ehlo)
		tell(exam, talk,
		    talk->address->outcome == DANELAW_OUTCOME_SMTP_PERMFAIL
			? FINDING_SMTP_BANNER_5XX
			: FINDING_SMTP_BANNER_421,
		    reply);
	else if (begins(reply, "530"))
		tell(exam, talk, FINDING_SMTP_530_REQUIRED, reply);
	else
		tell(exam, talk, FINDING_SMTP_SENDER_BLOCKED, reply);
}

static void
diagnose_garbled(struct exam *exam, const struct talk *talk)
{
	enum danelaw_smtp_fault fault = talk->smtp->fault;

	if (!talk->greeted && fault == DANELAW_SMTP_TLS_FIRST)
		tell(exam, talk, FINDING_SMTP_IMPLICIT_TLS, NULL);
	else if (!talk->greeted && fault != DANELAW_SMTP_BROKEN)
		tell(exam, talk, FINDING_SMTP_NOT_SMTP, NULL);
	else
		tell(exam, talk, FINDING_SMTP_BAD_REPLY_SYNTAX, NULL);
}

static void
tell_slow(struct exam *exam, const struct talk *talk, const char *waits)
{
	const char *where = place(exam, talk);

	finding_add(exam->tree, FINDING_SMTP_BANNER_SLOW, where, "where", where,
	    "host", talk->host->name, "waits", waits == NULL ? "" : waits,
	    NULL);
}

/* Another try, with TLS from the first byte, was answered. */
static bool
waits_for_tls(struct exam *exam, const struct danelaw_address *address)
{
	return cause_judge(exam->arena, address->trials, address->n_trials)
		   .cause == CAUSE_IMPLICIT;
}

static void
diagnose_silence(struct exam *exam, const struct talk *talk)
{
	if (waits_for_tls(exam, talk->address))
		tell(exam, talk, FINDING_SMTP_IMPLICIT_TLS, NULL);
	else if (talk->inside)
		tell_inside(exam, talk, "the server falls silent");
	else if (!talk->greeted && !talk->ehlo)
		tell_slow(exam, talk, "lets all the time run out");
	else
		tell(exam, talk, FINDING_SMTP_BAD_REPLY_SYNTAX, NULL);
}

static bool
is_ipv6(const struct danelaw_address *address)
{
	return address->ip != NULL && strchr(address->ip, ':') != NULL;
}

/* No IPv6 here: that says nothing about the host. */
static bool
is_our_lack(const struct danelaw_address *address)
{
	return is_ipv6(address) &&
	    outcome_is(address->outcome, OUTCOME_UNREACHED) &&
	    address->n_probes > 0 &&
	    address->probes[0].fault == DANELAW_TLS_UNROUTED;
}

static bool
has_ipv4_reached(const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		if (!is_ipv6(&host->addresses[i]) &&
		    !outcome_is(
			host->addresses[i].outcome, OUTCOME_UNREACHED) &&
		    host->addresses[i].outcome != DANELAW_OUTCOME_NOT_EXAMINED)
			return true;
	}
	return false;
}

/* All IPv6 addresses out of reach, while IPv4 works. */
static void
diagnose_ipv6(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_address *first = NULL;
	struct danelaw_finding *finding;
	struct talk talk;

	for (size_t i = 0; i < host->n_addresses; i++) {
		if (!is_ipv6(&host->addresses[i]) ||
		    host->addresses[i].outcome ==
			DANELAW_OUTCOME_NOT_EXAMINED ||
		    host->addresses[i].our_lack != NULL)
			continue;
		if (!outcome_is(host->addresses[i].outcome, OUTCOME_UNREACHED))
			return;
		if (first == NULL)
			first = &host->addresses[i];
	}
	if (first == NULL || !has_ipv4_reached(host))
		return;
	talk = read_talk(host, first);
	finding = finding_add(exam->tree, FINDING_TCP_IPV6_BROKEN, host->name,
	    "host", host->name, "why", kit_text(exam, talk.why), NULL);
	if (finding != NULL && is_our_lack(first))
		finding->severity = DANELAW_SEVERITY_INFO;
}

/* TLS on one connection, none on the next. */
static bool
is_selective(const struct danelaw_address *address)
{
	bool with = false, without = false;

	for (size_t i = 0; i < address->n_probes; i++) {
		with = with || address->probes[i].tls != NULL;
		without = without ||
		    outcome_is(address->probes[i].outcome, OUTCOME_NO_STARTTLS);
	}
	return (with && without) || kit_tries_differ(address);
}

static void
diagnose_manners(struct exam *exam, const struct talk *talk)
{
	int banner = talk->address->timing.banner;

	if (banner >= SLOW_MS)
		tell_slow(exam, talk,
		    arena_printf(
			exam->arena, "takes %d seconds", banner / 1000));
	if (senders_miss_starttls(talk->smtp))
		tell(exam, talk, FINDING_SMTP_STARTTLS_CASE, NULL);
	if (talk->smtp->starttls_again)
		tell_inside(exam, talk, "the server offers STARTTLS again");
}

static void
diagnose_address(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	struct talk talk = read_talk(host, address);

	if (address->untried != NULL) {
		const char *where = place(exam, &talk);

		finding_add(exam->tree,
		    address->here ? FINDING_OPS_MX_IS_HERE
				  : FINDING_OPS_NOT_PUBLIC,
		    where, "where", where, "host", host->name, "kind",
		    address->untried, NULL);
		return;
	}
	if (address->our_lack != NULL) {
		const char *where = place(exam, &talk);

		finding_add(exam->tree, FINDING_OPS_OUR_LACK, where, "where",
		    where, "what", address->our_lack, NULL);
		if (outcome_is(address->outcome, OUTCOME_UNSEEN))
			return;
	}
	if (is_selective(address)) {
		tell(exam, &talk, FINDING_SMTP_STARTTLS_SELECTIVE, NULL);
		return;
	}
	switch (address->outcome) {
	case DANELAW_OUTCOME_CONNECT_REFUSED:
		if (is_our_lack(address) && has_ipv4_reached(host))
			return;
		tell(exam, &talk,
		    address->timing.connect >= 0
			? FINDING_TCP_RESET_AFTER_CONNECT
			: FINDING_TCP_REFUSED,
		    NULL);
		return;
	case DANELAW_OUTCOME_CONNECT_TIMEOUT:
		tell(exam, &talk, FINDING_TCP_TIMEOUT_25, NULL);
		return;
	case DANELAW_OUTCOME_SMTP_TIMEOUT:
		diagnose_silence(exam, &talk);
		return;
	case DANELAW_OUTCOME_SMTP_TEMPFAIL:
	case DANELAW_OUTCOME_SMTP_PERMFAIL:
		diagnose_failure(exam, &talk);
		return;
	case DANELAW_OUTCOME_NOT_SMTP:
		diagnose_garbled(exam, &talk);
		return;
	case DANELAW_OUTCOME_CLEARTEXT:
		if (talk.starttls)
			diagnose_refused(exam, &talk);
		else
			diagnose_missing(exam, &talk);
		break;
	case DANELAW_OUTCOME_STARTTLS_MISSING:
		diagnose_missing(exam, &talk);
		break;
	case DANELAW_OUTCOME_STARTTLS_REFUSED:
		diagnose_refused(exam, &talk);
		break;
	case DANELAW_OUTCOME_PLAINTEXT_INJECTED:
		tell(exam, &talk, FINDING_SMTP_PLAINTEXT_INJECTED, NULL);
		break;
	case DANELAW_OUTCOME_SKIPPED:
	case DANELAW_OUTCOME_AUTHENTICATED:
	case DANELAW_OUTCOME_ENCRYPTED:
	case DANELAW_OUTCOME_TLSA_MISMATCH:
	case DANELAW_OUTCOME_NAME_MISMATCH:
	case DANELAW_OUTCOME_CERT_EXPIRED:
	case DANELAW_OUTCOME_CHAIN_INVALID:
	case DANELAW_OUTCOME_TLS_FAILED:
	case DANELAW_OUTCOME_TLS_TIMEOUT:
	case DANELAW_OUTCOME_NOT_EXAMINED:
		break;
	}
	diagnose_manners(exam, &talk);
}

void
diagnose_smtp(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		diagnose_ipv6(exam, host);
		for (size_t j = 0; j < host->n_addresses; j++)
			diagnose_address(exam, host, &host->addresses[j]);
	}
}
