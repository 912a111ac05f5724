/* SPDX-License-Identifier: ISC */
/*
 * usage: DRIVER_replay FOLDER
 *
 * Gives a fuzz driver the empty input and then each file of its corpus, and
 * writes TAP, one result for all of them. A folder without files is a failure.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define FILE_LIMIT (1024 * 1024)

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* NULL: it cannot be read. */
static uint8_t *
read_input(const char *folder, const char *name, size_t *len)
{
	uint8_t *bytes = NULL, *exact = NULL;
	FILE *file = NULL;
	char path[4096];

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >=
	    sizeof(path))
		goto done;
	file = fopen(path, "rb");
	bytes = malloc(FILE_LIMIT);
	if (file == NULL || bytes == NULL)
		goto done;
	*len = fread(bytes, 1, FILE_LIMIT, file);
	if (ferror(file) || !feof(file))
		goto done;
	/* So that one byte too many is seen. */
	exact = malloc(*len > 0 ? *len : 1);
	if (exact != NULL)
		memcpy(exact, bytes, *len);
done:
	free(bytes);
	if (file != NULL)
		fclose(file);
	return exact;
}

/* In a process of its own: at tells which input it ended with, 0 before any.
 * False: an input cannot be read, or nothing was taken. */
static bool
replay_all(const char *folder, struct dirent **entries, int n, int *at)
{
	static const uint8_t nothing[1];

	LLVMFuzzerTestOneInput(nothing, 0);
	for (int i = 0; i < n; i++) {
		size_t len = 0;
		uint8_t *bytes = read_input(folder, entries[i]->d_name, &len);

		*at = i + 1;
		if (bytes == NULL)
			return false;
		LLVMFuzzerTestOneInput(bytes, len);
		free(bytes);
	}
	*at = n + 1;
	if (fuzz_taken == 0)
		printf("# no input was taken for what it should be\n");
	return fuzz_taken != 0;
}

int
main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	int n, status = -1, *at;
	pid_t child;

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 64;
	}
	n = scandir(argv[1], &entries, is_visible, alphasort);
	at = mmap(NULL, sizeof(*at), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (n <= 0 || at == MAP_FAILED) {
		printf("1..1\nnot ok 1 - %s holds a corpus\n", argv[1]);
		return 1;
	}
	child = fork();
	if (child == 0) {
		bool good = replay_all(argv[1], entries, n, at);

		for (int i = 0; i < n; i++)
			free(entries[i]);
		free(entries);
		exit(good ? 0 : 1);
	}
	if (child > 0)
		waitpid(child, &status, 0);
	printf("1..1\n%s 1 - nothing, and %d files of %s\n",
	    status == 0 ? "ok" : "not ok", n, argv[1]);
	if (status != 0)
		printf("# wait status %#x at: %s\n", (unsigned)status,
		    *at == 0      ? "nothing"
			: *at > n ? "the end (a leak?)"
				  : entries[*at - 1]->d_name);
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return status != 0;
}
