/* SPDX-License-Identifier: ISC */
/*
 * No JSON is read, but what we wrote ourselves is known again: how a line
 * begins, and two members that may stand in it. These bytes can occur in no
 * text of JSON, where '"' has a '\' in front. So a line that begins within
 * another one, which was torn, is seen as well.
 *
 * "mx"."source" tells the domain example.org from the next hop [example.org],
 * which the report writes without brackets. Where "own_lack" is a text the
 * line is no more than a note that we could not look.
 */
#include "scan/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Hosts are asked for in brackets, whatever was in the list. */
#define HOST_BEGINNING "{\"schema\":\"danelaw-host/1\",\"host\":\""
#define SPLIT_DOMAIN                                                           \
	"{\"schema\":\"danelaw-split-domain/1\",\"type\":\"domain\","          \
	"\"domain\":\""
/* No domain's. */
#define SPLIT_HOST                                                             \
	"{\"schema\":\"danelaw-split-host/1\",\"type\":\"host\",\"host\":\""
#define SPLIT_RUN "{\"schema\":\"danelaw-split-run/1\","
#define HEAD_MAX 400 /* longer than a beginning with any name */

enum mark { BEGINNING, LITERAL, LACK, N_MARKS };

/* The first byte of each is not in the rest of it. */
static const char *const marks[N_MARKS] = {
	[BEGINNING] = "{\"schema\":\"danelaw-",
	[LITERAL] = ",\"mx\":{\"source\":\"literal\"",
	[LACK] = ",\"own_lack\":\"",
};

static const char *const beginnings[] = {
	"{\"schema\":\"danelaw-report/1\",\"domain\":\"",
	"{\"schema\":\"danelaw-summary/1\",\"domain\":\"",
	"{\"schema\":\"danelaw-mx/1\",\"domain\":\"",
	HOST_BEGINNING,
	SPLIT_DOMAIN,
	SPLIT_HOST,
};

/* What is known of one line; all zero at its beginning. */
struct line {
	char head[HEAD_MAX + 1]; /* its first bytes */
	size_t matched[N_MARKS]; /* bytes of the mark that came last */
	uint64_t found[N_MARKS];
	char last;
};

struct resume {
	struct seen *seen, *hosts;
	struct line line;
	struct resume_state state;
};

struct resume *
resume_new(struct seen *seen, struct seen *hosts)
{
	struct resume *resume = calloc(1, sizeof(*resume));

	if (resume != NULL) {
		resume->seen = seen;
		resume->hosts = hosts;
	}
	return resume;
}

void
resume_free(struct resume *resume)
{
	free(resume);
}

struct resume_state
resume_state(const struct resume *resume)
{
	struct resume_state state = resume->state;
	size_t len = strlen(marks[BEGINNING]);

	if (len > state.torn)
		len = (size_t)state.torn;
	state.torn_is_ours =
	    len > 0 && memcmp(resume->line.head, marks[BEGINNING], len) == 0;
	return state;
}

/* The name in a line of ours, or NULL. */
static const char *
find_name(const struct line *line, size_t *len)
{
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]);
	     i++) {
		size_t before = strlen(beginnings[i]);
		const char *name = line->head + before;

		if (strncmp(line->head, beginnings[i], before) != 0)
			continue;
		*len = strcspn(name, "\"\\");
		return *len > 0 && name[*len] == '"' ? name : NULL;
	}
	return NULL;
}

static bool
begins(const struct line *line, const char *mark)
{
	return strncmp(line->head, mark, strlen(mark)) == 0;
}

/* Why the line is none of ours, or NULL. */
static const char *
end_line(const struct line *line, struct seen *seen, struct seen *hosts)
{
	bool literal = line->found[LITERAL] > 0 || begins(line, HOST_BEGINNING);
	char text[HEAD_MAX + 3];
	size_t len;
	const char *name = find_name(line, &len);

	if (begins(line, SPLIT_RUN))
		return NULL;
	if (name == NULL)
		return "it is no report of danelaw";
	if (line->found[BEGINNING] != 1 || line->last != '}')
		return "it is torn";
	/* It says that it is about us: to be done again. */
	if (line->found[LACK] > 0)
		return NULL;
	if (begins(line, SPLIT_HOST))
		return hosts != NULL &&
			seen_add(hosts, name, len) == SEEN_NO_MEMORY
		    ? "out of memory"
		    : NULL;
	snprintf(text, sizeof(text), "[%.*s]", (int)len, name);
	if (seen_add(seen, literal ? text : name, literal ? len + 2 : len) ==
	    SEEN_NO_MEMORY)
		return "out of memory";
	return NULL;
}

/* Any byte but the end of a line. */
static void
take_byte(struct resume *resume, char c)
{
	struct resume_state *state = &resume->state;
	struct line *line = &resume->line;

	if (state->torn < HEAD_MAX)
		line->head[state->torn] = c;
	state->torn++;
	line->last = c;
	for (enum mark i = BEGINNING; i < N_MARKS; i++) {
		const char *mark = marks[i];

		if (c != mark[line->matched[i]])
			line->matched[i] = 0;
		if (c == mark[line->matched[i]])
			line->matched[i]++;
		if (mark[line->matched[i]] == '\0') {
			line->matched[i] = 0;
			line->found[i]++;
		}
	}
}

bool
resume_feed(struct resume *resume, const void *bytes, size_t len)
{
	struct resume_state *state = &resume->state;
	const char *at = bytes;

	for (; len > 0 && state->why == NULL; at++, len--) {
		if (*at != '\n') {
			take_byte(resume, *at);
			continue;
		}
		state->why =
		    end_line(&resume->line, resume->seen, resume->hosts);
		if (state->why != NULL)
			break;
		resume->line = (struct line) { .last = '\0' };
		state->lines++;
		state->whole += state->torn + 1;
		state->torn = 0;
	}
	return state->why == NULL;
}
