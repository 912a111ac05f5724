/* SPDX-License-Identifier: ISC */
/* TLS reports, which anybody may send. */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "report/tlsrpt.h"

static void
check_printable(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		assert(*text >= ' ' && *text <= '~');
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new();
	struct tlsrpt report;
	const char *why;

	assert(arena != NULL);
	if (!tlsrpt_read(arena, bytes, len, &report, &why)) {
		assert(why != NULL);
		arena_unref(arena);
		return 0;
	}
	assert(report.n_failures <= TLSRPT_FAILURES_MAX);
	check_printable(report.organization);
	for (size_t i = 0; i < report.n_failures; i++) {
		const struct tlsrpt_failure *failure = &report.failures[i];

		assert(failure->sessions >= 0);
		assert(i == 0 || failure->sessions <= failure[-1].sessions);
		check_printable(failure->shown_domain);
		check_printable(failure->shown_host);
		check_printable(failure->domain);
		check_printable(failure->host);
		check_printable(failure->type);
		check_printable(failure->reason);
	}
	arena_unref(arena);
	return 0;
}
