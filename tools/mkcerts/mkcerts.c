/* SPDX-License-Identifier: ISC */
/*
 * mkcerts - certificates for tests, as a list asks for them.
 *
 * Every line of the list becomes OUTDIR/NAME.crt and OUTDIR/NAME.key, and
 * an object in OUTDIR/digests.json with what TLSA records hold: "cert" and
 * "spki", each as matching type "0" (the bytes), "1" and "2", in hex.
 *
 * A key is kept from an earlier run while its kind stays the same (RSA is
 * slow to make); certificates are always made again. Files are replaced in
 * one step. The usage text below documents the list.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <jansson.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "issue.h"
#include "spec.h"

#define MAX_SPEC (4 << 20)

static const char usage[] =
    "usage: mkcerts [--now UNIXTIME] SPEC OUTDIR\n"
    "\n"
    "SPEC (- is standard input) has a line for every certificate:\n"
    "  NAME: key=value ...    # values may be in double quotes\n"
    "\n"
    "  key=KIND        rsa512..rsa8192, p256, p384, p521, secp256k1,\n"
    "                  secp224r1, bp256, rsapss, ed25519, ed448;\n"
    "                  =OTHER: the key of OTHER;\n"
    "                  mldsa44, mldsa65, mldsa87, slhdsa: where OpenSSL\n"
    "                  knows none, that certificate and those that it\n"
    "                  signs are left out\n"
    "  issuer=OTHER    whose name and key sign; self, the default\n"
    "  cn=TEXT, o=TEXT subject; \\xNN stands for any byte; both may be\n"
    "                  left out: empty subject; cn2=TEXT: one more CN\n"
    "  san=LIST        dns:a.example,email:x@y,uri:u,ip:127.0.0.1; \\xNN\n"
    "                  too. Left out: no such extension\n"
    "  from=T, to=T    RFC 3339, or -30d and +60d from --now; default\n"
    "                  -1d and +90d\n"
    "  ca=yes|no|absent  basicConstraints; default no (CA:FALSE)\n"
    "  pathlen=N       with ca=yes\n"
    "  ku=LIST         keyUsage: digitalSignature,keyEncipherment,...;\n"
    "                  empty: no bit set; none, the default: no extension\n"
    "  eku=LIST        serverAuth,clientAuth,...; none, the default\n"
    "  nc=LIST         permit:example.org,exclude:x.example; none\n"
    "  version=1|3     1: no extensions; one asked for may make it 3\n"
    "  md=DIGEST       sha256 (default), sha224, sha384, sha512, sha1, md5\n"
    "  serial=[-]N     default: follows from NAME\n"
    "  critical_ext=OID  a critical extension nobody knows\n"
    "  keyid=no        no subject and authority key identifiers\n"
    "  badsig=yes      a signature that does not verify\n"
    "\n"
    "--openssl prints the version of OpenSSL instead.\n"
    "Writes OUTDIR/NAME.crt, OUTDIR/NAME.key and OUTDIR/digests.json.\n";

struct maker {
	const char *path, *dir;
	const struct spec *spec;
	EVP_PKEY **keys; /* as spec->entries */
	json_t *digests;
	struct arena *arena;
};

static int
fail(const char *what, const char *why)
{
	fprintf(stderr, "mkcerts: %s: %s\n", what, why);
	return EX_SOFTWARE;
}

static const char *
openssl_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return reason == NULL ? "OpenSSL gives no reason" : reason;
}

static int
read_all(const char *path, struct buf *text)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char chunk[65536];
	int status = 0;
	size_t n;

	if (in == NULL) {
		fail(path, strerror(errno));
		return EX_NOINPUT;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		buf_add(text, chunk, n);
	if (ferror(in) || buf_failed(text)) {
		fail(path, ferror(in) ? strerror(errno) : "too long");
		status = EX_NOINPUT;
	} else if (strlen(buf_text(text)) != text->len) {
		fail(path, "holds a NUL byte");
		status = EX_USAGE;
	}
	if (in != stdin)
		fclose(in);
	return status;
}

/* Opens a new file beside path; commit_file() moves it there. */
static FILE *
create_file(struct maker *maker, const char *path, mode_t mode, char **made)
{
	char *name = arena_printf(maker->arena, "%s.XXXXXX", path);
	FILE *out = NULL;
	int fd;

	if (name == NULL)
		return NULL;
	fd = mkstemp(name);
	if (fd < 0 || fchmod(fd, mode) != 0 ||
	    (out = fdopen(fd, "w")) == NULL) {
		if (fd >= 0) {
			unlink(name);
			close(fd);
		}
		return NULL;
	}
	*made = name;
	return out;
}

static bool
commit_file(FILE *out, bool written, const char *made, const char *path)
{
	if (fclose(out) != 0 || !written || rename(made, path) != 0) {
		unlink(made);
		return false;
	}
	return true;
}

static char *
path_of(struct maker *maker, const struct entry *entry, const char *suffix)
{
	return arena_printf(
	    maker->arena, "%s/%s.%s", maker->dir, entry->name, suffix);
}

static EVP_PKEY *
read_key(const char *path, const char *kind)
{
	FILE *in = fopen(path, "r");
	EVP_PKEY *key;

	if (in == NULL)
		return NULL;
	key = PEM_read_PrivateKey(in, NULL, NULL, (void *)(uintptr_t) "");
	fclose(in);
	if (key != NULL && !issue_key_is(key, kind)) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

static bool
write_key(struct maker *maker, const char *path, EVP_PKEY *key)
{
	FILE *out;
	char *made;
	bool ok;

	out = create_file(maker, path, 0600, &made);
	if (out == NULL)
		return false;
	ok = PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1;
	return commit_file(out, ok, made, path);
}

/* Own keys first, in one round; then those that are shared. */
static int
make_key(struct maker *maker, size_t i)
{
	const struct entry *entry = &maker->spec->entries[i];
	const char *path = path_of(maker, entry, "key");
	EVP_PKEY *key;

	if (path == NULL)
		return fail(entry->name, "no memory");
	if (entry->other != NULL) {
		key = maker->keys[entry->other - maker->spec->entries];
		if (key == NULL)
			return 0;
		EVP_PKEY_up_ref(key);
	} else if (!issue_can(entry->key)) {
		return 0;
	} else {
		key = read_key(path, entry->key);
		if (key != NULL) {
			maker->keys[i] = key;
			return 0;
		}
		key = issue_key(entry->key);
		if (key == NULL)
			return fail(entry->name, openssl_reason());
	}
	maker->keys[i] = key;
	if (!write_key(maker, path, key))
		return fail(path, strerror(errno));
	return 0;
}

static json_t *
digest_json(struct maker *maker, const unsigned char *der, int len)
{
	unsigned char sha256[SHA256_DIGEST_LENGTH];
	unsigned char sha512[SHA512_DIGEST_LENGTH];
	size_t size = (size_t)len;

	SHA256(der, size, sha256);
	SHA512(der, size, sha512);
	return json_pack("{s:s, s:s, s:s}", "0",
	    text_hex(maker->arena, der, size), "1",
	    text_hex(maker->arena, sha256, sizeof(sha256)), "2",
	    text_hex(maker->arena, sha512, sizeof(sha512)));
}

static bool
note_digests(struct maker *maker, const struct entry *entry, X509 *cert)
{
	unsigned char *der = NULL, *spki = NULL;
	int der_len = i2d_X509(cert, &der);
	int spki_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);
	bool noted = false;

	if (der_len > 0 && spki_len > 0)
		noted = json_object_set_new(maker->digests, entry->name,
			    json_pack("{s:o, s:o}", "cert",
				digest_json(maker, der, der_len), "spki",
				digest_json(maker, spki, spki_len))) == 0;
	OPENSSL_free(der);
	OPENSSL_free(spki);
	return noted;
}

static int
make_cert(struct maker *maker, size_t i)
{
	const struct entry *entry = &maker->spec->entries[i];
	const char *why, *path = path_of(maker, entry, "crt");
	size_t issuer = (size_t)(entry->issuer - maker->spec->entries);
	int status = EX_SOFTWARE;
	FILE *out;
	char *made;
	X509 *cert;

	if (maker->keys[i] == NULL || maker->keys[issuer] == NULL)
		return 0;
	cert = issue_cert(entry, maker->keys[i], maker->keys[issuer], &why);
	if (cert == NULL) {
		fprintf(stderr, "%s:%d: %s: bad %s: %s\n", maker->path,
		    entry->line, entry->name, why, openssl_reason());
		return EX_USAGE;
	}
	if (path == NULL || !note_digests(maker, entry, cert)) {
		fail(entry->name, "no memory");
		goto done;
	}
	out = create_file(maker, path, 0644, &made);
	if (out == NULL ||
	    !commit_file(out, PEM_write_X509(out, cert) == 1, made, path)) {
		fail(path, strerror(errno));
		goto done;
	}
	status = 0;
done:
	X509_free(cert);
	return status;
}

static int
write_digests(struct maker *maker)
{
	const char *path =
	    arena_printf(maker->arena, "%s/digests.json", maker->dir);
	FILE *out;
	char *made;
	bool ok;

	if (path == NULL)
		return fail("digests.json", "no memory");
	out = create_file(maker, path, 0644, &made);
	if (out == NULL)
		return fail(path, strerror(errno));
	ok = json_dumpf(maker->digests, out, JSON_INDENT(2)) == 0 &&
	    fputc('\n', out) != EOF;
	return commit_file(out, ok, made, path) ? 0
						: fail(path, strerror(errno));
}

static int
make_all(struct maker *maker)
{
	const struct spec *spec = maker->spec;
	int status = 0;

	if (mkdir(maker->dir, 0777) != 0 && errno != EEXIST)
		return fail(maker->dir, strerror(errno));
	for (int shared = 0; shared < 2; shared++) {
		for (size_t i = 0; i < spec->n_entries && status == 0; i++) {
			if ((spec->entries[i].other != NULL) == (shared == 1))
				status = make_key(maker, i);
		}
	}
	for (size_t i = 0; i < spec->n_entries && status == 0; i++)
		status = make_cert(maker, i);
	return status != 0 ? status : write_digests(maker);
}

static int
run(const char *path, int64_t now, const char *dir)
{
	struct buf text = { .limit = MAX_SPEC };
	struct maker maker = { .path = path, .dir = dir, .arena = arena_new() };
	const char *why = "no memory";
	int line = 0, status;
	struct spec spec = { 0 };

	status = maker.arena == NULL ? EX_SOFTWARE : read_all(path, &text);
	if (status != 0)
		goto done;
	if (!spec_parse(
		maker.arena, buf_text(&text), now, &spec, &line, &why)) {
		fprintf(stderr, "%s:%d: %s\n", path, line, why);
		status = EX_USAGE;
		goto done;
	}
	maker.spec = &spec;
	maker.digests = json_object();
	maker.keys =
	    arena_alloc(maker.arena, spec.n_entries * sizeof(EVP_PKEY *));
	status = maker.digests == NULL || maker.keys == NULL
	    ? fail(path, "no memory")
	    : make_all(&maker);
done:
	for (size_t i = 0; maker.keys != NULL && i < spec.n_entries; i++)
		EVP_PKEY_free(maker.keys[i]);
	json_decref(maker.digests);
	buf_finish(&text);
	arena_unref(maker.arena);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "now", required_argument, NULL, 'n' },
		{ "openssl", no_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int64_t now = clock_unix();
	char *end;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			errno = 0;
			now = strtoll(optarg, &end, 10);
			if (errno == 0 && end != optarg && *end == '\0' &&
			    now >= 0 && now < INT64_C(1) << 40)
				break;
			fail("--now", "need a Unix time");
			return EX_USAGE;
		case 'o':
			puts(OpenSSL_version(OPENSSL_VERSION_STRING));
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			return EX_USAGE;
		}
	}
	if (argc - optind != 2) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	return run(argv[optind], now, argv[optind + 1]);
}
