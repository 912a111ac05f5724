/* SPDX-License-Identifier: ISC */
/*
 * order.h - what comes in any order goes out in the order of its numbers.
 *
 * Pure. Numbers begin with 0 and none may be left out. At most a window of
 * them is held back; who hands out numbers asks order_fits() first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order;

struct order *order_new(size_t window); /* NULL: no memory */
/* Frees all that is still held by free(). NULL is fine. */
void order_free(struct order *order);
/* Is this number within the window, and not out yet? */
bool order_fits(const struct order *order, uint64_t number);
/*
 * Takes an item that was allocated by malloc(), of len bytes, for
 * order_held(). False: it does not fit, or the number was there before; the
 * item is still the caller's.
 */
bool order_put(struct order *order, uint64_t number, void *item, size_t len);
/* The item whose turn it is, now the caller's; NULL: it is not there yet. */
void *order_take(struct order *order);
/* Passes over those that are missing before the next item. False: there is
 * none. */
bool order_skip(struct order *order);
/* Bytes of the items that are waiting. */
size_t order_held(const struct order *order);
