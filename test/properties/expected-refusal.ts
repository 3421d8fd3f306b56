import {
  BatcherClosedError,
  DeadlineExceededError,
  InvalidRequestError,
  QueueFullError,
  RequestAbortedError,
  RequestTooLargeError,
  type ResolvedBatchingConfig,
} from 'nestjs-batching/core';
import type { Call } from './journal.js';

/**
 * Who has to give up its place to a newcomer: the newest of the lowest priority, if all places are taken. A place that
 * one of higher priority shares is not given up.
 */
export function findDisplaceable(
  priority: number,
  waiting: readonly Call[],
  { maxQueueSize, queueFullPolicy }: ResolvedBatchingConfig,
): Call | undefined {
  if (waiting.length < maxQueueSize || queueFullPolicy === 'refuse') return undefined;
  const giving = waiting.filter((call) => call.followers.every((each) => each.priority >= call.priority));
  const lowest = Math.max(...giving.map((call) => call.priority));
  return lowest > priority ? giving.findLast((call) => call.priority === lowest) : undefined;
}

/** What is wrong with a refusal, or with its absence. */
export function faultOfRefusal(call: Call): string | undefined {
  const expected = call.group === undefined ? refusalOf(call) : refusalOfGroup(call.group.calls);
  const received = call.isAccepted ? undefined : call.error?.constructor;
  if (expected === received) return undefined;
  // What the batcher foretells is not known out here; but it must know something, and say when to try again.
  if (call.error instanceof DeadlineExceededError && expected !== BatcherClosedError) {
    // One that would be too late alone as well gets no advice.
    const { phase, retryAfterMs = Infinity } = call.error;
    const canTell = call.circumstances.hadLearned && call.timeoutMs < Infinity;
    if (canTell && phase === 'admission' && retryAfterMs >= 1) return undefined;
  }
  return `expected ${expected?.name ?? 'no refusal'}, received ${String(call.error)}`;
}

function refusalOfGroup(calls: readonly Call[]) {
  const [first] = calls;
  const wrong = calls.map((call) => faultOf(call)).find((fault) => fault !== undefined);
  if (wrong !== undefined || first === undefined) return wrong;
  const { maxQueueSize, maxQueueSizePerTenant = Infinity } = first.circumstances.config;
  const places = calls.filter(({ leader }) => leader === undefined).length;
  const followers = calls.length - places;
  if (Math.max(places, followers) > maxQueueSize) return RequestTooLargeError;
  if (first.tenant !== undefined && places > maxQueueSizePerTenant) return RequestTooLargeError;
  return lackOfRoom(first, places) ?? lackOfSharedRoom(first, followers);
}

function refusalOf(call: Call) {
  return faultOf(call) ?? (call.leader === undefined ? lackOfRoom(call, 1) : lackOfSharedRoom(call, 1));
}

function lackOfSharedRoom({ circumstances }: Call, followers: number) {
  const { config, followersWaiting } = circumstances;
  return followers > 0 && followersWaiting + followers > config.maxQueueSize ? QueueFullError : undefined;
}

/** What is wrong with a call by itself. */
function faultOf({ circumstances, isInvalid, timeoutMs, priority, cost }: Call) {
  const { config, wasAborted, wasDraining } = circumstances;
  if (wasDraining) return BatcherClosedError;
  if (wasAborted) return RequestAbortedError;
  if (isInvalid) return InvalidRequestError;
  if (timeoutMs <= 0) return DeadlineExceededError;
  if (priority >= config.priorityLevels) return InvalidRequestError;
  return cost > (config.maxBatchCost ?? Infinity) ? RequestTooLargeError : undefined;
}

function lackOfRoom({ circumstances, tenant }: Call, count: number) {
  const { config, placesTaken, tenantPlacesTaken, displaceable } = circumstances;
  const { maxQueueSize, maxQueueSizePerTenant = Infinity } = config;
  if (tenant !== undefined && tenantPlacesTaken + count > maxQueueSizePerTenant) return QueueFullError;
  if (displaceable !== undefined) return undefined;
  return placesTaken + count > maxQueueSize ? QueueFullError : undefined;
}
