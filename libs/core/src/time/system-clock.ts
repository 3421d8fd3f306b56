import type { Alarm, Clock } from './clock.js';

/** The longest delay that `setTimeout` takes; a later alarm is set again when this one rings. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The clock of the running process: monotonic, with a resolution of microseconds (alarms: 1 ms).
 *
 * Time and timers are looked up at each call: a test may have put fake ones in their place since this file was loaded,
 * and to read the real time while the timers are fake would let no alarm ever ring.
 */
export const systemClock: Clock = {
  now: () => globalThis.performance.now(),
  createAlarm: (ring) => new SystemAlarm(ring),
  defer: (callback) => {
    setImmediate(callback);
  },
};

class SystemAlarm implements Alarm {
  private timer: NodeJS.Timeout | undefined;
  private timerAtMs = Infinity;
  private ringAtMs = Infinity;

  constructor(private readonly ring: () => void) {}

  set(atMs: number): void {
    this.ringAtMs = atMs;
    // A timer that fires early finds out and is set again; that is cheaper than replacing it each time.
    if (this.timer !== undefined && this.timerAtMs <= atMs) return;
    this.arm();
  }

  clear(): void {
    if (this.timer === undefined) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.ringAtMs = Infinity;
  }

  private arm(): void {
    clearTimeout(this.timer);
    const delayMs = Math.min(Math.max(Math.ceil(this.ringAtMs - systemClock.now()), 0), LONGEST_TIMER_MS);
    this.timerAtMs = this.ringAtMs;
    this.timer = setTimeout(this.onTimer, delayMs);
  }

  private readonly onTimer = (): void => {
    this.timer = undefined;
    if (systemClock.now() < this.ringAtMs) {
      this.arm();
      return;
    }
    this.ringAtMs = Infinity;
    this.ring();
  };
}
