import { SeededRandom } from './seeded-random.js';
import { SimulationClock } from './simulation-clock.js';
import {
  arrivalsAt,
  takeFirst,
  floodByOneTenant,
  mergeArrivals,
  playArrivals,
  priorityMix,
} from './workload.js';

describe('a workload', () => {
  it('says of each arrival what it is told to', () => {
    let timeoutMs = 0;
    const arrivals = arrivalsAt([1, 2], () => ({ timeoutMs: (timeoutMs += 10) }));
    expect([...arrivals]).toEqual([
      { atMs: 1, timeoutMs: 10 },
      { atMs: 2, timeoutMs: 20 },
    ]);
  });

  it('can be cut short', () => {
    expect([...takeFirst([1, 2, 3], 2)]).toEqual([1, 2]);
    expect([...takeFirst([1, 2, 3], 0)]).toEqual([]);
    expect([...takeFirst([1], 2)]).toEqual([1]);
  });

  it('merges several in order of time', () => {
    const merged = mergeArrivals([arrivalsAt([1, 4]), arrivalsAt([2, 3, 5]), arrivalsAt([])]);
    expect([...merged].map(({ atMs }) => atMs)).toEqual([1, 2, 3, 4, 5]);
  });

  it('lets one tenant flood and the others keep their share', () => {
    const tenants = ['flooder', 'amy', 'ben'];
    const flood = floodByOneTenant({
      random: new SeededRandom(1),
      tenants,
      ratePerSecond: 10,
      floodFactor: 10,
    });
    const arrivals = [...takeFirst(flood, 12_000)];
    const shares = tenants.map((name) => arrivals.filter(({ tenant }) => tenant === name).length / 12_000);
    expect(shares[0]).toBeCloseTo(10 / 12, 1);
    expect(shares[1]).toBeCloseTo(1 / 12, 1);
    expect(shares[2]).toBeCloseTo(1 / 12, 1);
  });

  it('draws priorities by their shares', () => {
    const next = priorityMix(new SeededRandom(1), [1, 0, 3]);
    const drawn = Array.from({ length: 10_000 }, next);
    expect(drawn.filter((priority) => priority === 0).length / 10_000).toBeCloseTo(0.25, 1);
    expect(drawn).not.toContain(1);
    expect(Math.max(...drawn)).toBe(2);
  });

  it('happens at its times, one arrival after the other, and says when it is over', async () => {
    const clock = new SimulationClock();
    const seen: [number, number][] = [];
    const over = playArrivals(clock, arrivalsAt([1, 1, 4]), ({ atMs }) => seen.push([atMs, clock.now()]));
    await clock.run();
    await over;
    expect(seen).toEqual([
      [1, 1],
      [1, 1],
      [4, 4],
    ]);
  });

  it('may be empty', async () => {
    await expect(playArrivals(new SimulationClock(), [], () => undefined)).resolves.toBeUndefined();
  });
});
