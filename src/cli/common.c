/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"

#define SHOWN 200 /* characters of a path */

_Static_assert(CLI_FILE_LIMIT == 1048576, "as it is told");

void
cli_complain(const char *format, ...)
{
	va_list args;

	fputs("danelaw: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

bool
cli_begin(unsigned command, int argc, char **argv, void (*usage)(void),
    struct settings *settings, int *first, int *status)
{
	struct option_error error;

	if (!options_parse(
		command, argc, argv, clock_unix(), settings, first, &error)) {
		cli_complain("%s", error.text);
		*status = EXIT_WRONG_USAGE;
		return false;
	}
	if (!settings->help && !settings->version)
		return true;
	if (settings->help)
		usage();
	else
		cli_version();
	*status = cli_flush() ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
	return false;
}

void
cli_config(const struct settings *settings, struct danelaw_config *config)
{
	config->resolvers = settings->resolvers.texts;
	config->n_resolvers = settings->resolvers.n;
	config->system_resolver = settings->system_resolver;
	config->root_hints = settings->root_hints;
	config->trust_anchor = settings->trust_anchor;
	config->at = settings->at;
	config->cert_file = settings->cert;
	config->key_file = settings->key;
	config->ca_file = settings->cafile;
	config->ca_path = settings->capath;
	config->pkix = settings->pkix;
}

void
cli_request(const struct settings *settings, struct danelaw_request *request)
{
	request->port = (uint16_t)settings->port;
	request->connect_port = (uint16_t)settings->connect_port;
	request->implicit_tls =
	    settings->tls != NULL && strcmp(settings->tls, "implicit") == 0;
	request->require_dane = settings->require_dane;
	request->family = settings->ipv4 ? DANELAW_FAMILY_IPV4
	    : settings->ipv6             ? DANELAW_FAMILY_IPV6
					 : DANELAW_FAMILY_ANY;
	request->expiry_days = (uint32_t)settings->expiry.days;
	request->expiry_percent = (uint32_t)settings->expiry.percent;
	request->rrsig_hours = (uint32_t)settings->rrsig_hours;
	request->here_too = settings->allow_private;
	request->helo = settings->helo;
	request->mail_from = settings->from;
	request->mail_to = settings->to;
	request->retries = (uint32_t)settings->retries;
	request->retry_delay_ms = (uint32_t)settings->retry_delay * 1000;
	request->budget_ms = (uint32_t)settings->timeout * 1000;
	request->max_addresses = (uint32_t)settings->max_addresses;
	request->max_host_addresses = (uint32_t)settings->max_host_addresses;
}

/* Where many domains are examined one may not cost as much as alone. */
struct resolver_config
cli_resolver(const struct settings *settings)
{
	return (struct resolver_config) {
		.forwarders = settings->resolvers.texts,
		.n_forwarders = settings->resolvers.n,
		.system = settings->system_resolver,
		.root_hints = settings->root_hints,
		.trust_anchor = settings->trust_anchor,
		.at = settings->at,
		.window = CLI_DNS_WINDOW,
	};
}

struct trace_request
cli_trace_request(
    const struct settings *settings, const char *name, enum rrtype type)
{
	return (struct trace_request) {
		.name = name,
		.type = type,
		.port = (uint16_t)settings->port,
		.dns_port = (uint16_t)settings->dns_port,
		.budget_ms = (uint32_t)settings->timeout * 1000,
		.ipv4 = settings->ipv4,
		.ipv6 = settings->ipv6,
		.allow_private = settings->allow_private,
		.resolver = cli_resolver(settings),
	};
}

void
cli_request_of_many(struct danelaw_request *request)
{
	enum { DOMAIN_ADDRESSES = 60, HOST_ADDRESSES = 20 };

	if (request->max_addresses == 0)
		request->max_addresses = DOMAIN_ADDRESSES;
	if (request->max_host_addresses == 0)
		request->max_host_addresses = HOST_ADDRESSES;
}

int
cli_status(enum danelaw_err err)
{
	switch (err) {
	case DANELAW_OK:
		return EXIT_SUCCESS;
	case DANELAW_EINVAL:
	case DANELAW_ENOANCHOR:
	case DANELAW_EFILE:
		return EXIT_WRONG_USAGE;
	case DANELAW_ENOMEM:
	case DANELAW_EINTERNAL:
		break;
	}
	return EXIT_OWN_FAILURE;
}

void
cli_base_free(struct event_base *base, enum danelaw_err err)
{
	static struct event_base *left;

	if (err == DANELAW_ENOMEM || err == DANELAW_EINTERNAL)
		left = base;
	else if (base != NULL)
		event_base_free(base);
	(void)left;
}

bool
cli_wants_color(const struct settings *settings)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (settings->color != NULL && strcmp(settings->color, "auto") != 0)
		return strcmp(settings->color, "always") == 0;
	return isatty(STDOUT_FILENO) &&
	    (no_color == NULL || *no_color == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0;
}

static void
complain_of_file(const char *path, const char *why)
{
	struct arena *arena = arena_new();
	const char *shown =
	    arena == NULL ? NULL : text_printable_str(arena, path, SHOWN);

	cli_complain("%s: %s", shown == NULL ? "" : shown, why);
	arena_unref(arena);
}

bool
cli_read_file(const char *path, struct buf *file)
{
	bool std = strcmp(path, "-") == 0;
	FILE *in = std ? stdin : fopen(path, "rb");
	char chunk[16384];
	bool done = false;
	size_t n;

	if (in == NULL) {
		complain_of_file(path, strerror(errno));
		return false;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		if (!buf_add(file, chunk, n))
			break;
	if (ferror(in))
		complain_of_file(path, strerror(errno));
	else if (buf_failed(file))
		complain_of_file(path, "more than 1048576 bytes");
	else
		done = true;
	if (!std)
		fclose(in);
	explicit_bzero(chunk, sizeof(chunk));
	return done;
}

/* COLUMNS is what a user may say where the terminal does not. */
unsigned
cli_width(void)
{
	enum { USUAL = 80, MOST = 1000 };
	const char *columns = getenv("COLUMNS");
	struct winsize size = { 0 };
	long said;

	if (!isatty(STDOUT_FILENO))
		return 0;
	said = columns == NULL ? 0 : strtol(columns, NULL, 10);
	if (said > 0 && said <= MOST)
		return (unsigned)said;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return USUAL;
}

bool
cli_flush(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	cli_complain("standard output: %s", strerror(errno));
	return false;
}

void
cli_version(void)
{
	printf(
	    "danelaw %s\n%s\n", danelaw_version(), danelaw_version_libraries());
}
