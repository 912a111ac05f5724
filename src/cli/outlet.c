/* SPDX-License-Identifier: ISC */
#include "cli/outlet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/sink.h"
#include "scan/order.h"
#include "scan/seen.h"

#define LOST_TOLD 10

/* What waits for its turn. */
struct waiting {
	enum danelaw_verdict verdict;
	enum danelaw_state state;
	bool has_line;
	size_t len;
	char line[];
};

static void
complain(struct outlet *outlet, const char *what, const char *why)
{
	if (outlet->clear != NULL)
		outlet->clear(outlet->arg);
	cli_complain("%s: %s", what, why);
}

static void
fail(struct outlet *outlet, const char *what, const char *why)
{
	complain(outlet, what, why);
	outlet->broken = true;
}

/*
 * Of several rows the last, the domain's, and those of hosts that have none
 * yet. They stand before it, so that where the machine stops in between the
 * domain is done again.
 */
static bool
keep_new(struct outlet *outlet, const char **line, size_t *len)
{
	static const char mark[] = ",\"host\":\"";
	const char *at = *line, *end = *line + *len, *stop, *name;

	buf_clear(&outlet->rows);
	for (; (stop = memchr(at, '\n', (size_t)(end - at))) != NULL;
	     at = stop + 1) {
		name = memmem(at, (size_t)(stop - at), mark, sizeof(mark) - 1);
		if (name == NULL)
			continue;
		name += sizeof(mark) - 1;
		switch (seen_add(outlet->hosts, name, strcspn(name, "\""))) {
		case SEEN_NO_MEMORY:
			return false;
		case SEEN_BEFORE:
			break;
		case SEEN_NEW:
			buf_add(&outlet->rows, at, (size_t)(stop + 1 - at));
			break;
		}
	}
	buf_add(&outlet->rows, at, (size_t)(end - at));
	*line = buf_text(&outlet->rows);
	*len = outlet->rows.len;
	return !buf_failed(&outlet->rows);
}

static void
write_line(struct outlet *outlet, const char *line, size_t len,
    enum danelaw_verdict verdict, enum danelaw_state state)
{
	if (outlet->broken)
		return;
	if (outlet->hosts != NULL && !keep_new(outlet, &line, &len)) {
		fail(outlet, "a row", "out of memory");
		return;
	}
	if (!sink_write(outlet->fd, line, len)) {
		fail(outlet, "standard output", strerror(errno));
		return;
	}
	outlet->settled++;
	outlet->counts->written++;
	if (!outlet->staged && (size_t)verdict < METER_VERDICTS)
		outlet->counts->verdicts[verdict]++;
	outlet->worst = danelaw_state_worse(outlet->worst, state);
}

static void
write_ready(struct outlet *outlet)
{
	struct waiting *waiting;

	while ((waiting = order_take(outlet->order)) != NULL) {
		if (waiting->has_line)
			write_line(outlet, waiting->line, waiting->len,
			    waiting->verdict, waiting->state);
		free(waiting);
	}
}

static void
put_in_order(struct outlet *outlet, const struct head_result *result)
{
	bool has_line = result->error == NULL;
	size_t len = has_line ? result->len : 0;
	struct waiting *waiting = malloc(sizeof(*waiting) + len);

	if (waiting == NULL) {
		fail(outlet, result->domain, "out of memory");
		return;
	}
	*waiting = (struct waiting) {
		.verdict = result->verdict,
		.state = result->state,
		.has_line = has_line,
		.len = len,
	};
	if (len > 0)
		memcpy(waiting->line, result->line, len);
	if (!order_put(
		outlet->order, result->id, waiting, sizeof(*waiting) + len)) {
		free(waiting);
		fail(outlet, result->domain, "it came twice");
		return;
	}
	write_ready(outlet);
}

/* Without a report. */
static void
take_error(struct outlet *outlet, const struct head_result *result)
{
	outlet->settled++;
	if (!result->lost) {
		complain(outlet, result->domain, result->error);
		outlet->counts->bad++;
	} else if (outlet->counts->failed++ < LOST_TOLD) {
		buf_printf(&outlet->lost, "danelaw: %s: %s\n", result->domain,
		    result->error);
	}
}

void
outlet_take(struct outlet *outlet, const struct head_result *result)
{
	if (result->error != NULL)
		take_error(outlet, result);
	else
		outlet->lacking += result->lacking;
	if (outlet->order != NULL)
		put_in_order(outlet, result);
	else if (result->error == NULL)
		write_line(outlet, result->line, result->len, result->verdict,
		    result->state);
}

void
outlet_rest(struct outlet *outlet)
{
	while (outlet->order != NULL && order_skip(outlet->order))
		write_ready(outlet);
}

void
outlet_finish(struct outlet *outlet)
{
	buf_finish(&outlet->lost);
	buf_finish(&outlet->rows);
}
