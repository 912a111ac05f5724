/* SPDX-License-Identifier: ISC */
/*
 * The limit to measure serve against: an evhttp that answers any request
 * with nothing.
 *
 *	empty_http PORT
 */
#include <event2/event.h>
#include <event2/http.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void
answer(struct evhttp_request *request, void *arg)
{
	(void)arg;
	evhttp_send_reply(request, 200, "OK", NULL);
}

int
main(int argc, char **argv)
{
	struct event_base *base = event_base_new();
	struct evhttp *http = base == NULL ? NULL : evhttp_new(base);
	int status = 70;

	if (argc != 2 || http == NULL)
		goto done;
	evhttp_set_gencb(http, answer, NULL);
	if (evhttp_bind_socket(http, "127.0.0.1", (uint16_t)atoi(argv[1])) != 0)
		goto done;
	puts("ready");
	fflush(stdout);
	status = event_base_dispatch(base) == 0 ? 0 : 70;
done:
	if (http != NULL)
		evhttp_free(http);
	if (base != NULL)
		event_base_free(base);
	return status;
}
