/* SPDX-License-Identifier: ISC */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fakedns.h"

#define N_ACTIONS (sizeof(action_words) / sizeof(action_words[0]))
#define MAX_WORDS 6

const char config_usage[] =
    "fakedns - stands before a name server and spoils chosen answers.\n"
    "\n"
    "\tfakedns [--die-with-parent] [--log FILE] CONFIG\n"
    "\n"
    "Answers UDP and TCP. A question that no rule matches goes to the "
    "upstream\n"
    "server as it is, over the transport it came by, and its answer goes back\n"
    "as it is. Prints \"ready\" when every address is bound; ends on SIGTERM "
    "or\n"
    "SIGINT. CONFIG is read again on SIGHUP, but for its listen lines. A line "
    "of\n"
    "CONFIG is one of these, or empty, or a comment after \"#\":\n"
    "\n"
    "\tlisten ADDR@PORT\tat least one, at most 16\n"
    "\tupstream ADDR@PORT\tthe one server to ask\n"
    "\tdelay MS\t\tbefore every answer\n"
    "\trule TYPE NAME ACTION\tthe first rule that matches is applied\n"
    "\n"
    "TYPE: a type as \"MX\", \"TLSA\", \"TYPE65280\", or \"*\". NAME: \"*\", "
    "\"example.org\"\n"
    "for this name and all below it, \"=example.org\" for this name alone. "
    "ADDR is\n"
    "IPv4 or IPv6 without brackets. ACTION:\n"
    "\n"
    "\tpass\t\tforward; ends the search for a rule\n"
    "\tservfail, refused, notimp, formerr\n"
    "\t\t\tan empty answer with this code\n"
    "\tnxdomain\t\"no such name\", without any proof\n"
    "\tdrop\t\tno answer; the TCP connection stays open\n"
    "\tclose\t\tno answer; a TCP connection is closed\n"
    "\ttruncate\tover UDP an empty answer that says to use TCP; over TCP\n"
    "\t\t\tforward\n"
    "\tno-tcp\t\tforward over UDP; a TCP connection is closed\n"
    "\tcut-no-tcp\ttruncate over UDP, and close over TCP\n"
    "\tno-edns\t\tformerr to EDNS, else forward\n"
    "\tdrop-edns\tno answer to EDNS, else forward\n"
    "\tdelay MS\twait; the search for a rule goes on, delays add up\n"
    "\tstrip-rrsig\tforward; all RRSIG records are taken out of the answer\n"
    "\tdrop-dnskey\tforward; DNSKEY records and their signatures are taken\n"
    "\t\t\tout\n"
    "\tflip\t\tforward; one bit is flipped in the RDATA of each record\n"
    "\t\t\tof the type asked for\n"
    "\tbadrdata\tforward; the RDATA of these records is cut to one octet\n"
    "\tdeny\t\tforward; the code becomes \"no such name\", all else stays\n"
    "\n"
    "With --log every question becomes a line \"udp|tcp NAME TYPE ACTION\".\n";

static const char *const action_words[] = {
	[ACTION_PASS] = "pass",
	[ACTION_SERVFAIL] = "servfail",
	[ACTION_REFUSED] = "refused",
	[ACTION_NOTIMP] = "notimp",
	[ACTION_FORMERR] = "formerr",
	[ACTION_NXDOMAIN] = "nxdomain",
	[ACTION_DROP] = "drop",
	[ACTION_CLOSE] = "close",
	[ACTION_TRUNCATE] = "truncate",
	[ACTION_DELAY] = "delay",
	[ACTION_NO_TCP] = "no-tcp",
	[ACTION_TCP_ONLY_CUT] = "cut-no-tcp",
	[ACTION_NO_EDNS] = "no-edns",
	[ACTION_DROP_EDNS] = "drop-edns",
	[ACTION_STRIP_RRSIG] = "strip-rrsig",
	[ACTION_DROP_DNSKEY] = "drop-dnskey",
	[ACTION_FLIP] = "flip",
	[ACTION_BADRDATA] = "badrdata",
	[ACTION_DENY] = "deny",
};

const char *
action_word(enum action action)
{
	return action_words[action];
}

static bool
parse_ms(const char *text, unsigned *ms)
{
	char *end;
	unsigned long value;

	if (text == NULL || *text < '0' || *text > '9')
		return false;
	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || value > FAKEDNS_MAX_DELAY_MS)
		return false;
	*ms = (unsigned)value;
	return true;
}

static bool
parse_place(const char *text, struct place *place)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&place->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&place->address;
	const char *at = text == NULL ? NULL : strchr(text, '@');
	char address[INET6_ADDRSTRLEN], *end;
	unsigned long port;

	if (at == NULL || (size_t)(at - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(at - text));
	address[at - text] = '\0';
	port = strtoul(at + 1, &end, 10);
	if (end == at + 1 || *end != '\0' || port == 0 || port > 65535)
		return false;
	memset(place, 0, sizeof(*place));
	if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		place->len = sizeof(*v4);
		return true;
	}
	if (inet_pton(AF_INET6, address, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons((uint16_t)port);
	place->len = sizeof(*v6);
	return true;
}

static const char *
parse_rule(char **words, size_t n, struct config *config)
{
	struct rule rule = { 0 };
	const char *name;
	size_t i = 0;

	if (config->n_rules == FAKEDNS_MAX_RULES)
		return "too many rules";
	if (n < 4)
		return "a rule needs TYPE NAME ACTION";
	rule.any_type = strcmp(words[1], "*") == 0;
	if (!rule.any_type) {
		rule.type = ldns_get_rr_type_by_name(words[1]);
		if (rule.type == 0)
			return "no such type";
	}
	while (i < N_ACTIONS && strcasecmp(words[3], action_words[i]) != 0)
		i++;
	if (i == N_ACTIONS)
		return "no such action";
	rule.action = (enum action)i;
	if (rule.action == ACTION_DELAY) {
		if (n != 5 || !parse_ms(words[4], &rule.delay_ms))
			return "delay needs milliseconds, at most 600000";
	} else if (n != 4) {
		return "something stands after the action";
	}
	name = words[2];
	rule.any_name = strcmp(name, "*") == 0;
	if (!rule.any_name) {
		rule.exact = *name == '=';
		rule.name = ldns_dname_new_frm_str(name + rule.exact);
		if (rule.name == NULL)
			return "no such name";
	}
	config->rules[config->n_rules++] = rule;
	return NULL;
}

/* What is wrong with the line, or NULL. */
static const char *
parse_line(char *line, struct config *config)
{
	char *words[MAX_WORDS], *save = NULL, *word;
	size_t n = 0;

	line[strcspn(line, "#\r\n")] = '\0';
	for (word = strtok_r(line, " \t", &save); word != NULL;
	     word = strtok_r(NULL, " \t", &save)) {
		if (n == MAX_WORDS)
			return "too many words";
		words[n++] = word;
	}
	if (n == 0)
		return NULL;
	if (strcmp(words[0], "rule") == 0)
		return parse_rule(words, n, config);
	if (n != 2)
		return "not understood";
	if (strcmp(words[0], "delay") == 0)
		return parse_ms(words[1], &config->delay_ms)
		    ? NULL
		    : "delay needs milliseconds, at most 600000";
	if (strcmp(words[0], "upstream") == 0)
		return parse_place(words[1], &config->upstream)
		    ? NULL
		    : "upstream needs ADDR@PORT";
	if (strcmp(words[0], "listen") != 0)
		return "not understood";
	if (config->n_listen == FAKEDNS_MAX_LISTEN)
		return "too many addresses to listen on";
	if (!parse_place(words[1], &config->listen[config->n_listen]))
		return "listen needs ADDR@PORT";
	config->n_listen++;
	return NULL;
}

static char *
say(const char *format, ...)
{
	va_list args;
	char *text;
	int rc;

	va_start(args, format);
	rc = vasprintf(&text, format, args);
	va_end(args);
	return rc < 0 ? NULL : text;
}

bool
config_read(const char *file, struct config *config, char **error)
{
	struct config *new = calloc(1, sizeof(*new));
	FILE *in = fopen(file, "re");
	const char *why = NULL;
	char line[1024];
	unsigned number = 0;

	*error = NULL;
	if (new == NULL || in == NULL) {
		*error = say("%s: %s", file, strerror(errno));
		goto done;
	}
	while (why == NULL && fgets(line, sizeof(line), in) != NULL) {
		number++;
		why = strlen(line) + 1 == sizeof(line) ? "the line is too long"
						       : parse_line(line, new);
	}
	if (why != NULL)
		*error = say("%s:%u: %s", file, number, why);
	else if (new->n_listen == 0 || new->upstream.len == 0)
		*error = say("%s: needs listen and upstream", file);
done:
	if (in != NULL)
		fclose(in);
	if (*error == NULL && new != NULL)
		*config = *new;
	else if (new != NULL)
		config_finish(new);
	free(new);
	return *error == NULL;
}

void
config_finish(struct config *config)
{
	for (size_t i = 0; i < config->n_rules; i++)
		ldns_rdf_deep_free(config->rules[i].name);
	config->n_rules = 0;
}

enum action
config_judge(const struct config *config, const ldns_rdf *name,
    ldns_rr_type type, unsigned *delay_ms)
{
	enum action action = ACTION_PASS;
	unsigned ms = config->delay_ms;

	for (size_t i = 0; i < config->n_rules; i++) {
		const struct rule *rule = &config->rules[i];

		if (!rule->any_type && rule->type != type)
			continue;
		if (!rule->any_name &&
		    ldns_dname_compare(name, rule->name) != 0 &&
		    (rule->exact || !ldns_dname_is_subdomain(name, rule->name)))
			continue;
		if (rule->action != ACTION_DELAY) {
			action = rule->action;
			break;
		}
		ms += rule->delay_ms;
	}
	*delay_ms = ms > FAKEDNS_MAX_DELAY_MS ? FAKEDNS_MAX_DELAY_MS : ms;
	return action;
}
