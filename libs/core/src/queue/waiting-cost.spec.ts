import fc from 'fast-check';

import { WaitingCost } from './waiting-cost.js';

/** Costs that wait, first in, first out; and how often all of them were looked at. */
function waitingCosts() {
  const cost = new WaitingCost();
  const waiting: number[] = [];
  const state = { looks: 0 };
  const largest = (): number =>
    cost.largest(waiting.length, (visit) => {
      state.looks += 1;
      waiting.forEach(visit);
    });
  const come = (one: number): void => {
    if (one !== 1 || !cost.isPlain) cost.add(one, waiting.length);
    waiting.push(one);
  };
  const leave = (): void => {
    const one = waiting.shift();
    if (one !== undefined) cost.remove(one, waiting.length);
  };
  return { cost, waiting, state, largest, come, leave };
}

describe('WaitingCost', () => {
  it('does not look at all who wait while others cost as much as the largest one that leaves', () => {
    const { state, largest, come, leave } = waitingCosts();
    for (let count = 0; count < 100; count += 1) come(7);
    for (let count = 0; count < 99; count += 1) {
      leave();
      expect(largest()).toBe(7);
    }
    expect(state.looks).toBe(0);
  });

  it('tells the total and the largest, whatever comes and goes', () => {
    const step = fc.record({
      costs: fc.array(fc.integer({ min: 1, max: 4 })),
      leaving: fc.nat(12),
      asks: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const { cost, waiting, largest, come, leave } = waitingCosts();
        for (const { costs, leaving, asks } of steps) {
          costs.forEach(come);
          if (asks) expect(largest()).toBe(Math.max(0, ...waiting));
          for (let left = leaving; left > 0; left -= 1) leave();
          expect(cost.total(waiting.length)).toBe(waiting.reduce((sum, one) => sum + one, 0));
          if (asks) expect(largest()).toBe(Math.max(0, ...waiting));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('knows the next largest without another look at all, however often the largest leaves', () => {
    const cost = new WaitingCost();
    const costs = Array.from({ length: 1000 }, (_, index) => 1000 - index);
    costs.forEach((each, size) => cost.add(each, size));
    let looks = 0;
    for (let left = costs.length; left > 0; left -= 1) {
      const largest = cost.largest(left, (visit) => {
        looks += 1;
        costs.slice(costs.length - left).forEach(visit);
      });
      expect(largest).toBe(left);
      cost.remove(left, left - 1);
    }
    expect(looks).toBe(1);
    expect(cost.isPlain).toBe(true);
  });
});
