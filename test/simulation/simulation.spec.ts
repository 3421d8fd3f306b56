import { simulate } from './simulation.js';

const REQUESTS = 10_000;

describe('DynamicBatcher in simulation', () => {
  it.each(Array.from({ length: 16 }, (_, index) => index + 1))(
    'keeps its promises through faults and without, by seed %i',
    async (seed) => {
      const { outcomes } = await simulate(seed, REQUESTS);
      expect(outcomes.liveness.get('succeeded')).toBeGreaterThan(0);
    },
    30_000,
  );

  it('goes the same way again with the same seed', async () => {
    const { scenario: _, ...once } = await simulate(7, REQUESTS);
    const { scenario: __, ...again } = await simulate(7, REQUESTS);
    expect(again).toEqual(once);
  }, 30_000);
});
