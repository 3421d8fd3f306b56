import { jest } from '@jest/globals';
import { systemClock } from './system-clock.js';

/** Resolves with the time at which an alarm rang, after `use` has set it. */
function ringOf(
  use: (alarm: ReturnType<typeof systemClock.createAlarm>, nowMs: number) => void,
): Promise<number> {
  return new Promise((resolve) => {
    const alarm = systemClock.createAlarm(() => resolve(systemClock.now()));
    use(alarm, systemClock.now());
  });
}

describe('systemClock', () => {
  it('never goes back', () => {
    const looks = Array.from({ length: 10_000 }, () => systemClock.now());
    expect(looks.every((nowMs, index) => nowMs >= (looks[index - 1] ?? nowMs))).toBe(true);
  });

  it('calls back after all that is ready in this turn, in order', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.defer(() => order.push('deferred first'));
      systemClock.defer(() => {
        order.push('deferred second');
        resolve();
      });
      void Promise.resolve().then(() => order.push('promise'));
      process.nextTick(() => order.push('next tick'));
      order.push('now');
    });

    expect(order.slice(-2)).toEqual(['deferred first', 'deferred second']);
    expect(order.toSorted()).toEqual(['deferred first', 'deferred second', 'next tick', 'now', 'promise']);
  });
});

describe('An alarm of the systemClock', () => {
  it('never rings before its time', async () => {
    for (const delayMs of [0.3, 1.7, 4.2, 9.9]) {
      let atMs = NaN;
      const rangAtMs = await ringOf((alarm, nowMs) => alarm.set((atMs = nowMs + delayMs)));
      expect(rangAtMs).toBeGreaterThanOrEqual(atMs);
    }
  });

  it('rings soon, though not at once within the call, if its time is past', async () => {
    let hasReturned = false;
    await new Promise<void>((resolve) => {
      const alarm = systemClock.createAlarm(() => {
        expect(hasReturned).toBe(true);
        resolve();
      });
      alarm.set(systemClock.now() - 1000);
      hasReturned = true;
    });
  });

  it('rings at the later time when it is moved back', async () => {
    let atMs = NaN;
    const rangAtMs = await ringOf((alarm, nowMs) => {
      alarm.set(nowMs + 2);
      alarm.set((atMs = nowMs + 20));
    });
    expect(rangAtMs).toBeGreaterThanOrEqual(atMs);
  });

  it('rings at the earlier time when it is moved forward', async () => {
    const anHourMs = 3_600_000;
    let lateMs = NaN;
    const rangAtMs = await ringOf((alarm, nowMs) => {
      alarm.set((lateMs = nowMs + anHourMs));
      alarm.set(nowMs + 1);
    });
    expect(rangAtMs).toBeLessThan(lateMs);
  });

  it('rings once for each time it is set', async () => {
    let rings = 0;
    const alarm = systemClock.createAlarm(() => (rings += 1));
    alarm.set(systemClock.now() + 1);
    alarm.set(systemClock.now() + 2);
    await ringOf((other, nowMs) => other.set(nowMs + 15));
    expect(rings).toBe(1);

    alarm.set(systemClock.now());
    await ringOf((other, nowMs) => other.set(nowMs + 15));
    expect(rings).toBe(2);
  });

  it('does not ring when it is cleared, and rings again when it is set after that', async () => {
    let rings = 0;
    const alarm = systemClock.createAlarm(() => (rings += 1));
    alarm.set(systemClock.now() + 1);
    alarm.clear();
    await ringOf((other, nowMs) => other.set(nowMs + 15));
    expect(rings).toBe(0);

    alarm.set(systemClock.now() + 1);
    await ringOf((other, nowMs) => other.set(nowMs + 15));
    expect(rings).toBe(1);
  });

  it('asks the runtime for no timer longer than it can keep, and asks again when that one ends', () => {
    const timers: { onTimer: () => void; delayMs: number | undefined }[] = [];
    const setTimer = jest.spyOn(globalThis, 'setTimeout').mockImplementation((onTimer, delayMs) => {
      timers.push({ onTimer, delayMs });
      return setImmediate(() => undefined) as unknown as NodeJS.Timeout;
    });
    let rings = 0;
    systemClock.createAlarm(() => (rings += 1)).set(systemClock.now() + 2 ** 31 + 100_000);
    timers[0]?.onTimer();
    setTimer.mockRestore();

    expect(timers.map(({ delayMs }) => delayMs)).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
    expect(rings).toBe(0);
  });

  it('can be set from within its own ring', async () => {
    const rang: number[] = [];
    await new Promise<void>((resolve) => {
      const alarm = systemClock.createAlarm(() => {
        rang.push(systemClock.now());
        if (rang.length === 3) resolve();
        else alarm.set(systemClock.now() + 2);
      });
      alarm.set(systemClock.now() + 2);
    });

    expect((rang[1] ?? 0) - (rang[0] ?? 0)).toBeGreaterThanOrEqual(2);
    expect((rang[2] ?? 0) - (rang[1] ?? 0)).toBeGreaterThanOrEqual(2);
  });
});

describe('The systemClock under fake timers', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('tells the time that the test makes, though it was loaded before', () => {
    const beforeMs = systemClock.now();
    jest.advanceTimersByTime(60_000);
    expect(systemClock.now() - beforeMs).toBe(60_000);
  });

  it('rings when that time has come, and calls back when the turn is over', () => {
    const order: string[] = [];
    systemClock.createAlarm(() => order.push('alarm')).set(systemClock.now() + 200);
    systemClock.defer(() => order.push('deferred'));

    jest.advanceTimersByTime(199);
    expect(order).toEqual(['deferred']);
    jest.advanceTimersByTime(1);
    expect(order).toEqual(['deferred', 'alarm']);
  });
});
