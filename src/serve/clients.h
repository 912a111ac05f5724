/* SPDX-License-Identifier: ISC */
/*
 * clients.h - what each class of clients, and each address in it, may take
 * of what there is: places to wait, and checks. Pure.
 *
 * Mail must not wait for strangers, so no class can take what another one
 * needs: the limits of a class hold whatever the others do.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum client_class {
	CLIENT_HTTP = 0,
	CLIENT_WATCH, /* our own list */
	CLIENT_MAP,   /* Postfix */
	CLIENT_CLASSES
};

struct clients_limits {
	struct client_share {
		size_t waiting, checks;           /* of all of a class */
		size_t waiting_each, checks_each; /* of one address */
	} shares[CLIENT_CLASSES];
};

/*
 * So many connections and checks at once, watched of these being checks of
 * domains that are watched. Some connections never wait, so that /healthz and
 * /metrics find room.
 */
struct clients_limits clients_limits(
    size_t connections, size_t checks, size_t watched);

struct clients;
struct client;

struct clients *clients_new(const struct clients_limits *limits); /* or NULL */
void clients_free(struct clients *clients);

/*
 * One more of this address waits; NULL: there are too many of it or of its
 * class, or no memory. An IPv6 address counts as all of its network of 64
 * bits, which is what one gets.
 */
struct client *clients_enter(
    struct clients *clients, enum client_class class, const char *name);
void clients_leave(struct clients *clients, struct client *client);

/* A check is begun for one that waits, and goes on whether or not it leaves.
 * False: it may not. */
bool clients_begin(struct clients *clients, struct client *client);
void clients_end(struct clients *clients, struct client *client);
