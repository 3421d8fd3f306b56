import { ModelHostEndedError } from './model-host-ended.error.js';
import { RuntimeUnavailableError } from './runtime-unavailable.error.js';
import { ThreadModelHost } from './thread-model-host.js';

const run = { inputs: [], outputNames: [] };

/** Answers each call after a turn of the event loop, with the calls that it has had. */
const OBEDIENT = `
  const calls = [];
  parentPort.on('message', ({ kind, callId }) => setImmediate(() => {
    calls.push(kind);
    parentPort.postMessage({ callId, reply: kind === 'close' ? undefined : { outputs: [], runMs: calls.length } });
    if (kind === 'close') parentPort.close();
  }));`;

describe('ThreadModelHost', () => {
  it('answers each call with its own reply', async () => {
    const host = startHost(OBEDIENT);
    const replies = await Promise.all([host.run(run), host.run(run), host.run(run)]);
    expect(replies.map(({ runMs }) => runMs)).toEqual([1, 2, 3]);
    await host.close();
  });

  it('closes after the calls before it, and once however often it is asked', async () => {
    const host = startHost(OBEDIENT);
    const order: string[] = [];
    const running = host.run(run).then(() => order.push('run'));
    await Promise.all([host.close(), host.close()]).then(() => order.push('closed'));
    await running;
    expect(order).toEqual(['run', 'closed']);
    expect(host.endReason).toBeUndefined();
    await expect(host.run(run)).rejects.toThrow(/it is closed/);
  });

  it('says why when its worker ends in the middle of a run, and refuses the next', async () => {
    const host = startHost(`parentPort.on('message', () => process.exit(3));`);
    await expect(host.run(run)).rejects.toThrow(
      new ModelHostEndedError('digits', 'its worker ended with exit code 3'),
    );
    expect(host.endReason).toBe('its worker ended with exit code 3');
    await expect(host.run(run)).rejects.toThrow(ModelHostEndedError);
    await host.close();
  });

  it('says why when its worker throws', async () => {
    const host = startHost(`parentPort.on('message', () => { throw new RangeError('no memory'); });`);
    await expect(Promise.all([host.run(run), host.run(run)])).rejects.toThrow(
      /its worker failed \(no memory\)/,
    );
    await host.close();
    expect(host.endReason).toBe('its worker failed (no memory)');
  });

  it('rejects a call with what the worker has against it, and goes on', async () => {
    const host = startHost(`
      parentPort.on('message', ({ kind, callId }) => {
        const message = kind === 'open' ? 'no such package' : 'shapes\\n  do not fit\\n';
        parentPort.postMessage({ callId, failure: { kind: kind === 'open' ? 'runtime-unavailable' : 'failed', message } });
        if (kind === 'close') parentPort.close();
      });`);
    const opening = host.open({ path: 'a.onnx', executionProvider: { name: 'cpu' }, session: {} });
    await expect(opening).rejects.toThrow(new RuntimeUnavailableError('no such package'));
    await expect(host.run(run)).rejects.toThrow(new Error('shapes do not fit'));
    expect(host.endReason).toBeUndefined();
    await host.close();
  });
});

function startHost(program: string): ThreadModelHost {
  const source = `import { parentPort } from 'node:worker_threads'; ${program}`;
  return new ThreadModelHost('digits', new URL(`data:text/javascript,${encodeURIComponent(source)}`));
}
