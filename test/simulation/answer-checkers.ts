import { BatchingError, DeadlineExceededError, RequestAbortedError } from 'nestjs-batching/core';
import type { Call } from './call.js';
import { ROUNDING_MS, type Checker } from './checker.js';

/** What callers are promised of their answers. */
export function createAnswerCheckers(): readonly Checker[] {
  return [
    {
      title: 'every call settles once',
      settling: ({ settledAtMs }) => (settledAtMs === undefined ? undefined : `it did so at ${settledAtMs}`),
      drained: (_, { calls, settled }) =>
        calls === settled ? undefined : `${calls - settled} of ${calls} calls never settle`,
    },
    {
      title: 'who gets a result gets what the processor made of this very request',
      settling: (call) => {
        const { id, response, error } = call;
        if (error !== undefined) return undefined;
        return response === id && resultOf(call) === response ? undefined : `it got ${String(response)}`;
      },
    },
    {
      title: 'an error in the place of one request is that request’s alone',
      settling: (call) => {
        const { error } = call;
        if (error === undefined || error instanceof BatchingError) return undefined;
        return resultOf(call) === error ? undefined : `it got ${String(error)}`;
      },
    },
    {
      title: 'everybody is answered by the deadline, and nobody gets a result after it',
      settling: ({ deadlineAtMs }, { nowMs }) =>
        nowMs <= deadlineAtMs + ROUNDING_MS ? undefined : `it settles at ${nowMs}`,
    },
    {
      title:
        'time is said to be over only when it is, or when that was foreseen on arrival or before the batch',
      settling: (call, { nowMs }) =>
        call.error instanceof DeadlineExceededError ? faultOfExpiry(call, call.error, nowMs) : undefined,
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
    {
      title: 'when all is well again, everybody gets a result',
      settling: ({ phase, error }) =>
        phase === 'liveness' && error !== undefined ? `it got ${String(error)}` : undefined,
    },
  ];
}

function resultOf({ id, batch }: Call): unknown {
  const index = batch?.calls.findIndex((call) => call.id === id) ?? -1;
  return batch?.results?.[index];
}

function faultOfExpiry(
  { batch, calledAtMs, deadlineAtMs }: Call,
  { phase, retryAfterMs }: DeadlineExceededError,
  nowMs: number,
): string | undefined {
  if (deadlineAtMs === Infinity) return 'it has no deadline';
  if ((phase === 'execution') !== (batch !== undefined)) return `it was said to be in phase ${phase}`;
  if (phase === 'execution' && nowMs < deadlineAtMs - ROUNDING_MS) return 'it was running';
  if (phase !== 'admission') return undefined;
  if (nowMs !== calledAtMs) return `it was told only at ${nowMs}`;
  // One that would be too late alone as well gets no advice.
  return retryAfterMs === undefined || retryAfterMs > 0
    ? undefined
    : `it was to retry after ${retryAfterMs} ms`;
}
