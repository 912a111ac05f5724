/* SPDX-License-Identifier: ISC */
#include "base/lack.h"

#include <stdatomic.h>

static atomic_ulong lacks;

void
lack_note(void)
{
	atomic_fetch_add_explicit(&lacks, 1, memory_order_relaxed);
}

unsigned long
lack_count(void)
{
	return atomic_load_explicit(&lacks, memory_order_relaxed);
}
