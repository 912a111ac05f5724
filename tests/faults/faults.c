/* SPDX-License-Identifier: ISC */
/*
 * faults.so - loaded into danelaw by LD_PRELOAD, lets the system refuse.
 *
 * FAULTS names a file that the test has mapped, too: a struct control. Calls
 * of each kind are counted there, over all processes of a run, and those from
 * one number to another fail as they do when a machine runs out of something.
 * What was called last before one failed is written down beside it, so that a
 * crash can be told from a crash of a library.
 */
/* fopen() and fopen64() are two names here, and so are the others. */
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define FRAMES 24
#define WHERE_MAX 2048

/* The test knows this order, and struct control. */
enum kind {
	KIND_MEMORY,
	KIND_FILES, /* whatever takes a descriptor */
	KIND_SEND,
	KIND_RECEIVE,
	KIND_EPOLL,
	KIND_RANDOM,
	KINDS,
};

struct control {
	struct {
		_Atomic uint64_t calls, from, to, failed;
	} kinds[KINDS];
	char where[WHERE_MAX]; /* the last failure, innermost call first */
};

static struct control *control;
static __thread bool inside;

/* What the compiler makes of calls with a size that it knows. */
ssize_t __recv_chk(int fd, void *bytes, size_t len, size_t room, int how);
ssize_t __recvfrom_chk(int fd, void *bytes, size_t len, size_t room, int how,
    __SOCKADDR_ARG address, socklen_t *size);
ssize_t __read_chk(int fd, void *bytes, size_t len, size_t room);
int __open_2(const char *path, int how);
int __open64_2(const char *path, int how);
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("FAULTS");
	void *frames[FRAMES];
	void *map;
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);

	/* The first call of it loads a library. */
	backtrace(frames, FRAMES);
	if (fd < 0)
		return;
	map = mmap(
	    NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		control = map;
}

/* "library+0xoffset" for each call; addr2line reads that. */
static void
note_where(void)
{
	void *frames[FRAMES];
	int n = backtrace(frames, FRAMES);
	size_t at = 0;

	for (int i = 2; i < n; i++) {
		Dl_info info;
		int len;

		if (dladdr(frames[i], &info) == 0 || info.dli_fname == NULL)
			continue;
		len = snprintf(control->where + at, WHERE_MAX - at,
		    "%s+0x%zx\n", info.dli_fname,
		    (size_t)((char *)frames[i] - (char *)info.dli_fbase));
		if (len < 0 || (size_t)len >= WHERE_MAX - at)
			break;
		at += (size_t)len;
	}
	control->where[at] = '\0';
}

static bool
fails(enum kind kind, int error)
{
	uint64_t call;

	if (control == NULL || inside)
		return false;
	call = atomic_fetch_add(&control->kinds[kind].calls, 1);
	if (call < control->kinds[kind].from || call >= control->kinds[kind].to)
		return false;
	inside = true;
	if (atomic_fetch_add(&control->kinds[kind].failed, 1) == 0)
		note_where();
	inside = false;
	errno = error;
	return true;
}

EXPORT void *
malloc(size_t size)
{
	return fails(KIND_MEMORY, ENOMEM) ? NULL : __libc_malloc(size);
}

EXPORT void *
calloc(size_t n, size_t size)
{
	return fails(KIND_MEMORY, ENOMEM) ? NULL : __libc_calloc(n, size);
}

EXPORT void *
realloc(void *old, size_t size)
{
	return fails(KIND_MEMORY, ENOMEM) ? NULL : __libc_realloc(old, size);
}

/* glibc's types for a union of all socket addresses are in its headers.
   type, name, what it takes with and without types, kind, errno */
#define WRAP(type, name, takes, hands, kind, error, failure)                   \
	EXPORT type name takes                                                 \
	{                                                                      \
		static type(*volatile real) takes;                             \
                                                                               \
		if (real == NULL)                                              \
			*(void **)&real = dlsym(RTLD_NEXT, #name);             \
		return fails(kind, error) ? failure : real hands;              \
	}

/* clang-format off */
WRAP(int, socket, (int family, int type, int protocol),
    (family, type, protocol), KIND_FILES, EMFILE, -1)
WRAP(int, socketpair, (int family, int type, int protocol, int fds[2]),
    (family, type, protocol, fds), KIND_FILES, EMFILE, -1)
WRAP(int, accept, (int fd, __SOCKADDR_ARG address, socklen_t *len),
    (fd, address, len), KIND_FILES, EMFILE, -1)
WRAP(int, accept4, (int fd, __SOCKADDR_ARG address, socklen_t *len, int how),
    (fd, address, len, how), KIND_FILES, EMFILE, -1)
WRAP(int, pipe, (int fds[2]), (fds), KIND_FILES, EMFILE, -1)
WRAP(int, pipe2, (int fds[2], int how), (fds, how), KIND_FILES, EMFILE, -1)
WRAP(int, epoll_create1, (int how), (how), KIND_FILES, EMFILE, -1)
WRAP(int, eventfd, (unsigned first, int how), (first, how), KIND_FILES,
    EMFILE, -1)
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode),
    KIND_FILES, EMFILE, NULL)
WRAP(FILE *, fopen64, (const char *path, const char *mode), (path, mode),
    KIND_FILES, EMFILE, NULL)
WRAP(int, bind, (int fd, __CONST_SOCKADDR_ARG address, socklen_t len),
    (fd, address, len), KIND_SEND, EADDRINUSE, -1)
WRAP(int, connect, (int fd, __CONST_SOCKADDR_ARG address, socklen_t len),
    (fd, address, len), KIND_SEND, ENOBUFS, -1)
WRAP(ssize_t, send, (int fd, const void *bytes, size_t len, int how),
    (fd, bytes, len, how), KIND_SEND, ENOBUFS, -1)
WRAP(ssize_t, sendto, (int fd, const void *bytes, size_t len, int how,
    __CONST_SOCKADDR_ARG address, socklen_t size),
    (fd, bytes, len, how, address, size), KIND_SEND, ENOBUFS, -1)
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *message, int how),
    (fd, message, how), KIND_SEND, ENOBUFS, -1)
WRAP(ssize_t, recv, (int fd, void *bytes, size_t len, int how),
    (fd, bytes, len, how), KIND_RECEIVE, ENOMEM, -1)
WRAP(ssize_t, recvfrom, (int fd, void *bytes, size_t len, int how,
    __SOCKADDR_ARG address, socklen_t *size),
    (fd, bytes, len, how, address, size), KIND_RECEIVE, ENOMEM, -1)
WRAP(ssize_t, recvmsg, (int fd, struct msghdr *message, int how),
    (fd, message, how), KIND_RECEIVE, ENOMEM, -1)
WRAP(ssize_t, read, (int fd, void *bytes, size_t len), (fd, bytes, len),
    KIND_RECEIVE, EIO, -1)
WRAP(ssize_t, __recv_chk, (int fd, void *bytes, size_t len, size_t room,
    int how), (fd, bytes, len, room, how), KIND_RECEIVE, ENOMEM, -1)
WRAP(ssize_t, __recvfrom_chk, (int fd, void *bytes, size_t len, size_t room,
    int how, __SOCKADDR_ARG address, socklen_t *size),
    (fd, bytes, len, room, how, address, size), KIND_RECEIVE, ENOMEM, -1)
WRAP(ssize_t, __read_chk, (int fd, void *bytes, size_t len, size_t room),
    (fd, bytes, len, room), KIND_RECEIVE, EIO, -1)
WRAP(int, __open_2, (const char *path, int how), (path, how), KIND_FILES,
    EMFILE, -1)
WRAP(int, __open64_2, (const char *path, int how), (path, how), KIND_FILES,
    EMFILE, -1)
WRAP(int, epoll_ctl, (int fd, int what, int other, struct epoll_event *event),
    (fd, what, other, event), KIND_EPOLL, ENOMEM, -1)
WRAP(ssize_t, getrandom, (void *bytes, size_t len, unsigned how),
    (bytes, len, how), KIND_RANDOM, ENOSYS, -1)
WRAP(int, getentropy, (void *bytes, size_t len), (bytes, len), KIND_RANDOM,
    EIO, -1)
/* clang-format on */

static int
open_by(const char *name, const char *path, int how, mode_t mode)
{
	int (*real)(const char *, int, ...);

	if (fails(KIND_FILES, EMFILE))
		return -1;
	*(void **)&real = dlsym(RTLD_NEXT, name);
	return real(path, how, mode);
}

EXPORT int
open(const char *path, int how, ...)
{
	mode_t mode;
	va_list args;

	va_start(args, how);
	mode = va_arg(args, mode_t);
	va_end(args);
	return open_by("open", path, how, mode);
}

EXPORT int
open64(const char *path, int how, ...)
{
	mode_t mode;
	va_list args;

	va_start(args, how);
	mode = va_arg(args, mode_t);
	va_end(args);
	return open_by("open64", path, how, mode);
}
