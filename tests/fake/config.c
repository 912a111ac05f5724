/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/text.h"
#include "loader.h"
#include "tls_setup.h"

#define HOUR_MS 3600000
#define ENDLESS_PIECE 16384

static const char *const stage_words[] = {
	[STAGE_ACCEPT] = "accept",
	[STAGE_BANNER] = "banner",
	[STAGE_EHLO] = "ehlo",
	[STAGE_STARTTLS] = "starttls",
	[STAGE_HELLO] = "starttls-220",
	[STAGE_TLS] = "tls",
	[STAGE_EHLO_TLS] = "ehlo_tls",
	[STAGE_QUIT] = "quit",
	NULL,
};

/* Replies that are one string each; the EHLO ones may be lists instead. */
static const struct {
	enum reply reply;
	const char *key, *text;
} reply_keys[] = {
	{ REPLY_BANNER, "banner", "220 fake.example ESMTP" },
	{ REPLY_HELO, "helo", "250 fake.example" },
	{ REPLY_MAIL, "mail", "250 2.1.0 ok" },
	{ REPLY_RCPT, "rcpt", "250 2.1.5 ok" },
	{ REPLY_DATA, "data", "354 go ahead" },
	{ REPLY_MESSAGE, "message", "250 2.0.0 taken" },
	{ REPLY_QUIT, "quit_reply", "221 2.0.0 bye" },
	{ REPLY_OK, NULL, "250 2.0.0 ok" },
	{ REPLY_UNKNOWN, NULL, "502 5.5.1 no such command" },
	{ REPLY_TOO_LONG, NULL, "500 5.5.2 line too long" },
	{ REPLY_TLS_AGAIN, NULL, "503 5.5.1 TLS is on already" },
};

static const char *const script_keys[] = { "listen", "port", "banner", "ehlo",
	"helo", "starttls", "ehlo_tls", "mail", "rcpt", "data", "message",
	"quit_reply", "certs", "sni", "sni_unknown", "sni_missing", "tls",
	"implicit_tls", "delay_ms", "close_at", "silent_at", "reset_at",
	"tls_cut", "hello_max", "pretends", "after_220", "answer_hello_with",
	"chunk", "chunk_ms", "eol", "endless", "garbage", "keep_clear", "first",
	"cycle", "then", "blackhole", "count_quit", NULL };

static void
set_text(struct loader *loader, const struct buf *from, struct text *text)
{
	text->len = from->len;
	text->bytes =
	    arena_memdup(loader->arena, buf_text(from), from->len + 1);
	if (text->bytes == NULL || buf_failed(from))
		load_fail(loader, "no memory");
}

/* "a\nb" with the line end added to each line. */
static void
set_lines(struct loader *loader, const char *lines, const char *eol,
    struct text *text)
{
	struct buf buf = { 0 };

	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		buf_add(&buf, lines, len);
		buf_puts(&buf, eol);
		lines += len + (lines[len] == '\n');
	}
	set_text(loader, &buf, text);
	buf_finish(&buf);
}

static void
set_ehlo(struct loader *loader, const char *const *lines, size_t n,
    const char *eol, struct text *text)
{
	struct buf buf = { 0 };

	if (n == 0)
		load_fail(loader, "ehlo: an empty list");
	for (size_t i = 0; i < n; i++)
		buf_printf(
		    &buf, "250%c%s%s", i + 1 < n ? '-' : ' ', lines[i], eol);
	set_text(loader, &buf, text);
	buf_finish(&buf);
}

static void
load_replies(struct loader *loader, const json_t *object, const char *eol,
    struct plan *plan)
{
	const char *after = NULL;
	struct buf buf = { 0 };
	struct text *starttls = &plan->replies[REPLY_STARTTLS];

	for (size_t i = 0; i < sizeof(reply_keys) / sizeof(reply_keys[0]);
	     i++) {
		const char *text = reply_keys[i].text;

		if (reply_keys[i].key != NULL)
			load_string(loader, object, reply_keys[i].key, &text);
		if (reply_keys[i].reply == REPLY_BANNER &&
		    json_is_null(json_object_get(object, "banner")))
			continue;
		set_lines(
		    loader, text, eol, &plan->replies[reply_keys[i].reply]);
	}
	load_string(loader, object, "after_220", &after);
	if (after != NULL) {
		buf_add(&buf, starttls->bytes, starttls->len);
		buf_puts(&buf, after);
		set_text(loader, &buf, starttls);
		buf_finish(&buf);
	}
}

static bool
offers_starttls(const char *const *lines, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(lines[i], "STARTTLS") == 0)
			return true;
	}
	return false;
}

/* EHLO, its twin inside TLS, and the reply to STARTTLS that fits. */
static void
load_ehlo(struct loader *loader, const json_t *object, const char *eol,
    struct plan *plan)
{
	static const char *standard[] = { "fake.example", "PIPELINING",
		"STARTTLS" };
	const char **lines = standard, **inner = NULL;
	size_t n = json_object_get(object, "certs") == NULL ? 2 : 3;
	size_t n_inner = 0;
	bool inner_absent;
	const char *text = NULL;

	if (json_is_string(json_object_get(object, "ehlo"))) {
		load_string(loader, object, "ehlo", &text);
		if (text != NULL)
			set_lines(
			    loader, text, eol, &plan->replies[REPLY_EHLO]);
	} else {
		load_strings(loader, object, "ehlo", &lines, &n);
		set_ehlo(loader, lines, n, eol, &plan->replies[REPLY_EHLO]);
	}
	if (json_is_string(json_object_get(object, "ehlo_tls"))) {
		load_string(loader, object, "ehlo_tls", &text);
		if (text != NULL)
			set_lines(
			    loader, text, eol, &plan->replies[REPLY_EHLO_TLS]);
	} else {
		load_strings(loader, object, "ehlo_tls", &inner, &n_inner);
		inner_absent = inner == NULL;
		for (size_t i = 0; inner_absent && i < n; i++) {
			if (!offers_starttls(&lines[i], 1))
				arena_push_text(
				    loader->arena, &inner, &n_inner, lines[i]);
		}
		set_ehlo(loader, inner, n_inner, eol,
		    &plan->replies[REPLY_EHLO_TLS]);
	}
	text = offers_starttls(lines, n) ? "220 2.0.0 ready"
					 : "502 5.5.1 no such command";
	load_string(loader, object, "starttls", &text);
	plan->starts_tls = strncmp(text, "220", 3) == 0;
	set_lines(loader, text, eol, &plan->replies[REPLY_STARTTLS]);
}

static void
load_delays(struct loader *loader, const json_t *object, struct plan *plan)
{
	const json_t *delays = json_object_get(object, "delay_ms");
	uint64_t ms = 0;

	if (!json_is_object(delays)) {
		load_number(loader, object, "delay_ms", 0, HOUR_MS, &ms);
		for (int i = STAGE_BANNER; i < N_STAGES; i++)
			plan->delay_ms[i] = (uint32_t)ms;
		return;
	}
	load_only(loader, delays, stage_words);
	for (int i = 0; stage_words[i] != NULL; i++) {
		ms = 0;
		load_number(loader, delays, stage_words[i], 0, HOUR_MS, &ms);
		/* Our first word in a handshake follows the ClientHello. */
		if (i == STAGE_TLS)
			plan->delay_ms[STAGE_HELLO] += (uint32_t)ms;
		else
			plan->delay_ms[i] = (uint32_t)ms;
	}
}

/* Bytes at "tls" come instead of the ServerHello. */
static struct act *
load_act(struct loader *loader, const json_t *object, struct plan *plan)
{
	int stage = -1;

	load_word(loader, object, "at", stage_words, &stage);
	if (stage < 0) {
		load_fail(loader, "at: missing");
		return NULL;
	}
	if (stage == STAGE_TLS)
		stage = STAGE_HELLO;
	return &plan->acts[stage];
}

static void
load_garbage(struct loader *loader, const json_t *object, struct plan *plan)
{
	static const char *const known[] = { "at", "hex", NULL };
	const json_t *garbage = load_object(loader, object, "garbage");
	const char *hex = "", *answer = NULL;
	struct act *act;
	uint8_t *bytes;
	size_t len = 0;

	load_string(loader, object, "answer_hello_with", &answer);
	if (answer != NULL)
		plan->acts[STAGE_HELLO] = (struct act) { .kind = ACT_SEND,
			.bytes = { answer, strlen(answer) } };
	if (garbage == NULL)
		return;
	load_only(loader, garbage, known);
	load_string(loader, garbage, "hex", &hex);
	act = load_act(loader, garbage, plan);
	bytes = arena_alloc(loader->arena, strlen(hex) / 2 + 1);
	if (act == NULL || bytes == NULL)
		return;
	if (!text_unhex(hex, bytes, strlen(hex) / 2, &len))
		load_fail(loader, "hex: no hex: %.40s", hex);
	act->kind = ACT_SEND;
	act->bytes = (struct text) { (const char *)bytes, len };
}

/* The bytes are laid out often enough to fill a good piece. */
static void
load_endless(struct loader *loader, const json_t *object, struct plan *plan)
{
	static const char *const known[] = { "at", "bytes", "max_bytes", NULL };
	const json_t *endless = load_object(loader, object, "endless");
	uint64_t max = 64 << 20;
	const char *bytes = "";
	struct buf buf = { 0 };
	struct act *act;

	if (endless == NULL)
		return;
	load_only(loader, endless, known);
	load_string(loader, endless, "bytes", &bytes);
	load_number(loader, endless, "max_bytes", 1, UINT64_C(1) << 40, &max);
	act = load_act(loader, endless, plan);
	if (*bytes == '\0')
		load_fail(loader, "endless: no bytes");
	if (act == NULL || *bytes == '\0')
		return;
	do
		buf_puts(&buf, bytes);
	while (buf.len < ENDLESS_PIECE && !buf_failed(&buf));
	act->kind = ACT_ENDLESS;
	act->max = max;
	set_text(loader, &buf, &act->bytes);
	buf_finish(&buf);
}

static void
load_acts(struct loader *loader, const json_t *object, struct plan *plan)
{
	static const struct {
		const char *key;
		enum act_kind kind;
	} keys[] = { { "close_at", ACT_CLOSE }, { "silent_at", ACT_SILENT },
		{ "reset_at", ACT_RESET } };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		int stage = -1;

		load_word(loader, object, keys[i].key, stage_words, &stage);
		if (stage >= 0)
			plan->acts[stage].kind = keys[i].kind;
	}
	load_garbage(loader, object, plan);
	load_endless(loader, object, plan);
}

static bool
reaches_tls(const struct plan *plan)
{
	if (plan->acts[STAGE_HELLO].kind != ACT_REPLY)
		return false;
	return plan->implicit_tls ||
	    (plan->starts_tls && plan->acts[STAGE_STARTTLS].kind == ACT_REPLY);
}

static void
load_tls(struct loader *loader, const json_t *object, struct plan *plan)
{
	const json_t *certs = json_object_get(object, "certs");
	struct tls_setup setup = { 0 };
	const char *why;

	tls_setup_load(loader, object, &setup);
	if (certs == NULL || json_is_null(certs)) {
		if (reaches_tls(plan))
			load_fail(loader, "certs: missing ([] for none)");
		return;
	}
	if (loader->why != NULL)
		return;
	plan->tls = tls_new(loader->arena, &setup, &why);
	if (plan->tls == NULL)
		load_fail(loader, "tls: %s", why == NULL ? "no memory" : why);
}

static void
load_plan(struct loader *loader, const json_t *object, struct plan *plan)
{
	static const char *const pretends[] = PRETEND_WORDS;
	uint64_t chunk = 0, chunk_ms = 0, cut = 64, hello_max = 0;
	int pretend = 0;
	const char *eol = "\r\n";

	load_only(loader, object, script_keys);
	load_string(loader, object, "eol", &eol);
	load_ehlo(loader, object, eol, plan);
	load_replies(loader, object, eol, plan);
	load_bool(loader, object, "implicit_tls", &plan->implicit_tls);
	load_bool(loader, object, "keep_clear", &plan->keep_clear);
	load_number(loader, object, "chunk", 1, 1 << 20, &chunk);
	load_number(loader, object, "chunk_ms", 0, HOUR_MS, &chunk_ms);
	load_number(loader, object, "hello_max", 1, 16384, &hello_max);
	plan->hello_max = hello_max;
	load_word(loader, object, "pretends", pretends, &pretend);
	plan->pretends = (enum pretend)pretend;
	load_number(loader, object, "tls_cut", 0, 1 << 20, &cut);
	plan->chunk = chunk;
	plan->chunk_ms = (uint32_t)chunk_ms;
	plan->tls_cut = cut;
	load_delays(loader, object, plan);
	load_acts(loader, object, plan);
	load_tls(loader, object, plan);
}

static void
load_later(struct loader *loader, json_t *object, struct script *script)
{
	static const char *const fixed[] = { "listen", "port", "blackhole",
		"first", "cycle", "then", NULL };
	const json_t *then = load_object(loader, object, "then");
	json_t *merged;

	script->first = UINT64_MAX;
	load_number(loader, object, "first", 0, UINT32_MAX, &script->first);
	load_number(loader, object, "cycle", 1, UINT32_MAX, &script->cycle);
	if ((then == NULL) != (script->first == UINT64_MAX))
		load_fail(loader, "first and then need each other");
	if (then == NULL)
		return;
	for (int i = 0; fixed[i] != NULL; i++) {
		if (json_object_get(then, fixed[i]) != NULL)
			load_fail(loader, "then: cannot change %s", fixed[i]);
	}
	merged = json_copy(object);
	if (merged == NULL ||
	    json_object_update(merged, (json_t *)(uintptr_t)then) != 0)
		load_fail(loader, "no memory");
	else
		load_plan(loader, merged, &script->later);
	json_decref(merged);
	script->has_later = true;
}

static void
load_script(struct loader *loader, json_t *object, struct script *script)
{
	uint64_t port = UINT64_MAX;

	if (!json_is_object(object)) {
		load_fail(loader, "need an object");
		return;
	}
	load_strings(
	    loader, object, "listen", &script->listen, &script->n_listen);
	if (script->n_listen == 0)
		load_fail(loader, "listen: missing");
	load_number(loader, object, "port", 0, 65535, &port);
	script->has_port = port != UINT64_MAX;
	script->port = (uint16_t)port;
	load_bool(loader, object, "blackhole", &script->blackhole);
	load_plan(loader, object, &script->plan);
	load_later(loader, object, script);
}

static void
load_all(struct loader *loader, const json_t *root, struct config *config)
{
	static const char *const known[] = { "servers", "idle_ms",
		"max_connections", NULL };
	const json_t *servers = json_object_get(root, "servers");
	uint64_t idle_ms = 600000, max = 16384;
	size_t n = json_array_size(servers);

	load_only(loader, root, known);
	load_number(loader, root, "idle_ms", 1, 24 * HOUR_MS, &idle_ms);
	load_number(loader, root, "max_connections", 1, 1 << 20, &max);
	config->idle_ms = (uint32_t)idle_ms;
	config->max_connections = (uint32_t)max;
	if (n == 0)
		load_fail(loader, "servers: need an array, not empty");
	config->scripts =
	    arena_alloc(loader->arena, n * sizeof(*config->scripts));
	if (config->scripts == NULL) {
		load_fail(loader, "no memory");
		return;
	}
	for (size_t i = 0; i < n && loader->why == NULL; i++) {
		config->n_scripts = i + 1;
		loader->prefix = arena_printf(loader->arena, "server %zu", i);
		load_script(
		    loader, json_array_get(servers, i), &config->scripts[i]);
	}
}

bool
config_load(struct arena *arena, const char *path, struct config *config,
    const char **why)
{
	struct loader loader = { .arena = arena, .prefix = "configuration" };
	const char *slash = strrchr(path, '/');
	json_error_t error;
	json_t *root;

	*config = (struct config) { 0 };
	loader.dir = slash == NULL
	    ? "."
	    : arena_printf(arena, "%.*s", (int)(slash - path + 1), path);
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL)
		load_fail(&loader, "line %d: %s", error.line, error.text);
	else
		load_all(&loader, root, config);
	json_decref(root);
	*why = loader.why;
	if (loader.why == NULL && !arena_failed(arena))
		return true;
	if (*why == NULL)
		*why = "no memory";
	config_finish(config);
	return false;
}

void
config_finish(struct config *config)
{
	for (size_t i = 0; i < config->n_scripts; i++) {
		tls_free(config->scripts[i].plan.tls);
		tls_free(config->scripts[i].later.tls);
	}
	config->n_scripts = 0;
}
