import fc from 'fast-check';
import type { BatchingConfig } from 'nestjs-batching/core';
import type { Ending } from './journal.js';

/** Configurations small enough that every limit is met often. */
export const arbitraryConfig: fc.Arbitrary<BatchingConfig> = fc
  .record({
    maxBatchSize: fc.integer({ min: 1, max: 5 }),
    spareQueue: fc.nat(6),
    preferredShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    maxConcurrentBatches: fc.integer({ min: 1, max: 3 }),
    timeoutStrategy: fc.constantFrom('dispatch-partial', 'wait-for-full', 'adaptive'),
    maxWaitTimeMs: fc.constantFrom(0, 3, 10),
    defaultTimeoutMs: fc.constantFrom(undefined, 25),
    drainTimeoutMs: fc.integer({ min: 0, max: 60 }),
  })
  .map(({ spareQueue, preferredShare, ...config }) => ({
    ...config,
    maxQueueSize: config.maxBatchSize + spareQueue,
    preferredBatchSize:
      preferredShare === undefined ? undefined : 1 + Math.floor(preferredShare * (config.maxBatchSize - 1)),
  }));

export type CallKind = 'plain' | 'with signal' | 'with aborted signal' | 'invalid';

/** `which` picks one of those that there are, whatever their number. */
export type Command =
  | { readonly do: 'call'; readonly kind: CallKind; readonly timeoutMs: number | undefined }
  | { readonly do: 'abort'; readonly which: number }
  | { readonly do: 'advance'; readonly byMs: number }
  | { readonly do: 'end'; readonly which: number; readonly as: Ending['type']; readonly detail: number }
  | { readonly do: 'call from within'; readonly calls: number }
  | { readonly do: 'expedite' }
  | { readonly do: 'drain'; readonly timeoutMs: number | undefined };

const arbitraryCall = fc.record({
  do: fc.constant('call' as const),
  kind: fc.constantFrom<CallKind[]>(
    'plain',
    'plain',
    'plain',
    'with signal',
    'with signal',
    'with aborted signal',
    'invalid',
  ),
  timeoutMs: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined, freq: 2 }),
});

export const arbitraryCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 24, arbitrary: arbitraryCall },
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
  { weight: 1, arbitrary: fc.constant({ do: 'expedite' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('drain' as const),
      timeoutMs: fc.oneof(fc.constant(undefined), fc.constant(0), fc.integer({ min: 1, max: 60 })),
    }),
  },
);
