import { getEventListeners } from 'node:events';
import { BatcherClosedError } from 'nestjs-batching/core';
import { fateOf, hasRightOutcome, type Fate } from './expected-outcome.js';
import {
  costOf,
  faultOfChoice,
  faultOfTurn,
  idsOf,
  isEnough,
  largestSize,
  longestWaitMs,
  longestWaitUntilMs,
} from './expected-order.js';
import { faultOfRefusal } from './expected-refusal.js';
import { placeOf, type Batch, type Call, type Journal } from './journal.js';

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
    title: 'No batch is empty or exceeds maxBatchSize, or maxBatchCost with more than one request',
    whenBatchStarts: ({ calls, config }) => {
      const isWithinCost = calls.length === 1 || costOf(calls, config) <= (config.maxBatchCost ?? Infinity);
      const isRight = calls.length >= 1 && calls.length <= largestSize(config) && isWithinCost;
      return isRight ? undefined : `it holds ${calls.length}, which cost ${costOf(calls, config)}`;
    },
  },
  {
    title: 'A batch is told the allowed size at which it runs',
    whenBatchStarts: ({ calls, context, config }) => {
      const sizes = config.allowedBatchSizes?.filter((size) => size >= calls.length) ?? [];
      const expected = sizes.length === 0 ? calls.length : Math.min(...sizes);
      const isRight = context.paddedBatchSize === expected && context.batchSize === calls.length;
      return isRight ? undefined : `${context.paddedBatchSize} for ${calls.length}`;
    },
  },
  {
    title: 'Never more than maxConcurrentBatches run',
    whenBatchStarts: ({ runningBefore, config }) =>
      runningBefore >= config.maxConcurrentBatches ? `${runningBefore} ran already` : undefined,
  },
  {
    title: 'A place in which nobody waits never reaches the processor',
    whenBatchStarts: ({ calls }, journal) =>
      listOf(
        'left',
        calls.filter((call) => !journal.isNeeded(call)),
      ),
  },
  {
    title: 'Each place reaches the processor at most once, that of a refused request never',
    whenBatchStarts: ({ calls }) =>
      listOf(
        'wrong',
        calls.filter((call) => call.batch !== undefined || call.leader !== undefined || !call.isAccepted),
      ),
  },
  {
    title: 'A batch takes who is most urgent, in order, and all that fit unless other slots are to take some',
    atRest: ({ batches }) => {
      for (const [index, batch] of batches.entries()) {
        if (batch.isReviewed) continue;
        const fault = faultOfTurn(batch, batches[index - 1]) ?? faultOfChoice(batch);
        if (fault !== undefined) return `batch ${batch.id}: ${fault}`;
      }
      return undefined;
    },
  },
  {
    title: 'No batch runs before its strategy lets it, and it runs for the reason that it names',
    whenBatchStarts: (batch, journal) =>
      isReasonRight(batch, journal) ? undefined : `it ran for the reason ${batch.reason}`,
  },
  {
    title: 'While a slot is free the oldest request waits no longer than its strategy says',
    whenBatchStarts: ({ calls, startedAtMs, waitingBefore, couldRunSinceMs, config }, journal) => {
      const together = waitingBefore.filter(({ bucket }) => bucket === calls[0]?.bucket);
      const dueAtMs = longestWaitUntilMs(journal.waitingSinceMs(together), couldRunSinceMs, config);
      return startedAtMs > dueAtMs ? `it ran at ${startedAtMs}, was due at ${dueAtMs}` : undefined;
    },
    atRest: (journal) => {
      const { config, waiting, running, nowMs, isExpedited, couldRunSinceMs } = journal;
      if (waiting.length === 0 || running.length >= config.maxConcurrentBatches) return undefined;
      const isDue =
        isExpedited ||
        waiting.length >= config.maxQueueSize ||
        nowMs >= longestWaitUntilMs(journal.waitingSinceMs(waiting), couldRunSinceMs, config) ||
        bucketsOf(waiting).some((together) => isEnough(together, config));
      return isDue ? `${idsOf(waiting)} wait though a slot is free` : undefined;
    },
  },
  {
    title: 'A request is refused only for a reason, and for the right one',
    atRest: ({ calls }) => {
      for (const call of calls) {
        const fault = faultOfRefusal(call);
        if (fault !== undefined) return `call ${call.id}: ${fault}`;
      }
      return undefined;
    },
  },
  {
    title: 'Many requests at once are accepted all or none, and answered when the last of them is',
    atRest: (journal) => {
      for (const group of new Set(journal.calls.map((call) => call.group))) {
        if (group === undefined) continue;
        const { calls, settledAtMs } = group;
        if (new Set(calls.map(({ isAccepted }) => isAccepted)).size > 1) return `${idsOf(calls)} were split`;
        const isPending = calls.some((call) => call.isAccepted && fateOf(call, journal) === undefined);
        const lastMs = Math.max(...calls.map((call) => call.settledAtMs ?? Infinity));
        if (settledAtMs === undefined ? !isPending : settledAtMs !== lastMs)
          return `${idsOf(calls)} are settled at ${settledAtMs}, the last at ${lastMs}`;
      }
      return undefined;
    },
  },
  {
    title: 'The queue holds exactly who waits; what comes does not let it exceed maxQueueSize',
    atRest: (journal) => {
      const { waiting, statisticsNow, config, nowMs } = journal;
      const { currentQueueSize, isQueueEmpty, isQueueFull, oldestWaitMs, buckets } = statisticsNow();
      const isRight =
        currentQueueSize === waiting.length &&
        isQueueEmpty === (waiting.length === 0) &&
        isQueueFull === waiting.length >= config.maxQueueSize &&
        oldestWaitMs === Math.max(0, nowMs - journal.waitingSinceMs(waiting)) &&
        buckets === bucketsOf(waiting).length;
      return isRight
        ? undefined
        : `it holds ${currentQueueSize} in ${buckets} buckets, ${waiting.length} wait`;
    },
  },
  {
    title: 'Every accepted request settles once, at once, with what is its own',
    atRest: (journal) => {
      for (const call of journal.calls) {
        const isUnheard = call.group !== undefined && call.group.settledAtMs === undefined;
        if (!call.isAccepted || isUnheard || hasRightOutcome(call, journal)) continue;
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
    title: 'A signal carries one listener for each call of which a request is not settled, and no other',
    atRest: (journal) =>
      listOf(
        'wrong',
        journal.calls.filter((call) => {
          const { controller, group } = call;
          if (controller === undefined) return false;
          const sharing = group?.calls ?? [call];
          const isPending = sharing.some((each) => each.isAccepted && fateOf(each, journal) === undefined);
          return getEventListeners(controller.signal, 'abort').length !== (isPending ? 1 : 0);
        }),
      ),
  },
  {
    title: 'The signal of a batch is aborted when all its callers have left, and not before',
    atRest: (journal) => {
      for (const { id, calls, signal, ending, atEnd } of journal.batches) {
        const haveAllLeft = atEnd?.haveAllLeft ?? calls.every((call) => !journal.isNeeded(call));
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
      const expected = JSON.stringify(expectedStatistics(journal));
      const received = JSON.stringify(receivedStatistics(journal));
      return received === expected ? undefined : `expected ${expected}, received ${received}`;
    },
  },
];

function isReasonRight(
  { calls, config, reason, startedAtMs, waitingBefore, wasExpedited }: Batch,
  journal: Journal,
): boolean {
  const together = waitingBefore.filter(({ bucket }) => bucket === calls[0]?.bucket);
  const waitedMs = startedAtMs - journal.waitingSinceMs(together);
  switch (reason) {
    case 'full':
      return (
        together.length >= largestSize(config) ||
        costOf(together, config) >= (config.maxBatchCost ?? Infinity)
      );
    case 'preferred':
      return together.length >= (config.preferredBatchSize ?? Infinity);
    case 'drain':
      return wasExpedited;
    case 'waited':
      return waitedMs >= longestWaitMs(config);
    case 'adaptive':
      return config.timeoutStrategy === 'adaptive' || waitingBefore.length >= config.maxQueueSize;
    case 'deadline':
      return together.some((place) =>
        [place, ...place.followers].some(({ deadlineAtMs }) => deadlineAtMs < Infinity),
      );
    case undefined:
      return false;
  }
}

function expectedStatistics(journal: Journal) {
  const { calls, batches, running, waiting } = journal;
  const accepted = calls.filter((call) => call.isAccepted);
  const fates = accepted.map((call) => fateOf(call, journal));
  const count = (fate: Fate): number => fates.filter((each) => each === fate).length;
  const pending = accepted.filter((_, index) => fates[index] === undefined);
  const ended = batches.filter((batch) => batch.ending !== undefined);
  const failedBatches = ended.filter(
    ({ ending }) => ending?.type === 'failure' || ending?.type === 'miscounted',
  );
  const ridden = sumOf(batches.map((batch) => batch.calls.length));
  return {
    accepted: accepted.length,
    succeeded: count('succeeded'),
    failed: count('failed'),
    expired: count('expired'),
    aborted: count('aborted'),
    displaced: count('displaced'),
    closed: count('closed'),
    // Many at once are refused by one error.
    refused: new Set(calls.filter((call) => !call.isAccepted).map((call) => call.group ?? call)).size,
    waiting: waiting.length,
    inFlight: [pending.filter((call) => placeOf(call).batch !== undefined).length, running.length],
    batches: [batches.length, ended.length - failedBatches.length, failedBatches.length],
    sizes: ridden,
    reasons: batches.length,
    durations: [ridden, ended.length],
  };
}

function receivedStatistics({ statisticsNow }: Journal): ReturnType<typeof expectedStatistics> {
  const { requests, refused, batches, currentQueueSize, requestsInFlight, batchesInFlight, ...others } =
    statisticsNow();
  const { accepted, succeeded, failed, expired, aborted, displaced, closed } = requests;
  return {
    ...{ accepted, succeeded, failed, expired, aborted, displaced, closed },
    refused: sumOf(Object.values(refused)),
    waiting: currentQueueSize,
    inFlight: [requestsInFlight, batchesInFlight],
    batches: [batches.dispatched, batches.completed, batches.failed],
    sizes: sumOf(Object.entries(batches.sizes).map(([size, times]) => Number(size) * times)),
    reasons: sumOf(Object.values(batches.dispatchReasons)),
    durations: [others.queueTimeMs.count, others.processingTimeMs.count],
  };
}

/** What waits, by bucket. */
function bucketsOf(waiting: readonly Call[]): (readonly Call[])[] {
  const keys = new Set(waiting.map(({ bucket }) => bucket));
  return [...keys].map((key) => waiting.filter(({ bucket }) => bucket === key));
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

const listOf = (what: string, calls: readonly Call[]): string | undefined =>
  calls.length === 0 ? undefined : `${what}: ${idsOf(calls)}`;
