/* SPDX-License-Identifier: ISC */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/name.h"
#include "base/text.h"
#include "check/trace.h"
#include "cli/cli.h"
#include "report/trace.h"

static void
usage(void)
{
	fputs("Usage: danelaw trace [OPTION]... NAME [TYPE]\n\n"
	      "Where does DNSSEC break? Asks every server of every zone from "
	      "the root down to\nNAME, and says which zone, server and record "
	      "is to blame and what to do. Without\nTYPE, NAME is a mail "
	      "domain: its MX records, and the addresses and TLSA records of\n"
	      "its mail hosts. The verdict of check is that of the validating "
	      "resolver; where\nboth differ, that is told, too.\n",
	    stdout);
	options_usage(COMMAND_TRACE, stdout);
	fputs("\nTYPE: A, AAAA, MX, TLSA, TXT, CNAME, DS or DNSKEY.\n\n"
	      "Exit status: 0 validates everywhere, 1 with a warning, or "
	      "unsigned, 2 broken\nsomewhere, 3 could not look, 64 wrong "
	      "usage, 70 own failure.\n",
	    stdout);
}

/* 0: no such type. */
static enum rrtype
type_of(const char *word)
{
	static const enum rrtype types[] = { RRTYPE_A, RRTYPE_AAAA, RRTYPE_MX,
		RRTYPE_TLSA, RRTYPE_TXT, RRTYPE_CNAME, RRTYPE_DS,
		RRTYPE_DNSKEY };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcasecmp(word, rrtype_word(types[i])) == 0)
			return types[i];
	}
	return 0;
}

static bool
print_trace(const struct settings *settings, const struct trace *trace)
{
	struct buf out;
	bool printed;

	buf_init(&out, 0);
	if (settings->json) {
		report_trace_json(trace, &out);
		buf_puts(&out, "\n");
	} else {
		report_trace(
		    trace, settings->quiet > 0 ? -1 : settings->verbose, &out);
	}
	printed = !buf_failed(&out);
	if (printed)
		fputs(buf_text(&out), stdout);
	else
		cli_complain("out of memory");
	buf_finish(&out);
	return printed && cli_flush();
}

static int
run(const struct settings *settings, const char *name, enum rrtype type)
{
	const struct trace_request request =
	    cli_trace_request(settings, name, type);
	struct event_base *base = event_base_new();
	const struct trace *trace = NULL;
	struct tracer *tracer = NULL;
	char *why = NULL;
	int status = EXIT_OWN_FAILURE;

	if (base != NULL)
		tracer = tracer_new(base, &request, &why);
	if (tracer != NULL)
		trace = tracer_run(tracer);
	if (trace != NULL) {
		status = print_trace(settings, trace) ? trace->state
						      : EXIT_OWN_FAILURE;
	} else {
		cli_complain("%s", why == NULL ? "out of memory" : why);
		if (why != NULL)
			status = EXIT_WRONG_USAGE;
	}
	tracer_free(tracer);
	free(why);
	cli_base_free(base, tracer == NULL ? DANELAW_EINTERNAL : DANELAW_OK);
	return status;
}

static int
trace_one(const struct settings *settings, char **words, int n)
{
	struct arena *arena = arena_new();
	const char *why = "out of memory", *name = NULL;
	enum rrtype type = 0;
	int status = EXIT_WRONG_USAGE;

	if (arena != NULL && strcmp(words[0], ".") == 0)
		name = "";
	else if (arena != NULL)
		name = name_parse(arena, words[0], &why);
	if (name == NULL) {
		cli_complain("\"%s\": %s",
		    arena == NULL ? "?"
				  : text_printable_str(arena, words[0], 300),
		    why);
		goto done;
	}
	if (n > 1 && (type = type_of(words[1])) == 0) {
		cli_complain("\"%s\": no type that danelaw asks for; see "
			     "danelaw trace --help",
		    text_printable_str(arena, words[1], 40));
		goto done;
	}
	status = run(settings, name, type);
done:
	arena_unref(arena);
	return status;
}

int
cmd_trace(int argc, char **argv)
{
	struct settings settings = { 0 };
	int first, status;

	if (!cli_begin(
		COMMAND_TRACE, argc, argv, usage, &settings, &first, &status))
		goto done;
	if (argc - first < 1 || argc - first > 2) {
		cli_complain("which NAME, and perhaps TYPE? See danelaw trace "
			     "--help");
		status = EXIT_WRONG_USAGE;
	} else {
		status = trace_one(&settings, argv + first, argc - first);
	}
done:
	options_finish(&settings);
	return status;
}
