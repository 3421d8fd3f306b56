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
    for (let atMs = 9750; atMs <= 10_000; atMs += 50) learned.observeBatch(1, 50, atMs);
    expect(learned.isTrusted(10_000)).toBe(true);
    expect(learned.isTrusted(10_000 + 1000 + 500)).toBe(true);
    expect(learned.isTrusted(10_000 + 1000 + 501)).toBe(false);

    learned.observeBatch(1, 50, 20_000);
    expect(learned.isTrusted(20_000)).toBe(true);
  });

  it('is not trusted for what a single batch has shown, and each that bears it out doubles the time', () => {
    const learned = new LearnedBehavior();
    learned.observeBatch(1, 50, 1000);
    expect(learned.isTrusted(1000)).toBe(false);
    for (const [batch, trustedForMs] of [50, 150, 350, 750].entries()) {
      const nowMs = 2000 * (batch + 1);
      learned.observeBatch(1, 50, nowMs);
      expect(learned.isTrusted(nowMs + trustedForMs)).toBe(true);
      expect(learned.isTrusted(nowMs + trustedForMs + 1)).toBe(false);
    }
  });

  it('takes those that ran at the same time for one: what held one of them up may have held up all', () => {
    const learned = new LearnedBehavior();
    for (let atMs = 1000; atMs <= 1400; atMs += 50) learned.observeBatch(1, 1000, atMs);
    expect(learned.isTrusted(1400)).toBe(false);
    learned.observeBatch(1, 1000, 2400);
    expect(learned.isTrusted(2400)).toBe(true);
  });

  it('is not trusted at once where it has become slower, and still is where it has become faster', () => {
    const learned = new LearnedBehavior();
    let atMs = 0;
    const observe = (batches: number, takesMs: number): void => {
      for (let batch = 1; batch <= batches; batch += 1) learned.observeBatch(1, takesMs, (atMs += takesMs));
    };
    observe(30, 50);
    observe(5, 5);
    expect(learned.isTrusted(atMs)).toBe(true);
    observe(20, 5);
    observe(5, 50);
    expect(learned.isTrusted(atMs)).toBe(false);
    observe(1, 50);
    expect(learned.isTrusted(atMs)).toBe(true);
  });

  it('believes the first batch after a pause that was faster, and not one in the midst of others', () => {
    const learned = new LearnedBehavior();
    for (let batch = 1; batch <= 20; batch += 1) learned.observeBatch(1, 200, 200 * batch);
    learned.observeBatch(1, 20, 4020);
    expect(learned.curve.predictMs(1)).toBeGreaterThan(150);
    learned.observeBatch(1, 20, 4020 + 2000 + 21);
    expect(learned.curve.predictMs(1)).toBe(20);
  });

  it('is trusted while all slots are taken, however long that lasts', () => {
    const learned = new LearnedBehavior();
    learned.observeBatch(1, 50, 9950);
    learned.observeBatch(1, 50, 10_000);
    learned.slotsTaken(10_050);
    expect(learned.isTrusted(60_000)).toBe(true);
    expect(learned.isTrustedForJoiners(60_000)).toBe(true);
    learned.slotFreed();
    expect(learned.isTrusted(60_000)).toBe(false);
  });

  it('is trusted while a batch asks whether it is still so, except for who rides in that batch', () => {
    const learned = new LearnedBehavior();
    learned.observeBatch(1, 50, 10_000);
    learned.slotsTaken(10_000);
    expect(learned.isTrusted(10_001)).toBe(true);
    expect(learned.isTrustedForJoiners(10_001)).toBe(false);
    learned.slotsTaken(10_002);
    learned.observeBatch(1, 50, 10_050);
    learned.slotFreed();
    learned.slotsTaken(10_050);
    expect(learned.isTrustedForJoiners(10_051)).toBe(true);
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
