/* SPDX-License-Identifier: ISC */
#include "model/trace.h"

static const struct {
	const char *word;
	enum trace_severity severity;
	const char *text, *remedy;
} faults[TRACE_N_FAULTS] = {
	[TRACE_FAULT_NONE] = { "none", TRACE_INFO, "it is good", NULL },
#define TRACE_FAULT(name, word, severity, text, remedy)                        \
	[TRACE_FAULT_##name] = { word, TRACE_##severity, text, remedy },
#include "model/trace_faults.def"
#undef TRACE_FAULT
};

const char *
trace_fault_word(enum trace_fault fault)
{
	return faults[fault].word;
}

const char *
trace_fault_text(enum trace_fault fault)
{
	return faults[fault].text;
}

const char *
trace_fault_remedy(enum trace_fault fault)
{
	return faults[fault].remedy;
}

enum trace_severity
trace_fault_severity(enum trace_fault fault)
{
	return faults[fault].severity;
}

const char *
trace_end_word(enum trace_end end)
{
	static const char *const words[] = {
		[TRACE_NOT_ASKED] = "not-asked",
		[TRACE_ANSWERED] = "answered",
		[TRACE_TIMEOUT] = "timeout",
		[TRACE_REFUSED] = "refused",
		[TRACE_UNREACHABLE] = "unreachable",
		[TRACE_GARBLED] = "garbled",
		[TRACE_SPECIAL] = "private-address",
	};

	return words[end];
}

const char *
trace_content_word(enum trace_content content)
{
	static const char *const words[] = {
		[TRACE_NOTHING] = "nothing",
		[TRACE_DATA] = "data",
		[TRACE_ALIAS] = "alias",
		[TRACE_NODATA] = "nodata",
		[TRACE_NXDOMAIN] = "nxdomain",
		[TRACE_REFERRAL] = "referral",
		[TRACE_LAME] = "lame",
	};

	return words[content];
}

const char *
trace_standing_word(enum trace_standing standing)
{
	static const char *const words[] = {
		[TRACE_UNSEEN] = "unseen",
		[TRACE_SECURE] = "secure",
		[TRACE_INSECURE] = "insecure",
		[TRACE_BOGUS] = "bogus",
	};

	return words[standing];
}
