/* SPDX-License-Identifier: ISC */
#include "cli/plan_state.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/name.h"
#include "base/text.h"
#include "cli/plan_job.h"
#include "policy/tlsa.h"

#define SCHEMA "danelaw-plan-state/1"
#define FILE_LIMIT (4 * 1024 * 1024)
#define MAX_MEMORIES 512
#define MAX_RECORDS 64
#define LOCK_TRIES 100
#define LOCK_PAUSE_NS 50000000L
#define NAME_ROOM 200 /* characters of a file name that we make */
#define SHOWN 300

struct plan_state {
	const char *path, *shown;
	const char **subjects; /* as given, sorted */
	size_t n_subjects;
	int lock; /* -1: none */
	struct plan_memory *memories;
	size_t n_memories;
};

static int
complain(const struct plan_state *state, const char *why)
{
	cli_complain("state file %s: %s", state->shown, why);
	return EXIT_WRONG_USAGE;
}

static int
complain_errno(const struct plan_state *state)
{
	cli_complain("state file %s: %s", state->shown, strerror(errno));
	return EXIT_OWN_FAILURE;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The folder of the user's own state, made if need be; NULL: there is none. */
static const char *
state_folder(struct arena *arena)
{
	const char *base = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char *folder;

	if (home == NULL || *home != '/') {
		const struct passwd *user = getpwuid(geteuid());

		home = user == NULL ? NULL : user->pw_dir;
	}
	if (base == NULL || *base != '/')
		base = home == NULL
		    ? NULL
		    : arena_printf(arena, "%s/.local/state", home);
	folder = base == NULL ? NULL : arena_printf(arena, "%s/danelaw", base);
	for (char *at = folder == NULL ? NULL : folder + 1;
	     at != NULL && *at != '\0';) {
		at += strcspn(at, "/");
		if (*at == '\0')
			break;
		*at = '\0';
		mkdir(folder, 0700);
		*at++ = '/';
	}
	if (folder != NULL && mkdir(folder, 0700) != 0 && errno != EEXIST)
		return NULL;
	return folder;
}

/* "plan-25-mx1.example.org.json"; NULL: there is no place for it. */
static const char *
default_path(const struct plan_job *job, const struct plan_state *state)
{
	struct arena *arena = job->files.arena;
	const char *folder = state_folder(arena);
	const char *name =
	    arena_printf(arena, "plan-%u", (unsigned)job->rollover.port);

	for (size_t i = 0; name != NULL && i < state->n_subjects; i++)
		name = arena_printf(arena, "%s-%s", name, state->subjects[i]);
	if (folder == NULL || name == NULL || strlen(name) > NAME_ROOM)
		return NULL;
	return arena_printf(arena, "%s/%s.json", folder, name);
}

static int
lock(struct plan_state *state, struct arena *arena)
{
	const struct timespec pause = { 0, LOCK_PAUSE_NS };
	const char *path = arena_printf(arena, "%s.lock", state->path);

	if (path == NULL)
		return tlsa_complain_memory();
	state->lock =
	    open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (state->lock < 0)
		return complain_errno(state);
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(state->lock, LOCK_EX | LOCK_NB) == 0)
			return EXIT_SUCCESS;
		nanosleep(&pause, NULL);
	}
	cli_complain(
	    "state file %s: another process has locked it", state->shown);
	return EXIT_OWN_FAILURE;
}

static bool
is_name(const char *text)
{
	return text != NULL && *text != '\0' && strlen(text) <= NAME_MAX_LEN &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.:\\* ") ==
	    strlen(text);
}

static bool
read_seen(struct arena *arena, json_t *from, struct plan_seen *seen)
{
	json_t *records, *text;
	json_int_t ttl, first, last;
	size_t i;

	if (json_unpack(from, "{s:o, s:I, s:I, s:I}", "records", &records,
		"ttl", &ttl, "first", &first, "last", &last) != 0 ||
	    !json_is_array(records) || json_array_size(records) > MAX_RECORDS)
		return false;
	if (ttl < 0 || ttl > UINT32_MAX || first <= 0 || last < first)
		return false;
	*seen = (struct plan_seen) { NULL, 0, (uint32_t)ttl, first, last };
	json_array_foreach(records, i, text)
	{
		struct danelaw_record *record =
		    arena_alloc(arena, sizeof(*record));
		const char *why;

		if (record == NULL || !json_is_string(text) ||
		    !tlsa_from_text(
			arena, json_string_value(text), record, &why))
			return false;
		arena_push_text(
		    arena, &seen->records, &seen->n_records, record->rr);
	}
	return true;
}

static bool
read_memory(struct plan_state *state, struct arena *arena, json_t *from)
{
	struct plan_memory *memory;
	const char *host, *name, *ip;
	json_t *list, *item;
	size_t i;

	if (json_unpack(from, "{s:s, s:s, s:s, s:o}", "host", &host, "name",
		&name, "ip", &ip, "seen", &list) != 0 ||
	    !is_name(host) || !is_name(name) || !is_name(ip) ||
	    !json_is_array(list) || json_array_size(list) == 0 ||
	    json_array_size(list) > PLAN_SEEN_MAX)
		return false;
	memory = ARENA_PUSH(arena, state->memories, state->n_memories);
	if (memory == NULL)
		return false;
	memory->host = arena_strdup(arena, host);
	memory->name = arena_strdup(arena, name);
	memory->ip = arena_strdup(arena, ip);
	json_array_foreach(list, i, item)
	{
		struct plan_seen *seen =
		    ARENA_PUSH(arena, memory->seen, memory->n_seen);

		if (seen == NULL || !read_seen(arena, item, seen))
			return false;
	}
	return true;
}

/* Is it about the same hosts? A list of names; NULL: yes. */
static const char *
other_subjects(
    const struct plan_state *state, struct arena *arena, json_t *subjects)
{
	bool same = json_array_size(subjects) == state->n_subjects;
	const char *names = NULL;
	json_t *item;
	size_t i;

	json_array_foreach(subjects, i, item)
	{
		const char *name = text_printable_str(
		    arena, json_string_value(item), NAME_MAX_LEN);

		same = same && name != NULL &&
		    strcmp(state->subjects[i], name) == 0;
		names = names == NULL ? name
				      : arena_printf(arena, "%s, %s", names,
					    name == NULL ? "?" : name);
	}
	return same ? NULL : names == NULL ? "nothing" : names;
}

static int
read_json(struct plan_job *job, struct plan_state *state, json_t *root)
{
	struct arena *arena = job->files.arena;
	json_t *subjects, *servers, *item;
	const char *schema, *others;
	json_int_t port;
	size_t i;

	if (json_unpack(root, "{s:s}", "schema", &schema) != 0 ||
	    strcmp(schema, SCHEMA) != 0)
		return complain(state,
		    "it is no state file of danelaw plan; it is left alone");
	if (json_unpack(root, "{s:I, s:o, s:o}", "port", &port, "for",
		&subjects, "servers", &servers) != 0 ||
	    !json_is_array(subjects) || !json_is_array(servers) ||
	    json_array_size(servers) > MAX_MEMORIES)
		return complain(state, "it is damaged; it is left alone");
	others = other_subjects(state, arena, subjects);
	if (others != NULL || port != job->rollover.port) {
		cli_complain("state file %s: it is about %s, port %lld, and "
			     "left alone",
		    state->shown, others == NULL ? state->subjects[0] : others,
		    (long long)port);
		return EXIT_WRONG_USAGE;
	}
	json_array_foreach(servers, i, item)
	{
		if (!read_memory(state, arena, item))
			return complain(
			    state, "it is damaged; it is left alone");
	}
	return EXIT_SUCCESS;
}

static int
load(struct plan_job *job, struct plan_state *state)
{
	int fd =
	    open(state->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int status = EXIT_SUCCESS;
	struct stat facts;
	json_t *root = NULL;
	FILE *file = NULL;

	if (fd < 0)
		return errno == ENOENT ? EXIT_SUCCESS : complain_errno(state);
	if (fstat(fd, &facts) != 0) {
		status = complain_errno(state);
		goto done;
	}
	if (!S_ISREG(facts.st_mode) || facts.st_size > FILE_LIMIT)
		status = complain(state, "it is no state file of danelaw plan");
	else if (facts.st_uid != geteuid() ||
	    (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		status = complain(state, "others may write to it");
	if (status != EXIT_SUCCESS)
		goto done;
	file = fdopen(fd, "r");
	if (file == NULL) {
		status = tlsa_complain_memory();
		goto done;
	}
	fd = -1;
	root = json_loadf(file, JSON_REJECT_DUPLICATES, NULL);
	status = json_is_object(root)
	    ? read_json(job, state, root)
	    : complain(state, "it is damaged, no JSON; it is left alone");
done:
	json_decref(root);
	if (file != NULL)
		fclose(file);
	if (fd >= 0)
		close(fd);
	return status;
}

int
plan_state_begin(struct plan_job *job)
{
	struct arena *arena = job->files.arena;
	const char *given = job->files.settings->state;
	struct plan_state *state = arena_alloc(arena, sizeof(*state));
	int status;

	if (state == NULL)
		return tlsa_complain_memory();
	state->lock = -1;
	for (size_t i = 0; i < job->files.n_looks; i++)
		arena_push_text(arena, &state->subjects, &state->n_subjects,
		    job->files.looks[i].host);
	if (state->n_subjects > 0)
		qsort(state->subjects, state->n_subjects,
		    sizeof(*state->subjects), by_text);
	state->path = given != NULL ? given : default_path(job, state);
	if (state->path == NULL) {
		cli_complain("there is no folder for a state file, so that "
			     "nothing is remembered; give --state FILE");
		return EXIT_SUCCESS;
	}
	state->shown = text_printable_str(arena, state->path, SHOWN);
	if (state->shown == NULL)
		return tlsa_complain_memory();
	status = lock(state, arena);
	if (status == EXIT_SUCCESS)
		status = load(job, state);
	if (status == EXIT_SUCCESS) {
		job->state = state;
	} else if (state->lock >= 0) {
		close(state->lock);
	}
	return status;
}

static bool
same_records(const struct plan_seen *seen, const struct rollover_server *server)
{
	if (seen->n_records != server->n_records)
		return false;
	for (size_t i = 0; i < seen->n_records; i++) {
		if (strcmp(seen->records[i], server->records[i]) != 0)
			return false;
	}
	return true;
}

static struct plan_memory *
find_memory(struct plan_job *job, const char *host,
    const struct rollover_server *server)
{
	struct plan_state *state = job->state;
	struct plan_memory *memory;

	for (size_t i = 0; i < state->n_memories; i++) {
		memory = &state->memories[i];
		if (strcmp(memory->host, host) == 0 &&
		    strcmp(memory->name, server->name) == 0 &&
		    strcmp(memory->ip, server->ip) == 0)
			return memory;
	}
	if (state->n_memories == MAX_MEMORIES)
		return NULL;
	memory =
	    ARENA_PUSH(job->files.arena, state->memories, state->n_memories);
	if (memory != NULL) {
		memory->host = host;
		memory->name = server->name;
		memory->ip = server->ip;
	}
	return memory;
}

const struct plan_memory *
plan_state_note(struct plan_job *job, const char *host,
    const struct rollover_server *server)
{
	struct plan_memory *memory =
	    job->state == NULL ? NULL : find_memory(job, host, server);
	int64_t now = job->rollover.at;
	struct plan_seen *seen;

	if (memory == NULL)
		return NULL;
	seen = memory->n_seen == 0 ? NULL : &memory->seen[memory->n_seen - 1];
	if (seen != NULL && same_records(seen, server)) {
		seen->last = now > seen->last ? now : seen->last;
		seen->ttl = server->ttl > seen->ttl ? server->ttl : seen->ttl;
		return memory;
	}
	if (memory->n_seen == PLAN_SEEN_MAX) {
		memory->n_seen--;
		memmove(memory->seen, memory->seen + 1,
		    memory->n_seen * sizeof(*memory->seen));
	}
	seen = ARENA_PUSH(job->files.arena, memory->seen, memory->n_seen);
	if (seen == NULL)
		return NULL;
	*seen = (struct plan_seen) { server->records, server->n_records,
		server->ttl, now, now };
	return memory;
}

static json_t *
write_seen(const struct plan_seen *seen)
{
	json_t *records = json_array();

	for (size_t i = 0; i < seen->n_records; i++)
		json_array_append_new(records, json_string(seen->records[i]));
	return json_pack("{s:o, s:I, s:I, s:I}", "records", records, "ttl",
	    (json_int_t)seen->ttl, "first", (json_int_t)seen->first, "last",
	    (json_int_t)seen->last);
}

static json_t *
write_json(const struct plan_job *job)
{
	const struct plan_state *state = job->state;
	json_t *subjects = json_array(), *servers = json_array();

	for (size_t i = 0; i < state->n_subjects; i++)
		json_array_append_new(
		    subjects, json_string(state->subjects[i]));
	for (size_t i = 0; i < state->n_memories; i++) {
		const struct plan_memory *memory = &state->memories[i];
		json_t *list = json_array();

		for (size_t k = 0; k < memory->n_seen; k++)
			json_array_append_new(
			    list, write_seen(&memory->seen[k]));
		json_array_append_new(servers,
		    json_pack("{s:s, s:s, s:s, s:o}", "host", memory->host,
			"name", memory->name, "ip", memory->ip, "seen", list));
	}
	return json_pack("{s:s, s:I, s:o, s:o}", "schema", SCHEMA, "port",
	    (json_int_t)job->rollover.port, "for", subjects, "servers",
	    servers);
}

/* Beside the file, then in its place: what is there is always whole. */
static int
save(struct plan_job *job)
{
	struct plan_state *state = job->state;
	json_t *root = write_json(job);
	char *text = root == NULL ? NULL : json_dumps(root, JSON_INDENT(1));
	char *beside = arena_printf(job->files.arena, "%s.XXXXXX", state->path);
	int fd = -1, status = EXIT_OWN_FAILURE;

	json_decref(root);
	if (text == NULL || beside == NULL) {
		tlsa_complain_memory();
		goto done;
	}
	/* Mode 0600 it has of itself. */
	fd = mkstemp(beside);
	if (fd < 0) {
		complain_errno(state);
		goto done;
	}
	if (write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
	    write(fd, "\n", 1) == 1 && fsync(fd) == 0 &&
	    rename(beside, state->path) == 0)
		status = EXIT_SUCCESS;
	else
		complain_errno(state);
	if (status != EXIT_SUCCESS)
		unlink(beside);
done:
	if (fd >= 0)
		close(fd);
	free(text);
	return status;
}

int
plan_state_end(struct plan_job *job, bool keep)
{
	int status = EXIT_SUCCESS;

	if (job->state == NULL)
		return status;
	if (keep)
		status = save(job);
	close(job->state->lock);
	job->state = NULL;
	return status;
}
