/* SPDX-License-Identifier: ISC */
#include <danelaw.h>

#include <event2/event.h>
#include <stdio.h>

#include "dns/resolver.h"
#include "tls/context.h"

const char *
danelaw_version(void)
{
	return DANELAW_VERSION;
}

const char *
danelaw_version_libraries(void)
{
	static char text[256];

	/* The same text each time, so writing it twice does no harm. */
	snprintf(text, sizeof(text), "libunbound %s\n%s\nlibevent %s",
	    resolver_library(), tls_library(), event_get_version());
	return text;
}
