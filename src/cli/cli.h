/* SPDX-License-Identifier: ISC */
/*
 * cli.h - what the commands share.
 *
 * Results go to stdout, diagnostics to stderr as "danelaw: what: why".
 */
#pragma once

#include <danelaw.h>

#include "check/trace.h"
#include "cli/options.h"

enum {
	EXIT_WRONG_USAGE = 64,
	EXIT_OWN_FAILURE = 70,
	EXIT_TRY_AGAIN = 75, /* of a run that is not complete */
};

/* argv[0] is the command's name. Each returns the exit status. */
int cmd_check(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_join(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_plan(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_tlsa(int argc, char **argv);
int cmd_trace(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_scan(int argc, char **argv);
/* Also under the name check_danelaw; exits 0 to 3 whatever happens. */
int cmd_monitor(int argc, char **argv);

/*
 * What every command begins with: reads the options, and answers --help and
 * --version. False: all is done or wrong, and *status is how to exit.
 * options_finish() is for the caller in any case.
 */
bool cli_begin(unsigned command, int argc, char **argv, void (*usage)(void),
    struct settings *settings, int *first, int *status);
void cli_complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
/*
 * All of a file of certificates or keys, "-" being standard input. False, and
 * a complaint: it cannot be read, or is longer than file can get.
 */
#define CLI_FILE_LIMIT (1024 * 1024)
struct buf;
bool cli_read_file(const char *path, struct buf *file);
/* Questions at once that will do for one domain, however many MX hosts it
 * has: to be ready for more takes time. */
#define CLI_DNS_WINDOW 256
/* The part of an engine's configuration that comes from options. */
void cli_config(const struct settings *settings, struct danelaw_config *config);
/* The same for a request; the domain is left NULL. */
void cli_request(
    const struct settings *settings, struct danelaw_request *request);
/* The same for whoever asks without an engine; texts stay the settings'. */
struct resolver_config cli_resolver(const struct settings *settings);
struct trace_request cli_trace_request(
    const struct settings *settings, const char *name, enum rrtype type);
/* The limits of who examines many domains, where the user set none. */
void cli_request_of_many(struct danelaw_request *request);
/*
 * Where an engine could not be made for a want of ours (err), libunbound may
 * have left an event in memory that it freed, and whoever frees the base runs
 * over it, or in a circle: such a base is left alone. NULL is fine.
 */
struct event_base;
void cli_base_free(struct event_base *base, enum danelaw_err err);
/* The exit status for a call that failed. */
int cli_status(enum danelaw_err err);
bool cli_wants_color(const struct settings *settings);
/* Columns of the terminal that stdout is; 0: it is none. */
unsigned cli_width(void);
/* Writes what is left; false and a complaint where stdout takes no more. */
bool cli_flush(void);
void cli_version(void);
