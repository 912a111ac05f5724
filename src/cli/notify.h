/* SPDX-License-Identifier: ISC */
/*
 * notify.h - what systemd says to a service, and wants to hear from it.
 *
 * sd_listen_fds(3) and sd_notify(3) in as many lines as it takes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* To NOTIFY_SOCKET; without one, nowhere. */
void notify_ready(const char *status);
void notify_reloading(void);
void notify_stopping(void);
void notify_watchdog(void);
/* How often to call notify_watchdog(); 0: nobody wants to hear it. */
int64_t notify_watchdog_ms(void);

#define NOTIFY_FDS_MAX 64

struct notify_fd {
	int fd;
	char name[64]; /* FileDescriptorName=, cut; "" without one */
};
/*
 * The sockets that systemd opened for us, as many as fit; their number.
 * From now on they do not block, and are closed on exec. Once in a process.
 */
size_t notify_take_fds(struct notify_fd fds[static NOTIFY_FDS_MAX]);
