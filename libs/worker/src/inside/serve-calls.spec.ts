import { jest } from '@jest/globals';

import { serveCalls, type WorkerPort } from './serve-calls.js';
import type { WorkerMessage, WorkerReply } from '../protocol/worker-protocol.js';
import type { CallContext, ServiceAnswer } from './worker-service.js';

/** A service that is given as the options of its start; nothing is copied on the way here. */
const GIVEN = 'data:text/javascript,export const createService = (service) => service';

/** Hands messages over, and keeps what is sent. */
class TestPort implements WorkerPort {
  readonly sent: WorkerReply[] = [];
  readonly unread: WorkerMessage[] = [];
  isClosed = false;
  refuses: (reply: unknown) => boolean = () => false;
  private listener: (message: WorkerMessage) => void = () => undefined;

  onMessage(listener: (message: WorkerMessage) => void): void {
    this.listener = listener;
  }

  hear(...messages: WorkerMessage[]): void {
    for (const message of messages) this.listener(message);
  }

  readArrived(): void {
    this.hear(...this.unread.splice(0));
  }

  send(reply: WorkerReply): void {
    if (this.refuses(reply[2])) throw new Error('could not be cloned');
    this.sent.push(reply);
  }

  close(): void {
    this.isClosed = true;
  }
}

/** Everything that follows from what has just happened. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a service in these tests does with a call. */
type Answer = (name: string, request: unknown, context: CallContext) => Promise<ServiceAnswer<unknown>>;

const echo: Answer = (_, request) => Promise.resolve({ reply: request });

describe('serveCalls', () => {
  async function serve(
    call: Answer,
    close: () => Promise<void> = () => Promise.resolve(),
  ): Promise<TestPort> {
    const port = new TestPort();
    serveCalls(port);
    port.hear(['start', 1, GIVEN, { call, close }]);
    await settle();
    await settle();
    expect(port.sent.splice(0)).toEqual([['reply', 1, undefined]]);
    return port;
  }

  it('works off one call at a time, in the order of their coming, and goes on after it was idle', async () => {
    const ended: (() => void)[] = [];
    const begun: unknown[] = [];
    const port = await serve(async (_, request) => {
      begun.push(request);
      await new Promise<void>((resolve) => ended.push(resolve));
      return { reply: request };
    });
    port.hear(['call', 2, 'echo', 'a'], ['call', 3, 'echo', 'b']);
    await settle();
    expect(begun).toEqual(['a']);
    ended.shift()?.();
    await settle();
    expect(begun).toEqual(['a', 'b']);
    ended.shift()?.();
    await settle();
    expect(port.sent).toEqual([
      ['reply', 2, 'a'],
      ['reply', 3, 'b'],
    ]);
    port.hear(['call', 4, 'echo', 'c']);
    await settle();
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('passes over a call for which nobody waits any more, though that lay unread when its turn came', async () => {
    const begun: unknown[] = [];
    const port = await serve((_, request) => {
      begun.push(request);
      // It has come while the worker was busy.
      if (request === 'a') port.unread.push(['abort', 3]);
      return Promise.resolve({ reply: request });
    });
    port.hear(['call', 2, 'echo', 'a'], ['call', 3, 'echo', 'b'], ['call', 4, 'echo', 'c']);
    await settle();
    expect(begun).toEqual(['a', 'c']);
    expect(port.sent).toEqual([
      ['reply', 2, 'a'],
      ['failure', 3, expect.objectContaining({ message: 'nobody waits for the answer any more' })],
      ['reply', 4, 'c'],
    ]);
  });

  it('tells the call that it works off, and no other, that nobody waits for it', async () => {
    const signals: AbortSignal[] = [];
    const port = await serve((_, __, { signal }) => {
      signals.push(signal);
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve({ reply: 'left' }));
      });
    });
    port.hear(['call', 2, 'wait', undefined], ['call', 3, 'wait', undefined]);
    await settle();
    port.hear(['abort', 2]);
    await settle();
    expect(port.sent).toEqual([['reply', 2, 'left']]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it('passes over the call that is meant, while another is worked off', async () => {
    const signals: AbortSignal[] = [];
    let end: () => void = () => undefined;
    const port = await serve(async (_, request, { signal }) => {
      signals.push(signal);
      await new Promise<void>((resolve) => (end = resolve));
      return { reply: request };
    });
    port.hear(['call', 2, 'echo', 'a'], ['call', 3, 'echo', 'b']);
    await settle();
    port.hear(['abort', 3]);
    end();
    await settle();
    expect(port.sent.map(([kind, callId]) => [kind, callId])).toEqual([
      ['reply', 2],
      ['failure', 3],
    ]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('heeds no word of a call that is through, or of none', async () => {
    const port = await serve(echo);
    port.hear(['call', 2, 'echo', 'a']);
    await settle();
    port.hear(['abort', 2], ['abort', 17], ['call', 3, 'echo', 'b']);
    await settle();
    expect(port.sent).toEqual([
      ['reply', 2, 'a'],
      ['reply', 3, 'b'],
    ]);
  });

  it('tells what a call threw, and answers the next', async () => {
    const port = await serve((name, request) =>
      name === 'fail' ? Promise.reject(new RangeError('too far')) : echo(name, request, {} as CallContext),
    );
    port.hear(['call', 2, 'fail', 'a'], ['call', 3, 'echo', 'b']);
    await settle();
    expect(port.sent).toEqual([
      ['failure', 2, expect.objectContaining({ name: 'RangeError', message: 'too far' })],
      ['reply', 3, 'b'],
    ]);
  });

  it('sends what there is instead of a reply that cannot be sent, or tells that it cannot', async () => {
    const port = await serve((_, request) =>
      Promise.resolve(
        request === 'some' ? { reply: 'all', withoutUncopyable: () => 'some' } : { reply: 'all' },
      ),
    );
    port.refuses = (reply) => reply === 'all';
    port.hear(['call', 2, 'echo', 'some'], ['call', 3, 'echo', 'none']);
    await settle();
    expect(port.sent).toEqual([
      ['reply', 2, 'some'],
      ['failure', 3, expect.objectContaining({ message: 'could not be cloned' })],
    ]);
  });

  it('refuses calls before it was started', async () => {
    const port = new TestPort();
    serveCalls(port);
    port.hear(['call', 1, 'echo', 'a']);
    await settle();
    expect(port.sent).toEqual([
      ['failure', 1, expect.objectContaining({ message: 'the worker has not been started' })],
    ]);
  });

  it('closes its service and ends when it is told to stop, after the calls before that', async () => {
    const events: string[] = [];
    const port = await serve(
      async (_, request) => {
        await settle();
        events.push(`answered ${String(request)}`);
        return { reply: request };
      },
      async () => {
        await settle();
        events.push(port.isClosed ? 'closed too late' : 'closed');
      },
    );
    port.hear(['call', 2, 'echo', 'a'], ['stop']);
    for (let turn = 0; turn < 4; turn += 1) await settle();
    expect(events).toEqual(['answered a', 'closed']);
    expect(port.isClosed).toBe(true);
  });

  it('ends though its service cannot be closed, and warns of that', async () => {
    const warnings = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const port = await serve(echo, () => Promise.reject(new Error('stuck')));
    port.hear(['stop']);
    await settle();
    expect(port.isClosed).toBe(true);
    expect(warnings.mock.calls).toEqual([["A worker's service could not be closed: stuck", 'WorkerWarning']]);
    warnings.mockRestore();
  });
});
