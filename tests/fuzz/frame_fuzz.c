/* SPDX-License-Identifier: ISC */
/* What a worker says: frame after frame, each as it was written. */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "scan/frame.h"

static void
check_text(const char *text, const char *bytes, size_t len, size_t max)
{
	if (text == NULL)
		return;
	assert(text >= bytes && text < bytes + len);
	assert(memchr(text, '\0', (size_t)(bytes + len - text)) != NULL);
	assert(strlen(text) <= max);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	const char *at = (const char *)bytes;
	struct frame frame;
	size_t used;

	while (frame_read(at, len, &frame, &used) == FRAME_OK) {
		struct buf again = { 0 };

		assert(used > 0 && used <= len);
		check_text(frame.text, at, used, FRAME_MAX);
		check_text(frame.ip, at, used, FRAME_TEXT_MAX);
		check_text(frame.host, at, used, FRAME_TEXT_MAX);
		assert(
		    frame.text == NULL || frame.text_len == strlen(frame.text));
		assert(frame_write(&again, &frame));
		assert(again.len == used && memcmp(again.bytes, at, used) == 0);
		buf_finish(&again);
		at += used;
		len -= used;
	}
	return 0;
}
