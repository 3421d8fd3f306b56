import fc from 'fast-check';
import type { BatchingConfig } from 'nestjs-batching/core';
import type { CallTraits, Ending } from './journal.js';

/** What may be looked at in a request, besides what its options say. */
export interface Looks {
  readonly cost: boolean;
  readonly bucket: boolean;
  readonly key: boolean;
}

/** Numbers from which a valid configuration is made. Small enough that every limit is met often. */
const arbitraryNumbers = fc.record({
  maxBatchSize: fc.integer({ min: 1, max: 5 }),
  spareQueue: fc.nat(6),
  preferredShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  maxConcurrentBatches: fc.integer({ min: 1, max: 3 }),
  timeoutStrategy: fc.constantFrom('dispatch-partial', 'wait-for-full', 'adaptive'),
  maxWaitTimeMs: fc.constantFrom(0, 3, 10),
  defaultTimeoutMs: fc.constantFrom(undefined, undefined, 25),
  drainTimeoutMs: fc.integer({ min: 0, max: 60 }),
  priorityLevels: fc.constantFrom(1, 3),
  priorityAgingMs: fc.constantFrom(0, 5, 1000),
  queueFullPolicy: fc.constantFrom('displace', 'displace', 'refuse'),
  tenantWeights: fc.constantFrom({}, { a: 2, b: 0.5 }),
  maxQueueSizePerTenant: fc.constantFrom(undefined, undefined, 2),
  maxBatchCost: fc.constantFrom(undefined, 4, 7),
  costModel: fc.constantFrom('sum', 'padded'),
  allowedSizes: fc.constantFrom(undefined, undefined, [1, 3], [2]),
  padding: fc.constantFrom(undefined, 'up', 'down'),
});

function toConfig(
  { spareQueue, preferredShare, maxBatchCost, allowedSizes, ...numbers }: ArbitraryNumbers,
  looks: Looks,
): BatchingConfig {
  const { maxBatchSize } = numbers;
  const fitting = allowedSizes?.filter((size) => size <= maxBatchSize) ?? [];
  return {
    ...numbers,
    maxQueueSize: maxBatchSize + spareQueue,
    preferredBatchSize:
      preferredShare === undefined ? undefined : 1 + Math.floor(preferredShare * (maxBatchSize - 1)),
    maxBatchCost: looks.cost ? maxBatchCost : undefined,
    allowedBatchSizes: fitting.length > 0 ? fitting : undefined,
  };
}

type ArbitraryNumbers = typeof arbitraryNumbers extends fc.Arbitrary<infer TNumbers> ? TNumbers : never;

/** Half of all batchers look at nothing: the path of those who use none of it. */
const arbitraryLooks: fc.Arbitrary<Looks> = fc.oneof(
  fc.constant({ cost: false, bucket: false, key: false }),
  fc.record({ cost: fc.boolean(), bucket: fc.boolean(), key: fc.boolean() }),
);

/** What a batcher is made with, and a configuration that it may be given later. */
export interface Setup {
  readonly config: BatchingConfig;
  readonly looks: Looks;
  /** Whether requests name priorities and tenants. */
  readonly areSorted: boolean;
}

export const arbitrarySetup: fc.Arbitrary<Setup> = fc
  .record({ numbers: arbitraryNumbers, looks: arbitraryLooks, areSorted: fc.boolean() })
  .map(({ numbers, looks, areSorted }) => ({ config: toConfig(numbers, looks), looks, areSorted }));

export type CallKind = 'plain' | 'with signal' | 'with aborted signal' | 'invalid';

export type GivenTraits = Omit<CallTraits, 'timeoutMs' | 'isInvalid'> & {
  readonly timeoutMs: number | undefined;
};

/** `which` picks one of those that there are, whatever their number. */
export type Command =
  | { readonly do: 'call'; readonly kind: CallKind; readonly traits: GivenTraits }
  | { readonly do: 'call many'; readonly kind: CallKind; readonly traits: readonly GivenTraits[] }
  | { readonly do: 'abort'; readonly which: number }
  | { readonly do: 'advance'; readonly byMs: number }
  | { readonly do: 'end'; readonly which: number; readonly as: Ending['type']; readonly detail: number }
  | { readonly do: 'call from within'; readonly calls: number }
  | { readonly do: 'reconfigure'; readonly changes: BatchingConfig }
  | { readonly do: 'expedite' }
  | { readonly do: 'drain'; readonly timeoutMs: number | undefined };

const arbitraryTraits: fc.Arbitrary<GivenTraits> = fc.record({
  timeoutMs: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined, freq: 2 }),
  priority: fc.constantFrom(0, 0, 1, 2),
  tenant: fc.constantFrom(undefined, 'a', 'b', 'toString'),
  cost: fc.constantFrom(1, 1, 2, 3, 5),
  bucket: fc.constantFrom(undefined, 'x', 'y'),
  key: fc.constantFrom(undefined, undefined, 'k', 'l'),
});

const arbitraryKind = fc.constantFrom<CallKind[]>(
  'plain',
  'plain',
  'plain',
  'with signal',
  'with signal',
  'with aborted signal',
  'invalid',
);

/** Some fields of another configuration; not all of them go with those that stay. */
const arbitraryChanges: fc.Arbitrary<BatchingConfig> = fc
  .tuple(arbitraryNumbers, fc.nat())
  .map(([numbers, seed]) => {
    const config = toConfig(numbers, { cost: false, bucket: false, key: false });
    const kept = Object.entries(config).filter((_, index) => ((seed >> (index % 30)) & 1) === 1);
    return Object.fromEntries(kept);
  });

export const arbitraryCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({ do: fc.constant('call' as const), kind: arbitraryKind, traits: arbitraryTraits }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('call many' as const),
      kind: arbitraryKind,
      traits: fc.array(arbitraryTraits, { minLength: 1, maxLength: 7 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('abort' as const), which: fc.nat(100) }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('advance' as const), byMs: fc.nat(12) }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      which: fc.nat(10),
      as: fc.constantFrom<Ending['type'][]>(
        'success',
        'success',
        'success',
        'spoiled',
        'miscounted',
        'failure',
      ),
      detail: fc.nat(10),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('call from within' as const),
      calls: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('reconfigure' as const), changes: arbitraryChanges }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'expedite' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('drain' as const),
      timeoutMs: fc.oneof(fc.constant(undefined), fc.constant(0), fc.integer({ min: 1, max: 60 })),
    }),
  },
);
