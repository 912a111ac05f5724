/* SPDX-License-Identifier: ISC */
/*
 *	WAITING	another one is at this probe (registry)
 *	WISHING	it is ours, but may not connect yet (manners)
 *	ANSWERED	in the list that asks_next() takes from
 *	GONE	told to go
 *	SHOWN	told where it lies
 */
#include "scan/asks.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "check/gate.h"
#include "scan/unreached.h"

enum ask_state { WAITING, WISHING, ANSWERED, GONE, SHOWN };

struct ask {
	struct table_node node;      /* comes first */
	struct registry_claim claim; /* see ask_of() */
	TAILQ_ENTRY(ask) of_hand, answer;
	size_t hand;
	enum ask_state state;
	enum asks_answer_type type; /* ANSWERED */
	struct registry_place place;
	struct manners_wish *wish;
	const char *endpoint, *ip, *host;
	char key[]; /* and these three */
};

TAILQ_HEAD(ask_list, ask);

struct asks {
	struct registry *registry;
	struct manners *manners;
	struct unreached *unreached;
	struct table table;
	struct ask_list answers;
	struct ask_list *hands;
	size_t n_hands;
	struct asks_counts counts;
};

static struct fingerprint
key_of(size_t hand, uint64_t id)
{
	/* An odd factor keeps the hands out of each other's chains. */
	return (struct fingerprint) { id,
		(uint64_t)hand * UINT64_C(0x9e3779b97f4a7c15) };
}

static struct ask *
ask_of(struct registry_claim *claim)
{
	return (struct ask *)((char *)claim - offsetof(struct ask, claim));
}

struct asks *
asks_new(const struct manners_options *options, size_t n_hands)
{
	struct asks *asks = calloc(1, sizeof(*asks));

	if (asks == NULL)
		return NULL;
	TAILQ_INIT(&asks->answers);
	asks->registry = registry_new(&options->secret);
	asks->manners = manners_new(options);
	asks->unreached = unreached_new(&options->secret, GATE_UNREACHED_MS);
	asks->hands = calloc(n_hands, sizeof(*asks->hands));
	if (asks->registry == NULL || asks->manners == NULL ||
	    asks->unreached == NULL || asks->hands == NULL) {
		asks_free(asks);
		return NULL;
	}
	asks->n_hands = n_hands;
	for (size_t i = 0; i < n_hands; i++)
		TAILQ_INIT(&asks->hands[i]);
	return asks;
}

void
asks_free(struct asks *asks)
{
	struct ask *ask;

	if (asks == NULL)
		return;
	while ((ask = table_any(&asks->table)) != NULL) {
		table_remove(&asks->table, &ask->node);
		free(ask);
	}
	table_finish(&asks->table);
	manners_free(asks->manners);
	registry_free(asks->registry);
	unreached_free(asks->unreached);
	free(asks->hands);
	free(asks);
}

static struct ask *
ask_new(const struct asks_question *question)
{
	const char *const texts[] = { question->key, question->endpoint,
		question->ip, question->host };
	const char *copies[sizeof(texts) / sizeof(texts[0])];
	size_t n = sizeof(texts) / sizeof(texts[0]), room = 0;
	struct ask *ask;
	char *at;

	for (size_t i = 0; i < n; i++)
		room += strlen(texts[i]) + 1;
	ask = calloc(1, sizeof(*ask) + room);
	if (ask == NULL)
		return NULL;
	at = ask->key;
	for (size_t i = 0; i < n; i++) {
		size_t size = strlen(texts[i]) + 1;

		copies[i] = memcpy(at, texts[i], size);
		at += size;
	}
	ask->endpoint = copies[1];
	ask->ip = copies[2];
	ask->host = copies[3];
	ask->hand = question->hand;
	ask->node.key = key_of(question->hand, question->id);
	return ask;
}

static void
give(struct asks *asks, struct ask *ask, enum asks_answer_type type)
{
	ask->state = ANSWERED;
	ask->type = type;
	TAILQ_INSERT_TAIL(&asks->answers, ask, answer);
}

/* What the registry said of it. */
static void
go_on(struct asks *asks, struct ask *ask, enum registry_answer said)
{
	switch (said) {
	case REGISTRY_WAIT:
		ask->state = WAITING;
		break;
	case REGISTRY_YOURS:
		ask->state = WISHING;
		ask->wish = manners_ask(asks->manners, ask->ip, ask->host, ask);
		if (ask->wish == NULL)
			give(asks, ask, ASKS_FAIL);
		break;
	case REGISTRY_KNOWN:
		give(asks, ask, ASKS_HAVE);
		break;
	case REGISTRY_NO_MEMORY:
		give(asks, ask, ASKS_FAIL);
		break;
	}
}

/* Ends the claim, which may concern those who wait behind it. */
static void
end_claim(struct asks *asks, struct ask *ask,
    const struct registry_place *place, bool lasting)
{
	struct registry_claim *claim;
	struct registry_place found;
	enum registry_answer said;

	registry_end(asks->registry, &ask->claim, place, lasting);
	while ((said = registry_next(asks->registry, &claim, &found)) !=
	    REGISTRY_WAIT) {
		if (said == REGISTRY_KNOWN)
			ask_of(claim)->place = found;
		go_on(asks, ask_of(claim), said);
	}
}

static void
ask_end(struct asks *asks, struct ask *ask, const struct registry_place *place,
    bool lasting, int64_t now)
{
	if (ask->state == ANSWERED)
		TAILQ_REMOVE(&asks->answers, ask, answer);
	manners_end(asks->manners, ask->wish, now);
	end_claim(asks, ask, place, lasting);
	TAILQ_REMOVE(&asks->hands[ask->hand], ask, of_hand);
	table_remove(&asks->table, &ask->node);
	free(ask);
}

bool
asks_ask(struct asks *asks, const struct asks_question *question)
{
	struct ask *ask;

	if (table_find(&asks->table, key_of(question->hand, question->id)) !=
	    NULL)
		return false;
	ask = ask_new(question);
	if (ask == NULL)
		return false;
	if (!table_add(&asks->table, &ask->node)) {
		free(ask);
		return false;
	}
	TAILQ_INSERT_TAIL(&asks->hands[ask->hand], ask, of_hand);
	go_on(asks, ask,
	    registry_ask(
		asks->registry, ask->key, false, &ask->claim, &ask->place));
	return true;
}

void
asks_drop(struct asks *asks, size_t hand, uint64_t id, int64_t now)
{
	struct ask *ask = table_find(&asks->table, key_of(hand, id));

	if (ask == NULL)
		return;
	/* It had ended before it could hear of it: nobody connected. */
	if (ask->state == GONE)
		asks->counts.probes--;
	ask_end(asks, ask, NULL, false, now);
}

bool
asks_done(struct asks *asks, size_t hand, uint64_t id,
    const struct registry_place *place, bool unreached, int64_t now)
{
	struct ask *ask = table_find(&asks->table, key_of(hand, id));

	if (ask == NULL)
		return true;
	if (ask->state != GONE)
		return false;
	if (unreached && place->len != 0)
		unreached_note(asks->unreached, ask->endpoint, place, now);
	ask_end(asks, ask, place, !unreached, now);
	return true;
}

bool
asks_redo(struct asks *asks, size_t hand, uint64_t id)
{
	struct ask *ask = table_find(&asks->table, key_of(hand, id));

	if (ask == NULL)
		return true;
	if (ask->state != SHOWN)
		return false;
	asks->counts.reused--;
	unreached_forget(asks->unreached, ask->endpoint, &ask->place);
	go_on(asks, ask,
	    registry_ask(
		asks->registry, ask->key, true, &ask->claim, &ask->place));
	return true;
}

void
asks_leave(struct asks *asks, size_t hand, int64_t now)
{
	struct ask *ask;

	while ((ask = TAILQ_FIRST(&asks->hands[hand])) != NULL)
		ask_end(asks, ask, NULL, false, now);
}

/* It may connect, or need not: nobody would answer. */
static enum asks_answer_type
let_go(struct asks *asks, struct ask *ask, int64_t now)
{
	if (!unreached_find(asks->unreached, ask->endpoint, now, &ask->place)) {
		ask->state = GONE;
		asks->counts.probes++;
		return ASKS_GO;
	}
	manners_spare(asks->manners, ask->wish);
	ask->wish = NULL;
	ask->state = SHOWN;
	asks->counts.reused++;
	end_claim(asks, ask, &ask->place, false);
	return ASKS_HAVE;
}

struct asks_answer
asks_next(struct asks *asks, int64_t now)
{
	struct asks_answer answer = { 0 };
	struct ask *ask = TAILQ_FIRST(&asks->answers);

	if (ask != NULL) {
		TAILQ_REMOVE(&asks->answers, ask, answer);
		answer.type = ask->type;
		answer.place = ask->place;
		ask->state = SHOWN;
		asks->counts.reused += ask->type == ASKS_HAVE;
	} else {
		ask = manners_next(asks->manners, now);
		if (ask == NULL)
			return answer;
		answer.type = let_go(asks, ask, now);
		answer.place = ask->place;
	}
	answer.hand = ask->hand;
	answer.id = ask->node.key.a;
	return answer;
}

int64_t
asks_due(const struct asks *asks, int64_t now)
{
	return TAILQ_EMPTY(&asks->answers) ? manners_due(asks->manners, now)
					   : now;
}

struct asks_counts
asks_counts(const struct asks *asks)
{
	return asks->counts;
}

size_t
asks_open(const struct asks *asks)
{
	return asks->table.n;
}
