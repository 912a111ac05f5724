/* SPDX-License-Identifier: ISC */
#include "scan/order.h"

#include <stdlib.h>

struct slot {
	void *item;
	size_t len;
};

struct order {
	struct slot *slots; /* a ring: number modulo window */
	size_t window, held;
	uint64_t next;
};

struct order *
order_new(size_t window)
{
	struct order *order = calloc(1, sizeof(*order));

	if (order == NULL)
		return NULL;
	order->window = window;
	order->slots = calloc(window, sizeof(*order->slots));
	if (order->slots == NULL) {
		free(order);
		return NULL;
	}
	return order;
}

void
order_free(struct order *order)
{
	if (order == NULL)
		return;
	for (size_t i = 0; i < order->window; i++)
		free(order->slots[i].item);
	free(order->slots);
	free(order);
}

static struct slot *
slot_of(const struct order *order, uint64_t number)
{
	return &order->slots[number % order->window];
}

bool
order_fits(const struct order *order, uint64_t number)
{
	return number >= order->next && number - order->next < order->window;
}

bool
order_put(struct order *order, uint64_t number, void *item, size_t len)
{
	struct slot *slot = slot_of(order, number);

	if (!order_fits(order, number) || slot->item != NULL)
		return false;
	*slot = (struct slot) { .item = item, .len = len };
	order->held += len;
	return true;
}

void *
order_take(struct order *order)
{
	struct slot *slot = slot_of(order, order->next);
	void *item = slot->item;

	if (item == NULL)
		return NULL;
	order->held -= slot->len;
	order->next++;
	*slot = (struct slot) { .item = NULL };
	return item;
}

bool
order_skip(struct order *order)
{
	for (size_t i = 0; i < order->window; i++) {
		if (slot_of(order, order->next + i)->item != NULL) {
			order->next += i;
			return true;
		}
	}
	return false;
}

size_t
order_held(const struct order *order)
{
	return order->held;
}
