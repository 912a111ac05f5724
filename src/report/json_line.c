/* SPDX-License-Identifier: ISC */
/*
 * A tree of jansson's as one line. Its own writer looks at every character by
 * itself and hands each on with a call, which takes longer than all that
 * danelaw does for a domain whose MX hosts are known.
 */
#include "report/json_put.h"

#include <string.h>

static void
put_escape(struct buf *out, unsigned char byte)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (size_t i = 0; i < sizeof(letters) - 1; i += 2) {
		if (letters[i] == (char)byte) {
			buf_printf(out, "\\%c", letters[i + 1]);
			return;
		}
	}
	buf_printf(out, "\\u%04X", byte);
}

/* It is UTF-8: jansson takes no other. */
static void
put_text(struct buf *out, const char *text, size_t len)
{
	size_t from = 0;

	buf_add(out, "\"", 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte >= ' ' && byte != '"' && byte != '\\')
			continue;
		buf_add(out, text + from, i - from);
		put_escape(out, byte);
		from = i + 1;
	}
	buf_add(out, text + from, len - from);
	buf_add(out, "\"", 1);
}

static void
put_integer(struct buf *out, json_int_t value)
{
	char digits[24], *p = digits + sizeof(digits);
	unsigned long long rest =
	    value < 0 ? -(unsigned long long)value : (unsigned long long)value;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		*--p = '-';
	buf_add(out, p, (size_t)(digits + sizeof(digits) - p));
}

static void put_value(struct buf *out, const json_t *value);

static void
put_object(struct buf *out, const json_t *object)
{
	/* jansson's loop wants to write, though nothing is written. */
	json_t *own = (json_t *)(uintptr_t)object;
	const char *before = "{";

	for (void *at = json_object_iter(own); at != NULL;
	     at = json_object_iter_next(own, at)) {
		const char *key = json_object_iter_key(at);

		buf_add(out, before, 1);
		put_text(out, key, strlen(key));
		buf_add(out, ":", 1);
		put_value(out, json_object_iter_value(at));
		before = ",";
	}
	buf_puts(out, *before == '{' ? "{}" : "}");
}

static void
put_array(struct buf *out, const json_t *array)
{
	size_t n = json_array_size(array);

	buf_add(out, "[", 1);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_add(out, ",", 1);
		put_value(out, json_array_get(array, i));
	}
	buf_add(out, "]", 1);
}

/* As deep as a report is. */
static void
put_value(struct buf *out, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		put_object(out, value);
		break;
	case JSON_ARRAY:
		put_array(out, value);
		break;
	case JSON_STRING:
		put_text(
		    out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		put_integer(out, json_integer_value(value));
		break;
	case JSON_REAL:
		/* A report has none. */
		out->failed = true;
		break;
	case JSON_TRUE:
		buf_add(out, "true", 4);
		break;
	case JSON_FALSE:
		buf_add(out, "false", 5);
		break;
	case JSON_NULL:
		buf_add(out, "null", 4);
		break;
	}
}

void
json_finish_line(struct json_maker *maker, json_t *root, struct buf *out)
{
	if (root == NULL || maker->failed)
		out->failed = true;
	else
		put_value(out, root);
	json_decref(root);
}
