/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "model/record.h"

static const uint8_t der[] = { 0x30, 1, 2 }, sha256[32] = { 7 },
		     sha512[64] = { 8 };

/* RFC 6698 section 2.1.3: by matching type and length, byte for byte. */
static void
test_describes(void **state)
{
	static const struct record_subject all = { der, 3, sha256, sha512 },
					   none = { NULL, 3, NULL, NULL };
	static const struct {
		uint8_t mtype;
		const uint8_t *data;
		size_t len;
		bool describes;
	} rows[] = {
		{ DANELAW_MTYPE_FULL, der, 3, true },
		{ DANELAW_MTYPE_FULL, der, 2, false },
		{ DANELAW_MTYPE_FULL, NULL, 0, false },
		{ DANELAW_MTYPE_FULL, sha256, 3, false },
		{ DANELAW_MTYPE_SHA256, sha256, 32, true },
		{ DANELAW_MTYPE_SHA256, sha256, 31, false },
		{ DANELAW_MTYPE_SHA256, sha512, 32, false },
		{ DANELAW_MTYPE_SHA256, sha256, 64, false },
		{ DANELAW_MTYPE_SHA512, sha512, 64, true },
		{ DANELAW_MTYPE_SHA512, sha512, 32, false },
		{ 3, sha512, 64, false },
		{ 255, sha256, 32, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct danelaw_record record = {
			.mtype = rows[i].mtype,
			.data = rows[i].data,
			.len = rows[i].len,
		};

		if (record_describes(&record, &all) != rows[i].describes)
			fail_msg("row %zu", i);
		assert_false(record_describes(&record, &none));
	}
}

/* RFC 7671 section 9: among those of one usage and selector alone. */
static void
test_outranked(void **state)
{
	static const struct danelaw_record full = { 3, 1, 0 },
					   small = { 3, 1, 1 },
					   big = { 3, 1, 2 },
					   cert = { 3, 0, 2 },
					   anchor = { 2, 1, 2 };
	(void)state;

	assert_true(record_is_outranked(&small, &big));
	assert_false(record_is_outranked(&big, &small));
	assert_false(record_is_outranked(&small, &small));
	/* Of type 0 there is no digest, so none is stronger. */
	assert_false(record_is_outranked(&full, &big));
	assert_false(record_is_outranked(&small, &full));
	assert_false(record_is_outranked(&small, &cert));
	assert_false(record_is_outranked(&small, &anchor));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_describes),
		cmocka_unit_test(test_outranked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
