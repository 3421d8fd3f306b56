/** What is told of many durations. All in milliseconds; quantiles are exact to 1.6 %, and 0 while `count` is. */
export interface DurationSummary {
  /** How many durations there were. */
  readonly count: number;
  /** Their mean. */
  readonly mean: number;
  /** Half of them took no longer. */
  readonly p50: number;
  /** 90 % of them took no longer. */
  readonly p90: number;
  /** 95 % of them took no longer. */
  readonly p95: number;
  /** 99 % of them took no longer. */
  readonly p99: number;
  /** The longest of them, exactly. */
  readonly max: number;
}

const SUB_BUCKETS_PER_OCTAVE = 32;
/** Octaves from 2^-10 ms (about 1 µs) to 2^30 ms (about 12 days); what is outside counts at the edge. */
const LOWEST_EXPONENT = -10;
const OCTAVES = 40;

/**
 * Counts durations in buckets that grow with the duration, 32 to each doubling, as HdrHistogram does: constant
 * memory (10 kB), constant time, and a relative error that does not depend on the scale.
 */
export class DurationHistogram {
  private readonly counts = new Float64Array(OCTAVES * SUB_BUCKETS_PER_OCTAVE);
  private count = 0;
  private sum = 0;
  private max = 0;

  /** `times`: how often it was measured. */
  record(durationMs: number, times = 1): void {
    this.count += times;
    this.sum += times * durationMs;
    if (durationMs > this.max) this.max = durationMs;
    const bucket = bucketOf(durationMs);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + times;
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  summarize(): DurationSummary {
    return {
      count: this.count,
      mean: this.mean,
      p50: this.quantile(0.5),
      p90: this.quantile(0.9),
      p95: this.quantile(0.95),
      p99: this.quantile(0.99),
      max: this.max,
    };
  }

  /** The duration that the share `fraction` (0 to 1) of all durations does not exceed. */
  quantile(fraction: number): number {
    if (this.count === 0) return 0;
    const rank = Math.max(1, Math.ceil(fraction * this.count));
    let seen = 0;
    for (let bucket = 0; bucket < this.counts.length; bucket += 1) {
      seen += this.counts[bucket] ?? 0;
      if (seen >= rank) return Math.min(middleOf(bucket), this.max);
    }
    return this.max;
  }
}

// A double holds its exponent and the first bits of its mantissa side by side: together they are the bucket.
const bits = new DataView(new ArrayBuffer(8));
const MANTISSA_SHIFT = 20 - Math.log2(SUB_BUCKETS_PER_OCTAVE);
const FIRST_BUCKET = (LOWEST_EXPONENT + 1023) * SUB_BUCKETS_PER_OCTAVE;
const LAST_BUCKET = OCTAVES * SUB_BUCKETS_PER_OCTAVE - 1;

function bucketOf(durationMs: number): number {
  bits.setFloat64(0, durationMs);
  const bucket = (bits.getUint32(0) >>> MANTISSA_SHIFT) - FIRST_BUCKET;
  return bucket < 0 || durationMs <= 0 ? 0 : Math.min(bucket, LAST_BUCKET);
}

/** No duration of a bucket is further from its middle than 1/64, which is 1.6 %. */
function middleOf(bucket: number): number {
  const octave = Math.floor(bucket / SUB_BUCKETS_PER_OCTAVE);
  const step = (bucket % SUB_BUCKETS_PER_OCTAVE) + 0.5;
  return 2 ** (octave + LOWEST_EXPONENT) * (1 + step / SUB_BUCKETS_PER_OCTAVE);
}
