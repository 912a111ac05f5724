/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <danelaw.h>
#include <stdlib.h>
#include <string.h>

#define HOST "mx.verify.example"
#define RECORD                                                                 \
	"3 1 1 "                                                               \
	"0f8094367f82e1f1273394ed155201b80694367c1478b6c438963b3acd2f4028"
#define NOW 1795385340

static const char leaf[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBfTCCASOgAwIBAgIIAS59LAOpUHowCgYIKoZIzj0EAwIwHDEaMBgGA1UEAwwR\n"
    "bXgudmVyaWZ5LmV4YW1wbGUwIBcNMjAwMTAxMDAwMDAwWhgPOTk5OTAxMDEwMDAw\n"
    "MDBaMBwxGjAYBgNVBAMMEW14LnZlcmlmeS5leGFtcGxlMFkwEwYHKoZIzj0CAQYI\n"
    "KoZIzj0DAQcDQgAE15Mz2hV4uCLbwVaSOdvA/36rEinlgzQagaaUz7mZPgadYkKF\n"
    "dgObw6XMw0RodHWtP9cK1QPtICm2EIDmVFJ9oqNNMEswDAYDVR0TAQH/BAIwADAc\n"
    "BgNVHREEFTATghFteC52ZXJpZnkuZXhhbXBsZTAdBgNVHQ4EFgQUP1KeOskES+Jn\n"
    "6KBZim4zcTSsIGwwCgYIKoZIzj0EAwIDSAAwRQIgReFOIpcqUD8DZHevF15/1tll\n"
    "IXNfVPBwurCVtX6o8pICIQD3CUfdbRiG/YdiIQtm2JckGW+TMVU63DdZnpLhz4vY\n"
    "lA==\n"
    "-----END CERTIFICATE-----\n";

static const char *const good[] = { RECORD };
static const char *const garbled[] = { "3 1 1 zz" };
static const char *const pkix[] = { "1 1 1 00" };

#define REQUEST                                                                \
	.host = HOST, .chain = leaf, .chain_len = sizeof(leaf) - 1, .at = NOW

/* Made of anything but a well-formed request there is a sentence, no more. */
static void
test_bad_request(void **state)
{
	static const char *const no_name[] = { "a..b" };
	static const struct {
		struct danelaw_verify_request request;
		const char *why;
	} rows[] = {
		{ { .host = NULL }, "the host is missing" },
		{ { .host = HOST, .chain = leaf, .chain_len = 1 },
		    "there are no records" },
		{ { .host = HOST,
		      .chain_len = 1,
		      .records = good,
		      .n_records = 1 },
		    "the chain is missing" },
		{ { .host = HOST,
		      .chain = "",
		      .records = good,
		      .n_records = 1 },
		    "no certificate" },
		{ { .host = "",
		      .chain = leaf,
		      .records = good,
		      .n_records = 1 },
		    "host" },
		{ { .host = "[" HOST "]",
		      .chain = leaf,
		      .records = good,
		      .n_records = 1 },
		    "need the name of a host" },
		{ { .host = "::1",
		      .chain = leaf,
		      .records = good,
		      .n_records = 1 },
		    "need the name of a host" },
		{ { REQUEST, .records = garbled, .n_records = 1 },
		    "not hexadecimal" },
		{ { REQUEST, .records = good, .n_records = 2000 },
		    "more than 1500 records" },
		{ { REQUEST, .records = good, .n_records = 1,
		      .references = no_name, .n_references = 1 },
		    "reference \"a..b\"" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct danelaw_report *report = NULL;
		char *why = NULL;

		assert_int_equal(
		    danelaw_verify(&rows[i].request, &report, &why),
		    DANELAW_EINVAL);
		assert_null(report);
		assert_non_null(why);
		if (strstr(why, rows[i].why) == NULL)
			fail_msg("row %zu: %s", i, why);
		free(why);
	}
}

/* One host, one address, one probe. */
static void
test_report(void **state)
{
	const struct danelaw_verify_request request = { REQUEST, .port = 465,
		.records = good, .n_records = 1 };
	const struct danelaw_probe *probe;
	struct danelaw_report *report = NULL;
	char *why = NULL;
	(void)state;

	assert_int_equal(danelaw_verify(&request, &report, &why), DANELAW_OK);
	assert_null(why);
	assert_string_equal(report->domain, HOST);
	assert_int_equal(report->at, NOW);
	assert_int_equal(report->state, DANELAW_STATE_OK);
	assert_int_equal(report->n_hosts, 1);
	assert_int_equal(report->hosts[0].policy, DANELAW_POLICY_DANE);
	assert_string_equal(report->hosts[0].tlsa.name, "_465._tcp." HOST);
	assert_int_equal(report->hosts[0].n_addresses, 1);
	assert_int_equal(report->hosts[0].addresses[0].n_probes, 1);
	probe = &report->hosts[0].addresses[0].probes[0];
	assert_int_equal(probe->outcome, DANELAW_OUTCOME_AUTHENTICATED);
	assert_int_equal(probe->match->depth, 0);
	assert_int_equal(probe->n_chain, 1);
	danelaw_report_free(report);
}

static void
test_nothing_usable(void **state)
{
	const struct danelaw_verify_request request = { REQUEST,
		.records = pkix, .n_records = 1 };
	struct danelaw_report *report = NULL;
	char *why = NULL;
	(void)state;

	assert_int_equal(danelaw_verify(&request, &report, &why), DANELAW_OK);
	assert_int_equal(report->state, DANELAW_STATE_WARNING);
	assert_int_equal(report->hosts[0].policy, DANELAW_POLICY_ENCRYPT);
	assert_int_equal(
	    report->hosts[0].addresses[0].outcome, DANELAW_OUTCOME_ENCRYPTED);
	danelaw_report_free(report);
}

static void
keep(struct danelaw_report *report, void *arg)
{
	*(struct danelaw_report **)arg = report;
}

/* Lookups alone, of one host alone. */
static void
test_found(void **state)
{
	static const char *const nobody[] = { "127.0.0.1@1" };
	static const char *const others[] = { "verify.example", "[192.0.2.1]",
		"[::1]" };
	const struct danelaw_config config = { .resolvers = nobody,
		.n_resolvers = 1 };
	struct danelaw_request lookup = {
		.domain = "[" HOST "]", .no_probe = true, .budget_ms = 3000
	};
	struct danelaw_verify_request request = { REQUEST };
	struct danelaw_report *found = NULL, *report = NULL;
	struct danelaw_engine *engine = NULL;
	char *why = NULL;
	(void)state;

	assert_int_equal(danelaw_engine_new(&config, &engine), DANELAW_OK);
	assert_int_equal(
	    danelaw_engine_add(engine, &lookup, keep, &found), DANELAW_OK);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		lookup.domain = others[i];
		assert_int_equal(
		    danelaw_engine_add(engine, &lookup, keep, &found),
		    DANELAW_EINVAL);
		assert_non_null(
		    strstr(danelaw_engine_error(engine), "one host name"));
	}
	assert_int_equal(danelaw_engine_run(engine), DANELAW_OK);
	danelaw_engine_free(engine);
	assert_non_null(found);

	request.found = found;
	request.host = "other.example";
	assert_int_equal(
	    danelaw_verify(&request, &report, &why), DANELAW_EINVAL);
	assert_non_null(strstr(why, "about another"));
	free(why);
	request.host = HOST;
	request.records = good;
	request.n_records = 1;
	assert_int_equal(
	    danelaw_verify(&request, &report, &why), DANELAW_EINVAL);
	assert_non_null(strstr(why, "beside it"));
	free(why);
	request.n_records = 0;
	assert_int_equal(danelaw_verify(&request, &report, &why), DANELAW_OK);
	/* What was found lives as long as what was made of it. */
	danelaw_report_free(found);
	assert_int_equal(report->state, DANELAW_STATE_UNKNOWN);
	assert_int_equal(
	    report->hosts[0].addresses[0].outcome, DANELAW_OUTCOME_SKIPPED);
	assert_non_null(report->resolver_error);
	assert_true(report->hosts[0].n_lookups > 0);
	danelaw_report_free(report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_request),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_nothing_usable),
		cmocka_unit_test(test_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
