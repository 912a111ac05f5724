/* SPDX-License-Identifier: ISC */
/*
 * fakedns - stands before a name server and spoils chosen answers.
 *
 * This file: sockets, clients, and questions on their way. The configuration
 * is described at the top of fakedns_config.c, which is what --help prints.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fakedns.h"

#define MAX_JOBS 10000
#define HEADER_LEN 12
#define UPSTREAM_TIMEOUT_S 5
#define TCP_IDLE_S 60

struct server {
	struct config config;
	const char *config_file;
	struct event_base *base;
	FILE *log;
	pid_t parent;
	size_t n_jobs;
};

/* A TCP client; lives as long as it is open or a job answers to it. */
struct client {
	struct server *server;
	struct bufferevent *stream; /* NULL: closed */
	unsigned refs;
};

/* One question on its way. */
struct job {
	struct server *server;
	struct client *client; /* NULL: came by UDP */
	evutil_socket_t udp;   /* where the answer leaves */
	struct place peer;
	ldns_rr_type type;
	enum action action;
	uint8_t *query;
	size_t query_len;
	struct event *event; /* delay, then the upstream's answer */
	evutil_socket_t fd;
	struct bufferevent *stream; /* to the upstream over TCP */
};

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "fakedns: %s: %s\n", what, why);
	exit(1);
}

/* Clients. */

static void
client_unref(struct client *client)
{
	if (client == NULL || --client->refs > 0)
		return;
	free(client);
}

static void
client_close(struct client *client)
{
	if (client->stream == NULL)
		return;
	bufferevent_free(client->stream);
	client->stream = NULL;
	client_unref(client);
}

/* Jobs. */

static void
job_free(struct job *job)
{
	if (job->event != NULL)
		event_free(job->event);
	if (job->stream != NULL)
		bufferevent_free(job->stream);
	if (job->fd >= 0)
		close(job->fd);
	client_unref(job->client);
	job->server->n_jobs--;
	free(job->query);
	free(job);
}

static void
stream_put(struct bufferevent *stream, const uint8_t *bytes, size_t len)
{
	uint8_t prefix[2] = { (uint8_t)(len >> 8), (uint8_t)len };

	bufferevent_write(stream, prefix, sizeof(prefix));
	bufferevent_write(stream, bytes, len);
}

/* Sends the answer and ends the job. */
static void
job_reply(struct job *job, const uint8_t *bytes, size_t len)
{
	if (job->client == NULL)
		sendto(job->udp, bytes, len, 0,
		    (const struct sockaddr *)&job->peer.address, job->peer.len);
	else if (job->client->stream != NULL)
		stream_put(job->client->stream, bytes, len);
	job_free(job);
}

/* The question alone, with a code. */
static void
job_reply_empty(struct job *job, unsigned rcode, bool truncated)
{
	uint8_t *bytes = job->query;
	size_t len = HEADER_LEN;

	while (len < job->query_len && bytes[len] != 0)
		len += bytes[len] + 1U;
	len += 1 + 4;
	if (len > job->query_len) {
		job_free(job);
		return;
	}
	bytes[2] = (uint8_t)(0x84 | (bytes[2] & 0x79) | (truncated ? 2 : 0));
	bytes[3] = (uint8_t)(0x80 | rcode);
	memset(bytes + 6, 0, HEADER_LEN - 6);
	job_reply(job, bytes, len);
}

/* The upstream's answer, spoiled as the rule says. */
static void
job_answer(struct job *job, const uint8_t *bytes, size_t len)
{
	uint8_t *wire;
	size_t wire_len;

	if (job->action < ACTION_STRIP_RRSIG) {
		job_reply(job, bytes, len);
		return;
	}
	wire = answer_spoil(bytes, len, job->type, job->action, &wire_len);
	if (wire != NULL)
		job_reply(job, wire, wire_len);
	else
		job_free(job);
	free(wire);
}

static void
on_upstream_udp(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t bytes[65536];
	struct job *job = arg;
	ssize_t n = what & EV_READ ? recv(fd, bytes, sizeof(bytes), 0) : -1;

	if (n >= HEADER_LEN)
		job_answer(job, bytes, (size_t)n);
	else
		job_free(job);
}

static void
on_upstream_tcp(struct bufferevent *stream, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(stream);
	struct job *job = arg;
	const uint8_t *bytes = evbuffer_pullup(in, 2);
	size_t len;

	if (bytes == NULL)
		return;
	len = (size_t)bytes[0] << 8 | bytes[1];
	if (evbuffer_get_length(in) < len + 2)
		return;
	bytes = evbuffer_pullup(in, (ev_ssize_t)(len + 2));
	if (bytes != NULL && len >= HEADER_LEN)
		job_answer(job, bytes + 2, len);
	else
		job_free(job);
}

static void
on_upstream_event(struct bufferevent *stream, short what, void *arg)
{
	(void)stream;
	if (!(what & BEV_EVENT_CONNECTED))
		job_free(arg);
}

static void
job_forward(struct job *job)
{
	const struct place *to = &job->server->config.upstream;
	const struct sockaddr *address = (const struct sockaddr *)&to->address;
	static const struct timeval timeout = { UPSTREAM_TIMEOUT_S, 0 };

	if (job->client != NULL) {
		job->stream = bufferevent_socket_new(
		    job->server->base, -1, BEV_OPT_CLOSE_ON_FREE);
		if (job->stream == NULL) {
			job_free(job);
			return;
		}
		bufferevent_setcb(
		    job->stream, on_upstream_tcp, NULL, on_upstream_event, job);
		bufferevent_set_timeouts(job->stream, &timeout, &timeout);
		bufferevent_enable(job->stream, EV_READ | EV_WRITE);
		stream_put(job->stream, job->query, job->query_len);
		/* When this fails at once, the callback has freed the job. */
		bufferevent_socket_connect(job->stream, address, (int)to->len);
		return;
	}
	job->fd = socket(to->address.ss_family,
	    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (job->fd < 0 || connect(job->fd, address, to->len) != 0 ||
	    send(job->fd, job->query, job->query_len, 0) < 0) {
		job_free(job);
		return;
	}
	job->event = event_new(
	    job->server->base, job->fd, EV_READ, on_upstream_udp, job);
	if (job->event == NULL || event_add(job->event, &timeout) != 0)
		job_free(job);
}

/* A question with an OPT record: nothing else stands behind one. */
static bool
has_edns(const struct job *job)
{
	return (job->query[10] | job->query[11]) != 0;
}

/* What it comes to, over this transport and with this question. */
static enum action
job_action(const struct job *job)
{
	bool tcp = job->client != NULL;

	switch (job->action) {
	case ACTION_NO_TCP:
		return tcp ? ACTION_CLOSE : ACTION_PASS;
	case ACTION_TCP_ONLY_CUT:
		return tcp ? ACTION_CLOSE : ACTION_TRUNCATE;
	case ACTION_NO_EDNS:
		return has_edns(job) ? ACTION_FORMERR : ACTION_PASS;
	case ACTION_DROP_EDNS:
		return has_edns(job) ? ACTION_DROP : ACTION_PASS;
	default:
		return job->action;
	}
}

static void
job_act(struct job *job)
{
	switch (job_action(job)) {
	case ACTION_SERVFAIL:
		job_reply_empty(job, LDNS_RCODE_SERVFAIL, false);
		break;
	case ACTION_REFUSED:
		job_reply_empty(job, LDNS_RCODE_REFUSED, false);
		break;
	case ACTION_NOTIMP:
		job_reply_empty(job, LDNS_RCODE_NOTIMPL, false);
		break;
	case ACTION_FORMERR:
		job_reply_empty(job, LDNS_RCODE_FORMERR, false);
		break;
	case ACTION_NXDOMAIN:
		job_reply_empty(job, LDNS_RCODE_NXDOMAIN, false);
		break;
	case ACTION_CLOSE:
		if (job->client != NULL)
			client_close(job->client);
		job_free(job);
		break;
	case ACTION_DROP:
		job_free(job);
		break;
	case ACTION_TRUNCATE:
		if (job->client == NULL)
			job_reply_empty(job, LDNS_RCODE_NOERROR, true);
		else
			job_forward(job);
		break;
	case ACTION_PASS:
	case ACTION_DELAY:
	case ACTION_NO_TCP:
	case ACTION_TCP_ONLY_CUT:
	case ACTION_NO_EDNS:
	case ACTION_DROP_EDNS:
	case ACTION_STRIP_RRSIG:
	case ACTION_DROP_DNSKEY:
	case ACTION_FLIP:
	case ACTION_BADRDATA:
	case ACTION_DENY:
		job_forward(job);
		break;
	}
}

static void
on_delay(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;

	(void)fd;
	(void)what;
	event_free(job->event);
	job->event = NULL;
	job_act(job);
}

static void
job_log(const struct job *job, const ldns_rdf *name)
{
	char *text = ldns_rdf2str(name);
	char *type = ldns_rr_type2str(job->type);

	fprintf(job->server->log, "%s %s %s %s\n",
	    job->client == NULL ? "udp" : "tcp", text == NULL ? "?" : text,
	    type == NULL ? "?" : type, action_word(job->action));
	free(text);
	free(type);
}

/* Takes up a question. What is none is passed over without a word. */
static void
job_start(struct server *server, struct client *client, evutil_socket_t udp,
    const struct place *peer, const uint8_t *bytes, size_t len)
{
	ldns_pkt *pkt = NULL;
	const ldns_rr *question;
	struct timeval delay;
	struct job *job;
	unsigned ms;

	if (len < HEADER_LEN || (bytes[2] & 0x80) != 0 ||
	    server->n_jobs >= MAX_JOBS ||
	    ldns_wire2pkt(&pkt, bytes, len) != LDNS_STATUS_OK)
		return;
	question = ldns_rr_list_rr(ldns_pkt_question(pkt), 0);
	job = calloc(1, sizeof(*job));
	if (question == NULL || job == NULL) {
		free(job);
		ldns_pkt_free(pkt);
		return;
	}
	*job = (struct job) {
		.server = server,
		.client = client,
		.udp = udp,
		.fd = -1,
		.type = ldns_rr_get_type(question),
		.query = malloc(len),
		.query_len = len,
	};
	server->n_jobs++;
	if (client != NULL)
		client->refs++;
	else
		job->peer = *peer;
	job->action = config_judge(
	    &server->config, ldns_rr_owner(question), job->type, &ms);
	if (server->log != NULL)
		job_log(job, ldns_rr_owner(question));
	ldns_pkt_free(pkt);
	if (job->query == NULL) {
		job_free(job);
		return;
	}
	memcpy(job->query, bytes, len);
	if (ms == 0) {
		job_act(job);
		return;
	}
	delay.tv_sec = ms / 1000;
	delay.tv_usec = (suseconds_t)(ms % 1000) * 1000;
	job->event = evtimer_new(server->base, on_delay, job);
	if (job->event == NULL || evtimer_add(job->event, &delay) != 0)
		job_free(job);
}

/* Transports. */

static void
on_udp(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t bytes[65536];
	struct place peer;
	ssize_t n;

	(void)what;
	for (int i = 0; i < 64; i++) {
		peer.len = sizeof(peer.address);
		n = recvfrom(fd, bytes, sizeof(bytes), 0,
		    (struct sockaddr *)&peer.address, &peer.len);
		if (n < 0)
			return;
		job_start(arg, NULL, fd, &peer, bytes, (size_t)n);
	}
}

static void
on_tcp(struct bufferevent *stream, void *arg)
{
	struct client *client = arg;
	uint8_t bytes[2 + 65535];
	size_t len;

	/* A rule may close the connection: hold on to the client. */
	client->refs++;
	while (client->stream != NULL) {
		struct evbuffer *in = bufferevent_get_input(stream);

		if (evbuffer_copyout(in, bytes, 2) < 2)
			break;
		len = (size_t)bytes[0] << 8 | bytes[1];
		if (evbuffer_get_length(in) < len + 2)
			break;
		evbuffer_remove(in, bytes, len + 2);
		job_start(client->server, client, -1, NULL, bytes + 2, len);
	}
	client_unref(client);
}

static void
on_tcp_event(struct bufferevent *stream, short what, void *arg)
{
	(void)stream;
	(void)what;
	client_close(arg);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int len, void *arg)
{
	static const struct timeval idle = { TCP_IDLE_S, 0 };
	struct client *client = calloc(1, sizeof(*client));

	(void)listener;
	(void)address;
	(void)len;
	if (client == NULL) {
		close(fd);
		return;
	}
	client->server = arg;
	client->refs = 1;
	client->stream = bufferevent_socket_new(
	    client->server->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (client->stream == NULL) {
		close(fd);
		free(client);
		return;
	}
	bufferevent_setcb(client->stream, on_tcp, NULL, on_tcp_event, client);
	bufferevent_set_timeouts(client->stream, &idle, NULL);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(arg);
}

/* The rules are new, the addresses stay as they are. */
static void
on_reload(evutil_socket_t fd, short what, void *arg)
{
	static struct config new;
	struct server *server = arg;
	char *error;

	(void)fd;
	(void)what;
	if (!config_read(server->config_file, &new, &error)) {
		fprintf(stderr, "fakedns: %s\n", error);
		free(error);
		return;
	}
	config_finish(&server->config);
	server->config = new;
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;

	(void)fd;
	(void)what;
	if (getppid() != server->parent)
		event_base_loopbreak(server->base);
}

static void
listen_on(struct server *server, const struct place *place)
{
	const struct sockaddr *address =
	    (const struct sockaddr *)&place->address;
	int fd = socket(
	    address->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct event *event;

	if (fd < 0 || bind(fd, address, place->len) != 0)
		die("bind, UDP", strerror(errno));
	event =
	    event_new(server->base, fd, EV_READ | EV_PERSIST, on_udp, server);
	if (event == NULL || event_add(event, NULL) != 0)
		die("event", "failed");
	if (evconnlistener_new_bind(server->base, on_accept, server,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC |
		    LEV_OPT_REUSEABLE,
		128, address, (int)place->len) == NULL)
		die("bind, TCP", strerror(errno));
}

static void
watch(struct server *server, bool die_with_parent)
{
	static const struct timeval look = { 0, 500000 };
	struct event *term, *intr, *hup, *timer;

	term = evsignal_new(server->base, SIGTERM, on_signal, server->base);
	intr = evsignal_new(server->base, SIGINT, on_signal, server->base);
	hup = evsignal_new(server->base, SIGHUP, on_reload, server);
	if (term == NULL || intr == NULL || hup == NULL ||
	    evsignal_add(term, NULL) != 0 || evsignal_add(intr, NULL) != 0 ||
	    evsignal_add(hup, NULL) != 0)
		die("signal", "failed");
	if (!die_with_parent)
		return;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	timer = event_new(server->base, -1, EV_PERSIST, on_look, server);
	if (timer == NULL || event_add(timer, &look) != 0)
		die("timer", "failed");
}

static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "die-with-parent", no_argument, NULL, 'p' },
		{ "log", required_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	static struct server server;
	bool die_with_parent = false;
	const char *log = NULL;
	char *error;
	int c;

	server.parent = getppid();
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'p')
			die_with_parent = true;
		else if (c == 'l')
			log = optarg;
		else
			return fputs(config_usage, c == 'h' ? stdout : stderr) <
			    0 ||
			    c != 'h';
	}
	if (optind + 1 != argc) {
		fputs(config_usage, stderr);
		return 1;
	}
	server.config_file = argv[optind];
	if (!config_read(server.config_file, &server.config, &error))
		die("config", error == NULL ? "out of memory" : error);
	if (log != NULL) {
		server.log = fopen(log, "ae");
		if (server.log == NULL)
			die(log, strerror(errno));
		setvbuf(server.log, NULL, _IOLBF, 0);
	}
	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	server.base = event_base_new();
	if (server.base == NULL)
		die("event base", "failed");
	watch(&server, die_with_parent);
	for (size_t i = 0; i < server.config.n_listen; i++)
		listen_on(&server, &server.config.listen[i]);
	puts("ready");
	fflush(stdout);
	/* What still runs at the end goes with the process. */
	event_base_dispatch(server.base);
	return 0;
}
