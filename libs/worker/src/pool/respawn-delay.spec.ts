import fc from 'fast-check';

import { respawnDelayMs } from './respawn-delay.js';

describe('respawnDelayMs', () => {
  it('doubles with each failure', () => {
    expect([0, 1, 2, 3].map((failures) => respawnDelayMs(failures, 100, 30_000))).toEqual([
      100, 200, 400, 800,
    ]);
  });

  it('replaces the first at once where there is no shortest delay, but not one that fails again and again', () => {
    expect([0, 1, 2, 11].map((failures) => respawnDelayMs(failures, 0, 1000))).toEqual([0, 2, 4, 1000]);
  });

  it('is never longer than the longest, never shorter than the shortest, and never falls', () => {
    const delays = fc.tuple(fc.double({ min: 0, max: 60_000, noNaN: true }), fc.nat({ max: 3_540_000 }));
    fc.assert(
      fc.property(delays, fc.nat({ max: 100_000 }), ([shortestMs, more], failures) => {
        const longestMs = shortestMs + more;
        const delayMs = respawnDelayMs(failures, shortestMs, longestMs);
        expect(delayMs).toBeGreaterThanOrEqual(shortestMs);
        expect(delayMs).toBeLessThanOrEqual(longestMs);
        expect(respawnDelayMs(failures + 1, shortestMs, longestMs)).toBeGreaterThanOrEqual(delayMs);
      }),
    );
  });
});
