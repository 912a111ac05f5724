/* SPDX-License-Identifier: ISC */
#include "serve/clients.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Is there only while something of it waits. */
struct client {
	UT_hash_handle hh;
	size_t waiting;
	char name[];
};

struct clients {
	size_t limit;
	struct client *table;
};

struct clients *
clients_new(size_t limit)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	if (clients != NULL)
		clients->limit = limit;
	return clients;
}

void
clients_free(struct clients *clients)
{
	struct client *client, *next;

	if (clients == NULL)
		return;
	HASH_ITER (hh, clients->table, client, next) {
		HASH_DEL(clients->table, client);
		free(client);
	}
	free(clients);
}

static struct client *
add(struct clients *clients, const char *name)
{
	size_t len = strlen(name);
	struct client *client = calloc(1, sizeof(*client) + len + 1), *found;

	if (client == NULL)
		return NULL;
	memcpy(client->name, name, len + 1);
	HASH_ADD_KEYPTR(hh, clients->table, client->name, len, client);
	HASH_FIND_STR(clients->table, name, found);
	if (found != client) {
		free(client);
		return NULL;
	}
	return client;
}

struct client *
clients_enter(struct clients *clients, const char *name)
{
	struct client *client;

	HASH_FIND_STR(clients->table, name, client);
	if (client == NULL)
		client = add(clients, name);
	else if (client->waiting >= clients->limit)
		return NULL;
	if (client != NULL)
		client->waiting++;
	return client;
}

void
clients_leave(struct clients *clients, struct client *client)
{
	if (--client->waiting > 0)
		return;
	HASH_DEL(clients->table, client);
	free(client);
}
