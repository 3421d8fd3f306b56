import { Worker } from 'node:worker_threads';

import { BaseWorkerHost } from './base-worker-host.js';
import { firstPlaceIn } from '../protocol/first-place.js';
import { serializeError } from '../protocol/serialized-error.js';
import { transferOrCopy } from '../protocol/transfer-or-copy.js';
import { argumentsForThreads } from './worker-arguments.js';
import type { WorkerSpecification } from './worker-host.js';
import type { WorkerCalls, WorkerMessage } from '../protocol/worker-protocol.js';

/**
 * A worker in a thread of this process: buffers change hands without being copied, but what crashes the worker
 * crashes all. Unless it may be terminated, it is left to end by itself. An idle thread does not keep the process
 * alive, a busy one does.
 */
export class ThreadWorkerHost<TCalls extends WorkerCalls<TCalls>> extends BaseWorkerHost<TCalls> {
  readonly started: Promise<void>;
  private readonly worker: Worker;

  /** @param entry The thread's file. */
  constructor(
    specification: WorkerSpecification,
    entry = new URL('../inside/thread-entry.js', import.meta.url),
  ) {
    super(specification);
    this.worker = new Worker(entry, { name: specification.subject, execArgv: argumentsForThreads() });
    this.worker.on('message', (message: unknown) => this.onMessage(message));
    this.worker.on('messageerror', (error) => this.onUnreadable(error));
    this.worker.on('error', (error: unknown) => this.onFailed(`it failed (${describeFailure(error)})`));
    this.worker.on('exit', (exitCode) => this.onGone(`it ended with exit code ${exitCode}`));
    this.started = this.askToStart();
  }

  protected override send(message: WorkerMessage, buffers: readonly ArrayBufferLike[]): void {
    transferOrCopy(this.worker, message, buffers);
  }

  protected override keepAlive(isNeeded: boolean): void {
    if (isNeeded) this.worker.ref();
    else this.worker.unref();
  }

  protected override get canBeEnded(): boolean {
    return this.specification.isTerminable === true;
  }

  protected override giveUp(): void {
    if (this.canBeEnded) {
      void this.worker.terminate();
      return;
    }
    // To end it while a native library runs would abort the whole process, so it ends when the call is through.
    this.send(['stop'], []);
  }
}

/** What ended a thread, and where: a process prints its stack, a thread prints nothing. It need not be an error. */
function describeFailure(thrown: unknown): string {
  const { message, stack = '' } = serializeError(thrown);
  const place = firstPlaceIn(stack);
  return place === undefined ? message : `${message}, at ${place}`;
}
