/* SPDX-License-Identifier: ISC */
#include "tls/list.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#define NAME_SIZE 64

static bool
is_known(SSL_CTX *ctx, enum list_kind kind, const char *name)
{
	long known = 0;

	switch (kind) {
	case LIST_GROUPS:
		known = SSL_CTX_set1_groups_list(ctx, name);
		break;
	case LIST_SIGALGS:
		known = SSL_CTX_set1_sigalgs_list(ctx, name);
		break;
	case LIST_SUITES:
		known = SSL_CTX_set_ciphersuites(ctx, name);
		break;
	}
	ERR_clear_error();
	return known == 1;
}

char *
list_known(SSL_CTX *ctx, enum list_kind kind, const char *list)
{
	char *known = calloc(1, strlen(list) + 1), name[NAME_SIZE], *to = known;

	while (known != NULL && *list != '\0') {
		size_t len = strcspn(list, ":");
		const char *from = name;

		if (len < sizeof(name)) {
			memcpy(name, list, len);
			name[len] = '\0';
			/* OpenSSL before 3.5 has no word for key shares. */
			if (*name == '*' && !is_known(ctx, kind, name))
				from++;
			if (is_known(ctx, kind, from)) {
				if (to > known)
					*to++ = ':';
				to = stpcpy(to, from);
			}
		}
		list += len + (list[len] == ':');
	}
	return known;
}
