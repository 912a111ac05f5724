/* SPDX-License-Identifier: ISC */
/*
 * own.h - is it this machine?
 */
#pragma once

#include <stdbool.h>

/*
 * "an address of this machine", if one of its interfaces has it now or if
 * that cannot be found out; else NULL.
 */
const char *own_address(const char *ip);
/* Is it the name of this machine? */
bool own_host_name(const char *name);
