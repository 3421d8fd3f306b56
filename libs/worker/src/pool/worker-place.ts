import { describeThrown } from 'nestjs-batching/core';

import { respawnDelayMs } from './respawn-delay.js';
import { endReasonOf } from '../hosts/worker-ended.error.js';
import type { WorkerHost } from '../hosts/worker-host.js';
import { neverThrowing, type WorkerLogger } from './worker-logger.js';
import type { WorkerCalls } from '../protocol/worker-protocol.js';

/**
 * The most workers of one place that have been given up and are still busy. Beyond that no other is started before one
 * of them has ended.
 */
const MOST_ABANDONED = 2;

/**
 * A worker that has failed this many calls in a row is checked. Mostly the calls are at fault, so the check must cost
 * little beside them; one that is broken, as after an error of its GPU, would fail all calls for ever.
 */
const FAILED_CALLS_BEFORE_CHECK = 8;

/** What a place and whoever starts its workers tell each other. */
export interface StartContext<TCalls extends WorkerCalls<TCalls>> {
  /** To be called with each worker as soon as it exists, so that it is known even if it never becomes ready. */
  readonly onSpawned: (host: WorkerHost<TCalls>) => void;
  /** Aborted when the place is closed: the worker is not wanted any more. */
  readonly signal: AbortSignal;
}

export interface PlaceParts<TCalls extends WorkerCalls<TCalls>> {
  /** For messages: `worker 1 of model "digits"`. */
  readonly subject: string;
  /**
   * Starts a worker that is ready for calls. What it rejects with is why it is not; the worker has ended then, or has
   * been given up.
   */
  readonly start: (context: StartContext<TCalls>) => Promise<WorkerHost<TCalls>>;
  /** Rejects if a worker cannot do any more what it could do when it was started. */
  readonly check?: ((host: WorkerHost<TCalls>) => Promise<void>) | undefined;
  readonly respawnDelayMs: number;
  readonly maxRespawnDelayMs: number;
  readonly logger: WorkerLogger;
  /** Called when a worker has become ready, or is no use any more. */
  readonly onChanged: () => void;
  /** Called when a worker has been lost, or did not become ready. */
  readonly onLost: (reason: string) => void;
  /** Called when one that was to take the place of another did not become ready; the next attempt follows. */
  readonly onNotReplaced: (reason: string) => void;
}

/** The place of one worker. When its worker ends, it gets another one, after a while that grows with each failure. */
export class WorkerPlace<TCalls extends WorkerCalls<TCalls>> {
  /** Calls that it has not answered: the one that it works off, and those that it has been given in advance. */
  callsUnderWay = 0;
  /** Settles when the latest of them does; undefined when there is none. */
  latestCall: Promise<void> | undefined;
  /** How many workers have taken the place of another here. */
  restarts = 0;

  private current: WorkerHost<TCalls> | undefined;
  /** All that have not ended: the current one, one that is being started, those that have been given up. */
  private readonly spawned = new Set<WorkerHost<TCalls>>();
  /** How often in a row a worker has ended without having answered. */
  private failures = 0;
  /** How many calls in a row the worker has answered with an error, since it was last checked. */
  private failedCalls = 0;
  private timer: NodeJS.Timeout | undefined;
  private starting: Promise<void> | undefined;
  private readonly closed = new AbortController();

  private readonly logger: WorkerLogger;

  constructor(private readonly parts: PlaceParts<TCalls>) {
    this.logger = neverThrowing(parts.logger);
  }

  /** The worker, while there is one that takes calls. */
  get host(): WorkerHost<TCalls> | undefined {
    // One that has failed may be a moment from its end.
    return this.current?.endReason === undefined ? this.current : undefined;
  }

  /** Workers that have been given up and are still busy. */
  get abandonedWorkers(): number {
    return this.abandoned.length;
  }

  /** Whether no worker is started before one of those that have been given up has ended: there are too many. */
  get isHeldUp(): boolean {
    return this.abandoned.length >= MOST_ABANDONED;
  }

  /** Starts the first worker. @throws what `start` rejects with. */
  start(): Promise<void> {
    this.starting = this.startOnce();
    return this.starting;
  }

  /** The worker has answered: it is a good one. */
  succeeded(): void {
    this.failures = 0;
    this.failedCalls = 0;
  }

  /** The worker has answered with an error. That is an answer, too, unless it has no other any more. */
  failedCall(host: WorkerHost<TCalls>): void {
    this.failures = 0;
    this.failedCalls += 1;
    if (this.failedCalls === FAILED_CALLS_BEFORE_CHECK) void this.check(host);
  }

  /** Gives up a worker that does not answer, and gets another one. */
  abandon(host: WorkerHost<TCalls>, reason: string): void {
    host.abandon(reason);
    this.lose(host, reason);
  }

  /** Ends the worker when it is through, and waits for those that have been given up. */
  async close(): Promise<void> {
    this.closed.abort();
    clearTimeout(this.timer);
    await this.current?.stop();
    await this.starting?.catch(() => undefined);
    await Promise.all([...this.spawned].map(({ ended }) => ended));
  }

  private async check(host: WorkerHost<TCalls>): Promise<void> {
    this.failedCalls = 0;
    try {
      await this.parts.check?.(host);
    } catch (error) {
      if (this.isClosed || host.endReason !== undefined) return;
      this.abandon(
        host,
        `it fails call after call, and what it could do when it was started: ${describeThrown(error)}`,
      );
    }
  }

  private get isClosed(): boolean {
    return this.closed.signal.aborted;
  }

  private get abandoned(): readonly WorkerHost<TCalls>[] {
    return [...this.spawned].filter((host) => host !== this.current && host.endReason !== undefined);
  }

  private async startOnce(): Promise<void> {
    const onSpawned = (host: WorkerHost<TCalls>): void => this.keepTrackOf(host);
    const host = await this.parts.start({ onSpawned, signal: this.closed.signal });
    this.keepTrackOf(host);
    if (this.isClosed) {
      await host.stop();
      return;
    }
    this.current = host;
    this.failedCalls = 0;
    void host.ended.then(() => this.lose(host, host.endReason ?? 'it ended'));
    this.parts.onChanged();
  }

  private keepTrackOf(host: WorkerHost<TCalls>): void {
    if (this.spawned.has(host)) return;
    this.spawned.add(host);
    void host.ended.then(() => this.spawned.delete(host));
  }

  private lose(host: WorkerHost<TCalls>, reason: string): void {
    if (this.current !== host || this.isClosed) return;
    this.current = undefined;
    this.fail(reason);
    this.parts.onChanged();
  }

  private fail(reason: string): void {
    const { subject, respawnDelayMs: shortestMs, maxRespawnDelayMs: longestMs } = this.parts;
    this.parts.onLost(reason);
    const delayMs = respawnDelayMs(this.failures, shortestMs, longestMs);
    this.failures += 1;
    const next = this.isHeldUp
      ? `No other one is started before one of the ${this.abandoned.length} that hang has ended`
      : `Another one is started in ${delayMs} ms`;
    this.logger.warn(`${capitalize(subject)} is lost: ${reason}. ${next}.`);
    this.timer = setTimeout(() => {
      this.starting = this.respawn();
    }, delayMs);
  }

  private async respawn(): Promise<void> {
    try {
      while (this.isHeldUp) {
        await Promise.race(this.abandoned.map(({ ended }) => ended));
      }
      if (this.isClosed) return;
      await this.startOnce();
      if (this.isClosed) return;
      this.restarts += 1;
      this.logger.log(`${capitalize(this.parts.subject)} is back.`);
    } catch (error) {
      if (this.isClosed) return;
      const reason = endReasonOf(error);
      this.fail(reason);
      this.parts.onNotReplaced(reason);
    }
  }
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
