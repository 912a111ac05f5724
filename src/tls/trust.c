/* SPDX-License-Identifier: ISC */
#include "tls/trust.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "base/text.h"
#include "tls/lack.h"

/* What is looked at in a folder to tell why a certificate is not found. */
enum { FILES_MAX = 2000, FILE_MAX = 1024 * 1024, PATH_SHOWN = 300 };

static bool
complain(char **error, const char *what, const char *path, const char *why)
{
	struct arena *arena = arena_new();
	const char *shown =
	    arena == NULL ? NULL : text_printable_str(arena, path, PATH_SHOWN);

	if (asprintf(error, "the CA %s %s %s", what, shown == NULL ? "" : shown,
		why) < 0)
		*error = NULL;
	arena_unref(arena);
	return false;
}

static bool
complain_errno(char **error, const char *what, const char *path, int number)
{
	char why[200];

	snprintf(why, sizeof(why), "cannot be read: %s", strerror(number));
	return complain(error, what, path, why);
}

static bool
load_file(struct trust *trust, char **error)
{
	FILE *file = fopen(trust->ca_file, "r");
	int number = errno;
	bool read = file != NULL && (fgetc(file) != EOF || !ferror(file));

	if (file != NULL) {
		if (!read)
			number = errno;
		fclose(file);
	}
	if (!read)
		return complain_errno(error, "file", trust->ca_file, number);
	if (X509_STORE_load_file(trust->store, trust->ca_file) != 1)
		return complain(error, "file", trust->ca_file,
		    "holds no certificate in PEM, or a damaged one");
	return true;
}

static bool
load_path(struct trust *trust, char **error)
{
	DIR *folder = opendir(trust->ca_path);

	if (folder == NULL)
		return complain_errno(error, "folder", trust->ca_path, errno);
	closedir(folder);
	if (X509_STORE_load_path(trust->store, trust->ca_path) != 1)
		return complain(error, "folder", trust->ca_path,
		    "cannot be used by OpenSSL");
	return true;
}

static bool
load(struct trust *trust, char **error)
{
	trust->store = X509_STORE_new();
	return trust->store != NULL &&
	    (trust->ca_file == NULL || load_file(trust, error)) &&
	    (trust->ca_path == NULL || load_path(trust, error));
}

struct trust *
trust_new(const char *ca_file, const char *ca_path, char **error)
{
	struct trust *trust = calloc(1, sizeof(*trust));
	bool done = false;

	*error = NULL;
	if (trust == NULL)
		return NULL;
	if (ca_file != NULL)
		trust->ca_file = strdup(ca_file);
	if (ca_path != NULL)
		trust->ca_path = strdup(ca_path);
	if ((ca_file != NULL && trust->ca_file == NULL) ||
	    (ca_path != NULL && trust->ca_path == NULL))
		goto done;
	done = (ca_file == NULL && ca_path == NULL) || load(trust, error);
done:
	ERR_clear_error();
	if (!done) {
		trust_free(trust);
		trust = NULL;
	}
	return trust;
}

void
trust_free(struct trust *trust)
{
	if (trust == NULL)
		return;
	X509_STORE_free(trust->store);
	free(trust->ca_file);
	free(trust->ca_path);
	free(trust);
}

/* A system without any CA trusts nobody, which is no error. */
X509_STORE *
trust_store(struct trust *trust)
{
	char *error = NULL;

	if (trust->store != NULL)
		return trust->store;
	if (trust->ca_file != NULL || trust->ca_path != NULL) {
		if (!load(trust, &error))
			trust_forget(trust);
		free(error);
	} else {
		trust->store = X509_STORE_new();
		if (trust->store != NULL)
			X509_STORE_set_default_paths(trust->store);
	}
	tls_lack_look();
	ERR_clear_error();
	return trust->store;
}

void
trust_forget(struct trust *trust)
{
	X509_STORE_free(trust->store);
	trust->store = NULL;
}

const char *
trust_words(const struct trust *trust, struct arena *arena)
{
	const char *file = trust->ca_file == NULL
	    ? NULL
	    : text_printable_str(arena, trust->ca_file, PATH_SHOWN);
	const char *path = trust->ca_path == NULL
	    ? NULL
	    : text_printable_str(arena, trust->ca_path, PATH_SHOWN);

	if (file != NULL && path != NULL)
		return arena_printf(arena, "%s or %s", file, path);
	return file != NULL ? file : path != NULL ? path : "the system's store";
}

/* "9d66eef0.0": what openssl rehash makes, and OpenSSL looks for. */
static bool
is_link_name(const char *name)
{
	size_t hex = strspn(name, "0123456789abcdef");

	return hex == 8 && name[8] == '.' && isdigit((unsigned char)name[9]) &&
	    name[9 + strspn(name + 9, "0123456789")] == '\0';
}

/* Is a certificate of this subject in the file? */
static bool
holds_subject(const char *path, const X509_NAME *subject)
{
	struct stat info;
	bool found = false;
	FILE *file;
	X509 *cert;

	if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) ||
	    info.st_size > FILE_MAX)
		return false;
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	while (
	    !found && (cert = PEM_read_X509(file, NULL, NULL, NULL)) != NULL) {
		found =
		    X509_NAME_cmp(X509_get_subject_name(cert), subject) == 0;
		X509_free(cert);
	}
	fclose(file);
	ERR_clear_error();
	return found;
}

struct folder {
	bool has_links, has_link; /* any at all; that of the subject */
	const char *file;         /* holds the subject; NULL: none does */
};

static void
look_into(struct folder *folder, const char *path, const char *link,
    const X509_NAME *subject, struct arena *arena)
{
	DIR *stream = opendir(path);
	const struct dirent *entry;
	size_t n = 0;

	while (stream != NULL && (entry = readdir(stream)) != NULL &&
	    n++ < FILES_MAX) {
		char *whole;

		if (is_link_name(entry->d_name)) {
			folder->has_links = true;
			/* Its number does not matter. */
			if (strncmp(entry->d_name, link, 9) == 0)
				folder->has_link = true;
			continue;
		}
		if (folder->file != NULL || entry->d_name[0] == '.' ||
		    asprintf(&whole, "%s/%s", path, entry->d_name) < 0)
			continue;
		if (holds_subject(whole, subject))
			folder->file =
			    text_printable_str(arena, whole, PATH_SHOWN);
		free(whole);
	}
	if (stream != NULL)
		closedir(stream);
}

const char *
trust_folder_words(const struct trust *trust, const X509_NAME *subject,
    struct arena *arena, bool *there)
{
	struct folder folder = { 0 };
	const char *path;
	char link[32];

	*there = false;
	if (trust->ca_path == NULL)
		return "";
	snprintf(link, sizeof(link), "%08lx.0",
	    X509_NAME_hash_ex(subject, NULL, NULL, NULL));
	look_into(&folder, trust->ca_path, link, subject, arena);
	path = text_printable_str(arena, trust->ca_path, PATH_SHOWN);
	if (folder.has_link || path == NULL)
		return "";
	*there = folder.file != NULL;
	if (!folder.has_links)
		return arena_printf(arena,
		    "; %s is not hashed, there is no link like %s%s%s, so run "
		    "openssl rehash %s",
		    path, link, folder.file == NULL ? "" : " to ",
		    folder.file == NULL ? "" : folder.file, path);
	if (folder.file != NULL)
		return arena_printf(arena,
		    "; it is in %s, but the link %s to it is missing: run "
		    "openssl rehash %s",
		    folder.file, link, path);
	return arena_printf(arena, "; %s has no %s", path, link);
}
