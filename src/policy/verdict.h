/* SPDX-License-Identifier: ISC */
/*
 * verdict.h - from the outcomes to class, verdict and state.
 *
 * Pure. doc/interface.md 4 in code; reads the finished tree.
 */
#pragma once

#include "model/tree.h"
#include "policy/outcome.h"
#include "policy/summary.h"

/* What one address counts as under the policy of its host. */
struct danelaw_class verdict_class_of(
    enum danelaw_policy policy, const struct danelaw_address *address);
/* The classes of one host; more than one may hold. */
struct danelaw_class verdict_class(const struct danelaw_host *host);

/*
 * Fills classes, verdict, state and summary from hosts, mx and findings. The
 * findings must be complete. unable: we could not judge, for want of DNS or
 * what else own_lack says; that is "unknown".
 */
void verdict_fill(struct tree *tree, bool require_dane, bool unable);

/* Are unsigned MX records what DANE fails for? */
bool verdict_mx_is_open(const struct danelaw_report *report);
