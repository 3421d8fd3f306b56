import {
  BatcherClosedError,
  BatchProcessingError,
  DeadlineExceededError,
  QueueFullError,
  RequestAbortedError,
  ResponseCountMismatchError,
} from 'nestjs-batching/core';
import { placeOf, type Call, type Journal } from './journal.js';

/** The result that belongs to a call and to no other. */
export function answerTo(call: Call): string {
  return `answer to ${call.id}`;
}

/** How an accepted call can end. */
export type Fate = 'succeeded' | 'failed' | 'expired' | 'aborted' | 'displaced' | 'closed';

/** When a call must have been settled, as far as can be known without its answer; undefined: not yet. */
export function expectedEndMs(call: Call, journal: Journal): number | undefined {
  const { abortedAtMs, displacedAtMs, droppedAtMs, deadlineAtMs } = call;
  const closedAtMs = journal.closeAtMs;
  const endedAtMs = placeOf(call).batch?.endedAtMs;
  const atMs = Math.min(
    ...[abortedAtMs, displacedAtMs, droppedAtMs, deadlineAtMs, closedAtMs, endedAtMs].map(
      (each) => each ?? Infinity,
    ),
  );
  return atMs <= journal.nowMs ? atMs : undefined;
}

/** How a call has ended; undefined: not yet. */
export function fateOf(call: Call, journal: Journal): Fate | undefined {
  if (call.group !== undefined && call.group.settledAtMs === undefined) return foretoldFateOf(call, journal);
  if (call.settledAtMs === undefined) return undefined;
  const { error } = call;
  if (error === undefined) return 'succeeded';
  if (error instanceof RequestAbortedError) return 'aborted';
  if (error instanceof DeadlineExceededError) return 'expired';
  if (error instanceof QueueFullError) return 'displaced';
  return error instanceof BatcherClosedError ? 'closed' : 'failed';
}

/** How a call has ended of which one hears only when others have ended, too. */
function foretoldFateOf(call: Call, journal: Journal): Fate | undefined {
  const endMs = expectedEndMs(call, journal);
  if (endMs === undefined) return undefined;
  if (endMs === call.abortedAtMs) return 'aborted';
  if (endMs === call.displacedAtMs) return 'displaced';
  const { batch } = placeOf(call);
  if (endMs !== batch?.endedAtMs) return 'closed';
  const { ending } = batch;
  if (ending?.type === 'success') return 'succeeded';
  return ending?.type === 'spoiled' && ending.call !== placeOf(call) ? 'succeeded' : 'failed';
}

/** Whether an accepted call has exactly what it should have at this time. */
export function hasRightOutcome(call: Call, journal: Journal): boolean {
  const { error, response, settledAtMs } = call;
  const place = placeOf(call);
  const { batch } = place;
  if (settledAtMs === undefined) return !journal.hasLeft(call) && batch?.ending === undefined;
  if (error instanceof RequestAbortedError) return settledAtMs === call.abortedAtMs;
  if (error instanceof QueueFullError)
    return error.reason === 'displaced' && settledAtMs === call.displacedAtMs;
  if (error instanceof DeadlineExceededError) return hasRightDeadline(call, error, journal);
  if (error instanceof BatcherClosedError) return settledAtMs === journal.closeAtMs;

  // Everything else comes from its batch, and only if nothing else came first.
  const leftAtMs = Math.min(call.abortedAtMs ?? Infinity, call.displacedAtMs ?? Infinity, call.deadlineAtMs);
  const isInTime = settledAtMs < leftAtMs && settledAtMs <= journal.closeAtMs;
  if (!isInTime || settledAtMs !== batch?.endedAtMs) return false;
  switch (batch.ending?.type) {
    case 'success':
      return response === answerTo(place);
    case 'spoiled':
      return batch.ending.call === place ? error === batch.ending.error : response === answerTo(place);
    case 'miscounted':
      return error instanceof ResponseCountMismatchError;
    case 'failure':
      return error instanceof BatchProcessingError && error.cause === batch.ending.error;
    case undefined:
      return false;
  }
}

function hasRightDeadline(call: Call, error: DeadlineExceededError, journal: Journal): boolean {
  if (error.timeoutMs !== call.timeoutMs) return false;
  const { batch } = placeOf(call);
  const endMs = call.settledAtMs ?? NaN;
  if (endMs === call.deadlineAtMs) {
    const wasRunning = batch !== undefined && batch.startedAtMs < endMs;
    return error.phase === (wasRunning ? 'execution' : 'queue');
  }
  // It was told early that it would be late: only while it waited, and by a batcher that has learned something.
  const hadLearned = journal.batches.some(
    ({ ending, endedAtMs = Infinity }) =>
      (ending?.type === 'success' || ending?.type === 'spoiled') && endedAtMs <= endMs,
  );
  return error.phase === 'queue' && batch === undefined && hadLearned && endMs < call.deadlineAtMs;
}
