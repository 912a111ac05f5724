/* SPDX-License-Identifier: ISC */
#include "report/json_put.h"
#include "report/trace.h"

static void
put_sig(struct json_out *out, const struct trace_sig *sig)
{
	json_begin_object(out, NULL);
	json_put_text(out, "signer", sig->signer);
	json_put_number(out, "key_tag", sig->tag);
	json_put_number(out, "algorithm", sig->algorithm);
	json_put_time(out, "inception", sig->inception);
	json_put_time(out, "expires", sig->expires);
	json_put_bool(out, "valid", sig->fault == TRACE_FAULT_NONE);
	json_put_text(out, "why",
	    sig->fault == TRACE_FAULT_NONE ? NULL
					   : trace_fault_word(sig->fault));
	json_end_object(out);
}

static void
put_fault(struct json_out *out, const char *key, enum trace_fault fault)
{
	json_put_text(out, key,
	    fault == TRACE_FAULT_NONE ? NULL : trace_fault_word(fault));
}

static void
put_answer(
    struct json_out *out, const char *key, const struct trace_answer *answer)
{
	json_begin_object(out, key);
	json_put_text(out, "end", trace_end_word(answer->end));
	json_put_text(out, "content", trace_content_word(answer->content));
	json_put_index(out, "rcode",
	    answer->end == TRACE_ANSWERED ? (int)answer->rcode : -1);
	json_put_bool(out, "authoritative", answer->aa);
	json_put_bool(out, "edns", answer->edns);
	json_put_bool(out, "truncated", answer->cut);
	json_put_number(out, "octets", (int64_t)answer->size);
	json_put_number(out, "ms", answer->ms);
	json_put_texts(out, "records", answer->records, answer->n_records);
	json_put_number(out, "ttl", answer->ttl);
	json_put_text(out, "alias", answer->alias);
	json_begin_array(out, "rrsigs");
	for (size_t i = 0; i < answer->n_sigs; i++)
		put_sig(out, &answer->sigs[i]);
	json_end_array(out);
	json_put_text(out, "denial", answer->denial);
	json_put_number(out, "nsec3_iterations", answer->iterations);
	json_put_bool(out, "opt_out", answer->opt_out);
	json_put_text(out, "dnssec", trace_standing_word(answer->standing));
	put_fault(out, "fault", answer->fault);
	json_put_text(out, "detail", answer->detail);
	json_end_object(out);
}

static void
put_server(struct json_out *out, const struct trace_server *server)
{
	json_begin_object(out, NULL);
	json_put_text(out, "name", server->name);
	json_put_text(out, "ip", server->ip);
	json_put_bool(out, "named_by_parent", server->at_parent);
	json_put_bool(out, "named_by_zone", server->at_child);
	if (server->serial < 0)
		json_put_null(out, "serial");
	else
		json_put_number(out, "serial", server->serial);
	put_answer(out, "soa", &server->soa);
	put_answer(out, "soa_tcp", &server->soa_tcp);
	put_answer(out, "ns", &server->ns);
	put_answer(out, "dnskey", &server->dnskey);
	json_end_object(out);
}

static void
put_ds(struct json_out *out, const struct trace_zone *zone)
{
	json_begin_array(out, "ds");
	for (size_t i = 0; i < zone->n_ds; i++) {
		const struct trace_ds *ds = &zone->ds[i];

		json_begin_object(out, NULL);
		json_put_number(out, "key_tag", ds->tag);
		json_put_number(out, "algorithm", ds->algorithm);
		json_put_number(out, "digest_type", ds->digest);
		json_put_text(out, "digest", ds->hex);
		json_put_bool(out, "fits", ds->fault == TRACE_FAULT_NONE);
		put_fault(out, "fault", ds->fault);
		json_end_object(out);
	}
	json_end_array(out);
}

static void
put_keys(struct json_out *out, const struct trace_zone *zone)
{
	json_begin_array(out, "keys");
	for (size_t i = 0; i < zone->n_keys; i++) {
		const struct trace_key *key = &zone->keys[i];

		json_begin_object(out, NULL);
		json_put_number(out, "key_tag", key->tag);
		json_put_number(out, "algorithm", key->algorithm);
		json_put_number(out, "flags", key->flags);
		json_put_number(out, "bits", key->bits);
		json_put_bool(out, "signs_keys", key->signs_keys);
		json_put_bool(out, "in_ds", key->in_ds);
		json_put_text(out, "ds", key->ds);
		json_end_object(out);
	}
	json_end_array(out);
}

static void
put_fork(struct json_out *out, const struct trace_zone *zone,
    const struct trace_fork *fork)
{
	json_begin_object(out, NULL);
	json_put_text(out, "name", fork->name);
	json_put_bool(out, "cut", fork->is_cut);
	json_begin_array(out, "servers");
	for (size_t i = 0; i < zone->n_servers; i++) {
		json_begin_object(out, NULL);
		json_put_text(out, "ip", zone->servers[i].ip);
		put_answer(out, "ns", &fork->ns[i]);
		put_answer(out, "ds", &fork->ds[i]);
		put_answer(out, "a", &fork->a[i]);
		json_end_object(out);
	}
	json_end_array(out);
	json_end_object(out);
}

static void
put_zone(struct json_out *out, const struct trace_zone *zone)
{
	json_begin_object(out, NULL);
	json_put_text(out, "name", *zone->name == '\0' ? "." : zone->name);
	json_put_text(out, "dnssec", trace_standing_word(zone->standing));
	put_fault(out, "fault", zone->fault);
	json_put_text(out, "detail", zone->detail);
	put_ds(out, zone);
	put_keys(out, zone);
	json_begin_array(out, "servers");
	for (size_t i = 0; i < zone->n_servers; i++)
		put_server(out, &zone->servers[i]);
	json_end_array(out);
	json_put_texts(
	    out, "without_address", zone->nameless, zone->n_nameless);
	json_begin_array(out, "below");
	for (size_t i = 0; i < zone->n_forks; i++)
		put_fork(out, zone, &zone->forks[i]);
	json_end_array(out);
	json_end_object(out);
}

static void
put_question(struct json_out *out, const struct trace_question *question)
{
	static const char *const ways[TRACE_WAYS] = { "udp", "tcp", "plain" };
	const struct trace_zone *zone = question->zone;

	json_begin_object(out, NULL);
	json_put_text(out, "name", question->name);
	json_put_text(out, "type", question->type);
	json_put_text(out, "zone",
	    zone == NULL              ? NULL
		: *zone->name == '\0' ? "."
				      : zone->name);
	json_put_text(out, "dnssec", trace_standing_word(question->standing));
	json_put_text(out, "alias", question->alias);
	json_put_text(out, "resolver", trace_standing_word(question->resolver));
	json_put_text(out, "resolver_why", question->resolver_why);
	json_begin_array(out, "servers");
	for (size_t i = 0; zone != NULL && i < zone->n_servers; i++) {
		json_begin_object(out, NULL);
		json_put_text(out, "name", zone->servers[i].name);
		json_put_text(out, "ip", zone->servers[i].ip);
		for (int way = 0; way < TRACE_WAYS; way++)
			put_answer(out, ways[way], &question->answers[way][i]);
		json_end_object(out);
	}
	json_end_array(out);
	json_end_object(out);
}

static void
put_cause(struct json_out *out, const struct trace_cause *cause)
{
	static const char *const words[] = { "info", "warning", "critical" };

	json_begin_object(out, NULL);
	json_put_text(out, "cause", trace_fault_word(cause->fault));
	json_put_text(out, "severity", words[cause->severity]);
	json_put_text(out, "zone", *cause->zone == '\0' ? "." : cause->zone);
	json_put_text(out, "place", cause->place);
	json_put_texts(out, "servers", cause->servers, cause->n_servers);
	json_put_bool(out, "everywhere", cause->n_servers == cause->n_all);
	json_put_texts(out, "records", cause->records, cause->n_records);
	json_put_text(out, "text", trace_fault_text(cause->fault));
	json_put_text(out, "detail", cause->detail);
	json_put_text(out, "remedy", cause->remedy);
	json_put_text(out, "paste", cause->paste);
	json_put_number(out, "cache_seconds", cause->holds);
	json_end_object(out);
}

void
report_trace_json(const struct trace *trace, struct buf *buf)
{
	static const char *const states[] = { "ok", "warning", "critical",
		"unknown" };
	struct json_out out = { .buf = buf, .indented = true };

	json_begin_object(&out, NULL);
	json_put_text(&out, "schema", "danelaw-trace/1");
	json_put_text(&out, "name", *trace->name == '\0' ? "." : trace->name);
	json_put_text(&out, "type", trace->type);
	json_put_time(&out, "at", trace->at);
	json_put_text(&out, "state", states[trace->state]);
	json_put_text(&out, "summary", trace->summary);
	json_put_text(&out, "own_lack", trace->own_lack);
	json_put_bool(&out, "complete", !trace->ended_early);
	json_begin_array(&out, "causes");
	for (size_t i = 0; i < trace->n_causes; i++)
		put_cause(&out, &trace->causes[i]);
	json_end_array(&out);
	json_begin_array(&out, "zones");
	for (size_t i = 0; i < trace->n_zones; i++)
		put_zone(&out, trace->zones[i]);
	json_end_array(&out);
	json_begin_array(&out, "questions");
	for (size_t i = 0; i < trace->n_questions; i++)
		put_question(&out, trace->questions[i]);
	json_end_array(&out);
	json_end_object(&out);
}
