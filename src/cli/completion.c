/* SPDX-License-Identifier: ISC */
/*
 * Writes what a shell needs to complete the options of danelaw and of
 * check_danelaw, from the table that reads them. Run by the build alone.
 *
 *	completion bash|zsh
 */
#include <stdio.h>
#include <string.h>

#include "cli/option_table.h"

static const struct command {
	const char *name, *help;
	unsigned bit;
} commands[] = {
#define COMMAND(name, bit, help) { #name, help, COMMAND_##bit },
#include "cli/commands.def"
#undef COMMAND
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static bool
is_path(const struct option_spec *spec)
{
	return spec->argument != NULL &&
	    (strcmp(spec->argument, "FILE") == 0 ||
		strcmp(spec->argument, "FOLDER") == 0);
}

/* "a|b|c" as "a b c". */
static void
put_choices(const char *choices)
{
	for (; *choices != '\0'; choices++)
		putchar(*choices == '|' ? ' ' : *choices);
}

/* The options of one command whose values are known, as cases. */
static void
bash_values(const struct command *command)
{
	for (size_t i = 0; i < n_option_specs; i++) {
		const struct option_spec *spec = &option_specs[i];

		if ((spec->commands & command->bit) == 0 ||
		    spec->argument == NULL)
			continue;
		printf("\t%s:--%s", command->name, spec->name);
		if (spec->letter != 0)
			printf("|%s:-%c", command->name, spec->letter);
		if (spec->kind == KIND_CHOICE) {
			fputs(")\n\t\twords='", stdout);
			put_choices(spec->argument);
			puts("' ;;");
		} else if (is_path(spec)) {
			puts(")\n\t\tcompopt -o default; return ;;");
		} else {
			puts(")\n\t\treturn ;;");
		}
	}
}

static void
bash_options(const struct command *command)
{
	printf("\t%s:*)\n\t\twords='", command->name);
	for (size_t i = 0; i < n_option_specs; i++) {
		if ((option_specs[i].commands & command->bit) != 0)
			printf("--%s ", option_specs[i].name);
	}
	puts("' ;;");
}

/* Operands are domains and files: where no option is begun, files. */
static void
bash(void)
{
	puts("# bash completion of danelaw; made from its table of options\n"
	     "_danelaw()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words=\n"
	     "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]} command=monitor\n\n"
	     "\t[ \"${1##*/}\" = check_danelaw ] || "
	     "command=${COMP_WORDS[1]}\n"
	     "\t[ \"$prev\" = = ] && prev=${COMP_WORDS[COMP_CWORD-2]}\n"
	     "\t[ \"$cur\" = = ] && prev=${COMP_WORDS[COMP_CWORD-1]} cur=\n"
	     "\tif [ \"$COMP_CWORD\" -eq 1 ] && "
	     "[ \"${1##*/}\" != check_danelaw ]; then\n"
	     "\t\tcommand=COMMAND\n\tfi\n"
	     "\tcase $command:$prev in");
	fputs("\tCOMMAND:*)\n\t\twords='--help --version", stdout);
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf(" %s", commands[i].name);
	puts("' ;;");
	for (size_t i = 0; i < N_COMMANDS; i++) {
		bash_values(&commands[i]);
		bash_options(&commands[i]);
	}
	puts("\tesac\n"
	     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	     "\t[ -n \"${COMPREPLY[*]}\" ] || compopt -o default\n"
	     "}\ncomplete -F _danelaw danelaw check_danelaw");
}

/* Inside '...[help]': its own brackets, colons and quotes are escaped. */
static void
put_zsh(const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]:\\", *text) != NULL)
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void
zsh_option(const struct option_spec *spec)
{
	bool again = spec->kind == KIND_LIST || spec->kind == KIND_COUNT;

	for (int letter = 0; letter < 1 + (spec->letter != 0); letter++) {
		fputs(again ? " \\\n\t\t'*" : " \\\n\t\t'", stdout);
		if (letter)
			printf("-%c[", spec->letter);
		else
			printf("--%s%s[", spec->name,
			    spec->argument == NULL ? "" : "=");
		put_zsh(spec->help);
		putchar(']');
		if (spec->kind == KIND_CHOICE) {
			fputs(":value:(", stdout);
			put_choices(spec->argument);
			putchar(')');
		} else if (spec->argument != NULL) {
			putchar(':');
			put_zsh(spec->argument);
			fputs(is_path(spec) ? ":_files" : ":", stdout);
		}
		putchar('\'');
	}
}

static void
zsh(void)
{
	puts("#compdef danelaw check_danelaw\n"
	     "# zsh completion of danelaw; made from its table of options\n"
	     "local command=monitor\n"
	     "if [[ ${service} != check_danelaw ]]; then\n"
	     "\tif (( CURRENT == 2 )); then\n"
	     "\t\tlocal -a commands=(");
	for (size_t i = 0; i < N_COMMANDS; i++) {
		printf("\t\t\t'%s:", commands[i].name);
		put_zsh(commands[i].help);
		puts("'");
	}
	puts("\t\t)\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
	     "\tcommand=${words[2]}\n\tshift words\n\t(( CURRENT-- ))\nfi\n"
	     "case $command in");
	for (size_t i = 0; i < N_COMMANDS; i++) {
		printf("%s)\n\t_arguments", commands[i].name);
		for (size_t j = 0; j < n_option_specs; j++) {
			if ((option_specs[j].commands & commands[i].bit) != 0)
				zsh_option(&option_specs[j]);
		}
		puts(" \\\n\t\t'*:operand:_files' ;;");
	}
	puts("esac");
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "bash") == 0)
		bash();
	else if (argc == 2 && strcmp(argv[1], "zsh") == 0)
		zsh();
	else
		return 64;
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 70;
}
