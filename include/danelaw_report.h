/* SPDX-License-Identifier: ISC */
/*
 * danelaw_report.h - what was found out about one next-hop domain.
 *
 * A report is a tree that never changes once danelaw hands it out. It owns
 * all that it points to; danelaw_report_free() ends it all at once.
 *
 * Text: every string is printable ASCII. What a peer sent has its other
 * bytes written as \xNN, so a report may go to a terminal as it is. A NULL
 * string means: nothing to say. Names are A-labels in lower case, without
 * the trailing dot. Digests are lower-case hex.
 *
 * Time: Unix seconds, 0 where there is none. Timings: milliseconds, -1 for a
 * step that was not reached. Optional parts are NULL pointers.
 *
 * Arrays: "things" with the count "n_things"; NULL when the count is 0.
 */
#ifndef DANELAW_REPORT_H
#define DANELAW_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The domain as a whole. The order has no meaning; see enum danelaw_state. */
enum danelaw_verdict {
	DANELAW_VERDICT_DEFER = 0, /* the lookups leave no server to use */
	DANELAW_VERDICT_NO_MAIL,   /* null MX (RFC 7505) or no such domain */
	DANELAW_VERDICT_INSECURE,  /* the MX RRset is proven insecure */
	DANELAW_VERDICT_DEGRADED,  /* one host works, another fails */
	DANELAW_VERDICT_FAIL,      /* a host fails and none authenticates */
	DANELAW_VERDICT_PARTIAL,   /* a host authenticates, another is open */
	DANELAW_VERDICT_OK,        /* every host examined authenticates */
	DANELAW_VERDICT_NO_DANE,   /* nothing is promised by DANE */
};

/* The values are exit statuses; the order of badness is another one. */
enum danelaw_state {
	DANELAW_STATE_OK = 0,
	DANELAW_STATE_WARNING = 1,
	DANELAW_STATE_CRITICAL = 2,
	DANELAW_STATE_UNKNOWN = 3,
};

/* How a DNS answer stands (RFC 4035 section 4.3, RFC 7672 section 2.1.1). */
enum danelaw_dnssec {
	DANELAW_DNSSEC_ERROR = 0, /* SERVFAIL, timeout, or never asked */
	DANELAW_DNSSEC_BOGUS,     /* validation failed */
	DANELAW_DNSSEC_INSECURE,  /* proven to lie outside any signed zone */
	DANELAW_DNSSEC_SECURE,    /* validated, or validly absent */
};

/* What a DNS answer holds, apart from how far it can be trusted. */
enum danelaw_presence {
	DANELAW_PRESENCE_UNKNOWN = 0, /* the lookup failed */
	DANELAW_PRESENCE_DATA,
	DANELAW_PRESENCE_NODATA,   /* the name exists, the type does not */
	DANELAW_PRESENCE_NXDOMAIN, /* no such name */
};

/* Why a lookup failed, where the validator or resolver tells it. */
enum danelaw_dns_cause {
	DANELAW_DNS_UNTOLD = 0, /* or it did not fail */
	DANELAW_DNS_ANCHOR,     /* nothing leads down from the trust anchor */
	DANELAW_DNS_CLOCK,      /* ... at the time by which we judge */
	DANELAW_DNS_EXPIRED,    /* a signature did */
	DANELAW_DNS_NOT_YET_VALID,
	DANELAW_DNS_ITERATIONS, /* more than the validator does for NSEC3 */
	DANELAW_DNS_ALGORITHM,  /* none that it knows */
	DANELAW_DNS_LOOP,       /* of CNAME records, or too many of them */
	DANELAW_DNS_DENIAL,     /* what is said to be absent is not proven so */
	DANELAW_DNS_UNSIGNED,   /* signatures are missing */
	DANELAW_DNS_MISMATCH,   /* keys, signatures, DS records do not fit */
	DANELAW_DNS_TIMEOUT,
};

/* Where the list of hosts comes from (RFC 5321 section 5.1, RFC 7505). */
enum danelaw_mx_source {
	DANELAW_MX_NONE = 0, /* it could not be had, or no such domain */
	DANELAW_MX_MX,
	DANELAW_MX_IMPLICIT,
	DANELAW_MX_LITERAL, /* the next hop was "[host]" or "[address]" */
	DANELAW_MX_NULL,
};

/* What RFC 7672 section 2.2 tells a sender to do with one host. */
enum danelaw_policy {
	DANELAW_POLICY_SKIP = 0, /* a lookup failed: do not use the host */
	DANELAW_POLICY_MAY,      /* opportunistic TLS, or none */
	DANELAW_POLICY_ENCRYPT,  /* TLS is a must, authentication is not */
	DANELAW_POLICY_DANE,     /* TLS and authentication are a must */
};

enum danelaw_tlsa_status {
	DANELAW_TLSA_NOT_ASKED = 0,
	DANELAW_TLSA_ERROR,
	DANELAW_TLSA_NONE,
	DANELAW_TLSA_UNUSABLE,
	DANELAW_TLSA_USABLE,
};

/* How the talk with one address ended. */
enum danelaw_outcome {
	DANELAW_OUTCOME_SKIPPED = 0, /* DNS said not to use this host */
	DANELAW_OUTCOME_AUTHENTICATED,
	DANELAW_OUTCOME_ENCRYPTED, /* TLS, authentication not called for */
	DANELAW_OUTCOME_CLEARTEXT, /* no TLS, and none was promised */
	DANELAW_OUTCOME_TLSA_MISMATCH,
	DANELAW_OUTCOME_NAME_MISMATCH,
	DANELAW_OUTCOME_CERT_EXPIRED, /* or not yet valid */
	DANELAW_OUTCOME_CHAIN_INVALID,
	DANELAW_OUTCOME_STARTTLS_MISSING,
	DANELAW_OUTCOME_STARTTLS_REFUSED,
	DANELAW_OUTCOME_SMTP_TEMPFAIL, /* 4xx before STARTTLS, or after TLS */
	DANELAW_OUTCOME_SMTP_PERMFAIL, /* 5xx before STARTTLS, or after TLS */
	DANELAW_OUTCOME_SMTP_TIMEOUT,
	DANELAW_OUTCOME_NOT_SMTP,
	DANELAW_OUTCOME_PLAINTEXT_INJECTED,
	DANELAW_OUTCOME_TLS_FAILED,
	DANELAW_OUTCOME_TLS_TIMEOUT,
	DANELAW_OUTCOME_CONNECT_REFUSED, /* or unreachable, or reset at once */
	DANELAW_OUTCOME_CONNECT_TIMEOUT,
	/* We could not look, for a reason of ours: it was not tried, or this
	   build cannot make or read what the server asks for. */
	DANELAW_OUTCOME_NOT_EXAMINED,
};

/* How one TLSA record, alone, relates to the presented chain. */
enum danelaw_result {
	DANELAW_RESULT_NO_MATCH = 0,
	DANELAW_RESULT_MATCH,
	DANELAW_RESULT_UNUSABLE,
	DANELAW_RESULT_SUPERSEDED, /* a stronger digest rules (RFC 7671 s. 9) */
};

/* What one TLSA record is for, as far as the host's certificates tell. */
enum danelaw_role {
	DANELAW_ROLE_ORPHAN = 0,   /* fits nothing, nor does another record */
	DANELAW_ROLE_CURRENT_LEAF, /* the leaf in use, or its key */
	DANELAW_ROLE_TA_IN_PATH,   /* an issuer sent, above the leaf */
	DANELAW_ROLE_TA_NOT_SENT,  /* an issuer above what was sent */
	DANELAW_ROLE_NEXT_UNUSED,  /* fits nothing yet, while others do */
	DANELAW_ROLE_DUPLICATE,    /* says the same as one before it */
	DANELAW_ROLE_SUPERSEDED,   /* a stronger digest rules */
	DANELAW_ROLE_UNUSABLE,
	DANELAW_ROLE_PRESENTED_NOT_ON_PATH, /* sent, but it vouches for nobody
					     */
	DANELAW_ROLE_WRONG_USAGE, /* on the path, but the usage is not for it */
	DANELAW_ROLE_WRONG_BYTES, /* a digest of something else, see hashed */
};

/* By what a record matched. */
enum danelaw_how {
	DANELAW_HOW_CERTIFICATE = 0, /* it describes a certificate or its key */
	DANELAW_HOW_SIGNED_BY,       /* its bare key signed one (2 1 0) */
};

/* The place in the certificate where a name was found (RFC 7672 s. 3.2.3) */
enum danelaw_name_source {
	DANELAW_NAME_NONE = 0,
	DANELAW_NAME_SAN,
	DANELAW_NAME_CN,
};

/* What a sender does with one address. */
enum danelaw_delivery {
	DANELAW_DELIVERY_REFUSE = 0,
	DANELAW_DELIVERY_DELIVER,
	DANELAW_DELIVERY_VARIES, /* one connection passes, another does not */
};

enum danelaw_severity {
	DANELAW_SEVERITY_INFO = 0,
	DANELAW_SEVERITY_WARNING,
	DANELAW_SEVERITY_CRITICAL,
};

/* What ended a connection before TLS stood, or as soon as it did. */
enum danelaw_tls_fault {
	DANELAW_TLS_NO_FAULT = 0,  /* or none that has a name here */
	DANELAW_TLS_UNROUTED,      /* this machine knows no way there */
	DANELAW_TLS_MUTE,          /* no greeting came */
	DANELAW_TLS_DROPPED,       /* closed before the handshake began */
	DANELAW_TLS_CLOSED,        /* closed by the peer */
	DANELAW_TLS_RESET,         /* the same, without manners */
	DANELAW_TLS_NOT_TLS,       /* it answered with something else */
	DANELAW_TLS_REFUSED,       /* alert 40, which tells no more */
	DANELAW_TLS_ALERT,         /* another that has no name here */
	DANELAW_TLS_VERSION,       /* none that both speak */
	DANELAW_TLS_CIPHER,        /* the same */
	DANELAW_TLS_NAME,          /* it does not know the SNI */
	DANELAW_TLS_CERT_REQUIRED, /* of the client */
	DANELAW_TLS_OLD_SIGALG,    /* it signs as nobody should any more */
	DANELAW_TLS_SHORT_DH,      /* its group is too short */
	DANELAW_TLS_RENEGOTIATION, /* it knows only the unsafe one */
	DANELAW_TLS_GROUP,         /* no key share for one that both have */
	DANELAW_TLS_CURVE,         /* one that we did not offer */
	DANELAW_TLS_SIGNATURE,     /* not by the key of the certificate */
	DANELAW_TLS_TOO_LARGE,     /* more certificates than anybody takes */
};

/* One question put to the DNS and what came back. */
struct danelaw_lookup {
	const char *name; /* as asked */
	const char *type; /* "MX", "A", "AAAA", "CNAME", "TLSA" */
	enum danelaw_dnssec dnssec;
	enum danelaw_presence presence;
	const char *why; /* the validator's reason when it failed, else NULL */
	enum danelaw_dns_cause cause; /* the same, as a fact */
	const char **aliases; /* each name a CNAME led to; the last is final */
	size_t n_aliases;
	uint32_t ttl;            /* seconds; the least of all records used */
	int64_t rrsig_expires;   /* the earliest of all signatures; 0: none */
	size_t n_records;        /* of the type asked for */
	bool wildcard;           /* these come from one (RFC 4035 s. 5.3.2) */
	int64_t rrsig_inception; /* of the signature that ends first */
	const char *signer;      /* the zone that made it; "" is the root */
	const char **signers;    /* all zones whose signatures were used */
	size_t n_signers;
	uint16_t nsec3_iterations; /* the most in a proof; 0: none told */
	/* As the records stand in the zone, by their signature: the TTL, 0: it
	   is not known; and the wildcard's name, or NULL. */
	uint32_t zone_ttl;
	const char *zone_owner;
	/* It failed for this when it was asked first, and was asked again;
	   NULL: it did not. */
	const char *failed_first;
	enum danelaw_dns_cause first_cause; /* of that */
};

/* What a parent says of a key of a zone (RFC 4034 section 5.1). */
struct danelaw_ds {
	uint16_t key_tag;
	uint8_t algorithm, digest_type;
};

/*
 * A zone that signed what was looked up, or stands above one that did. A
 * lookup that was not made has a NULL type.
 */
struct danelaw_zone {
	const char *name;
	struct danelaw_lookup dnskey, ds;
	struct danelaw_ds *ds_records;
	size_t n_ds_records;
};

/* RFC 7218; a record may have any other number as well. */
enum {
	DANELAW_USAGE_PKIX_TA = 0,
	DANELAW_USAGE_PKIX_EE = 1,
	DANELAW_USAGE_DANE_TA = 2,
	DANELAW_USAGE_DANE_EE = 3,
	DANELAW_SELECTOR_CERT = 0,
	DANELAW_SELECTOR_SPKI = 1,
	DANELAW_MTYPE_FULL = 0,
	DANELAW_MTYPE_SHA256 = 1,
	DANELAW_MTYPE_SHA512 = 2,
};

/* One TLSA record (RFC 6698 section 2.1). */
struct danelaw_record {
	uint8_t usage, selector, mtype;
	const uint8_t *data;
	size_t len;
	const char *rr; /* "3 1 1 <hex>" */
	bool usable;
	const char *reason; /* why it is not usable, else NULL */
};

struct danelaw_tlsa {
	const char *name; /* owner name asked for; NULL if not asked */
	const char *base; /* TLSA base domain (RFC 7672 s. 2.2.3), and SNI */
	enum danelaw_dnssec dnssec;
	enum danelaw_tlsa_status status;
	struct danelaw_record *records;
	size_t n_records;
	const char **references; /* reference identifiers for DANE-TA */
	size_t n_references;
};

/* Bits of danelaw_cert.key_usage (RFC 5280 section 4.2.1.3). */
enum {
	DANELAW_KU_DIGITAL_SIGNATURE = 1 << 0,
	DANELAW_KU_NON_REPUDIATION = 1 << 1,
	DANELAW_KU_KEY_ENCIPHERMENT = 1 << 2,
	DANELAW_KU_DATA_ENCIPHERMENT = 1 << 3,
	DANELAW_KU_KEY_AGREEMENT = 1 << 4,
	DANELAW_KU_KEY_CERT_SIGN = 1 << 5,
	DANELAW_KU_CRL_SIGN = 1 << 6,
	DANELAW_KU_ENCIPHER_ONLY = 1 << 7,
	DANELAW_KU_DECIPHER_ONLY = 1 << 8,
};

/* One certificate that the server sent. */
struct danelaw_cert {
	int wire;  /* place in the server's message, the leaf is 0 */
	int depth; /* place in the chain OpenSSL built, -1: not in it */
	const char *subject, *issuer;
	const char *cn;     /* last common name of the subject, or NULL */
	const char **names; /* dNSName entries, in order */
	size_t n_names;
	int64_t not_before, not_after;
	const char *key;       /* "RSA 2048", "EC P-256", "ED25519" */
	const char *signature; /* "ecdsa-with-SHA256" */
	bool has_key_usage;
	unsigned key_usage; /* DANELAW_KU_* bits */
	bool has_ext_key_usage;
	const char **ext_key_usage; /* "serverAuth", or a dotted OID */
	size_t n_ext_key_usage;
	bool ca;              /* basicConstraints CA:TRUE */
	int path_len;         /* pathLenConstraint, -1: none */
	int version;          /* 1, 2 or 3 */
	bool has_alt_names;   /* subjectAltName, whatever is in it */
	bool has_ip_names;    /* iPAddress entries in it */
	bool has_uri_names;   /* URI entries or SRV names (RFC 4985) */
	bool negative_serial; /* serial number below 0 (RFC 5280 4.1.2.2) */
	bool self_issued;
	const char *cert_sha256, *cert_sha512, *spki_sha256, *spki_sha512;
	const uint8_t *der, *spki; /* cert: DER, and its key's part */
	size_t der_len, spki_len;
	const char **cns; /* all common names of the subject, in order */
	size_t n_cns;
	/* 1 + the place (wire) of the certificate sent whose key signed this
	   one; -1: none of them did. 0: not looked for, the chain passed. */
	int signed_by;
};

/* The parameters of a finished handshake. */
struct danelaw_tls {
	const char *version;   /* "TLSv1.3" */
	const char *cipher;    /* OpenSSL's name */
	const char *group;     /* key exchange group, or NULL */
	const char *signature; /* what the server signed with, or NULL */
	const char *sni;       /* what was sent, or NULL */
	bool client_cert_requested;
	/* Ours went out; may it sign, as its keyUsage has it? */
	bool client_cert_sent, client_cert_may_sign;
	bool ems;         /* extended master secret (RFC 7627), or TLS 1.3 */
	int hello_octets; /* the ClientHello message as it was sent */
	int certs_cut; /* that were sent beyond our bounds, and not looked at */
};

struct danelaw_name_check {
	bool checked; /* false for usage 3 (RFC 7672 section 3.1.1) */
	const char *reference;
	const char *presented;
	enum danelaw_name_source source;
	int san;       /* index in the leaf's names, -1: not from there */
	bool wildcard; /* presented is "*.x" and stands for the reference */
};

struct danelaw_match {
	size_t record; /* index in danelaw_tlsa.records */
	int depth;     /* OpenSSL's depth in the chain it built */
	enum danelaw_how how;
	struct danelaw_name_check name;
};

struct danelaw_record_result {
	size_t record;
	enum danelaw_result result;
	int depth; /* -1: none */
	enum danelaw_role role;
	/* What it is a digest of that is no certificate and no key: "nothing
	   (zero bytes)"; or NULL. */
	const char *hashed;
};

struct danelaw_verify_error {
	int code;
	const char *name; /* "X509_V_ERR_DANE_NO_MATCH" */
	const char *text; /* OpenSSL's words */
	int depth;        /* where OpenSSL found it, -1: nowhere */
};

/* Would the chain pass where public CAs are trusted? No part of DANE. */
struct danelaw_pkix {
	bool trusted;
	int code;         /* OpenSSL's first error, 0: none */
	const char *name; /* "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY" */
	const char *text; /* OpenSSL's words */
	const char *explain; /* ours: what is missing, and where */
};

/* One handshake, or the attempt at one. */
struct danelaw_probe {
	const char *offer; /* "default", "rsa", "ecdsa", "eddsa", "tls12" */
	enum danelaw_outcome outcome;
	const char *error;            /* our words when it failed, or NULL */
	enum danelaw_tls_fault fault; /* the same, as a fact */
	struct danelaw_tls *tls;      /* NULL: no handshake was finished */
	struct danelaw_match *match;
	struct danelaw_record_result *records;
	size_t n_records;
	struct danelaw_verify_error *verify_error;
	struct danelaw_cert *chain; /* as sent, the leaf first */
	size_t n_chain;
	struct danelaw_pkix *pkix; /* NULL: not asked for, or no chain */
};

/*
 * One attempt to shake hands that was made to learn why another failed, or
 * that looked for more certificates and failed by itself. The first one is
 * always the default offer.
 */
struct danelaw_trial {
	const char *offer;
	bool ok;           /* the handshake stood, also at EHLO in it */
	const char *error; /* our words when it failed, or NULL */
	enum danelaw_tls_fault fault; /* the same, as a fact */
	int alert;                    /* TLS alert received, -1: none */
	bool timeout;                 /* it stalled */
	bool shook;                   /* it got as far as a handshake */
	int hello_octets;             /* of the ClientHello sent, 0: none was */
	struct danelaw_tls *tls;      /* NULL: no handshake was finished */
	const char *key;              /* of the leaf, or NULL */
	bool client_cert_requested, client_cert_sent;
};

/* A reply to MAIL, RCPT or RSET inside TLS. */
struct danelaw_mail_reply {
	const char *address;  /* as said; NULL: none goes with the command */
	int code;             /* 250; 0: no reply came */
	const char *enhanced; /* "4.7.1" (RFC 3463), or NULL */
	const char *text;     /* what else the server said, or NULL */
};

/* Would it take the mail? Nothing was sent: RSET and QUIT end it. */
struct danelaw_mail {
	struct danelaw_mail_reply *from, *to, *rset; /* NULL: not said */
	const char *error; /* our words where it broke off, or NULL */
};

/* One try at an address, where several were made; the last one rules. */
struct danelaw_try {
	int64_t at; /* when it ended */
	enum danelaw_outcome outcome;
	const char *banner;
	bool starttls;       /* it was offered */
	const char *refusal; /* the reply, else our words; NULL: none */
};

/* How far the talk got; a fault happened in this stage. */
enum danelaw_smtp_stage {
	DANELAW_SMTP_AT_BANNER = 0,
	DANELAW_SMTP_AT_EHLO, /* or HELO */
	DANELAW_SMTP_AT_STARTTLS,
	DANELAW_SMTP_AT_TLS,      /* the handshake; beyond it TLS stands */
	DANELAW_SMTP_AT_EHLO_TLS, /* with implicit TLS the greeting, too */
	DANELAW_SMTP_AT_ENVELOPE, /* MAIL, RCPT, RSET; no fault any more */
	DANELAW_SMTP_AT_QUIT,
};

/* What ended it before its time. */
enum danelaw_smtp_fault {
	DANELAW_SMTP_NO_FAULT = 0,
	DANELAW_SMTP_GARBLED,   /* not SMTP: no code, other protocols */
	DANELAW_SMTP_BROKEN,    /* it begins like SMTP: endless, two codes */
	DANELAW_SMTP_TLS_FIRST, /* TLS where a greeting in clear is due */
	DANELAW_SMTP_REFUSED,   /* a well-formed no: 4xx or 5xx */
	DANELAW_SMTP_LACKING,   /* STARTTLS is not offered */
	DANELAW_SMTP_INJECTED,  /* bytes in clear behind the 220 to STARTTLS */
	DANELAW_SMTP_CLOSED,    /* the peer hung up in the middle */
};

struct danelaw_smtp {
	const char *banner;
	const char **ehlo; /* the lines of the reply, without codes */
	size_t n_ehlo;
	const char *starttls;    /* reply to STARTTLS */
	const char *refusal;     /* the reply that ended it all */
	const char **transcript; /* "> EHLO ..." and "< 250 ..." lines */
	size_t n_transcript;
	struct danelaw_mail *mail; /* NULL: not asked for */
	enum danelaw_smtp_stage stage;
	enum danelaw_smtp_fault fault;
	int code; /* of the reply that refused; 0: none did */
	/* The reply for which HELO was tried after EHLO, or NULL. */
	const char *ehlo_refusal;
	bool starttls_again; /* offered inside TLS (RFC 3207 section 4.2) */
	bool mixed_codes;    /* in the reply to EHLO (RFC 5321 s. 4.2.1) */
};

/*
 * What a host or an address counts as. A host may be both failing and
 * authenticated, by different addresses; an address is one of these.
 */
struct danelaw_class {
	bool failing;       /* a sender with DANE refuses it */
	bool skipped;       /* DNS said not to use it */
	bool authenticated; /* the policy is DANE, and it is met */
	bool open;          /* nothing is promised */
	bool unexamined;    /* it was not possible to look */
};

struct danelaw_timing {
	int connect, banner, starttls, tls, total;
};

/*
 * What one version of a program would do with this address, by all that is
 * known of it. The rows of one program follow each other, the oldest first; a
 * version of which nothing can be said has none.
 */
struct danelaw_sender {
	const char *name;    /* "postfix", "exim-gnutls", "sendmail", "go" */
	const char *version; /* "3.10" */
	enum danelaw_delivery outcome;
	/* In the words that it logs where it refuses; where it delivers, what
	   that rests on and could not be seen; or NULL. */
	const char *why;
	/* Is the prediction compared with that version by our tests? */
	bool held_against_real;
};

struct danelaw_address {
	const char *ip;
	uint16_t port;
	enum danelaw_outcome outcome; /* the worst of its probes */
	struct danelaw_class counted;
	struct danelaw_probe *probes;
	size_t n_probes;
	struct danelaw_smtp smtp;
	struct danelaw_sender *senders;
	size_t n_senders;
	struct danelaw_timing timing;
	const char *sendmail;     /* ${verify} word of sendmail, or NULL */
	const char *sendmail_why; /* what it means here, or NULL */
	/* The handshake without SNI, where it showed another certificate;
	   senders with DANE send SNI, so it counts for nothing. */
	struct danelaw_probe *no_sni;
	struct danelaw_trial *trials;
	size_t n_trials;
	const char *cause; /* why no handshake works, as trials showed it */
	/* Why nobody connected, as it was asked for; or NULL. The outcome is
	   that of an address which cannot be reached. */
	const char *untried;
	bool here; /* as it is this machine */
	/* What this machine lacked to examine it, or all of it; or NULL. The
	   outcome, if nothing was seen, is that of one out of reach, too. */
	const char *our_lack;
	/* Why it was not looked at, by the limits that we set ourselves; or
	   NULL. */
	const char *left_out;
	struct danelaw_try *tries; /* none where one was enough */
	size_t n_tries;
};

struct danelaw_host {
	const char *name; /* an address literal stands without brackets */
	uint16_t preference;
	enum danelaw_dnssec dnssec; /* of the address answer */
	enum danelaw_policy policy;
	const char *why; /* sentence with the RFC section */
	bool shared;     /* examined for another domain of this run */
	struct danelaw_class counted;
	struct danelaw_tlsa tlsa;
	struct danelaw_address *addresses;
	size_t n_addresses;
	size_t n_left_out; /* addresses beyond our limits, besides these */
	struct danelaw_lookup *lookups;
	size_t n_lookups;
};

struct danelaw_mx {
	enum danelaw_mx_source source;
	enum danelaw_dnssec dnssec;
	const char *why;
	struct danelaw_lookup *lookups; /* none for a literal */
	size_t n_lookups;
	const char **unusable; /* exchanges that are no host names; "": "." */
	size_t n_unusable;
	size_t n_left_out;    /* hosts beyond our limits: nothing is known */
	const char *left_out; /* the first of them, or NULL */
};

struct danelaw_finding {
	const char *id; /* stable, as "tlsa-stale-311-new-key" */
	enum danelaw_severity severity;
	const char *subject; /* the host, address or record it is about */
	const char *text;
	const char *remedy;
	const char *rfc;      /* "RFC 7672 2.2.3" */
	const char *tlsrpt;   /* RFC 8460 result-type, or NULL */
	const char *sendmail; /* ${verify} word, or NULL */
	const char **fix_add; /* zone lines to publish */
	size_t n_fix_add;
	const char **fix_remove; /* zone lines to take out */
	size_t n_fix_remove;
	size_t folded; /* so many of its kind, told in one; 0: itself */
};

/*
 * What ends first of all that delivery depends on. A certificate counts
 * where a usage 2 record matched and it is on the path (RFC 7671 s. 5.1, 5.2);
 * signatures count as long as they are secure.
 */
struct danelaw_clock_cert {
	int64_t expires, days; /* full days left, below 0: it is over */
	const char *subject, *host;
};
struct danelaw_clock_rrsig {
	int64_t expires, hours; /* full hours left, below 0: it is over */
	const char *name, *type;
};
struct danelaw_clocks {
	struct danelaw_clock_cert *certificate;
	struct danelaw_clock_rrsig *rrsig;
};

struct danelaw_report {
	const char *domain;
	const char *unicode; /* the domain as given, if it was no ASCII */
	uint16_t port;
	int64_t at; /* the time certificates and signatures are judged by */
	enum danelaw_verdict verdict;
	enum danelaw_state state;
	const char *summary;        /* one sentence */
	const char *resolver;       /* where the answers came from, in words */
	bool resolver_fell_back;    /* no root server answers: resolv.conf's */
	const char *resolver_error; /* why there is no DNS at all, or NULL */
	const char *own_lack; /* why we could not judge, or NULL: ask again */
	struct danelaw_mx mx;
	struct danelaw_host *hosts; /* by preference */
	size_t n_hosts;
	struct danelaw_finding *findings; /* the worst first */
	size_t n_findings;
	/* With no_zones only those whose signatures count for nothing, and
	   only their DS records. */
	struct danelaw_zone *zones;
	size_t n_zones;
	struct danelaw_clocks clocks; /* of what was looked up */
};

/* The words of doc/interface.md 4 to 6: "dane-ok", "tlsa-mismatch". */
const char *danelaw_verdict_word(enum danelaw_verdict verdict);
const char *danelaw_state_word(enum danelaw_state state);
const char *danelaw_dnssec_word(enum danelaw_dnssec dnssec);
const char *danelaw_presence_word(enum danelaw_presence presence);
/* NULL for DANELAW_DNS_UNTOLD. */
const char *danelaw_dns_cause_word(enum danelaw_dns_cause cause);
const char *danelaw_mx_source_word(enum danelaw_mx_source source);
const char *danelaw_policy_word(enum danelaw_policy policy);
const char *danelaw_tlsa_status_word(enum danelaw_tlsa_status status);
const char *danelaw_outcome_word(enum danelaw_outcome outcome);
const char *danelaw_smtp_stage_word(enum danelaw_smtp_stage stage);
/* NULL for DANELAW_TLS_NO_FAULT. */
const char *danelaw_tls_fault_word(enum danelaw_tls_fault fault);
/* NULL for DANELAW_SMTP_NO_FAULT. */
const char *danelaw_smtp_fault_word(enum danelaw_smtp_fault fault);
const char *danelaw_result_word(enum danelaw_result result);
const char *danelaw_role_word(enum danelaw_role role);
const char *danelaw_how_word(enum danelaw_how how);
/* NULL for DANELAW_NAME_NONE. */
const char *danelaw_name_source_word(enum danelaw_name_source source);
const char *danelaw_delivery_word(enum danelaw_delivery delivery);
const char *danelaw_severity_word(enum danelaw_severity severity);
/* The word for exactly one DANELAW_KU_ bit: "digitalSignature". */
const char *danelaw_key_usage_word(unsigned bit);

/* The worse of two: critical, unknown, warning, ok. */
enum danelaw_state danelaw_state_worse(
    enum danelaw_state a, enum danelaw_state b);

/* Ends a report and all it points to. NULL is fine. */
void danelaw_report_free(struct danelaw_report *report);

#ifdef __cplusplus
}
#endif
#endif
