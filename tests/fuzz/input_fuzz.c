/* SPDX-License-Identifier: ISC */
/* A list of domains, whole and in pieces; the first byte is their size. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "fuzz.h"
#include "scan/input.h"

static void
read_list(const uint8_t *bytes, size_t len, size_t piece, struct buf *out)
{
	struct input *input = input_new(false);
	struct input_item item;
	uint64_t line = 0;
	size_t at = 0;

	for (;;) {
		enum input_step step = input_next(input, &item);

		if (step == INPUT_END)
			break;
		if (step == INPUT_MORE) {
			size_t n = len - at < piece ? len - at : piece;

			if (n == 0)
				input_end(input);
			else
				assert(input_feed(input, bytes + at, n));
			at += n;
			continue;
		}
		assert(item.line > line);
		line = item.line;
		fuzz_printable(item.text);
		assert(step != INPUT_DOMAIN || strlen(item.text) > 0);
		assert(step != INPUT_BAD || item.why != NULL);
		buf_printf(
		    out, "%d %u %s\n", (int)step, (unsigned)line, item.text);
	}
	input_free(input);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct buf whole = { .limit = 0 }, pieces = { .limit = 0 };

	if (len == 0)
		return 0;
	read_list(bytes + 1, len - 1, len, &whole);
	read_list(bytes + 1, len - 1, (size_t)bytes[0] + 1, &pieces);
	assert(strcmp(buf_text(&whole), buf_text(&pieces)) == 0);
	buf_finish(&whole);
	buf_finish(&pieces);
	return 0;
}
