/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "base/fingerprint.h"

bool
fingerprint_secret_make(struct fingerprint_secret *secret)
{
	return getentropy(secret->bytes, sizeof(secret->bytes)) == 0;
}
