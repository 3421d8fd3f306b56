import { respawnDelayMs } from './respawn-delay.js';
import type { WorkerHost } from './worker-host.js';
import type { WorkerLogger } from './worker-logger.js';
import type { WorkerCalls } from './worker-protocol.js';

/** So many workers that have been given up may still be busy in one place; then the next is not started before one has ended. */
const MOST_ABANDONED = 2;

export interface PlaceParts<TCalls extends WorkerCalls<TCalls>> {
  /** For messages: `model "digits", worker 1`. */
  readonly subject: string;
  /** Starts a worker that is ready for calls. What it rejects with is why it is not; the worker has ended then. */
  readonly start: () => Promise<WorkerHost<TCalls>>;
  readonly respawnDelayMs: number;
  readonly maxRespawnDelayMs: number;
  readonly logger: WorkerLogger;
  /** Called when a worker has become ready, or is no use any more. */
  readonly onChanged: () => void;
}

/** The place of one worker. When its worker ends, it gets another one, after a while that grows with each failure. */
export class WorkerPlace<TCalls extends WorkerCalls<TCalls>> {
  /** The worker, while there is one that takes calls. */
  host: WorkerHost<TCalls> | undefined;
  /** Calls that it has not answered: the one that it works off, and those that it has been given in advance. */
  callsUnderWay = 0;
  /** Settles when the latest of them does; undefined when there is none. */
  latestCall: Promise<void> | undefined;
  /** How many workers have taken the place of another here. */
  restarts = 0;
  /** Why there is no worker, or was none the last time. */
  lastEndReason: string | undefined;

  /** How often in a row a worker has ended without having answered. */
  private failures = 0;
  private readonly abandoned = new Set<WorkerHost<TCalls>>();
  private timer: NodeJS.Timeout | undefined;
  private starting: Promise<void> | undefined;
  private isClosed = false;

  constructor(private readonly parts: PlaceParts<TCalls>) {}

  /** Workers that have been given up and are still busy. */
  get abandonedWorkers(): number {
    return this.abandoned.size;
  }

  /** Starts the first worker. @throws what `start` rejects with. */
  start(): Promise<void> {
    this.starting = this.startOnce();
    return this.starting;
  }

  /** The worker has answered: it is a good one. */
  succeeded(): void {
    this.failures = 0;
  }

  /** Gives up a worker that does not answer, and gets another one. */
  abandon(host: WorkerHost<TCalls>, reason: string): void {
    this.abandoned.add(host);
    void host.ended.then(() => this.abandoned.delete(host));
    host.abandon(reason);
    this.lose(host, reason);
  }

  /** Ends the worker when it is through, and waits for those that have been given up. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.starting?.catch(() => undefined);
    await this.host?.stop();
    await Promise.all([...this.abandoned].map(({ ended }) => ended));
  }

  private async startOnce(): Promise<void> {
    const host = await this.parts.start();
    if (this.isClosed) {
      await host.stop();
      return;
    }
    this.host = host;
    void host.ended.then(() => this.lose(host, host.endReason ?? 'it ended'));
    this.parts.onChanged();
  }

  private lose(host: WorkerHost<TCalls>, reason: string): void {
    if (this.host !== host || this.isClosed) return;
    this.host = undefined;
    this.fail(reason);
    this.parts.onChanged();
  }

  private fail(reason: string): void {
    const { subject, respawnDelayMs: shortestMs, maxRespawnDelayMs: longestMs, logger } = this.parts;
    this.lastEndReason = reason;
    const delayMs = respawnDelayMs(this.failures, shortestMs, longestMs);
    this.failures += 1;
    logger.warn(`${capitalize(subject)} is lost: ${reason}. Another one is started in ${delayMs} ms.`);
    this.timer = setTimeout(() => {
      this.starting = this.respawn();
    }, delayMs);
  }

  private async respawn(): Promise<void> {
    try {
      if (this.abandoned.size >= MOST_ABANDONED) {
        await Promise.race([...this.abandoned].map(({ ended }) => ended));
        if (this.isClosed) return;
      }
      await this.startOnce();
      if (this.isClosed) return;
      this.restarts += 1;
      this.parts.logger.log(`${capitalize(this.parts.subject)} is back.`);
    } catch (error) {
      if (!this.isClosed) this.fail(error instanceof Error ? error.message : String(error));
    }
  }
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
