/* SPDX-License-Identifier: ISC */
#include "golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
golden_path(const char *name, const char *suffix, char path[static 512])
{
	const char *source = getenv("DANELAW_SOURCE");

	assert_non_null(source);
	snprintf(path, 512, "%s/testdata/report/%s.%s", source, name, suffix);
}

static void
write_golden(const char *path, const struct buf *out)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(buf_text(out), 1, out->len, file), out->len);
	assert_int_equal(fclose(file), 0);
}

void
golden_assert(const char *name, const char *suffix, struct buf *out)
{
	struct buf want = { 0 };
	char path[512], block[4096];
	FILE *file;
	size_t n;

	assert_false(buf_failed(out));
	golden_path(name, suffix, path);
	if (getenv("DANELAW_UPDATE_GOLDEN") != NULL)
		write_golden(path, out);
	file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s cannot be read", path);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(&want, block, n);
	fclose(file);
	if (strcmp(buf_text(&want), buf_text(out)) != 0)
		fail_msg("not as in %s:\n%s", path, buf_text(out));
	buf_finish(&want);
	buf_finish(out);
}
