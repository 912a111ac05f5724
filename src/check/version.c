/* SPDX-License-Identifier: ISC */
#include <danelaw.h>

#include <stdio.h>

#include "dns/resolver.h"
#include "probe/probe.h"

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
	snprintf(
	    text, sizeof(text), "%s\n%s", resolver_library(), probe_library());
	return text;
}
