/* SPDX-License-Identifier: ISC */
#ifndef FAKE_USAGE_H
#define FAKE_USAGE_H

static const char usage[] = "usage: fakesmtpd CONFIG.json\n";

#endif
