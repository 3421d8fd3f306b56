import fc from 'fast-check';

import { Failure } from './failure.js';
import { MemoryCeilings } from './memory-ceilings.js';
import { BatchSizes } from '../layout/batch-sizes.js';

const OUT_OF_MEMORY = 'Failed to allocate memory for requested buffer of size 4294967296';

/** Runs at most as many rows at once as there is memory for, and keeps what was asked of it. */
class Memory {
  readonly sizes: number[] = [];
  /** The value of a request for which there is never enough. */
  glutton: number | undefined;

  constructor(public capacity: number) {}

  readonly run = async (part: readonly Request[]): Promise<readonly number[]> => {
    const size = part.reduce((sum, { rowCount }) => sum + rowCount, 0);
    this.sizes.push(size);
    await Promise.resolve();
    const isTooMuch = size > this.capacity || part.some(({ value }) => value === this.glutton);
    if (isTooMuch) throw new Error(OUT_OF_MEMORY);
    return part.map(({ value }) => value * 2);
  };
}

interface Request {
  readonly value: number;
  readonly rowCount: number;
}

/** That many requests, of one row each if nothing else is said. */
const rows = (count: number, rowCount = 1): Request[] =>
  Array.from({ length: count }, (_, value) => ({ value, rowCount }));

/** A request that has failed by itself. */
const alone = (): Failure => new Failure(new Error(OUT_OF_MEMORY), 1);

describe('MemoryCeilings', () => {
  it('runs all rows at once while memory suffices, and remembers nothing', async () => {
    const [ceilings, memory] = [new MemoryCeilings(), new Memory(100)];
    expect(await ceilings.runWithin(rows(3), () => 'x', memory.run)).toEqual([0, 2, 4]);
    expect(memory.sizes).toEqual([3]);
    expect(ceilings.all).toEqual([]);
  });

  it('runs halves of what does not fit, and later no more at once than what went well', async () => {
    const [ceilings, memory] = [new MemoryCeilings(), new Memory(20)];
    await ceilings.runWithin(rows(64), () => 'x', memory.run);
    expect(memory.sizes).toEqual([64, 32, 16, 16, 16, 16]);
    memory.sizes.splice(0);
    await ceilings.runWithin(rows(40), () => 'x', memory.run);
    expect(memory.sizes).toEqual([16, 16, 8]);
    expect(ceilings.all).toEqual([{ shape: 'x', maxRows: 16, failures: 2 }]);
  });

  it('keeps the shapes apart', async () => {
    const [ceilings, memory] = [new MemoryCeilings(), new Memory(4)];
    await ceilings.runWithin(rows(8), () => 'large', memory.run);
    memory.capacity = 100;
    memory.sizes.splice(0);
    await ceilings.runWithin(rows(8), () => 'small', memory.run);
    expect(memory.sizes).toEqual([8]);
  });

  it('fails each request with the original error if not even one fits, and learns nothing', async () => {
    const [ceilings, memory] = [new MemoryCeilings(), new Memory(0)];
    const results = await ceilings.runWithin(rows(2), () => 'x', memory.run);
    expect(results).toEqual([alone(), alone()]);
    expect(memory.sizes).toEqual([2, 1, 1]);
    expect(ceilings.all).toEqual([]);
  });

  it('runs no more often for requests none of which fits than four bad ones can make necessary', async () => {
    const memory = new Memory(0);
    const results = await new MemoryCeilings().runWithin(rows(32), () => 'x', memory.run);
    expect(results).toHaveLength(32);
    expect(results.every((result) => result instanceof Failure)).toBe(true);
    expect(memory.sizes).toHaveLength(24);
  });

  it('fails at once, with the original error, if something else is the matter', async () => {
    const error = new Error('index out of bounds');
    const attempts: number[] = [];
    const run = (part: readonly Request[]): Promise<never> => {
      attempts.push(part.length);
      return Promise.reject(error);
    };
    await expect(new MemoryCeilings().runWithin(rows(4), () => 'x', run)).rejects.toBe(error);
    expect(attempts).toEqual([4]);
  });

  it('climbs by an eighth after 64 runs at the ceiling that went well', async () => {
    const [ceilings, memory] = [new MemoryCeilings(), new Memory(16)];
    await ceilings.runWithin(rows(32), () => 'x', memory.run);
    memory.capacity = 1000;
    for (let run = 0; run < 61; run += 1) await ceilings.runWithin(rows(16), () => 'x', memory.run);
    expect(ceilings.all[0]?.maxRows).toBe(16);
    await ceilings.runWithin(rows(16), () => 'x', memory.run);
    expect(ceilings.all[0]?.maxRows).toBe(18);
  });

  it('falls back to what went well, not to the half of it, when it has climbed too far', async () => {
    const [ceilings, memory] = [new MemoryCeilings(), new Memory(16)];
    for (let run = 0; run < 40; run += 1) await ceilings.runWithin(rows(32), () => 'x', memory.run);
    expect(new Set(memory.sizes.slice(1))).toEqual(new Set([16, 18]));
    expect(ceilings.all[0]?.maxRows).toBe(16);
  });

  describe('of a request that asks for too much by what it holds', () => {
    it('fails it alone, gives its neighbors their results, and has the ceiling as it was', async () => {
      const [ceilings, memory] = [new MemoryCeilings(), new Memory(100)];
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 64 }), fc.nat(), async (count, which) => {
          memory.glutton = which % count;
          const results = await ceilings.runWithin(rows(count), () => 'x', memory.run);
          const expected = rows(count).map(({ value }) => (value === memory.glutton ? alone() : value * 2));
          expect(results).toEqual(expected);
          expect(ceilings.all).toEqual([]);
        }),
      );
    });

    it('keeps a ceiling that was there before, and what is learned from those that come after it', async () => {
      const [ceilings, memory] = [new MemoryCeilings(), new Memory(20)];
      await ceilings.runWithin(rows(64), () => 'x', memory.run);
      const [before] = ceilings.all;
      memory.glutton = 5;
      await ceilings.runWithin(rows(16), () => 'x', memory.run);
      expect(ceilings.all).toEqual([before]);
      memory.capacity = 4;
      await ceilings.runWithin(rows(16), () => 'x', memory.run);
      expect(ceilings.all).toEqual([{ shape: 'x', maxRows: 2, failures: 4 }]);
    });

    it('learns nothing from a run that fails otherwise in the end', async () => {
      const ceilings = new MemoryCeilings();
      const run = (part: readonly Request[]): Promise<never> =>
        Promise.reject(new Error(part.length === 16 ? OUT_OF_MEMORY : 'index out of bounds'));
      await expect(ceilings.runWithin(rows(16), () => 'x', run)).rejects.toThrow('index out of bounds');
      expect(ceilings.all).toEqual([]);
    });

    it('never has others go by a ceiling that it has brought about', async () => {
      const [ceilings, memory] = [new MemoryCeilings(), new Memory(100)];
      memory.glutton = 40;
      const search = ceilings.runWithin(rows(64), () => 'x', memory.run);
      await Promise.resolve();
      for (let run = 0; run < 20; run += 1) {
        memory.sizes.splice(0);
        const beside = ceilings.runWithin(rows(32), () => 'x', memory.run);
        expect(memory.sizes).toEqual([32]);
        await beside;
      }
      await search;
    });
  });

  describe('of a model that runs at some sizes only', () => {
    const sizes = (allowed: readonly number[]) =>
      new BatchSizes({ allowedBatchSizes: allowed, fixedBatchSize: undefined });

    it('goes down to the next of them that is half as large, since anything in between is filled up', async () => {
      const [ceilings, memory] = [new MemoryCeilings(sizes([4, 8, 32])), new Memory(8)];
      await ceilings.runWithin(rows(32), () => 'x', memory.run);
      expect(memory.sizes).toEqual([32, 8, 8, 8, 8]);
      expect(ceilings.all).toEqual([{ shape: 'x', maxRows: 8, failures: 1 }]);
    });

    it('climbs to the next of them', async () => {
      const [ceilings, memory] = [new MemoryCeilings(sizes([4, 8, 32])), new Memory(8)];
      await ceilings.runWithin(rows(32), () => 'x', memory.run);
      // Five rows take the memory of eight.
      for (let run = 0; run < 60; run += 1) await ceilings.runWithin(rows(5), () => 'x', memory.run);
      expect(ceilings.all[0]?.maxRows).toBe(32);
    });

    it.each([
      ['the only one', new BatchSizes({ allowedBatchSizes: [8], fixedBatchSize: 8 }), 8],
      ['the smallest', sizes([8, 32]), 8],
    ])('never has a ceiling below %s, which would cost runs and save nothing', async (_, only, smallest) => {
      const [ceilings, memory] = [new MemoryCeilings(only), new Memory(smallest - 1)];
      // It was taken by somebody else for a moment.
      const results = await ceilings.runWithin(rows(smallest), () => 'x', memory.run);
      expect(results).toEqual(rows(smallest).map(({ value }) => value * 2));
      expect(ceilings.all).toEqual([{ shape: 'x', maxRows: smallest, failures: 1 }]);
      memory.capacity = smallest;
      for (let run = 0; run < 200; run += 1) {
        memory.sizes.splice(0);
        await ceilings.runWithin(rows(smallest), () => 'x', memory.run);
        expect(memory.sizes).toEqual([smallest]);
      }
    });
  });

  describe('of requests that bring several rows', () => {
    it('counts rows, so that what was learned from them holds for smaller ones', async () => {
      const [ceilings, memory] = [new MemoryCeilings(), new Memory(40)];
      await ceilings.runWithin(rows(4, 16), () => 'x', memory.run);
      expect(memory.sizes).toEqual([64, 32, 32]);
      expect(ceilings.all).toEqual([{ shape: 'x', maxRows: 32, failures: 1 }]);
      memory.sizes.splice(0);
      await ceilings.runWithin(rows(40), () => 'x', memory.run);
      expect(memory.sizes).toEqual([32, 8]);
    });

    it('knows from small ones how many large ones fit', async () => {
      const [ceilings, memory] = [new MemoryCeilings(), new Memory(20)];
      await ceilings.runWithin(rows(32), () => 'x', memory.run);
      memory.sizes.splice(0);
      expect(await ceilings.runWithin(rows(5, 8), () => 'x', memory.run)).toEqual([0, 2, 4, 6, 8]);
      expect(memory.sizes).toEqual([16, 16, 8]);
    });

    it('runs each by itself where the ceiling has room for none, and fails if that does not fit', async () => {
      const [ceilings, memory] = [new MemoryCeilings(), new Memory(8)];
      await ceilings.runWithin(rows(9), () => 'x', memory.run);
      memory.sizes.splice(0);
      expect(await ceilings.runWithin(rows(2, 7), () => 'x', memory.run)).toEqual([0, 2]);
      expect(memory.sizes).toEqual([7, 7]);
      expect(await ceilings.runWithin(rows(2, 9), () => 'x', memory.run)).toEqual([alone(), alone()]);
    });

    it('climbs also where they never fill it up exactly', async () => {
      const [ceilings, memory] = [new MemoryCeilings(), new Memory(8)];
      await ceilings.runWithin(rows(16), () => 'x', memory.run);
      memory.capacity = 1000;
      for (let run = 0; run < 64; run += 1) await ceilings.runWithin(rows(4, 3), () => 'x', memory.run);
      expect(ceilings.all[0]?.maxRows).toBe(9);
    });
  });

  it('halves again when memory has become less', async () => {
    const [ceilings, memory] = [new MemoryCeilings(), new Memory(16)];
    await ceilings.runWithin(rows(32), () => 'x', memory.run);
    memory.capacity = 5;
    await ceilings.runWithin(rows(16), () => 'x', memory.run);
    expect(ceilings.all[0]?.maxRows).toBe(4);
  });

  it('does not forget what another batch has found out meanwhile', async () => {
    const [ceilings, memory] = [new MemoryCeilings(), new Memory(4)];
    const both = [64, 16].map((count) => ceilings.runWithin(rows(count), () => 'x', memory.run));
    const results = await Promise.all(both);
    expect(results.map(({ length }) => length)).toEqual([64, 16]);
    expect(ceilings.all[0]?.maxRows).toBe(4);
  });

  it('forgets the shape that has not been met for longest', async () => {
    const [ceilings, memory] = [new MemoryCeilings(), new Memory(1)];
    for (let shape = 0; shape < 256; shape += 1)
      await ceilings.runWithin(rows(2), () => `${shape}`, memory.run);
    await ceilings.runWithin(rows(2), () => '0', memory.run);
    await ceilings.runWithin(rows(2), () => 'one more', memory.run);
    const shapes = ceilings.all.map(({ shape }) => shape);
    expect(shapes).toHaveLength(256);
    expect(shapes).toContain('0');
    expect(shapes).not.toContain('1');
  });

  it('gives all results in order, whatever the memory is and however it changes', async () => {
    const batch = fc.record({
      count: fc.integer({ min: 1, max: 200 }),
      rowCount: fc.integer({ min: 1, max: 5 }),
      // Room for one request at least.
      capacity: fc.integer({ min: 5, max: 220 }),
      isBesideTheNext: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(batch, { minLength: 1, maxLength: 30 }), async (batches) => {
        const [ceilings, memory] = [new MemoryCeilings(), new Memory(1)];
        const running: Promise<void>[] = [];
        for (const { count, rowCount, capacity, isBesideTheNext } of batches) {
          memory.capacity = capacity;
          const check = async (): Promise<void> => {
            const results = await ceilings.runWithin(rows(count, rowCount), () => 'x', memory.run);
            expect(results).toEqual(rows(count, rowCount).map(({ value }) => value * 2));
          };
          running.push(check());
          if (!isBesideTheNext) await Promise.all(running.splice(0));
        }
        await Promise.all(running);
        for (const { maxRows } of ceilings.all) expect(maxRows).toBeGreaterThanOrEqual(1);
      }),
    );
  });
});
