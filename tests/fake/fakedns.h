/* SPDX-License-Identifier: ISC */
/*
 * fakedns.h - what the parts of fakedns share; see fakedns.c.
 */
#ifndef FAKE_FAKEDNS_H
#define FAKE_FAKEDNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <ldns/ldns.h>

#define FAKEDNS_MAX_LISTEN 16
#define FAKEDNS_MAX_RULES 256
#define FAKEDNS_MAX_DELAY_MS 600000

enum action {
	ACTION_PASS = 0,
	ACTION_SERVFAIL,
	ACTION_REFUSED,
	ACTION_NOTIMP,
	ACTION_FORMERR,
	ACTION_NXDOMAIN,
	ACTION_DROP,
	ACTION_CLOSE,
	ACTION_TRUNCATE,
	ACTION_DELAY,
	ACTION_NO_TCP,
	ACTION_TCP_ONLY_CUT,
	ACTION_NO_EDNS,
	ACTION_DROP_EDNS,
	ACTION_STRIP_RRSIG,
	ACTION_DROP_DNSKEY,
	ACTION_FLIP,
	ACTION_BADRDATA,
	ACTION_DENY,
};

struct place {
	struct sockaddr_storage address;
	socklen_t len;
};

struct rule {
	bool any_type, any_name, exact;
	ldns_rr_type type;
	ldns_rdf *name;
	enum action action;
	unsigned delay_ms;
};

struct config {
	struct place listen[FAKEDNS_MAX_LISTEN], upstream;
	size_t n_listen, n_rules;
	struct rule rules[FAKEDNS_MAX_RULES];
	unsigned delay_ms;
};

/* What --help prints: the options, and the configuration in full. */
extern const char config_usage[];
/* False: *error says what is wrong with the file; free() it. */
bool config_read(const char *file, struct config *config, char **error);
void config_finish(struct config *config);
/* The action for a question; *delay_ms becomes the time to wait. */
enum action config_judge(const struct config *config, const ldns_rdf *name,
    ldns_rr_type type, unsigned *delay_ms);
const char *action_word(enum action action);

/* An answer spoiled as action says, to be freed; NULL where it cannot be. */
uint8_t *answer_spoil(const uint8_t *bytes, size_t len, ldns_rr_type type,
    enum action action, size_t *spoiled_len);

#endif
