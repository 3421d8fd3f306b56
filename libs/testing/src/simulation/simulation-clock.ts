import type { Alarm, Clock } from 'nestjs-batching/core';
import { EventHeap, type TimedEvent } from './event-heap.js';

/** How many turns pass before the process gets a chance to do something else: signals, timers, output. */
const TURNS_BETWEEN_BREAKS = 8192;

/** After this many turns without time going on it never will: somebody sets an alarm again as soon as it rings. */
const MOST_TURNS_AT_ONE_TIME = 2_000_000;

/**
 * A clock that runs by itself, as fast as it can: it jumps from one event to the next and takes no real time
 * in between. For simulations of hours and millions of requests; {@link ManualClock} is for tests that want to
 * look at one moment.
 *
 * Before the clock moves on, everything that follows from an event has run: all promise callbacks, then what
 * was deferred. Events at the same time happen in the order in which they were set. So a simulation in which
 * nothing else is random or asynchronous always runs the same way. Promises that settle by real time (files,
 * sockets, real timers) are not waited for.
 *
 * ```ts
 * const clock = new SimulationClock();
 * const batcher = new DynamicBatcher({}, processor, { clock });
 * clock.callAt(10, () => void batcher.process('a').then(console.log));
 * await clock.run();
 * ```
 */
export class SimulationClock implements Clock {
  private nowMs: number;
  private readonly events = new EventHeap();
  private deferred: (() => void)[] = [];
  private turnsUntilBreak = TURNS_BETWEEN_BREAKS;
  private turnsAtThisTime = 0;
  private isRunning = false;
  private isStopped = false;

  /**
   * Makes a clock that stands still until `run`.
   *
   * @param startMs Where the clock starts, in milliseconds. Default 0.
   */
  constructor(startMs = 0) {
    this.nowMs = startMs;
  }

  now(): number {
    return this.nowMs;
  }

  createAlarm(ring: () => void): Alarm {
    return new SimulationAlarm(this.events, ring);
  }

  defer(callback: () => void): void {
    this.deferred.push(callback);
  }

  /** Calls back at `atMs`; if that is past, at once, but never before this call has returned. */
  callAt(atMs: number, callback: () => void): void {
    new SimulationAlarm(this.events, callback).set(atMs);
  }

  /** Resolves after `durationMs` of this clock. */
  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.callAt(this.nowMs + durationMs, resolve));
  }

  /** How many events are yet to happen: alarms that are set, sleeps and calls. */
  get pendingEvents(): number {
    return this.events.size;
  }

  /**
   * Lets everything happen that is due up to and including `untilMs`, and puts the clock there (Infinity: as
   * long as there is anything, and the clock stays at the last event).
   *
   * @throws What an event throws; the clock then stands at the time of that event.
   * @throws RangeError if `untilMs` lies in the past.
   * @throws Error if the clock runs already, or if it is kept from going on for ever.
   */
  run(untilMs = Infinity): Promise<void> {
    if (!(untilMs >= this.nowMs)) {
      return Promise.reject(
        new RangeError(`run: received the time ${untilMs}, expected ${this.nowMs} or later.`),
      );
    }
    if (this.isRunning) return Promise.reject(new Error('run: this clock is running already.'));
    this.isRunning = true;
    this.isStopped = false;
    return new Promise<void>((resolve, reject) => this.takeTurns(untilMs, resolve, reject)).finally(() => {
      this.isRunning = false;
    });
  }

  /** Ends a run at the present moment; what has not happened may happen in the next run. */
  stop(): void {
    this.isStopped = true;
  }

  private takeTurns(untilMs: number, resolve: () => void, reject: (error: unknown) => void): void {
    const turn = (): void => {
      try {
        if (!this.advance(untilMs)) {
          resolve();
          return;
        }
      } catch (error) {
        reject(error);
        return;
      }
      void DONE.then(nextTurn);
    };
    // A tick that is asked for by a promise callback comes when all promise callbacks have run, however many
    // follow from each other. That is exact, and far cheaper than a turn of the event loop.
    const nextTurn = (): void => {
      this.turnsUntilBreak -= 1;
      if (this.turnsUntilBreak > 0) {
        process.nextTick(turn);
      } else {
        this.turnsUntilBreak = TURNS_BETWEEN_BREAKS;
        setImmediate(turn);
      }
    };
    void DONE.then(nextTurn);
  }

  /** Does one thing; false if there is nothing left to do. */
  private advance(untilMs: number): boolean {
    if (this.isStopped) return false;
    this.turnsAtThisTime += 1;
    if (this.turnsAtThisTime > MOST_TURNS_AT_ONE_TIME) {
      throw new Error(`Time stands still at ${this.nowMs} ms: there is always something more to do at once.`);
    }
    const { next } = this.events;
    const isDueNow = next !== undefined && next.atMs <= this.nowMs;
    // Like timers and immediates in Node: what is deferred comes after all that is due at the same time.
    if (!isDueNow && this.deferred.length > 0) {
      const ready = this.deferred;
      this.deferred = [];
      for (const callback of ready) callback();
      return true;
    }
    if (next === undefined || next.atMs > untilMs) {
      if (untilMs !== Infinity) this.nowMs = untilMs;
      return false;
    }
    if (!isDueNow) {
      this.nowMs = next.atMs;
      this.turnsAtThisTime = 0;
    }
    this.events.remove(next);
    next.happen();
    return true;
  }
}

const DONE = Promise.resolve();

class SimulationAlarm implements Alarm, TimedEvent {
  atMs = Infinity;
  order = 0;
  position = -1;

  constructor(
    private readonly events: EventHeap,
    readonly happen: () => void,
  ) {}

  set(atMs: number): void {
    if (atMs === Infinity) this.clear();
    else this.events.set(this, atMs);
  }

  clear(): void {
    this.events.remove(this);
  }
}
