import { reviveError } from './serialized-error.js';
import type { WorkerReply } from './worker-protocol.js';

interface PendingCall {
  readonly signal: AbortSignal | undefined;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  /** Ends listening to the call's signal. */
  readonly forgetSignal: () => void;
}

/** The calls that a worker has not answered yet, by their number. */
export class PendingCalls {
  private readonly pending = new Map<number, PendingCall>();
  private lastCallId = 0;

  get size(): number {
    return this.pending.size;
  }

  /** Whether somebody still waits for one of them. */
  get isAwaited(): boolean {
    return [...this.pending.values()].some(({ signal }) => signal?.aborted !== true);
  }

  /**
   * Sends a call and waits for its reply.
   *
   * @param send Sends the call of that number. What it throws rejects the call.
   * @param onAborted Called once, after `send`, if the signal is aborted before the reply has come.
   */
  wait<TReply>(
    send: (callId: number) => void,
    signal: AbortSignal | undefined,
    onAborted: (callId: number) => void,
  ): Promise<TReply> {
    return new Promise<TReply>((resolve, reject) => {
      this.lastCallId += 1;
      const callId = this.lastCallId;
      send(callId);
      const listener = (): void => onAborted(callId);
      signal?.addEventListener('abort', listener, { once: true });
      const forgetSignal = (): void => signal?.removeEventListener('abort', listener);
      this.pending.set(callId, {
        signal,
        resolve: resolve as (reply: unknown) => void,
        reject,
        forgetSignal,
      });
      if (signal?.aborted === true) onAborted(callId);
    });
  }

  settle(message: WorkerReply): void {
    const call = this.take(message.callId);
    if ('failure' in message) call?.reject(reviveError(message.failure));
    else call?.resolve(message.reply);
  }

  /** None of them is going to be answered any more. */
  rejectAll(error: Error): void {
    for (const callId of [...this.pending.keys()]) this.take(callId)?.reject(error);
  }

  private take(callId: number): PendingCall | undefined {
    const call = this.pending.get(callId);
    this.pending.delete(callId);
    call?.forgetSignal();
    return call;
  }
}
