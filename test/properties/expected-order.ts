import type { ResolvedBatchingConfig } from 'nestjs-batching/core';
import { callersOf, type Batch, type Call } from './journal.js';

/** The largest batch that there can be. */
export const largestSize = ({ maxBatchSize, allowedBatchSizes }: ResolvedBatchingConfig): number =>
  allowedBatchSizes === undefined ? maxBatchSize : Math.max(...allowedBatchSizes);

/** What places cost together. */
export function costOf(calls: readonly Call[], { costModel }: ResolvedBatchingConfig): number {
  const costs = calls.map(({ cost }) => cost);
  if (costModel === 'padded') return costs.length * Math.max(0, ...costs);
  return costs.reduce((sum, cost) => sum + cost, 0);
}

/** When a place counts as having come, with the head start of the higher priorities over its own. */
export const urgencyOf = (
  { calledAtMs, priority }: Call,
  { priorityAgingMs }: ResolvedBatchingConfig,
): number => calledAtMs + priority * priorityAgingMs;

/** The places in the order in which they are served if they are all of one tenant. */
function inOrderOfUrgency(calls: readonly Call[], config: ResolvedBatchingConfig): Call[] {
  return calls.toSorted(
    (one, other) =>
      urgencyOf(one, config) - urgencyOf(other, config) || one.priority - other.priority || one.id - other.id,
  );
}

/** How long the oldest may wait for company. */
export function longestWaitMs({
  timeoutStrategy,
  maxWaitTimeMs,
  maxConcurrentBatches,
}: ResolvedBatchingConfig): number {
  if (timeoutStrategy === 'adaptive' && maxConcurrentBatches === 1) return 0;
  return timeoutStrategy === 'wait-for-full' ? 2 * maxWaitTimeMs : maxWaitTimeMs;
}

/** Until when the oldest may wait for company, if a batch could have run since then. */
export function longestWaitUntilMs(
  calledAtMs: number,
  couldRunSinceMs: number,
  config: ResolvedBatchingConfig,
): number {
  // Who waited for a slot has not waited for company.
  const sinceMs = config.timeoutStrategy === 'adaptive' ? Math.max(calledAtMs, couldRunSinceMs) : calledAtMs;
  return Math.max(sinceMs + longestWaitMs(config), couldRunSinceMs);
}

/** Whether what waits in a bucket has a reason to go at once, whatever the strategy. */
export function isEnough(calls: readonly Call[], config: ResolvedBatchingConfig): boolean {
  return (
    calls.length >= Math.min(largestSize(config), config.preferredBatchSize ?? Infinity) ||
    costOf(calls, config) >= (config.maxBatchCost ?? Infinity)
  );
}

/** Whether a place was given up for this batch. */
function wasDroppedFor({ startedAtMs }: Batch, place: Call): boolean {
  return callersOf(place).some(({ droppedAtMs }) => droppedAtMs === startedAtMs);
}

const isHurried = (place: Call): boolean =>
  callersOf(place).some(({ deadlineAtMs }) => deadlineAtMs < Infinity);

/** Whether another bucket was more urgent than that of a batch, where the most urgent one goes first. */
function isOutOfTurn(batch: Batch): boolean {
  const { calls, config, reason, waitingBefore } = batch;
  const isMostUrgentFirst =
    reason === 'drain' || (reason === 'adaptive' && config.maxConcurrentBatches === 1);
  // Its turn may have come for the sake of one that was dropped then.
  const together = waitingBefore.filter(({ bucket }) => bucket === calls[0]?.bucket);
  const remaining = waitingBefore.filter((place) => calls.includes(place) || !wasDroppedFor(batch, place));
  const urgency = Math.min(...together.map((call) => urgencyOf(call, config)));
  return isMostUrgentFirst && urgency > Math.min(...remaining.map((call) => urgencyOf(call, config)));
}

/** What is wrong with the turn in which a batch goes: one in two may go before a more urgent bucket, for a deadline. */
export function faultOfTurn(batch: Batch, before: Batch | undefined): string | undefined {
  if (!isOutOfTurn(batch)) return undefined;
  const { calls, config, waitingBefore } = batch;
  const together = waitingBefore.filter(({ bucket }) => bucket === calls[0]?.bucket);
  const mayHurry = together.length <= largestSize(config) && together.some(isHurried);
  if (!mayHurry) return `another bucket was more urgent than that of ${idsOf(calls)}`;
  return before !== undefined && isOutOfTurn(before)
    ? `${idsOf(before.calls)} and ${idsOf(calls)} went out of turn one after the other`
    : undefined;
}

/** What is wrong with the choice of those who ride, when it is known who was dropped for it. */
export function faultOfChoice(batch: Batch): string | undefined {
  const { calls, config, waitingBefore, reason } = batch;
  const remaining = waitingBefore.filter((place) => calls.includes(place) || !wasDroppedFor(batch, place));
  const together = remaining.filter(({ bucket }) => bucket === calls[0]?.bucket);
  if (calls.some((call) => !together.includes(call))) return `${idsOf(calls)} do not share a bucket`;

  for (const call of calls) {
    const passedOver = together.find(
      (other) =>
        other.id < call.id &&
        other.priority === call.priority &&
        other.tenant === call.tenant &&
        !calls.includes(other),
    );
    if (passedOver !== undefined) return `${call.id} ran before ${passedOver.id}`;
  }

  const togetherBefore = waitingBefore.filter(({ bucket }) => bucket === calls[0]?.bucket);
  if (new Set(togetherBefore.map(({ tenant }) => tenant)).size > 1) return undefined;
  const ordered = inOrderOfUrgency(together, config);
  const isPrefix = calls.every((call, index) => call === ordered[index]);
  if (!isPrefix) return `${idsOf(calls)} ran, ${idsOf(ordered.slice(0, calls.length))} were more urgent`;
  const areHurried = ordered.some(isHurried);
  const leavesSomeForOtherSlots = reason === 'adaptive' && config.maxConcurrentBatches > 1;
  return areHurried || leavesSomeForOtherSlots ? undefined : faultOfSize(calls, ordered, config);
}

/** Where nobody has to hurry, and no other slot is to take some, a batch takes all that fit. */
function faultOfSize(
  calls: readonly Call[],
  ordered: readonly Call[],
  config: ResolvedBatchingConfig,
): string | undefined {
  let fitting = Math.min(ordered.length, largestSize(config));
  while (fitting > 1 && costOf(ordered.slice(0, fitting), config) > (config.maxBatchCost ?? Infinity))
    fitting -= 1;
  const isAllowed = config.allowedBatchSizes?.includes(calls.length) === true && calls.length < fitting;
  return calls.length === fitting || isAllowed
    ? undefined
    : `it holds ${calls.length}, ${fitting} could have run`;
}

export const idsOf = (calls: readonly Call[]): string => `[${calls.map((call) => call.id).join(' ')}]`;
