import { buildLearned } from '../../../../test/core/cost-curve-builder.js';
import { NumberedEntry, type EntryTraits } from '../../../../test/core/queue-entry-builder.js';
import type { BatchingConfig } from '../config/batching-config.js';
import { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import { resolveConfig, withProcessorLimits } from '../config/resolve-config.js';
import { BatchFormer } from './batch-former.js';
import { LongestBatch } from './longest-batch.js';
import { LearnedBehavior } from '../learned/learned-behavior.js';

const NOW_MS = 1000;

class TimedEntry extends NumberedEntry {
  readonly latestDeadlineAtMs: number;

  constructor(id: number, { leftMs = Infinity, ...traits }: TimedTraits) {
    super(id, traits);
    this.latestDeadlineAtMs = NOW_MS + leftMs;
  }

  nearestDeadlineFromMs(): number {
    return this.latestDeadlineAtMs;
  }
}

interface TimedTraits extends EntryTraits {
  readonly leftMs?: number;
}

/** By default a batch of n takes 10 + n ms and holds 4. */
function formerOf(
  traits: readonly TimedTraits[],
  config: BatchingConfig<never> = {},
  learned = buildLearned(10, 1),
  otherSlotsFreeAfterMs: readonly number[] = [],
) {
  const live = withProcessorLimits(resolveConfig('test', { maxBatchSize: 4, ...config }), {});
  const queue = new BoundedRequestQueue<TimedEntry>({
    maxQueueSize: 1000,
    priorityAgingMs: 100,
    weightOf: () => 1,
    isReady: () => false,
  });
  const entries = traits.map((of, id) => new TimedEntry(id, of));
  for (const entry of entries) queue.enqueue(entry);
  let nearestMs = Infinity;
  const deadlines = {
    get earliestQueuedMs(): number {
      return nearestMs;
    },
    isAnyQueuedBefore: (timeMs: number): boolean => nearestMs < timeMs,
  };
  const slots = { freeAfterMs: () => [0, ...otherSlotsFreeAfterMs] };
  const longestBatch = new LongestBatch(live, learned);
  const former = new BatchFormer(live, queue, learned, deadlines, slots, longestBatch);
  const form = (size: number): Record<'riding' | 'lost', number[]> => {
    nearestMs = Math.min(
      ...entries.filter((each) => each.queuePosition !== -1).map((each) => each.latestDeadlineAtMs),
    );
    const { riding, lost } = former.form(queue.mostUrgentBucket!, size, NOW_MS);
    return { riding: riding.map(({ id }) => id), lost: lost.map(({ id }) => id) };
  };
  return { form, queue };
}

const plain = (count: number, traits: TimedTraits = {}): TimedTraits[] =>
  Array.from({ length: count }, () => traits);

describe('BatchFormer: size and cost', () => {
  it('takes as many as it is told, in their order', () => {
    const { form, queue } = formerOf(plain(5));
    expect(form(3)).toEqual({ riding: [0, 1, 2], lost: [] });
    expect(form(3)).toEqual({ riding: [3, 4], lost: [] });
    expect(queue.isEmpty).toBe(true);
  });

  it('takes fewer if they cost too much together, and passes over nobody', () => {
    const costs = [5, 4, 3, 1].map((cost) => ({ cost }));
    const learned = buildLearned(10, 1);
    const { form } = formerOf(costs, { costOf: () => 1, maxBatchCost: 10 }, learned);
    expect(form(4)).toEqual({ riding: [0, 1], lost: [] });
    expect(learned.all.mostByCost).toBe(2);
    expect(form(4)).toEqual({ riding: [2, 3], lost: [] });
    expect(learned.all.mostByCost).toBe(2);
  });

  it('learns nothing of what a batch holds by cost from one that something else limits', () => {
    const learned = buildLearned(10, 1);
    const { form } = formerOf(plain(6), { costOf: () => 1, maxBatchCost: 10 }, learned);
    expect(form(4).riding).toHaveLength(4);
    expect(form(4).riding).toHaveLength(2);
    expect(learned.all.mostByCost).toBe(Infinity);
  });

  it('keeps to an allowed size where what they cost leaves room for another number', () => {
    const nine = plain(20, { cost: 110 });
    const sizes = {
      costOf: () => 1,
      maxBatchCost: 1000,
      maxBatchSize: 32,
      allowedBatchSizes: [1, 4, 8, 16, 32],
    };
    const first = (config: BatchingConfig<never>): number => formerOf(nine, config).form(16).riding.length;
    // 10 + 8 ms for eight, 10 + 16 for nine.
    expect(first({ ...sizes, padding: 'down' })).toBe(8);
    expect(first(sizes)).toBe(8);
    expect(first({ ...sizes, padding: 'up' })).toBe(9);
  });

  it('takes one alone, whatever it costs: the limit may have become smaller since it came', () => {
    const { form } = formerOf([{ cost: 50 }, { cost: 1 }], { costOf: () => 1, maxBatchCost: 10 });
    expect(form(4)).toEqual({ riding: [0], lost: [] });
  });

  it('takes the most urgent priorities and the tenants in turn', () => {
    const { form } = formerOf([
      { priority: 1, enqueuedAtMs: 0 },
      { tenant: 'a', enqueuedAtMs: 1 },
      { tenant: 'a', enqueuedAtMs: 2 },
      { tenant: 'b', enqueuedAtMs: 3 },
    ]);
    expect(form(3)).toEqual({ riding: [1, 3, 2], lost: [] });
  });
});

describe('BatchFormer: deadlines', () => {
  it('takes no notice of deadlines that all can make', () => {
    const { form } = formerOf(plain(4, { leftMs: 20 }));
    expect(form(4)).toEqual({ riding: [0, 1, 2, 3], lost: [] });
  });

  it('lets fewer ride if that saves all, and puts the others back where they were', () => {
    const { form, queue } = formerOf([{ leftMs: 12.5 }, ...plain(4, { leftMs: 60 })]);
    expect(form(4)).toEqual({ riding: [0, 1], lost: [] });
    expect(queue.size).toBe(3);
    expect(form(4)).toEqual({ riding: [2, 3, 4], lost: [] });
  });

  it('leaves those to another free slot who would be late in a larger batch', () => {
    const tight = plain(4, { leftMs: 12.5 });
    expect(formerOf(tight, {}, buildLearned(10, 1), [0, 0, 0]).form(4)).toEqual({ riding: [0, 1], lost: [] });
    expect(formerOf(tight, {}, buildLearned(10, 1), [30, 30, 30]).form(4)).toEqual({
      riding: [0, 1],
      lost: [],
    });
  });

  it('counts on a slot that is free in time for those whom it leaves behind', () => {
    const hurried = [{ leftMs: 11.5 }, ...plain(4, { leftMs: 24.5 })];
    expect(formerOf(hurried, {}, buildLearned(10, 1), [10]).form(4)).toEqual({ riding: [0], lost: [] });
    expect(formerOf(hurried, {}, buildLearned(10, 1), [30]).form(4)).toEqual({
      riding: [1, 2, 3, 4],
      lost: [0],
    });
  });

  it('drops who would be late anyway', () => {
    const { form, queue } = formerOf([{ leftMs: 10 }, ...plain(3, { leftMs: 60 })]);
    expect(form(4)).toEqual({ riding: [1, 2, 3], lost: [0] });
    expect(queue.isEmpty).toBe(true);
  });

  it('lets those ride for the dropped ones who came after them', () => {
    const { form } = formerOf([...plain(3, { leftMs: 5 }), ...plain(6, { leftMs: 60 })]);
    expect(form(4)).toEqual({ riding: [3, 4, 5, 6], lost: [0, 1, 2] });
  });

  it('does not count who is lost as its tenant’s turn', () => {
    const { form, queue } = formerOf([
      ...plain(2, { tenant: 'a', leftMs: 5 }),
      ...plain(2, { tenant: 'a', leftMs: 60 }),
      ...plain(4, { tenant: 'b', leftMs: 60 }),
    ]);
    expect(form(4)).toEqual({ riding: [2, 4, 3, 5], lost: [0, 1] });
    expect(queue.size).toBe(2);
  });

  it('looks past any number of those who are lost', () => {
    const { form, queue } = formerOf([...plain(40, { leftMs: 5 }), ...plain(5, { leftMs: 60 })]);
    const { riding, lost } = form(4);
    expect([riding, lost.length]).toEqual([[40, 41, 42, 43], 40]);
    expect(queue.size).toBe(1);
  });

  it('forms nothing when all are lost', () => {
    const { form, queue } = formerOf(plain(3, { leftMs: 5 }));
    expect(form(3)).toEqual({ riding: [], lost: [0, 1, 2] });
    expect([queue.isEmpty, queue.bucketCount]).toEqual([true, 0]);
  });

  it('gives nobody up for a batch that would cost too much to run', () => {
    const patient = plain(5, { cost: 6, leftMs: 14.5 });
    const { form } = formerOf([{ cost: 6, leftMs: 5 }, { cost: 6, leftMs: 11.5 }, ...patient], {
      costOf: () => 1,
      maxBatchCost: 10,
    });
    expect(form(4)).toEqual({ riding: [1], lost: [0] });
  });

  it('keeps within the cost when it chooses anew, and passes over nobody', () => {
    const { form } = formerOf(
      [{ leftMs: 5 }, { cost: 6, leftMs: 60 }, { cost: 6, leftMs: 60 }, { cost: 1, leftMs: 60 }],
      { costOf: () => 1, maxBatchCost: 10 },
    );
    expect(form(4)).toEqual({ riding: [1], lost: [0] });
    expect(form(4)).toEqual({ riding: [2, 3], lost: [] });
  });

  it('passes nobody over, and turns nobody away, for what a single batch has shown', () => {
    const learned = new LearnedBehavior();
    learned.observeBatch(1, 20, NOW_MS);
    const leftMs = [5, Infinity, Infinity, Infinity];
    const { form } = formerOf(
      leftMs.map((left) => ({ leftMs: left })),
      { maxBatchSize: 2 },
      learned,
    );
    expect(form(2)).toEqual({ riding: [0, 1], lost: [] });
    expect(form(2)).toEqual({ riding: [2, 3], lost: [] });
  });

  it('reckons with what batches of its own bucket take, whatever those of others do', () => {
    const learned = new LearnedBehavior();
    for (let batch = 0; batch < 200; batch += 1) {
      const size = batch % 4 < 2 ? 1 : 64;
      const [bucketKey, fixedMs] = batch % 2 === 0 ? ['fast', 10] : ['slow', 30];
      learned.observeBatch(size, fixedMs + size, NOW_MS - 100 * (199 - batch), bucketKey);
    }
    const form = (bucketKey: string) => formerOf(plain(4, { bucketKey, leftMs: 20 }), {}, learned).form(4);
    expect(form('fast')).toEqual({ riding: [0, 1, 2, 3], lost: [] });
    expect(form('slow')).toEqual({ riding: [], lost: [0, 1, 2, 3] });
  });

  it('loses nobody of a tenant that asks for no more than its share, where that takes a smaller batch', () => {
    const modest = plain(2, { tenant: 'modest', leftMs: 25.5 });
    const { form } = formerOf([...plain(60, { tenant: 'flood', leftMs: 45 }), ...modest], {
      maxBatchSize: 20,
    });
    const { riding, lost } = form(20);
    // The most answers per time are those of 20 of the flood in 30 ms; in 25 ms it gets 13 with the two others.
    expect(riding).toHaveLength(15);
    expect(riding).toEqual(expect.arrayContaining([60, 61]));
    expect(lost).toEqual([]);
  });

  it('reckons with the size at which a batch really runs', () => {
    const sizes: BatchingConfig<never> = { maxBatchSize: 16, allowedBatchSizes: [2, 16] };
    // Three run as 16, which takes 26 ms; two take 12, and the third follows, again in 12.
    expect(formerOf(plain(3, { leftMs: 25 }), sizes).form(3)).toEqual({ riding: [0, 1], lost: [] });
    expect(formerOf(plain(3, { leftMs: 27 }), sizes).form(3)).toEqual({ riding: [0, 1, 2], lost: [] });
  });

  it('lets everybody ride while it knows nothing', () => {
    expect(formerOf(plain(3, { leftMs: 1 }), {}, new LearnedBehavior()).form(3)).toEqual({
      riding: [0, 1, 2],
      lost: [],
    });
  });

  it('sends one ahead to find out when by what was known long ago all are late, and gives nobody up', () => {
    const outdated = buildLearned(10, 1, NOW_MS - 2000);
    const { form, queue } = formerOf(plain(3, { leftMs: 1 }), {}, outdated);
    expect(form(3)).toEqual({ riding: [0], lost: [] });
    expect(queue.size).toBe(2);
  });

  it('chooses a size by what was known long ago, and gives nobody up, nor passes anybody over', () => {
    const outdated = buildLearned(10, 1, NOW_MS - 2000);
    const { form, queue } = formerOf([{ leftMs: 5 }, ...plain(3, { leftMs: 12.5 })], {}, outdated);
    expect(form(4)).toEqual({ riding: [0, 1], lost: [] });
    expect(queue.size).toBe(2);
  });

  it('keeps the order of priorities and tenants for those whom it puts back', () => {
    const late = { leftMs: 12.5, enqueuedAtMs: 0 };
    const { form } = formerOf([
      late,
      ...['a', 'a', 'b', 'b'].map((tenant, index) => ({ tenant, leftMs: 100, enqueuedAtMs: 1 + index })),
      { priority: 1, leftMs: 100, enqueuedAtMs: 9 },
    ]);
    expect(form(4)).toEqual({ riding: [0, 1], lost: [] });
    expect(form(4)).toEqual({ riding: [3, 2, 4, 5], lost: [] });
  });
});

describe('BatchFormer: deadlines where batches take more or less than foretold, by chance', () => {
  /** A batch of n takes 10 + n ms, 5 more or 5 less. */
  function learnedInNoise(): LearnedBehavior {
    const learned = buildLearned(10, 1);
    for (let batch = 0; batch < 400; batch += 1) {
      const size = batch % 4 < 2 ? 1 : 4;
      learned.observeBatch(size, 10 + size + (batch % 2 === 0 ? 5 : -5), NOW_MS);
    }
    return learned;
  }

  it('lets those ride who make it as a rule, if that answers more than to be sure', () => {
    expect(formerOf(plain(4, { leftMs: 20 }), {}, learnedInNoise()).form(4)).toEqual({
      riding: [0, 1, 2, 3],
      lost: [],
    });
  });

  it('gives up who would make it by chance only, if that answers more', () => {
    const { form } = formerOf(
      [...plain(4, { leftMs: 14.5 }), ...plain(3, { leftMs: 60 })],
      {},
      learnedInNoise(),
    );
    expect(form(4)).toEqual({ riding: [4, 5, 6], lost: [0, 1, 2, 3] });
  });
});
