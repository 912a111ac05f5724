/* SPDX-License-Identifier: ISC */
/*
 * fakedns stands between a resolver and the lab: what each of its rules does
 * to an answer is what end-to-end tests rely on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asking.h"
#include "base/clock.h"

static pid_t child = -1;
static char place[64];

/* One that was free a moment ago. */
static unsigned
free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	getsockname(fd, (struct sockaddr *)&address, &len);
	close(fd);
	return ntohs(address.sin_port);
}

/* Returns a resolver that forwards to it. */
static struct resolver *
start(const char *rules)
{
	const char *const forwarders[] = { place };
	const struct resolver_config config = {
		.forwarders = forwarders,
		.n_forwarders = 1,
		.trust_anchor = lab_anchor(lab),
		.at = LAB_AT,
	};
	const char *program = getenv("FAKEDNS"), *file;
	char text[2000], line[16] = "";
	int fds[2];
	FILE *out;

	assert_non_null(program);
	snprintf(place, sizeof(place), "127.0.0.1@%u", free_port());
	snprintf(text, sizeof(text), "listen %s\nupstream %s\n%s", place,
	    lab_place(lab), rules);
	file = lab_file(lab, text);
	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execl(
		    program, program, "--die-with-parent", file, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	out = fdopen(fds[0], "r");
	assert_non_null(out);
	assert_non_null(fgets(line, sizeof(line), out));
	assert_string_equal(line, "ready\n");
	fclose(out);
	return make(&config);
}

static void
end(void)
{
	int status;

	assert_int_equal(kill(child, SIGTERM), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_rules(void **state)
{
	static const char rules[] =
	    "rule * a.secure.example servfail  # a comment\n"
	    "\n"
	    "rule MX b.secure.example refused\n"
	    "rule * c.secure.example notimp\n"
	    "rule * d.secure.example nxdomain\n"
	    "rule * near.secure.example strip-rrsig\n"
	    "rule A =mx.secure.example flip\n"
	    "rule AAAA mx.secure.example badrdata\n"
	    "rule A mx.plain.example badrdata\n"
	    "rule TLSA =_25._tcp.mx.secure.example deny\n"
	    "rule * null.secure.example truncate\n"
	    "rule * =odd.secure.example delay 300\n"
	    "rule * odd.secure.example pass\n"
	    "rule * e.secure.example formerr\n"
	    "rule * silent.example drop\n";
	static const struct {
		const char *name;
		enum rrtype type;
		enum danelaw_dnssec dnssec;
		const char *why;
	} rows[] = {
		{ "a.secure.example", RRTYPE_MX, DANELAW_DNSSEC_ERROR,
		    "SERVFAIL" },
		{ "x.a.secure.example", RRTYPE_TLSA, DANELAW_DNSSEC_ERROR,
		    "SERVFAIL" },
		{ "b.secure.example", RRTYPE_MX, DANELAW_DNSSEC_ERROR,
		    "REFUSED" },
		/* Of another type. */
		{ "b.secure.example", RRTYPE_A, DANELAW_DNSSEC_SECURE, NULL },
		{ "c.secure.example", RRTYPE_TLSA, DANELAW_DNSSEC_ERROR,
		    "NOTIMP" },
		{ "e.secure.example", RRTYPE_TLSA, DANELAW_DNSSEC_ERROR,
		    "FORMERR" },
		/* A denial without proof. */
		{ "d.secure.example", RRTYPE_MX, DANELAW_DNSSEC_BOGUS, "" },
		{ "near.secure.example", RRTYPE_A, DANELAW_DNSSEC_BOGUS, "" },
		{ "mx.secure.example", RRTYPE_A, DANELAW_DNSSEC_BOGUS,
		    "signature" },
		{ "mx.secure.example", RRTYPE_AAAA, DANELAW_DNSSEC_BOGUS, "" },
		/* Signed, but denied. */
		{ "_25._tcp.mx.secure.example", RRTYPE_TLSA,
		    DANELAW_DNSSEC_BOGUS, "" },
		{ "null.secure.example", RRTYPE_MX, DANELAW_DNSSEC_SECURE,
		    NULL },
		{ "odd.secure.example", RRTYPE_MX, DANELAW_DNSSEC_SECURE,
		    NULL },
		{ "secure.example", RRTYPE_MX, DANELAW_DNSSEC_SECURE, NULL },
		/* It is too large for UDP by itself. */
		{ "big.secure.example", RRTYPE_TXT, DANELAW_DNSSEC_SECURE,
		    NULL },
	};
	struct resolver *resolver = start(rules);
	struct got got;
	unsigned tcp = 0;
	int64_t begun = 0;
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message(
		    "# %s %s\n", rows[i].name, rrtype_word(rows[i].type));
		if (strncmp(rows[i].name, "null", 4) == 0)
			tcp = lab_asked_tcp(lab);
		begun = clock_monotonic_ms();
		ask(resolver, rows[i].name, rows[i].type, &got);
		assert_int_equal(got.dnssec, rows[i].dnssec);
		if (rows[i].why == NULL)
			assert_string_equal(got.why, "");
		else
			assert_non_null(strstr(got.why, rows[i].why));
		if (strncmp(rows[i].name, "null", 4) == 0)
			assert_int_equal(lab_asked_tcp(lab), tcp + 1);
		if (strncmp(rows[i].name, "odd", 3) == 0)
			assert_true(clock_monotonic_ms() - begun >= 290);
	}
	/* libunbound 1.22 leaves out what 1.17 hands on, malformed. */
	ask(resolver, "mx.plain.example", RRTYPE_A, &got);
	assert_int_equal(got.n_records, 0);
	if (got.dnssec != DANELAW_DNSSEC_INSECURE) {
		assert_int_equal(got.dnssec, DANELAW_DNSSEC_ERROR);
		assert_non_null(strstr(got.why, "malformed"));
	}
	begin(resolver, "silent.example", RRTYPE_MX, 200, &got);
	wait_for(&got);
	assert_true(got.timed_out);
	resolver_free(resolver);
	end();
}

static void
test_no_keys(void **state)
{
	struct resolver *resolver = start("delay 20\nrule * * drop-dnskey\n");
	struct got got;
	(void)state;

	ask(resolver, "secure.example", RRTYPE_MX, &got);
	assert_int_equal(resolver_health(resolver), RESOLVER_STRIPS);
	resolver_free(resolver);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASKING_TEST(test_rules),
		ASKING_TEST(test_no_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
