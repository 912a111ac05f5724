/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"

static void
test_push_keeps_what_was_there(void **state)
{
	struct arena *arena = arena_new();
	struct pair {
		int a;
		char b;
	} *pairs = NULL;
	size_t n = 0;
	(void)state;

	for (int i = 0; i < 1000; i++) {
		struct pair *pair = ARENA_PUSH(arena, pairs, n);

		assert_int_equal(pair->a, 0);
		pair->a = i;
		pair->b = 'x';
	}
	assert_int_equal(n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(pairs[i].a, i);
	arena_unref(arena);
}

static void
test_aligned_and_zeroed(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	for (size_t size = 0; size < 20000; size = size * 3 + 1) {
		unsigned char *bytes = arena_alloc(arena, size);

		assert_int_equal((uintptr_t)bytes % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(bytes[i], 0);
		memset(bytes, 0xff, size);
	}
	arena_unref(arena);
}

/* A tree may point into an arena that it holds. */
static void
test_hold(void **state)
{
	struct arena *parent = arena_new(), *child = arena_new();
	char *text = arena_strdup(child, "still here");
	(void)state;

	assert_true(arena_hold(parent, arena_ref(child)));
	arena_unref(child);
	assert_string_equal(text, "still here");
	arena_unref(parent);
}

static void
test_too_much(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	assert_false(arena_failed(arena));
	assert_null(arena_alloc(arena, SIZE_MAX - 8));
	assert_true(arena_failed(arena));
	assert_non_null(arena_alloc(arena, 8));
	arena_unref(arena);
}

static void
test_printf(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	assert_string_equal(arena_printf(arena, "%d %s", 7, "x"), "7 x");
	assert_null(arena_strdup(arena, NULL));
	arena_unref(arena);
}

/* However much room was left where it was to stand. */
static void
test_printf_anywhere(void **state)
{
	char *texts[300];
	(void)state;

	for (int width = 1; width < 40; width++) {
		struct arena *arena = arena_new();

		for (int i = 0; i < 300; i++)
			texts[i] = arena_printf(arena, "%*d", width, i % 10);
		for (int i = 0; i < 300; i++) {
			assert_int_equal(strlen(texts[i]), width);
			assert_int_equal(texts[i][width - 1], '0' + i % 10);
		}
		for (int i = 0; i < 100; i++)
			assert_int_equal(
			    *(char *)arena_alloc(arena, (size_t)i + 1), 0);
		arena_unref(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_push_keeps_what_was_there),
		cmocka_unit_test(test_aligned_and_zeroed),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_printf_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
