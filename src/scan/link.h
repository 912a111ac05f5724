/* SPDX-License-Identifier: ISC */
/*
 * link.h - one end of the socket between head and hand.
 *
 * What is sent in one round of the loop goes out together. Nothing is called
 * from inside link_send().
 */
#pragma once

#include "scan/frame.h"

struct event_base;
struct link;

struct link_handler {
	/* False: the other side may not say this; the link ends. */
	bool (*frame)(const struct frame *frame, void *arg);
	/* All that was read has been handed out. */
	void (*idle)(void *arg);
	/* Once: hung up, broken, or not understood. Nothing follows. */
	void (*closed)(void *arg);
	void *arg;
};

/* Takes fd, in any case. NULL: no memory. */
struct link *link_new(
    struct event_base *base, int fd, const struct link_handler *handler);
/* False: it fits into no frame. Where memory runs out the link ends soon;
 * after its end frames vanish. */
bool link_send(struct link *link, const struct frame *frame);
/* Ends it soon, from the loop. */
void link_break(struct link *link);
/* Not from its own callbacks. NULL is fine. */
void link_free(struct link *link);
