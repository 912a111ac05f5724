/* SPDX-License-Identifier: ISC */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/name.h"
#include "base/near.h"
#include "cli/cli.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
#define COMMAND(name, bit, help) { #name, cmd_##name, help },
#include "cli/commands.def"
#undef COMMAND
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
usage(FILE *out)
{
	fputs("danelaw tells whether mail to a domain will be delivered under "
	      "DANE (RFC 7672),\nand if not, what is to blame and what to "
	      "change.\n\nUsage:\n",
	    out);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  danelaw %-8s %s\n", commands[i].name,
		    commands[i].help);
	fputs("\n  danelaw COMMAND --help  tells the options of a command\n"
	      "  danelaw --version       tells the versions in use\n\n"
	      "Try: danelaw check example.org\n",
	    out);
}

/* Each question to the DNS and each probe takes a descriptor. */
static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/*
 * Where libevent gets no files to begin with it has said so, and would end us
 * with 1, as if there were a warning. The plugin's status for it is 3.
 */
static int fatal_status = EXIT_OWN_FAILURE;

static void
on_fatal(int error)
{
	(void)error;
	_exit(fatal_status);
}

/* Under this name the program is the plugin, whatever its arguments. */
static bool
is_plugin(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash == NULL ? path : slash + 1, "check_danelaw") == 0;
}

/* A domain, or a command that is written almost like it. */
static void
complain(const char *name)
{
	struct arena *arena = arena_new();
	struct near near;
	const char *domain = NULL, *nearest;

	near_begin(&near, name);
	for (size_t i = 0; i < N_COMMANDS; i++)
		near_try(&near, commands[i].name);
	nearest = near_found(&near, 1);
	if (arena != NULL && *name != '-' && strchr(name, '.') != NULL)
		domain = name_parse(arena, name, NULL);
	if (*name == '\0')
		cli_complain("what is to be done? See danelaw --help");
	else if (domain != NULL)
		cli_complain("there is no such command; did you mean danelaw "
			     "check %s?",
		    domain);
	else if (nearest != NULL)
		cli_complain("there is no such command; did you mean danelaw "
			     "%s?",
		    nearest);
	else
		cli_complain("there is no such command; see danelaw --help");
	arena_unref(arena);
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	signal(SIGPIPE, SIG_IGN);
	raise_descriptors();
	event_set_fatal_callback(on_fatal);
	if (strcmp(name, "monitor") == 0 || (argc > 0 && is_plugin(argv[0])))
		fatal_status = DANELAW_STATE_UNKNOWN;
	if (argc > 0 && is_plugin(argv[0]))
		return cmd_monitor(argc, argv);
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		cli_version();
		return cli_flush() ? 0 : EXIT_OWN_FAILURE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
	    strcmp(name, "help") == 0) {
		usage(stdout);
		return cli_flush() ? 0 : EXIT_OWN_FAILURE;
	}
	complain(name);
	return EXIT_WRONG_USAGE;
}
