import { BatcherClosedError, throwIfAborted, type AbortNotice } from 'nestjs-batching/core';

import { CallUnderWay } from './call-under-way.js';
import { RunTimeoutError } from './run-timeout.error.js';
import { WaitingCalls } from './waiting-calls.js';
import { WorkerEndedError } from '../hosts/worker-ended.error.js';
import type { WorkerHost } from '../hosts/worker-host.js';
import type { WorkerLogger } from './worker-logger.js';
import { WorkerPlace, type StartContext } from './worker-place.js';
import type { WorkerCalls } from '../protocol/worker-protocol.js';

/** Which workers a pool has, and what happens when one of them does not answer. */
export interface WorkerPoolOptions<TCalls extends WorkerCalls<TCalls>> {
  /** Whose workers, for messages: `model "digits"`. */
  readonly subject: string;
  /** How many workers there shall be. */
  readonly workers: number;
  /** Starts the worker of that place, from 0, and makes it ready for calls. */
  readonly start: (place: number, context: StartContext<TCalls>) => Promise<WorkerHost<TCalls>>;
  /**
   * Has a worker do what it could do when it was started; rejects if it cannot any more. Asked of one that fails call
   * after call, which is then given up and replaced. Default: it is thought to be the calls' fault.
   */
  readonly check?: ((worker: WorkerHost<TCalls>) => Promise<void>) | undefined;
  /** How long a call may take, in milliseconds; undefined if as long as it likes. */
  readonly runTimeoutMs: number | undefined;
  /**
   * How many calls a worker may be given before it has answered the one that it works off, so that it need not wait
   * for the next one.
   */
  readonly callsInAdvance: number;
  /** How often a call is sent to another worker when its own has ended. */
  readonly retries: number;
  /**
   * How long until a worker that has ended is replaced, in milliseconds; it doubles with each failure in a
   * row.
   */
  readonly respawnDelayMs: number;
  /** The longest that it becomes, in milliseconds. */
  readonly maxRespawnDelayMs: number;
  /** Where it is said what becomes of the workers. */
  readonly logger: WorkerLogger;
}

/** What one call may be told besides what is sent. */
export interface RunOptions {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortNotice | undefined;
  /** Called when a worker begins with the call: at once, or when it has answered the one before. */
  readonly onStarted?: (() => void) | undefined;
}

/** What is sent. Made anew for each attempt, since a thread takes the buffers away. */
export interface PreparedCall<TRequest> {
  /** What the worker gets; plain data. */
  readonly request: TRequest;
  /** Those of its buffers that are given away rather than copied, if the worker is a thread. */
  readonly buffers: readonly ArrayBufferLike[];
}

/** How the workers fare. */
export interface PoolStatus {
  /** Workers that take calls; none of a pool that has been closed. */
  readonly live: number;
  /** Workers that there shall be. */
  readonly workers: number;
  /** How often a worker has taken the place of one that had ended. */
  readonly restarts: number;
  /** Workers that took too long, have been given up, and are still busy. */
  readonly quarantined: number;
  /**
   * Places in which no worker is started before one of those in quarantine has ended, since too many of them hang;
   * absent if there is none.
   */
  readonly heldUp?: number;
  /** Why the latest worker was lost; absent if none was. */
  readonly lastEndReason?: string;
}

/**
 * Workers of one kind, each of which works off one call at a time. One that ends is replaced, and its call goes to
 * another; one that takes too long, or that is broken, is given up and replaced.
 */
export class WorkerPool<TCalls extends WorkerCalls<TCalls>> {
  private readonly places: readonly WorkerPlace<TCalls>[];
  private readonly waiting = new WaitingCalls<WorkerPlace<TCalls>>();
  private readonly listeners = new Set<() => void>();
  private latestPlace = -1;
  private lastEndReason: string | undefined;
  private isFinishing = false;
  private closing: Promise<void> | undefined;

  /** Starts nothing yet; see `start`. */
  constructor(private readonly options: WorkerPoolOptions<TCalls>) {
    const { subject, workers, start, ...others } = options;
    this.places = Array.from(
      { length: workers },
      (_, index) =>
        new WorkerPlace<TCalls>({
          ...others,
          subject: `worker ${index + 1} of ${subject}`,
          start: (context) => start(index, context),
          onChanged: () => this.onChanged(),
          onLost: (reason) => (this.lastEndReason = reason),
          onNotReplaced: (reason) => this.onNotReplaced(reason),
        }),
    );
  }

  /** How many workers take calls. */
  get live(): number {
    return this.places.filter(({ host }) => host !== undefined).length;
  }

  /** How many workers there are, how many live, and what has become of the others. */
  get status(): PoolStatus {
    const { places, lastEndReason } = this;
    const heldUp = places.filter(({ isHeldUp }) => isHeldUp).length;
    return {
      live: this.closing === undefined ? this.live : 0,
      workers: places.length,
      restarts: places.reduce((sum, { restarts }) => sum + restarts, 0),
      quarantined: places.reduce((sum, { abandonedWorkers }) => sum + abandonedWorkers, 0),
      ...(heldUp > 0 && { heldUp }),
      ...(lastEndReason !== undefined && { lastEndReason }),
    };
  }

  /** Starts all workers. @throws what the first that fails says; the others have been stopped then. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.places.map((place) => place.start()));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Calls back whenever the number of live workers may have changed. Returns what ends that. */
  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /**
   * Has a worker answer a call: an idle one, or else one that takes calls in advance; waits for one if there is
   * none.
   *
   * @param prepare Makes what is sent.
   * @throws what the worker says; WorkerEndedError if it has ended and no retry is left; RunTimeoutError;
   *   BatcherClosedError after `close`; the signal's reason if it is aborted while no worker has the call.
   */
  async run<TName extends keyof TCalls & string>(
    name: TName,
    prepare: () => PreparedCall<TCalls[TName]['request']>,
    options: RunOptions = {},
  ): Promise<TCalls[TName]['reply']> {
    let retriesLeft = this.options.retries;
    for (;;) {
      let hasBegun = false;
      const onStarted = (): void => {
        hasBegun = true;
        options.onStarted?.();
      };
      throwIfAborted(options.signal);
      const place = this.takeFree() ?? (await this.waiting.wait(options.signal));
      const { host } = place;
      try {
        // Between being told of a free worker and getting here, it may have ended. Nothing has been tried then.
        if (host !== undefined)
          return await this.runOn(place, host, name, prepare(), { ...options, onStarted });
      } catch (error) {
        if (!(error instanceof WorkerEndedError)) throw error;
        // One that stood behind another call has no part in the end of the worker, and has cost no attempt.
        if (hasBegun && retriesLeft === 0) throw error;
        if (hasBegun) retriesLeft -= 1;
      } finally {
        this.giveBack(place);
      }
    }
  }

  /**
   * To be called when `close` is to follow as soon as the calls are answered: they wait for a worker in the place of
   * one that has ended, but only until that fails, with none alive, and get a `WorkerEndedError` then.
   */
  finish(): void {
    this.isFinishing = true;
  }

  /** Takes no more calls, lets those finish that have begun, and ends all workers. Safe to call again. */
  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    const error = new BatcherClosedError(this.options.subject, 'its workers have been stopped.');
    this.waiting.rejectAll(error);
    await Promise.all(this.places.map((place) => place.close()));
  }

  private async runOn<TName extends keyof TCalls & string>(
    place: WorkerPlace<TCalls>,
    host: WorkerHost<TCalls>,
    name: TName,
    { request, buffers }: PreparedCall<TCalls[TName]['request']>,
    { signal, onStarted }: RunOptions,
  ): Promise<TCalls[TName]['reply']> {
    const { latestCall } = place;
    const { subject, runTimeoutMs } = this.options;
    const answer = host.call(name, request, { buffers, signal });
    const call = new CallUnderWay(runTimeoutMs, () =>
      place.abandon(host, `it took longer than ${runTimeoutMs} ms for a call`),
    );
    const start = (): void => {
      if (call.start()) onStarted?.();
    };
    place.latestCall = answer.then(doNothing, doNothing);
    if (latestCall === undefined) start();
    else void latestCall.then(start);
    try {
      const reply = await answer;
      place.succeeded();
      return reply;
    } catch (error) {
      // To throw is an answer, too.
      if (host.endReason === undefined) place.failedCall(host);
      throw call.isTimeOver && runTimeoutMs !== undefined
        ? new RunTimeoutError(subject, runTimeoutMs)
        : error;
    } finally {
      call.end();
    }
  }

  /** An idle worker, one after the other in a circle; or else one that takes a call in advance. */
  private takeFree(): WorkerPlace<TCalls> | undefined {
    if (this.closing !== undefined) {
      throw new BatcherClosedError(this.options.subject, 'its workers have been stopped.');
    }
    const { length } = this.places;
    for (let calls = 0; calls <= this.options.callsInAdvance; calls += 1) {
      for (let step = 1; step <= length; step += 1) {
        const index = (this.latestPlace + step) % length;
        const place = this.places[index];
        if (place?.host === undefined || place.callsUnderWay !== calls) continue;
        this.latestPlace = index;
        place.callsUnderWay += 1;
        return place;
      }
    }
    return undefined;
  }

  private giveBack(place: WorkerPlace<TCalls>): void {
    place.callsUnderWay -= 1;
    if (place.callsUnderWay === 0) place.latestCall = undefined;
    this.serveWaiting();
  }

  private serveWaiting(): void {
    if (this.closing === undefined) this.waiting.serve(() => this.takeFree());
  }

  private onNotReplaced(reason: string): void {
    if (!this.isFinishing || this.live > 0) return;
    this.waiting.rejectAll(new WorkerEndedError(this.options.subject, reason));
  }

  private onChanged(): void {
    this.serveWaiting();
    for (const listener of this.listeners) listener();
  }
}

function doNothing(): void {
  // What becomes of a call is told to whoever has made it.
}
