import { LastingBound } from './lasting-bound.js';

describe('LastingBound', () => {
  it('is due before it is told, and again when the time has passed that it bounds', () => {
    const bound = new LastingBound();
    expect(bound.isDue(0)).toBe(true);
    bound.told(20, 100);
    expect([100, 119.9, 120].map((nowMs) => bound.isDue(nowMs))).toEqual([false, false, true]);
  });

  it('is due once it is forgotten', () => {
    const bound = new LastingBound();
    bound.told(20, 100);
    bound.forget();
    expect(bound.isDue(101)).toBe(true);
  });

  it('is far below what allows ten times as much', () => {
    const bound = new LastingBound();
    expect(bound.isFarBelow(1e12)).toBe(false);
    bound.told(20, 100);
    expect([199, 200].map((allowedMs) => bound.isFarBelow(allowedMs))).toEqual([false, true]);
  });

  it('is always due where nothing takes time, as far as is known', () => {
    const bound = new LastingBound();
    bound.told(0, 100);
    expect(bound.isDue(100)).toBe(true);
  });
});
