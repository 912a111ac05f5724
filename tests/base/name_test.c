/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/name.h"

#define LABEL_63                                                               \
	"a23456789012345678901234567890123456789012345678901234567890123"

static void
test_parse(void **state)
{
	static const struct {
		const char *text, *name; /* NULL: refused */
	} rows[] = {
		{ "example.org", "example.org" },
		{ "Example.ORG.", "example.org" },
		{ "_25._tcp.mx.example", "_25._tcp.mx.example" },
		{ "b\xc3\xbc"
		  "cher.example",
		    "xn--bcher-kva.example" },
		{ "B\xc3\x9c"
		  "CHER.example.",
		    "xn--bcher-kva.example" },
		{ "stra\xc3\x9f"
		  "e.example",
		    "xn--strae-oqa.example" },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
		{ "ab--cd.b\xc3\xbc"
		  "cher.example",
		    "ab--cd.xn--bcher-kva.example" },
		{ "_25._tcp.b\xc3\xbc"
		  "cher.example",
		    "_25._tcp.xn--bcher-kva.example" },
		{ "b\xc3\xbc"
		  "cher..example",
		    NULL },
		{ "ab--\xc3\xbc.example", NULL },
		{ LABEL_63 ".example", LABEL_63 ".example" },
		{ LABEL_63 "x.example", NULL },
		{ LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, NULL },
		{ "", NULL },
		{ ".", NULL },
		{ "a..b", NULL },
		{ ".a", NULL },
		{ "a.b..", NULL },
		{ "a b.example", NULL },
		{ "a\n.example", NULL },
		{ "a\x1b[31m.example", NULL },
		{ "a/b.example", NULL },
		{ "-a.example", NULL },
		{ "a-.example", NULL },
		{ "\xff\xfe.example", NULL },
		{ "192.0.2.1", NULL },
		{ "user@example.org", NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		const char *why = NULL;
		char *name = name_parse(arena, rows[i].text, &why);

		if (rows[i].name == NULL) {
			assert_null(name);
			assert_non_null(why);
		} else {
			assert_non_null(name);
			assert_string_equal(name, rows[i].name);
		}
		arena_unref(arena);
	}
}

static void
test_from_dns(void **state)
{
	static const struct {
		const char *text, *name; /* NULL: refused */
	} rows[] = {
		{ "MX.Example.", "mx.example" },
		{ "mx.example", "mx.example" },
		{ ".", "" },
		{ "", "" },
		{ "a\\.b\\032c.Example.", "a\\.b\\032c.example" },
		{ "\\255\\@.example", "\\255\\@.example" },
		{ LABEL_63 ".example.", LABEL_63 ".example" },
		/* An escaped dot is no end (found by fuzzing). */
		{ "a\\.", "a\\." },
		{ "a\\..", "a\\." },
		{ "a\\\\.", "a\\\\" },
		/* No packet holds these (found by fuzzing). */
		{ "a..", NULL },
		{ "..", NULL },
		{ ".a", NULL },
		{ "a..b", NULL },
		{ LABEL_63 "4.example.", NULL },
		{ LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, NULL },
		{ "a\\", NULL },
		{ "a\\25.", NULL },
		{ "a\\256.", NULL },
		{ "a b.", NULL },
		{ "a\x1b.", NULL },
		{ "a\xff.", NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		char *name = name_from_dns(arena, rows[i].text);

		if (rows[i].name == NULL) {
			if (name != NULL)
				fail_msg("%s is taken", rows[i].text);
		} else {
			assert_non_null(name);
			assert_string_equal(name, rows[i].name);
		}
		arena_unref(arena);
	}
}

static void
test_unbracket(void **state)
{
	static const struct {
		const char *text, *inside;
	} rows[] = {
		{ "[192.0.2.1]", "192.0.2.1" },
		{ "[IPv6:2001:DB8::1]", "2001:db8::1" },
		{ "[2001:db8::1]", "2001:db8::1" },
		{ "[mx.Example.org.]", "mx.example.org" },
		{ "[]", NULL },
		{ "[", NULL },
		{ "[192.0.2.1", NULL },
		{ "[IPv6:192.0.2.1]", NULL },
		{ "[[a]]", NULL },
		{ "[a]b]", NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		const char *why = NULL;
		char *inside = NULL;

		assert_int_equal(
		    name_unbracket(arena, rows[i].text, &inside, &why),
		    rows[i].inside != NULL);
		if (rows[i].inside != NULL)
			assert_string_equal(inside, rows[i].inside);
		else
			assert_non_null(why);
		arena_unref(arena);
	}
}

static void
test_equal_and_below(void **state)
{
	(void)state;
	assert_true(name_equal("MX.example.", "mx.EXAMPLE"));
	assert_false(name_equal("mx.example", "mx.example.org"));
	assert_false(name_equal("a\\.", "a\\"));
	assert_false(name_equal(NULL, NULL));
	assert_true(name_is_below("a.b.example", "b.example"));
	assert_true(name_is_below("b.example", "B.example."));
	assert_false(name_is_below("ab.example", "b.example"));
	assert_true(name_is_below("anything", ""));
}

static void
test_tlsa_owner(void **state)
{
	struct arena *arena = arena_new();
	char base[NAME_MAX_LEN + 1];
	(void)state;

	assert_string_equal(
	    name_tlsa(arena, 25, "mx.example"), "_25._tcp.mx.example");
	memset(base, 'a', sizeof(base) - 1);
	base[sizeof(base) - 1] = '\0';
	assert_null(name_tlsa(arena, 25, base));
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_from_dns),
		cmocka_unit_test(test_unbracket),
		cmocka_unit_test(test_equal_and_below),
		cmocka_unit_test(test_tlsa_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
