import { PendingCalls } from './pending-calls.js';
import { WorkerEndedError } from './worker-ended.error.js';
import type { CallOptions, WorkerHost, WorkerSpecification } from './worker-host.js';
import type { WorkerCalls, WorkerMessage, WorkerReply } from './worker-protocol.js';

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
    return this.ask((callId) => ({ kind: 'call', callId, name, request }), buffers, signal);
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopOnce();
    return this.stopping;
  }

  abandon(reason: string): void {
    if (this.endReason !== undefined) return;
    this.failEverything(reason);
    this.giveUp();
  }

  /** Sends to the worker; what cannot be sent, since it is gone, is told by `onGone`. */
  protected abstract send(message: WorkerMessage, buffers: readonly ArrayBufferLike[]): void;
  /** Makes the worker keep this process alive, or not. */
  protected abstract keepAlive(isNeeded: boolean): void;
  /** Brings a worker that does not answer to its end, if and as that can be done. */
  protected abstract giveUp(): void;

  /** The first call of all. Its rejection may be looked at late. */
  protected askToStart(): Promise<void> {
    const { service, options } = this.specification;
    const started = this.ask<undefined>(
      (callId) => ({ kind: 'start', callId, service: service.href, options }),
      [],
      undefined,
    );
    started.catch(() => undefined);
    return started;
  }

  protected onReply(reply: WorkerReply): void {
    this.pending.settle(reply);
    if (this.pending.size === 0 && this.stopping === undefined) this.keepAlive(false);
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
    signal: AbortSignal | undefined,
  ): Promise<TReply> {
    return this.pending.wait<TReply>(
      (callId) => {
        const refusal = this.endReason ?? (this.stopping && 'it has been stopped');
        if (refusal !== undefined) throw new WorkerEndedError(this.specification.subject, refusal);
        this.keepAlive(true);
        this.send(messageOf(callId), buffers);
      },
      signal,
      (callId) => {
        if (this.endReason === undefined) this.send({ kind: 'abort', callId }, []);
      },
    );
  }

  private async stopOnce(): Promise<void> {
    this.keepAlive(true);
    if (this.endReason === undefined) this.send({ kind: 'stop' }, []);
    await this.ended;
  }

  private failEverything(reason: string): void {
    if (this.stopping === undefined) this.endReason ??= reason;
    this.pending.rejectAll(new WorkerEndedError(this.specification.subject, reason));
  }
}
