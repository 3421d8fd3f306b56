import fc from 'fast-check';
import { DynamicBatcher, type BatchingConfig, type RequestOptions } from 'nestjs-batching/core';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';

const RUNS = 1000;
const MOST_COMMANDS = 40;

type Command =
  | { readonly do: 'call'; readonly times: number }
  | { readonly do: 'call many'; readonly times: number }
  | { readonly do: 'call specially'; readonly options: RequestOptions; readonly isTakenBack: boolean }
  | { readonly do: 'end'; readonly which: number; readonly as: 'success' | 'failure' | 'one error' }
  | { readonly do: 'advance'; readonly byMs: number }
  | { readonly do: 'reconfigure'; readonly changes: readonly BatchingConfig<number>[] }
  | { readonly do: 'drain'; readonly timeoutMs: number };

/** Without tenants: whose turn it is depends on who has had one, and who says nothing has none while all are alike. */
const arbitraryConfig: fc.Arbitrary<BatchingConfig> = fc.record({
  maxBatchSize: fc.integer({ min: 1, max: 6 }),
  maxQueueSize: fc.integer({ min: 6, max: 40 }),
  maxConcurrentBatches: fc.integer({ min: 1, max: 3 }),
  maxWaitTimeMs: fc.constantFrom(0, 3, 10),
  timeoutStrategy: fc.constantFrom('dispatch-partial', 'wait-for-full', 'adaptive'),
  priorityLevels: fc.constant(3),
  priorityAgingMs: fc.constantFrom(0, 5, 1000),
});

/** What makes the requests that come later anything but ordinary. */
const arbitraryLooks = fc.constantFrom<BatchingConfig<number>>(
  {},
  {},
  { costOf: (number) => 1 + (number % 3), maxBatchCost: 4 },
  { bucketOf: (number) => number % 2 },
  { defaultTimeoutMs: 20 },
);

const arbitraryCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('call' as const), times: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('call many' as const), times: fc.integer({ min: 0, max: 9 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('call specially' as const),
      options: fc.record({
        priority: fc.constantFrom(0, 0, 1, 2),
        timeoutMs: fc.constantFrom(undefined, undefined, 4, 20),
      }),
      isTakenBack: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(2),
      as: fc.constantFrom('success', 'success', 'success', 'failure', 'one error'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), byMs: fc.nat(12) }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(arbitraryConfig, arbitraryLooks)
      .map(([config, looks]) => ({ do: 'reconfigure' as const, changes: [config, looks] })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('drain' as const), timeoutMs: fc.constantFrom(0, 5, 1000) }),
  },
);

/** A batcher of numbers. `plain`: what is said of calls of which nothing special is said. */
class Side {
  readonly clock = new ManualClock();
  readonly processor = new FakeProcessor((number: number) => -number);
  readonly outcomes: string[] = [];
  private readonly batcher: DynamicBatcher<number, number>;
  private latest = 0;

  constructor(
    config: BatchingConfig,
    private readonly plain: RequestOptions | undefined,
  ) {
    this.batcher = new DynamicBatcher<number, number>(config, this.processor, { clock: this.clock });
  }

  async run(command: Command): Promise<void> {
    switch (command.do) {
      case 'call':
        for (let count = 0; count < command.times; count += 1) this.call(this.plain);
        break;
      case 'call many': {
        const numbers = Array.from({ length: command.times }, () => (this.latest += 1));
        this.note(`many from ${numbers[0]}`, this.batcher.processMany(numbers, this.plain));
        break;
      }
      case 'call specially': {
        const controller = new AbortController();
        this.call({ ...command.options, signal: controller.signal });
        if (command.isTakenBack) controller.abort('gone');
        break;
      }
      case 'end':
        this.end(command.which, command.as);
        break;
      case 'advance':
        await this.clock.advance(command.byMs);
        return;
      case 'reconfigure':
        this.reconfigure(command.changes);
        break;
      case 'drain':
        void this.batcher.drain({ timeoutMs: command.timeoutMs });
        break;
    }
    await this.clock.advance(0);
  }

  /** All that can be seen from outside. */
  get seen(): object {
    const batches = this.processor.batches.map(({ requests }) => requests);
    return {
      batches,
      outcomes: this.outcomes,
      state: this.batcher.state,
      statistics: this.batcher.getStatistics(),
    };
  }

  private call(options: RequestOptions | undefined): void {
    this.latest += 1;
    this.note(String(this.latest), this.batcher.process(this.latest, options));
  }

  private note(who: string, answer: Promise<unknown>): void {
    answer.then(
      (value) => this.outcomes.push(`${who}: ${JSON.stringify(value)}`),
      (error: unknown) => this.outcomes.push(`${who}: ${(error as Error).message}`),
    );
  }

  private end(which: number, as: 'success' | 'failure' | 'one error'): void {
    const batch = this.processor.running[which % Math.max(1, this.processor.running.length)];
    if (batch === undefined) return;
    const results: (number | Error)[] = batch.requests.map((number) => -number);
    if (as === 'one error') results[0] = new Error('spoiled');
    if (as === 'failure') batch.fail(new Error('out of order'));
    else batch.succeed(results);
  }

  private reconfigure(changes: readonly BatchingConfig<number>[]): void {
    try {
      this.batcher.reconfigure(changes);
    } catch (error) {
      this.outcomes.push((error as Error).message);
    }
  }
}

describe('DynamicBatcher', () => {
  it('serves who says nothing special as it serves who could take back what it sent, and never does', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryConfig,
        fc.array(arbitraryCommand, { maxLength: MOST_COMMANDS, size: 'max' }),
        async (config, commands) => {
          const ordinary = new Side(config, undefined);
          const individual = new Side(config, { signal: new AbortController().signal });
          for (const command of commands) {
            await Promise.all([ordinary.run(command), individual.run(command)]);
            expect(ordinary.seen).toEqual(individual.seen);
          }
        },
      ),
      { numRuns: RUNS },
    );
  }, 300_000);
});
