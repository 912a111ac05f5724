/* SPDX-License-Identifier: ISC */
/*
 * usage: DRIVER_replay FOLDER
 *
 * Gives a fuzz driver the empty input and then each file of its corpus, and
 * writes TAP. A folder without files is a failure.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int
main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	static const uint8_t nothing[1];
	int n, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 64;
	}
	n = scandir(argv[1], &entries, is_visible, alphasort);
	if (n <= 0) {
		printf("1..1\nnot ok 1 - %s holds a corpus\n", argv[1]);
		return 1;
	}
	printf("1..%d\n", n + 1);
	LLVMFuzzerTestOneInput(nothing, 0);
	printf("ok 1 - nothing\n");
	for (int i = 0; i < n; i++) {
		size_t len = 0;
		uint8_t *bytes = read_input(argv[1], entries[i]->d_name, &len);

		if (bytes == NULL)
			failed = 1;
		else
			LLVMFuzzerTestOneInput(bytes, len);
		printf("%s %d - %s\n", bytes == NULL ? "not ok" : "ok", i + 2,
		    entries[i]->d_name);
		free(bytes);
		free(entries[i]);
	}
	free(entries);
	return failed;
}
