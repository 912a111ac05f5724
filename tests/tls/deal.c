/* SPDX-License-Identifier: ISC */
#include "tls/deal.h"

#include <stdio.h>
#include <string.h>

static uint64_t seed = 0x9e3779b97f4a7c15;

size_t
below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)((seed >> 11) % n);
}

bool
chance(size_t percent)
{
	return below(100) < percent;
}

static const struct role *
issuer_of(const struct cast *cast, const struct role *role)
{
	for (size_t i = 0; role->issuer != NULL && i < cast->n; i++)
		if (strcmp(cast->roles[i].name, role->issuer) == 0)
			return &cast->roles[i];
	return NULL;
}

/* Mostly what a server should send; sometimes what servers do send. */
static size_t
deal_chain(const struct cast *cast, const struct role *list[MOST])
{
	const struct role *role = &cast->roles[below(cast->n)];
	size_t n = 0;

	while (role != NULL && n < MOST - 3) {
		list[n++] = role;
		role = chance(85) ? issuer_of(cast, role) : NULL;
	}
	if (chance(15)) {
		list[n] = list[below(n)];
		n++;
	}
	if (chance(20))
		list[n++] = &cast->roles[below(cast->n)];
	if (n > 2 && chance(20)) {
		size_t i = 1 + below(n - 1), j = 1 + below(n - 1);
		const struct role *kept = list[i];

		list[i] = list[j];
		list[j] = kept;
	}
	if (n > 1 && chance(15)) {
		size_t i = 1 + below(n - 1);

		memmove(&list[i], &list[i + 1], (--n - i) * sizeof(list[0]));
	}
	return n;
}

static const char *
deal_record(const struct cast *cast, struct arena *arena,
    const struct role *const *list, size_t n)
{
	static const unsigned odd[] = { 0, 1, 4 };
	static const char *const faults[] = { "~", "#", "+" };
	const struct role *role = list[chance(50) ? 0 : below(n)];
	unsigned usage = chance(50) ? 2 : 3;
	unsigned selector = chance(50) ? 0 : 1;
	unsigned mtype = chance(20) ? 0 : chance(65) ? 1 : 2;

	if (chance(5))
		usage = odd[below(3)];
	if (chance(2))
		selector = 2;
	if (chance(2))
		mtype = 3;
	if (usage == 2 && chance(40) && issuer_of(cast, role) != NULL)
		role = issuer_of(cast, role);
	if (chance(20))
		role = &cast->roles[below(cast->n)];
	return arena_printf(arena, "%u %u %u %s%s", usage, selector, mtype,
	    role->name, chance(12) ? faults[below(3)] : "");
}

void
deal_game(const struct cast *cast, struct game *game)
{
	static const char *const names[] = { "mx.example", "mx.example",
		"mx.example", "mx.example.org", "mx.example.com", "c.example",
		"other.example" };
	static const int days[] = { 0, 0, 0, 0, 0, 5, -5, 100, -100 };
	struct arena *arena = arena_new();
	const struct role *list[MOST];
	size_t n = deal_chain(cast, list), n_records = 1 + below(6);
	const char *words = "";

	*game =
	    (struct game) { .cast = cast, .arena = arena, .chain_words = "" };
	game->stack = sk_X509_new_null();
	for (size_t i = 0; i < n; i++) {
		game->chain_words = arena_printf(
		    arena, "%s%s ", game->chain_words, list[i]->name);
		sk_X509_push(game->stack, cast_find(cast, list[i]->name)->cert);
	}
	for (size_t i = 0; i < n_records; i++)
		words = arena_printf(
		    arena, "%s%s; ", words, deal_record(cast, arena, list, n));
	game->record_words = words;
	game->chain = cast_chain(cast, game->chain_words);
	game->question.records =
	    cast_records(cast, arena, words, &game->question.n_records);
	game->references[0] = names[below(7)];
	game->references[1] = names[below(7)];
	game->question.references = game->references;
	game->question.n_references = chance(70) ? 1 : 2;
	game->question.at = FORGE_NOW + days[below(9)] * FORGE_DAY;
	game->question.ee_names = chance(10);
}

void
game_clear(struct game *game)
{
	sk_X509_free(game->stack);
	tls_chain_unref(game->chain);
	arena_unref(game->arena);
}

bool
game_expect(
    const struct game *game, size_t i, const char *what, long want, long have)
{
	if (want == have)
		return true;
	printf("# %s%zu: want %ld, have %ld\n#  chain   %s\n#  records %s\n"
	       "#  names %s %s, day %ld, ee_names %d\n",
	    what, i, want, have, game->chain_words, game->record_words,
	    game->references[0],
	    game->question.n_references > 1 ? game->references[1] : "",
	    (long)((game->question.at - FORGE_NOW) / FORGE_DAY),
	    game->question.ee_names);
	return false;
}
