/* SPDX-License-Identifier: ISC */
/*
 * How the answer to a ClientHello begins: what is told of the first bytes
 * stays so, whatever follows.
 */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "tls/hello.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct hello_answer answer = { .kind = HELLO_MORE };

	for (size_t n = 0; n <= len && n <= 512; n++) {
		struct hello_answer next = hello_read(bytes, n);

		assert(next.alert >= 0 && next.alert <= 255);
		assert(next.group <= 0xffff && next.suite <= 0xffff);
		if (answer.kind != HELLO_MORE)
			assert(next.kind == answer.kind);
		answer = next;
	}
	answer = hello_read(bytes, len);
	assert(answer.kind != HELLO_MORE || len < HELLO_ANSWER_MAX);
	return 0;
}
