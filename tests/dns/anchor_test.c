/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "dns/anchor.h"
#include "dns/files.h"

#define DS                                                                     \
	"DS 20326 8 2 "                                                        \
	"E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
#define KEY "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3"

static char path[] = "/tmp/anchor_test.XXXXXX";

static void
write_file(const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static int
setup(void **state)
{
	(void)state;
	return close(mkstemp(path));
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static void
test_read(void **state)
{
	static const struct {
		const char *what, *text;
		size_t n;        /* anchors */
		const char *why; /* part of it, if there are none */
	} rows[] = {
		{ "a DS record", ". IN " DS "\n", 1, NULL },
		{ "no class, a TTL", ". 3600 " DS, 1, NULL },
		{ "a key", ". IN DNSKEY 257 3 8 " KEY " ; keytag 1\n", 1,
		    NULL },
		{ "several, comments and empty lines",
		    "; IANA\n\n. IN " DS "\n\n. IN DNSKEY 257 3 8 " KEY "\n", 2,
		    NULL },
		{ "parentheses", ". IN DNSKEY 257 3 8 (\n" KEY "\n)\n", 1,
		    NULL },
		{ "$TTL and $ORIGIN", "$ORIGIN .\n$TTL 86400\n@ IN " DS "\n", 1,
		    NULL },
		{ "no newline at the end", ". IN " DS, 1, NULL },
		{ "RFC 5011: a key that is not yet trusted",
		    ". 3600 IN DNSKEY 257 3 8 " KEY
		    " ;{id = 1 (ksk)} ;;state=1 [ ADDPEND ] ;;count=3\n",
		    0, "holds no" },
		{ "RFC 5011: valid and missing keys",
		    ". IN DNSKEY 257 3 8 " KEY " ;;state=2 [  VALID  ]\n"
		    ". IN DNSKEY 257 3 8 " KEY " ;;state=3 [ MISSING ]\n"
		    ". IN DNSKEY 257 3 8 " KEY " ;;state=5 [ REMOVED ]\n",
		    2, NULL },
		{ "RFC 5011: a revoked key", ". IN DNSKEY 385 3 8 " KEY "\n", 0,
		    "holds no" },
		{ "a key that is not for zones", ". IN DNSKEY 0 3 8 " KEY "\n",
		    0, "holds no" },
		{ "of another zone", "example. IN " DS "\n", 0, "holds no" },
		{ "other records", ". IN NS a.root-servers.net.\n", 0,
		    "holds no" },
		{ "empty", "", 0, "is empty" },
		{ "white space", "\n \n", 0, "holds no" },
		{ "only comments", "; nothing\n", 0, "holds no" },
		{ "garbage", "hello world\n", 0, "makes no sense in line" },
		{ "XML", "<?xml version=\"1.0\"?><TrustAnchor>\n", 0,
		    "makes no sense" },
		{ "a digest that is no hex", ". IN DS 20326 8 2 XYZ\n", 0,
		    "makes no sense" },
		{ "a digest that is missing", ". IN DS 20326 8 2\n", 0,
		    "makes no sense" },
		{ "garbage after an anchor", ". IN " DS "\nrubbish\n", 0,
		    "makes no sense in line" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct anchors anchors = { 0 };
		const char *why = NULL;

		print_message("# %s\n", rows[i].what);
		write_file(rows[i].text);
		assert_int_equal(
		    anchors_read(arena, path, &anchors, &why), rows[i].n > 0);
		assert_int_equal(anchors.n_records, rows[i].n);
		if (rows[i].n > 0) {
			assert_string_equal(anchors.source, path);
			assert_null(strchr(anchors.records[0], ';'));
		} else {
			assert_non_null(strstr(why, path));
			assert_non_null(strstr(why, rows[i].why));
		}
		arena_unref(arena);
	}
}

static void
test_unreadable(void **state)
{
	struct arena *arena = arena_new();
	struct anchors anchors = { 0 };
	const char *why = NULL;
	(void)state;

	assert_false(anchors_read(arena, "/nonexistent", &anchors, &why));
	assert_non_null(strstr(why, "cannot be read: No such file"));
	assert_false(anchors_read(arena, "/tmp", &anchors, &why));
	assert_non_null(strstr(why, "cannot be read: Is a directory"));
	assert_false(anchors_read(arena, "/dev/zero", &anchors, &why));
	assert_non_null(strstr(why, "too large"));
	assert_false(anchors_read(arena, "/dev/null", &anchors, &why));
	assert_non_null(strstr(why, "is empty"));
	arena_unref(arena);
}

/* What the system has is used if it is any good, else passed over. */
static void
test_find(void **state)
{
	const char *const files[] = { "/nonexistent", "/dev/null", path };
	struct arena *arena = arena_new();
	struct anchors anchors;
	(void)state;

	write_file(". IN " DS "\n");
	assert_true(anchors_find(arena, files, 3, &anchors));
	assert_string_equal(anchors.source, path);
	assert_int_equal(anchors.n_records, 1);
	write_file("hello world\n");
	assert_true(anchors_find(arena, files, 3, &anchors));
	assert_string_equal(
	    anchors.source, "built in (IANA keys 20326 and 38696)");
	assert_int_equal(anchors.n_records, 2);
	for (size_t i = 0; i < 2; i++) {
		ldns_rr *rr = NULL;

		assert_int_equal(
		    ldns_rr_new_frm_str(&rr, anchors.records[i], 0, NULL, NULL),
		    LDNS_STATUS_OK);
		assert_int_equal(ldns_rr_get_type(rr), LDNS_RR_TYPE_DS);
		assert_int_equal(ldns_rdf_size(ldns_rr_rdf(rr, 3)), 32);
		ldns_rr_free(rr);
	}
	assert_true(anchors_find(arena, NULL, 0, &anchors));
	assert_true(anchors.n_records > 0);
	arena_unref(arena);
}

static void
test_resolv_conf(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *first, *why;
	} rows[] = {
		{ "nameserver 192.0.2.1\n", 1, "192.0.2.1", NULL },
		{ "# x\nsearch a b\nnameserver\t2001:db8::1 # y\n", 1,
		    "2001:db8::1", NULL },
		{ "nameserver 192.0.2.1\r\nnameserver 192.0.2.2", 2,
		    "192.0.2.1", NULL },
		{ "nameserver 127.0.0.1@5300\n", 1, "127.0.0.1@5300", NULL },
		{ "nameserver fe80::1%eth0\nnameserver 192.0.2.2\n", 1,
		    "192.0.2.2", NULL },
		{ "#nameserver 192.0.2.1\n", 0, NULL, "no name server" },
		{ "nameserver\nnameserver x\n", 0, NULL, "no name server" },
		{ "search example\n", 0, NULL, "no name server" },
		{ "", 0, NULL, "is empty" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		const char **places = NULL, *why = NULL;
		size_t n = 0;

		write_file(rows[i].text);
		assert_int_equal(
		    file_read_resolv_conf(arena, path, &places, &n, &why),
		    rows[i].n > 0);
		assert_int_equal(n, rows[i].n);
		if (n > 0)
			assert_string_equal(places[0], rows[i].first);
		else
			assert_non_null(strstr(why, rows[i].why));
		arena_unref(arena);
	}
}

static void
test_hints(void **state)
{
	static const struct {
		const char *text, *why; /* NULL: good */
	} rows[] = {
		{ ". 3600 NS a.\na. 3600 A 192.0.2.1\n", NULL },
		{ ". NS a.\na. AAAA 2001:db8::1\n", NULL },
		{ ". NS a.\n", "no address" },
		{ "a. A 192.0.2.1\n", "no NS record" },
		{ "example. NS a.\na. A 192.0.2.1\n", "no NS record" },
		{ "hello world\n", "makes no sense" },
		{ "", "is empty" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		const char *why = NULL, **places = NULL;
		size_t n = 0;

		write_file(rows[i].text);
		assert_int_equal(
		    file_read_hints(arena, path, &places, &n, &why),
		    rows[i].why == NULL);
		if (rows[i].why != NULL) {
			assert_non_null(strstr(why, rows[i].why));
		} else {
			assert_int_equal(n, 1);
			assert_non_null(strstr(rows[i].text, places[0]));
		}
		arena_unref(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_resolv_conf),
		cmocka_unit_test(test_hints),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
