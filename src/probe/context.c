/* SPDX-License-Identifier: ISC */
#include "tls/context.h"
#include "probe/probe.h"

struct tls_context *
probe_context_new(const char *cert_file, const char *key_file, char **error)
{
	return tls_context_new(cert_file, key_file, error);
}

bool
probe_context_trust(struct tls_context *context, const char *ca_file,
    const char *ca_path, char **error)
{
	return tls_context_trust(context, ca_file, ca_path, error);
}

void
probe_context_free(struct tls_context *context)
{
	tls_context_free(context);
}

const char *
probe_library(void)
{
	return tls_library();
}
