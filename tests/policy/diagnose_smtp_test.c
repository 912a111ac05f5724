/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "table.h"
#include "treekit.h"

#define PLACE "mx1.example [192.0.2.1]:25\n"

static void
refused(struct grown *g)
{
	grow_no_tls(g, DANELAW_OUTCOME_CONNECT_REFUSED, "Connection refused");
	g->address->timing = (struct danelaw_timing) { -1, -1, -1, -1, -1 };
}

static void
left_alone(struct grown *g)
{
	refused(g);
	g->probe->error = "left alone, as a private address (RFC 1918)";
	g->address->untried = "a private address (RFC 1918)";
}

static void
points_here(struct grown *g)
{
	left_alone(g);
	g->address->untried = "a loopback address (RFC 1122)";
	g->address->here = true;
}

static void
our_lack(struct grown *g)
{
	refused(g);
	g->probe->error = "Too many open files";
	g->address->our_lack = "Too many open files";
}

static void
connect_timeout(struct grown *g)
{
	refused(g);
	grow_no_tls(g, DANELAW_OUTCOME_CONNECT_TIMEOUT,
	    "no connection within 30 seconds");
}

static void
reset_at_once(struct grown *g)
{
	grow_no_tls(
	    g, DANELAW_OUTCOME_CONNECT_REFUSED, "Connection reset by peer");
}

static void
closed_at_once(struct grown *g)
{
	grow_no_tls(g, DANELAW_OUTCOME_SMTP_TEMPFAIL,
	    "the server closed the connection before its greeting");
	grow_smtp(g, DANELAW_SMTP_AT_BANNER, DANELAW_SMTP_CLOSED);
}

static void
add_ipv6(struct grown *g, enum danelaw_tls_fault fault)
{
	struct danelaw_address *address = grow_address(
	    g, g->host, "2001:db8::1", DANELAW_OUTCOME_CONNECT_REFUSED);

	address->timing.connect = -1;
	address->probes[0].tls = NULL;
	address->probes[0].match = NULL;
	address->probes[0].chain = NULL;
	address->probes[0].n_chain = 0;
	address->probes[0].fault = fault;
	address->probes[0].error = "it was not to be";
	g->leaf = g->probe->chain;
}

static void
ipv6_refused(struct grown *g)
{
	add_ipv6(g, DANELAW_TLS_NO_FAULT);
}

static void
ipv6_not_here(struct grown *g)
{
	add_ipv6(g, DANELAW_TLS_UNROUTED);
}

static void
banner(struct grown *g, enum danelaw_outcome outcome, const char *reply)
{
	grow_no_tls(g, outcome, "the server greeted us with a refusal");
	g->address->smtp.banner = reply;
	g->address->smtp.refusal = reply;
	grow_smtp(g, DANELAW_SMTP_AT_BANNER, DANELAW_SMTP_REFUSED);
}

static void
banner_554(struct grown *g)
{
	banner(g, DANELAW_OUTCOME_SMTP_PERMFAIL, "554 No service for you");
}

static void
banner_421(struct grown *g)
{
	banner(g, DANELAW_OUTCOME_SMTP_TEMPFAIL, "421 4.7.0 Later, please");
}

static void
silence(struct grown *g)
{
	grow_no_tls(
	    g, DANELAW_OUTCOME_SMTP_TIMEOUT, "no greeting within 60 seconds");
}

static void
slow(struct grown *g)
{
	g->address->timing.banner = 12345;
}

static void
ssh(struct grown *g)
{
	grow_no_tls(
	    g, DANELAW_OUTCOME_NOT_SMTP, "the server speaks SSH, not SMTP");
	grow_smtp(g, DANELAW_SMTP_AT_BANNER, DANELAW_SMTP_GARBLED);
}

static void
tls_at_once(struct grown *g)
{
	grow_no_tls(g, DANELAW_OUTCOME_NOT_SMTP,
	    "the server speaks TLS from the first byte");
	grow_smtp(g, DANELAW_SMTP_AT_BANNER, DANELAW_SMTP_TLS_FIRST);
}

static void
endless_greeting(struct grown *g)
{
	grow_no_tls(
	    g, DANELAW_OUTCOME_NOT_SMTP, "the server sends an endless reply");
	grow_smtp(g, DANELAW_SMTP_AT_BANNER, DANELAW_SMTP_BROKEN);
}

static void
greeted(struct grown *g, enum danelaw_outcome outcome, const char *error)
{
	grow_no_tls(g, outcome, error);
	g->address->smtp.banner = "220 mx1.example ESMTP";
}

static void
endless_line(struct grown *g)
{
	greeted(
	    g, DANELAW_OUTCOME_NOT_SMTP, "the server sends an endless line");
	grow_smtp(g, DANELAW_SMTP_AT_EHLO, DANELAW_SMTP_BROKEN);
}

static void
silent_ehlo(struct grown *g)
{
	greeted(g, DANELAW_OUTCOME_SMTP_TIMEOUT,
	    "no reply to EHLO within 60 seconds");
	grow_smtp(g, DANELAW_SMTP_AT_EHLO, DANELAW_SMTP_NO_FAULT);
}

static void
missing(struct grown *g)
{
	greeted(g, DANELAW_OUTCOME_STARTTLS_MISSING,
	    "the server does not offer STARTTLS");
	grow_smtp(g, DANELAW_SMTP_AT_EHLO, DANELAW_SMTP_LACKING);
	grow_texts(g, &g->address->smtp.ehlo, &g->address->smtp.n_ehlo,
	    "mx1.example", "SIZE", NULL);
}

/* Somebody else's greeting, and the first line of the reply to EHLO. */
static void
answered_by(struct grown *g, const char *banner, const char *ehlo)
{
	missing(g);
	g->address->smtp.banner = banner;
	grow_texts(g, &g->address->smtp.ehlo, &g->address->smtp.n_ehlo, ehlo,
	    "SIZE", NULL);
}

static void
intercepted(struct grown *g)
{
	answered_by(g, "220 out-relay7.Hoster.example.net ESMTP Postfix",
	    "out-relay7.hoster.example.net Hello [192.0.2.9]");
}

/* Two names that do not agree tell nothing. */
static void
not_intercepted(struct grown *g)
{
	answered_by(g, "220 a.hoster.example.net ESMTP", "localhost");
}

static void
missing_may(struct grown *g)
{
	missing(g);
	grow_outcome(g, DANELAW_OUTCOME_CLEARTEXT);
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->tlsa = (struct danelaw_tlsa) { 0 };
}

static void
missing_encrypt(struct grown *g)
{
	missing(g);
	g->host->policy = DANELAW_POLICY_ENCRYPT;
	g->host->tlsa = (struct danelaw_tlsa) { 0 };
}

static void
masked(struct grown *g)
{
	missing(g);
	grow_texts(g, &g->address->smtp.ehlo, &g->address->smtp.n_ehlo,
	    "mx1.example", "XXXXXXXA", NULL);
}

static void
masked_banner(struct grown *g)
{
	missing(g);
	g->address->smtp.banner = "220 *****************";
}

static void
helo_only(struct grown *g)
{
	missing(g);
	g->address->smtp.n_ehlo = 0;
	g->address->smtp.ehlo_refusal = "502 what";
}

static void
starttls(struct grown *g, const char *reply)
{
	greeted(g, DANELAW_OUTCOME_STARTTLS_REFUSED,
	    "the server answered STARTTLS with a refusal");
	g->address->smtp.starttls = reply;
	g->address->smtp.refusal = reply;
	grow_smtp(g, DANELAW_SMTP_AT_STARTTLS, DANELAW_SMTP_REFUSED);
}

static void
starttls_454(struct grown *g)
{
	starttls(g, "454 4.7.0 TLS not available");
}

static void
starttls_454_tempfail(struct grown *g)
{
	starttls_454(g);
	grow_outcome(g, DANELAW_OUTCOME_SMTP_TEMPFAIL);
}

static void
starttls_502(struct grown *g)
{
	starttls(g, "502 5.5.1 Not implemented");
}

static void
starttls_502_may(struct grown *g)
{
	starttls_502(g);
	grow_outcome(g, DANELAW_OUTCOME_CLEARTEXT);
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->tlsa = (struct danelaw_tlsa) { 0 };
}

static void
dropped(struct grown *g)
{
	greeted(g, DANELAW_OUTCOME_SMTP_TEMPFAIL,
	    "the server closed the connection after STARTTLS");
	grow_smtp(g, DANELAW_SMTP_AT_STARTTLS, DANELAW_SMTP_CLOSED);
}

static void
dropped_after_220(struct grown *g)
{
	greeted(g, DANELAW_OUTCOME_TLS_FAILED,
	    "the server closed the connection before the TLS handshake");
	g->probe->fault = DANELAW_TLS_DROPPED;
	g->address->smtp.starttls = "220 go ahead";
}

static void
selective(struct grown *g)
{
	struct danelaw_probe *probe =
	    grow_probe(g, g->address, "rsa", DANELAW_OUTCOME_STARTTLS_MISSING);

	probe->tls = NULL;
	probe->chain = NULL;
	probe->n_chain = 0;
	g->address->outcome = DANELAW_OUTCOME_STARTTLS_MISSING;
}

static void
injected(struct grown *g)
{
	greeted(g, DANELAW_OUTCOME_PLAINTEXT_INJECTED,
	    "bytes in clear stand between the reply to STARTTLS and the TLS "
	    "handshake");
}

static void
ehlo_refused_inside(struct grown *g)
{
	grow_outcome(g, DANELAW_OUTCOME_SMTP_PERMFAIL);
	g->address->smtp.refusal = "503 5.5.1 Bad sequence";
	grow_smtp(g, DANELAW_SMTP_AT_EHLO_TLS, DANELAW_SMTP_REFUSED);
}

static void
hung_up_inside(struct grown *g)
{
	grow_outcome(g, DANELAW_OUTCOME_SMTP_TEMPFAIL);
	g->probe->error = "the server closed the connection after EHLO inside "
			  "TLS";
	g->address->smtp.starttls = "220 go ahead";
	grow_smtp(g, DANELAW_SMTP_AT_EHLO_TLS, DANELAW_SMTP_CLOSED);
}

static void
starttls_lower(struct grown *g)
{
	grow_texts(g, &g->address->smtp.ehlo, &g->address->smtp.n_ehlo,
	    "mx1.example", "StartTLS", NULL);
}

static void
silent_inside(struct grown *g)
{
	grow_outcome(g, DANELAW_OUTCOME_SMTP_TIMEOUT);
	grow_smtp(g, DANELAW_SMTP_AT_EHLO_TLS, DANELAW_SMTP_NO_FAULT);
}

static void
starttls_again(struct grown *g)
{
	g->address->smtp.starttls_again = true;
}

static void
blocked(struct grown *g)
{
	greeted(g, DANELAW_OUTCOME_SMTP_PERMFAIL, "no");
	g->address->smtp.refusal = "550 5.7.1 Blocked, see www.example";
	grow_smtp(g, DANELAW_SMTP_AT_EHLO, DANELAW_SMTP_REFUSED);
}

static void
needs_starttls(struct grown *g)
{
	blocked(g);
	g->address->smtp.refusal = "530 5.7.0 Must issue a STARTTLS first";
}

static void
envelope(struct grown *g, int from, int to)
{
	static struct danelaw_mail mail;
	static struct danelaw_mail_reply replies[2];

	replies[0] = (struct danelaw_mail_reply) { "a@a.example", from, "2.1.0",
		"said" };
	replies[1] =
	    (struct danelaw_mail_reply) { "b@et.example", to, NULL, NULL };
	mail = (struct danelaw_mail) { .from = &replies[0] };
	mail.to = to == 0 ? NULL : &replies[1];
	g->address->smtp.mail = &mail;
}

static void
mail_taken(struct grown *g)
{
	envelope(g, 250, 250);
}

static void
rcpt_450(struct grown *g)
{
	envelope(g, 250, 450);
}

static void
rcpt_550(struct grown *g)
{
	envelope(g, 250, 550);
}

static void
mail_451(struct grown *g)
{
	envelope(g, 451, 0);
}

static void
mail_550(struct grown *g)
{
	envelope(g, 550, 0);
}

static void
mail_530(struct grown *g)
{
	envelope(g, 530, 0);
}

static void
tries(struct grown *g, enum danelaw_outcome first, bool starttls)
{
	static struct danelaw_try all[2];

	all[0] = (struct danelaw_try) { AT, first, "220 mx", starttls,
		"450 4.7.1 Come back later" };
	all[1] = (struct danelaw_try) { AT + 30, g->address->outcome, "220 mx",
		true, NULL };
	g->address->tries = all;
	g->address->n_tries = 2;
}

static void
greylisted(struct grown *g)
{
	tries(g, DANELAW_OUTCOME_SMTP_TEMPFAIL, false);
}

static void
hidden_at_first(struct grown *g)
{
	tries(g, DANELAW_OUTCOME_STARTTLS_MISSING, false);
}

static void
refused_at_first(struct grown *g)
{
	tries(g, DANELAW_OUTCOME_STARTTLS_REFUSED, true);
}

static void
never_offered(struct grown *g)
{
	missing(g);
	tries(g, DANELAW_OUTCOME_STARTTLS_MISSING, false);
	g->address->tries[1].starttls = false;
}

static void
put_off_twice(struct grown *g)
{
	banner_421(g);
	tries(g, DANELAW_OUTCOME_SMTP_TEMPFAIL, false);
}

static void
submission(struct grown *g)
{
	g->report->port = 587;
}

static const struct tree_row rows[] = {
	{ "port closed", refused, "warning tcp-refused " PLACE, "" },
	{ "not connected to", left_alone, "warning ops-not-public " PLACE, "" },
	{ "this machine itself", points_here, "critical ops-mx-is-here " PLACE,
	    "" },
	{ "we have no more files", our_lack, "warning ops-our-lack " PLACE,
	    "" },
	{ "no answer", connect_timeout, "warning tcp-timeout-25 " PLACE, "" },
	{ "reset after connect", reset_at_once,
	    "warning tcp-reset-after-connect " PLACE, "" },
	{ "closed before the greeting", closed_at_once,
	    "warning tcp-reset-after-connect " PLACE, "" },
	{ "7672 2.2.2 IPv6 refused", ipv6_refused,
	    "warning tcp-ipv6-broken mx1.example\n"
	    "warning tcp-refused mx1.example [2001:db8::1]:25\n",
	    "" },
	{ "no IPv6 on this machine", ipv6_not_here,
	    "info tcp-ipv6-broken mx1.example\n", "" },
	{ "5321 3.1 greeting 554", banner_554, "warning smtp-banner-5xx " PLACE,
	    "" },
	{ "5321 3.8 greeting 421", banner_421, "warning smtp-banner-421 " PLACE,
	    "" },
	{ "no greeting", silence, "warning smtp-banner-slow " PLACE, "" },
	{ "greeting after 12 seconds", slow, "warning smtp-banner-slow " PLACE,
	    "" },
	{ "SSH", ssh, "warning smtp-not-smtp " PLACE, "" },
	{ "TLS at once", tls_at_once, "warning smtp-implicit-tls " PLACE, "" },
	{ "5321 4.2 endless greeting", endless_greeting,
	    "warning smtp-bad-reply-syntax " PLACE, "" },
	{ "5321 4.2 endless line", endless_line,
	    "warning smtp-bad-reply-syntax " PLACE, "" },
	{ "silence after EHLO", silent_ehlo,
	    "warning smtp-bad-reply-syntax " PLACE, "" },
	{ "7672 1.3.1 somebody else answers", intercepted,
	    "critical tcp-intercepted " PLACE
	    "info smtp-starttls-not-offered " PLACE,
	    "" },
	{ "7672 1.3.1 or a careless name", not_intercepted,
	    "critical smtp-starttls-not-offered " PLACE, "" },
	{ "7672 2.2.3 no STARTTLS", missing,
	    "critical smtp-starttls-not-offered " PLACE, "" },
	{ "no STARTTLS, none promised", missing_may,
	    "warning smtp-starttls-not-offered " PLACE, "" },
	{ "7672 2.2 no STARTTLS, TLS promised", missing_encrypt,
	    "critical smtp-starttls-not-offered " PLACE, "" },
	{ "7672 1.3.1 STARTTLS painted over", masked,
	    "critical smtp-starttls-masked " PLACE, "" },
	{ "7672 1.3.1 greeting painted over", masked_banner,
	    "critical smtp-starttls-masked " PLACE, "" },
	{ "only HELO", helo_only, "critical smtp-ehlo-rejected " PLACE, "" },
	{ "3207 4 454", starttls_454, "warning smtp-starttls-454 " PLACE, "" },
	{ "3207 4 454 counted as temporary", starttls_454_tempfail,
	    "warning smtp-starttls-454 " PLACE, "" },
	{ "3207 4 502", starttls_502, "critical smtp-starttls-5xx " PLACE, "" },
	{ "3207 4 502, TLS not promised", starttls_502_may,
	    "warning smtp-starttls-5xx " PLACE, "" },
	{ "closed instead of 220", dropped,
	    "warning smtp-starttls-dropped " PLACE, "" },
	{ "closed after 220", dropped_after_220,
	    "critical smtp-starttls-dropped " PLACE, "" },
	{ "7672 9.2 STARTTLS for some", selective,
	    "critical smtp-starttls-selective " PLACE, "" },
	{ "3207 4.2 injected bytes", injected,
	    "critical smtp-plaintext-injected " PLACE, "" },
	{ "3207 4.2 EHLO refused inside TLS", ehlo_refused_inside,
	    "warning smtp-ehlo-after-tls " PLACE, "" },
	{ "3207 4.2 hung up inside TLS", hung_up_inside,
	    "warning smtp-ehlo-after-tls " PLACE, "" },
	{ "5321 2.4 STARTTLS in lower case", starttls_lower,
	    "info smtp-starttls-case " PLACE, "" },
	{ "3207 4.2 silence inside TLS", silent_inside,
	    "warning smtp-ehlo-after-tls " PLACE, "" },
	{ "3207 4.2 STARTTLS again", starttls_again,
	    "warning smtp-ehlo-after-tls " PLACE, "" },
	{ "blocked at EHLO", blocked, "warning smtp-sender-blocked " PLACE,
	    "" },
	{ "the mail would be taken", mail_taken, "", "" },
	{ "450 to RCPT", rcpt_450, "info smtp-greylist-rcpt " PLACE, "" },
	{ "550 to RCPT", rcpt_550, "warning smtp-mail-refused " PLACE, "" },
	{ "451 to MAIL", mail_451, "info smtp-greylist-rcpt " PLACE, "" },
	{ "550 to MAIL", mail_550, "warning smtp-sender-blocked " PLACE, "" },
	{ "530 to MAIL", mail_530, "warning smtp-mail-refused " PLACE, "" },
	{ "450 and then in", greylisted, "info smtp-greylisted " PLACE, "" },
	{ "7672 9.2 STARTTLS at the second try", hidden_at_first,
	    "warning smtp-starttls-selective " PLACE, "" },
	{ "7672 9.2 454 and then TLS", refused_at_first,
	    "warning smtp-starttls-selective " PLACE, "" },
	{ "STARTTLS at no try", never_offered,
	    "critical smtp-starttls-not-offered " PLACE, "" },
	{ "421 at all tries", put_off_twice, "warning smtp-banner-421 " PLACE,
	    "" },
	{ "7672 1.3 port 587", submission, "info ops-other-port et.example\n",
	    "" },
	{ "3207 4 530", needs_starttls, "info smtp-530-required " PLACE, "" },
};

/* The 220 to STARTTLS is not what went wrong inside. */
static void
test_hung_up(void **state)
{
	struct grown g = grow();
	(void)state;

	hung_up_inside(&g);
	diagnose(g.tree, NULL);
	assert_null(strstr(g.report->findings[0].text, "220"));
	assert_non_null(strstr(g.report->findings[0].text, "hangs up"));
	danelaw_report_free(g.report);
}

/* A reply may be long; the sentence about it may not. */
static void
test_bounds(void **state)
{
	struct grown g = grow();
	char reply[4096];
	(void)state;

	memset(reply, 'x', sizeof(reply));
	reply[sizeof(reply) - 1] = '\0';
	memcpy(reply, "554 ", 4);
	banner(&g, DANELAW_OUTCOME_SMTP_PERMFAIL, reply);
	diagnose(g.tree, NULL);
	assert_true(strlen(g.report->findings[0].text) < 300);
	danelaw_report_free(g.report);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	TABLE_TEST(&table, test_hung_up);
	TABLE_TEST(&table, test_bounds);
	return table_run(&table);
}
