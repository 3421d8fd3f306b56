import { jest } from '@jest/globals';

import type { LetterCalls } from '../../../../test/worker/fake-worker.js';
import { BaseWorkerHost } from './base-worker-host.js';
import { UncopyableError } from './uncopyable.js';
import { WorkerEndedError } from './worker-ended.error.js';
import type { WorkerMessage, WorkerReply } from '../protocol/worker-protocol.js';

/** Sends to nobody; the test says what comes back. */
class TestHost extends BaseWorkerHost<LetterCalls> {
  readonly started: Promise<void>;
  readonly sent: WorkerMessage[] = [];
  isKeptAlive: boolean | undefined;
  timesGivenUp = 0;
  refusal: Error | undefined;

  constructor(protected override readonly canBeEnded = true) {
    super({ subject: 'letters', service: new URL('file:///letters.js'), options: { of: 'alphabet' } });
    this.started = this.askToStart();
  }

  reply(reply: WorkerReply): void {
    this.onMessage(reply);
  }

  hear(message: unknown): void {
    this.onMessage(message);
  }

  hearNonsense(callId?: number): void {
    this.onUnreadable(new RangeError('too deep'), callId);
  }

  fail(reason: string): void {
    this.onFailed(reason);
  }

  leave(reason: string): void {
    this.onGone(reason);
  }

  protected override send(message: WorkerMessage): void {
    if (this.refusal !== undefined) throw this.refusal;
    this.sent.push(message);
  }

  protected override keepAlive(isNeeded: boolean): void {
    this.isKeptAlive = isNeeded;
  }

  protected override giveUp(): void {
    this.timesGivenUp += 1;
  }
}

describe('BaseWorkerHost', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const startHost = async (canBeEnded?: boolean): Promise<TestHost> => {
    const host = new TestHost(canBeEnded);
    host.reply(['reply', 1, undefined]);
    await host.started;
    return host;
  };

  it('first says which service is to be started', () => {
    expect(new TestHost().sent).toEqual([['start', 1, 'file:///letters.js', { of: 'alphabet' }]]);
  });

  it('keeps the process alive exactly while there is something to wait for', async () => {
    const host = new TestHost();
    expect(host.isKeptAlive).toBe(true);
    host.reply(['reply', 1, undefined]);
    expect(host.isKeptAlive).toBe(false);
    const answers = [host.call('upper', 'a'), host.call('upper', 'b')];
    expect(host.isKeptAlive).toBe(true);
    host.reply(['reply', 2, 'A']);
    expect(host.isKeptAlive).toBe(true);
    host.reply(['reply', 3, 'B']);
    expect(host.isKeptAlive).toBe(false);
    expect(await Promise.all(answers)).toEqual(['A', 'B']);
  });

  it('keeps it alive until a worker is gone that was given up, though it was idle', async () => {
    const host = await startHost();
    host.abandon('it is not wanted any more');
    expect(host.timesGivenUp).toBe(1);
    expect(host.isKeptAlive).toBe(true);
  });

  it('does not keep it alive for a call that could not be sent', async () => {
    const host = await startHost();
    host.refusal = new Error('cannot be copied');
    await expect(host.call('upper', 'a')).rejects.toThrow('cannot be copied');
    expect(host.isKeptAlive).toBe(false);
  });

  it.each([
    ['ready'],
    [17],
    [null],
    [undefined],
    [['reply', 'a', 1]],
    [['reply']],
    [['ready', 2]],
    [{ callId: 2, reply: 'A' }],
  ])('pays no heed to a message of what runs in the worker, such as %j', async (message) => {
    const host = await startHost();
    const answer = host.call('upper', 'a');
    host.hear(message);
    host.reply(['reply', 2, 'A']);
    expect(await answer).toBe('A');
  });

  it('fails the call whose reply cannot be read, by default the oldest, and goes on', async () => {
    const host = await startHost();
    const calls = ['a', 'b', 'c'].map((letter) => host.call('upper', letter));
    host.hearNonsense(3);
    host.reply(['reply', 4, 'C']);
    host.hearNonsense();
    const unreadable = new Error('the answer of the worker cannot be read: too deep');
    expect(await Promise.allSettled(calls)).toEqual([
      { status: 'rejected', reason: unreadable },
      { status: 'rejected', reason: unreadable },
      { status: 'fulfilled', value: 'C' },
    ]);
    host.hearNonsense();
    expect(host).toMatchObject({ endReason: undefined, timesGivenUp: 0, isKeptAlive: false });
  });

  it('fails a call that could not be read where it came, as one that cannot be copied', async () => {
    const host = await startHost();
    const answer = host.call('upper', 'a');
    host.reply(['unreadable', 2, 'too deep']);
    await expect(answer).rejects.toEqual(new UncopyableError('too deep'));
    expect(host.isKeptAlive).toBe(false);
  });

  it('tells the worker of a caller who has left', async () => {
    const host = await startHost();
    const controller = new AbortController();
    void host.call('upper', 'a', { signal: controller.signal });
    controller.abort();
    expect(host.sent.at(-1)).toEqual(['abort', 2]);
  });

  it('rejects what it was asked when the worker fails, and keeps the first reason', async () => {
    const host = await startHost();
    const answer = host.call('upper', 'a');
    host.fail('it failed (oh)');
    host.leave('it ended with exit code 1');
    await expect(answer).rejects.toThrow(WorkerEndedError);
    await host.ended;
    expect(host.endReason).toBe('it failed (oh)');
    await expect(host.call('upper', 'b')).rejects.toThrow(/letters.*it failed \(oh\)/);
  });

  it('rejects its start if the worker ends before', async () => {
    const host = new TestHost();
    host.leave('it ended with exit code 1');
    await expect(host.started).rejects.toThrow(/exit code 1/);
  });

  it('lets the calls before a stop be answered, and takes none after it', async () => {
    const host = await startHost();
    const answer = host.call('upper', 'a');
    const stopped = Promise.all([host.stop(), host.stop()]);
    await expect(host.call('upper', 'b')).rejects.toThrow(/it has been stopped/);
    host.reply(['reply', 2, 'A']);
    expect(await answer).toBe('A');
    expect(host.isKeptAlive).toBe(true);
    host.leave('it ended with exit code 0');
    await stopped;
    expect(host.sent.filter(([kind]) => kind === 'stop')).toHaveLength(1);
    expect(host.endReason).toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps the process alive until an idle worker that was told to stop has ended', async () => {
    const host = await startHost();
    expect(host.isKeptAlive).toBe(false);
    void host.stop();
    expect(host.isKeptAlive).toBe(true);
  });

  it('waits for a call as long as somebody waits for it, however long that is', async () => {
    const host = await startHost();
    const controller = new AbortController();
    host.call('upper', 'a', { signal: controller.signal }).catch(() => undefined);
    void host.stop();
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(host.timesGivenUp).toBe(0);
    controller.abort();
    await jest.advanceTimersByTimeAsync(4_000);
    expect(host.timesGivenUp).toBe(0);
    await jest.advanceTimersByTimeAsync(1_500);
    expect(host.timesGivenUp).toBe(1);
  });

  it('ends a worker by force that does not end when it has been told to', async () => {
    const host = await startHost();
    void host.stop();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(host.timesGivenUp).toBe(1);
  });

  it('leaves one alone that must not be ended by force', async () => {
    const host = await startHost(false);
    void host.stop();
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(host.timesGivenUp).toBe(0);
  });

  it('gives up a worker once: its calls fail at once, and the process waits for its end', async () => {
    const host = await startHost();
    const answer = host.call('upper', 'a');
    host.abandon('too slow');
    host.abandon('much too slow');
    await expect(answer).rejects.toThrow(/too slow/);
    expect(host.timesGivenUp).toBe(1);
    expect(host.endReason).toBe('too slow');
    // The answer that nobody waits for any more; the worker still has to end.
    host.reply(['reply', 2, 'A']);
    expect(host.isKeptAlive).toBe(true);
  });

  it('is told when it is given up that nobody waits for its calls', async () => {
    const host = await startHost();
    const answers = Promise.allSettled([host.call('upper', 'a'), host.call('upper', 'b')]);
    host.abandon('too slow');
    expect(host.sent.slice(-2)).toEqual([
      ['abort', 2],
      ['abort', 3],
    ]);
    await answers;
  });

  it('can still be given up after it has been told to stop', async () => {
    const host = await startHost();
    const answer = host.call('upper', 'a');
    void host.stop();
    host.abandon('too slow');
    await expect(answer).rejects.toThrow(/too slow/);
    expect(host.timesGivenUp).toBe(1);
  });
});
