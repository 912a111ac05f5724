/* SPDX-License-Identifier: ISC */
/*
 * One loop. The list is read as far as the head has room, and with --order as
 * far as the order can hold back; the head's results go straight to the
 * output. The end comes when the list has ended and nothing is in work, when
 * the output takes no more, when no worker is left, or by a signal, which
 * closes the list and starts the drain.
 */
#include "cli/scan.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/owner.h"
#include "cli/caught.h"
#include "cli/cli.h"
#include "cli/outlet.h"
#include "scan/head.h"
#include "scan/input.h"
#include "scan/order.h"

#define READ_BLOCK 65536
#define TURN_MAX 4096                        /* lines, then others may */
#define HELD_MAX ((size_t)128 * 1024 * 1024) /* bytes out of order */
#define WINDOWS 8                            /* of concurrency, out of order */
#define TERMINAL_SECONDS 1
#define PLAIN_SECONDS 30
#define STATUS_OF_SIGNAL 128

struct scan {
	const struct scan_options *options;
	struct event_base *base;
	struct event *readable, *again, *tick, *drain, *signalled;
	struct head *head;
	struct input *input;
	struct order *order;
	struct outlet outlet;
	struct meter meter;
	struct meter_counts counts;
	uint64_t next_id;
	uint64_t read, size; /* of the list; size 0: not known */
	bool polled;         /* it is no plain file */
	bool ended;          /* or there is no wish to go on with it */
	bool broken;         /* by our own fault */
	bool is_terminal, shown;
	int worker_status; /* of one that could not do its work; 0: none */
};

static unsigned
terminal_width(void)
{
	enum { USUAL = 80 };
	struct winsize size = { 0 };

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return USUAL;
}

static void
clear_progress(void *arg)
{
	struct scan *scan = arg;

	if (!scan->shown)
		return;
	fputs("\r\033[K", stderr);
	scan->shown = false;
}

/* While the list is being read its end is guessed from the bytes. */
static void
update_counts(struct scan *scan)
{
	struct head_counts head = head_counts(scan->head);
	struct meter_counts *counts = &scan->counts;
	uint64_t taken;

	counts->probes = head.probes;
	counts->reused = head.probes_reused;
	counts->dropped = scan->next_id - scan->outlet.settled;
	taken = meter_done(counts) + counts->dropped;
	counts->total_is_exact = scan->ended;
	if (scan->ended)
		counts->total = taken;
	else if (scan->size > 0 && scan->read > 0)
		counts->total = (uint64_t)((double)taken * (double)scan->size /
		    (double)scan->read);
}

static void
tick(evutil_socket_t fd, short what, void *arg)
{
	struct scan *scan = arg;
	struct buf text = { .limit = 0 };

	update_counts(scan);
	buf_puts(&text, "danelaw: ");
	meter_text(&scan->meter, &scan->counts, clock_monotonic_ms(), &text);
	clear_progress(scan);
	if (scan->is_terminal)
		fprintf(
		    stderr, "%.*s", (int)terminal_width() - 1, buf_text(&text));
	else
		fprintf(stderr, "%s\n", buf_text(&text));
	fflush(stderr);
	scan->shown = scan->is_terminal;
	buf_finish(&text);
}

static void
fail(struct scan *scan, const char *what, const char *why)
{
	clear_progress(scan);
	cli_complain("%s: %s", what, why);
	scan->broken = true;
}

static void
end_if_done(struct scan *scan)
{
	if (scan->broken || scan->outlet.broken ||
	    (scan->ended && head_counts(scan->head).in_flight == 0))
		event_base_loopbreak(scan->base);
}

static void
take_result(const struct head_result *result, void *arg)
{
	struct scan *scan = arg;

	outlet_take(&scan->outlet, result);
	end_if_done(scan);
}

/* More of the list, or its end. False: not now. */
static bool
read_more(struct scan *scan)
{
	char block[READ_BLOCK];
	ssize_t n = read(scan->options->in, block, sizeof(block));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n < 0) {
		fail(scan, scan->options->name, strerror(errno));
		return false;
	}
	scan->read += (uint64_t)n;
	if (n == 0)
		input_end(scan->input);
	else if (!input_feed(scan->input, block, (size_t)n))
		fail(scan, scan->options->name, "out of memory");
	return true;
}

/* Known before anything is asked: no answer can change whose a name is. */
static bool
is_elsewhere(const struct scan_options *options, const char *domain)
{
	return options->n_shards > 0 &&
	    owner_part(domain, options->n_shards) != options->shard;
}

static void
take_domain(struct scan *scan, const char *domain)
{
	const struct scan_options *options = scan->options;
	size_t len = strlen(domain);

	if (is_elsewhere(options, domain)) {
		scan->counts.elsewhere++;
		return;
	}
	if (options->done != NULL && seen_has(options->done, domain, len)) {
		scan->counts.skipped++;
		return;
	}
	switch (seen_add(options->seen, domain, len)) {
	case SEEN_NEW:
		if (head_add(scan->head, scan->next_id, domain))
			scan->next_id++;
		else
			fail(scan, domain, "it cannot be taken up");
		break;
	case SEEN_BEFORE:
		scan->counts.duplicates++;
		break;
	case SEEN_NO_MEMORY:
		fail(scan, domain, "out of memory");
		break;
	}
}

static void
take_bad_line(struct scan *scan, const struct input_item *item)
{
	clear_progress(scan);
	cli_complain("%s:%" PRIu64 ": \"%s\": %s", scan->options->name,
	    item->line, item->text, item->why);
	scan->counts.bad++;
}

static bool
has_room(const struct scan *scan)
{
	return !scan->ended && !scan->broken && !scan->outlet.broken &&
	    head_room(scan->head) > 0 &&
	    (scan->order == NULL ||
		(order_fits(scan->order, scan->next_id) &&
		    order_held(scan->order) < HELD_MAX));
}

/* As much of the list as there is room for. */
static void
admit(struct scan *scan)
{
	struct input_item item;
	unsigned turns = 0;

	while (has_room(scan)) {
		if (++turns > TURN_MAX) {
			event_active(scan->again, EV_TIMEOUT, 0);
			return;
		}
		switch (input_next(scan->input, &item)) {
		case INPUT_DOMAIN:
			take_domain(scan, item.text);
			break;
		case INPUT_BAD:
			take_bad_line(scan, &item);
			break;
		case INPUT_END:
			scan->ended = true;
			break;
		case INPUT_MORE:
			if (scan->polled) {
				event_add(scan->readable, NULL);
				return;
			}
			read_more(scan);
			break;
		}
	}
	end_if_done(scan);
}

static void
admit_again(evutil_socket_t fd, short what, void *arg)
{
	admit(arg);
}

static void
read_ready(evutil_socket_t fd, short what, void *arg)
{
	struct scan *scan = arg;

	if (read_more(scan))
		admit(scan);
	else if (!scan->broken)
		event_add(scan->readable, NULL);
	else
		end_if_done(scan);
}

static void
take_hunger(void *arg)
{
	struct scan *scan = arg;

	/* A list that is waited for says itself when there is more. */
	if (!event_pending(scan->readable, EV_READ, NULL))
		admit(scan);
}

static void
note_end(const struct worker_end *end, void *arg)
{
	struct scan *scan = arg;

	if (end->signal == 0) {
		if (end->status != 0)
			scan->worker_status = end->status;
		return;
	}
	clear_progress(scan);
	cli_complain("worker %zu was ended by signal %d (%s)", end->index + 1,
	    end->signal, strsignal(end->signal));
}

static void
take_hung(size_t index, void *arg)
{
	struct scan *scan = arg;

	clear_progress(scan);
	cli_complain("worker %zu hangs, and is ended", index + 1);
	workers_kill(scan->options->workers, index);
}

static void
take_loss(size_t n_left, void *arg)
{
	struct scan *scan = arg;

	if (n_left > 0) {
		workers_reap(scan->options->workers, note_end, scan);
		clear_progress(scan);
		cli_complain("a worker is lost; its domains go to the %zu "
			     "that %s left",
		    n_left, n_left == 1 ? "is" : "are");
		return;
	}
	scan->broken = true;
	end_if_done(scan);
}

static void
drained(evutil_socket_t fd, short what, void *arg)
{
	struct scan *scan = arg;

	event_base_loopbreak(scan->base);
}

static void
take_signal(evutil_socket_t fd, short what, void *arg)
{
	struct scan *scan = arg;
	const struct timeval limit = { .tv_sec = scan->options->drain_seconds };

	event_del(scan->readable);
	scan->ended = true;
	clear_progress(scan);
	cli_complain("%s: %zu domains in work get %ld s to end; once more "
		     "ends at once",
	    caught_signal() == SIGINT ? "interrupted" : "terminated",
	    head_counts(scan->head).in_flight, scan->options->drain_seconds);
	event_add(scan->drain, &limit);
	end_if_done(scan);
}

static void
look_at_list(struct scan *scan)
{
	int in = scan->options->in;
	off_t at = lseek(in, 0, SEEK_CUR);
	struct stat file;

	if (fstat(in, &file) != 0)
		return;
	scan->polled =
	    S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode) || isatty(in);
	if (S_ISREG(file.st_mode) && at >= 0 && file.st_size > at)
		scan->size = (uint64_t)(file.st_size - at);
}

static bool
make_events(struct scan *scan)
{
	struct timeval interval = { .tv_sec = PLAIN_SECONDS };
	int in = scan->polled ? scan->options->in : -1, caught = caught_open();

	scan->readable = event_new(scan->base, in, EV_READ, read_ready, scan);
	scan->again = event_new(scan->base, -1, 0, admit_again, scan);
	scan->tick = event_new(scan->base, -1, EV_PERSIST, tick, scan);
	scan->drain = event_new(scan->base, -1, 0, drained, scan);
	scan->signalled =
	    event_new(scan->base, caught, EV_READ, take_signal, scan);
	if (scan->readable == NULL || scan->again == NULL ||
	    scan->tick == NULL || scan->drain == NULL ||
	    scan->signalled == NULL || caught < 0 ||
	    event_add(scan->signalled, NULL) != 0)
		return false;
	scan->is_terminal = isatty(STDERR_FILENO);
	if (scan->is_terminal)
		interval.tv_sec = TERMINAL_SECONDS;
	return scan->options->quiet || event_add(scan->tick, &interval) == 0;
}

static bool
make_scan(struct scan *scan)
{
	const struct scan_options *options = scan->options;

	meter_init(&scan->meter, clock_monotonic_ms());
	scan->base = event_base_new();
	scan->input = input_new(options->stage == STAGE_HOSTS);
	if (options->order)
		scan->order = order_new(WINDOWS * options->concurrency);
	if (scan->base == NULL || scan->input == NULL ||
	    (options->order && scan->order == NULL))
		return false;
	scan->outlet.fd = options->out;
	scan->outlet.order = scan->order;
	scan->outlet.counts = &scan->counts;
	scan->outlet.hosts = options->hosts;
	scan->outlet.staged = options->stage != STAGE_WHOLE;
	scan->outlet.clear = clear_progress;
	scan->outlet.arg = scan;
	scan->head = head_new(&(struct head_options) {
	    .base = scan->base,
	    .fds = workers_fds(options->workers),
	    .n_fds = workers_count(options->workers),
	    .concurrency = options->concurrency,
	    .manners = options->manners,
	    .report = take_result,
	    .hungry = take_hunger,
	    .worker_lost = take_loss,
	    .worker_hung = take_hung,
	    .arg = scan,
	});
	look_at_list(scan);
	return scan->head != NULL && make_events(scan);
}

static void
finish_scan(struct scan *scan)
{
	struct event *events[] = { scan->readable, scan->again, scan->tick,
		scan->drain, scan->signalled };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (events[i] != NULL)
			event_free(events[i]);
	}
	outlet_finish(&scan->outlet);
	order_free(scan->order);
	input_free(scan->input);
	if (scan->base != NULL)
		event_base_free(scan->base);
}

static void
tell_end(struct scan *scan)
{
	struct buf text = { .limit = 0 };

	clear_progress(scan);
	fputs(buf_text(&scan->outlet.lost), stderr);
	if (scan->options->quiet && caught_signal() == 0)
		return;
	meter_end(&scan->meter, &scan->counts, clock_monotonic_ms(), &text);
	cli_complain("%s", buf_text(&text));
	buf_finish(&text);
}

/* With none left they are reaped here, when it is certain how they ended. */
static void
end_workers(struct scan *scan)
{
	enum { PATIENCE_MS = 2000 };

	head_free(scan->head);
	workers_end(scan->options->workers, PATIENCE_MS, note_end, scan);
}

/* Some lines may be bad; where all are, it is another kind of file. */
static bool
is_no_list(const struct meter_counts *counts)
{
	return counts->bad > 0 &&
	    meter_done(counts) == counts->bad + counts->duplicates;
}

static int
refuse_list(const struct scan *scan)
{
	cli_complain("%s: no line of it is a domain", scan->options->name);
	return EXIT_WRONG_USAGE;
}

/* Of each name there is a row, and it says something of the name. */
static int
status_of_run(const struct scan *scan)
{
	return scan->counts.failed > 0 || scan->outlet.lacking > 0
	    ? EXIT_TRY_AGAIN
	    : 0;
}

int
scan_run(const struct scan_options *options)
{
	struct scan scan = { .options = options };
	int status = EXIT_OWN_FAILURE;

	if (!make_scan(&scan)) {
		cli_complain("out of memory");
		end_workers(&scan);
		goto done;
	}
	event_active(scan.again, EV_TIMEOUT, 0);
	event_base_dispatch(scan.base);
	outlet_rest(&scan.outlet);
	update_counts(&scan);
	end_workers(&scan);
	/* Each worker has refused the options, and one has said why. */
	if (scan.worker_status == EXIT_WRONG_USAGE &&
	    scan.counts.written == 0) {
		status = EXIT_WRONG_USAGE;
		goto done;
	}
	tell_end(&scan);
	if (scan.broken || scan.outlet.broken)
		goto done;
	if (caught_signal() != 0)
		status = options->tells_run
		    ? EXIT_TRY_AGAIN
		    : STATUS_OF_SIGNAL + caught_signal();
	else if (is_no_list(&scan.counts))
		status = refuse_list(&scan);
	else if (options->tells_run)
		status = status_of_run(&scan);
	else if (scan.counts.failed == 0)
		status = (int)scan.outlet.worst;
done:
	finish_scan(&scan);
	return status;
}
