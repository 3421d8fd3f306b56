import { getEventListeners } from 'node:events';
import {
  BatcherClosedError,
  BatchingError,
  BatchProcessingError,
  DeadlineExceededError,
  InvalidRequestError,
  QueueFullError,
  RequestAbortedError,
  ResponseCountMismatchError,
} from 'nestjs-batching/core';
import type { Batch, Call, Journal } from './journal.js';

/** What a batcher promises. It knows only the journal, not how it came about, and says what it finds broken. */
export interface Guarantee {
  readonly title: string;
  /** Looks at a batch in the moment in which it starts. */
  readonly whenBatchStarts?: (batch: Batch, journal: Journal) => string | undefined;
  /** Looks at everything when all that is due at this time has happened. */
  readonly atRest?: (journal: Journal) => string | undefined;
}

export const GUARANTEES: readonly Guarantee[] = [
  {
    title: 'No batch is empty or exceeds maxBatchSize',
    whenBatchStarts: ({ calls }, { config }) =>
      calls.length < 1 || calls.length > config.maxBatchSize ? `it holds ${calls.length}` : undefined,
  },
  {
    title: 'Never more than maxConcurrentBatches run',
    whenBatchStarts: ({ runningBefore }, { config }) =>
      runningBefore >= config.maxConcurrentBatches ? `${runningBefore} ran already` : undefined,
  },
  {
    title: 'Who has left never reaches the processor',
    whenBatchStarts: ({ calls }, journal) =>
      listOf(
        'left',
        calls.filter((call) => journal.hasLeft(call)),
      ),
  },
  {
    title: 'Each accepted request reaches the processor at most once, each refused one never',
    whenBatchStarts: ({ calls }) =>
      listOf(
        'wrong',
        calls.filter((call) => call.batch !== undefined || !call.isAccepted),
      ),
  },
  {
    title: 'Requests run in the order in which they came',
    whenBatchStarts: ({ calls, waitingBefore }) => {
      const expected = waitingBefore.slice(0, calls.length);
      return isSame(calls, expected)
        ? undefined
        : `${idsOf(calls)} ran, ${idsOf(expected)} had waited longer`;
    },
  },
  {
    title: 'A batch is formed when a slot takes it, of all that wait then',
    whenBatchStarts: ({ calls, waitingBefore }, { config }) => {
      const expected = Math.min(waitingBefore.length, config.maxBatchSize);
      return calls.length === expected ? undefined : `it holds ${calls.length}, ${expected} could have run`;
    },
  },
  {
    title: 'No batch runs before its strategy lets it',
    whenBatchStarts: ({ startedAtMs, waitingBefore, wasExpedited }, { config }) => {
      const size = config.preferredBatchSize ?? config.maxBatchSize;
      if (wasExpedited || waitingBefore.length >= size) return undefined;
      const dueAtMs = (waitingBefore[0]?.calledAtMs ?? Infinity) + longestWaitMs(config);
      return startedAtMs < dueAtMs ? `it ran at ${startedAtMs}, was due at ${dueAtMs}` : undefined;
    },
  },
  {
    title: 'While a slot is free the oldest request waits no longer than its strategy says',
    whenBatchStarts: ({ startedAtMs, waitingBefore, slotFreeSinceMs }, { config }) => {
      const dueAtMs = Math.max((waitingBefore[0]?.calledAtMs ?? 0) + longestWaitMs(config), slotFreeSinceMs);
      return startedAtMs > dueAtMs ? `it ran at ${startedAtMs}, was due at ${dueAtMs}` : undefined;
    },
    atRest: ({ config, waiting, running, nowMs, isExpedited }) => {
      const [oldest] = waiting;
      if (oldest === undefined || running.length >= config.maxConcurrentBatches) return undefined;
      const isDue =
        isExpedited ||
        waiting.length >= (config.preferredBatchSize ?? config.maxBatchSize) ||
        nowMs >= oldest.calledAtMs + longestWaitMs(config);
      return isDue ? `${idsOf(waiting)} wait though a slot is free` : undefined;
    },
  },
  {
    title: 'A request is refused only for a reason, and for the right one',
    atRest: ({ calls, config }) => {
      for (const call of calls) {
        const expected = expectedRefusal(call, config.maxQueueSize);
        const received = call.isAccepted ? undefined : call.error?.constructor;
        if (expected !== received) {
          return `call ${call.id}: expected ${expected?.name ?? 'no refusal'}, received ${String(call.error)}`;
        }
      }
      return undefined;
    },
  },
  {
    title: 'The queue holds exactly who waits, never more than maxQueueSize',
    atRest: ({ waiting, statisticsNow, config, nowMs }) => {
      const { currentQueueSize, isQueueEmpty, isQueueFull, oldestWaitMs } = statisticsNow();
      const isRight =
        currentQueueSize === waiting.length &&
        currentQueueSize <= config.maxQueueSize &&
        isQueueEmpty === (waiting.length === 0) &&
        isQueueFull === (waiting.length === config.maxQueueSize) &&
        oldestWaitMs === nowMs - (waiting[0]?.calledAtMs ?? nowMs);
      return isRight ? undefined : `it holds ${currentQueueSize}, ${waiting.length} wait`;
    },
  },
  {
    title: 'Every accepted request settles once, at once, with what is its own',
    atRest: (journal) => {
      for (const call of journal.calls) {
        const isRight = !call.isAccepted || hasRightOutcome(call, journal);
        if (!isRight)
          return `call ${call.id} has ${String(call.response ?? call.error)} at ${call.settledAtMs}`;
      }
      return undefined;
    },
  },
  {
    title: 'Every call that is not accepted is refused at once',
    atRest: ({ calls }) =>
      listOf(
        'late',
        calls.filter((call) => !call.isAccepted && call.settledAtMs !== call.calledAtMs),
      ),
  },
  {
    title: 'A signal carries a listener only while its request is not settled',
    atRest: ({ calls }) =>
      listOf(
        'wrong',
        calls.filter(({ controller, settledAtMs }) => {
          const listeners = controller === undefined ? [] : getEventListeners(controller.signal, 'abort');
          return listeners.length !== (controller !== undefined && settledAtMs === undefined ? 1 : 0);
        }),
      ),
  },
  {
    title: 'The signal of a batch is aborted when all its callers have left, and not before',
    atRest: (journal) => {
      for (const { id, calls, signal, ending, atEnd } of journal.batches) {
        const haveAllLeft = atEnd?.haveAllLeft ?? calls.every((call) => journal.hasLeft(call));
        const isAborted = atEnd?.isAborted ?? signal?.aborted ?? haveAllLeft;
        if (isAborted !== haveAllLeft)
          return `batch ${id} (${ending?.type ?? 'running'}): aborted: ${isAborted}`;
      }
      return undefined;
    },
  },
  {
    title: 'A drain ends when everything is answered, within its time at the latest, and says how',
    atRest: (journal) => {
      const { isDraining, closeAtMs, nowMs, drainResult, waiting, running, calls, stateNow } = journal;
      const isOver = isDraining && (nowMs >= closeAtMs || (waiting.length === 0 && running.length === 0));
      // Once closed it stays so, though a batch that came too late may still run.
      const expectedState = isOver ? 'closed' : isDraining ? 'draining' : 'open';
      if (stateNow() !== expectedState) return `it is ${stateNow()}, expected ${expectedState}`;
      if ((drainResult !== undefined) !== isOver) return `its result is ${JSON.stringify(drainResult)}`;
      const rejected = calls.filter(
        (call) => call.isAccepted && call.error instanceof BatcherClosedError,
      ).length;
      const isRight =
        drainResult === undefined ||
        (drainResult.rejectedRequests === rejected && drainResult.isComplete === (rejected === 0));
      return isRight ? undefined : `${rejected} were rejected, it says ${JSON.stringify(drainResult)}`;
    },
  },
  {
    title: 'The statistics account for every request and every batch',
    atRest: (journal) => {
      const expected = expectedStatistics(journal);
      const received = journal.statisticsNow();
      const { requests, refused, batches, requestsInFlight, batchesInFlight, currentQueueSize } = received;
      const { accepted, succeeded, failed, expired, aborted, closed } = requests;
      const settled = succeeded + failed + expired + aborted + closed;
      if (accepted !== settled + currentQueueSize + requestsInFlight) {
        return `${accepted} accepted, but ${settled} settled, ${currentQueueSize} wait, ${requestsInFlight} run`;
      }
      const told = JSON.stringify({
        ...{ accepted, succeeded, failed, expired, aborted, closed },
        refused: sumOf(Object.values(refused)),
        ...{ requestsInFlight, batchesInFlight },
        batches: [batches.dispatched, batches.completed, batches.failed],
        sizes: sumOf(Object.entries(batches.sizes).map(([size, count]) => Number(size) * count)),
        reasons: sumOf(Object.values(batches.dispatchReasons)),
        durations: [received.queueTimeMs.count, received.processingTimeMs.count],
      });
      return told === JSON.stringify(expected)
        ? undefined
        : `expected ${JSON.stringify(expected)}, received ${told}`;
    },
  },
];

function longestWaitMs({ timeoutStrategy, maxWaitTimeMs }: Journal['config']): number {
  return { adaptive: 0, 'dispatch-partial': 1, 'wait-for-full': 2 }[timeoutStrategy] * maxWaitTimeMs;
}

function expectedRefusal(call: Call, maxQueueSize: number) {
  if (call.wasDrainingBefore) return BatcherClosedError;
  if (call.wasAbortedBefore) return RequestAbortedError;
  if (call.timeoutMs <= 0) return DeadlineExceededError;
  if (call.isInvalid) return InvalidRequestError;
  return call.waitingBefore >= maxQueueSize ? QueueFullError : undefined;
}

function hasRightOutcome(call: Call, journal: Journal): boolean {
  const { batch, error, response, settledAtMs } = call;
  if (settledAtMs === undefined) return !journal.hasLeft(call) && batch?.ending === undefined;
  if (error instanceof RequestAbortedError) return settledAtMs === call.abortedAtMs;
  if (error instanceof DeadlineExceededError) {
    const phase = batch === undefined ? 'queue' : 'execution';
    return settledAtMs === call.deadlineAtMs && error.phase === phase && error.timeoutMs === call.timeoutMs;
  }
  if (error instanceof BatcherClosedError) return settledAtMs === journal.closeAtMs;

  // Everything else comes from its batch, and only if nothing else came first.
  const leftAtMs = Math.min(call.abortedAtMs ?? Infinity, call.deadlineAtMs);
  const isInTime = settledAtMs < leftAtMs && settledAtMs <= journal.closeAtMs;
  if (!isInTime || settledAtMs !== batch?.endedAtMs) return false;
  switch (batch.ending?.type) {
    case 'success':
      return response === answerTo(call);
    case 'spoiled':
      return batch.ending.call === call ? error === batch.ending.error : response === answerTo(call);
    case 'miscounted':
      return error instanceof ResponseCountMismatchError;
    case 'failure':
      return error instanceof BatchProcessingError && error.cause === batch.ending.error;
    case undefined:
      return false;
  }
}

/** The result that belongs to a call and to no other. */
export function answerTo(call: Call): string {
  return `answer to ${call.id}`;
}

function expectedStatistics(journal: Journal) {
  const { calls, batches, running } = journal;
  const accepted = calls.filter((call) => call.isAccepted);
  const count = (isCounted: (call: Call) => boolean): number => accepted.filter(isCounted).length;
  const ended = batches.filter((batch) => batch.ending !== undefined);
  const failedBatches = ended.filter(
    ({ ending }) => ending?.type === 'failure' || ending?.type === 'miscounted',
  );
  const taken = sumOf(batches.map((batch) => batch.calls.length));
  return {
    accepted: accepted.length,
    succeeded: count((call) => call.response !== undefined),
    failed: count(({ error }) => error !== undefined && !isLeaving(error)),
    expired: count(({ error }) => error instanceof DeadlineExceededError),
    aborted: count(({ error }) => error instanceof RequestAbortedError),
    closed: count(({ error }) => error instanceof BatcherClosedError),
    refused: calls.length - accepted.length,
    requestsInFlight: count(({ batch, settledAtMs }) => batch !== undefined && settledAtMs === undefined),
    batchesInFlight: running.length,
    batches: [batches.length, ended.length - failedBatches.length, failedBatches.length],
    sizes: taken,
    reasons: batches.length,
    durations: [taken, ended.length],
  };
}

/** Whether an error of an accepted request says that it got no result because nobody waited for it any more. */
function isLeaving(error: unknown): boolean {
  return (
    error instanceof BatchingError && ['DEADLINE_EXCEEDED', 'ABORTED', 'BATCHER_CLOSED'].includes(error.code)
  );
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

const idsOf = (calls: readonly Call[]): string => `[${calls.map((call) => call.id).join(' ')}]`;

const isSame = (some: readonly Call[], others: readonly Call[]): boolean =>
  some.length === others.length && some.every((call, index) => call === others[index]);

const listOf = (what: string, calls: readonly Call[]): string | undefined =>
  calls.length === 0 ? undefined : `${what}: ${idsOf(calls)}`;
