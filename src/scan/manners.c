/* SPDX-License-Identifier: ISC */
/*
 * An address has its wishes in a line, and only the first of them counts. It
 * is in one of these states:
 *
 *	BUSY	a connection is open
 *	COOLING	the interval after one; in a list by time
 *	BLOCKED	the host of the first wish has all it may have; in its list
 *	READY	may go; the connection is already counted against the host
 *	IDLE	nothing of these: it has no wish, and is forgotten
 *
 * All intervals are equally long, so the order in which addresses begin to
 * cool is that in which they end. To count READY as a connection keeps the
 * order among the addresses of a host.
 */
#include "scan/manners.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define PER_HOST 2

struct manners_wish {
	TAILQ_ENTRY(manners_wish) link;
	struct address *address;
	struct host *host;
	void *arg;
};

TAILQ_HEAD(wishes, manners_wish);

enum address_state { IDLE, READY, BUSY, COOLING, BLOCKED };

struct address {
	struct table_node node;    /* comes first */
	TAILQ_ENTRY(address) link; /* of the list of its state */
	enum address_state state;
	struct wishes wishes; /* READY, too; the one of BUSY is out of it */
	struct manners_wish *open; /* BUSY: whose connection it is */
	int64_t cool_at;
};

TAILQ_HEAD(addresses, address);

struct host {
	struct table_node node; /* comes first */
	unsigned n_wishes, n_open;
	struct addresses blocked;
};

struct manners {
	struct manners_options options;
	struct table addresses, hosts;
	struct addresses ready, cooling;
};

struct manners *
manners_new(const struct manners_options *options)
{
	struct manners *manners = calloc(1, sizeof(*manners));

	if (manners == NULL)
		return NULL;
	manners->options = *options;
	if (manners->options.per_host == 0)
		manners->options.per_host = PER_HOST;
	TAILQ_INIT(&manners->ready);
	TAILQ_INIT(&manners->cooling);
	return manners;
}

static void
wish_free(struct manners *manners, struct manners_wish *wish)
{
	struct host *host = wish->host;

	if (host != NULL && --host->n_wishes == 0) {
		table_remove(&manners->hosts, &host->node);
		free(host);
	}
	free(wish);
}

static void
address_free(struct manners *manners, struct address *address)
{
	table_remove(&manners->addresses, &address->node);
	free(address);
}

void
manners_free(struct manners *manners)
{
	struct address *address;

	if (manners == NULL)
		return;
	while ((address = table_any(&manners->addresses)) != NULL) {
		struct manners_wish *wish;

		while ((wish = TAILQ_FIRST(&address->wishes)) != NULL) {
			TAILQ_REMOVE(&address->wishes, wish, link);
			wish_free(manners, wish);
		}
		if (address->open != NULL)
			wish_free(manners, address->open);
		address_free(manners, address);
	}
	table_finish(&manners->addresses);
	table_finish(&manners->hosts);
	free(manners);
}

static void
make_ready(struct manners *manners, struct address *address, struct host *host)
{
	host->n_open++;
	address->state = READY;
	TAILQ_INSERT_TAIL(&manners->ready, address, link);
}

/* One connection less: who waits for it goes next. */
static void
host_release(struct manners *manners, struct host *host)
{
	struct address *next = TAILQ_FIRST(&host->blocked);

	host->n_open--;
	if (next == NULL || host->n_open >= manners->options.per_host)
		return;
	TAILQ_REMOVE(&host->blocked, next, link);
	make_ready(manners, next, host);
}

/* The address is IDLE: finds a state by its first wish, or ends it. */
static void
settle(struct manners *manners, struct address *address)
{
	struct manners_wish *first = TAILQ_FIRST(&address->wishes);

	if (first == NULL) {
		address_free(manners, address);
	} else if (first->host->n_open < manners->options.per_host) {
		make_ready(manners, address, first->host);
	} else {
		address->state = BLOCKED;
		TAILQ_INSERT_TAIL(&first->host->blocked, address, link);
	}
}

static struct address *
find_address(struct manners *manners, const char *ip)
{
	struct fingerprint key =
	    fingerprint_of(&manners->options.secret, ip, strlen(ip));
	struct address *address = table_find(&manners->addresses, key);

	if (address != NULL)
		return address;
	address = table_make(&manners->addresses, key, sizeof(*address));
	if (address != NULL)
		TAILQ_INIT(&address->wishes);
	return address;
}

static struct host *
find_host(struct manners *manners, const char *name)
{
	struct fingerprint key =
	    fingerprint_of(&manners->options.secret, name, strlen(name));
	struct host *host = table_find(&manners->hosts, key);

	if (host != NULL)
		return host;
	host = table_make(&manners->hosts, key, sizeof(*host));
	if (host != NULL)
		TAILQ_INIT(&host->blocked);
	return host;
}

struct manners_wish *
manners_ask(
    struct manners *manners, const char *ip, const char *host, void *arg)
{
	struct manners_wish *wish = calloc(1, sizeof(*wish));

	if (wish == NULL)
		return NULL;
	wish->arg = arg;
	wish->host = find_host(manners, host);
	if (wish->host == NULL) {
		free(wish);
		return NULL;
	}
	wish->host->n_wishes++;
	wish->address = find_address(manners, ip);
	if (wish->address == NULL) {
		wish_free(manners, wish);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&wish->address->wishes, wish, link);
	if (wish->address->state == IDLE)
		settle(manners, wish->address);
	return wish;
}

/* The connection of the address has ended. */
static void
cool(struct manners *manners, struct address *address, int64_t now)
{
	const struct address *last = TAILQ_LAST(&manners->cooling, addresses);

	address->open = NULL;
	address->state = IDLE;
	if (manners->options.interval_ms == 0) {
		settle(manners, address);
		return;
	}
	address->cool_at = now + (int64_t)manners->options.interval_ms;
	if (last != NULL && last->cool_at > address->cool_at)
		address->cool_at = last->cool_at;
	address->state = COOLING;
	TAILQ_INSERT_TAIL(&manners->cooling, address, link);
}

void
manners_end(struct manners *manners, struct manners_wish *wish, int64_t now)
{
	struct address *address;
	struct host *host;
	bool first;

	if (wish == NULL)
		return;
	address = wish->address;
	host = wish->host;
	if (address->open == wish) {
		host_release(manners, host);
		cool(manners, address, now);
		wish_free(manners, wish);
		return;
	}
	first = TAILQ_FIRST(&address->wishes) == wish;
	TAILQ_REMOVE(&address->wishes, wish, link);
	if (first && address->state == READY) {
		TAILQ_REMOVE(&manners->ready, address, link);
		address->state = IDLE;
		host_release(manners, host);
		settle(manners, address);
	} else if (first && address->state == BLOCKED) {
		TAILQ_REMOVE(&host->blocked, address, link);
		address->state = IDLE;
		settle(manners, address);
	}
	wish_free(manners, wish);
}

void
manners_spare(struct manners *manners, struct manners_wish *wish)
{
	struct address *address = wish->address;

	host_release(manners, wish->host);
	address->open = NULL;
	address->state = IDLE;
	settle(manners, address);
	wish_free(manners, wish);
}

static void
warm_up(struct manners *manners, int64_t now)
{
	struct address *address;

	while ((address = TAILQ_FIRST(&manners->cooling)) != NULL &&
	    address->cool_at <= now) {
		TAILQ_REMOVE(&manners->cooling, address, link);
		address->state = IDLE;
		settle(manners, address);
	}
}

void *
manners_next(struct manners *manners, int64_t now)
{
	struct address *address;
	struct manners_wish *wish;

	warm_up(manners, now);
	address = TAILQ_FIRST(&manners->ready);
	if (address == NULL)
		return NULL;
	wish = TAILQ_FIRST(&address->wishes);
	TAILQ_REMOVE(&manners->ready, address, link);
	TAILQ_REMOVE(&address->wishes, wish, link);
	address->state = BUSY;
	address->open = wish;
	return wish->arg;
}

int64_t
manners_due(const struct manners *manners, int64_t now)
{
	const struct address *cooling = TAILQ_FIRST(&manners->cooling);

	if (!TAILQ_EMPTY(&manners->ready))
		return now;
	if (cooling == NULL)
		return -1;
	return cooling->cool_at > now ? cooling->cool_at : now;
}

size_t
manners_size(const struct manners *manners)
{
	return manners->addresses.n + manners->hosts.n;
}
