/* SPDX-License-Identifier: ISC */
#include "dns/anchor.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "base/arena.h"
#include "base/text.h"
#include "dns/files.h"

#define PATH_SHOWN 200
#define FLAG_ZONE 0x0100
#define FLAG_REVOKED 0x0080 /* RFC 5011 section 3 */

/* https://data.iana.org/root-anchors/root-anchors.xml */
static const char *const built_in[] = {
	". IN DS 20326 8 2 "
	"E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
	". IN DS 38696 8 2 "
	"683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
};
static const char built_in_source[] = "built in (IANA keys 20326 and 38696)";

static const char *const system_files[] = {
	"/usr/share/dns/root.key",
	"/var/lib/unbound/root.key",
};

/*
 * unbound-anchor writes the state of a key behind it as a comment. Only
 * VALID (2) and MISSING (3) may be trusted (RFC 5011 section 4.2); lines of
 * any other state are blanked.
 */
static void
blank_untrusted(char *text)
{
	static const char mark[] = ";;state=";
	char *line = text, *end, *state;

	while (*line != '\0') {
		end = line + strcspn(line, "\n");
		state = memmem(line, (size_t)(end - line), mark, strlen(mark));
		if (state != NULL && state[strlen(mark)] != '2' &&
		    state[strlen(mark)] != '3')
			memset(line, ' ', (size_t)(end - line));
		line = *end == '\0' ? end : end + 1;
	}
}

/* Is this an anchor for the root? */
static bool
is_anchor(const ldns_rr *rr)
{
	const ldns_rdf *owner = ldns_rr_owner(rr);
	uint16_t flags;

	if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN ||
	    ldns_rdf_size(owner) != 1)
		return false;
	if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DS)
		return ldns_rr_rd_count(rr) == 4;
	if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_DNSKEY ||
	    ldns_rr_rd_count(rr) != 4)
		return false;
	flags = ldns_rdf2native_int16(ldns_rr_dnskey_flags(rr));
	return (flags & FLAG_ZONE) != 0 && (flags & FLAG_REVOKED) == 0;
}

static bool
on_record(struct arena *arena, const ldns_rr *rr, void *arg)
{
	struct anchors *anchors = arg;
	char *text, *copy;

	if (!is_anchor(rr))
		return true;
	text = ldns_rr2str(rr);
	if (text == NULL)
		return false;
	text[strcspn(text, ";\n")] = '\0';
	copy = arena_strdup(arena, text);
	free(text);
	return copy != NULL &&
	    arena_push_text(
		arena, &anchors->records, &anchors->n_records, copy);
}

bool
anchors_read(struct arena *arena, const char *file, struct anchors *anchors,
    const char **why)
{
	const char *path = text_printable_str(arena, file, PATH_SHOWN);
	const char *wrong = NULL;
	struct anchors new = { .source = path };
	char *text = file_read(arena, file, &wrong);

	if (text != NULL) {
		blank_untrusted(text);
		file_each_record(arena, text, on_record, &new, &wrong);
		free(text);
	}
	if (wrong == NULL && new.n_records == 0)
		wrong = "holds no DS or DNSKEY record of the root zone that "
			"may be trusted";
	if (wrong != NULL) {
		*why = arena_printf(arena, "the trust anchor file \"%s\" %s",
		    path == NULL ? "?" : path, wrong);
		return false;
	}
	*anchors = new;
	return true;
}

bool
anchors_find(struct arena *arena, const char *const *files, size_t n_files,
    struct anchors *anchors)
{
	struct anchors new = { .source = built_in_source };
	const char *why;

	if (files == NULL) {
		files = system_files;
		n_files = sizeof(system_files) / sizeof(system_files[0]);
	}
	for (size_t i = 0; i < n_files; i++) {
		if (anchors_read(arena, files[i], anchors, &why))
			return true;
	}
	for (size_t i = 0; i < sizeof(built_in) / sizeof(built_in[0]); i++) {
		if (!arena_push_text(
			arena, &new.records, &new.n_records, built_in[i]))
			return false;
	}
	*anchors = new;
	return true;
}
