/* SPDX-License-Identifier: ISC */
/* The configuration of serve, and a list of domains. */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "serve/config.h"

static const struct config_key keys[] = {
	{ .name = "listen" },
	{ .name = "domain", .is_list = true },
	{ .name = "require-dane", .is_flag = true },
	{ .name = NULL },
};

static void
check_items(const struct config_file *file)
{
	for (size_t i = 0; i < file->n_items; i++) {
		const struct config_item *item = &file->items[i];

		assert(item->value[0] != '\0' && item->line > 0);
		assert(strlen(item->value) <= CONFIG_LINE_MAX);
		assert(strpbrk(item->value, "\n\r\x1b\"") == NULL);
		assert(i == 0 || file->items[i - 1].line < item->line);
		for (size_t k = 0; k < i && i < 64; k++)
			assert(item->key == NULL || item->key->is_list ||
			    file->items[k].key != item->key);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new();
	struct config_file file = { 0 };
	const char *text = (const char *)bytes, *why = NULL;

	if (config_parse(arena, "f", text, len, keys, &file, &why)) {
		check_items(&file);
	} else {
		assert(why != NULL && strncmp(why, "f:", 2) == 0);
		assert(file.n_items == 0);
		fuzz_printable(why);
	}
	file = (struct config_file) { 0 };
	why = NULL;
	if (config_parse_list(arena, "f", text, len, &file, &why)) {
		check_items(&file);
	} else {
		assert(why != NULL && file.n_items == 0);
		fuzz_printable(why);
	}
	arena_unref(arena);
	return 0;
}
