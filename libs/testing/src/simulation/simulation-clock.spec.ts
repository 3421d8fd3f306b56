import { SimulationClock } from './simulation-clock.js';

describe('SimulationClock', () => {
  it('jumps from one event to the next', async () => {
    const clock = new SimulationClock(5);
    const seen: number[] = [];
    clock.callAt(1_000_000, () => seen.push(clock.now()));
    clock.callAt(10, () => seen.push(clock.now()));
    await clock.run();
    expect(seen).toEqual([10, 1_000_000]);
    expect(clock.now()).toBe(1_000_000);
  });

  it('lets all promise callbacks run before it moves on, however long their chain', async () => {
    const clock = new SimulationClock();
    let links = 0;
    clock.callAt(1, () => {
      void (async () => {
        for (; links < 1000; links += 1) await Promise.resolve();
      })();
    });
    clock.callAt(2, () => expect(links).toBe(1000));
    await clock.run();
    expect(links).toBe(1000);
  });

  it('calls what is deferred after all that happens at the same time, and before time goes on', async () => {
    const clock = new SimulationClock();
    const seen: string[] = [];
    clock.callAt(1, () => {
      clock.defer(() => seen.push(`deferred at ${clock.now()}`));
      seen.push('first');
    });
    clock.callAt(1, () => seen.push('second'));
    clock.callAt(2, () => seen.push('later'));
    await clock.run();
    expect(seen).toEqual(['first', 'second', 'deferred at 1', 'later']);
  });

  it('rings an alarm once for each time that it is set, at the last time that it was set to', async () => {
    const clock = new SimulationClock();
    const seen: number[] = [];
    const alarm = clock.createAlarm(() => seen.push(clock.now()));
    alarm.set(5);
    alarm.set(3);
    await clock.run();
    alarm.set(7);
    alarm.clear();
    alarm.set(Infinity);
    await clock.run();
    expect(seen).toEqual([3]);
    expect(clock.pendingEvents).toBe(0);
  });

  it('rings an alarm that is set to the past at once, without going back', async () => {
    const clock = new SimulationClock(10);
    const seen: number[] = [];
    clock.createAlarm(() => seen.push(clock.now())).set(3);
    expect(seen).toEqual([]);
    await clock.run();
    expect(seen).toEqual([10]);
  });

  it('goes as far as it is told and waits there', async () => {
    const clock = new SimulationClock();
    const seen: number[] = [];
    for (const atMs of [1, 2, 3]) clock.callAt(atMs, () => seen.push(atMs));
    await clock.run(2);
    expect(seen).toEqual([1, 2]);
    await clock.run(2.5);
    expect(clock.now()).toBe(2.5);
    await expect(clock.run(1)).rejects.toThrow(RangeError);
  });

  it('sleeps by its own time', async () => {
    const clock = new SimulationClock();
    const woken = clock.sleep(3_600_000).then(() => clock.now());
    await clock.run();
    await expect(woken).resolves.toBe(3_600_000);
  });

  it('stops where it is told to, and goes on later', async () => {
    const clock = new SimulationClock();
    clock.callAt(1, () => clock.stop());
    clock.callAt(2, () => undefined);
    await clock.run();
    expect(clock.now()).toBe(1);
    await clock.run();
    expect(clock.now()).toBe(2);
  });

  it('hands on what an event throws, and can go on after it', async () => {
    const clock = new SimulationClock();
    clock.callAt(1, () => {
      throw new Error('broken');
    });
    clock.callAt(2, () => undefined);
    await expect(clock.run()).rejects.toThrow('broken');
    await clock.run();
    expect(clock.now()).toBe(2);
  });

  it('says so when it is kept from going on for ever', async () => {
    const clock = new SimulationClock();
    const alarm = clock.createAlarm(() => alarm.set(0));
    alarm.set(0);
    await expect(clock.run()).rejects.toThrow('Time stands still at 0 ms');
  }, 60_000);

  it('runs once at a time', async () => {
    const clock = new SimulationClock();
    const running = clock.run();
    await expect(clock.run()).rejects.toThrow('running already');
    await running;
  });

  it('leaves the process room to do something else', async () => {
    const clock = new SimulationClock();
    let turns = 0;
    let turnsSeen = 0;
    const count = (): void => {
      turns += 1;
      if (turns < 50_000) clock.callAt(turns, count);
    };
    clock.callAt(0, count);
    setImmediate(() => (turnsSeen = turns));
    await clock.run();
    expect(turnsSeen).toBeGreaterThan(0);
    expect(turnsSeen).toBeLessThan(50_000);
  });
});
