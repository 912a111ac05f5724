/* SPDX-License-Identifier: ISC */
/*
 * uneven.h - is the server another from one connection to the next?
 *
 * Pure. Several backends behind one address are told by the default offer
 * alone, made more than once (offer "again"): what differs between two offers
 * may be a matter of the offer.
 */
#pragma once

#include <danelaw_report.h>

enum uneven_kind {
	UNEVEN_NOT = 0,
	UNEVEN_STARTTLS, /* there, and missing or refused for good */
	UNEVEN_CERTS,
	UNEVEN_VERSIONS, /* of TLS, with the same certificate */
	UNEVEN_SHAKE,    /* the handshake works, and fails */
};

/* The first probe, and the first of the same offer that differs. */
struct uneven {
	enum uneven_kind kind;
	const struct danelaw_probe *first, *other; /* NULL: UNEVEN_NOT */
};

struct uneven uneven_of(const struct danelaw_address *address);
/* Was the default offer made once more by this probe? */
bool uneven_is_again(const struct danelaw_probe *probe);
