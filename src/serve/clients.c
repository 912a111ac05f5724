/* SPDX-License-Identifier: ISC */
#include "serve/clients.h"

#include <stdlib.h>
#include <string.h>

#include "base/fingerprint.h"

/* Is there only while something of it waits. */
struct client {
	struct table_node node; /* comes first */
	size_t waiting;
};

struct clients {
	size_t limit;
	struct fingerprint_secret secret; /* strangers have the addresses */
	struct table table;
};

struct clients *
clients_new(size_t limit)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	if (clients == NULL)
		return NULL;
	if (!fingerprint_secret_make(&clients->secret)) {
		free(clients);
		return NULL;
	}
	clients->limit = limit;
	return clients;
}

static void
client_free(struct clients *clients, struct client *client)
{
	table_remove(&clients->table, &client->node);
	free(client);
}

void
clients_free(struct clients *clients)
{
	struct client *client;

	if (clients == NULL)
		return;
	while ((client = table_any(&clients->table)) != NULL)
		client_free(clients, client);
	table_finish(&clients->table);
	free(clients);
}

static struct client *
add(struct clients *clients, struct fingerprint key)
{
	struct client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		return NULL;
	client->node.key = key;
	if (!table_add(&clients->table, &client->node)) {
		free(client);
		return NULL;
	}
	return client;
}

struct client *
clients_enter(struct clients *clients, const char *name)
{
	struct fingerprint key =
	    fingerprint_of(&clients->secret, name, strlen(name));
	struct client *client = table_find(&clients->table, key);

	if (client == NULL)
		client = add(clients, key);
	else if (client->waiting >= clients->limit)
		return NULL;
	if (client != NULL)
		client->waiting++;
	return client;
}

void
clients_leave(struct clients *clients, struct client *client)
{
	if (--client->waiting == 0)
		client_free(clients, client);
}
