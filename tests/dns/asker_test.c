/* SPDX-License-Identifier: ISC */
/*
 * A name server of the worst sort, and what is asked of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/asker.h"

#define LONG_MS 30000
#define HERE "127.0.0.1"

enum manner {
	GOOD = 0,
	SILENT,
	WRONG_ID,    /* and nothing else */
	WRONG_FIRST, /* a few wrong ones, then the right one */
	OTHER_QUESTION,
	SHORT,     /* five octets */
	NO_ANSWER, /* the question sent back */
	CUT,       /* go to TCP, where nobody listens */
	HUGE_OK,   /* 60 KB */
};

struct server {
	enum manner manner;
	int fd;
	uint16_t port;
	struct event *event;
	unsigned asked, most; /* questions at once, each of its own port */
	struct event *later;
	bool slow;
	/* kept for a late answer */
	uint8_t kept[8][512];
	size_t kept_len[8], n_kept;
	struct sockaddr_in from[8];
};

static struct event_base *base;
static struct server server;
static unsigned patience;

static void
send_to(const uint8_t *bytes, size_t len, const struct sockaddr_in *to)
{
	sendto(
	    server.fd, bytes, len, 0, (const struct sockaddr *)to, sizeof(*to));
}

static void
answer(uint8_t *bytes, size_t len, const struct sockaddr_in *from)
{
	static uint8_t huge[60000];

	if (server.manner != NO_ANSWER)
		bytes[2] |= 0x80;
	switch (server.manner) {
	case SILENT:
		return;
	case WRONG_ID:
		bytes[0] ^= 1;
		break;
	case WRONG_FIRST:
		bytes[0] ^= 1;
		for (int i = 0; i < 5; i++)
			send_to(bytes, len, from);
		bytes[0] ^= 1;
		break;
	case OTHER_QUESTION:
		bytes[13] ^= 1;
		break;
	case SHORT:
		len = 5;
		break;
	case CUT:
		bytes[2] |= 2;
		break;
	case HUGE_OK:
		memcpy(huge, bytes, len);
		send_to(huge, sizeof(huge), from);
		return;
	case GOOD:
	case NO_ANSWER:
		break;
	}
	send_to(bytes, len, from);
}

static void
on_later(evutil_socket_t fd, short what, void *arg)
{
	size_t n = server.n_kept;

	(void)fd;
	(void)what;
	(void)arg;
	server.n_kept = 0;
	for (size_t i = 0; i < n; i++)
		answer(server.kept[i], server.kept_len[i], &server.from[i]);
}

static void
on_question(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval soon = { 0, 20000 };
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	uint8_t bytes[512];
	ssize_t n = recvfrom(
	    fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &from_len);

	(void)what;
	(void)arg;
	if (n < 12)
		return;
	server.asked++;
	if (!server.slow || server.n_kept == 8) {
		answer(bytes, (size_t)n, &from);
		return;
	}
	/* The same question once more. */
	for (size_t i = 0; i < server.n_kept; i++) {
		if (server.from[i].sin_port == from.sin_port)
			return;
	}
	memcpy(server.kept[server.n_kept], bytes, (size_t)n);
	server.kept_len[server.n_kept] = (size_t)n;
	server.from[server.n_kept++] = from;
	if (server.n_kept > server.most)
		server.most = (unsigned)server.n_kept;
	if (server.n_kept == 1)
		event_add(server.later, &soon);
}

static int
setup(void **state)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(here);

	(void)state;
	base = event_base_new();
	memset(&server, 0, sizeof(server));
	patience = 70;
	server.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(server.fd, (struct sockaddr *)&here, len), 0);
	getsockname(server.fd, (struct sockaddr *)&here, &len);
	server.port = ntohs(here.sin_port);
	server.event =
	    event_new(base, server.fd, EV_READ | EV_PERSIST, on_question, NULL);
	server.later = evtimer_new(base, on_later, NULL);
	event_add(server.event, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	event_free(server.event);
	event_free(server.later);
	close(server.fd);
	event_base_free(base);
	return 0;
}

struct got {
	unsigned n;
	enum trace_end end, tcp_end;
	bool cut;
	size_t len;
	unsigned timeouts, answers;
};

static void
on_result(const struct asker_result *result, void *arg)
{
	struct got *got = arg;

	got->n++;
	got->end = result->end;
	got->tcp_end = result->tcp_end;
	got->cut = result->cut;
	got->len = result->len;
	got->timeouts += result->end == TRACE_TIMEOUT;
	got->answers += result->end == TRACE_ANSWERED;
}

/* Asks n times, and waits until all is said. */
static struct got
ask(const char *ip, enum trace_way way, unsigned n, bool special, bool *limited)
{
	const struct asker_config config = {
		.port = server.port,
		.deadline = clock_monotonic_ms() + LONG_MS,
		.patience_ms = patience,
		.allow_special = special,
	};
	struct asker *asker = asker_new(base, &config);
	struct got got = { 0 };

	for (unsigned i = 0; i < n; i++)
		assert_true(asker_ask(
		    asker, ip, "mx.example", 1, way, on_result, &got));
	assert_int_equal(got.n, 0);
	while (got.n < n)
		event_base_loop(base, EVLOOP_ONCE);
	if (limited != NULL)
		*limited = asker_limited(asker);
	asker_free(asker);
	return got;
}

static void
test_manners(void **state)
{
	static const struct {
		const char *what;
		enum manner manner;
		enum trace_end end;
		bool cut;
	} rows[] = {
		{ "an answer", GOOD, TRACE_ANSWERED, false },
		{ "60 KB are an answer, too", HUGE_OK, TRACE_ANSWERED, false },
		{ "nothing", SILENT, TRACE_TIMEOUT, false },
		{ "another id", WRONG_ID, TRACE_GARBLED, false },
		{ "wrong ones before the right one", WRONG_FIRST,
		    TRACE_ANSWERED, false },
		{ "the answer to another question", OTHER_QUESTION,
		    TRACE_GARBLED, false },
		{ "five octets", SHORT, TRACE_GARBLED, false },
		{ "the question", NO_ANSWER, TRACE_GARBLED, false },
		{ "cut, and no TCP", CUT, TRACE_REFUSED, true },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct got got;

		server.manner = rows[i].manner;
		got = ask(HERE, TRACE_UDP, 1, true, NULL);
		if (got.end != rows[i].end || got.cut != rows[i].cut)
			fail_msg("%s: %s%s", rows[i].what,
			    trace_end_word(got.end), got.cut ? ", cut" : "");
		if (got.cut)
			assert_int_equal(got.tcp_end, rows[i].end);
	}
}

/* Nobody has more than two questions at once, nor more than 200 packets. */
static void
test_manners_of_ours(void **state)
{
	bool limited;
	struct got got;
	(void)state;

	/* Nothing is to be asked twice. */
	patience = LONG_MS;
	server.slow = true;
	got = ask(HERE, TRACE_UDP, 20, true, &limited);
	assert_int_equal(got.answers, 20);
	assert_int_equal(server.most, ASKER_IN_FLIGHT);
	assert_false(limited);
	server.slow = false;
	server.asked = 0;
	got = ask(HERE, TRACE_UDP, ASKER_PACKETS + 50, true, &limited);
	assert_int_equal(got.answers, ASKER_PACKETS);
	assert_int_equal(server.asked, ASKER_PACKETS);
	assert_true(limited);
}

/* Who never answered is given up after two; without EDNS he is asked on. */
static void
test_given_up(void **state)
{
	struct got got;
	(void)state;

	server.manner = SILENT;
	got = ask(HERE, TRACE_UDP, 20, true, NULL);
	assert_int_equal(got.timeouts, 20);
	/* Three tries each, of sixty. Where a timer comes late, two more
	   questions are under way before the first two are given up. */
	assert_true(server.asked >= 2 && server.asked <= 12);
}

static void
test_places(void **state)
{
	struct got got;
	(void)state;

	/* Nobody asked for private addresses. */
	got = ask(HERE, TRACE_UDP, 1, false, NULL);
	assert_int_equal(got.end, TRACE_SPECIAL);
	assert_int_equal(server.asked, 0);
	got = ask("no address", TRACE_UDP, 1, true, NULL);
	assert_int_equal(got.end, TRACE_SPECIAL);
	/* Nothing listens over TCP. */
	got = ask(HERE, TRACE_TCP, 1, true, NULL);
	assert_int_equal(got.end, TRACE_REFUSED);
	got = ask("127.0.0.2", TRACE_UDP, 1, true, NULL);
	assert_int_equal(got.end, TRACE_REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_manners, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_manners_of_ours, setup, teardown),
		cmocka_unit_test_setup_teardown(test_given_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_places, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
