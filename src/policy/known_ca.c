/* SPDX-License-Identifier: ISC */
#include "policy/known_ca.h"

#include "policy/diagnose_kit.h"

static const struct known_ca known_cas[] = {
	{ "60b87575447dcba2a36b7d11ac09fb24a9db406fee12d2cc90180517616e8a18",
	    "X3", "CN=Let's Encrypt Authority X3", true },
	{ "b111dd8a1c2091a89bd4fd60c57f0716cce50feeff8137cdbee0326e02cf362b",
	    "X4", "CN=Let's Encrypt Authority X4", true },
	{ "8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d",
	    "R3", "CN=R3,", true },
	{ "e5545e211347241891c554a03934cde9b749664a59d26d615fe58f77990f2d03",
	    "R4", "CN=R4,", true },
	{ "276fe8a8c4ec7611565bf9fce6dcace9be320c1b5bea27596b2204071ed04f10",
	    "E1", "CN=E1,", true },
	{ "bd936e72b212ef6f773102c6b77d38f94297322efc25396bc3279422e0c89270",
	    "E2", "CN=E2,", true },
	{ "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3",
	    "the root ISRG Root X1", "CN=ISRG Root X1", false },
	{ "762195c225586ee6c0237456e2107dc54f1efc21f61a792ebd515913cce68332",
	    "the root ISRG Root X2", "CN=ISRG Root X2", false },
};

const struct known_ca *
known_ca_find(const struct danelaw_record *record)
{
	for (size_t i = 0; i < sizeof(known_cas) / sizeof(known_cas[0]); i++) {
		struct danelaw_cert cert = { .spki_sha256 = known_cas[i].spki };

		if (record->usage == 2 && record->selector == 1 &&
		    record->mtype == 1 && kit_fits(record, &cert))
			return &known_cas[i];
	}
	return NULL;
}
