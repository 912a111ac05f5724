/* SPDX-License-Identifier: ISC */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mailbox.h"
#include "base/name.h"
#include "base/text.h"

enum kind {
	KIND_FLAG,    /* bool */
	KIND_COUNT,   /* int, one more each time */
	KIND_NUMBER,  /* long between least and most */
	KIND_TEXT,    /* const char *, not empty */
	KIND_NAME,    /* const char *, a host name */
	KIND_MAILBOX, /* const char *, what MAIL FROM and RCPT TO take */
	KIND_CHOICE,  /* const char *, one of choices, "a|b|c" */
	KIND_TIME,    /* int64_t */
	KIND_LIST,    /* struct text_list, one more each time */
};

struct option_spec {
	const char *name;
	char letter; /* 0: none */
	enum kind kind;
	size_t offset;        /* in struct settings */
	const char *argument; /* in the usage; the choices for KIND_CHOICE */
	long least, most;
	unsigned commands;
	const char *group; /* heading, where a new one begins */
	const char *help;
};

#define AT(member) offsetof(struct settings, member)
#define ALL                                                                    \
	(COMMAND_CHECK | COMMAND_VERIFY | COMMAND_MONITOR | COMMAND_SCAN |     \
	    COMMAND_SERVE)
/*
 * All that ask the DNS take the same options. One without effect is taken
 * by the command, and kept out of its help.
 */
#define UNHEEDED(command) ((unsigned)(command) << 16)
#define TALK                                                                   \
	(COMMAND_CHECK | COMMAND_MONITOR | COMMAND_SCAN | COMMAND_SERVE |      \
	    UNHEEDED(COMMAND_VERIFY))

static const struct option_spec specs[] = {
	{ "host", 0, KIND_TEXT, AT(host), "NAME", 0, 0, COMMAND_VERIFY,
	    "What to hold against each other",
	    "the mail host; its name must be in the certificate where usage "
	    "2 is to match" },
	{ "chain", 0, KIND_TEXT, AT(chain), "FILE", 0, 0, COMMAND_VERIFY, NULL,
	    "what the server would send: certificates in PEM, its own "
	    "first; - is standard input" },
	{ "tlsa", 0, KIND_LIST, AT(records), "RECORD", 0, 0, COMMAND_VERIFY,
	    NULL, "a TLSA record, as \"3 1 1 HEX\"; may be repeated" },
	{ "dns", 0, KIND_FLAG, AT(dns), NULL, 0, 0, COMMAND_VERIFY, NULL,
	    "look the records up instead" },
	{ "reference", 0, KIND_LIST, AT(references), "NAME", 0, 0,
	    COMMAND_VERIFY, NULL,
	    "a name that will do as well, as the domain of the mail "
	    "addresses; may be repeated" },
	{ "ee-names", 0, KIND_FLAG, AT(ee_names), NULL, 0, 0, COMMAND_VERIFY,
	    NULL,
	    "check names for usage 3, too, which RFC 7672 3.1.1 forbids to "
	    "senders" },
	{ "listen", 'l', KIND_LIST, AT(listens), "ADDRESS:PORT", 0, 0,
	    COMMAND_SERVE, "What to serve",
	    "answer HTTP here; may be repeated, also unix:PATH "
	    "(127.0.0.1:9899)" },
	{ "socketmap", 0, KIND_LIST, AT(socketmaps), "ADDRESS:PORT", 0, 0,
	    COMMAND_SERVE, NULL,
	    "answer Postfix here, or at unix:PATH; may be repeated (nowhere)" },
	{ "config", 0, KIND_TEXT, AT(config_file), "FILE", 0, 0, COMMAND_SERVE,
	    NULL,
	    "options as lines \"key = value\", read again on SIGHUP; those of "
	    "the command line come on top" },
	{ "domain", 0, KIND_LIST, AT(domains), "DOMAIN", 0, 0, COMMAND_SERVE,
	    NULL,
	    "check this domain again and again, for /metrics; may be "
	    "repeated" },
	{ "domains", 0, KIND_LIST, AT(domain_files), "FILE", 0, 0,
	    COMMAND_SERVE, NULL, "the domains in this file, one a line" },
	{ "interval", 0, KIND_NUMBER, AT(interval), "SECONDS", 60, 604800,
	    COMMAND_SERVE, NULL,
	    "check each of them no more often than this; records that live "
	    "longer are waited for (300)" },
	{ "max-clients", 0, KIND_NUMBER, AT(max_clients), "N", 1, 100000,
	    COMMAND_SERVE, NULL,
	    "so many connections at once, over HTTP and from Postfix, each "
	    "(512)" },
	{ "idle", 0, KIND_NUMBER, AT(idle), "SECONDS", 1, 3600, COMMAND_SERVE,
	    NULL,
	    "close HTTP connections that bring no request or take no answer "
	    "for so long (30)" },
	{ "grace", 0, KIND_NUMBER, AT(grace), "SECONDS", 1, 3600, COMMAND_SERVE,
	    NULL,
	    "on SIGTERM, so long for answers that are being waited for (10)" },
	{ "allow-private", 0, KIND_FLAG, AT(allow_private), NULL, 0, 0,
	    COMMAND_SERVE, NULL,
	    "check also mail hosts with private and reserved addresses, this "
	    "machine, and any port" },
	{ "hostname", 'H', KIND_TEXT, AT(hostname), "DOMAIN", 0, 0,
	    COMMAND_MONITOR, "What to connect to",
	    "the mail domain: what stands behind the @" },
	{ "mx", 0, KIND_TEXT, AT(mx), "HOST", 0, 0, COMMAND_MONITOR, NULL,
	    "this one MX host instead, without a lookup of MX records" },
	{ "port", 'p', KIND_NUMBER, AT(port), "N", 1, 65535, ALL, NULL,
	    "TCP port, and the N of _N._tcp in TLSA names (25)" },
	{ "connect-port", 0, KIND_NUMBER, AT(connect_port), "N", 1, 65535, TALK,
	    NULL,
	    "connect to this TCP port instead, for test labs; TLSA names "
	    "keep --port" },
	{ "tls", 0, KIND_CHOICE, AT(tls), "starttls|implicit", 0, 0, TALK, NULL,
	    "SMTP STARTTLS, or TLS from the first byte as on port 465 "
	    "(starttls)" },
	{ "ipv4", '4', KIND_FLAG, AT(ipv4), NULL, 0, 0, ALL, NULL,
	    "only IPv4 addresses" },
	{ "ipv6", '6', KIND_FLAG, AT(ipv6), NULL, 0, 0, ALL, NULL,
	    "only IPv6 addresses" },
	{ "helo", 0, KIND_NAME, AT(helo), "NAME", 0, 0, TALK, NULL,
	    "name to say in EHLO (this host's)" },
	{ "timeout", 't', KIND_NUMBER, AT(timeout), "SECONDS", 1, 3600, ALL,
	    NULL, "limit for a whole domain, DNS included (60)" },
	{ "retry", 0, KIND_NUMBER, AT(retries), "N", 0, 10, TALK, NULL,
	    "try an address so many times more where it refuses for a while, "
	    "or lacks STARTTLS (0)" },
	{ "retry-delay", 0, KIND_NUMBER, AT(retry_delay), "SECONDS", 0, 3600,
	    TALK, NULL, "pause before each of these, within --timeout (30)" },
	{ "from", 0, KIND_MAILBOX, AT(from), "ADDRESS", 0, 0,
	    COMMAND_CHECK | COMMAND_MONITOR, NULL,
	    "ask inside TLS whether mail from there would be taken; \"<>\" is "
	    "the null sender. Needs --to; no mail is sent" },
	{ "to", 0, KIND_MAILBOX, AT(to), "ADDRESS", 0, 0,
	    COMMAND_CHECK | COMMAND_MONITOR, NULL, "the recipient to ask for" },
	{ "certs", 0, KIND_CHOICE, AT(certs), "all|default", 0, 0, TALK, NULL,
	    "probe each key type the server may hold (RSA, ECDSA, EdDSA), or "
	    "only the server's choice (all in check, else default)" },
	{ "cert", 0, KIND_TEXT, AT(cert), "FILE", 0, 0, TALK, NULL,
	    "client certificate to present, PEM" },
	{ "key", 0, KIND_TEXT, AT(key), "FILE", 0, 0, TALK, NULL,
	    "its key, PEM (in the file of --cert)" },
	{ "resolver", 0, KIND_LIST, AT(resolvers), "ADDR[@PORT]", 0, 0, ALL,
	    "Where DNS answers come from",
	    "forward queries there; may be repeated. Answers are validated "
	    "here all the same (own recursion from the root)" },
	{ "system-resolver", 0, KIND_FLAG, AT(system_resolver), NULL, 0, 0, ALL,
	    NULL, "forward to what /etc/resolv.conf names, validating here" },
	{ "trust-anchor", 0, KIND_TEXT, AT(trust_anchor), "FILE", 0, 0, ALL,
	    NULL, "DS or DNSKEY records in zone format (the IANA root keys)" },
	{ "root-hints", 0, KIND_TEXT, AT(root_hints), "FILE", 0, 0, ALL, NULL,
	    "root servers in zone format (built in)" },
	{ "at", 0, KIND_TIME, AT(at), "TIME", 0, 0, ALL, "How to judge",
	    "judge certificates and signatures at this time: RFC 3339, or "
	    "from now as +14d, -2h (now)" },
	{ "pkix", 0, KIND_FLAG, AT(pkix), NULL, 0, 0, TALK, NULL,
	    "also tell whether the certificates pass with the public CAs of "
	    "this system; no part of the verdict" },
	{ "cafile", 0, KIND_TEXT, AT(cafile), "FILE", 0, 0, TALK, NULL,
	    "the same with the CAs in this file, PEM" },
	{ "capath", 0, KIND_TEXT, AT(capath), "FOLDER", 0, 0, TALK, NULL,
	    "the same with the CAs in this folder, hashed by openssl rehash" },
	{ "expiry-days", 0, KIND_NUMBER, AT(expiry_days), "N", 1, 3650,
	    COMMAND_CHECK | COMMAND_SCAN | COMMAND_SERVE, NULL,
	    "warn of certificates that count and end in fewer days (14)" },
	{ "rrsig-hours", 0, KIND_NUMBER, AT(rrsig_hours), "N", 1, 87600,
	    COMMAND_CHECK | COMMAND_SCAN | COMMAND_SERVE, NULL,
	    "warn of DNSSEC signatures that end in fewer hours and have less "
	    "than a quarter of their life left (48)" },
	{ "require-dane", 0, KIND_FLAG, AT(require_dane), NULL, 0, 0, TALK,
	    NULL, "a domain that DANE does not protect is critical" },
	{ "search", 0, KIND_FLAG, AT(search), NULL, 0, 0, COMMAND_EXPLAIN,
	    "What to look for",
	    "the arguments are words to search for, never ids" },
	{ "warning", 'w', KIND_TEXT, AT(warning), "RANGE", 0, 0,
	    COMMAND_MONITOR, "When to alert",
	    "days that certificates must have left, else WARNING: 14, or a "
	    "range as 14:, @0:14. Dates count under usage 2 alone" },
	{ "critical", 'c', KIND_TEXT, AT(critical), "RANGE", 0, 0,
	    COMMAND_MONITOR, NULL, "the same, else CRITICAL" },
	{ "ee-expiry", 0, KIND_FLAG, AT(ee_expiry), NULL, 0, 0, COMMAND_MONITOR,
	    NULL, "let -w and -c see the certificate under usage 3, too" },
	{ "rrsig-warning", 0, KIND_TEXT, AT(rrsig_warning), "RANGE", 0, 0,
	    COMMAND_MONITOR, NULL,
	    "hours that DNSSEC signatures must have left, else WARNING" },
	{ "rrsig-critical", 0, KIND_TEXT, AT(rrsig_critical), "RANGE", 0, 0,
	    COMMAND_MONITOR, NULL, "the same, else CRITICAL" },
	{ "min-hosts", 0, KIND_NUMBER, AT(min_hosts), "N", 1, 1000,
	    COMMAND_MONITOR, NULL,
	    "so many MX hosts must authenticate, else CRITICAL" },
	{ "timeout-state", 0, KIND_TEXT, AT(timeout_state), "STATE", 0, 0,
	    COMMAND_MONITOR, NULL,
	    "warning, critical or unknown where time runs out or the "
	    "resolver cannot be used (unknown)" },
	{ "json", 0, KIND_FLAG, AT(json), NULL, 0, 0,
	    COMMAND_CHECK | COMMAND_VERIFY | COMMAND_EXPLAIN |
		UNHEEDED(COMMAND_SCAN | COMMAND_SERVE),
	    "What to print",
	    "JSON: one report, or an array for several domains or entries; "
	    "one probe of verify" },
	{ "color", 0, KIND_CHOICE, AT(color), "auto|always|never", 0, 0,
	    COMMAND_CHECK | COMMAND_VERIFY | UNHEEDED(COMMAND_SERVE), NULL,
	    "colours; NO_COLOR is honoured (auto)" },
	{ "verbose", 'v', KIND_COUNT, AT(verbose), NULL, 0, 0, COMMAND_SERVE,
	    NULL, "a line on standard error for each check" },
	{ "verbose", 'v', KIND_COUNT, AT(verbose), NULL, 0, 0,
	    COMMAND_CHECK | COMMAND_VERIFY | COMMAND_MONITOR |
		UNHEEDED(COMMAND_SCAN),
	    NULL,
	    "every record, DNS answer and certificate, and the SMTP "
	    "transcript" },
	{ "quiet", 'q', KIND_COUNT, AT(quiet), NULL, 0, 0,
	    COMMAND_CHECK | COMMAND_VERIFY | UNHEEDED(COMMAND_SERVE), NULL,
	    "only the line with the verdict" },
	{ "order", 0, KIND_FLAG, AT(order), NULL, 0, 0, COMMAND_SCAN, NULL,
	    "reports in the order of the list, not as they end" },
	{ "summary", 0, KIND_FLAG, AT(summary), NULL, 0, 0, COMMAND_SCAN, NULL,
	    "domain, verdict, state and one sentence instead of reports" },
	{ "resume", 0, KIND_TEXT, AT(resume), "OUTPUT", 0, 0, COMMAND_SCAN,
	    NULL,
	    "leave out the domains that OUTPUT of an earlier run holds; a "
	    "torn last line in it is cut off" },
	{ "quiet", 'q', KIND_COUNT, AT(quiet), NULL, 0, 0, COMMAND_SCAN, NULL,
	    "no progress on stderr" },
	{ "concurrency", 0, KIND_NUMBER, AT(concurrency), "N", 1, 100000,
	    COMMAND_SCAN, "How fast",
	    "domains in work at once, in all workers (2000)" },
	{ "workers", 0, KIND_NUMBER, AT(workers), "N", 1, 256, COMMAND_SCAN,
	    NULL, "processes (one for each CPU)" },
	{ "per-host", 0, KIND_NUMBER, AT(per_host), "N", 1, 100, COMMAND_SCAN,
	    NULL,
	    "connections at once to the addresses of one MX host (2); to one "
	    "address there is never more than one" },
	{ "rate", 0, KIND_NUMBER, AT(rate), "N", 0, 1000, COMMAND_SCAN, NULL,
	    "connections to one address in a second; 0: no limit (10)" },
	{ "allow-private", 0, KIND_FLAG, AT(allow_private), NULL, 0, 0,
	    COMMAND_SCAN, NULL,
	    "connect to private and reserved addresses, too" },
	{ "shard", 0, KIND_TEXT, AT(shard), "K/N", 0, 0, COMMAND_SCAN, NULL,
	    "do part K of N: only the domains whose MX hosts belong to it" },
	{ "drain", 0, KIND_NUMBER, AT(drain), "SECONDS", 0, 3600, COMMAND_SCAN,
	    NULL,
	    "after SIGINT or SIGTERM let what runs go on for so long (10)" },
	{ "help", 'h', KIND_FLAG, AT(help), NULL, 0, 0, ALL | COMMAND_EXPLAIN,
	    "About danelaw", "this text" },
	{ "version", 'V', KIND_FLAG, AT(version), NULL, 0, 0, ALL, NULL,
	    "versions of the program and its libraries" },
};

#define RETRY_DELAY 30
#define N_SPECS (sizeof(specs) / sizeof(specs[0]))
#define LONG_BASE 1000 /* getopt's values for options without a letter */

void
options_complain(struct option_error *error, const char *what,
    const char *value, const char *why)
{
	struct arena *arena = arena_new();
	char *shown =
	    arena == NULL ? NULL : text_printable_str(arena, value, 100);

	if (value == NULL)
		snprintf(error->text, sizeof(error->text), "%s: %s", what, why);
	else
		snprintf(error->text, sizeof(error->text), "%s \"%s\": %s",
		    what, shown == NULL ? "" : shown, why);
	arena_unref(arena);
}

static bool
complain(struct option_error *error, const char *what, const char *value,
    const char *why)
{
	options_complain(error, what, value, why);
	return false;
}

static bool
take_number(const struct option_spec *spec, const char *text, long *value,
    struct option_error *error)
{
	char range[80], *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && text[0] >= '0' &&
	    text[0] <= '9' && number >= spec->least && number <= spec->most) {
		*value = number;
		return true;
	}
	snprintf(range, sizeof(range), "must be a number from %ld to %ld",
	    spec->least, spec->most);
	return complain(error, spec->name, text, range);
}

static bool
is_choice(const char *choices, const char *text)
{
	size_t len = strlen(text);

	for (const char *at = choices; at != NULL;) {
		const char *bar = strchr(at, '|');
		size_t n = bar == NULL ? strlen(at) : (size_t)(bar - at);

		if (n == len && memcmp(at, text, len) == 0)
			return true;
		at = bar == NULL ? NULL : bar + 1;
	}
	return false;
}

static bool
take_name(const struct option_spec *spec, const char *text, const char **value,
    struct option_error *error)
{
	struct arena *arena = arena_new();
	const char *why = "out of memory";
	char *inside;
	bool valid = arena != NULL &&
	    (text[0] == '[' ? name_unbracket(arena, text, &inside, &why)
			    : name_parse(arena, text, &why) != NULL);

	arena_unref(arena);
	if (!valid)
		return complain(error, spec->name, text, why);
	*value = text;
	return true;
}

static bool
take_mailbox(const struct option_spec *spec, const char *text,
    const char **value, struct option_error *error)
{
	const char *why;

	/* The null sender receives nothing. */
	if (!(spec->offset == AT(from) && mailbox_is_null(text)) &&
	    !mailbox_check(text, &why))
		return complain(error, spec->name, text, why);
	*value = text;
	return true;
}

static bool
take_text(struct text_list *list, const char *text)
{
	const char **texts =
	    realloc(list->texts, (list->n + 1) * sizeof(*texts));

	if (texts == NULL)
		return false;
	texts[list->n++] = text;
	list->texts = texts;
	return true;
}

static bool
take_value(const struct option_spec *spec, const char *text, int64_t now,
    struct settings *settings, struct option_error *error)
{
	void *value = (char *)settings + spec->offset;

	if (spec->argument != NULL && *text == '\0')
		return complain(error, spec->name, NULL, "the value is empty");
	switch (spec->kind) {
	case KIND_FLAG:
		*(bool *)value = true;
		return true;
	case KIND_COUNT:
		++*(int *)value;
		return true;
	case KIND_NUMBER:
		return take_number(spec, text, value, error);
	case KIND_TEXT:
		*(const char **)value = text;
		return true;
	case KIND_NAME:
		return take_name(spec, text, value, error);
	case KIND_MAILBOX:
		return take_mailbox(spec, text, value, error);
	case KIND_CHOICE:
		*(const char **)value = text;
		return is_choice(spec->argument, text) ||
		    complain(error, spec->name, text, spec->argument);
	case KIND_TIME:
		return clock_parse(text, now, value) ||
		    complain(error, spec->name, text,
			"write 2026-12-31T00:00:00Z, 2026-12-31 or +14d");
	case KIND_LIST:
		return take_text(value, text) ||
		    complain(error, spec->name, NULL, "out of memory");
	}
	return false;
}

/* Fills getopt's tables for one command. */
static void
getopt_tables(unsigned command, struct option *longs, char *shorts)
{
	*shorts++ = ':';
	for (size_t i = 0; i < N_SPECS; i++) {
		const struct option_spec *spec = &specs[i];

		if ((spec->commands & (command | UNHEEDED(command))) == 0)
			continue;
		*longs++ = (struct option) {
			.name = spec->name,
			.has_arg = spec->argument != NULL,
			.val = LONG_BASE + (int)i,
		};
		if (spec->letter != 0) {
			*shorts++ = spec->letter;
			if (spec->argument != NULL)
				*shorts++ = ':';
		}
	}
	*longs = (struct option) { 0 };
	*shorts = '\0';
}

static const struct option_spec *
find_spec(unsigned command, int value)
{
	if (value >= LONG_BASE)
		return &specs[value - LONG_BASE];
	for (size_t i = 0; i < N_SPECS; i++) {
		if ((specs[i].commands & (command | UNHEEDED(command))) != 0 &&
		    specs[i].letter != 0 && specs[i].letter == value)
			return &specs[i];
	}
	return NULL;
}

bool
options_parse(unsigned command, int argc, char **argv, int64_t now,
    struct settings *settings, int *first_operand, struct option_error *error)
{
	struct option longs[N_SPECS + 1];
	char shorts[2 * N_SPECS + 2], letter[3] = "-?";
	int value;

	getopt_tables(command, longs, shorts);
	settings->retry_delay = RETRY_DELAY;
	opterr = 0;
	optind = 0;
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_spec *spec;

		if (value == '?' || value == ':') {
			const char *what = argv[optind - 1];

			if (optopt > 0 && optopt < LONG_BASE) {
				letter[1] = (char)optopt;
				what = letter;
			}
			return complain(error, "option", what,
			    value == ':' ? "it needs a value"
				: optopt >= LONG_BASE
				? "it takes no value"
				: "there is no such option");
		}
		spec = find_spec(command, value);
		if (!take_value(spec, optarg, now, settings, error))
			return false;
	}
	if (settings->ipv4 && settings->ipv6)
		return complain(
		    error, "options -4 and -6", NULL, "only one of them");
	if (settings->key != NULL && settings->cert == NULL)
		return complain(error, "key", NULL, "it needs --cert");
	if ((settings->from == NULL) != (settings->to == NULL))
		return complain(error, "options --from and --to", NULL,
		    "one needs the other");
	*first_operand = optind;
	return true;
}

void
options_finish(struct settings *settings)
{
	struct text_list *lists[] = { &settings->resolvers, &settings->records,
		&settings->references, &settings->listens,
		&settings->socketmaps, &settings->domains,
		&settings->domain_files };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		free(lists[i]->texts);
		*lists[i] = (struct text_list) { .texts = NULL };
	}
}

/* Prints words from column 30 on, 78 wide. */
static void
put_help(FILE *out, int column, const char *text)
{
	enum { INDENT = 30, WIDTH = 78 };

	if (column > INDENT - 2) {
		fputc('\n', out);
		column = 0;
	}
	while (*text != '\0') {
		int len = (int)strcspn(text, " ");

		if (column > INDENT && column + 1 + len > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column < INDENT)
			column += fprintf(out, "%*s", INDENT - column, "");
		else
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", len, text);
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

void
options_usage(unsigned command, FILE *out)
{
	const char *group = NULL;

	for (size_t i = 0; i < N_SPECS; i++) {
		const struct option_spec *spec = &specs[i];
		int column;

		if (spec->group != NULL)
			group = spec->group;
		if ((spec->commands & command) == 0)
			continue;
		if (group != NULL)
			fprintf(out, "\n%s:\n", group);
		group = NULL;
		if (spec->letter != 0)
			column = fprintf(
			    out, "  -%c, --%s", spec->letter, spec->name);
		else
			column = fprintf(out, "      --%s", spec->name);
		if (spec->argument != NULL)
			column += fprintf(out, " %s", spec->argument);
		put_help(out, column, spec->help);
	}
}

void
options_list(unsigned command, FILE *out)
{
	for (size_t i = 0; i < N_SPECS; i++) {
		if ((specs[i].commands & command) != 0)
			fprintf(out, "--%s\n", specs[i].name);
	}
}

void
options_each_key(unsigned command,
    void (*fn)(const char *name, bool is_list, bool is_flag, void *arg),
    void *arg)
{
	for (size_t i = 0; i < N_SPECS; i++) {
		const struct option_spec *spec = &specs[i];

		if ((spec->commands & command) != 0 &&
		    spec->offset != AT(help) && spec->offset != AT(version) &&
		    spec->offset != AT(config_file))
			fn(spec->name, spec->kind == KIND_LIST,
			    spec->kind == KIND_FLAG || spec->kind == KIND_COUNT,
			    arg);
	}
}
