/* SPDX-License-Identifier: ISC */
#include "lab.h"

#include <arpa/inet.h>
#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define UDP_MAX 1232
#define MAX_FILES 32
#define MAX_RULES 16
#define MAX_STREAMS 256

/* Children before parents; the spoiled ones are spoiled in lab_new(). */
static const struct lab_zone zones[] = {
	{ .apex = "secure.example.",
	    .is_signed = true,
	    .records = "@ 3600 IN MX 10 mx.@\n"
		       "@ 3600 IN MX 20 MX2.@\n"
		       "mx.@ 600 IN A 192.0.2.1\n"
		       "mx.@ 600 IN A 192.0.2.2\n"
		       "mx.@ 600 IN AAAA 2001:db8::1\n"
		       "_25._tcp.mx.@ 60 IN TLSA 3 1 1 "
		       "0123456789abcdef0123456789abcdef"
		       "0123456789abcdef0123456789abcdef\n"
		       "away.@ 300 IN CNAME mx.plain.example.\n"
		       "near.@ 200 IN CNAME nearer.@\n"
		       "nearer.@ 100 IN CNAME mx.@\n"
		       "gone.@ 300 IN CNAME nothing.@\n"
		       "loop.@ 300 IN CNAME pool.@\n"
		       "pool.@ 300 IN CNAME loop.@\n"
		       "null.@ 300 IN MX 0 .\n"
		       "odd.@ 300 IN MX 5 a\\032b\\.c.@\n" },
	{ .apex = "plain.example.",
	    .records = "@ 300 IN MX 10 mx.@\n"
		       "mx.@ 300 IN A 192.0.2.9\n"
		       "back.@ 300 IN CNAME mx.secure.example.\n" },
	{ .apex = "bogus.example.",
	    .is_signed = true,
	    .records = "@ 300 IN MX 10 mx.@\n"
		       "mx.@ 300 IN A 192.0.2.3\n" },
	{ .apex = "expired.example.",
	    .is_signed = true,
	    .inception = LAB_AT - 40 * LAB_DAY,
	    .expiration = LAB_AT - 5 * LAB_DAY,
	    .records = "@ 300 IN MX 10 mx.@\n" },
	{ .apex = "early.example.",
	    .is_signed = true,
	    .inception = LAB_AT + 5 * LAB_DAY,
	    .expiration = LAB_AT + 40 * LAB_DAY,
	    .records = "@ 300 IN MX 10 mx.@\n" },
	{ .apex = "dead.example.", .records = "@ 300 IN MX 10 mx.@\n" },
	{ .apex = "silent.example.", .records = "@ 300 IN MX 10 mx.@\n" },
	{ .apex = "lab.test.", .records = "@ 300 IN MX 10 mx.@\n" },
	{ .apex = "test.", .records = "" },
	{ .apex = "example.",
	    .is_signed = true,
	    .records = "ns.@ 300 IN A 127.0.0.1\n" },
	{ .apex = ".", .is_signed = true, .records = "" },
};
#define N_ZONES (sizeof(zones) / sizeof(zones[0]))

struct rule {
	ldns_rdf *name;
	ldns_rr_type type;
	enum lab_action action;
};

struct lab {
	struct event_base *base;
	struct lab_zone zones[N_ZONES];
	struct rule rules[MAX_RULES];
	size_t n_rules;
	int udp;
	struct event *udp_event;
	struct evconnlistener *listener;
	struct bufferevent *streams[MAX_STREAMS];
	char place[64];
	char dir[64];
	char *files[MAX_FILES];
	size_t n_files;
	unsigned asked, asked_tcp, asked_mx;
};

static enum lab_action
find_action(const struct lab *lab, const ldns_rdf *name, ldns_rr_type type)
{
	for (size_t i = lab->n_rules; i > 0; i--) {
		const struct rule *rule = &lab->rules[i - 1];

		if ((rule->type == 0 || rule->type == type) &&
		    (ldns_dname_compare(name, rule->name) == 0 ||
			ldns_dname_is_subdomain(name, rule->name)))
			return rule->action;
	}
	return LAB_NORMAL;
}

static void
take_out(ldns_pkt *reply, ldns_pkt_section section, ldns_rr_list *list,
    ldns_rr_type unwanted)
{
	size_t kept = 0;

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == unwanted)
			ldns_rr_free(rr);
		else
			ldns_rr_list_set_rr(list, rr, kept++);
	}
	ldns_rr_list_set_rr_count(list, kept);
	ldns_pkt_set_section_count(reply, section, (uint16_t)kept);
}

static void
strip(ldns_pkt *reply, ldns_rr_type type)
{
	take_out(reply, LDNS_SECTION_ANSWER, ldns_pkt_answer(reply), type);
	take_out(
	    reply, LDNS_SECTION_AUTHORITY, ldns_pkt_authority(reply), type);
}

/* Fills reply. False: be silent. */
static bool
act(const struct lab *lab, const ldns_rdf *name, ldns_rr_type type,
    ldns_pkt *reply)
{
	enum lab_action action = find_action(lab, name, type);

	switch (action) {
	case LAB_SILENT:
		return false;
	case LAB_SERVFAIL:
		ldns_pkt_set_rcode(reply, LDNS_RCODE_SERVFAIL);
		return true;
	case LAB_REFUSED:
		ldns_pkt_set_rcode(reply, LDNS_RCODE_REFUSED);
		return true;
	case LAB_NOTIMP:
		ldns_pkt_set_rcode(reply, LDNS_RCODE_NOTIMPL);
		return true;
	case LAB_NORMAL:
	case LAB_STRIP:
	case LAB_NO_DNSKEY:
		break;
	}
	lab_zones_answer(lab->zones, N_ZONES, name, type, reply);
	if (action == LAB_STRIP)
		strip(reply, LDNS_RR_TYPE_RRSIG);
	if (action == LAB_NO_DNSKEY) {
		strip(reply, LDNS_RR_TYPE_DNSKEY);
		strip(reply, LDNS_RR_TYPE_RRSIG);
	}
	return true;
}

/* The answer's bytes, NULL for none. */
static uint8_t *
answer(struct lab *lab, const uint8_t *bytes, size_t len, bool tcp,
    size_t *answer_len)
{
	ldns_pkt *query = NULL, *reply;
	const ldns_rr *question;
	uint8_t *wire = NULL;

	if (ldns_wire2pkt(&query, bytes, len) != LDNS_STATUS_OK)
		return NULL;
	lab->asked++;
	lab->asked_tcp += tcp ? 1 : 0;
	question = ldns_rr_list_rr(ldns_pkt_question(query), 0);
	assert(question != NULL);
	lab->asked_mx += ldns_rr_get_type(question) == LDNS_RR_TYPE_MX;
	reply = ldns_pkt_new();
	ldns_pkt_set_id(reply, ldns_pkt_id(query));
	ldns_pkt_set_qr(reply, true);
	ldns_pkt_set_rd(reply, ldns_pkt_rd(query));
	ldns_pkt_set_ra(reply, true);
	if (ldns_pkt_edns(query)) {
		ldns_pkt_set_edns_udp_size(reply, UDP_MAX);
		ldns_pkt_set_edns_do(reply, true);
	}
	ldns_pkt_push_rr(reply, LDNS_SECTION_QUESTION, ldns_rr_clone(question));
	if (act(lab, ldns_rr_owner(question), ldns_rr_get_type(question),
		reply)) {
		ldns_pkt2wire(&wire, reply, answer_len);
		if (!tcp && *answer_len > UDP_MAX) {
			/* The question alone, and TC. */
			wire[2] |= 2;
			memset(wire + 6, 0, 6);
			*answer_len =
			    12 + ldns_rdf_size(ldns_rr_owner(question)) + 4;
		}
	}
	ldns_pkt_free(query);
	ldns_pkt_free(reply);
	return wire;
}

static void
on_udp(evutil_socket_t fd, short what, void *arg)
{
	struct sockaddr_storage peer;
	uint8_t bytes[65536], *wire;
	socklen_t peer_len;
	size_t len;
	ssize_t n;

	(void)what;
	for (int i = 0; i < 64; i++) {
		peer_len = sizeof(peer);
		n = recvfrom(fd, bytes, sizeof(bytes), 0,
		    (struct sockaddr *)&peer, &peer_len);
		if (n <= 0)
			return;
		wire = answer(arg, bytes, (size_t)n, false, &len);
		if (wire != NULL)
			sendto(fd, wire, len, 0, (struct sockaddr *)&peer,
			    peer_len);
		free(wire);
	}
}

static void
stream_close(struct lab *lab, struct bufferevent *stream)
{
	for (size_t i = 0; i < MAX_STREAMS; i++) {
		if (lab->streams[i] == stream)
			lab->streams[i] = NULL;
	}
	bufferevent_free(stream);
}

static void
on_tcp(struct bufferevent *stream, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(stream);
	uint8_t bytes[65537], *wire;
	size_t len;

	while (evbuffer_copyout(in, bytes, 2) == 2) {
		len = (size_t)bytes[0] << 8 | bytes[1];
		if (evbuffer_get_length(in) < len + 2)
			return;
		evbuffer_remove(in, bytes, len + 2);
		wire = answer(arg, bytes + 2, len, true, &len);
		if (wire == NULL)
			continue;
		bytes[0] = (uint8_t)(len >> 8);
		bytes[1] = (uint8_t)len;
		bufferevent_write(stream, bytes, 2);
		bufferevent_write(stream, wire, len);
		free(wire);
	}
}

static void
on_tcp_event(struct bufferevent *stream, short what, void *arg)
{
	(void)what;
	stream_close(arg, stream);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int len, void *arg)
{
	struct lab *lab = arg;
	struct bufferevent *stream =
	    bufferevent_socket_new(lab->base, fd, BEV_OPT_CLOSE_ON_FREE);

	(void)listener;
	(void)address;
	(void)len;
	for (size_t i = 0; i < MAX_STREAMS; i++) {
		if (lab->streams[i] == NULL) {
			lab->streams[i] = stream;
			break;
		}
	}
	bufferevent_setcb(stream, on_tcp, NULL, on_tcp_event, lab);
	bufferevent_enable(stream, EV_READ | EV_WRITE);
}

/* UDP and TCP on one port that is free for both. */
static void
lab_listen(struct lab *lab)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);

	for (int tries = 0; lab->listener == NULL; tries++) {
		assert(tries < 100);
		if (lab->udp >= 0)
			close(lab->udp);
		address.sin_port = 0;
		lab->udp = socket(
		    AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (bind(lab->udp, (struct sockaddr *)&address,
			sizeof(address)) != 0)
			continue;
		getsockname(lab->udp, (struct sockaddr *)&address, &len);
		lab->listener = evconnlistener_new_bind(lab->base, on_accept,
		    lab, LEV_OPT_CLOSE_ON_FREE, 64, (struct sockaddr *)&address,
		    sizeof(address));
	}
	snprintf(lab->place, sizeof(lab->place), "127.0.0.1@%u",
	    ntohs(address.sin_port));
	lab->udp_event =
	    event_new(lab->base, lab->udp, EV_READ | EV_PERSIST, on_udp, lab);
	event_add(lab->udp_event, NULL);
}

/* Adds more records than UDP carries, and one of two octets. */
static void
add_specials(struct lab_zone *zone)
{
	static const uint8_t short_tlsa[] = { 3, 1 };
	ldns_rr *rr = NULL;
	char text[300];

	for (int i = 0; i < 12; i++) {
		snprintf(text, sizeof(text),
		    "big.secure.example. 300 IN TXT \"%02d%0200d\"", i, 0);
		ldns_rr_new_frm_str(&rr, text, 300, NULL, NULL);
		ldns_dnssec_zone_add_rr(zone->zone, rr);
	}
	rr = ldns_rr_new();
	ldns_rr_set_owner(
	    rr, ldns_dname_new_frm_str("_25._tcp.short.secure.example."));
	ldns_rr_set_type(rr, LDNS_RR_TYPE_TLSA);
	ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
	ldns_rr_set_ttl(rr, 300);
	ldns_rr_push_rdf(rr,
	    ldns_rdf_new_frm_data(
		LDNS_RDF_TYPE_NONE, sizeof(short_tlsa), short_tlsa));
	ldns_dnssec_zone_add_rr(zone->zone, rr);
}

struct lab *
lab_new(struct event_base *base)
{
	struct lab *lab = calloc(1, sizeof(*lab));
	ldns_dnssec_rrsets *rrset;
	ldns_rdf *name;

	assert(lab != NULL);
	lab->base = base;
	lab->udp = -1;
	memcpy(lab->zones, zones, sizeof(zones));
	lab->zones[0].fill = add_specials;
	lab_zones_make(lab->zones, N_ZONES);
	/* One bit of the MX record of bogus.example. */
	name = ldns_dname_new_frm_str("bogus.example.");
	rrset = ldns_dnssec_zone_find_rrset(
	    lab->zones[2].zone, name, LDNS_RR_TYPE_MX);
	ldns_rdf_data(ldns_rr_rdf(rrset->rrs->rr, 0))[1] ^= 1;
	ldns_rdf_deep_free(name);
	lab_listen(lab);
	lab_rule(lab, "dead.example.", LDNS_RR_TYPE_MX, LAB_SERVFAIL);
	lab_rule(lab, "silent.example.", LDNS_RR_TYPE_MX, LAB_SILENT);
	strcpy(lab->dir, "/tmp/dns_test.XXXXXX");
	assert(mkdtemp(lab->dir) != NULL);
	return lab;
}

void
lab_free(struct lab *lab)
{
	for (size_t i = 0; i < MAX_STREAMS; i++) {
		if (lab->streams[i] != NULL)
			bufferevent_free(lab->streams[i]);
	}
	for (size_t i = 0; i < lab->n_files; i++) {
		unlink(lab->files[i]);
		free(lab->files[i]);
	}
	rmdir(lab->dir);
	for (size_t i = 0; i < lab->n_rules; i++)
		ldns_rdf_deep_free(lab->rules[i].name);
	evconnlistener_free(lab->listener);
	event_free(lab->udp_event);
	close(lab->udp);
	lab_zones_free(lab->zones, N_ZONES);
	free(lab);
}

void
lab_rule(struct lab *lab, const char *name, ldns_rr_type type,
    enum lab_action action)
{
	struct rule *rule = &lab->rules[lab->n_rules++];

	assert(lab->n_rules <= MAX_RULES);
	rule->name = ldns_dname_new_frm_str(name);
	rule->type = type;
	rule->action = action;
}

const char *
lab_place(const struct lab *lab)
{
	return lab->place;
}

const char *
lab_file(struct lab *lab, const char *text)
{
	char path[128];
	FILE *file;

	assert(lab->n_files < MAX_FILES);
	snprintf(path, sizeof(path), "%s/%zu", lab->dir, lab->n_files);
	file = fopen(path, "we");
	assert(file != NULL);
	fputs(text, file);
	fclose(file);
	lab->files[lab->n_files] = strdup(path);
	return lab->files[lab->n_files++];
}

static const char *
record_file(struct lab *lab, const ldns_rr *rr)
{
	char *text = ldns_rr2str(rr);
	const char *file = lab_file(lab, text);

	free(text);
	return file;
}

const char *
lab_anchor(struct lab *lab)
{
	return record_file(lab, lab->zones[N_ZONES - 1].ds);
}

const char *
lab_anchor_key(struct lab *lab)
{
	return record_file(lab, lab->zones[N_ZONES - 1].key);
}

unsigned
lab_asked(const struct lab *lab)
{
	return lab->asked;
}

unsigned
lab_asked_mx(const struct lab *lab)
{
	return lab->asked_mx;
}

unsigned
lab_asked_tcp(const struct lab *lab)
{
	return lab->asked_tcp;
}
