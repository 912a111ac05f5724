/* SPDX-License-Identifier: ISC */
#include "tls/names.h"

#include <stddef.h>
#include <string.h>

static const struct {
	unsigned number;
	const char *name;
} groups[] = {
	{ 0x0017, "P-256" },
	{ 0x0018, "P-384" },
	{ 0x0019, "P-521" },
	{ 0x001d, "X25519" },
	{ 0x001e, "X448" },
	{ 0x001f, "brainpoolP256r1tls13" },
	{ 0x0020, "brainpoolP384r1tls13" },
	{ 0x0021, "brainpoolP512r1tls13" },
	{ 0x0029, "curveSM2" },
	{ 0x0100, "ffdhe2048" },
	{ 0x0101, "ffdhe3072" },
	{ 0x0102, "ffdhe4096" },
	{ 0x0103, "ffdhe6144" },
	{ 0x0104, "ffdhe8192" },
	{ 0x0200, "MLKEM512" },
	{ 0x0201, "MLKEM768" },
	{ 0x0202, "MLKEM1024" },
	{ 0x11eb, "SecP256r1MLKEM768" },
	{ 0x11ec, "X25519MLKEM768" },
	{ 0x11ed, "SecP384r1MLKEM1024" },
	{ 0x11ee, "curveSM2MLKEM768" },
};

/* NIST's, 2.16.840.1.101.3.4.3, from 17 on (FIPS 204 and 205). */
static const char *const signatures[] = { "ML-DSA-44", "ML-DSA-65", "ML-DSA-87",
	"SLH-DSA-SHA2-128s", "SLH-DSA-SHA2-128f", "SLH-DSA-SHA2-192s",
	"SLH-DSA-SHA2-192f", "SLH-DSA-SHA2-256s", "SLH-DSA-SHA2-256f",
	"SLH-DSA-SHAKE-128s", "SLH-DSA-SHAKE-128f", "SLH-DSA-SHAKE-192s",
	"SLH-DSA-SHAKE-192f", "SLH-DSA-SHAKE-256s", "SLH-DSA-SHAKE-256f" };

const char *
names_group(unsigned number)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (groups[i].number == number)
			return groups[i].name;
	}
	return NULL;
}

const char *
names_algorithm(const char *oid)
{
	static const char nist[] = "2.16.840.1.101.3.4.3.";
	unsigned number = 0;

	if (oid == NULL || strncmp(oid, nist, sizeof(nist) - 1) != 0)
		return NULL;
	for (oid += sizeof(nist) - 1; *oid != '\0'; oid++) {
		if (*oid < '0' || *oid > '9' || number > 99)
			return NULL;
		number = number * 10 + (unsigned)(*oid - '0');
	}
	return number >= 17 &&
		number - 17 < sizeof(signatures) / sizeof(signatures[0])
	    ? signatures[number - 17]
	    : NULL;
}
