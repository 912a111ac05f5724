/* SPDX-License-Identifier: ISC */
#include "dns/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "dns/upstream.h"

#define SIZE_LIMIT 262144

char *
file_read(struct arena *arena, const char *file, const char **why)
{
	/* A pipe nobody writes to would block us for ever. */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = malloc(SIZE_LIMIT + 1);
	const char *wrong = NULL;
	ssize_t n = -1;
	size_t len = 0;

	if (text == NULL)
		errno = ENOMEM;
	if (fd >= 0 && text != NULL) {
		while (len < SIZE_LIMIT &&
		    (n = read(fd, text + len, SIZE_LIMIT - len)) > 0)
			len += (size_t)n;
	}
	if (n < 0) {
		wrong =
		    arena_printf(arena, "cannot be read: %s", strerror(errno));
		if (wrong == NULL)
			wrong = "cannot be read";
	} else if (len == SIZE_LIMIT) {
		wrong = "is too large";
	} else if (len == 0) {
		wrong = "is empty";
	} else if (memchr(text, '\0', len) != NULL) {
		wrong = "is no text";
	} else {
		text[len] = '\0';
	}
	if (fd >= 0)
		close(fd);
	if (wrong == NULL)
		return text;
	*why = wrong;
	free(text);
	return NULL;
}

bool
file_each_record(struct arena *arena, char *text, file_record_fn *fn, void *arg,
    const char **why)
{
	FILE *in = fmemopen(text, strlen(text), "r");
	const char *wrong = in == NULL ? "cannot be read" : NULL;
	ldns_rdf *origin = NULL;
	uint32_t ttl = 3600;
	int line = 1;

	while (wrong == NULL && !feof(in)) {
		ldns_rr *rr = NULL;
		ldns_status status =
		    ldns_rr_new_frm_fp_l(&rr, in, &ttl, &origin, NULL, &line);

		/* "hello world" is a record of type 0 without RDATA. */
		if (status == LDNS_STATUS_OK && ldns_rr_get_type(rr) == 0)
			status = LDNS_STATUS_SYNTAX_TYPE_ERR;
		if (status == LDNS_STATUS_OK) {
			if (!fn(arena, rr, arg))
				wrong = "needs more memory";
		} else if (status != LDNS_STATUS_SYNTAX_EMPTY &&
		    status != LDNS_STATUS_SYNTAX_TTL &&
		    status != LDNS_STATUS_SYNTAX_ORIGIN) {
			wrong =
			    arena_printf(arena, "makes no sense in line %d: %s",
				line, ldns_get_errorstr_by_id(status));
			if (wrong == NULL)
				wrong = "makes no sense";
		}
		ldns_rr_free(rr);
	}
	ldns_rdf_deep_free(origin);
	if (in != NULL)
		fclose(in);
	if (wrong != NULL)
		*why = wrong;
	return wrong == NULL;
}

struct hints {
	bool server;
	const char **places;
	size_t n_places;
};

static bool
on_hint(struct arena *arena, const ldns_rr *rr, void *arg)
{
	struct hints *hints = arg;
	ldns_rr_type type = ldns_rr_get_type(rr);

	char *text;
	bool good;

	if (type == LDNS_RR_TYPE_NS && ldns_rdf_size(ldns_rr_owner(rr)) == 1)
		hints->server = true;
	if (type != LDNS_RR_TYPE_A && type != LDNS_RR_TYPE_AAAA)
		return true;
	text = ldns_rdf2str(ldns_rr_rdf(rr, 0));
	good = text != NULL &&
	    arena_push_text(arena, &hints->places, &hints->n_places,
		arena_strdup(arena, text));
	free(text);
	return good;
}

bool
file_read_hints(struct arena *arena, const char *file, const char ***places,
    size_t *n_places, const char **why)
{
	char *text = file_read(arena, file, why);
	struct hints hints = { 0 };
	bool good;

	if (text == NULL)
		return false;
	good = file_each_record(arena, text, on_hint, &hints, why);
	free(text);
	if (good && !hints.server)
		*why = "has no NS record of the root";
	else if (good && hints.n_places == 0)
		*why = "has no address of a root server";
	if (!good || !hints.server || hints.n_places == 0)
		return false;
	*places = hints.places;
	*n_places = hints.n_places;
	return true;
}

bool
file_read_resolv_conf(struct arena *arena, const char *file,
    const char ***places, size_t *n_places, const char **why)
{
	static const char space[] = " \t\r";
	char *text = file_read(arena, file, why), *line, *save = NULL;
	const char **list = NULL, *copy;
	size_t n = 0;
	bool good = text != NULL;

	if (!good)
		return false;
	for (line = strtok_r(text, "\n", &save);
	     line != NULL && good && n < FILE_MAX_NAMESERVERS;
	     line = strtok_r(NULL, "\n", &save)) {
		char *rest = NULL, *word = strtok_r(line, space, &rest);
		char *place = strtok_r(NULL, space, &rest);

		if (word == NULL || place == NULL ||
		    strcmp(word, "nameserver") != 0 ||
		    !upstream_is_place(place))
			continue;
		copy = arena_strdup(arena, place);
		good = copy != NULL && arena_push_text(arena, &list, &n, copy);
	}
	free(text);
	if (!good) {
		*why = "needs more memory";
		return false;
	}
	if (n == 0) {
		*why = "names no name server";
		return false;
	}
	*places = list;
	*n_places = n;
	return true;
}
