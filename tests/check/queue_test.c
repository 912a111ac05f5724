/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "check/queue.h"
#include "probe/server.h"

#define TURN "waiting for its turn"
#define GREETING "waiting for the greeting"

static struct event_base *base;
static struct tls_context *context;

static int
set_up(void **state)
{
	char *error = NULL;
	(void)state;

	base = event_base_new();
	context = tls_context_new(NULL, NULL, &error);
	return base == NULL || context == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tls_context_free(context);
	event_base_free(base);
	return 0;
}

static void
count_done(struct evidence *evidence, void *arg)
{
	assert_non_null(evidence);
	++*(int *)arg;
}

static struct probe_ticket *
add(struct probe_queue *queue, uint16_t port, int *done)
{
	const struct probe_target target = {
		.ip = "127.0.0.1", .port = port, .helo = "x"
	};
	struct probe_ticket *ticket =
	    probe_queue_add(queue, &target, "mx.example", count_done, done);

	assert_non_null(ticket);
	return ticket;
}

static void
wait_for(const struct probe_ticket *ticket, const char *words)
{
	while (strcmp(probe_ticket_waiting(ticket), words) != 0)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

/* A server that says nothing: who is connected stays so. */
static void
test_one_an_address(void **state)
{
	struct probe_queue *queue = probe_queue_new(base, context, 10);
	uint16_t port[2];
	int fd[2] = { server_listen("127.0.0.1", &port[0]),
		server_listen("127.0.0.1", &port[1]) };
	struct probe_ticket *first, *second, *third, *other;
	int done = 0;
	(void)state;

	first = add(queue, port[0], &done);
	second = add(queue, port[0], &done);
	third = add(queue, port[0], &done);
	other = add(queue, port[1], &done);
	wait_for(first, GREETING);
	wait_for(other, GREETING);
	assert_string_equal(probe_ticket_waiting(second), TURN);
	/* One that waits may go without moving the others. */
	probe_ticket_cancel(second);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_string_equal(probe_ticket_waiting(third), TURN);
	probe_ticket_cancel(first);
	wait_for(third, GREETING);
	add(queue, port[1], &done);
	probe_queue_free(queue);
	assert_int_equal(done, 0);
	close(fd[0]);
	close(fd[1]);
}

static void
test_window(void **state)
{
	struct probe_queue *queue = probe_queue_new(base, context, 1);
	uint16_t port, refusing;
	int fd = server_listen("127.0.0.1", &port);
	int closed = server_refuse(&refusing);
	struct probe_ticket *first;
	int done = 0;
	(void)state;

	first = add(queue, port, &done);
	for (int i = 0; i < 5; i++)
		add(queue, refusing, &done);
	wait_for(first, GREETING);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(done, 0);
	probe_ticket_cancel(first);
	while (done < 5)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	probe_queue_free(queue);
	close(fd);
	close(closed);
}

/*
 * One owner asks for much, and nobody answers: who asks for little has room at
 * once, and what is free is shared out in turns.
 */
static void
test_owners(void **state)
{
	enum { WINDOW = 8, MANY = 20 };
	struct probe_queue *queue = probe_queue_new(base, context, WINDOW);
	struct probe_ticket *greedy[MANY], *meek, *late[2];
	struct probe_target target = { .port = 25, .helo = "x", .owner = 1 };
	size_t running = 0;
	uint16_t port;
	int fd = server_listen("0.0.0.0", &port), done = 0;
	char ips[MANY + 3][20];
	(void)state;

	target.port = port;
	for (int i = 0; i < MANY + 3; i++)
		snprintf(ips[i], sizeof(ips[i]), "127.0.9.%d", i + 1);
	for (int i = 0; i < MANY; i++) {
		target.ip = ips[i];
		greedy[i] = probe_queue_add(
		    queue, &target, "mx.example", count_done, &done);
		assert_non_null(greedy[i]);
	}
	wait_for(greedy[0], GREETING);
	target.owner = 2;
	target.ip = ips[MANY];
	meek = probe_queue_add(queue, &target, "mx.example", count_done, &done);
	assert_non_null(meek);
	wait_for(meek, GREETING);
	for (int i = 0; i < MANY; i++)
		running += probe_ticket_is_running(greedy[i]);
	assert_int_equal(running, WINDOW - WINDOW / 4);
	/* Owner 3 and the greedy one take turns now. */
	target.owner = 3;
	for (int i = 0; i < 2; i++) {
		target.ip = ips[MANY + 1 + i];
		late[i] = probe_queue_add(
		    queue, &target, "mx.example", count_done, &done);
		assert_non_null(late[i]);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_true(probe_ticket_is_running(late[0]));
	assert_false(probe_ticket_is_running(late[1]));
	probe_ticket_cancel(greedy[0]);
	probe_ticket_cancel(greedy[1]);
	probe_ticket_cancel(greedy[2]);
	probe_ticket_cancel(greedy[3]);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_true(probe_ticket_is_running(late[1]));
	probe_queue_free(queue);
	assert_int_equal(done, 0);
	close(fd);
}

static void
note_evidence(struct evidence *evidence, void *arg)
{
	struct evidence **noted = arg;

	evidence_ref(evidence);
	*noted = evidence;
}

/* Its turn comes when all is over: that says nothing of the server. */
static void
test_too_late(void **state)
{
	struct probe_queue *queue = probe_queue_new(base, context, 10);
	struct evidence *found = NULL;
	const struct probe_target target = { .ip = "127.0.0.1",
		.port = 25,
		.helo = "x",
		.deadline = clock_monotonic_ms() };
	(void)state;

	assert_non_null(probe_queue_add(
	    queue, &target, "mx.example", note_evidence, &found));
	while (found == NULL)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(
	    found->shakes[0].reached, DANELAW_OUTCOME_NOT_EXAMINED);
	assert_non_null(found->left_out);
	evidence_unref(found);
	probe_queue_free(queue);
}

/* That nobody listens is found out once for all who wait, but for one that
 * tries again later: it has to see for itself. */
static void
test_nobody_listens(void **state)
{
	enum { MANY = 5 };
	struct probe_queue *queue = probe_queue_new(base, context, 10);
	struct evidence *found[MANY] = { NULL };
	uint16_t port;
	int closed = server_refuse(&port);
	(void)state;

	for (unsigned i = 0; i < MANY; i++) {
		const struct probe_target target = {
			.ip = "127.0.0.1",
			.port = port,
			.sni = i % 2 == 0 ? "a.example" : "b.example",
			.helo = "x",
			.deadline = clock_monotonic_ms() + 60000,
			.attempt = i == 2,
		};

		assert_non_null(probe_queue_add(
		    queue, &target, "mx.example", note_evidence, &found[i]));
	}
	while (found[2] == NULL || found[MANY - 1] == NULL)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(found[i]->shakes[0].reached,
		    DANELAW_OUTCOME_CONNECT_REFUSED);
		assert_int_equal(found[i] == found[0], i != 2);
		evidence_unref(found[i]);
	}
	probe_queue_free(queue);
	close(closed);
}

/* Of all those that wait for one address none is looked at in vain. */
static void
test_thousands(void **state)
{
	enum { MANY = 20000 };
	struct probe_queue *queue = probe_queue_new(base, context, MANY);
	uint16_t port;
	int fd = server_listen("127.0.0.1", &port);
	int64_t begun = clock_monotonic_ms();
	struct probe_ticket *first;
	int done = 0;
	(void)state;

	first = add(queue, port, &done);
	for (int i = 1; i < MANY; i++)
		add(queue, port, &done);
	wait_for(first, GREETING);
	probe_queue_free(queue);
	/* A scan of all for each of them takes many times as long. */
	assert_true(clock_monotonic_ms() - begun < 5000);
	close(fd);
}

static void
test_key(void **state)
{
	char long_helo[300], long_sni[254], key[GATE_KEY_MAX];
	char other[GATE_KEY_MAX], endpoint[GATE_ENDPOINT_MAX];
	struct probe_target target = { .ip = "192.0.2.1", .port = 25 };
	(void)state;

	probe_key(&target, key);
	assert_string_equal(key, "192.0.2.1 25 starttls default 0 - - - -");
	target = (struct probe_target) { .ip = "2001:db8::1",
		.port = 465,
		.sni = "mx.example",
		.helo = "me.example",
		.implicit_tls = true,
		.all_certs = true };
	probe_key(&target, key);
	assert_string_equal(
	    key, "2001:db8::1 465 implicit all 0 mx.example me.example - -");
	target.attempt = 2;
	probe_endpoint(&target, endpoint);
	assert_string_equal(endpoint, "2001:db8::1 465 2");
	target.mail_from = "<>";
	target.mail_to = "postmaster@example";
	probe_key(&target, key);
	assert_non_null(strstr(key, " 2 mx.example me.example <> postmaster@"));
	memset(long_sni, 's', sizeof(long_sni) - 1);
	long_sni[sizeof(long_sni) - 1] = '\0';
	memset(long_helo, 'h', sizeof(long_helo) - 1);
	long_helo[sizeof(long_helo) - 1] = '\0';
	target.sni = long_sni;
	target.helo = long_helo;
	probe_key(&target, key);
	assert_non_null(strstr(key, long_sni));
	long_helo[sizeof(long_helo) - 2] = 'i';
	probe_key(&target, other);
	assert_string_not_equal(key, other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_an_address),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_too_late),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_thousands),
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
