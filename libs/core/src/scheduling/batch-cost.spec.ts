import fc from 'fast-check';
import { BatchCost, isBatchCostReached } from './batch-cost.js';

const COSTS = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 12 });

/** How many of the first requests fit. */
function countFitting(costs: readonly number[], options: ConstructorParameters<typeof BatchCost>[0]): number {
  const batch = new BatchCost(options);
  const tooMuch = costs.findIndex((cost) => {
    if (!batch.hasRoomFor(cost)) return true;
    batch.add(cost);
    return false;
  });
  return tooMuch === -1 ? costs.length : tooMuch;
}

describe('BatchCost', () => {
  it('has room for everything where there is no limit', () => {
    expect(countFitting([1e9, 1e9], { maxBatchCost: undefined, costModel: 'sum' })).toBe(2);
  });

  it('adds the costs up, and is full to the last unit', () => {
    expect(countFitting([3, 4, 3, 1], { maxBatchCost: 10, costModel: 'sum' })).toBe(3);
    expect(countFitting([3, 4, 4, 1], { maxBatchCost: 10, costModel: 'sum' })).toBe(2);
  });

  it('takes every request for as long as the longest, where batches are padded', () => {
    expect(countFitting([2, 2, 2, 2, 2], { maxBatchCost: 9, costModel: 'padded' })).toBe(4);
    // 3 requests as long as 4 are 12.
    expect(countFitting([2, 2, 4], { maxBatchCost: 11, costModel: 'padded' })).toBe(2);
    expect(countFitting([2, 2, 4], { maxBatchCost: 12, costModel: 'padded' })).toBe(3);
    expect(countFitting([4, 1, 1], { maxBatchCost: 11, costModel: 'padded' })).toBe(2);
  });

  it('has room for the first one, whatever it costs: the limit may have become smaller since it came', () => {
    expect(countFitting([50, 1], { maxBatchCost: 10, costModel: 'sum' })).toBe(1);
    expect(countFitting([50, 1], { maxBatchCost: 10, costModel: 'padded' })).toBe(1);
  });

  it.each(['sum', 'padded'] as const)('never exceeds its limit with more than one, by %s', (costModel) => {
    fc.assert(
      fc.property(COSTS, fc.integer({ min: 1, max: 60 }), (costs, maxBatchCost) => {
        const count = countFitting(costs, { maxBatchCost, costModel });
        const costOf = (batch: readonly number[]): number =>
          costModel === 'sum'
            ? batch.reduce((sum, cost) => sum + cost, 0)
            : batch.length * Math.max(...batch);
        if (count > 1) expect(costOf(costs.slice(0, count))).toBeLessThanOrEqual(maxBatchCost);
        if (count < costs.length) expect(costOf(costs.slice(0, count + 1))).toBeGreaterThan(maxBatchCost);
      }),
      { numRuns: 200 },
    );
  });
});

describe('isBatchCostReached', () => {
  const waiting = { size: 3, totalCost: 10, largestCost: 5 };

  it('compares what all that wait cost together with the limit', () => {
    const isReached = (maxBatchCost: number | undefined, costModel: 'sum' | 'padded'): boolean =>
      isBatchCostReached(waiting, { maxBatchCost, costModel });
    expect([isReached(10, 'sum'), isReached(11, 'sum')]).toEqual([true, false]);
    expect([isReached(15, 'padded'), isReached(16, 'padded')]).toEqual([true, false]);
    expect(isReached(undefined, 'sum')).toBe(false);
  });

  it('does not ask for the largest cost where it does not matter', () => {
    const asking = {
      size: 3,
      totalCost: 10,
      get largestCost(): number {
        throw new Error('it had to be looked for');
      },
    };
    expect(isBatchCostReached(asking, { maxBatchCost: undefined, costModel: 'padded' })).toBe(false);
    expect(isBatchCostReached(asking, { maxBatchCost: 10, costModel: 'sum' })).toBe(true);
  });
});
