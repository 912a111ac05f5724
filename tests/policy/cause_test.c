/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/cause.h"

#include "table.h"

#define MUTE                                                                   \
	{                                                                      \
		.fault = DANELAW_TLS_MUTE                                      \
	}
#define ALERT_40                                                               \
	{                                                                      \
		.fault = DANELAW_TLS_REFUSED, .alert = 40                      \
	}

static struct danelaw_tls tls13 = { .version = "TLSv1.3", .group = "X25519" };
static struct danelaw_tls tls12 = { .version = "TLSv1.2", .group = "P-256" };
static struct danelaw_tls tls11 = { .version = "TLSv1.1" };
static struct danelaw_tls koblitz = { .version = "TLSv1.2",
	.group = "secp256k1" };
static struct danelaw_tls dh_512 = { .version = "TLSv1.2", .group = "DH 512" };
static struct danelaw_tls dh_2048 = {
	.version = "TLSv1.2", .group = "DH 2048", .cipher = "DHE-DSS-AES"
};
static struct danelaw_tls null_cipher = { .version = "TLSv1.2",
	.cipher = "NULL-SHA256" };

/* How the default ended, which offer then works, and what follows. */
static const struct row {
	const char *name;
	struct danelaw_trial first;
	const char *works; /* NULL: none */
	struct danelaw_tls *tls;
	const char *key;
	const char *tried; /* in this order, behind the default */
	enum cause cause;
	const char *words; /* part of them */
} rows[] = {
	{ "7672 8.1 the server name", ALERT_40, "no-sni", &tls12, "EC P-256",
	    "no-sni", CAUSE_SNI, "only without one" },
	{ "8422 5.1 a key on a rare curve", ALERT_40, "rare-groups", &koblitz,
	    "EC secp256k1", "no-sni rare-groups", CAUSE_CERT_CURVE,
	    "offers secp256k1, the curve of the certificate's key" },
	{ "8422 5.1 a rare curve for the key exchange", ALERT_40, "rare-groups",
	    &koblitz, "RSA 2048", "no-sni rare-groups", CAUSE_GROUP,
	    "only when the client offers secp256k1" },
	{ "8422 5.1 an RSA server with a group that is not told", ALERT_40,
	    "rare-groups", NULL, NULL, "no-sni rare-groups", CAUSE_GROUP,
	    "a rare curve" },
	{ "3207 4 no greeting in clear", MUTE, "implicit", &tls13, "RSA 2048",
	    "implicit", CAUSE_IMPLICIT, "TLS from the first byte" },
	{ "5321 4.5.3.2.1 no greeting at all", MUTE, NULL, NULL, NULL,
	    "implicit", CAUSE_NONE, NULL },
	{ "a null cipher", ALERT_40, "weak", &null_cipher, "RSA 2048",
	    "no-sni rare-groups weak", CAUSE_CIPHER, "NULL-SHA256" },
	{ "a DSA key", ALERT_40, "weak", &dh_2048, "DSA 2048",
	    "no-sni rare-groups weak", CAUSE_SIGALG, "DSA 2048" },
	{ "7672 8.2 no certificate", ALERT_40, "anon", &tls12, NULL,
	    "no-sni rare-groups weak anon", CAUSE_ANON,
	    "without a certificate" },
	{ "not the offer of TLS 1.3", ALERT_40, "tls12", &tls12, "EC P-256",
	    "no-sni rare-groups weak anon tls12", CAUSE_VERSION,
	    "nothing newer than TLS 1.2" },
	{ "8446 4.2.3 a key too short for RSA-PSS", ALERT_40, "tls12", &tls12,
	    "RSA 512", "no-sni rare-groups weak anon tls12", CAUSE_SHORT_KEY,
	    "RSA 512" },
	{ "not the offer of TLS 1.2", ALERT_40, "tls10", &tls12, "RSA 2048",
	    "no-sni rare-groups weak anon tls12 tls10", CAUSE_OLD_ONLY,
	    "nothing newer than TLS 1.0" },
	{ "a long ClientHello refused", ALERT_40, "small", &tls12, "EC P-256",
	    "no-sni rare-groups weak anon tls12 tls10 small", CAUSE_BIG_HELLO,
	    "short" },
	{ "7672 2.2 nothing works", ALERT_40, NULL, NULL, NULL,
	    "no-sni rare-groups weak anon tls12 tls10 small", CAUSE_ALERT_40,
	    "each offer that was made" },
	{ "6066 3 alert 112", { .fault = DANELAW_TLS_NAME, .alert = 112 },
	    "no-sni", &tls12, "EC P-256", "no-sni", CAUSE_SNI,
	    "only without one" },
	{ "6066 3 alert 112, and without a name as well",
	    { .fault = DANELAW_TLS_NAME, .alert = 112 }, NULL, NULL, NULL,
	    "no-sni", CAUSE_SNI, "refuses this server name" },
	{ "8446 6.2 alert 70", { .fault = DANELAW_TLS_VERSION, .alert = 70 },
	    NULL, NULL, NULL, "tls12 weak tls10", CAUSE_VERSION, "neither" },
	{ "8446 6.2 alert 70 for newer ones",
	    { .fault = DANELAW_TLS_VERSION, .alert = 70 }, "tls10", &tls12,
	    "RSA 2048", "tls12 weak tls10", CAUSE_OLD_ONLY, "TLS 1.0" },
	{ "8446 6.2 alert 70 of one that speaks TLS 1.1",
	    { .fault = DANELAW_TLS_VERSION, .alert = 70 }, "weak", &tls11,
	    "RSA 2048", "tls12 weak", CAUSE_OLD_ONLY, "TLSv1.1" },
	{ "DH with 512 bits", { .fault = DANELAW_TLS_SHORT_DH, .alert = -1 },
	    "weak", &dh_512, "RSA 2048", "weak", CAUSE_DH, "512-bit" },
	{ "DH, and no more is known",
	    { .fault = DANELAW_TLS_SHORT_DH, .alert = -1 }, NULL, NULL, NULL,
	    "weak", CAUSE_DH, "too short" },
	{ "5746 3.4 no secure renegotiation",
	    { .fault = DANELAW_TLS_RENEGOTIATION, .alert = -1 }, NULL, NULL,
	    NULL, "", CAUSE_RENEGOTIATION, "renegotiation" },
	{ "8422 5.1 a curve that was not offered",
	    { .fault = DANELAW_TLS_CURVE, .alert = -1 }, "rare-groups",
	    &koblitz, "EC secp256k1", "rare-groups", CAUSE_CERT_CURVE,
	    "secp256k1" },
	{ "a server that hangs up",
	    { .fault = DANELAW_TLS_CLOSED, .alert = -1 }, NULL, NULL, NULL,
	    "no-sni tls12 small rare-groups weak anon tls10", CAUSE_EOF,
	    "hangs up" },
	{ "a short ClientHello gets through",
	    { .fault = DANELAW_TLS_CLOSED, .alert = -1 }, "small", &tls12,
	    "EC P-256", "no-sni tls12 small", CAUSE_BIG_HELLO, "short" },
	{ "a reset", { .fault = DANELAW_TLS_RESET, .alert = -1 }, "tls12",
	    &tls12, "EC P-256", "no-sni tls12", CAUSE_VERSION, "TLS 1.2" },
	{ "a stall", { .timeout = true, .alert = -1 }, NULL, NULL, NULL,
	    "tls12 small", CAUSE_TIMEOUT, "stalls" },
	{ "a stall, but for a short ClientHello",
	    { .timeout = true, .alert = -1 }, "small", &tls12, "EC P-256",
	    "tls12 small", CAUSE_BIG_HELLO, "short" },
	{ "5246 7.4.4 certificate demanded",
	    { .fault = DANELAW_TLS_REFUSED,
		.alert = 40,
		.client_cert_requested = true },
	    NULL, NULL, NULL, "", CAUSE_CERT_REQUIRED_12, "demands" },
	{ "5246 7.4.4 certificate demanded, told by hanging up",
	    { .fault = DANELAW_TLS_CLOSED,
		.alert = -1,
		.client_cert_requested = true },
	    NULL, NULL, NULL, "", CAUSE_CERT_REQUIRED_12, "demands" },
	{ "8446 4.4.2.4 certificate demanded",
	    { .fault = DANELAW_TLS_CERT_REQUIRED,
		.alert = 116,
		.tls = &tls13,
		.client_cert_requested = true },
	    NULL, NULL, NULL, "", CAUSE_CERT_REQUIRED_13, "demands" },
	{ "our certificate is refused",
	    { .fault = DANELAW_TLS_ALERT,
		.alert = 48,
		.client_cert_requested = true,
		.client_cert_sent = true },
	    "no-cert", &tls12, "EC P-256", "no-cert", CAUSE_OWN_CERT,
	    "only without one" },
	{ "our certificate is asked for, and something else is wrong",
	    { .fault = DANELAW_TLS_ALERT,
		.alert = 80,
		.client_cert_requested = true,
		.client_cert_sent = true },
	    NULL, NULL, NULL, "no-sni rare-groups weak anon tls12 tls10 small",
	    CAUSE_NONE, NULL },
	{ "text for TLS", { .fault = DANELAW_TLS_NOT_TLS, .alert = -1 }, NULL,
	    NULL, NULL, "", CAUSE_NONE, NULL },
	{ "a signature of another key",
	    { .fault = DANELAW_TLS_SIGNATURE, .alert = -1 }, NULL, NULL, NULL,
	    "", CAUSE_NONE, NULL },
	{ "it works", { .ok = true, .alert = -1 }, NULL, NULL, NULL, "",
	    CAUSE_NONE, NULL },
};

static void
check_answer(const struct cause_answer *answer, enum cause cause,
    const char *words, const char *tried, const char *expected)
{
	if (strcmp(tried, expected) != 0 || answer->cause != cause ||
	    (answer->words == NULL) != (words == NULL) ||
	    (words != NULL && strstr(answer->words, words) == NULL))
		fail_msg("tried \"%s\", cause %d: %s", tried,
		    (int)answer->cause,
		    answer->words == NULL ? "-" : answer->words);
}

/* Asks and answers as the probe does; *tried lists what was asked for. */
static size_t
play(const struct row *row, struct danelaw_trial trials[static 10],
    char tried[static 200])
{
	const char *works = row->works, *offer;
	size_t n = 1;

	trials[0] = row->first;
	trials[0].offer = "default";
	tried[0] = '\0';
	while ((offer = cause_next(trials, n)) != NULL) {
		bool ok = works != NULL && strcmp(works, offer) == 0;

		assert_true(n < 9);
		strcat(tried, n == 1 ? "" : " ");
		strcat(tried, offer);
		trials[n++] = (struct danelaw_trial) {
			.offer = offer,
			.ok = ok,
			.shook = true,
			.alert = ok ? -1 : 40,
			.fault =
			    ok ? DANELAW_TLS_NO_FAULT : DANELAW_TLS_REFUSED,
			.tls = ok ? row->tls : NULL,
			.key = ok ? row->key : NULL,
		};
	}
	return n;
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct arena *arena = arena_new();
	struct danelaw_trial trials[10];
	char tried[200];
	size_t n = play(row, trials, tried);
	struct cause_answer answer = cause_judge(arena, trials, n);

	check_answer(&answer, row->cause, row->words, tried, row->tried);
	arena_unref(arena);
}

/* RFC 8422 section 5.1 binds TLS 1.2 alone: the same key is fine with 1.3. */
static const struct curve_row {
	const char *name;
	const char *key;
	int alert;
	bool ok;
	enum cause cause;
} curves[] = {
	{ "EC P-384 key, alert 40", "EC P-384", 40, false, CAUSE_CURVE_FIXED },
	{ "EC P-521 key, alert 71", "EC P-521", 71, false, CAUSE_CURVE_FIXED },
	{ "EC P-384 key, alert 70", "EC P-384", 70, false,
	    CAUSE_NONE }, /* TLS 1.3 only */
	{ "EC P-384 key, no alert", "EC P-384", -1, false, CAUSE_NONE },
	{ "EC P-384 key, well", "EC P-384", -1, true, CAUSE_NONE },
	{ "EC P-256 key, alert 40", "EC P-256", 40, false, CAUSE_NONE },
	{ "RSA 2048 key, alert 40", "RSA 2048", 40, false, CAUSE_NONE },
	{ "no key, alert 40", NULL, 40, false, CAUSE_NONE },
};

static void
check_fixed_curve(void **state)
{
	const struct curve_row *row = *state;
	struct arena *arena = arena_new();
	const struct danelaw_trial trials[] = {
		{ .offer = "default",
		    .ok = true,
		    .alert = -1,
		    .tls = &tls13,
		    .key = row->key },
		{ .offer = "tls12", .ok = row->ok, .alert = row->alert },
	};

	assert_null(cause_next(trials, 2));
	assert_int_equal(cause_judge(arena, trials, 2).cause, row->cause);
	arena_unref(arena);
}

static void
test_none(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	assert_null(cause_next(NULL, 0));
	assert_int_equal(cause_judge(arena, NULL, 0).cause, CAUSE_NONE);
	arena_unref(arena);
}

/*
 * Which offers work where the default does not, by how long it was: hybrid
 * groups make it three times as long, and not every OpenSSL has them.
 */
static struct danelaw_tls hybrid = { .version = "TLSv1.3",
	.group = "X25519MLKEM768" };

static const struct size_row {
	const char *name;
	int octets;
	enum danelaw_tls_fault fault;
	bool late;
	const char *works; /* "today": is answered; with "*": hybrid */
	const char *tried;
	enum cause cause;
	const char *words;
} sizes[] = {
	{ "8446 4.1.2 a hello that is too long", 1551, DANELAW_TLS_CLOSED,
	    false, "no-hybrid", "no-hybrid big-hello", CAUSE_BIG_HELLO,
	    "of 310 octets, and none of 1551" },
	{ "8446 4.1.2 one that is lost", 1551, DANELAW_TLS_NO_FAULT, true,
	    "no-hybrid", "no-hybrid big-hello", CAUSE_BIG_HELLO, "of 310" },
	{ "8446 4.2.7 a group that it does not bear", 1551, DANELAW_TLS_CLOSED,
	    false, "no-hybrid big-hello", "no-hybrid big-hello again",
	    CAUSE_HYBRID, "as long" },
	{ "a server that fails now and then", 1551, DANELAW_TLS_CLOSED, false,
	    "no-hybrid big-hello again", "no-hybrid big-hello again",
	    CAUSE_UNSTEADY, "failed once" },
	{ "not the length of the hello", 1551, DANELAW_TLS_NO_FAULT, true,
	    "tls12", "no-hybrid tls12", CAUSE_VERSION, "TLS 1.2" },
	{ "a hybrid group, and ours is too old", 320, DANELAW_TLS_REFUSED,
	    false, "today *", "today", CAUSE_LIBRARY, "X25519MLKEM768" },
	{ "ML-DSA, and ours is too old", 320, DANELAW_TLS_REFUSED, false,
	    "today", "today", CAUSE_LIBRARY, "ML-DSA" },
	{ "nothing of today either", 320, DANELAW_TLS_REFUSED, false, "tls12",
	    "today no-sni rare-groups weak anon tls12", CAUSE_VERSION,
	    "TLS 1.2" },
	{ "it breaks off behind its hello", 320, DANELAW_TLS_CLOSED, false,
	    "today tls12", "no-sni tls12", CAUSE_VERSION, "TLS 1.2" },
	{ "the server was willing, and ours would not go on", 320,
	    DANELAW_TLS_NO_FAULT, false, "today tls12",
	    "no-sni rare-groups weak anon tls12", CAUSE_VERSION, "TLS 1.2" },
};

static void
check_size(void **state)
{
	const struct size_row *row = *state;
	struct arena *arena = arena_new();
	bool is_new = strchr(row->works, '*') != NULL;
	struct danelaw_trial trials[10] = { {
	    .offer = "default",
	    .fault = row->fault,
	    .timeout = row->late,
	    .alert = row->fault == DANELAW_TLS_REFUSED ? 40 : -1,
	    .hello_octets = row->octets,
	} };
	struct cause_answer answer;
	const char *offer;
	char tried[200] = "";
	size_t n = 1;

	while ((offer = cause_next(trials, n)) != NULL) {
		bool ok = strstr(row->works, offer) != NULL;
		bool bare = strcmp(offer, "today") == 0;

		assert_true(n < 10);
		strcat(tried, n == 1 ? "" : " ");
		strcat(tried, offer);
		trials[n++] = (struct danelaw_trial) {
			.offer = offer,
			.ok = ok && !bare,
			.alert = ok ? -1 : 40,
			.tls = !ok   ? NULL
			    : is_new ? &hybrid
				     : &tls13,
			.hello_octets =
			    strcmp(offer, "big-hello") == 0 ? 1551 : 310,
		};
	}
	answer = cause_judge(arena, trials, n);
	check_answer(&answer, row->cause, row->words, tried, row->tried);
	arena_unref(arena);
}

/* The default is short, and works; one as long as those of today does not. */
static void
test_long_one(void **state)
{
	static const struct danelaw_trial trials[] = {
		{ .offer = "default",
		    .ok = true,
		    .alert = -1,
		    .tls = &tls13,
		    .key = "EC P-384",
		    .hello_octets = 320 },
		{ .offer = "big-hello", .alert = -1, .hello_octets = 1554 },
		{ .offer = "tls12", .alert = 40 },
	};
	struct arena *arena = arena_new();
	(void)state;

	assert_int_equal(cause_judge(arena, trials, 3).cause, CAUSE_BIG_HELLO);
	assert_non_null(strstr(
	    cause_judge(arena, trials, 2).words, "320 octets, and none"));
	arena_unref(arena);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_row);
	TABLE_ROWS(&table, curves, check_fixed_curve);
	TABLE_ROWS(&table, sizes, check_size);
	TABLE_TEST(&table, test_none);
	TABLE_TEST(&table, test_long_one);
	return table_run(&table);
}
