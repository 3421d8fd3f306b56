import type { AbortNotice } from 'nestjs-batching/core';

import type { WorkerCalls } from '../protocol/worker-protocol.js';

/** Where a worker lives: in a thread of this process, or in a process of its own. */
export type WorkerIsolation = 'thread' | 'process';

export const WORKER_ISOLATIONS: readonly WorkerIsolation[] = ['thread', 'process'];

/** What one call may be told besides its request. */
export interface CallOptions {
  /** What of the request may be given away rather than copied; a thread takes it, a process copies all. */
  readonly buffers?: readonly ArrayBufferLike[];
  /** Aborted when nobody waits for the reply any more; the worker is told. */
  readonly signal?: AbortNotice | undefined;
}

/** A worker, as seen from the process that has started it. */
export interface WorkerHost<TCalls extends WorkerCalls<TCalls>> {
  /** Resolves when the service is there. @throws WorkerEndedError, or what the service's creation threw. */
  readonly started: Promise<void>;

  /**
   * Calls may overlap; they are worked off one after the other.
   *
   * @throws WorkerEndedError, or what the service threw.
   */
  call<TName extends keyof TCalls & string>(
    name: TName,
    request: TCalls[TName]['request'],
    options?: CallOptions,
  ): Promise<TCalls[TName]['reply']>;

  /**
   * Waits for the calls before it, closes the service and ends the worker. A process, or a thread that may be
   * terminated, is ended by force when nobody has waited for a call of it for 5 seconds. Safe to call again. Never
   * rejects.
   */
  stop(): Promise<void>;

  /**
   * Gives up a worker that does not answer: its calls are rejected at once, and it gets no more. A process is killed.
   * A thread is left alone until its call ends, and ends then, unless it may be terminated.
   */
  abandon(reason: string): void;

  /** Why the worker takes no calls any more although nobody has stopped it; undefined while it does. */
  readonly endReason: string | undefined;

  /** Resolves when the worker is gone. */
  readonly ended: Promise<void>;
}

/** Which worker to start. */
export interface WorkerSpecification {
  /** For messages, and as the thread's name: `model "digits"`. */
  readonly subject: string;
  /** The module that exports `createService`. */
  readonly service: URL;
  /** What `createService` gets: plain data. */
  readonly options?: unknown;
  /**
   * Whether a thread may be ended in the middle of a call. True for JavaScript; false for a native library that
   * does not survive it, as ONNX Runtime, which aborts the whole process. Default false.
   */
  readonly isTerminable?: boolean;
}
