/* SPDX-License-Identifier: ISC */
/*
 * option_table.h - which options there are, and what --help says of them.
 *
 * options.c alone reads it; the rest of the program sees options.h.
 */
#pragma once

#include "cli/options.h"

enum option_kind {
	KIND_FLAG,    /* bool */
	KIND_COUNT,   /* int, one more each time */
	KIND_NUMBER,  /* long between least and most */
	KIND_SHARE,   /* struct share, the number as that; or in percent */
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
	enum option_kind kind;
	size_t offset;        /* in struct settings */
	const char *argument; /* in the usage; the choices for KIND_CHOICE */
	long least, most;
	unsigned commands;
	const char *group; /* heading, where a new one begins */
	const char *help;
};

/* Where the value goes, in struct settings. */
#define AT(member) offsetof(struct settings, member)
/*
 * All that ask the DNS take the same options. One without effect is taken
 * by the command, and kept out of its help.
 */
#define UNHEEDED(command) ((unsigned)(command) << 16)

#define OPTION_SPECS_MAX 128 /* room for those of any command */
extern const struct option_spec option_specs[];
extern const size_t n_option_specs;
