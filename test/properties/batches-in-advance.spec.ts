import fc from 'fast-check';
import {
  DynamicBatcher,
  type BatchContext,
  type BatchingConfig,
  type BatchProcessor,
  type RequestOptions,
} from 'nestjs-batching/core';
import { ManualClock } from 'nestjs-batching/testing';

const RUNS = 500;
/** No request comes at a moment when a batch ends: who comes first then is nobody's promise. */
const OFF_THE_BEAT_MS = 0.137;

interface Arrival {
  readonly afterMs: number;
  readonly count: number;
  readonly options: RequestOptions;
}

/** A batch as it began to run. */
interface BegunBatch {
  readonly atMs: number;
  readonly requests: readonly number[];
}

/** Runs one batch after the other, S(n) = 10 + n ms; those that it is given in advance wait for their turn. */
class Pipeline implements BatchProcessor<number, number> {
  readonly concurrentBatches = 1;
  readonly begun: BegunBatch[] = [];
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly batchesInAdvance: number,
    private readonly clock: ManualClock,
  ) {}

  processBatch(requests: readonly number[], context: BatchContext): Promise<readonly number[]> {
    const results = this.last.then(async () => {
      context.started?.();
      this.begun.push({ atMs: this.clock.now(), requests: [...requests] });
      await this.clock.sleep(10 + requests.length + OFF_THE_BEAT_MS);
      return requests;
    });
    this.last = results;
    return results;
  }
}

async function run(
  arrivals: readonly Arrival[],
  config: BatchingConfig,
  batchesInAdvance: number,
): Promise<{ begun: readonly BegunBatch[]; ends: readonly string[]; handedOverAhead: number }> {
  const clock = new ManualClock();
  const pipeline = new Pipeline(batchesInAdvance, clock);
  let handedOverAhead = 0;
  const batcher = new DynamicBatcher<number, number>(
    { maxWaitTimeMs: 0, maxQueueSize: 1000, ...config },
    {
      concurrentBatches: 1,
      batchesInAdvance,
      processBatch: (requests, context) => {
        if (batcher.getStatistics().batchesInFlight > 1) handedOverAhead += 1;
        return pipeline.processBatch(requests, context);
      },
    },
    { clock },
  );
  const answers: Promise<string>[] = [];
  for (const { afterMs, count, options } of arrivals) {
    await clock.advance(afterMs);
    for (let index = 0; index < count; index += 1) {
      answers.push(
        batcher.process(answers.length, options).then(
          (answer) => `${answer} at ${clock.now().toFixed(3)}`,
          (error: Error) => error.name,
        ),
      );
    }
  }
  await clock.flush();
  return { begun: pipeline.begun, ends: await Promise.all(answers), handedOverAhead };
}

const arbitraryArrivals = (options: fc.Arbitrary<RequestOptions>): fc.Arbitrary<Arrival[]> =>
  fc.array(fc.record({ afterMs: fc.nat(12), count: fc.integer({ min: 1, max: 5 }), options }), {
    minLength: 5,
    maxLength: 30,
  });

const PRIORITIES = arbitraryArrivals(fc.record({ priority: fc.constantFrom(0, 0, 0, 1, 2) }));
const FAR_DEADLINES = arbitraryArrivals(fc.record({ timeoutMs: fc.constantFrom(undefined, 60_000, 90_000) }));

describe('A batch in advance', () => {
  it.each<[string, fc.Arbitrary<Arrival[]>, BatchingConfig]>([
    ['with priorities', PRIORITIES, { priorityLevels: 3, priorityAgingMs: 30 }],
    ['with priorities that hardly age', PRIORITIES, { priorityLevels: 3, priorityAgingMs: 10_000 }],
    ['with deadlines that are far away', FAR_DEADLINES, {}],
    ['with nothing special', arbitraryArrivals(fc.constant({})), {}],
  ])('is the very batch that would have been formed later (%s)', async (_, arrivals, config) => {
    let handedOverAhead = 0;
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 4 }), async (calls, maxBatchSize) => {
        const early = await run(calls, { ...config, maxBatchSize }, 1);
        const late = await run(calls, { ...config, maxBatchSize }, 0);
        handedOverAhead += early.handedOverAhead;
        expect(late.handedOverAhead).toBe(0);
        expect(early.begun).toEqual(late.begun);
        expect(early.ends).toEqual(late.ends);
      }),
      { numRuns: RUNS },
    );
    expect(handedOverAhead).toBeGreaterThan(RUNS);
  });

  it('loses nobody where all have the same time, however short', async () => {
    const anyArrivals = arbitraryArrivals(fc.constant({}));
    await fc.assert(
      fc.asyncProperty(anyArrivals, fc.integer({ min: 15, max: 400 }), async (calls, defaultTimeoutMs) => {
        const config = { maxBatchSize: 4, defaultTimeoutMs };
        const early = await run(calls, config, 1);
        const late = await run(calls, config, 0);
        expect(early.ends).toEqual(late.ends);
      }),
      { numRuns: RUNS },
    );
  });
});
