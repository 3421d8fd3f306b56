import type { Alarm, Clock } from 'nestjs-batching/core';
import { nextTurn } from './next-turn.js';

/** How far `flush` may go. */
export interface FlushOptions {
  /** The longest time that the clock may move by, in milliseconds. Default one hour. */
  readonly limitMs?: number;
}

const ONE_HOUR_MS = 3_600_000;

/** Far more alarms than any test has due at one moment. */
const MOST_RINGS_AT_ONCE = 100_000;

/**
 * A clock that stands still until it is moved. Tests with it take no real time and always run the same way.
 *
 * ```ts
 * const clock = new ManualClock();
 * const batcher = new DynamicBatcher({ maxWaitTimeMs: 10 }, processor, { clock });
 * const answer = batcher.process('a');
 * await clock.advance(10);
 * ```
 *
 * `flush` moves it by as much as there is to do.
 */
export class ManualClock implements Clock {
  private nowMs: number;
  private readonly alarms = new Set<ManualAlarm>();
  private deferred: (() => void)[] = [];

  /**
   * Makes a clock that stands still.
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
    const alarm = new ManualAlarm(ring);
    this.alarms.add(alarm);
    return alarm;
  }

  defer(callback: () => void): void {
    this.deferred.push(callback);
  }

  /** Resolves after `durationMs` of this clock. For processors and workloads in virtual time. */
  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const alarm = new ManualAlarm(() => {
        this.alarms.delete(alarm);
        resolve();
      });
      this.alarms.add(alarm);
      alarm.set(this.nowMs + durationMs);
    });
  }

  /**
   * Moves the clock by `durationMs` (0: just runs what is due). Every alarm on the way rings at its own time,
   * and everything that follows from it has run before the clock moves on.
   *
   * @throws RangeError if `durationMs` is negative or no number: time does not go back. Error if alarms ring
   *   again and again without the clock moving on: who is woken for nothing would otherwise hang the test.
   */
  async advance(durationMs = 0): Promise<void> {
    if (!(durationMs >= 0)) {
      throw new RangeError(`advance: received ${durationMs}, expected milliseconds, 0 or more.`);
    }
    const untilMs = this.nowMs + durationMs;
    await this.runUntil(untilMs);
    this.nowMs = untilMs;
  }

  /**
   * Moves the clock from one alarm to the next until nothing is left to wait for: batches have been formed, sleeps are
   * over, deadlines of what got no answer have passed. The clock then stands at the last of them.
   *
   * @returns by how many milliseconds the clock has moved.
   * @throws Error if there is no end to it within `limitMs`, or as `advance` does.
   */
  async flush({ limitMs = ONE_HOUR_MS }: FlushOptions = {}): Promise<number> {
    const startMs = this.nowMs;
    await this.runUntil(startMs + limitMs);
    const next = this.nextAlarm();
    if (next !== undefined) {
      throw new Error(`flush: within ${limitMs} ms there was no end; an alarm is set for ${next.atMs} ms.`);
    }
    return this.nowMs - startMs;
  }

  private async runUntil(untilMs: number): Promise<void> {
    let ringsAtOnce = 0;
    for (;;) {
      await this.settle();
      const next = this.nextAlarm();
      if (next === undefined || next.atMs > untilMs) break;
      ringsAtOnce = next.atMs > this.nowMs ? 1 : ringsAtOnce + 1;
      if (ringsAtOnce > MOST_RINGS_AT_ONCE) throw new Error(`Alarms ring without end at ${this.nowMs} ms.`);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.fire();
    }
  }

  /** Runs whatever is ready at this moment, without moving the clock. */
  private async settle(): Promise<void> {
    do {
      const ready = this.deferred;
      this.deferred = [];
      for (const callback of ready) callback();
      await nextTurn();
    } while (this.deferred.length > 0);
  }

  private nextAlarm(): ManualAlarm | undefined {
    let next: ManualAlarm | undefined;
    for (const alarm of this.alarms) {
      if (alarm.atMs < (next?.atMs ?? Infinity)) next = alarm;
    }
    return next;
  }
}

class ManualAlarm implements Alarm {
  atMs = Infinity;

  constructor(private readonly ring: () => void) {}

  set(atMs: number): void {
    this.atMs = atMs;
  }

  clear(): void {
    this.atMs = Infinity;
  }

  fire(): void {
    this.atMs = Infinity;
    this.ring();
  }
}
