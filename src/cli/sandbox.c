/* SPDX-License-Identifier: ISC */
#include "cli/sandbox.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/landlock.h>) && defined(SYS_landlock_create_ruleset)
#include <linux/landlock.h>

enum { PATH_LEN_MAX = 4096 };

/* Of the first version; each later one is added where the kernel has it. */
#define READING                                                                \
	((uint64_t)LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FIRST_VERSION ((UINT64_C(1) << 13) - 1)
#define ACCESS_REFER (UINT64_C(1) << 13)     /* 2 */
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)  /* 3 */
#define ACCESS_IOCTL_DEV (UINT64_C(1) << 15) /* 5 */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)      /* 6 */

/* As later headers have it; an older kernel is given a shorter one. */
struct ruleset {
	uint64_t files, network, scoped;
};

static int
make_ruleset(long version)
{
	struct ruleset ruleset = { .files = FIRST_VERSION };
	size_t size = sizeof(ruleset.files);

	if (version >= 2)
		ruleset.files |= ACCESS_REFER;
	if (version >= 3)
		ruleset.files |= ACCESS_TRUNCATE;
	if (version >= 5)
		ruleset.files |= ACCESS_IOCTL_DEV;
	if (version >= 6) {
		ruleset.scoped = SCOPE_SIGNAL;
		size = sizeof(ruleset);
	}
	return (int)syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
}

/* What is not there needs no leave. */
static bool
allow(int ruleset, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	int fd = open(path, O_PATH | O_CLOEXEC);
	bool allowed;

	if (fd < 0)
		return true;
	rule.parent_fd = fd;
	allowed = syscall(SYS_landlock_add_rule, ruleset,
		      LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	close(fd);
	return allowed;
}

/* Files are replaced by others of their name, so it is the folder. */
static bool
allow_folder_of(int ruleset, const char *file, uint64_t access)
{
	const char *slash = strrchr(file, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - file);
	char path[PATH_LEN_MAX];

	if (len >= sizeof(path))
		return true;
	memcpy(path, file, len);
	path[len] = '\0';
	return allow(ruleset,
	    slash == NULL         ? "."
		: path[0] == '\0' ? "/"
				  : path,
	    access);
}

static bool
allow_all(int ruleset, const char *const *files, size_t n_files,
    const char *const *unlink, size_t n_unlink)
{
	static const char *const system[] = { "/etc", "/usr", "/lib", "/lib64",
		"/run", "/var/lib/unbound", "/proc/self", "/sys/devices",
		"/dev/urandom" };
	bool allowed = true;

	for (size_t i = 0; i < sizeof(system) / sizeof(system[0]); i++)
		allowed = allowed &&
		    allow(ruleset, system[i],
			strncmp(system[i], "/dev/", 5) == 0
			    ? LANDLOCK_ACCESS_FS_READ_FILE
			    : READING);
	for (size_t i = 0; i < n_files; i++) {
		if (files[i] == NULL)
			continue;
		/* It may be a folder itself, as of certificates. */
		allowed =
		    allowed && allow_folder_of(ruleset, files[i], READING);
	}
	for (size_t i = 0; i < n_unlink; i++)
		allowed = allowed &&
		    allow_folder_of(ruleset, unlink[i],
			LANDLOCK_ACCESS_FS_REMOVE_FILE |
			    LANDLOCK_ACCESS_FS_READ_DIR);
	return allowed;
}

const char *
sandbox_enter(const char *const *files, size_t n_files,
    const char *const *unlink, size_t n_unlink)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	const char *wrong = NULL;
	int ruleset;

	if (version < 1)
		return "this kernel has no Landlock, or it is turned off";
	ruleset = make_ruleset(version);
	if (ruleset < 0)
		return "the kernel refuses the rules of Landlock";
	if (!allow_all(ruleset, files, n_files, unlink, n_unlink))
		wrong = "the kernel refuses a rule of Landlock";
	/* Without new privileges anybody may confine himself. */
	else if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
		wrong = "the kernel does not confine this process";
	close(ruleset);
	return wrong;
}

#else

const char *
sandbox_enter(const char *const *files, size_t n_files,
    const char *const *unlink, size_t n_unlink)
{
	return "this program was built without Landlock";
}

#endif
