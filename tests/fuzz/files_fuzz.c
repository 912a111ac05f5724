/* SPDX-License-Identifier: ISC */
/*
 * The files a resolver is made from; the first byte chooses: resolv.conf,
 * trust anchors or root hints.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "dns/anchor.h"
#include "dns/files.h"
#include "dns/upstream.h"
#include "fuzz.h"

/*
 * ldns 1.8 forgets parts of an IPSECKEY record that it cannot read, and we can
 * keep no record from it. What we forget is allocated elsewhere as well.
 */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:ldns_str2rdf_\n";
}

static void
check_resolv_conf(struct arena *arena, const char *path)
{
	const char **places = NULL, *why = NULL;
	size_t n = 0;

	if (!file_read_resolv_conf(arena, path, &places, &n, &why)) {
		assert(why != NULL && n == 0);
		return;
	}
	assert(n >= 1 && n <= FILE_MAX_NAMESERVERS);
	for (size_t i = 0; i < n; i++)
		assert(upstream_is_place(places[i]));
}

static void
check_anchors(struct arena *arena, const char *path)
{
	struct anchors anchors = { 0 };
	const char *why = NULL;

	if (!anchors_read(arena, path, &anchors, &why)) {
		assert(why != NULL && anchors.n_records == 0);
		fuzz_printable(why);
		return;
	}
	assert(anchors.n_records > 0);
	/* Each is given to libunbound on a line of its own. */
	for (size_t i = 0; i < anchors.n_records; i++) {
		assert(anchors.records[i][0] == '.');
		assert(strpbrk(anchors.records[i], "\r\n;") == NULL);
	}
}

static void
check_hints(struct arena *arena, const char *path, const char **why)
{
	const char **places = NULL;
	size_t n = 0;

	if (!file_read_hints(arena, path, &places, &n, why)) {
		assert(*why != NULL);
		return;
	}
	assert(n > 0);
	for (size_t i = 0; i < n; i++)
		assert(upstream_is_place(places[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct arena *arena = arena_new();
	const char *why = NULL;
	char path[64];

	assert(fd >= 0 && arena != NULL);
	if (len > 1)
		assert(write(fd, bytes + 1, len - 1) == (ssize_t)(len - 1));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	switch (len > 0 ? bytes[0] % 3 : 0) {
	case 0:
		check_resolv_conf(arena, path);
		break;
	case 1:
		check_anchors(arena, path);
		break;
	case 2:
		check_hints(arena, path, &why);
		break;
	}
	fuzz_printable(why);
	close(fd);
	arena_unref(arena);
	return 0;
}
