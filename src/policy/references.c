/* SPDX-License-Identifier: ISC */
/*
 * The matching follows X509_check_host() of OpenSSL 3 with
 * X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, which is the judge: what is said here
 * only explains its judgement. tests/policy holds the two against each other.
 */
#include "policy/references.h"

#include <string.h>
#include <strings.h>

#include "base/name.h"

static void
add_once(const char *name, const char *names[REFERENCES_MAX], size_t *n)
{
	if (name == NULL || *name == '\0')
		return;
	for (size_t i = 0; i < *n; i++) {
		if (name_equal(names[i], name))
			return;
	}
	names[(*n)++] = name;
}

size_t
references_for(
    const struct reference_facts *facts, const char *names[REFERENCES_MAX])
{
	size_t n = 0;

	add_once(facts->base, names, &n);
	/* Without a base there is no DANE, so nothing to refer to. */
	if (n == 0)
		return 0;
	if (facts->through_mx) {
		/*
		 * An insecure MX record may name anybody's host, so that only
		 * the host's own name is left (RFC 7672 section 3.2.2), and a
		 * certificate without it is a mismatch. Postfix takes it all
		 * the same, which policy/senders.c knows; the outcome stays
		 * that of the RFC, and the verdict is "insecure" in any case.
		 */
		if (facts->mx_secure) {
			add_once(facts->next_hop, names, &n);
			add_once(facts->next_hop_end, names, &n);
		}
	} else if (name_equal(facts->base, facts->next_hop_end)) {
		add_once(facts->next_hop, names, &n);
	}
	return n;
}

static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

/*
 * "*." and then at least two labels of letters, digits and inner hyphens: so
 * nobody gets a certificate for all of "*.com".
 */
static bool
is_wildcard(const char *presented)
{
	const char *at = presented + 2;
	size_t dots = 1;

	if (strncmp(presented, "*.", 2) != 0)
		return false;
	for (;; at++) {
		const char *label = at;

		while (is_alnum(*at) || *at == '-')
			at++;
		if (at == label || *label == '-' || at[-1] == '-')
			return false;
		if (*at == '\0')
			return dots >= 2;
		if (*at != '.')
			return false;
		dots++;
	}
}

bool
references_match(const char *presented, const char *reference)
{
	size_t len, rest, first = 0;

	if (presented == NULL || reference == NULL)
		return false;
	len = strlen(reference);
	if (len > 0 && reference[len - 1] == '.')
		len--;
	/* A dot in front would ask for any name below. */
	if (len == 0 || reference[0] == '.')
		return false;
	if (!is_wildcard(presented))
		return strlen(presented) == len &&
		    strncasecmp(presented, reference, len) == 0;

	while (first < len &&
	    (is_alnum(reference[first]) || reference[first] == '-'))
		first++;
	/* A wildcard may stand for itself. */
	if (first == 0 && reference[0] == '*')
		first = 1;
	rest = len - first;
	return strlen(presented + 1) == rest &&
	    strncasecmp(presented + 1, reference + first, rest) == 0;
}

const char *
references_common_name(const struct danelaw_cert *leaf, const char *reference)
{
	/* One dNSName, whatever it says, rules the CN out. */
	if (leaf->n_names > 0)
		return NULL;
	for (size_t i = 0; i < leaf->n_cns; i++) {
		if (references_match(leaf->cns[i], reference))
			return leaf->cns[i];
	}
	return leaf->n_cns == 0 && references_match(leaf->cn, reference)
	    ? leaf->cn
	    : NULL;
}

bool
references_evidence(const struct danelaw_cert *leaf,
    const char *const *references, size_t n, struct danelaw_name_check *check)
{
	for (size_t i = 0; i < n; i++) {
		const char *presented = NULL;
		int san = -1;

		for (size_t j = 0; j < leaf->n_names && presented == NULL;
		     j++) {
			if (references_match(leaf->names[j], references[i])) {
				presented = leaf->names[j];
				san = (int)j;
			}
		}
		if (presented == NULL)
			presented = references_common_name(leaf, references[i]);
		if (presented == NULL)
			continue;
		check->checked = true;
		check->reference = references[i];
		check->presented = presented;
		check->source = san >= 0 ? DANELAW_NAME_SAN : DANELAW_NAME_CN;
		check->san = san;
		check->wildcard = is_wildcard(presented) &&
		    !name_equal(presented, references[i]);
		return true;
	}
	return false;
}
