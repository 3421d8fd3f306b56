import { ArrivalRate } from './arrival-rate.js';

/** Feeds it `perMs` requests a millisecond, told every `everyMs`, from `fromMs` on for `forMs`. */
function feed(rate: ArrivalRate, { perMs = 1, everyMs = 10, fromMs = 0, forMs = 1000, total = 0 }): number {
  for (let atMs = everyMs; atMs <= forMs; atMs += everyMs) rate.observe(total + perMs * atMs, fromMs + atMs);
  return total + perMs * forMs;
}

describe('ArrivalRate', () => {
  it('knows of no arrivals until it has seen two moments', () => {
    const rate = new ArrivalRate();
    expect(rate.requestsPerMs).toBe(0);
    rate.observe(5, 1000);
    expect(rate.requestsPerMs).toBe(0);
  });

  it('counts those who came between two moments, not those before the first', () => {
    const rate = new ArrivalRate();
    rate.observe(500, 1000);
    rate.observe(520, 1010);
    expect(rate.requestsPerMs).toBe(2);
  });

  it.each([1, 10, 250])('learns a steady rate, though it is told only every %d ms', (everyMs) => {
    const rate = new ArrivalRate();
    rate.observe(0, 0);
    feed(rate, { perMs: 4, everyMs });
    expect(rate.requestsPerMs).toBeCloseTo(4, 6);
  });

  it('follows a change within about a second', () => {
    const rate = new ArrivalRate();
    rate.observe(0, 0);
    const total = feed(rate, { perMs: 10, forMs: 5000 });
    feed(rate, { perMs: 2, fromMs: 5000, forMs: 1000, total });
    expect(rate.requestsPerMs).toBeCloseTo(2 + 8 / Math.E, 1);
  });

  it('falls when nobody comes any more', () => {
    const rate = new ArrivalRate();
    rate.observe(0, 0);
    const total = feed(rate, { perMs: 10 });
    rate.observe(total, 11_000);
    expect(rate.requestsPerMs).toBeLessThan(0.001);
  });

  it('does not take two that come close together at first for a rate', () => {
    const rate = new ArrivalRate();
    rate.observe(0, 0);
    rate.observe(1, 0.01);
    rate.observe(2, 100);
    expect(rate.requestsPerMs).toBeCloseTo(0.02, 3);
  });

  it('makes nothing of two looks at the same moment', () => {
    const rate = new ArrivalRate();
    rate.observe(0, 0);
    rate.observe(10, 10);
    rate.observe(500, 10);
    expect(rate.requestsPerMs).toBe(1);
  });
});
