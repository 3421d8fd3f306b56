import type { AbortNotice } from 'nestjs-batching/core';
import { WorkerEndedError, type CallOptions, type WorkerHost } from 'nestjs-batching/worker';

/** What a fake worker can be asked for. */
export interface LetterCalls {
  readonly upper: { readonly request: string; readonly reply: string };
}

/** A call that a fake worker has got. */
export interface FakeCall {
  readonly request: string;
  readonly signal: AbortNotice | undefined;
  answer(reply: string): void;
  fail(error: Error): void;
}

/** A worker that does as the test says. It ends when it is told to stop and has no call left, or by `end`. */
export class FakeWorker implements WorkerHost<LetterCalls> {
  started: Promise<void> = Promise.resolve();
  endReason: string | undefined;
  readonly calls: FakeCall[] = [];
  readonly abandonReasons: string[] = [];
  isStopped = false;
  isGone = false;
  readonly ended: Promise<void>;
  private readonly rejections = new Map<FakeCall, (error: Error) => void>();
  private resolveEnded!: () => void;

  /** @param isHungWhenAbandoned Whether it goes on after it has been given up, as a thread in native code does. */
  constructor(private readonly isHungWhenAbandoned = false) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
  }

  call<TName extends 'upper'>(_name: TName, request: string, { signal }: CallOptions = {}): Promise<string> {
    if (this.endReason !== undefined) return Promise.reject(this.error());
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.rejections.delete(call);
        if (this.isStopped && this.rejections.size === 0) this.leave();
      };
      const call: FakeCall = {
        request,
        signal,
        answer: (reply) => (settle(), resolve(reply)),
        fail: (error) => (settle(), reject(error)),
      };
      this.calls.push(call);
      this.rejections.set(call, reject);
    });
  }

  /** The call that came last. */
  get latest(): FakeCall {
    return this.calls.at(-1)!;
  }

  stop(): Promise<void> {
    this.isStopped = true;
    if (this.rejections.size === 0) this.leave();
    return this.ended;
  }

  abandon(reason: string): void {
    this.abandonReasons.push(reason);
    this.fail(reason);
    if (!this.isHungWhenAbandoned) this.leave();
  }

  /** It takes and answers no calls any more, but is still there. */
  fail(reason: string): void {
    this.endReason ??= reason;
    for (const reject of this.rejections.values()) reject(this.error());
    this.rejections.clear();
  }

  /** It ends although nobody has asked it to. */
  end(reason: string): void {
    this.fail(reason);
    this.leave();
  }

  leave(): void {
    this.isGone = true;
    this.resolveEnded();
  }

  private error(): WorkerEndedError {
    return new WorkerEndedError('letters', this.endReason ?? '');
  }
}
