/* SPDX-License-Identifier: ISC */
#include "report/json_put.h"

#include "report/when.h"

void
json_put(
    struct json_maker *maker, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) != 0)
		maker->failed = true;
}

void
json_add(struct json_maker *maker, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		maker->failed = true;
}

void
json_put_text(
    struct json_maker *maker, json_t *object, const char *key, const char *text)
{
	json_put(
	    maker, object, key, text == NULL ? json_null() : json_string(text));
}

void
json_put_number(
    struct json_maker *maker, json_t *object, const char *key, int64_t value)
{
	json_put(maker, object, key, json_integer((json_int_t)value));
}

void
json_put_index(
    struct json_maker *maker, json_t *object, const char *key, int value)
{
	json_put(
	    maker, object, key, value < 0 ? json_null() : json_integer(value));
}

void
json_put_bool(
    struct json_maker *maker, json_t *object, const char *key, bool value)
{
	json_put(maker, object, key, json_boolean(value));
}

void
json_put_time(struct json_maker *maker, json_t *object, const char *key,
    int64_t unix_time)
{
	char text[WHEN_ROOM];

	json_put_text(
	    maker, object, key, when_format(unix_time, text) ? text : NULL);
}

void
json_put_date(struct json_maker *maker, json_t *object, const char *key,
    int64_t unix_time)
{
	if (unix_time == 0)
		json_put_text(maker, object, key, NULL);
	else
		json_put_time(maker, object, key, unix_time);
}

void
json_put_texts(struct json_maker *maker, json_t *object, const char *key,
    const char *const *texts, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_add(maker, array,
		    texts[i] == NULL ? json_null() : json_string(texts[i]));
	json_put(maker, object, key, array);
}

static int
write_buf(const char *bytes, size_t len, void *arg)
{
	return buf_add(arg, bytes, len) ? 0 : -1;
}

void
json_finish(
    struct json_maker *maker, json_t *root, size_t flags, struct buf *out)
{
	if (root == NULL || maker->failed ||
	    json_dump_callback(root, write_buf, out, flags) != 0)
		out->failed = true;
	json_decref(root);
}
