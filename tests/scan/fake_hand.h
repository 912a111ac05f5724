/* SPDX-License-Identifier: ISC */
/*
 * fake_hand.h - a worker that examines nothing: names say what it is to do.
 *
 *	die...		the worker ends without a word
 *	abort...	it is killed by a signal
 *	stop...		it stands still
 *	bad... lost...	BAD, and so with the mark of our own failure
 *	lack...		we could not judge it
 *	large...	a line of a megabyte
 *	forge...	a result of a domain that it does not have
 *	garble...	bytes that are no frame
 *	mute...		nothing at all
 *	ask K...	asks for the probe K, "mx" being the host of all, before
 *			it says how that came; "ask K die" dies when told to go;
 *			the address is I for "ask KI", else K
 *	any other	a line which repeats the name
 */
#ifndef SCAN_FAKE_HAND_H
#define SCAN_FAKE_HAND_H

#include "cli/workers.h"

/* For workers_options. */
int fake_hand_run(const struct worker_seat *seat, void *arg);
/* The same, but the first one ends before it is ready. */
int fake_hand_refuse(const struct worker_seat *seat, void *arg);

#endif
