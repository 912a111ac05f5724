/* SPDX-License-Identifier: ISC */
/*
 * The first line is the first link that breaks. Then the zones from the root
 * down, each server beside the others, the causes, and how to be rid of what
 * caches still hold.
 */
#include <ctype.h>

#include "report/trace.h"
#include "base/when.h"

#define NAME_WIDTH 36

static const char *
shown(const char *zone)
{
	return *zone == '\0' ? "." : zone;
}

static void
put_date(struct buf *out, int64_t when)
{
	char text[WHEN_ROOM];

	buf_puts(out, when_format(when, text) ? text : "?");
}

static void
put_server(struct buf *out, const struct trace_server *server)
{
	struct buf name;

	buf_init(&name, 0);
	buf_printf(&name, "%s [%s]", server->name, server->ip);
	buf_printf(out, "    %-*s", NAME_WIDTH, buf_text(&name));
	buf_finish(&name);
}

/* What one answer comes to, in a few words. */
static void
put_answer(struct buf *out, const struct trace_answer *answer)
{
	if (answer->end != TRACE_ANSWERED) {
		buf_puts(out, trace_end_word(answer->end));
		return;
	}
	if (answer->content == TRACE_NOTHING)
		buf_printf(out, "code %u", answer->rcode);
	else if (answer->content == TRACE_DATA)
		buf_printf(out, "%zu record%s", answer->n_records,
		    answer->n_records == 1 ? "" : "s");
	else if (answer->content == TRACE_ALIAS)
		buf_printf(out, "CNAME %s",
		    answer->alias == NULL ? "?" : answer->alias);
	else
		buf_puts(out, trace_content_word(answer->content));
	if (answer->denial != NULL)
		buf_printf(out, " (%s)", answer->denial);
	for (size_t i = 0; i < answer->n_sigs; i++) {
		const struct trace_sig *sig = &answer->sigs[i];

		buf_printf(out, ", RRSIG of %u ", sig->tag);
		if (sig->fault != TRACE_FAULT_NONE) {
			buf_puts(out, trace_fault_word(sig->fault));
			continue;
		}
		buf_puts(out, "good until ");
		put_date(out, sig->expires);
	}
	if (answer->cut)
		buf_puts(out, ", by TCP");
	if (answer->fault != TRACE_FAULT_NONE)
		buf_printf(out, "; %s", trace_fault_word(answer->fault));
}

static void
put_keys(struct buf *out, const struct trace_zone *zone)
{
	for (size_t i = 0; i < zone->n_ds; i++) {
		const struct trace_ds *ds = &zone->ds[i];

		buf_printf(out, "  DS %u %u %u %.8s... %s", ds->tag,
		    ds->algorithm, ds->digest, ds->hex,
		    ds->fault == TRACE_FAULT_NONE
			? "fits"
			: trace_fault_word(ds->fault));
	}
	for (size_t i = 0; i < zone->n_keys; i++) {
		const struct trace_key *key = &zone->keys[i];

		buf_printf(out, "  %s %u (%u)%s",
		    (key->flags & 1) != 0 ? "KSK" : "ZSK", key->tag,
		    key->algorithm, key->signs_keys ? " signs" : "");
	}
}

static void
put_zone(struct buf *out, const struct trace_zone *zone)
{
	buf_printf(out, "\n  %-*s  %s", NAME_WIDTH, shown(zone->name),
	    trace_standing_word(zone->standing));
	if (zone->fault != TRACE_FAULT_NONE)
		buf_printf(out, " (%s)", trace_fault_word(zone->fault));
	put_keys(out, zone);
	buf_puts(out, "\n");
	for (size_t i = 0; i < zone->n_servers; i++) {
		const struct trace_server *server = &zone->servers[i];

		put_server(out, server);
		if (server->serial >= 0)
			buf_printf(
			    out, "  serial %lld", (long long)server->serial);
		buf_puts(out, "  DNSKEY ");
		put_answer(out, &server->dnskey);
		if (zone->parent != NULL && server->soa.end != TRACE_ANSWERED)
			buf_printf(
			    out, "; SOA %s", trace_end_word(server->soa.end));
		if (zone->parent != NULL &&
		    server->soa_tcp.end != TRACE_ANSWERED)
			buf_printf(out, "; TCP %s",
			    trace_end_word(server->soa_tcp.end));
		buf_puts(out, "\n");
	}
	for (size_t i = 0; i < zone->n_nameless; i++)
		buf_printf(out, "    %-*s  no address\n", NAME_WIDTH,
		    zone->nameless[i]);
}

/* Nothing is to be said of this answer that is not said of the others. */
static bool
is_plain(const struct trace_question *question, size_t server)
{
	const struct trace_answer *first = &question->answers[TRACE_UDP][0];
	const struct trace_answer *udp = &question->answers[TRACE_UDP][server];

	for (int way = 0; way < TRACE_WAYS; way++) {
		if (question->answers[way][server].end != TRACE_ANSWERED)
			return false;
	}
	return udp->fault == TRACE_FAULT_NONE && !udp->cut &&
	    udp->content == first->content &&
	    udp->n_records == first->n_records &&
	    udp->standing == first->standing;
}

static bool
are_alike(const struct trace_question *question)
{
	const struct trace_zone *zone = question->zone;

	for (size_t i = 0; i < zone->n_servers; i++) {
		if (!is_plain(question, i))
			return false;
	}
	return zone->n_servers > 1;
}

static void
put_way(struct buf *out, const char *what, const struct trace_answer *answer)
{
	if (answer->end != TRACE_ANSWERED)
		buf_printf(out, "; %s%s", what, trace_end_word(answer->end));
}

static void
put_question(
    struct buf *out, const struct trace_question *question, int verbosity)
{
	const struct trace_zone *zone = question->zone;
	size_t n = zone == NULL ? 0 : zone->n_servers;

	buf_printf(out, "\n  %s %s  %s; the resolver: %s",
	    shown(question->name), question->type,
	    trace_standing_word(question->standing),
	    question->resolver == TRACE_UNSEEN
		? "no answer"
		: trace_standing_word(question->resolver));
	if (question->resolver_why != NULL)
		buf_printf(out, " (%s)", question->resolver_why);
	buf_puts(out, "\n");
	if (n > 0 && verbosity == 0 && are_alike(question)) {
		buf_printf(out, "    all %zu servers alike%*s", n,
		    NAME_WIDTH - 19, "");
		put_answer(out, &question->answers[TRACE_UDP][0]);
		buf_puts(out, "\n");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const struct trace_answer *answer =
		    &question->answers[TRACE_UDP][i];

		put_server(out, &zone->servers[i]);
		buf_puts(out, "  ");
		put_answer(out, answer);
		put_way(out, "TCP ", &question->answers[TRACE_TCP][i]);
		put_way(
		    out, "without EDNS ", &question->answers[TRACE_PLAIN][i]);
		buf_printf(out, "; %d ms\n", answer->ms);
		for (size_t k = 0; verbosity > 0 && k < answer->n_records; k++)
			buf_printf(out, "      %s %s %s\n",
			    shown(question->name), question->type,
			    answer->records[k]);
	}
}

static const char *
severity_word(enum trace_severity severity)
{
	return severity == TRACE_BROKEN ? "broken"
	    : severity == TRACE_WARNING ? "warning"
					: "info";
}

static void
put_cause(struct buf *out, const struct trace_cause *cause)
{
	buf_printf(out, "\n  %s %s  %s\n    %c%s",
	    severity_word(cause->severity), trace_fault_word(cause->fault),
	    cause->place, toupper(*trace_fault_text(cause->fault)),
	    trace_fault_text(cause->fault) + 1);
	if (cause->detail != NULL)
		buf_printf(out, " (%s)", cause->detail);
	buf_puts(out, ".\n");
	for (size_t i = 0; i < cause->n_records; i++)
		buf_printf(out, "    of   %s\n", cause->records[i]);
	if (cause->n_servers < cause->n_all)
		for (size_t i = 0; i < cause->n_servers; i++)
			buf_printf(out, "    on   %s, one of %zu\n",
			    cause->servers[i], cause->n_all);
	if (cause->remedy != NULL)
		buf_printf(out, "    Do: %s\n", cause->remedy);
	if (cause->paste != NULL)
		buf_printf(out, "%s\n", cause->paste);
}

/* How to be rid of it once it is mended. */
static void
put_caches(struct buf *out, const struct trace *trace)
{
	const char *zone = NULL;
	uint32_t holds = 0;

	for (size_t i = 0; i < trace->n_causes; i++) {
		const struct trace_cause *cause = &trace->causes[i];

		if (cause->severity == TRACE_INFO)
			continue;
		if (zone == NULL)
			zone = cause->zone;
		if (cause->holds > holds)
			holds = cause->holds;
	}
	if (zone == NULL || holds == 0)
		return;
	buf_printf(out,
	    "\n  Once mended, caches may hold it for %u s more. To be rid of "
	    "it at once:\n"
	    "    Unbound            unbound-control flush_zone %s\n"
	    "    BIND               rndc flushtree %s\n"
	    "    Knot Resolver 6    kresctl cache clear %s\n"
	    "    PowerDNS Recursor  rec_control wipe-cache %s$\n"
	    "    systemd-resolved   resolvectl flush-caches\n",
	    holds, shown(zone), shown(zone), shown(zone), shown(zone));
}

void
report_trace(const struct trace *trace, int verbosity, struct buf *out)
{
	buf_printf(out, "%s%s%s: %s\n", shown(trace->name),
	    trace->type == NULL ? "" : " ",
	    trace->type == NULL ? "" : trace->type, trace->summary);
	if (verbosity < 0)
		return;
	for (size_t i = 0; i < trace->n_zones; i++)
		put_zone(out, trace->zones[i]);
	for (size_t i = 0; i < trace->n_questions; i++)
		put_question(out, trace->questions[i], verbosity);
	for (size_t i = 0; i < trace->n_causes; i++)
		put_cause(out, &trace->causes[i]);
	put_caches(out, trace);
}
