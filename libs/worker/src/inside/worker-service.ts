import type { AbortNotice } from 'nestjs-batching/core';

import type { WorkerCalls } from '../protocol/worker-protocol.js';

/** A call, as far as its service may want to know of it: whether anybody still waits for the answer. */
export interface CallContext extends AbortNotice {
  /** The same as a signal. Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What a worker does with a call's answer. */
export interface ServiceAnswer<TReply> {
  /** Plain data for who has called. */
  readonly reply: TReply;
  /** What is given away with it rather than copied, if the worker is a thread. */
  readonly buffers?: readonly ArrayBufferLike[];
  /** Makes what is sent instead if something in the reply cannot be copied. Default: the call fails. */
  readonly withoutUncopyable?: () => TReply;
}

/** What lives in a worker and answers its calls, one at a time. */
export interface WorkerService<TCalls extends WorkerCalls<TCalls>> {
  /**
   * Answers one call. What it throws reaches the caller with its name, message, code, `isRetryable`, stack and causes.
   */
  call<TName extends keyof TCalls & string>(
    name: TName,
    request: TCalls[TName]['request'],
    context: CallContext,
  ): Promise<ServiceAnswer<TCalls[TName]['reply']>>;

  /** Gives back what the service holds. The worker ends by itself afterwards. */
  close(): void | Promise<void>;
}

/** What a service's module exports as `createService`. */
export type CreateWorkerService<TCalls extends WorkerCalls<TCalls>, TOptions> = (
  options: TOptions,
) => WorkerService<TCalls> | Promise<WorkerService<TCalls>>;
