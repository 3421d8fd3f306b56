import {
  BatchingError,
  DeadlineExceededError,
  QueueFullError,
  RequestAbortedError,
  type DrainResult,
  type QueueStatistics,
} from 'nestjs-batching/core';
import type { Batch, Call, Ledger } from './ledger.js';

/** Sums of milliseconds differ in their last digits by the order in which they were added. */
const ROUNDING_MS = 1e-6;

/**
 * Looks at one promise of the batcher, however the requests came about, and says what it finds broken. It sees
 * everything once, as it happens, and keeps no more than it needs.
 */
export interface Checker {
  readonly title: string;
  called?(ledger: Ledger): string | undefined;
  /** Before the calls of the batch are marked as taken. */
  batchStarted?(batch: Batch, ledger: Ledger): string | undefined;
  /** Before the call is marked as settled. */
  settling?(call: Call, ledger: Ledger): string | undefined;
  drained?(result: DrainResult, ledger: Ledger, statistics: QueueStatistics): string | undefined;
}

/** A fresh set; some of them remember what they saw. */
export function createCheckers(): readonly Checker[] {
  return [
    {
      title: 'every call settles once',
      settling: ({ settledAtMs }) => (settledAtMs === undefined ? undefined : `it did so at ${settledAtMs}`),
      drained: (_, { calls, settled }) =>
        calls === settled ? undefined : `${calls - settled} of ${calls} calls never settle`,
    },
    {
      title: 'who gets a result gets what the processor made of this very request',
      settling: ({ id, response, error, batch }) => {
        if (error !== undefined) return undefined;
        const index = batch?.calls.findIndex((call) => call.id === id) ?? -1;
        return response === id && batch?.results?.[index] === response
          ? undefined
          : `it got ${String(response)}`;
      },
    },
    {
      title: 'an error in the place of one request is that request’s alone',
      settling: ({ id, error, batch }) => {
        if (error === undefined || error instanceof BatchingError) return undefined;
        const index = batch?.calls.findIndex((call) => call.id === id) ?? -1;
        return batch?.results?.[index] === error ? undefined : `it got ${String(error)}`;
      },
    },
    {
      title: 'a batch holds one request or more and at most maxBatchSize',
      batchStarted: ({ calls }, { config }) =>
        calls.length >= 1 && calls.length <= config.maxBatchSize ? undefined : `it holds ${calls.length}`,
    },
    {
      title: 'never more than maxConcurrentBatches run',
      batchStarted: ({ runningBefore }, { config }) =>
        runningBefore < config.maxConcurrentBatches ? undefined : `${runningBefore} ran already`,
    },
    {
      title: 'never more than maxQueueSize wait',
      called: ({ waiting, config }) =>
        // The one that comes is counted already; it may be refused in a moment.
        waiting <= config.maxQueueSize + 1 ? undefined : `${waiting} wait`,
    },
    {
      title: 'a request is refused for a full queue only if it is full',
      settling: ({ error }, { waiting, config }) =>
        error instanceof QueueFullError && waiting <= config.maxQueueSize ? `${waiting} wait` : undefined,
    },
    {
      title: 'who has left never reaches the processor, and nobody does twice',
      batchStarted: ({ calls, startedAtMs }) => {
        const wrong = calls.find(
          (call) =>
            call.batch !== undefined ||
            call.settledAtMs !== undefined ||
            call.abortedAtMs !== undefined ||
            call.deadlineAtMs <= startedAtMs,
        );
        return wrong === undefined ? undefined : describeCall(wrong);
      },
    },
    {
      title: 'everybody is answered by the deadline, and nobody gets a result after it',
      settling: ({ deadlineAtMs }, { nowMs }) =>
        nowMs <= deadlineAtMs + ROUNDING_MS ? undefined : `it settles at ${nowMs}`,
    },
    {
      title: 'time is said to be over only when it is, or when it was known on arrival or before the batch',
      settling: ({ error, deadlineAtMs, batch }, { nowMs }) =>
        error instanceof DeadlineExceededError && batch !== undefined && nowMs < deadlineAtMs - ROUNDING_MS
          ? `it was running`
          : undefined,
    },
    {
      title: 'who takes a request back is told at once, and nobody else is told so',
      settling: ({ error, abortedAtMs }, { nowMs }) => {
        const isTold = error instanceof RequestAbortedError;
        return isTold === (abortedAtMs !== undefined) && (!isTold || abortedAtMs === nowMs)
          ? undefined
          : `taken back at ${abortedAtMs}, told ${String(error)}`;
      },
    },
    new FirstInFirstOut(),
    {
      title: 'a batch is of one bucket',
      batchStarted: ({ calls }) =>
        calls.every(({ bucket }) => bucket === calls[0]?.bucket) ? undefined : 'it holds several',
    },
    {
      title: 'while a slot is free the oldest waits no longer than its strategy says',
      batchStarted: ({ calls, startedAtMs, slotFreeSinceMs }, { config }) => {
        const oldestAtMs = Math.min(...calls.map(({ calledAtMs }) => calledAtMs));
        const windows = config.timeoutStrategy === 'wait-for-full' ? 2 : 1;
        const dueAtMs = Math.max(oldestAtMs + windows * config.maxWaitTimeMs, slotFreeSinceMs);
        return startedAtMs <= dueAtMs + ROUNDING_MS ? undefined : `it was due at ${dueAtMs}`;
      },
    },
    {
      title: 'when all is well again, everybody gets a result',
      settling: ({ phase, error }) =>
        phase === 'liveness' && error !== undefined ? `it got ${String(error)}` : undefined,
    },
    {
      title: 'a drain ends within its time, and says whether all were answered',
      drained: ({ isComplete, rejectedRequests }, { nowMs, drainStartedAtMs, config, waiting }) => {
        if (nowMs > drainStartedAtMs + config.drainTimeoutMs + ROUNDING_MS) return `it ends at ${nowMs}`;
        if (waiting !== 0) return `${waiting} still wait`;
        return isComplete === (rejectedRequests === 0) ? undefined : `it says ${rejectedRequests}`;
      },
    },
    {
      title: 'the statistics account for every call',
      drained: (_, { calls }, { requests, refused }) => {
        const { accepted, succeeded, failed, expired, aborted, closed } = requests;
        const settled = succeeded + failed + expired + aborted + closed;
        const refusedCalls = Object.values(refused).reduce((sum, count) => sum + count, 0);
        return accepted === settled && accepted + refusedCalls === calls
          ? undefined
          : `${calls} calls, ${accepted} accepted, ${settled} of them settled, ${refusedCalls} refused`;
      },
    },
  ];
}

/** Within one bucket, priority and tenant, requests start in the order in which they came. */
class FirstInFirstOut implements Checker {
  readonly title = 'requests of one bucket, priority and tenant start in the order in which they came';
  private readonly lastStarted = new Map<string, number>();

  batchStarted({ calls }: Batch): string | undefined {
    for (const { id, bucket, priority, tenant } of calls) {
      const line = `${bucket}/${priority ?? ''}/${tenant ?? ''}`;
      const lastId = this.lastStarted.get(line) ?? 0;
      if (id < lastId) return `call ${id} starts after call ${lastId}`;
      this.lastStarted.set(line, id);
    }
    return undefined;
  }
}

export function describeCall({ id, phase, calledAtMs, deadlineAtMs, abortedAtMs, batch }: Call): string {
  return (
    `call ${id} (${phase}, called at ${calledAtMs}, deadline ${deadlineAtMs}, ` +
    `aborted ${abortedAtMs ?? 'never'}, batch ${batch?.id ?? 'none'})`
  );
}
