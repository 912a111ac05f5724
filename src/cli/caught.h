/* SPDX-License-Identifier: ISC */
/*
 * caught.h - SIGINT and SIGTERM: the first is news for the loop, the second
 * ends the process where it stands, with the status 128 + signal.
 */
#pragma once

/* A descriptor that becomes readable with the first; -1: errno says why. */
int caught_open(void);
/* The first; 0: none yet. */
int caught_signal(void);
