import type { AbortNotice } from 'nestjs-batching/core';

import { UncopyableError } from './uncopyable.js';
import { reviveError } from '../protocol/serialized-error.js';
import type { WorkerReply } from '../protocol/worker-protocol.js';

interface PendingCall {
  readonly callId: number;
  readonly signal: AbortNotice | undefined;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Ends listening to the call's signal. */
  readonly forgetSignal: () => void;
}

/**
 * The calls that a worker has not answered yet: few at a time. An array rather than a `Map`: one that changes with
 * every call leaves old tables behind, which keep calls that have ended alive until the next full garbage collection.
 */
export class PendingCalls {
  private readonly pending: PendingCall[] = [];
  private lastCallId = 0;

  get size(): number {
    return this.pending.length;
  }

  /** The numbers of those that are not answered, in the order of their sending. */
  get callIds(): readonly number[] {
    return this.pending.map(({ callId }) => callId);
  }

  /** Whether somebody still waits for one of them. */
  get isAwaited(): boolean {
    return this.pending.some(({ signal }) => signal?.aborted !== true);
  }

  /**
   * Sends a call and waits for its reply.
   *
   * @param send Sends the call of that number. What it throws rejects the call.
   * @param onAborted Called once, after `send`, if the signal is aborted before the reply has come.
   */
  wait<TReply>(
    send: (callId: number) => void,
    signal: AbortNotice | undefined,
    onAborted: (callId: number) => void,
  ): Promise<TReply> {
    return new Promise<TReply>((resolve, reject) => {
      this.lastCallId += 1;
      const callId = this.lastCallId;
      send(callId);
      const listener = (): void => onAborted(callId);
      signal?.addEventListener('abort', listener);
      const forgetSignal = (): void => signal?.removeEventListener('abort', listener);
      this.pending.push({
        callId,
        signal,
        resolve: resolve as (reply: unknown) => void,
        reject,
        forgetSignal,
      });
      if (signal?.aborted === true) onAborted(callId);
    });
  }

  settle(message: WorkerReply): void {
    const [kind, callId, content] = message;
    if (kind === 'failure') this.reject(callId, reviveError(content));
    else if (kind === 'unreadable') this.reject(callId, new UncopyableError(content));
    else this.take(callId)?.resolve(content);
  }

  reject(callId: number, error: Error): void {
    this.take(callId)?.reject(error);
  }

  /** None of them is going to be answered any more. */
  rejectAll(error: Error): void {
    for (const callId of this.callIds) this.reject(callId, error);
  }

  private take(callId: number): PendingCall | undefined {
    const index = this.pending.findIndex((pending) => pending.callId === callId);
    if (index === -1) return undefined;
    const [call] = this.pending.splice(index, 1);
    call?.forgetSignal();
    return call;
  }
}
