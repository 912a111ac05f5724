/* SPDX-License-Identifier: ISC */
#include "cli/meter.h"

#define SECOND 1000
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

void
meter_init(struct meter *meter, int64_t now)
{
	*meter = (struct meter) { .begun = now };
	meter->samples[0].at = now;
	meter->n_samples = 1;
}

uint64_t
meter_done(const struct meter_counts *counts)
{
	return counts->written + counts->duplicates + counts->skipped +
	    counts->bad + counts->elsewhere + counts->failed;
}

/* The latest is the last. */
static void
add_sample(struct meter *meter, uint64_t done, int64_t now)
{
	if (meter->n_samples == METER_SAMPLES) {
		for (size_t i = 1; i < METER_SAMPLES; i++)
			meter->samples[i - 1] = meter->samples[i];
		meter->n_samples--;
	}
	meter->samples[meter->n_samples].at = now;
	meter->samples[meter->n_samples].done = done;
	meter->n_samples++;
}

static double
per_second(uint64_t n, int64_t ms)
{
	return ms <= 0 ? 0 : (double)n * SECOND / (double)ms;
}

static void
put_rate(double rate, struct buf *out)
{
	buf_printf(out, rate < 10 ? "%.1f/s" : "%.0f/s", rate);
}

static void
put_span(int64_t ms, struct buf *out)
{
	if (ms < MINUTE)
		buf_printf(out, "%lld s", (long long)(ms / SECOND));
	else if (ms < HOUR)
		buf_printf(out, "%lld min", (long long)(ms / MINUTE));
	else
		buf_printf(out, "%lld h %02lld min", (long long)(ms / HOUR),
		    (long long)(ms % HOUR / MINUTE));
}

/* The most frequent first. */
static void
put_verdicts(
    const struct meter_counts *counts, const char *begin, struct buf *out)
{
	bool told[METER_VERDICTS] = { false };

	for (;;) {
		size_t most = METER_VERDICTS;

		for (size_t i = 0; i < METER_VERDICTS; i++) {
			if (!told[i] && counts->verdicts[i] > 0 &&
			    (most == METER_VERDICTS ||
				counts->verdicts[i] > counts->verdicts[most]))
				most = i;
		}
		if (most == METER_VERDICTS)
			break;
		told[most] = true;
		buf_printf(out, "%s%s %llu", begin,
		    danelaw_verdict_word((enum danelaw_verdict)most),
		    (unsigned long long)counts->verdicts[most]);
		begin = ", ";
	}
}

void
meter_text(struct meter *meter, const struct meter_counts *counts, int64_t now,
    struct buf *out)
{
	uint64_t done = meter_done(counts), total = counts->total;
	double rate = per_second(
	    done - meter->samples[0].done, now - meter->samples[0].at);

	add_sample(meter, done, now);
	buf_printf(out, "%llu", (unsigned long long)done);
	if (total > 0 && total < done)
		total = done;
	if (total > 0)
		buf_printf(out, "/%s%llu (%llu %%)",
		    counts->total_is_exact ? "" : "~",
		    (unsigned long long)total,
		    (unsigned long long)(100 * done / total));
	buf_puts(out, ", ");
	put_rate(rate, out);
	if (total > done && rate > 0) {
		buf_puts(out, ", ");
		put_span(
		    (int64_t)((double)(total - done) / rate * SECOND), out);
		buf_puts(out, " left");
	}
	put_verdicts(counts, "; ", out);
}

void
meter_end(const struct meter *meter, const struct meter_counts *counts,
    int64_t now, struct buf *out)
{
	const struct {
		const char *what;
		uint64_t n;
	} rows[] = {
		{ "bad lines", counts->bad },
		{ "duplicates", counts->duplicates },
		{ "done before", counts->skipped },
		{ "of other shards", counts->elsewhere },
		{ "failed", counts->failed },
		{ "dropped", counts->dropped },
		{ "probes", counts->probes },
		{ "probes reused", counts->reused },
	};
	int64_t ms = now - meter->begun;
	const char *begin = "; ";

	buf_printf(out, "%llu written in %.1f s (",
	    (unsigned long long)counts->written, (double)ms / SECOND);
	put_rate(per_second(counts->written, ms), out);
	buf_puts(out, ")");
	put_verdicts(counts, ": ", out);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].n == 0)
			continue;
		buf_printf(out, "%s%s: %llu", begin, rows[i].what,
		    (unsigned long long)rows[i].n);
		begin = ", ";
	}
}
