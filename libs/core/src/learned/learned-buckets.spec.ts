import { LearnedBatches } from './learned-batches.js';
import { LearnedBuckets } from './learned-buckets.js';

type Times = Readonly<Record<string, (size: number) => number>>;

/** Batches of both kinds of text in turns, of all sizes from 1 to 32, with an n-th of each such time by chance. */
function watch(times: Times, { batches = 200, spread = 0 } = {}) {
  const all = new LearnedBatches();
  const buckets = new LearnedBuckets(all);
  const observe = (key: string | undefined, size: number, timeMs: number, nowMs = 1000): void => {
    buckets.observeBatch(key, size, timeMs, nowMs, all.curve.predictMs(size));
    all.observeBatch(size, timeMs, nowMs, false);
  };
  const keys = Object.keys(times);
  for (let batch = 0; keys.length > 0 && batch < batches; batch += 1) {
    const key = keys[batch % keys.length]!;
    const size = 1 + ((batch * 37) % 32);
    observe(key, size, times[key]!(size) * (1 + spread * Math.sin(batch)));
  }
  return { all, buckets, observe };
}

const UNLIKE: Times = { short: (size) => 5 + 0.1 * size, long: (size) => 40 + 4 * size };
const ALIKE: Times = { short: (size) => 20 + 0.5 * size, long: (size) => 20 + 0.5 * size };

describe('LearnedBuckets', () => {
  it('tells what each takes where they differ', () => {
    const { buckets } = watch(UNLIKE, { spread: 0.05 });
    expect(buckets.of('short').curve.predictMs(20)).toBeCloseTo(7, 0);
    expect(buckets.of('long').curve.predictMs(20) / 120).toBeCloseTo(1, 1);
  });

  it.each([0, 0.05, 0.3])(
    'judges those that are alike by all, so that none goes before another by chance: %p',
    (spread) => {
      const { all, buckets } = watch(ALIKE, { spread });
      expect([buckets.of('short'), buckets.of('long')]).toEqual([all, all]);
    },
  );

  it('judges one by all that it does not know', () => {
    const { all, buckets } = watch(UNLIKE);
    expect(buckets.of('new')).toBe(all);
  });

  it('keeps nothing where nobody names a bucket', () => {
    const { all, buckets, observe } = watch({});
    observe(undefined, 8, 24);
    expect(buckets.of(undefined)).toBe(all);
    expect(buckets.longestMs(8)).toBe(24);
    expect(buckets.shareOf(undefined)).toBe(1);
  });

  it('tells of those that name none beside the others', () => {
    const { all, buckets, observe } = watch(UNLIKE);
    for (let batch = 1; batch <= 32; batch += 1) observe(undefined, batch, 500 + batch);
    expect(buckets.of(undefined)).not.toBe(all);
    expect(buckets.of(undefined).curve.predictMs(20)).toBeCloseTo(520, 0);
  });

  it('expects no batch to take longer than those of the slowest', () => {
    const { buckets } = watch(UNLIKE);
    expect(buckets.longestMs(20) / 120).toBeCloseTo(1, 1);
  });

  it('tells which share of the requests is of which', () => {
    const { buckets, observe } = watch({});
    for (let batch = 0; batch < 10; batch += 1) {
      observe('common', 9, 20);
      observe('rare', 1, 20);
    }
    expect(buckets.shareOf('common')).toBeCloseTo(0.9, 1);
    expect(buckets.shareOf('rare')).toBeCloseTo(0.1, 1);
    expect(buckets.shareOf('new')).toBe(0);
  });

  it('keeps the limits by cost apart, and knows the narrowest', () => {
    const { all, buckets } = watch(UNLIKE);
    buckets.observeCost('short', 30, true);
    buckets.observeCost('long', 2, true);
    expect([buckets.of('short').mostByCost, buckets.of('long').mostByCost]).toEqual([30, 2]);
    expect([buckets.leastByCost, all.mostByCost]).toEqual([2, Infinity]);
  });

  it('forgets the one whose latest batch is longest ago for a new one, so that they do not grow in number', () => {
    const { all, buckets, observe } = watch(UNLIKE);
    observe('short', 8, 5.8);
    for (let key = 0; key < 63; key += 1) observe(String(key), 8, 24);
    expect(buckets.of('short')).not.toBe(all);
    expect(buckets.of('long')).toBe(all);
  });
});
