/* SPDX-License-Identifier: ISC */
/* The second opinion: what is trusted, and what the two errors mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "tls/cast.h"
#include "tls/pkix.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct cast cast;
static char folder[] = "/tmp/danelaw-pkix-XXXXXX";

static int
set_up(void **state)
{
	(void)state;
	cast_init(&cast, cast_roles, cast_n_roles);
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	cast_finish(&cast);
	return rmdir(folder);
}

static const char *
place(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* Writes the certificates of these roles, "root inter", as PEM. */
static void
write_roles(const char *path, const char *roles)
{
	FILE *file = fopen(path, "w");
	char *copy = strdup(roles), *rest = NULL;

	assert_non_null(file);
	for (char *role = strtok_r(copy, " ", &rest); role != NULL;
	     role = strtok_r(NULL, " ", &rest))
		assert_int_equal(
		    PEM_write_X509(file, cast_find(&cast, role)->cert), 1);
	assert_int_equal(fclose(file), 0);
	free(copy);
}

static struct tls_context *
make_context(const char *ca_file, const char *ca_path)
{
	char *error = NULL;
	struct tls_context *context = tls_context_new(NULL, NULL, &error);

	assert_non_null(context);
	if (!tls_context_trust(context, ca_file, ca_path, &error))
		fail_msg("%s", error);
	return context;
}

static struct danelaw_pkix *
judge(struct tls_context *context, struct arena *arena, const char *words,
    const char *host, const char *domain)
{
	const struct pkix_question question = { host, domain, FORGE_NOW };
	struct tls_chain *chain = cast_chain(&cast, words);
	struct danelaw_pkix *answer = NULL;

	assert_true(pkix_judge(context, chain, &question, arena, &answer));
	tls_chain_unref(chain);
	assert_non_null(answer);
	assert_int_equal(answer->trusted, answer->code == 0);
	return answer;
}

static const struct {
	const char *what, *trusted, *chain, *host, *domain;
	int code;
	const char *explain; /* a part of it */
} rows[] = {
	{ "all as it should be", "root", "leaf inter", "mx.example", NULL, 0,
	    "up to CN=Root in " },
	{ "the root is sent, too", "root", "leaf inter root", "mx.example",
	    NULL, 0, "up to CN=Root" },
	{ "order does not matter", "root", "leaf root inter", "mx.example",
	    NULL, 0, "up to CN=Root" },
	{ "an intermediate of the store", "root inter", "leaf", "mx.example",
	    NULL, 0, "up to CN=Root" },
	{ "the domain's name", "root", "leaf inter", "other.example",
	    "mx.example", 0, "for the domain alone" },
	{ "no name is asked for", "root", "leaf inter", NULL, NULL, 0,
	    "up to CN=Root" },
	{ "a trusted self-signed leaf", "selfleaf", "selfleaf", "mx.example",
	    NULL, 0, "up to CN=self" },
	/* 20: nobody knows who signed the last one that was sent. */
	{ "no intermediate", "root", "leaf", "mx.example", NULL, 20,
	    "sends its own certificate only, and its issuer, CN=Inter, is not "
	    "found in " },
	{ "another intermediate", "root", "leaf evilca", "mx.example", NULL, 20,
	    "none of the 1 other certificates that the server sends is that "
	    "of the issuer, CN=Inter" },
	{ "an unknown root", "evilca", "leaf inter", "mx.example", NULL, 20,
	    "sends the chain up to CN=Inter; who signed that, CN=Root, is not "
	    "found in " },
	{ "a wrong name behind it", "evilca", "leaf inter", "other.example",
	    NULL, 20, "besides, the names do not fit" },
	{ "a date behind it", "evilca", "exleaf inter", "mx.example", NULL, 20,
	    "besides, a certificate has expired" },
	/* 2: the store has a gap. */
	{ "an issuer without its own", "inter", "leaf", "mx.example", NULL, 2,
	    "has CN=Inter, but who signed that, CN=Root, is not found there" },
	{ "the same, sent besides", "inter", "leaf inter", "mx.example", NULL,
	    2, "the server is not to blame" },
	/* Others. */
	{ "self-signed", "root", "selfleaf", "mx.example", NULL, 18,
	    "the server's own certificate is not in " },
	{ "an unknown root that is sent", "root", "evilleaf evilca",
	    "mx.example", NULL, 19,
	    "the root that the server sends, CN=Evil, is not found in " },
	{ "an old leaf", "root", "exleaf inter", "mx.example", NULL, 10,
	    "it is about CN=old, at depth 0" },
	{ "an early leaf", "root", "newleaf inter", "mx.example", NULL, 9,
	    "at depth 0" },
	{ "an old intermediate", "root", "exinter-leaf exinter", "mx.example",
	    NULL, 10, "CN=Old inter, at depth 1" },
	{ "another name", "root", "leaf inter", "other.example", NULL, 62,
	    "it is not for other.example" },
	{ "two other names", "root", "leaf inter", "a.example", "b.example", 62,
	    "it is not for a.example nor b.example" },
	{ "an address", "root", "leaf inter", "192.0.2.1", "192.0.2.1", 64,
	    "it is not for 192.0.2.1" },
	{ "an address that fits", "root", "ip inter", "192.0.2.1", "192.0.2.1",
	    0, "up to CN=Root" },
	{ "a partial wildcard", "root", "partial inter", "mx.example.com", NULL,
	    62, "it is not for" },
	{ "a client's", "root", "client inter", "mx.example", NULL, 26,
	    "CN=c, at depth 0" },
	{ "signed by another", "root", "forged inter", "mx.example", NULL, 7,
	    "CN=g, at depth 0" },
};

static void
test_rows(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *arena = arena_new();
		struct tls_context *context;
		struct danelaw_pkix *answer;

		write_roles(place("ca.pem"), rows[i].trusted);
		context = make_context(place("ca.pem"), NULL);
		answer = judge(context, arena, rows[i].chain, rows[i].host,
		    rows[i].domain);
		if (answer->code != rows[i].code ||
		    strstr(answer->explain, rows[i].explain) == NULL)
			fail_msg("%s: %d %s: %s", rows[i].what, answer->code,
			    answer->name, answer->explain);
		assert_memory_equal(answer->name, "X509_V_", 7);
		tls_context_free(context);
		arena_unref(arena);
	}
	unlink(place("ca.pem"));
}

/* Makes and drops the link that openssl rehash makes. */
static void
link_role(const char *role, const char *file, bool make)
{
	char name[32];

	snprintf(name, sizeof(name), "%08lx.0",
	    X509_NAME_hash_ex(
		X509_get_subject_name(cast_find(&cast, role)->cert), NULL, NULL,
		NULL));
	if (make)
		assert_int_equal(symlink(file, place(name)), 0);
	else
		assert_int_equal(unlink(place(name)), 0);
}

static const struct {
	const char *what;
	const char *file;   /* role written to ca.pem, or NULL */
	const char *linked; /* role whose link there is, or NULL */
	const char *chain;
	int code;
	const char *explain;
} folders[] = {
	{ "hashed", "root", "root", "leaf inter", 0, "up to CN=Root" },
	{ "not hashed", "root", NULL, "leaf inter", 20, "is not hashed" },
	{ "not hashed: what to run", "root", NULL, "leaf inter", 20,
	    "ca.pem, so run openssl rehash /tmp/danelaw-pkix-" },
	{ "empty", NULL, NULL, "leaf inter", 20, "is not hashed" },
	{ "one link is missing", "root", "evilca", "leaf inter", 20,
	    "ca.pem, but the link " },
	{ "it is not there at all", NULL, "evilca", "leaf inter", 20,
	    " has no " },
	{ "a gap in the folder", "inter", "inter", "leaf", 2, " has no " },
	{ "self-signed and not linked", "selfleaf", "root", "selfleaf", 18,
	    "ca.pem, but the link " },
};

static void
test_folder(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(folders); i++) {
		struct arena *arena = arena_new();
		struct tls_context *context;
		struct danelaw_pkix *answer;

		if (folders[i].file != NULL)
			write_roles(place("ca.pem"), folders[i].file);
		if (folders[i].linked != NULL)
			link_role(folders[i].linked, "ca.pem", true);
		context = make_context(NULL, folder);
		answer =
		    judge(context, arena, folders[i].chain, "mx.example", NULL);
		if (answer->code != folders[i].code ||
		    strstr(answer->explain, folders[i].explain) == NULL)
			fail_msg("%s: %d %s: %s", folders[i].what, answer->code,
			    answer->name, answer->explain);
		if (folders[i].linked != NULL)
			link_role(folders[i].linked, "ca.pem", false);
		unlink(place("ca.pem"));
		tls_context_free(context);
		arena_unref(arena);
	}
}

/* A file beside a folder: either will do. */
static void
test_both(void **state)
{
	struct arena *arena = arena_new();
	struct tls_context *context;
	(void)state;

	write_roles(place("ca.pem"), "root");
	context = make_context(place("ca.pem"), folder);
	assert_true(
	    judge(context, arena, "leaf inter", "mx.example", NULL)->trusted);
	assert_int_equal(
	    judge(context, arena, "evilleaf", "mx.example", NULL)->code, 20);
	tls_context_free(context);
	arena_unref(arena);
	unlink(place("ca.pem"));
}

/* The system's store is read late; here it is one of ours. */
static void
test_system(void **state)
{
	struct arena *arena = arena_new();
	struct tls_context *context;
	struct danelaw_pkix *answer;
	(void)state;

	setenv("SSL_CERT_FILE", place("ca.pem"), 1);
	setenv("SSL_CERT_DIR", folder, 1);
	context = make_context(NULL, NULL);
	write_roles(place("ca.pem"), "root");
	answer = judge(context, arena, "leaf inter", "mx.example", NULL);
	assert_true(answer->trusted);
	assert_string_equal(
	    answer->explain, "up to CN=Root in the system's store");
	unlink(place("ca.pem"));
	answer = judge(context, arena, "leaf inter", "mx.example", NULL);
	assert_true(answer->trusted);
	tls_context_free(context);
	context = make_context(NULL, NULL);
	answer = judge(context, arena, "leaf inter", "mx.example", NULL);
	assert_int_equal(answer->code, 20);
	tls_context_free(context);
	arena_unref(arena);
	unsetenv("SSL_CERT_FILE");
	unsetenv("SSL_CERT_DIR");
}

/* Not asked, or nothing presented: no opinion. */
static void
test_none(void **state)
{
	const struct pkix_question question = { "mx.example", NULL, FORGE_NOW };
	struct arena *arena = arena_new();
	struct tls_chain *chain = cast_chain(&cast, "leaf inter");
	struct danelaw_pkix some, *answer = &some;
	char *error = NULL;
	struct tls_context *context = tls_context_new(NULL, NULL, &error);
	(void)state;

	assert_true(pkix_judge(context, chain, &question, arena, &answer));
	assert_null(answer);
	tls_context_free(context);
	context = make_context(NULL, folder);
	answer = &some;
	assert_true(pkix_judge(context, NULL, &question, arena, &answer));
	assert_null(answer);
	tls_context_free(context);
	tls_chain_unref(chain);
	arena_unref(arena);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *file, *path, *error;
	} files[] = {
		{ "/nonexistent/ca", NULL,
		    "the CA file /nonexistent/ca cannot be read: No such file "
		    "or directory" },
		{ "/tmp", NULL,
		    "the CA file /tmp cannot be read: Is a directory" },
		{ "/dev/null", NULL,
		    "the CA file /dev/null holds no certificate in PEM, or a "
		    "damaged one" },
		{ NULL, "/nonexistent/ca",
		    "the CA folder /nonexistent/ca cannot be read: No such "
		    "file or directory" },
		{ NULL, "/dev/null",
		    "the CA folder /dev/null cannot be read: Not a directory" },
		{ "/nonexistent/\033[2J", NULL,
		    "the CA file /nonexistent/\\x1b[2J cannot be read: No such "
		    "file or directory" },
	};
	char *error = NULL;
	struct tls_context *context = tls_context_new(NULL, NULL, &error);
	(void)state;

	for (size_t i = 0; i < COUNT(files); i++) {
		assert_false(tls_context_trust(
		    context, files[i].file, files[i].path, &error));
		assert_string_equal(error, files[i].error);
		free(error);
	}
	tls_context_free(context);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_system),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
