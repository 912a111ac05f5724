/* SPDX-License-Identifier: ISC */
/*
 * What an earlier run has written, whole and in pieces; the first byte is
 * their size. Where a line that is taken is JSON, jansson must read the same
 * domain.
 */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "scan/resume.h"

static const struct fingerprint_secret secret = { .bytes = { 7 } };

static struct resume_state
read_output(const uint8_t *bytes, size_t len, size_t piece, struct seen *seen)
{
	struct resume *resume = resume_new(seen, NULL);
	struct resume_state state;
	bool good = true;

	for (size_t at = 0; good && at < len; at += piece)
		good = resume_feed(
		    resume, bytes + at, len - at < piece ? len - at : piece);
	state = resume_state(resume);
	assert(good == (state.why == NULL));
	resume_free(resume);
	return state;
}

/* Nothing behind the beginning of a line is looked into. */
static void
check_line(const uint8_t *line, size_t len, const struct seen *seen)
{
	/* Of a member that is there twice either may be meant. */
	json_t *root =
	    json_loadb((const char *)line, len, JSON_REJECT_DUPLICATES, NULL);
	const char *domain = json_string_value(json_object_get(root, "domain"));
	const char *source = json_string_value(
	    json_object_get(json_object_get(root, "mx"), "source"));
	char name[400] = "[";

	if (root == NULL)
		return;
	assert(domain != NULL && strlen(domain) < sizeof(name) - 2);
	strcat(strcat(name, domain), "]");
	assert(seen_has(seen, domain, strlen(domain)) ||
	    seen_has(seen, name, strlen(name)));
	if (source == NULL || strcmp(source, "literal") != 0)
		assert(seen_has(seen, domain, strlen(domain)));
	json_decref(root);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct seen *seen = seen_new(&secret), *again = seen_new(&secret);
	struct resume_state whole, pieces;

	if (len == 0)
		goto done;
	whole = read_output(bytes + 1, len - 1, len, seen);
	pieces = read_output(bytes + 1, len - 1, (size_t)bytes[0] + 1, again);
	assert(whole.lines == pieces.lines && whole.whole == pieces.whole);
	assert(whole.why == pieces.why);
	assert(seen_count(seen) == seen_count(again));
	assert(seen_count(seen) <= whole.lines);
	if (whole.why == NULL)
		assert(whole.whole + whole.torn == len - 1);
	for (size_t at = 1; at < whole.whole + 1;) {
		const uint8_t *end = memchr(bytes + at, '\n', len - at);

		assert(end != NULL);
		check_line(bytes + at, (size_t)(end - bytes) - at, seen);
		at = (size_t)(end - bytes) + 1;
	}
done:
	seen_free(seen);
	seen_free(again);
	return 0;
}
