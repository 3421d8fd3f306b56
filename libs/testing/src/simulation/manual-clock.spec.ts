import { jest } from '@jest/globals';
import { ManualClock } from './manual-clock.js';

describe('ManualClock', () => {
  afterEach(() => jest.useRealTimers());

  it('is moved as ever where the timers of the test are fake', async () => {
    jest.useFakeTimers();
    const clock = new ManualClock();
    let isOver = false;
    void clock.sleep(10).then(() => (isOver = true));
    await clock.advance(10);

    expect(isOver).toBe(true);
  });

  it('stands still until it is moved', async () => {
    const clock = new ManualClock(500);
    expect(clock.now()).toBe(500);
    await clock.advance(20.5);
    expect(clock.now()).toBe(520.5);
    await clock.advance();
    expect(clock.now()).toBe(520.5);
  });

  it('rings every alarm at its own time, in order, on the way', async () => {
    const clock = new ManualClock();
    const rang: [string, number][] = [];
    const alarmNamed = (name: string, atMs: number): void =>
      clock.createAlarm(() => rang.push([name, clock.now()])).set(atMs);
    alarmNamed('late', 30);
    alarmNamed('early', 10);
    alarmNamed('never', 41);
    await clock.advance(40);

    expect(rang).toEqual([
      ['early', 10],
      ['late', 30],
    ]);
    expect(clock.now()).toBe(40);
  });

  it('rings an alarm once for each time it is set, and at its last setting only', async () => {
    const clock = new ManualClock();
    const rang: number[] = [];
    const alarm = clock.createAlarm(() => rang.push(clock.now()));
    alarm.set(10);
    alarm.set(20);
    await clock.advance(50);
    expect(rang).toEqual([20]);

    alarm.set(60);
    alarm.clear();
    await clock.advance(50);
    expect(rang).toEqual([20]);
  });

  it('rings at once, not in the past, for a time that is past', async () => {
    const clock = new ManualClock(100);
    const rang: number[] = [];
    clock.createAlarm(() => rang.push(clock.now())).set(40);
    expect(rang).toEqual([]);
    await clock.advance();

    expect(rang).toEqual([100]);
  });

  it('lets everything follow from an alarm before it moves on, also alarms set meanwhile', async () => {
    const clock = new ManualClock();
    const seen: [string, number][] = [];
    const second = clock.createAlarm(() => seen.push(['second', clock.now()]));
    const first = clock.createAlarm(() => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => {
          seen.push(['followed', clock.now()]);
          clock.defer(() => second.set(15));
        });
    });
    first.set(10);
    clock.createAlarm(() => seen.push(['third', clock.now()])).set(20);
    await clock.advance(30);

    expect(seen).toEqual([
      ['followed', 10],
      ['second', 15],
      ['third', 20],
    ]);
  });

  it('runs what was deferred before anything else, without moving', async () => {
    const clock = new ManualClock();
    const order: string[] = [];
    clock.createAlarm(() => order.push('alarm')).set(0);
    clock.defer(() => {
      order.push('deferred');
      clock.defer(() => order.push('deferred by the deferred'));
    });
    expect(order).toEqual([]);
    await clock.advance();

    expect(order).toEqual(['deferred', 'deferred by the deferred', 'alarm']);
  });

  it('wakes each sleeper after its time', async () => {
    const clock = new ManualClock(1000);
    const woke: [number, number][] = [];
    for (const durationMs of [30, 10]) {
      void clock.sleep(durationMs).then(() => woke.push([durationMs, clock.now()]));
    }
    await clock.advance(29);
    expect(woke).toEqual([[10, 1010]]);
    await clock.advance(1);
    expect(woke).toEqual([
      [10, 1010],
      [30, 1030],
    ]);
  });

  it('wakes a sleeper that sleeps again and again at each of its times', async () => {
    const clock = new ManualClock();
    const woke: number[] = [];
    const sleeper = async (): Promise<void> => {
      for (let round = 0; round < 3; round += 1) {
        await clock.sleep(7);
        woke.push(clock.now());
      }
    };
    void sleeper();
    await clock.advance(100);

    expect(woke).toEqual([7, 14, 21]);
  });

  it('does not hang when an alarm is set for the same time again and again', async () => {
    const clock = new ManualClock();
    const alarm = clock.createAlarm(() => alarm.set(30));
    alarm.set(30);

    await expect(clock.advance(40)).rejects.toThrow('Alarms ring without end at 30 ms.');
  });

  it.each([-1, NaN])('does not move by %d', async (durationMs) => {
    const clock = new ManualClock(50);
    await expect(clock.advance(durationMs)).rejects.toThrow(
      new RangeError(`advance: received ${durationMs}, expected milliseconds, 0 or more.`),
    );
    expect(clock.now()).toBe(50);
  });

  it('goes from one thing to the next until there is nothing left to wait for', async () => {
    const clock = new ManualClock(100);
    const woke: number[] = [];
    const sleeper = async (): Promise<void> => {
      for (const durationMs of [7, 0, 30]) {
        await clock.sleep(durationMs);
        woke.push(clock.now());
      }
    };
    void sleeper();

    expect(await clock.flush()).toBe(37);
    expect(woke).toEqual([107, 107, 137]);
    expect(clock.now()).toBe(137);
    expect(await clock.flush()).toBe(0);
  });

  it('does not go on for ever: an alarm that is always set again is said to have no end', async () => {
    const clock = new ManualClock();
    const alarm = clock.createAlarm(() => alarm.set(clock.now() + 400));
    alarm.set(0);

    await expect(clock.flush({ limitMs: 1000 })).rejects.toThrow(
      'flush: within 1000 ms there was no end; an alarm is set for 1200 ms.',
    );
  });
});
