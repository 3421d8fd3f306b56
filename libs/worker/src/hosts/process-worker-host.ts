import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { BaseWorkerHost } from './base-worker-host.js';
import { flatten, isFlatMessage, unflatten } from '../protocol/flat-message.js';
import { argumentsForProcesses } from './worker-arguments.js';
import type { WorkerSpecification } from './worker-host.js';
import type { WorkerCalls, WorkerMessage } from '../protocol/worker-protocol.js';

/**
 * A worker in a process of its own: it can crash, and be killed, by itself. Everything that it gets and gives is
 * copied. It ends when the process that has started it does, however that happens.
 */
export class ProcessWorkerHost<TCalls extends WorkerCalls<TCalls>> extends BaseWorkerHost<TCalls> {
  readonly started: Promise<void>;
  protected override readonly canBeEnded = true;
  private readonly child: ChildProcess;

  /** @param entry The program's file. */
  constructor(
    specification: WorkerSpecification,
    entry = new URL('../inside/process-entry.js', import.meta.url),
  ) {
    super(specification);
    this.child = fork(fileURLToPath(entry), [], {
      serialization: 'advanced',
      execArgv: argumentsForProcesses(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child.on('message', (message) => this.onArrived(message));
    this.child.on('error', ({ message }) => this.onNotStarted(message));
    // One that takes no calls any more is no use. Of one that has ended, 'close' says how.
    this.child.on('disconnect', () => this.onDisconnected());
    // 'exit' comes while there may still be answers to be read; 'close' comes after them.
    this.child.on('close', (exitCode, signal) =>
      this.onGone(signal === null ? `it ended with exit code ${exitCode}` : `it was ended by ${signal}`),
    );
    this.started = this.askToStart();
  }

  /** The process's number, for those who have to find it; undefined if it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  protected override send(message: WorkerMessage): void {
    // To one that could not be started there is no line; 'error' tells why.
    if (this.child.pid === undefined) return;
    // One that has just ended takes no message; what becomes of its calls is told by its exit.
    this.child.send(flatten(message), () => undefined);
  }

  protected override keepAlive(isNeeded: boolean): void {
    if (isNeeded) {
      this.child.ref();
      this.child.channel?.ref();
    } else {
      this.child.unref();
      this.child.channel?.unref();
    }
  }

  protected override giveUp(): void {
    this.child.kill('SIGKILL');
  }

  private onArrived(arrived: unknown): void {
    if (!isFlatMessage(arrived)) return;
    let message: unknown;
    try {
      message = unflatten(arrived);
    } catch (error) {
      this.onUnreadable(error, arrived.callId);
      return;
    }
    this.onMessage(message);
  }

  private onDisconnected(): void {
    if (!this.isStopping) this.giveUp();
  }

  private onNotStarted(message: string): void {
    const reason = `it failed (${message})`;
    if (this.child.pid === undefined) this.onGone(reason);
    else this.onFailed(reason);
  }
}
