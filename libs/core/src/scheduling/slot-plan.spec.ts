import { countFirstInTime, planInSlots } from './slot-plan.js';

/** A batch of n takes 10 + n ms. */
const timeMs = (size: number): number => 10 + size;

describe('countFirstInTime', () => {
  it('counts those of whom each makes it in one batch', () => {
    expect(countFirstInTime([12, 60, 60], 0, 0, 4, timeMs)).toBe(2);
    expect(countFirstInTime([12, 60, 60], 1, 0, 4, timeMs)).toBe(2);
    expect(countFirstInTime([12, 60, 60], 0, 1.5, 4, timeMs)).toBe(0);
  });

  it('counts no more than ride in a batch, and than there are', () => {
    expect(countFirstInTime([60, 60, 60], 0, 0, 2, timeMs)).toBe(2);
    expect(countFirstInTime([60, 60, 60], 0, 0, 4, timeMs)).toBe(3);
    expect(countFirstInTime([], 0, 0, 4, timeMs)).toBe(0);
  });
});

describe('planInSlots', () => {
  const plan = (deadlinesAtMs: readonly number[], ...slotsFreeAtMs: readonly number[]) =>
    planInSlots(deadlinesAtMs, 0, slotsFreeAtMs, 4, timeMs);

  it('runs one batch after the other where there is one slot', () => {
    expect(plan([11, 60, 60], 0)).toMatchObject({ lost: 0, isCut: true, lastAnsweredAtMs: 11 + 12 });
  });

  it('takes the slot that is free first', () => {
    expect(plan([11, 60, 60], 0, 5)).toMatchObject({ lost: 0, lastAnsweredAtMs: 5 + 12 });
    expect(plan([11, 60, 60], 0, 20)).toMatchObject({ lost: 0, lastAnsweredAtMs: 11 + 12 });
  });

  it('passes over those who are lost, who take no time', () => {
    expect(plan([5, 11, 20], 0)).toMatchObject({ lost: 2, lastAnsweredAtMs: 11 + 11 });
    expect(plan([5, 5, 11], 0)).toMatchObject({ lost: 2, lastAnsweredAtMs: 11 });
  });

  it('tells whether a batch is smaller than it could be', () => {
    expect(plan([60, 60, 60, 60, 60, 60], 0).isCut).toBe(false);
    expect(plan([11, 60], 0).isCut).toBe(true);
  });

  it('plans nothing for nobody', () => {
    expect(plan([], 0)).toMatchObject({ lost: 0, lastAnsweredAtMs: -Infinity });
  });
});
