import type { AbortNotice } from 'nestjs-batching/core';

import { PendingCalls } from './pending-calls.js';
import { UncopyableError, UnreadableAnswerError } from './uncopyable.js';
import { WorkerEndedError } from './worker-ended.error.js';
import type { CallOptions, WorkerHost, WorkerSpecification } from './worker-host.js';
import { isWorkerReply, type WorkerCalls, type WorkerMessage } from '../protocol/worker-protocol.js';

/** How long a worker that has been told to stop, and has no call that somebody waits for, may take, in milliseconds. */
const STOP_GRACE_MS = 5000;
/** How often it is looked at whether somebody still waits, in milliseconds. */
const STOP_CHECK_MS = 100;

/** What a thread and a process have in common as workers: calls and replies, and what happens when one ends. */
export abstract class BaseWorkerHost<TCalls extends WorkerCalls<TCalls>> implements WorkerHost<TCalls> {
  endReason: string | undefined;
  readonly ended: Promise<void>;
  abstract readonly started: Promise<void>;

  private readonly pending = new PendingCalls();
  private resolveEnded!: () => void;
  private stopping: Promise<void> | undefined;

  constructor(protected readonly specification: WorkerSpecification) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
  }

  call<TName extends keyof TCalls & string>(
    name: TName,
    request: TCalls[TName]['request'],
    { buffers = [], signal }: CallOptions = {},
  ): Promise<TCalls[TName]['reply']> {
    return this.ask((callId) => ['call', callId, name, request], buffers, signal);
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  abandon(reason: string): void {
    if (this.endReason !== undefined) return;
    // What it has not begun it passes over; what it has begun may stop early.
    for (const callId of this.pending.callIds) this.send(['abort', callId], []);
    this.failEverything(reason);
    // Somebody may wait for its end; an idle one would let this process end before.
    this.keepAlive(true);
    this.giveUp();
  }

  /** Sends to the worker; what cannot be sent, since it is gone, is told by `onGone`. */
  protected abstract send(message: WorkerMessage, buffers: readonly ArrayBufferLike[]): void;
  /** Makes the worker keep this process alive, or not. */
  protected abstract keepAlive(isNeeded: boolean): void;
  /** Brings a worker that does not answer to its end, if and as that can be done. */
  protected abstract giveUp(): void;
  /** Whether `giveUp` ends it for sure, and soon. */
  protected abstract readonly canBeEnded: boolean;

  protected get isStopping(): boolean {
    return this.stopping !== undefined;
  }

  /** The first call of all. Its rejection may be looked at late. */
  protected askToStart(): Promise<void> {
    const { service, options } = this.specification;
    const started = this.ask<undefined>((callId) => ['start', callId, service.href, options], [], undefined);
    started.catch(() => undefined);
    return started;
  }

  /** Whatever the worker has sent. */
  protected onMessage(message: unknown): void {
    if (!isWorkerReply(message)) return;
    this.pending.settle(message);
    this.rest();
  }

  /**
   * A reply has come that cannot be read; the worker is none the worse for it.
   *
   * @param callId The call; by default the oldest, since they are answered in their order.
   */
  protected onUnreadable(reason: unknown, callId = this.pending.callIds[0]): void {
    if (callId === undefined) return;
    this.pending.reject(callId, new UnreadableAnswerError(reason));
    this.rest();
  }

  /** The worker is about to be gone, or no use any more. */
  protected onFailed(reason: string): void {
    this.failEverything(reason);
  }

  /** The worker is gone. */
  protected onGone(reason: string): void {
    this.failEverything(reason);
    this.resolveEnded();
  }

  private ask<TReply>(
    messageOf: (callId: number) => WorkerMessage,
    buffers: readonly ArrayBufferLike[],
    signal: AbortNotice | undefined,
  ): Promise<TReply> {
    return this.pending.wait<TReply>(
      (callId) => {
        const refusal = this.endReason ?? (this.stopping && 'it has been stopped');
        if (refusal !== undefined) throw new WorkerEndedError(this.specification.subject, refusal);
        this.keepAlive(true);
        try {
          this.send(messageOf(callId), buffers);
        } catch (error) {
          this.rest();
          throw new UncopyableError(error);
        }
      },
      signal,
      (callId) => {
        if (this.endReason === undefined) this.send(['abort', callId], []);
      },
    );
  }

  private async stopOnce(): Promise<void> {
    this.keepAlive(true);
    if (this.endReason === undefined) this.send(['stop'], []);
    const stopWatching = this.canBeEnded ? this.endWhenOverdue() : () => undefined;
    await this.ended;
    stopWatching();
  }

  /** A call that hangs, or a service whose `close` does, shall not hold up the end of the whole program. */
  private endWhenOverdue(): () => void {
    let unawaitedMs = 0;
    const timer = setInterval(() => {
      unawaitedMs = this.pending.isAwaited ? 0 : unawaitedMs + STOP_CHECK_MS;
      if (unawaitedMs < STOP_GRACE_MS) return;
      clearInterval(timer);
      this.giveUp();
    }, STOP_CHECK_MS);
    return () => clearInterval(timer);
  }

  /** An idle worker does not keep this process alive. One that is to end does: it may be in a native library. */
  private rest(): void {
    const isAtRest = this.pending.size === 0 && !this.isStopping && this.endReason === undefined;
    if (isAtRest) this.keepAlive(false);
  }

  private failEverything(reason: string): void {
    if (this.stopping === undefined) this.endReason ??= reason;
    this.pending.rejectAll(new WorkerEndedError(this.specification.subject, reason));
  }
}
