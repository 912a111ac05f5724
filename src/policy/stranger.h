/* SPDX-License-Identifier: ISC */
/*
 * stranger.h - who says that he is somebody else's host.
 */
#ifndef POLICY_STRANGER_H
#define POLICY_STRANGER_H

#include "base/arena.h"

#include <danelaw_report.h>

/*
 * The name in the greeting where that and the reply to EHLO are of one owner,
 * who is neither that of the host nor that of the domain; NULL: they are not.
 * By itself no fault: a customer may name his provider's host as he likes.
 */
const char *stranger_name(struct arena *arena,
    const struct danelaw_report *report, const struct danelaw_host *host,
    const struct danelaw_smtp *smtp);

#endif
