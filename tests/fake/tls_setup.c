/* SPDX-License-Identifier: ISC */
#include "tls_setup.h"

static void
load_certs(struct loader *loader, const json_t *array, struct tls_certs *certs)
{
	static const char *const known[] = { "key", "chain", NULL };
	size_t n = json_array_size(array);
	struct tls_cert *made;

	if (array == NULL || json_is_null(array))
		return;
	if (!json_is_array(array)) {
		load_fail(loader, "certs: need an array");
		return;
	}
	made = arena_alloc(loader->arena, n * sizeof(*made));
	if (made == NULL) {
		load_fail(loader, "no memory");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(array, i);
		struct tls_cert *cert = &made[i];

		if (!json_is_object(item))
			load_fail(loader, "certs: need objects");
		load_only(loader, item, known);
		load_string(loader, item, "key", &cert->key);
		load_strings(
		    loader, item, "chain", &cert->chain, &cert->n_chain);
		if (cert->key == NULL || cert->n_chain == 0) {
			load_fail(loader, "certs: need key and chain");
			return;
		}
		cert->key = load_path(loader, cert->key);
		for (size_t j = 0; j < cert->n_chain; j++)
			cert->chain[j] = load_path(loader, cert->chain[j]);
	}
	certs->certs = made;
	certs->n_certs = n;
}

static void
load_sni(struct loader *loader, const json_t *object, struct tls_setup *setup)
{
	static const char *const fail[] = { "serve", "fail", NULL };
	const json_t *sni = load_object(loader, object, "sni");
	int unknown = 0, missing = 0;
	struct tls_certs *all;
	const char *name;
	json_t *array;

	load_word(loader, object, "sni_unknown", fail, &unknown);
	load_word(loader, object, "sni_missing", fail, &missing);
	setup->sni_unknown_fails = unknown == 1;
	setup->sni_missing_fails = missing == 1;
	if (sni == NULL)
		return;
	all = arena_alloc(loader->arena, json_object_size(sni) * sizeof(*all));
	if (all == NULL) {
		load_fail(loader, "no memory");
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)sni, name, array)
	{
		struct tls_certs *certs = &all[setup->n_sni++];

		certs->name = arena_strdup(loader->arena, name);
		if (certs->name == NULL)
			load_fail(loader, "no memory");
		load_certs(loader, array, certs);
	}
	setup->sni = all;
}

static void
load_tls_knobs(
    struct loader *loader, const json_t *object, struct tls_setup *setup)
{
	static const char *const known[] = { "min", "max", "ciphers", "suites",
		"groups", "sigalgs", "seclevel", "client_cert", "dh_bits",
		"tickets", "server_order", "ems", NULL };
	static const char *const versions[] = { "1.0", "1.1", "1.2", "1.3",
		NULL };
	static const char *const wants[] = { "no", "request", "require", NULL };
	const json_t *tls = load_object(loader, object, "tls");
	int min = -1, max = -1, want = 0;
	bool ems = true;
	uint64_t seclevel = 0, dh_bits = 0, tickets = 2;

	if (tls != NULL) {
		load_only(loader, tls, known);
		load_word(loader, tls, "min", versions, &min);
		load_word(loader, tls, "max", versions, &max);
		load_string(loader, tls, "ciphers", &setup->ciphers);
		load_string(loader, tls, "suites", &setup->suites);
		load_string(loader, tls, "groups", &setup->groups);
		load_string(loader, tls, "sigalgs", &setup->sigalgs);
		load_number(loader, tls, "seclevel", 0, 5, &seclevel);
		load_word(loader, tls, "client_cert", wants, &want);
		load_number(loader, tls, "dh_bits", 512, 8192, &dh_bits);
		load_number(loader, tls, "tickets", 0, 100, &tickets);
		load_bool(loader, tls, "server_order", &setup->server_order);
		load_bool(loader, tls, "ems", &ems);
	}
	setup->min = min < 0 ? 0 : TLS1_VERSION + min;
	setup->max = max < 0 ? 0 : TLS1_VERSION + max;
	setup->seclevel = (int)seclevel;
	setup->client_cert_request = want == 1;
	setup->client_cert_require = want == 2;
	setup->dh_bits = (int)dh_bits;
	setup->tickets = (int)tickets;
	setup->no_ems = !ems;
}

void
tls_setup_load(
    struct loader *loader, const json_t *object, struct tls_setup *setup)
{
	load_tls_knobs(loader, object, setup);
	load_sni(loader, object, setup);
	load_certs(loader, json_object_get(object, "certs"), &setup->certs);
}
