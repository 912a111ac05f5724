/* SPDX-License-Identifier: ISC */
#include <jansson.h>

#include "report/json_put.h"

static int
write_buf(const char *bytes, size_t len, void *arg)
{
	return buf_add(arg, bytes, len) ? 0 : -1;
}

void
json_indent(const struct buf *line, struct buf *out)
{
	json_t *root = buf_failed(line)
	    ? NULL
	    : json_loadb(buf_text(line), line->len, 0, NULL);

	if (root == NULL ||
	    json_dump_callback(root, write_buf, out,
		JSON_INDENT(2) | JSON_PRESERVE_ORDER) != 0)
		out->failed = true;
	json_decref(root);
}
