import { LearnedBehavior } from './learned-behavior.js';

describe('LearnedBehavior', () => {
  it('is not trusted before it has seen a batch', () => {
    expect(new LearnedBehavior().isTrusted(0)).toBe(false);
  });

  it('learns what batches cost', () => {
    const learned = new LearnedBehavior();
    learned.observeBatch(1, 21, 100);
    learned.observeBatch(11, 31, 200);
    expect(learned.curve.fixedTimeMs).toBeCloseTo(20);
    expect(learned.curve.timePerRequestMs).toBeCloseTo(1);
  });

  it('is trusted for a second and ten batches more, and no longer: a processor may have recovered', () => {
    const learned = new LearnedBehavior();
    learned.observeBatch(1, 50, 10_000);
    expect(learned.isTrusted(10_000)).toBe(true);
    expect(learned.isTrusted(10_000 + 1000 + 500)).toBe(true);
    expect(learned.isTrusted(10_000 + 1000 + 501)).toBe(false);

    learned.observeBatch(1, 50, 20_000);
    expect(learned.isTrusted(20_000)).toBe(true);
  });

  it('believes the first batch after a pause that was faster, and not one in the midst of others', () => {
    const learned = new LearnedBehavior();
    for (let batch = 1; batch <= 20; batch += 1) learned.observeBatch(1, 200, 200 * batch);
    learned.observeBatch(1, 20, 4020);
    expect(learned.curve.predictMs(1)).toBeGreaterThan(150);
    learned.observeBatch(1, 20, 4020 + 2000 + 21);
    expect(learned.curve.predictMs(1)).toBe(20);
  });

  it('stays trusted while all slots are taken, however long that lasts', () => {
    const learned = new LearnedBehavior();
    learned.observeBatch(1, 50, 10_000);
    learned.slotsTaken(10_500);
    expect(learned.isTrusted(60_000)).toBe(true);
    learned.slotFreed();
    expect(learned.isTrusted(60_000)).toBe(false);

    learned.slotsTaken(60_000);
    expect(learned.isTrusted(60_001)).toBe(false);
  });

  it('takes for the most by cost what costs leave room for now', () => {
    const learned = new LearnedBehavior();
    learned.observeCost(30, false);
    expect(learned.all.mostByCost).toBe(Infinity);
    learned.observeCost(2, true);
    expect(learned.all.mostByCost).toBe(2);
    learned.observeCost(10, true);
    expect(learned.all.mostByCost).toBe(3);
    learned.observeCost(1, false);
    expect(learned.all.mostByCost).toBe(3);
    learned.observeCost(20, false);
    expect(learned.all.mostByCost).toBe(20);
  });
});
