import fc from 'fast-check';

import { LengthBuckets } from './length-buckets.js';

describe('LengthBuckets', () => {
  it('grows geometrically', () => {
    const buckets = new LengthBuckets(0.25);
    const firsts = Array.from({ length: 40 }, (_, index) => index + 1).filter(
      (length) => length === 1 || buckets.indexOf(length) !== buckets.indexOf(length - 1),
    );
    expect(firsts).toEqual([1, 2, 3, 5, 7, 10, 14, 19, 26, 35]);
  });

  it('keeps padding within a bucket below the share, and the order of lengths', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 2, maxLength: 30 }),
        (share, lengths) => {
          const buckets = new LengthBuckets(share);
          for (const left of lengths) {
            for (const right of lengths.filter((length) => length >= left)) {
              const [low, high] = [buckets.indexOf(left), buckets.indexOf(right)];
              expect(low).toBeLessThanOrEqual(high);
              if (low === high) expect(1 - left / right).toBeLessThanOrEqual(share + 1e-9);
            }
          }
        },
      ),
    );
  });

  it('puts the same length into the same bucket, whatever came between', () => {
    const buckets = new LengthBuckets(0.1);
    const before = [3, 50, 700].map((length) => buckets.indexOf(length));
    buckets.indexOf(1_000_000);
    expect([3, 50, 700].map((length) => buckets.indexOf(length))).toEqual(before);
  });

  it('has one bucket for each length at 0, and one for all at 1', () => {
    expect([1, 2, 3].map((length) => new LengthBuckets(0).indexOf(length))).toEqual([1, 2, 3]);
    expect([1, 2, 1e9].map((length) => new LengthBuckets(1).indexOf(length))).toEqual([0, 0, 0]);
  });
});
