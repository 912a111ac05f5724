/* SPDX-License-Identifier: ISC */
/*
 * clients.h - how many requests of each address are waiting. Pure.
 */
#ifndef SERVE_CLIENTS_H
#define SERVE_CLIENTS_H

#include <stddef.h>

struct clients;
struct client;

struct clients *clients_new(size_t limit); /* NULL: no memory */
void clients_free(struct clients *clients);

/* One more of this address; NULL: there are too many of it, or no memory. */
struct client *clients_enter(struct clients *clients, const char *name);
void clients_leave(struct clients *clients, struct client *client);

#endif
