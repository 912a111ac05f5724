/* SPDX-License-Identifier: ISC */
#include "serve/clients.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fingerprint.h"

#define NETWORK_BYTES 8

#define HTTP_EACH 250 /* that one address may wait for */

struct usage {
	size_t waiting, checks;
};

/* Is there only while something of it waits or is checked. */
struct client {
	struct table_node node; /* comes first */
	enum client_class class;
	struct usage usage;
};

struct clients {
	struct clients_limits limits;
	struct usage usage[CLIENT_CLASSES];
	struct fingerprint_secret secret; /* strangers have the addresses */
	struct table table;
};

struct clients_limits
clients_limits(size_t connections, size_t checks, size_t watched)
{
	size_t places = connections - connections / 4;

	return (struct clients_limits) {
		.shares = {
			[CLIENT_HTTP] = { .waiting = places,
			    .waiting_each = HTTP_EACH,
			    .checks = checks * 3 / 5,
			    .checks_each = checks / 2 },
			[CLIENT_WATCH] = { .waiting = watched,
			    .waiting_each = watched,
			    .checks = checks / 10 + 1,
			    .checks_each = checks / 10 + 1 },
			[CLIENT_MAP] = { .waiting = connections,
			    .waiting_each = connections,
			    .checks = checks,
			    .checks_each = checks },
		},
	};
}

struct clients *
clients_new(const struct clients_limits *limits)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	if (clients == NULL)
		return NULL;
	if (!fingerprint_secret_make(&clients->secret)) {
		free(clients);
		return NULL;
	}
	clients->limits = *limits;
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
add(struct clients *clients, struct fingerprint key, enum client_class class)
{
	struct client *client =
	    table_make(&clients->table, key, sizeof(*client));

	if (client != NULL)
		client->class = class;
	return client;
}

static struct fingerprint
key_of(const struct clients *clients, enum client_class class, const char *name)
{
	unsigned char address[16];
	char key[80];
	int len = snprintf(key, sizeof(key), "%d %.60s", (int)class, name);

	if (inet_pton(AF_INET6, name, address) == 1) {
		key[0] = (char)class;
		memcpy(&key[1], address, NETWORK_BYTES);
		len = 1 + NETWORK_BYTES;
	}
	return fingerprint_of(&clients->secret, key, (size_t)len);
}

/* What nobody needs any more is gone. */
static void
drop_unused(struct clients *clients, struct client *client)
{
	if (client->usage.waiting == 0 && client->usage.checks == 0)
		client_free(clients, client);
}

struct client *
clients_enter(
    struct clients *clients, enum client_class class, const char *name)
{
	const struct client_share *share = &clients->limits.shares[class];
	struct fingerprint key = key_of(clients, class, name);
	struct client *client;

	if (clients->usage[class].waiting >= share->waiting)
		return NULL;
	client = table_find(&clients->table, key);
	if (client == NULL)
		client = add(clients, key, class);
	else if (client->usage.waiting >= share->waiting_each)
		return NULL;
	if (client == NULL)
		return NULL;
	client->usage.waiting++;
	clients->usage[class].waiting++;
	return client;
}

void
clients_leave(struct clients *clients, struct client *client)
{
	clients->usage[client->class].waiting--;
	client->usage.waiting--;
	drop_unused(clients, client);
}

bool
clients_begin(struct clients *clients, struct client *client)
{
	const struct client_share *share =
	    &clients->limits.shares[client->class];
	struct usage *all = &clients->usage[client->class];

	if (all->checks >= share->checks ||
	    client->usage.checks >= share->checks_each)
		return false;
	all->checks++;
	client->usage.checks++;
	return true;
}

void
clients_end(struct clients *clients, struct client *client)
{
	clients->usage[client->class].checks--;
	client->usage.checks--;
	drop_unused(clients, client);
}
