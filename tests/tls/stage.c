/* SPDX-License-Identifier: ISC */
#include "tls/stage.h"

struct cast cast;
struct tls_context *context;

int
stage_set_up(void **state)
{
	char *error = NULL;

	(void)state;
	cast_init(&cast, cast_roles, cast_n_roles);
	context = tls_context_new(NULL, NULL, &error);
	return context == NULL ? -1 : 0;
}

int
stage_tear_down(void **state)
{
	(void)state;
	tls_context_free(context);
	cast_finish(&cast);
	return 0;
}
