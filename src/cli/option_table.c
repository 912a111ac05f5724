/* SPDX-License-Identifier: ISC */
#include "cli/option_table.h"

#define ALL                                                                    \
	(COMMAND_CHECK | COMMAND_VERIFY | COMMAND_MONITOR | COMMAND_SCAN |     \
	    COMMAND_SERVE)
/* All that ask the DNS, where they do. */
#define LOOK (ALL | COMMAND_TLSA | COMMAND_TRACE | COMMAND_PLAN)
#define TALK                                                                   \
	(COMMAND_CHECK | COMMAND_MONITOR | COMMAND_SCAN | COMMAND_SERVE |      \
	    UNHEEDED(COMMAND_VERIFY))
/* Of these those that have no other meaning for tlsa. */
#define SPEAK (TALK | COMMAND_TLSA | COMMAND_PLAN)

const struct option_spec option_specs[] = {
	{ "host", 0, KIND_TEXT, AT(host), "NAME", 0, 0, COMMAND_VERIFY,
	    "What to hold against each other",
	    "the mail host; its name must be in the certificate where usage "
	    "2 is to match" },
	{ "chain", 0, KIND_TEXT, AT(chain), "FILE", 0, 0, COMMAND_VERIFY, NULL,
	    "what the server would send: certificates in PEM, its own "
	    "first; - is standard input" },
	{ "tlsa", 0, KIND_LIST, AT(records), "RECORD", 0, 0, COMMAND_VERIFY,
	    NULL, "a TLSA record, as \"3 1 1 HEX\"; may be repeated" },
	{ "dns", 0, KIND_FLAG, AT(dns), NULL, 0, 0, COMMAND_VERIFY, NULL,
	    "look the records up instead" },
	{ "reference", 0, KIND_LIST, AT(references), "NAME", 0, 0,
	    COMMAND_VERIFY, NULL,
	    "a name that will do as well, as the domain of the mail "
	    "addresses; may be repeated" },
	{ "ee-names", 0, KIND_FLAG, AT(ee_names), NULL, 0, 0, COMMAND_VERIFY,
	    NULL,
	    "check names for usage 3, too, which RFC 7672 3.1.1 forbids to "
	    "senders" },
	{ "host", 0, KIND_LIST, AT(hosts), "NAME", 0, 0, COMMAND_TLSA,
	    "Which records",
	    "the mail host that they are for; may be repeated" },
	{ "chain", 0, KIND_LIST, AT(chains), "FILE", 0, 0, COMMAND_TLSA, NULL,
	    "certificates as the server sends them, PEM or DER, its own "
	    "first; - is standard input; may be repeated, for each key type" },
	{ "key", 0, KIND_LIST, AT(key_files), "FILE", 0, 0, COMMAND_TLSA, NULL,
	    "the key, private or public, PEM; may be repeated" },
	{ "next", 0, KIND_LIST, AT(next_keys), "FILE", 0, 0, COMMAND_TLSA, NULL,
	    "a key that is to follow, to be published before it is used" },
	{ "csr", 0, KIND_LIST, AT(requests), "FILE", 0, 0, COMMAND_TLSA, NULL,
	    "a certificate request, PEM or DER; may be repeated" },
	{ "live", 0, KIND_LIST, AT(lives), "HOST", 0, 0, COMMAND_TLSA, NULL,
	    "what this host presents, at each address and for each key type, "
	    "if the records of today vouch for it" },
	{ "trust-live", 0, KIND_FLAG, AT(trust_live), NULL, 0, 0, COMMAND_TLSA,
	    NULL, "take it in any case: nobody tampers with this network" },
	{ "current", 0, KIND_FLAG, AT(current), NULL, 0, 0, COMMAND_TLSA, NULL,
	    "look at the hosts: tell what is to be added to what is "
	    "published, what is to stay, and what may go" },
	{ "issuer", 0, KIND_FLAG, AT(issuer), NULL, 0, 0, COMMAND_TLSA, NULL,
	    "a record of usage 2 for the issuer that the server sends, too" },
	{ "usage", 0, KIND_NUMBER, AT(usage), "N", 0, 3, COMMAND_TLSA, NULL,
	    "3: the server's own, 2: its issuer (3)" },
	{ "selector", 0, KIND_NUMBER, AT(selector), "N", 0, 1, COMMAND_TLSA,
	    NULL, "1: the key, 0: the whole certificate (1)" },
	{ "mtype", 0, KIND_NUMBER, AT(mtype), "N", 0, 2, COMMAND_TLSA, NULL,
	    "matching type, 1: SHA-256, 2: SHA-512, 0: all of it (1)" },
	{ "ttl", 0, KIND_NUMBER, AT(ttl), "SECONDS", 0, 2147483647,
	    COMMAND_TLSA, NULL, "time to live (3600)" },
	{ "format", 0, KIND_CHOICE, AT(format), "zone|rfc3597|nsupdate|json", 0,
	    0, COMMAND_TLSA, NULL,
	    "lines of a zone file, the same for zones that do not know the "
	    "type, a script for nsupdate, or JSON (zone)" },
	{ "server", 0, KIND_TEXT, AT(server), "ADDR[@PORT]", 0, 0, COMMAND_TLSA,
	    NULL,
	    "where nsupdate is to send it (what the SOA of the zone names)" },
	{ "drop", 0, KIND_FLAG, AT(drop), NULL, 0, 0, COMMAND_TLSA, NULL,
	    "have nsupdate take out what may go; needs --current" },
	{ "host", 0, KIND_LIST, AT(hosts), "NAME", 0, 0, COMMAND_PLAN,
	    "Which change",
	    "the mail host where it is to go live; may be repeated" },
	{ "new", 0, KIND_LIST, AT(news), "FILE", 0, 0, COMMAND_PLAN, NULL,
	    "what is to go live: certificates, PEM or DER, the server's own "
	    "first, or a key; - is standard input; may be repeated, for each "
	    "key type" },
	{ "key", 0, KIND_LIST, AT(key_files), "FILE", 0, 0, COMMAND_PLAN, NULL,
	    "its key: does it fit? May be repeated" },
	{ "old", 0, KIND_LIST, AT(olds), "FILE", 0, 0, COMMAND_PLAN, NULL,
	    "what is live now (what every address presents, for each key "
	    "type); may be repeated" },
	{ "gate", 0, KIND_FLAG, AT(gate), NULL, 0, 0, COMMAND_PLAN, NULL,
	    "for hooks: say nothing where it may go live, else why not, on "
	    "standard error" },
	{ "state", 0, KIND_TEXT, AT(state), "FILE", 0, 0, COMMAND_PLAN, NULL,
	    "remember there what each name server had, and when (a file for "
	    "these hosts in ~/.local/state/danelaw)" },
	{ "wait", 0, KIND_FLAG, AT(wait), NULL, 0, 0, COMMAND_PLAN, NULL,
	    "look again and again, until it may go live" },
	{ "deadline", 0, KIND_NUMBER, AT(deadline), "SECONDS", 1, 31536000,
	    COMMAND_PLAN, NULL, "the same for no longer than this (86400)" },
	{ "listen", 'l', KIND_LIST, AT(listens), "ADDRESS:PORT", 0, 0,
	    COMMAND_SERVE, "What to serve",
	    "answer HTTP here; may be repeated, also unix:PATH "
	    "(127.0.0.1:9899)" },
	{ "http-host", 0, KIND_LIST, AT(http_hosts), "NAME", 0, 0,
	    COMMAND_SERVE, NULL,
	    "be called so in HTTP requests, too, and not only by an address "
	    "or localhost; may be repeated" },
	{ "socketmap", 0, KIND_LIST, AT(socketmaps), "ADDRESS:PORT", 0, 0,
	    COMMAND_SERVE, NULL,
	    "answer Postfix here, or at unix:PATH; may be repeated (nowhere)" },
	{ "level", 0, KIND_CHOICE, AT(level),
	    "may|encrypt|dane|dane-only|verify|secure", 0, 0, COMMAND_SERVE,
	    NULL,
	    "smtp_tls_security_level of the main.cf that asks: no answer to "
	    "Postfix is weaker than that (may)" },
	{ "patience", 0, KIND_NUMBER, AT(patience), "SECONDS", 1, 60,
	    COMMAND_SERVE, NULL,
	    "answer Postfix after so long from what is known by then (2)" },
	{ "config", 0, KIND_TEXT, AT(config_file), "FILE", 0, 0, COMMAND_SERVE,
	    NULL,
	    "options as lines \"key = value\", read again on SIGHUP; those of "
	    "the command line come on top" },
	{ "domain", 0, KIND_LIST, AT(domains), "DOMAIN", 0, 0, COMMAND_SERVE,
	    NULL,
	    "check this domain again and again, for /metrics; may be "
	    "repeated" },
	{ "domains", 0, KIND_LIST, AT(domain_files), "FILE", 0, 0,
	    COMMAND_SERVE, NULL, "the domains in this file, one a line" },
	{ "interval", 0, KIND_NUMBER, AT(interval), "SECONDS", 60, 604800,
	    COMMAND_SERVE, NULL,
	    "check each of them no more often than this; records that live "
	    "longer are waited for (300)" },
	{ "max-clients", 0, KIND_NUMBER, AT(max_clients), "N", 1, 100000,
	    COMMAND_SERVE, NULL,
	    "so many connections at once, over HTTP and from Postfix, each "
	    "(512)" },
	{ "memory", 0, KIND_NUMBER, AT(memory), "MIB", 64, 1048576,
	    COMMAND_SERVE, NULL,
	    "take so much memory, half of it for the DNS; what is kept goes "
	    "first (512)" },
	{ "idle", 0, KIND_NUMBER, AT(idle), "SECONDS", 1, 3600, COMMAND_SERVE,
	    NULL,
	    "close HTTP connections that bring no request or take no answer "
	    "for so long (30)" },
	{ "grace", 0, KIND_NUMBER, AT(grace), "SECONDS", 1, 3600, COMMAND_SERVE,
	    NULL,
	    "on SIGTERM, so long for answers that are being waited for (10)" },
	{ "allow-private", 0, KIND_FLAG, AT(allow_private), NULL, 0, 0,
	    COMMAND_SERVE, NULL,
	    "check also mail hosts with private and reserved addresses, this "
	    "machine, and any port" },
	{ "allow-private", 0, KIND_FLAG, AT(allow_private), NULL, 0, 0,
	    COMMAND_TRACE | COMMAND_PLAN, "What to ask",
	    "ask name servers at private and reserved addresses, too" },
	{ "dns-port", 0, KIND_NUMBER, AT(dns_port), "N", 1, 65535,
	    COMMAND_TRACE | COMMAND_PLAN, NULL,
	    "ask name servers at this port, for test labs (53)" },
	{ "hostname", 'H', KIND_TEXT, AT(hostname), "DOMAIN", 0, 0,
	    COMMAND_MONITOR, "What to connect to",
	    "the mail domain: what stands behind the @" },
	{ "mx", 0, KIND_TEXT, AT(mx), "HOST", 0, 0, COMMAND_MONITOR, NULL,
	    "this one MX host instead, without a lookup of MX records" },
	{ "port", 'p', KIND_NUMBER, AT(port), "N", 1, 65535, LOOK, NULL,
	    "TCP port, and the N of _N._tcp in TLSA names (25)" },
	{ "connect-port", 0, KIND_NUMBER, AT(connect_port), "N", 1, 65535,
	    SPEAK, NULL,
	    "connect to this TCP port instead, for test labs; TLSA names "
	    "keep --port" },
	{ "allow-private", 0, KIND_FLAG, AT(allow_private), NULL, 0, 0,
	    COMMAND_CHECK | COMMAND_MONITOR, NULL,
	    "look also at mail hosts that are this machine by a loopback or "
	    "private address" },
	{ "tls", 0, KIND_CHOICE, AT(tls), "starttls|implicit", 0, 0, SPEAK,
	    NULL,
	    "SMTP STARTTLS, or TLS from the first byte as on port 465 "
	    "(starttls)" },
	{ "ipv4", '4', KIND_FLAG, AT(ipv4), NULL, 0, 0, LOOK, NULL,
	    "only IPv4 addresses" },
	{ "ipv6", '6', KIND_FLAG, AT(ipv6), NULL, 0, 0, LOOK, NULL,
	    "only IPv6 addresses" },
	{ "helo", 0, KIND_NAME, AT(helo), "NAME", 0, 0, SPEAK, NULL,
	    "name to say in EHLO (this host's)" },
	{ "timeout", 't', KIND_NUMBER, AT(timeout), "SECONDS", 1, 3600, LOOK,
	    NULL, "limit for a whole domain, DNS included (60)" },
	{ "retry", 0, KIND_NUMBER, AT(retries), "N", 0, 10, SPEAK, NULL,
	    "try an address so many times more where it refuses for a while, "
	    "or lacks STARTTLS (0)" },
	{ "retry-delay", 0, KIND_NUMBER, AT(retry_delay), "SECONDS", 0, 3600,
	    SPEAK, NULL, "pause before each of these, within --timeout (30)" },
	{ "max-addresses", 0, KIND_NUMBER, AT(max_addresses), "N", 1, 1000,
	    SPEAK, NULL,
	    "look at so many addresses of a domain and leave out the rest "
	    "(60 in scan and serve, else 100)" },
	{ "max-host-addresses", 0, KIND_NUMBER, AT(max_host_addresses), "N", 1,
	    1000, SPEAK, NULL,
	    "the same for one MX host (20 in scan and serve, else 100)" },
	{ "from", 0, KIND_MAILBOX, AT(from), "ADDRESS", 0, 0,
	    COMMAND_CHECK | COMMAND_MONITOR, NULL,
	    "ask inside TLS whether mail from there would be taken; \"<>\" is "
	    "the null sender. Needs --to; no mail is sent" },
	{ "to", 0, KIND_MAILBOX, AT(to), "ADDRESS", 0, 0,
	    COMMAND_CHECK | COMMAND_MONITOR, NULL, "the recipient to ask for" },
	{ "certs", 0, KIND_CHOICE, AT(certs), "all|default", 0, 0, TALK, NULL,
	    "probe each key type the server may hold (RSA, ECDSA, EdDSA), or "
	    "only the server's choice (all in check, else default)" },
	{ "cert", 0, KIND_TEXT, AT(cert), "FILE", 0, 0, TALK, NULL,
	    "client certificate to present, PEM" },
	{ "key", 0, KIND_TEXT, AT(key), "FILE", 0, 0, TALK, NULL,
	    "its key, PEM (in the file of --cert)" },
	{ "resolver", 0, KIND_LIST, AT(resolvers), "ADDR[@PORT]", 0, 0, LOOK,
	    "Where DNS answers come from",
	    "forward queries there; may be repeated. Answers are validated "
	    "here all the same (own recursion from the root)" },
	{ "system-resolver", 0, KIND_FLAG, AT(system_resolver), NULL, 0, 0,
	    LOOK, NULL,
	    "forward to what /etc/resolv.conf names, validating here" },
	{ "trust-anchor", 0, KIND_TEXT, AT(trust_anchor), "FILE", 0, 0, LOOK,
	    NULL, "DS or DNSKEY records in zone format (the IANA root keys)" },
	{ "root-hints", 0, KIND_TEXT, AT(root_hints), "FILE", 0, 0, LOOK, NULL,
	    "root servers in zone format (built in)" },
	{ "at", 0, KIND_TIME, AT(at), "TIME", 0, 0, LOOK, "How to judge",
	    "judge certificates and signatures at this time: RFC 3339, or "
	    "from now as +14d, -2h (now)" },
	{ "pkix", 0, KIND_FLAG, AT(pkix), NULL, 0, 0, TALK, NULL,
	    "also tell whether the certificates pass with the public CAs of "
	    "this system; no part of the verdict" },
	{ "cafile", 0, KIND_TEXT, AT(cafile), "FILE", 0, 0, TALK | COMMAND_JOIN,
	    NULL, "the same with the CAs in this file, PEM" },
	{ "capath", 0, KIND_TEXT, AT(capath), "FOLDER", 0, 0,
	    TALK | COMMAND_JOIN, NULL,
	    "the same with the CAs in this folder, hashed by openssl rehash" },
	{ "expiry-days", 0, KIND_SHARE, AT(expiry), "N[%]", 1, 3650, TALK, NULL,
	    "warn of certificates that count and end in fewer days, or with "
	    "less than N% of their life left (25%)" },
	{ "rrsig-hours", 0, KIND_NUMBER, AT(rrsig_hours), "N", 1, 87600,
	    COMMAND_CHECK | COMMAND_SCAN | COMMAND_SERVE, NULL,
	    "warn of DNSSEC signatures that end in fewer hours and have less "
	    "than a quarter of their life left (48)" },
	{ "require-dane", 0, KIND_FLAG, AT(require_dane), NULL, 0, 0, TALK,
	    NULL, "a domain that DANE does not protect is critical" },
	{ "search", 0, KIND_FLAG, AT(search), NULL, 0, 0, COMMAND_EXPLAIN,
	    "What to look for",
	    "the arguments are words to search for, never ids" },
	{ "warning", 'w', KIND_TEXT, AT(warning), "RANGE", 0, 0,
	    COMMAND_MONITOR, "When to alert",
	    "days that certificates must have left, else WARNING: 14, or a "
	    "range as 14:, @0:14, or a share of their life as 30%. Dates "
	    "count under usage 2 alone" },
	{ "critical", 'c', KIND_TEXT, AT(critical), "RANGE", 0, 0,
	    COMMAND_MONITOR, NULL, "the same, else CRITICAL" },
	{ "ee-expiry", 0, KIND_FLAG, AT(ee_expiry), NULL, 0, 0, COMMAND_MONITOR,
	    NULL, "let -w and -c see the certificate under usage 3, too" },
	{ "rrsig-warning", 0, KIND_TEXT, AT(rrsig_warning), "RANGE", 0, 0,
	    COMMAND_MONITOR, NULL,
	    "hours that DNSSEC signatures must have left, else WARNING" },
	{ "rrsig-critical", 0, KIND_TEXT, AT(rrsig_critical), "RANGE", 0, 0,
	    COMMAND_MONITOR, NULL, "the same, else CRITICAL" },
	{ "min-hosts", 0, KIND_NUMBER, AT(min_hosts), "N", 1, 1000,
	    COMMAND_MONITOR, NULL,
	    "so many MX hosts must authenticate, else CRITICAL" },
	{ "timeout-state", 0, KIND_TEXT, AT(timeout_state), "STATE", 0, 0,
	    COMMAND_MONITOR, NULL,
	    "warning, critical or unknown where time runs out or the "
	    "resolver cannot be used (unknown)" },
	{ "unreachable-state", 0, KIND_TEXT, AT(unreachable_state), "STATE", 0,
	    0, COMMAND_MONITOR, NULL,
	    "the same where no address of any MX host could be examined "
	    "(unknown, or that of --timeout-state where they were silent)" },
	{ "json", 0, KIND_FLAG, AT(json), NULL, 0, 0,
	    COMMAND_DIFF | COMMAND_STATS, "What to print", "the same as JSON" },
	{ "json", 0, KIND_FLAG, AT(json), NULL, 0, 0,
	    COMMAND_CHECK | COMMAND_VERIFY | COMMAND_EXPLAIN | COMMAND_TLSA |
		COMMAND_TRACE | COMMAND_PLAN |
		UNHEEDED(COMMAND_SCAN | COMMAND_SERVE),
	    "What to print",
	    "JSON: one report, or an array for several domains or entries; "
	    "one probe of verify" },
	{ "color", 0, KIND_CHOICE, AT(color), "auto|always|never", 0, 0,
	    COMMAND_CHECK | COMMAND_VERIFY | UNHEEDED(COMMAND_SERVE), NULL,
	    "colours; NO_COLOR is honoured (auto)" },
	{ "verbose", 'v', KIND_COUNT, AT(verbose), NULL, 0, 0, COMMAND_SERVE,
	    NULL, "a line on standard error for each check" },
	{ "verbose", 'v', KIND_COUNT, AT(verbose), NULL, 0, 0,
	    COMMAND_TRACE | COMMAND_PLAN | COMMAND_CHECK | COMMAND_VERIFY |
		COMMAND_MONITOR | UNHEEDED(COMMAND_SCAN),
	    NULL,
	    "every record, DNS answer and certificate, and the SMTP "
	    "transcript" },
	{ "quiet", 'q', KIND_COUNT, AT(quiet), NULL, 0, 0,
	    COMMAND_TRACE | COMMAND_PLAN | COMMAND_CHECK | COMMAND_VERIFY |
		UNHEEDED(COMMAND_SERVE),
	    NULL, "only the line with the verdict" },
	{ "list", 0, KIND_TEXT, AT(list), "FILE", 0, 0, COMMAND_JOIN,
	    "What to join", "the list of the survey: tell what is missing" },
	{ "order", 0, KIND_FLAG, AT(order), NULL, 0, 0, COMMAND_SCAN, NULL,
	    "reports in the order of the list, not as they end" },
	{ "summary", 0, KIND_FLAG, AT(summary), NULL, 0, 0,
	    COMMAND_SCAN | COMMAND_JOIN, NULL,
	    "domain, verdict, state and one sentence instead of reports" },
	{ "split", 0, KIND_FLAG, AT(split), NULL, 0, 0,
	    COMMAND_SCAN | COMMAND_JOIN, NULL,
	    "rows for a database instead of reports: one of the run, one a "
	    "domain, one a host" },
	{ "zones", 0, KIND_FLAG, AT(zones), NULL, 0, 0, COMMAND_SCAN, NULL,
	    "also look up DNSKEY and DS of the zones, to tell when their "
	    "signatures end, as check does" },
	{ "resume", 0, KIND_TEXT, AT(resume), "OUTPUT", 0, 0, COMMAND_SCAN,
	    NULL,
	    "leave out the domains that OUTPUT of an earlier run holds; a "
	    "torn last line in it is cut off" },
	{ "quiet", 'q', KIND_COUNT, AT(quiet), NULL, 0, 0, COMMAND_SCAN, NULL,
	    "no progress on stderr" },
	{ "concurrency", 0, KIND_NUMBER, AT(concurrency), "N", 1, 100000,
	    COMMAND_SCAN, "How fast",
	    "domains in work at once, in all workers (2000)" },
	{ "workers", 0, KIND_NUMBER, AT(workers), "N", 1, 256, COMMAND_SCAN,
	    NULL, "processes (one for each CPU)" },
	{ "per-host", 0, KIND_NUMBER, AT(per_host), "N", 1, 100, COMMAND_SCAN,
	    NULL,
	    "connections at once to the addresses of one MX host (2); to one "
	    "address there is never more than one" },
	{ "rate", 0, KIND_NUMBER, AT(rate), "N", 0, 1000, COMMAND_SCAN, NULL,
	    "connections to one address in a second; 0: no limit (10)" },
	{ "allow-private", 0, KIND_FLAG, AT(allow_private), NULL, 0, 0,
	    COMMAND_SCAN, NULL,
	    "connect to private and reserved addresses, too" },
	{ "stage", 0, KIND_CHOICE, AT(stage), "mx|hosts", 0, 0, COMMAND_SCAN,
	    "In parts",
	    "mx: only look up the MX records; hosts: examine each host in "
	    "the list, or in the rows of the first stage; danelaw join "
	    "makes the reports" },
	{ "shard", 0, KIND_TEXT, AT(shard), "K/N", 0, 0, COMMAND_SCAN, NULL,
	    "do part K of N of the list: a name's part is told by the name "
	    "alone" },
	{ "status", 0, KIND_CHOICE, AT(status), "domains|run", 0, 0,
	    COMMAND_SCAN, NULL,
	    "what the exit status tells of: the worst of the domains, or "
	    "whether the run is complete (run, with --stage or --shard)" },
	{ "drain", 0, KIND_NUMBER, AT(drain), "SECONDS", 0, 3600, COMMAND_SCAN,
	    NULL,
	    "after SIGINT or SIGTERM let what runs go on for so long (10)" },
	{ "quiet", 'q', KIND_COUNT, AT(quiet), NULL, 0, 0, COMMAND_JOIN, NULL,
	    "no last word on stderr" },
	{ "quiet", 'q', KIND_COUNT, AT(quiet), NULL, 0, 0, COMMAND_TLSA, NULL,
	    "nothing but the records: no comments, no warnings" },
	{ "help", 'h', KIND_FLAG, AT(help), NULL, 0, 0,
	    LOOK | COMMAND_EXPLAIN | COMMAND_JOIN | COMMAND_DIFF |
		COMMAND_STATS,
	    "About danelaw", "this text" },
	{ "version", 'V', KIND_FLAG, AT(version), NULL, 0, 0,
	    LOOK | COMMAND_JOIN | COMMAND_DIFF | COMMAND_STATS, NULL,
	    "versions of the program and its libraries" },
};

const size_t n_option_specs = sizeof(option_specs) / sizeof(option_specs[0]);
_Static_assert(
    sizeof(option_specs) / sizeof(option_specs[0]) <= OPTION_SPECS_MAX,
    "there is room for all options");
